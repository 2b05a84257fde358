"""Reading back the papers that the portal made, with other programs than those that made them."""

from __future__ import annotations

import io
import json
from typing import Any

import pikepdf
from pdfminer.high_level import extract_text


def read_text(content: bytes) -> str:
    """The text of a PDF, with single spaces."""
    return " ".join(extract_text(io.BytesIO(content)).split())


def read_title(content: bytes) -> str:
    """What a reader shows in its window. It has to tell nothing."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return str(pdf.docinfo["/Title"])


def count_pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def read_facts(content: bytes) -> dict[str, Any]:
    """The facts of a complaint, from the file that its bundle carries inside."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        data = pdf.attachments["case.json"].get_file().read_bytes()
    facts: dict[str, Any] = json.loads(data)["facts"]
    return facts
