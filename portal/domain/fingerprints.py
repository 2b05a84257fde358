"""Fingerprints of pictures and videos: numbers that the person's own device makes, and the rules for keeping them.

The portal never sees a file. What it may be given is hexadecimal digits, and what is more than that is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.lifecycle import StepRefused
from portal.domain.report import Report, YesNo

MOST_KEPT = 300  # files of one case
MOST_PICTURES = 60  # of one video
LEAST_QUALITY = 50  # below it a PDQ finds too much that is something else; those who match drop it
_LENGTHS = {"md5": 32, "sha256": 64, "pdq": 64}


class Media(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"


class BadFingerprint(ValueError):
    """What came is no fingerprint as our own page makes them."""


@dataclass(frozen=True, kw_only=True)
class PictureFingerprint:
    """PDQ of a photo, or of the frame at `at` seconds of a video: 64 hex digits, and the quality from 0 to 100."""

    pdq: str
    quality: int
    at: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.quality >= LEAST_QUALITY


@dataclass(frozen=True, kw_only=True)
class FileFingerprint:
    """Of one file: MD5 and SHA-256 of its bytes in hex, and PDQ of what it shows, where the device could open it."""

    media: Media
    md5: str
    sha256: str
    pictures: tuple[PictureFingerprint, ...] = ()


def may_fingerprint(report: Report) -> bool:
    """Never where the person was under 18, or may have been: others may act there, and nothing of it is kept here."""
    return report.under_18 not in {YesNo.YES, YesNo.UNSURE}


def require_adult(report: Report) -> None:
    """Raises StepRefused where `may_fingerprint` says no."""
    if not may_fingerprint(report):
        raise StepRefused(
            "For pictures of someone under 18 we keep no fingerprints. Take It Down and the hotlines on this page can "
            "make them and act on them."
        )


def check(many: Iterable[FileFingerprint]) -> tuple[FileFingerprint, ...]:
    """The same, each file once. Raises BadFingerprint for anything that is not digits of the right number."""
    seen: dict[str, FileFingerprint] = {}
    for one in many:
        _check_hex("md5", one.md5)
        _check_hex("sha256", one.sha256)
        if len(one.pictures) > (MOST_PICTURES if one.media is Media.VIDEO else 1):
            raise BadFingerprint("more pictures than a file has")
        for picture in one.pictures:
            _check_hex("pdq", picture.pdq)
            if not (0 <= picture.quality <= 100 and 0 <= picture.at < 1e6):
                raise BadFingerprint("a quality or a time that cannot be")
        seen.setdefault(one.sha256, one)
    return tuple(seen.values())


def _check_hex(kind: str, text: str) -> None:
    if not re.fullmatch(rf"[0-9a-f]{{{_LENGTHS[kind]}}}", text):
        raise BadFingerprint(f"no {kind}")
