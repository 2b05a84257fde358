"""What the page of fingerprints sends: digits that its own script wrote, or the choice of letters."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.web.fields import PlainForm
from portal.web.forms.typed_fields import CheckboxesField


class KeepForm(PlainForm):
    fingerprints = HiddenField()


class ChooseLettersForm(PlainForm):
    requests = CheckboxesField(_l("Name them in the letters to"))

    def __init__(self, names: Iterable[tuple[int, str]], chosen: Iterable[int] = ()) -> None:
        super().__init__(data={"requests": [str(number) for number in chosen]})
        self.requests.choices = [(str(number), name) for number, name in names]

    def numbers(self) -> list[int]:
        """The chosen requests. Only what the form offered passes its check, so each is a number."""
        return [int(each) for each in self.requests.data or []]
