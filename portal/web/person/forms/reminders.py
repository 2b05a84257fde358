"""The form of safe hours, safe words and reminders by mail. What it shows first is nothing: each of it is a choice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice
from wtforms.validators import ValidationError

from portal.domain.reminders import TITLES
from portal.domain.safe_hours import EVERY_DAY, SafeHours
from portal.services.cases.safe_contact import LONGEST_WORDS, Choices
from portal.web.fields import ChoiceField, ListField, PlainForm, TextField
from portal.web.forms.typed_fields import CheckboxesField

ANY_TIME, SOME_HOURS = "any", "hours"
DAYS = (
    ("0", _l("Monday")),
    ("1", _l("Tuesday")),
    ("2", _l("Wednesday")),
    ("3", _l("Thursday")),
    ("4", _l("Friday")),
    ("5", _l("Saturday")),
    ("6", _l("Sunday")),
)
HOURS = tuple((f"{hour:02}:00", f"{hour:02}:00") for hour in range(24))
TITLE_CHOICES = (("", _l("What we use for everybody")), *((title, _l(title)) for title in TITLES))


class RemindersForm(PlainForm):
    when = ChoiceField(
        _l("When may we write to you?"),
        choices=[(ANY_TIME, _l("At any time")), (SOME_HOURS, _l("Only in the hours below"))],
        default=ANY_TIME,
        required=True,
    )
    days = CheckboxesField(_l("On these days"), choices=[SelectChoice(value=day, label=name) for day, name in DAYS])
    first = ListField(_l("From"), choices=HOURS, default="10:00")
    last = ListField(_l("Until"), choices=HOURS, default="16:00")
    safe_words = TextField(
        _l("What should we say, or not say, when we call or write?"),
        description=_l("For example: “Say you are from the dentist.” Your team sees this first."),
        lines=True,
        longest=LONGEST_WORDS,
    )
    title = ChoiceField(_l("Which title should e-mails and calendar dates have?"), choices=TITLE_CHOICES)
    mails_dates = BooleanField(_l("Write me an e-mail when a date has come"))

    def validate_days(self, field: CheckboxesField) -> None:
        if self.has_hours and not field.data:
            raise ValidationError(_l("Choose at least one day."))

    def validate_last(self, field: ListField) -> None:
        if self.has_hours and field.data == self.first.data:
            raise ValidationError(_l("Choose an hour that is not the first one."))

    @property
    def has_hours(self) -> bool:
        return bool(self.when.data == SOME_HOURS)

    def choices(self, zone: str) -> Choices:
        """What was chosen, with hours in `zone`."""
        hours = None
        if self.has_hours:
            first, last = (time.fromisoformat(each.data) for each in (self.first, self.last))
            hours = SafeHours(days=frozenset(map(int, self.days.data)), first=first, last=last, zone=zone)
        return Choices(
            hours=hours,
            words=self.safe_words.data or "",
            title=self.title.data or "",
            mails_dates=bool(self.mails_dates.data),
        )


def fill_with(choices: Choices) -> dict[str, Any]:
    """What the form shows of choices made before."""
    return dict(_list_values(choices))


def _list_values(choices: Choices) -> Iterator[tuple[str, Any]]:
    hours = choices.hours
    yield "when", SOME_HOURS if hours else ANY_TIME
    yield "days", [str(day) for day in sorted(hours.days if hours else EVERY_DAY)]
    if hours:
        yield "first", f"{hours.first:%H:%M}"
        yield "last", f"{hours.last:%H:%M}"
    yield "safe_words", choices.words
    yield "title", choices.title
    yield "mails_dates", choices.mails_dates
