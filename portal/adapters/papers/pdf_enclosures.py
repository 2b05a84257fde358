"""Files put into a finished PDF/A-3: the exhibits of a complaint. Same PDF and same files, same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pikepdf
from pikepdf import Array, AttachedFileSpec, Name

from portal.adapters.papers.letter_content import Enclosure

LARGEST_TOTAL = 40 * 1024 * 1024  # bytes of all exhibits together, so that the PDF can still be opened everywhere


@dataclass(frozen=True, kw_only=True)
class EnclosedFile(Enclosure):
    """A file to enclose, with its media type."""

    media: str


class TooMuchToEnclose(ValueError):
    """The files together are larger than LARGEST_TOTAL."""


def enclose_files(pdf: bytes, files: Sequence[EnclosedFile]) -> bytes:
    """The PDF with these files inside, each tied to the document as PDF/A-3 asks. Raises TooMuchToEnclose."""
    if not files:
        return pdf
    if sum(len(file.data) for file in files) > LARGEST_TOTAL:
        raise TooMuchToEnclose
    with pikepdf.open(io.BytesIO(pdf)) as document:
        tied = list(document.Root.get(Name.AF, Array()))
        for file in files:
            at = file.made_at.astimezone(UTC)
            spec = AttachedFileSpec(
                document,
                file.data,
                filename=file.name,
                mime_type=file.media.partition(";")[0],
                description=file.description,
                creation_date=_pdf_date(at),
                mod_date=_pdf_date(at),
            )
            spec.obj.AFRelationship = Name.Supplement
            document.attachments[file.name] = spec
            tied.append(document.attachments[file.name].obj)
        document.Root.AF = Array(tied)
        out = io.BytesIO()
        document.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def read_enclosed(pdf: bytes, name: str) -> bytes | None:
    """The file of that name inside one of our own PDFs, the very bytes; None where there is none."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return document.attachments[name].get_file().read_bytes() if name in document.attachments else None


def _pdf_date(at: datetime) -> str:
    return at.strftime("D:%Y%m%d%H%M%SZ")
