"""The style sheet of every page: the files under `static/css`, joined once per process, with no build step."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_NOTE = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARED = re.compile(r"^([\w-]+): ")  # a property at the beginning of its line
_ENDS = ("{", "}", ";", ",")  # behind these a line may end


@dataclass(frozen=True)
class StyleSheet:
    """All sheets in their order: values, the page, then one per component. `version` is a digest of the text."""

    text: str
    version: str


def leave_out_notes(sheet: str) -> str:
    """The rules alone: what is written for those who read the sheets is no weight on a slow phone. No string of ours
    holds what looks like a note, no rule hangs on how its lines begin, and a declaration stands on a line of its own.
    """
    lines = (_DECLARED.sub(r"\1:", line.strip()) for line in _NOTE.sub("", sheet).splitlines())
    text = "".join(line if line.endswith(_ENDS) else f"{line} " for line in lines if line)
    return text.replace(" {", "{").replace(";}", "}")


def join_sheets(folder: Path) -> StyleSheet:
    """Tokens first, because every other sheet takes its values from them."""
    parts = [folder / "tokens.css", folder / "base.css", *sorted((folder / "components").glob("*.css"))]
    text = "".join(leave_out_notes(part.read_text("utf-8")) for part in parts)
    return StyleSheet(text=text, version=hashlib.sha256(text.encode()).hexdigest()[:12])
