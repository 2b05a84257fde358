"""One page for all that makes letters stronger: what laws ask for and was not said, and what may be added to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import Depiction, Filer, Path
from portal.domain.report import ContactBy, NameKind, Report
from portal.domain.rough_days import LongAgo, NotADay, NotInCalendar, NotYet, read_rough_day
from portal.services.intake.facts import Topic
from portal.web.fields import (
    NOT_IN_CALENDAR,
    ChoiceField,
    DayField,
    MailField,
    PlainForm,
    TextField,
    check_mail,
    tell_year_ago,
    tell_year_ahead,
)
from portal.web.person.forms.about import AGE_QUESTIONS, UNSURE, depictions_for, filer_of
from portal.web.person.forms.steps import read_answer

FIELDS: Mapping[Topic, tuple[str, ...]] = MappingProxyType(
    {
        Topic.NAME: ("name", "name_kind"),
        Topic.EMAIL: ("email",),
        Topic.WHAT: ("depiction",),
        Topic.AGE: ("under_18",),
        Topic.AUTHORITY: ("authority", "authority_ends_on"),
        Topic.PHONE: ("phone",),
        Topic.ADDRESS: ("postal_address",),
    }
)
# What nobody has to say, and anybody may.
MORE = ("explanation", "found_words", "how_found", "took_it")
# Topics that stay on the page where no letter lacks them: a name may change, an address be added.
CHANGEABLE = (Topic.NAME, Topic.EMAIL, Topic.PHONE, Topic.ADDRESS)
PICTURES = frozenset({Depiction.REAL, Depiction.UNSURE, None})  # nobody took a fake one; private facts have no camera

_STILL_AHEAD = _l("This day is still ahead. Check the day, the month and the year.")


class FactsForm(PlainForm):
    """Fields bear the names of the report's. Only those of the chosen topics are there, and those of `MORE`."""

    name = TextField(_l("Which name should we put on the letters?"))
    name_kind = ChoiceField(_l("Is this your legal name?"))
    email = MailField(
        _l("Your e-mail address"),
        validators=[check_mail],
        description=_l("We put it in your letters, so that the platforms can answer."),
    )
    depiction = ChoiceField(_l("What is it?"))
    under_18 = ChoiceField(choices=[("yes", _l("Yes, under 18")), ("no", _l("No, 18 or older")), UNSURE])
    authority = TextField(
        _l("Who asked you to act for them, and how?"),
        description=_l("For example: she signed a letter on 3 March. I am her lawyer."),
        lines=True,
        longest=2000,
    )
    authority_ends_on = DayField(_l("Until when, if it ends?"), description=_l("For example 31 12 2027"))
    phone = TextField(_l("Your phone number"))
    postal_address = TextField(
        _l("Your postal address"),
        description=_l("You can leave this empty. A lawyer or a helpline may lend you their address."),
        lines=True,
        longest=1000,
    )
    explanation = TextField(
        _l("Is there anything you want to add?"),
        description=_l("You don’t have to explain. Your words go into your letters as you type them."),
        lines=True,
    )
    found_words = TextField(
        _l("When did you find out?"), description=_l("For example: today, last week, June, or 20 11 2026.")
    )
    how_found = TextField(_l("How did you find out?"), lines=True, longest=2000)
    took_it = ChoiceField(
        _l("Did you take the picture or video yourself?"),
        description=_l("If you did, you usually own the copyright. We suggest using it only if nothing else works."),
        choices=[("yes", _l("Yes, I took it")), ("no", _l("No")), UNSURE],
    )

    def __init__(self, report: Report, topics: Collection[Topic], today: date, **kwargs: Any) -> None:
        self.report, self.today = report, today
        super().__init__(obj=report, **kwargs)
        shown = {name for topic in topics for name in FIELDS[topic]} | set(MORE)
        if report.depiction not in PICTURES or report.path is Path.CHILD:
            shown.discard("took_it")
        for name in [field.name for field in self if field.name not in shown | {"version", "csrf_token"}]:
            del self[name]
        self._speak_to(report)

    def fields_of(self, topic: Topic) -> list[Any]:
        """The fields of a topic, in their order."""
        return [self[name] for name in FIELDS[topic] if name in self]

    @property
    def more(self) -> list[Any]:
        """The fields of what nobody has to say."""
        return [self[name] for name in MORE if name in self]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field is looked at, so that all that is wrong is said at once."""
        checks = (bool(super().validate(extra_validators)), self._check_day(), self._check_name())
        return all(checks)

    def apply(self, report: Report) -> Report:
        """The report with what is on the page."""
        skipped = {"version", "csrf_token"}
        given = {field.name: read_answer(field.name, field.data) for field in self if field.name not in skipped}
        if self.found_words.data != report.found_words:
            given["found_on"] = self._found_on()
        if given.get("email") and report.contact_by in {None, ContactBy.NONE}:
            given["contact_by"] = ContactBy.EMAIL
        return replace(report, **given)

    def _speak_to(self, report: Report) -> None:
        filer = filer_of(report)
        if "under_18" in self:
            self.under_18.label.text = AGE_QUESTIONS[filer]
        if "depiction" in self:
            self.depiction.offer(depictions_for(report))
        if "name_kind" in self:
            kinds = [
                (NameKind.LEGAL.value, _("Yes, as in my papers")),
                (NameKind.PSEUDONYM.value, _("No, I chose another name")),
            ]
            if filer is not Filer.SELF:
                kinds.append((NameKind.REPRESENTATIVE.value, _("It is mine, and I act for someone else")))
            self.name_kind.offer(kinds)

    def _found_on(self) -> date | None:
        text = self.found_words.data
        return read_rough_day(text, self.today) if text else None

    def _check_day(self) -> bool:
        if self.found_words.data == self.report.found_words:
            return True
        try:
            self._found_on()
        except NotYet as ahead:
            problem = tell_year_ahead(ahead.year) if ahead.year > self.today.year else _STILL_AHEAD
        except LongAgo as past:
            problem = tell_year_ago(past.year)
        except NotInCalendar:
            problem = NOT_IN_CALENDAR
        except NotADay:
            problem = _("Type it like this: today, last week, June, June 2025, or 20 11 2026.")
        else:
            return True
        self.found_words.errors = [*self.found_words.errors, str(problem)]
        return False

    def _check_name(self) -> bool:
        if "name" not in self or not self.name.data or self.name_kind.data:
            return True
        self.name_kind.errors = [*self.name_kind.errors, _("Choose yes or no, so that we use the name rightly.")]
        return False
