"""Moments and days in one line, as an advocate types them, and several of a list. What was typed stays on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.models.accounts import DateForm
from portal.web.local_times import UnclearTime, read_local, show_time
from portal.web.staff_settings import date_form, desk_zone

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?( ?([+-]\d{2}:\d{2}|Z))?", re.IGNORECASE)
OFFSET = re.compile(r"[+-]\d{2}:\d{2}$")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class TypedField(Field):  # type: ignore[misc]  # WTForms carries no types
    """A field whose text stays on the page exactly as it was typed when it cannot be read."""

    native = "text"  # the kind of input a browser helps with
    data: Any

    @property
    def input_type(self) -> str:
        """A browser's picker drops what it cannot show: a wrong value, and an offset, are shown in a plain field. It
        also shows a day as the browser does, so who reads days as 2026-11-24 types them so.
        """
        is_plain = self.errors or OFFSET.search(self.shown) or date_form() is DateForm.ISO
        return "text" if is_plain else self.native

    @property
    def shown(self) -> str:
        """What stands in the field."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.format_value(self.data) if self.data else ""

    def fill(self, data: Any) -> None:
        """Put a value into the field, in the place of what is there."""
        self.data, self.raw_data = data, None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = self.parse(text) if text else None

    def parse(self, text: str) -> Any:
        """The value. Raises ValueError with a sentence for the page."""
        raise NotImplementedError

    def format_value(self, value: Any) -> str:
        raise NotImplementedError


class InstantField(TypedField):
    """A moment in the time zone of the desk, read as an aware instant in UTC. The page names the zone beside it."""

    native = "datetime-local"

    def parse(self, text: str) -> datetime:
        if not MOMENT.fullmatch(text):
            raise ValueError(_("Write the day and the time like this: 2026-11-24 14:05"))
        try:
            written = text.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
            typed = datetime.fromisoformat(written)
            return read_local(typed, desk_zone()).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(_("This moment is too far away.")) from error
        except UnclearTime:
            raise
        except ValueError as error:
            raise ValueError(_("There is no such day or time.")) from error

    def format_value(self, value: datetime) -> str:
        local = value.astimezone(desk_zone())
        between = " " if date_form() is DateForm.ISO else "T"
        return f"{local:%Y-%m-%d}{between}{show_time(local)}"


class IsoDayField(TypedField):
    """A calendar day."""

    native = "date"

    def parse(self, text: str) -> date:
        if not DAY.fullmatch(text):
            raise ValueError(_("Write the day like this: 2026-11-24"))
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(_("There is no such day.")) from error

    def format_value(self, value: date) -> str:
        return value.isoformat()


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def not_before(name: str, sentence: Any) -> Callable[[Any, Any], None]:
    """A validator: a moment that cannot lie before the one in another field."""

    def check(form: Any, field: Any) -> None:
        if field.data and form[name].data and field.data < form[name].data:
            raise ValidationError(str(sentence))

    return check
