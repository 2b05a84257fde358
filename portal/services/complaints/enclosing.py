"""What is done to a complaint's two papers once they are printed: the exhibits are put inside, and both are signed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portal.adapters.papers.pdf_enclosures import EnclosedFile, TooMuchToEnclose, enclose_files
from portal.adapters.papers.pdf_seals import NotSigned, sign_files
from portal.adapters.papers.signing_keys import BadSigningKey, ensure_key, read_key
from portal.models.complaints import Complaint
from portal.services.background.jobs import Stopped
from portal.services.complaints.exhibits import ExhibitFile, exhibits_of
from portal.services.letters.printing import Printed
from portal.services.ports import Ports
from portal.services.work import CaseWork

Enclosures = tuple[tuple[EnclosedFile, ...], tuple[EnclosedFile, ...]]


def read_enclosures(work: CaseWork, complaint: Complaint) -> Enclosures:
    """The files that go into the full paper, and those that go into its redacted twin."""
    files = exhibits_of(work, complaint)
    full = tuple(_enclose(file, file.read(), work.now) for file in files)
    twins = tuple(
        _enclose(file, file.read_twin(), work.now, is_twin=True) for file in files if file.read_twin is not None
    )
    return full, twins


def finish_papers(
    printed: Printed, files: Sequence[EnclosedFile], twins: Sequence[EnclosedFile], *, now: datetime, ports: Ports
) -> Printed:
    """Both papers with their exhibits inside, signed. Raises Stopped where they are too large or the key is unusable.

    Everything before the signature is the same each time; see `portal.adapters.papers.pdf_signing`.
    """
    try:
        pem = _find_key(ports, now)
        papers = [enclose_files(printed.full, files), enclose_files(printed.redacted, twins)]
        config = ports.config
        full, twin = sign_files(
            papers, pem, stamp_url=config.stamp_url, asks=config.asks_responders, roots=config.trust_roots
        )
    except TooMuchToEnclose as error:
        raise Stopped(
            "The exhibits are too large for one file. Take large files out of the case and try again."
        ) from error
    except (BadSigningKey, NotSigned) as error:
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


def _find_key(ports: Ports, now: datetime) -> bytes:
    """The organisation's key and certificate; made on first use where there is none. Raises BadSigningKey."""
    path = ports.config.signing_key_file
    ensure_key(path, organisation=ports.config.organisation.name, now=now)
    return read_key(path)


def _enclose(file: ExhibitFile, content: bytes, now: datetime, *, is_twin: bool = False) -> EnclosedFile:
    exhibit = file.exhibit
    return EnclosedFile(
        name=(exhibit.twin_name if is_twin else None) or file.name,
        data=content,
        made_at=exhibit.dated_at or now,
        description=f"Exhibit {exhibit.number}",
        media=(exhibit.twin_media if is_twin else None) or exhibit.media,
    )
