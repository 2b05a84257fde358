"""The style sheet of every page: the files under `static/css`, joined once per process, with no build step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StyleSheet:
    """All sheets in their order: values, the page, then one per component. `version` is a digest of the text."""

    text: str
    version: str


def join_sheets(folder: Path) -> StyleSheet:
    """Tokens first, because every other sheet takes its values from them."""
    parts = [folder / "tokens.css", folder / "base.css", *sorted((folder / "components").glob("*.css"))]
    text = "\n".join(part.read_text("utf-8") for part in parts)
    return StyleSheet(text=text, version=hashlib.sha256(text.encode()).hexdigest()[:12])
