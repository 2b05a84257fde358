"""The form that sends a letter from here: the letter that the page shows, and no other."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from portal.web.fields import PlainForm


class LetterMailForm(PlainForm):
    """`letter` is the number of the one that the page shows."""

    letter = HiddenField()

    def __init__(self, letter: int, **values: Any) -> None:
        super().__init__(**values)
        if not self.is_submitted():
            self.letter.data = str(letter)

    @property
    def chosen(self) -> int:
        """The letter that was looked at; 0 where the form names none."""
        typed = str(self.letter.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
