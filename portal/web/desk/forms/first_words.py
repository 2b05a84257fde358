"""The form for words that the caller says back."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from portal.web.fields import PageForm, SecretField


class RepeatForm(PageForm):
    said_first = SecretField()
    said_second = SecretField()

    def __init__(self, asked: Sequence[int]) -> None:
        """`asked` are the places of the words, from 1."""
        super().__init__()
        self._asked = tuple(zip(asked, (self.said_first, self.said_second), strict=True))
        for place, field in self._asked:
            field.label.text = _("Word %(place)s, as the caller says it", place=place)

    def fits(self, words: Sequence[str]) -> bool:
        """Whether what was said back is right; what is not says so at its field."""
        wrong = [
            (place, field) for place, field in self._asked if (field.data or "").strip().casefold() != words[place - 1]
        ]
        for place, field in wrong:
            field.errors = [_("Word %(place)s is another one. Read it out once more.", place=place)]
        return not wrong
