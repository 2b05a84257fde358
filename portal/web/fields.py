"""Fields that take what people really type: text with stray characters, days, and moments in their own time zone.

Nothing typed is dropped: what cannot be read is shown back, and a wrong date stays in its boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_month_names
from babel.support import Translations
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.i18n import messages_path
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from portal.adapters.mail import BadAddress, read_address
from portal.domain.readable import MARK, UNREADABLE, show_unreadable, trim_marks, write_digits
from portal.web.local_times import read_local, show_time

FIRST_YEAR, LAST_YEAR = 1900, 2200  # outside them another calendar was meant, or a slip
NOT_IN_CALENDAR = _l("This day is not in the calendar. Check the day and the month.")
LONGEST_TEXT = 20_000
LONGEST_LINE = 300
# Hours and minutes, and the offset for the hour that came twice when clocks were put back.
CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[:.hH]?([0-5]\d) ?([+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)


def require_moment(_form: Any, field: Any) -> None:
    """A validator: a day and a time without which nothing can be counted. Spaces alone are none."""
    _require(field, _("Write the day and the time."))


def require_day(_form: Any, field: Any) -> None:
    """A validator: a day that cannot be left out."""
    _require(field, _("Write the day."))


def check_mail(_form: Any, field: Any) -> None:
    """One address that mail can be sent to: the same rule on every page. Whether it works nobody can see from here."""
    if not field.data:
        return
    try:
        read_address(field.data)
    except BadAddress as error:
        raise ValidationError(_("Write one e-mail address, such as name@example.org.")) from error


def require_mail(_form: Any, field: Any) -> None:
    """A validator: an address that cannot be left out."""
    _require(field, _("Write one e-mail address, such as name@example.org."))


def _require(field: Any, sentence: str) -> None:
    """What was typed wrong has its own sentence already."""
    if not field.data and not field.process_errors:
        raise ValidationError(sentence)


@lru_cache(maxsize=64)
def _read_sentences(language: str) -> NullTranslations:
    """WTForms' own sentences. Flask-WTF would read their file again for each request, which costs a tenth of a page."""
    return Translations.load(messages_path(), [language], domain="wtforms")


class PageForm(FlaskForm):  # type: ignore[misc]  # WTForms carries no types
    """A form on a page, which says what is wrong with it."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: FlaskForm) -> NullTranslations:
            return _read_sentences(str(get_locale()))

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
        self.data = text.strip() if self.lines else trim_marks(" ".join(text.split("\n")))

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


class MailField(TextField):
    """An e-mail address. Signs that came along from a list of addresses are left out at its ends."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = self.data.strip(" ,;")
        self.data = text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text


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

    def fill(self, data: Any) -> None:
        """Put a value into the boxes, in the place of what is there."""
        self.data, self.typed = data, self._typed_from(data)

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
        found = CLOCK_TIME.fullmatch(write_digits(typed["time"]))
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
    texts = [write_digits(typed["day"]), read_month(typed["month"]), write_digits(typed["year"])]
    if not all(re.fullmatch(r"\d{1,4}", text, re.ASCII) for text in texts):
        raise ValueError(_("Write the day, the month and the year in numbers, for example 24 11 2026."))
    day, month, year = (int(text) for text in texts)
    if year < 1000:
        raise ValueError(_("Write the year with four numbers, for example 2026."))
    if year > LAST_YEAR:
        raise ValueError(tell_year_ahead(year))
    if year < FIRST_YEAR:
        raise ValueError(tell_year_ago(year))
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(str(NOT_IN_CALENDAR)) from error


def tell_year_ahead(year: int) -> str:
    """A year of another calendar, or a slip."""
    return str(_("The year %(year)s lies ahead. Write it as in an English calendar, like 2026.", year=year))


def tell_year_ago(year: int) -> str:
    """A year of another calendar, or a slip."""
    return str(_("The year %(year)s is long ago. Write it as in an English calendar, like 2026.", year=year))


def read_month(typed: str) -> str:
    """A month as its number, also where its name was typed, in the page's language or in English: "Nov", "november"."""
    text = write_digits(typed).casefold().rstrip(".")
    for locale in (get_locale(), Locale("en")):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                if text == name.casefold().rstrip("."):
                    return str(number)
    return text


YES_NO = [("yes", _l("Yes")), ("no", _l("No"))]
