"""The page for a call: 25 fields in any order, of which three are needed to open a case. Half of it can be saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from portal.domain.intake import Missing, StepId
from portal.domain.lifecycle import AgeBand, Depiction, Filer, Handler, RiskFlag
from portal.domain.report import ContactBy, Report, ReportedPlace, YesNo
from portal.domain.safe_hours import EVERY_DAY, SafeHours
from portal.services.cases.safe_contact import LONGEST_WORDS, Choices
from portal.services.intake import drafts
from portal.services.phone.opening import PhoneCall, WordsBy
from portal.services.ports import Ports
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, ListField, MailField, PageForm, PasteField, TextField, check_mail
from portal.web.forms.parts import PARTS
from portal.web.forms.typed_fields import IsoDayField
from portal.web.places import country_names

HOURS = (("", _l("any time")), *((f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)))
TOLD = _l(
    "We write down what you tell us and keep it locked; only our team can read it. We use it to have the content taken "
    "down. We never ask for the picture, and nobody here looks at it. Nothing is sent to a platform or an authority "
    "unless you allow it. With six words you can read, change, take along or erase all of it. You can stop at any time."
)
ALLOWED = {
    "to_platforms": (_l("Letters to platforms: allowed."), _l("Letters to platforms: not allowed so far.")),
    "to_authorities": (_l("Complaints to authorities: allowed."), _l("Complaints to authorities: not allowed so far.")),
}
NEEDED = {
    StepId.LINKS: ("pasted", _l("Paste a link, say where it is, or set the day on which the caller sends the links.")),
    StepId.CONTACT: ("contact_by", _l("Write the number or the address, or choose that they come back by themselves.")),
    StepId.HANDLER: ("team_id", _l("Choose the team.")),
}
NEEDED_FIELDS = ("under_18", "country", "told")
SECTIONS = (
    ("safe", ("contact_by", "phone", "email", "first", "last", "safe_words", "safe_contact")),
    ("risk", ("danger", "suicide")),
    ("who", ("filer", "authority", "under_18", "country", "subdivision")),
    ("what", ("depiction", "is_online", "pasted", "platform", "text", "due")),
    ("consent", ("told", "to_platforms", "to_authorities", "words_by", "team_id")),
)


CHILD_AGES = tuple(each for each in AgeBand if each is not AgeBand.ADULT)


def list_ages() -> list[tuple[str, Any]]:
    """The answers to whether they were under 18; where the caller says how old, that is chosen instead of yes."""
    found: list[tuple[str, Any]] = []
    for value, words in choices_of(YesNo):
        found.append((value, words))
        if value == YesNo.YES:
            found += [(each, _("Yes: %(age)s", age=name)) for each, name in choices_of(AgeBand) if each in CHILD_AGES]
    return found


class PhoneForm(PageForm):
    contact_by = ChoiceField(_l("How may we reach them?"))
    phone = TextField(_l("Phone number"))
    email = MailField(_l("E-mail address"), validators=[check_mail])
    first = ListField(_l("Safe from"), choices=HOURS)
    last = ListField(_l("Safe until"), choices=HOURS)
    safe_words = TextField(_l("What to say, and not to say"), lines=True, longest=LONGEST_WORDS)
    safe_contact = TextField(_l("Who else reads or hears it? What else to mind"), lines=True, longest=2000)
    danger = BooleanField(_l("Somebody is in danger now"))
    suicide = BooleanField(_l("Somebody may take their own life"))
    filer = ChoiceField(_l("Who is calling?"))
    authority = TextField(_l("If somebody acts for the person: who asked them, and how?"), lines=True, longest=2000)
    under_18 = ChoiceField(_l("Under 18 when it was made? (needed)"), required=_l("Ask whether they were under 18."))
    country = ListField(_l("Where does the person live? (needed)"), [InputRequired(_l("Choose the country."))])
    subdivision = ListField(_l("Part of the country"))
    depiction = ChoiceField(_l("What is it?"))
    is_online = ChoiceField(_l("Is it online yet?"))
    pasted = PasteField(_l("Links"), description=_l("With whatever stands around them. No link is opened."))
    platform = TextField(_l("No link: which app or site"))
    text = TextField(_l("No link: which account, group or post"), lines=True, longest=2000)
    due = IsoDayField(_l("The caller sends the links: look again on"))
    told = BooleanField(
        _l("I read this out and the caller agreed (needed)"),
        [InputRequired(_l("Read it out. Tick this once the caller agrees."))],
    )
    to_platforms = BooleanField(_l("The caller allows letters to platforms"))
    to_authorities = BooleanField(_l("The caller allows complaints to authorities"))
    words_by = ChoiceField(_l("The six words"), default=WordsBy.READ.value)
    team_id = ListField(_l("Team"))

    def __init__(self, teams: Sequence[tuple[str, str]], *, has_mail: bool, **values: Any) -> None:
        """`teams` are those to choose from; with one there is nothing to choose."""
        super().__init__(**values)
        self._team = teams[0][0]
        self._offer(has_mail=has_mail)
        if len(teams) > 1:
            self.team_id.offer(teams)
        else:
            del self.team_id

    def _offer(self, *, has_mail: bool) -> None:
        self.contact_by.offer(choices_of(ContactBy))
        self.filer.offer(choices_of(Filer))
        self.under_18.offer(list_ages())
        self.is_online.offer(choices_of(YesNo))
        self.depiction.offer(choices_of(Depiction))
        names = country_names(str(get_locale()))
        self.country.offer([("", _("choose")), *names])
        known = dict(names)
        parts = [
            (f"{country}-{code}", f"{known[country]}: {name}") for country in PARTS for code, name in PARTS[country]
        ]
        self.subdivision.offer([("", _("not said, or not asked there")), *parts])
        words = [each for each in choices_of(WordsBy) if has_mail or each[0] != WordsBy.MAIL]
        self.words_by.offer(words)

    def list_typed(self) -> dict[str, list[str]]:
        """What stands in the fields, as it was typed, also where it is wrong."""
        fields = (field for field in self if field.name != "csrf_token")
        return {field.name: [str(value) for value in field.raw_data or ()] for field in fields}

    def validate(self, extra_validators: Any = None) -> bool:
        is_fit = bool(super().validate(extra_validators))
        for field, sentence in self._find_misfits():
            field.errors = [*field.errors, str(sentence)]
            is_fit = False
        return is_fit

    def _find_misfits(self) -> list[tuple[Any, Any]]:
        """What is wrong between two fields."""
        checks = [
            (bool(self.first.data) != bool(self.last.data), self.last, _l("Choose both hours, or neither.")),
            (
                bool(self.first.data) and self.first.data == self.last.data,
                self.last,
                _l("Choose an hour that is not the first one."),
            ),
            (bool(self.text.data) and not self.platform.data, self.platform, _l("Write the name of the app or site.")),
            (
                self.words_by.data == WordsBy.MAIL and not self.email.data,
                self.email,
                _l("Write the e-mail address, or choose another way for the six words."),
            ),
            (
                bool(self.subdivision.data) and self._part_country != self.country.data,
                self.subdivision,
                _l("This part is not in that country."),
            ),
        ]
        return [(field, sentence) for is_wrong, field, sentence in checks if is_wrong]

    def show_missing(self, missing: Sequence[Missing]) -> None:
        """What the intake rules miss, at its field."""
        for each in missing:
            name, sentence = NEEDED[each.step]
            self[name].errors = [*self[name].errors, str(sentence)]

    @property
    def chosen_team(self) -> str:
        return str(self.team_id.data) if "team_id" in self else self._team

    @property
    def is_child(self) -> bool:
        """Whether they were under 18, as far as it was said."""
        return self.age is not None or self.under_18.data == YesNo.YES

    @property
    def age(self) -> AgeBand | None:
        """How old they were, where the caller said more than that they were under 18."""
        return next((each for each in CHILD_AGES if each == self.under_18.data), None)

    @property
    def _part_country(self) -> str:
        return (self.subdivision.data or "").partition("-")[0]

    def call(self, ports: Ports, *, team_id: str, zone: str) -> PhoneCall:
        """What was said, with hours in `zone`. Only of a form that is valid."""
        return PhoneCall(
            report=self._report(ports, team_id),
            told=self._tell(),
            risks=[flag for flag in RiskFlag if self[flag.value].data],
            safe=self._choices(zone),
            age=self.age,
            links_on=self.due.data,
            words_by=WordsBy(self.words_by.data or WordsBy.LATER.value),
        )

    def _tell(self) -> str:
        """What was read out, with what the caller said to it."""
        answers = [ALLOWED[name][0 if self[name].data else 1] for name in ALLOWED]
        return " ".join(str(text) for text in (TOLD, *answers))

    def _choices(self, zone: str) -> Choices | None:
        hours = None
        if self.first.data:
            first, last = (time.fromisoformat(each.data) for each in (self.first, self.last))
            hours = SafeHours(days=EVERY_DAY, first=first, last=last, zone=zone)
        words = self.safe_words.data or ""
        return Choices(hours=hours, words=words) if hours or words else None

    def _report(self, ports: Ports, team_id: str) -> Report:
        """Nothing is stated in it: what stands above a signature the person says, never who takes the call."""
        place = ReportedPlace(platform=self.platform.data or "", text=self.text.data or "")
        report = Report(
            filer=Filer(self.filer.data) if self.filer.data else None,
            authority=self.authority.data or "",
            under_18=YesNo.YES if self.age else YesNo(str(self.under_18.data)),
            depiction=Depiction(self.depiction.data) if self.depiction.data else None,
            is_online=YesNo(self.is_online.data) if self.is_online.data else None,
            country=self.country.data or "",
            subdivision=(self.subdivision.data or "").partition("-")[2],
            places=(place,) if place.platform else (),
            contact_by=ContactBy(self.contact_by.data) if self.contact_by.data else None,
            email=self.email.data or "",
            phone=self.phone.data or "",
            safe_contact=self.safe_contact.data or "",
            share_with_platforms=bool(self.to_platforms.data),
            share_with_regulators=bool(self.to_authorities.data),
            handler=Handler.TEAM,
            team_id=team_id,
        )
        return drafts.add_links(report, self.pasted.data or "", ports=ports) if self.pasted.data else report
