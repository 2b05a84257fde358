"""How a member hears of deadlines away from the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice
from wtforms.validators import InputRequired

from portal.domain.deadline_levels import Level
from portal.services.alerts.preferences import AlertChoices
from portal.web.fields import ListField, PageForm, SecretField, TextField
from portal.web.forms.typed_fields import CheckboxesField

LEVELS = (
    (Level.OWN, _l("Our own date to look again has come")),
    (Level.BEFORE, _l("A deadline ends soon")),
    (Level.AT, _l("A deadline has passed")),
    (Level.AFTER, _l("It passed a while ago, with no next step")),
    (Level.SUPERVISOR, _l("It is raised to the supervisors")),
    (Level.DRAFT, _l("The complaint is to be drafted")),
)
HOURS = (("", _l("No daily mail")), *((str(hour), f"{hour:02}:00") for hour in range(24)))


class AlertsForm(PageForm):
    email = TextField(_l("Your e-mail address"))
    digest = ListField(_l("One mail a day, from"), choices=HOURS, default="")
    weekends = BooleanField(_l("On Saturdays and Sundays too"))
    levels = CheckboxesField(
        _l("A mail at once, when"), choices=[SelectChoice(value=level.value, label=name) for level, name in LEVELS]
    )

    def choices(self) -> AlertChoices:
        return AlertChoices(
            address=self.email.data or "",
            digest_hour=int(self.digest.data) if self.digest.data else None,
            has_weekends=bool(self.weekends.data),
            levels=frozenset(map(Level, self.levels.data or ())),
        )


class CodeForm(PageForm):
    mailed_code = SecretField(_l("The code from the mail"), [InputRequired(_l("Type the code from the mail."))])


def fill_with(choices: AlertChoices) -> dict[str, Any]:
    """What the form shows of choices made before."""
    return dict(_list_values(choices))


def _list_values(choices: AlertChoices) -> Iterator[tuple[str, Any]]:
    yield "email", choices.address
    yield "digest", "" if choices.digest_hour is None else str(choices.digest_hour)
    yield "weekends", choices.has_weekends
    yield "levels", [level.value for level in choices.levels]
