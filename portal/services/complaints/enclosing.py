"""What is done to a complaint's two papers once they are printed: the exhibits are put inside, and both are signed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from portal.adapters.pdf_enclosures import EnclosedFile, TooMuchToEnclose, enclose_files
from portal.adapters.pdf_signing import BadSigningKey, PdfSeal, ensure_seal, read_seal
from portal.models.complaints import Complaint
from portal.services.background.jobs import Stopped
from portal.services.complaints.exhibits import ExhibitFile, list_exhibits
from portal.services.complaints.story import read_story
from portal.services.letters.printing import Printed
from portal.services.ports import Ports
from portal.services.work import CaseWork

Enclosures = tuple[tuple[EnclosedFile, ...], tuple[EnclosedFile, ...]]


def read_enclosures(work: CaseWork, complaint: Complaint) -> Enclosures:
    """The files that go into the full paper, and those that go into its redacted twin."""
    files = list_exhibits(work, read_story(work, complaint))
    full = tuple(_enclose(file, file.read(), work.now) for file in files)
    twins = tuple(
        _enclose(file, file.read_twin(), work.now, is_twin=True) for file in files if file.read_twin is not None
    )
    return full, twins


def finish_papers(
    printed: Printed, files: Sequence[EnclosedFile], twins: Sequence[EnclosedFile], *, now: datetime, ports: Ports
) -> Printed:
    """Both papers with their exhibits inside, signed. Raises Stopped where they are too large or the key is unusable.

    Everything before the signature is the same each time; see `portal.adapters.pdf_signing`.
    """
    try:
        seal = find_seal(ports, now)
        full = seal.sign(enclose_files(printed.full, files))
        twin = seal.sign(enclose_files(printed.redacted, twins))
    except TooMuchToEnclose as error:
        raise Stopped(
            "The exhibits are too large for one file. Take large files out of the case and try again."
        ) from error
    except BadSigningKey as error:
        raise Stopped(
            "The papers cannot be signed. Whoever runs this portal has to look at its signing key."
        ) from error
    return replace(
        printed,
        full=full,
        redacted=twin,
        digest=hashlib.sha256(full).hexdigest(),
        redacted_digest=hashlib.sha256(twin).hexdigest(),
    )


def find_seal(ports: Ports, now: datetime) -> PdfSeal:
    """The organisation's certificate and key; made on first use where there is none. Raises BadSigningKey."""
    path = ports.config.signing_key_file
    ensure_seal(path, organisation=ports.config.organisation.name, now=now)
    return _read_seal(path, path.stat().st_mtime_ns, ports.config.stamp_url)


@lru_cache(maxsize=2)
def _read_seal(path: Path, changed: int, stamp_url: str | None) -> PdfSeal:
    """Read once in a process, and again when the file was replaced."""
    return read_seal(path, stamp_url=stamp_url)


def _enclose(file: ExhibitFile, content: bytes, now: datetime, *, is_twin: bool = False) -> EnclosedFile:
    exhibit = file.exhibit
    return EnclosedFile(
        name=(exhibit.twin_name if is_twin else None) or file.name,
        data=content,
        made_at=exhibit.dated_at or now,
        description=f"Exhibit {exhibit.number}",
        media=(exhibit.twin_media if is_twin else None) or exhibit.media,
    )
