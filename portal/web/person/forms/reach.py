"""The last questions: how to be reached, with whom to go on, and who allowed somebody else to act."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.intake import StepId
from portal.domain.lifecycle import Handler
from portal.domain.report import ContactBy, Report
from portal.web.fields import ChoiceField, DayField, MailField, TextField, check_mail
from portal.web.person.forms.steps import StepForm

ALONE = "alone"


class ContactForm(StepForm):
    """An address is an answer, an empty page is one too: it means "not at all"."""

    step = StepId.CONTACT
    heading = _l("How can we reach you?")
    email = MailField(_l("Your e-mail address"), validators=[check_mail])
    phone = TextField(_l("Your phone number"))
    safe_contact = TextField(
        _l("When and how is it safe to reach you?"),
        description=_l("For example: only in the morning. Never leave a message."),
        lines=True,
        longest=2000,
    )

    def apply(self, report: Report) -> Report:
        """An e-mail address goes before a phone: letters can use it."""
        by = ContactBy.EMAIL if self.email.data else ContactBy.PHONE if self.phone.data else ContactBy.NONE
        return replace(super().apply(report), contact_by=by)

    def start_from(self, report: Report) -> dict[str, Any]:
        return {name: getattr(report, name) for name in ("email", "phone", "safe_contact")}


class HandlerForm(StepForm):
    step = StepId.HANDLER
    one_tap = "team_id"
    heading = _l("Who sends the letters?")
    intro = _l("You can change this at any time.")
    team_id = ChoiceField(_l("Who sends the letters?"))

    def start_from(self, report: Report) -> dict[str, Any]:
        if report.handler is Handler.TEAM:
            return {"team_id": report.team_id}
        return {"team_id": ALONE if report.handler is Handler.PERSON else None}

    def prepare(self) -> None:
        teams = [(team_id, _("With %(team)s", team=name)) for team_id, name in self.setting.teams]
        self.team_id.offer([(ALONE, _("On my own")), *teams])

    def apply(self, report: Report) -> Report:
        chosen = self.team_id.data
        if chosen in {None, "", ALONE}:
            return replace(report, handler=Handler.PERSON if chosen == ALONE else None, team_id="")
        return replace(report, handler=Handler.TEAM, team_id=chosen)


class AuthorityForm(StepForm):
    step = StepId.AUTHORITY
    heading = _l("Who asked you to act for them?")
    intro = _l("A platform may ask you about this. Don’t send any papers here.")
    authority = TextField(
        _l("Who asked you, and how?"),
        description=_l("For example: she signed a letter on 3 March. I am her lawyer."),
        lines=True,
        longest=2000,
    )
    authority_ends_on = DayField(_l("Until when, if it ends?"), description=_l("For example 31 12 2027"))
