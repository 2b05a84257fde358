"""Characters that cannot be seen or printed, or that hide what is written; and a visible mark in their place."""

from __future__ import annotations

import re
import unicodedata

# Control characters, and those that turn the direction of the text around: they could hide what is really written.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MARK = "\N{REPLACEMENT CHARACTER}"


_AT_ENDS = re.compile("^[\\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+|[\\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+$")


def trim_marks(text: str) -> str:
    """The text without blanks and marks of direction at its ends: they came along when it was copied, and say nothing.

    Marks inside stay, because there they may belong to a name, or hide something.
    """
    return _AT_ENDS.sub("", text)


def write_digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9: a phone set to Arabic or Hindi writes its own."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def show_unreadable(text: str) -> str:
    """The text with a visible mark for every character that cannot be seen or printed."""
    return UNREADABLE.sub(MARK, text)
