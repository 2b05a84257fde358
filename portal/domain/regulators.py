"""What a body is that people can turn to: authorities, tribunals, hotlines, and the forms they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.directory import Graded
from portal.domain.regimes import Confidence, NoticeField


class RegulatorKind(StrEnum):
    """What a body is."""

    DATA_PROTECTION = "data-protection"
    ONLINE_SAFETY = "online-safety"
    APPROVED_AGENCY = "approved-agency"
    TRIBUNAL = "tribunal"
    HOTLINE = "hotline"


class Audience(StrEnum):
    """Whom a help service is for, by the age at which the picture was made."""

    CHILDREN = "children"
    ADULTS = "adults"
    EVERYONE = "everyone"


class HelpRole(StrEnum):
    """What a help service does. Only the first two are somebody to talk to."""

    TALK = "talk"  # people who help with this, on the phone, by chat or by mail
    CRISIS = "crisis"  # people who listen when it gets too much, about anything
    REPORT = "report"  # takes reports: a tip line, a portal of the police
    FINGERPRINT = "fingerprint"  # turns a picture into a number on the person's own device
    FINDER = "finder"  # finds a service in the person's country


class SignatoryBasis(StrEnum):
    """What makes us say that a body signed the joint statement of 23 February 2026, or that we cannot say."""

    NAMED = "named"
    JURISDICTION_LISTED = "jurisdiction-listed"  # country is listed and has one national authority
    SEVERAL_AUTHORITIES = "jurisdiction-listed-several-authorities"  # the most likely of several
    AUTHORITY_UNKNOWN = "jurisdiction-listed-authority-unknown"
    UNCONFIRMED = "unconfirmed"


class FormInput(StrEnum):
    """What a field of an authority's form takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    LINKS = "links"
    CHOICE = "choice"
    DATE = "date"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of an authority's own form, as a source shows it. What no source shows is not there.

    `fills` names what of the complaint goes in; None: only the person can answer. `limit` is in characters.
    """

    key: str
    label: str  # as it was seen, or what it asks for in plain words
    takes: FormInput
    required: bool | None  # None: not seen
    source: str
    checked_on: date
    fills: NoticeField | None = None
    limit: int | None = None
    note: str | None = None
    regimes: tuple[str, ...] = ()  # ids of the laws whose form it is; empty: every complaint to this authority

    def is_for(self, regime: str) -> bool:
        """Whether the form for a complaint under this law has the field."""
        return not self.regimes or regime in self.regimes


@dataclass(frozen=True, kw_only=True)
class AuthorityAsk:
    """One sentence of what a complaint asks of a body, said to it. It never asks for what the body cannot do. With
    `is_ask` false it says that the complainant knows what the body does not do: it stands below what is asked.
    """

    text: str
    law: str | None = None  # the complaint's law; None: under every law
    is_ask: bool = True


@dataclass(frozen=True, kw_only=True)
class LawForm:
    """The form that a body keeps for complaints under one law, apart from its general one."""

    law: str  # id of the complaint's law
    url: str
    source: str  # where it was seen
    checked_on: date


@dataclass(frozen=True, kw_only=True)
class Regulator:
    """An authority, agency, tribunal or hotline. Role addresses only: no officer is ever named."""

    id: str
    name: str
    country: str  # ISO; "EU" for bodies of the Union
    kind: RegulatorKind
    languages: tuple[str, ...]  # it works in, ISO 639
    confidence: Confidence
    compiled_on: date
    native_name: str | None = None
    subdivision: str | None = None  # ISO 3166-2, or the name of a zone with its own law
    website: str | None = None
    complaint_url: str | None = None
    email: str | None = None
    phone: str | None = None
    postal_address: tuple[str, ...] = ()
    audience: Audience | None = None  # of a help service
    is_worldwide: bool = False  # a help service for people of any country
    role: HelpRole | None = None  # of a help service
    hours: str | None = None  # of the phone, in words; "day and night"
    takes_complaints: bool | None = None  # False: never offer it as the addressee of a complaint
    covers_platforms: bool = True  # False: it answers for public offices, not for companies
    no_door_found_on: date | None = None  # the day somebody looked for a form, an e-mail or a post address in vain
    asks: tuple[AuthorityAsk, ...] = ()  # in place of what is asked of bodies of its kind
    joint_statement_signatory: bool | None = None
    joint_statement_basis: SignatoryBasis | None = None
    joint_statement_note: str | None = None
    joint_statement_evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    graded: tuple[Graded, ...] = ()
    datenanfragen_slug: str | None = None
    source_date: str | None = None  # ISO date or year of the source's last own edit
    checked_on: date | None = None
    sources: tuple[str, ...] = ()
    form_fields: tuple[FormField, ...] = ()  # of its complaint form, in the form's order
    fields_none_found_on: date | None = None  # the day somebody looked for what its form asks in vain
    law_forms: tuple[LawForm, ...] = ()  # of its own for some laws

    @property
    def has_door(self) -> bool:
        """Whether a complaint can be sent there: by a form, by e-mail or by post."""
        return bool(self.forms or self.email or self.postal_address)

    @property
    def forms(self) -> tuple[str, ...]:
        """Addresses of all its forms, the general one first."""
        return (*filter(None, (self.complaint_url,)), *(form.url for form in self.law_forms))

    def form_under(self, law: str) -> str | None:
        """The form for a complaint under a law: its own, else the general one; None where no form is known."""
        own = (form.url for form in self.law_forms if form.law == law)
        return next(own, self.complaint_url)

    def asks_under(self, law: str) -> tuple[AuthorityAsk, ...]:
        """What a complaint under a law says to it: its sentences for that law, else those for every law."""
        own = tuple(ask for ask in self.asks if ask.law == law)
        return own or tuple(ask for ask in self.asks if ask.law is None)

    @property
    def is_seen(self) -> bool:
        """Whether anybody saw it in a source. What nobody did stays off every page for people."""
        return self.confidence is not Confidence.MEMORY

    @property
    def can_be_asked(self) -> bool:
        """Whether a person may be sent there with a complaint."""
        return self.has_door and self.is_seen and self.covers_platforms and self.takes_complaints is not False
