"""The last questions: how to be reached, what may be shared, with whom to go on, and what is stated and signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.intake import StepId
from portal.domain.lifecycle import Filer, Handler, Path
from portal.domain.report import ContactBy, NameKind, Report
from portal.web.fields import YES_NO, ChoiceField, DayField, MailField, TextField, check_mail
from portal.web.person.forms.steps import StepForm

ALONE = "alone"


class ContactForm(StepForm):
    step = StepId.CONTACT
    heading = _l("How may we reach you?")
    intro = _l("You do not have to give anything. You can always come back with your six words.")
    contact_by = ChoiceField(
        _l("How may we reach you?"),
        choices=[
            (ContactBy.NONE.value, _l("Not at all: I come back by myself")),
            (ContactBy.EMAIL.value, _l("By e-mail")),
            (ContactBy.PHONE.value, _l("By phone")),
        ],
    )
    email = MailField(_l("E-mail address"), validators=[check_mail])
    phone = TextField(_l("Phone number"))
    safe_contact = TextField(
        _l("When and how is it safe to reach you?"),
        description=_l("For example: only in the morning, never leave a message."),
        lines=True,
        longest=2000,
    )

    def start_from(self, report: Report) -> dict[str, Any]:
        return {**super().start_from(report), "contact_by": report.contact_by or ContactBy.NONE}

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        chosen = {"email": self.email, "phone": self.phone}.get(self.contact_by.data or "")
        if chosen is not None and not chosen.data:
            chosen.errors = [*chosen.errors, _("Write it here, or choose “Not at all”.")]
            return False
        return is_valid


class PostalAddressForm(StepForm):
    step = StepId.ADDRESS
    heading = _l("Your postal address")
    postal_address = TextField(_l("Postal address"), lines=True, longest=1000)


class SharingForm(StepForm):
    step = StepId.SHARING
    heading = _l("Who may learn what you told us?")
    intro = _l("Nothing is passed on unless you say yes. You can change this at any time.")
    share_with_platforms = ChoiceField(
        _l("May the letters to the platforms use what you told us?"),
        description=_l("Without a yes no letter can be sent. The next pages show what each letter says."),
        choices=YES_NO,
    )
    share_with_regulators = ChoiceField(
        _l("May a complaint to an authority use it, if a platform does not act?"),
        description=_l("You are asked again before any complaint goes out."),
        choices=YES_NO,
    )


class HandlerForm(StepForm):
    step = StepId.HANDLER
    heading = _l("With someone, or on your own?")
    intro = _l("Both ways have the same steps. You can change your mind at any time.")
    team_id = ChoiceField(_l("Who carries the case?"))

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
    heading = _l("Who allowed you to act for them?")
    intro = _l("A platform may ask for this. Do not send any papers here.")
    authority = TextField(
        _l("Who gave you the authority, and how?"),
        description=_l("For example: she signed a letter on 3 March; I am her lawyer; I am his guardian."),
        lines=True,
        longest=2000,
    )
    authority_ends_on = DayField(_l("Until when, if it ends?"), description=_l("For example 31 12 2027"))


class NameForm(StepForm):
    step = StepId.NAME
    heading = _l("Which name should stand under the letters?")
    name_kind = ChoiceField(_l("Which kind of name?"))
    name = TextField(_l("The name"))

    def prepare(self) -> None:
        choices = [
            (NameKind.LEGAL.value, _("My own name, as in my papers")),
            (NameKind.PSEUDONYM.value, _("Another name that I choose")),
        ]
        if self.setting.report.filer is not Filer.SELF:
            choices.append((NameKind.REPRESENTATIVE.value, _("My name, because I act for someone else")))
        self.name_kind.offer(choices)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        if self.name.data and not self.name_kind.data:
            self.name_kind.errors = [_("Say what kind of name it is.")]
            return False
        return is_valid


class StatementForm(StepForm):
    """Also shown on a case whose report left it out."""

    step = StepId.STATEMENT
    heading = _l("What you state, and your signature")
    intro = _l("Only tick what is true. The letters say it in your name.")
    states_no_consent = BooleanField()
    states_good_faith = BooleanField(_l("I say this in good faith."))
    states_accuracy = BooleanField(_l("What I have written here is right, as far as I know."))
    signature = TextField(
        _l("Your signature"),
        description=_l("Type the name that stands under the letters. Typing it here is your signature."),
    )

    def prepare(self) -> None:
        own = self.setting.report.filer in {None, Filer.SELF}
        self.states_no_consent.label.text = (
            _("I did not agree that this is shown.") if own else _("The person did not agree that this is shown.")
        )

    @property
    def has_letters(self) -> bool:
        """Whether the report's way leads to letters at all."""
        return self.setting.report.path is not Path.THREAT
