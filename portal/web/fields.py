"""Fields that take what people really type: text with stray characters, days, and moments in their own time zone.

Nothing typed is dropped: what cannot be read is shown back, and a wrong date stays in its boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from portal.domain.readable import MARK, UNREADABLE, show_unreadable
from portal.web.local_times import read_local, show_time

LONGEST_TEXT = 20_000
LONGEST_LINE = 300
MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# Hours and minutes, and the offset for the hour that came twice when clocks were put back.
CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[:.hH]?([0-5]\d) ?([+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)


def require_moment(_form: Any, field: Any) -> None:
    """A validator: a day and a time without which nothing can be counted. Spaces alone are none."""
    _require(field, _("Write the day and the time."))


def require_day(_form: Any, field: Any) -> None:
    """A validator: a day that cannot be left out."""
    _require(field, _("Write the day."))


def check_mail(_form: Any, field: Any) -> None:
    """Only what is surely a slip is refused; whether an address works nobody can see from here."""
    if field.data and not MAIL.fullmatch(field.data):
        raise ValidationError(_("This does not look like an e-mail address. It needs one @, as in name@example.org."))


def _require(field: Any, sentence: str) -> None:
    """What was typed wrong has its own sentence already."""
    if not field.data and not field.process_errors:
        raise ValidationError(sentence)


class PageForm(FlaskForm):  # type: ignore[misc]  # WTForms carries no types
    """A form on a page, which says what is wrong with it."""

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, as pairs of a field's id and a sentence, in the order of the fields.

        What is about the form as a whole comes first, with an empty id.
        """
        whole = [("", str(text)) for text in self.form_errors]
        return whole + [(field.id, str(text)) for field in self for text in field.errors if field.name != "csrf_token"]


class PlainForm(PageForm):
    """A form of the person's side. `version` notices that another tab has saved in between."""

    version = HiddenField()

    def version_number(self) -> int | None:
        """The version this page was loaded with; None where it is not a number, which checks nothing."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class TextField(StringField):  # type: ignore[misc]
    """Free text. One line unless `lines`; line ends are made alike, nothing else is changed."""

    def __init__(self, *args: Any, lines: bool = False, longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = longest or (LONGEST_TEXT if lines else LONGEST_LINE)
        self.lines = lines

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.data = text.strip() if self.lines else " ".join(text.split("\n")).strip()

    def pre_validate(self, form: FlaskForm) -> None:
        text = self.data or ""
        if UNREADABLE.search(text):
            self.data = show_unreadable(text)
            raise ValidationError(
                _("Some characters here cannot be seen or printed. They are shown as “%(mark)s”. "
                  "Change them, or send it again as it is.", mark=MARK)
            )  # fmt: skip
        if len(text) > self.longest:
            raise ValidationError(
                _("This is too long: it has %(now)s characters, and %(most)s fit. Nothing is lost. Make it shorter.",
                  now=len(text), most=self.longest)
            )  # fmt: skip


class PasteField(StringField):  # type: ignore[misc]
    """What was pasted, exactly as it came: reading links out of it is not the form's business."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class SecretField(TextField):
    """Text that is never shown again, not even when something else was wrong: what it says opens something."""

    is_secret = True


def _make_choices(pairs: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=words) for value, words, *_rest in pairs]


class Paired:
    """Choices given as plain pairs of a value and its words."""

    def __init__(self, *args: Any, choices: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, choices=_make_choices(choices), **kwargs)  # type: ignore[call-arg]

    def offer(self, pairs: Iterable[Any]) -> None:
        """Other choices, known only once the form is made."""
        self.choices = _make_choices(pairs)


class ListField(Paired, SelectField):  # type: ignore[misc]
    """One of many, from a list that opens."""


class ChoiceField(Paired, RadioField):  # type: ignore[misc]
    """One of a few answers, or none yet. `required`: that one has to be chosen, or the sentence that says so."""

    def __init__(self, *args: Any, required: Any = False, **kwargs: Any) -> None:
        super().__init__(*args, validate_choice=False, **kwargs)
        self.required = required

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else str(getattr(value, "value", value))

    def pre_validate(self, form: FlaskForm) -> None:
        if not self.data and self.required:
            raise ValidationError(_("Choose one answer.") if self.required is True else str(self.required))
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_("Choose one of the answers on this page."))


class DayField(Field):  # type: ignore[misc]
    """A day in three boxes. `data` is a date or None; what was typed stays in `typed`."""

    names: tuple[str, ...] = ("day", "month", "year")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        data = None if data is unset_value else data
        self.process_errors: list[str] = []
        self.object_data = self.data = data
        self.typed = self._typed_from(data)
        if formdata and any(f"{self.name}-{part}" in formdata for part in self.names):
            self.typed = {part: str(formdata.get(f"{self.name}-{part}", "")).strip()[:20] for part in self.names}
            self.data = None
            if any(self.typed.values()):
                try:
                    self.data = self.read(self.typed)
                except ValueError as error:
                    self.process_errors.append(str(error))

    def read(self, typed: Mapping[str, str]) -> Any:
        """The day that was typed. Raises ValueError with a sentence for the page."""
        return read_day(typed)

    def parts(self) -> Iterable[tuple[str, str, str]]:
        """Name, label and typed text of each box."""
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year"), "time": _("Time (24 hours)")}
        return [(part, labels[part], show_unreadable(self.typed[part])) for part in self.names]

    def _typed_from(self, data: Any) -> dict[str, str]:
        blank = dict.fromkeys(self.names, "")
        return blank if data is None else {"day": str(data.day), "month": str(data.month), "year": str(data.year)}


class MomentField(DayField):
    """A day and a time of the clock in the reader's zone. `data` is an aware instant. Set `zone` before `process`."""

    names = ("day", "month", "year", "time")

    def __init__(self, *args: Any, zone: ZoneInfo | None = None, **kwargs: Any) -> None:
        self.zone = zone or ZoneInfo("UTC")
        super().__init__(*args, **kwargs)

    def read(self, typed: Mapping[str, str]) -> datetime:
        day = read_day(typed)
        found = CLOCK_TIME.fullmatch(typed["time"])
        if found is None:
            raise ValueError(_("Write the time with hours and minutes, for example 14:05."))
        time = f"{found[1]:>02}:{found[2]}{found[3] or ''}"
        return read_local(datetime.fromisoformat(f"{day.isoformat()} {time}"), self.zone, says_day=False)

    def _typed_from(self, data: Any) -> dict[str, str]:
        if data is None:
            return dict.fromkeys(self.names, "")
        local = data.astimezone(self.zone)
        return {**super()._typed_from(local), "time": show_time(local)}


def read_day(typed: Mapping[str, str]) -> date:
    """A real day of the calendar from three texts. Raises ValueError with a sentence for the page."""
    texts = [typed["day"], typed["month"], typed["year"]]
    if not all(re.fullmatch(r"\d{1,4}", text, re.ASCII) for text in texts):
        raise ValueError(_("Write the day, the month and the year in numbers, for example 24 11 2026."))
    day, month, year = (int(text) for text in texts)
    if not 1900 <= year <= 2200:
        raise ValueError(_("Write the year with four numbers, for example 2026."))
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(_("This day is not in the calendar. Check the day and the month.")) from error


YES_NO = [("yes", _l("Yes")), ("no", _l("No"))]
