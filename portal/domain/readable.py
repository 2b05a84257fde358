"""Characters that cannot be seen or printed, or that hide what is written; and a visible mark in their place."""

from __future__ import annotations

import re

# Control characters, and those that turn the direction of the text around: they could hide what is really written.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MARK = "\N{REPLACEMENT CHARACTER}"


def show_unreadable(text: str) -> str:
    """The text with a visible mark for every character that cannot be seen or printed."""
    return UNREADABLE.sub(MARK, text)
