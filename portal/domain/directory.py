"""The directory's values: platforms, the ways to reach them, and the bodies that can act when they do not.

Only values and pure look-ups live here; the records themselves are files under `portal/reference/`.
`None` always means "unknown", never "no". Nothing is guessed: what no source states is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.regimes import Confidence, NoticeField
from portal.domain.territories import Region, Territory, is_within

PLATFORM_DAYS = 90  # forms and addresses of platforms move quickly
AUTHORITY_DAYS = 180


class Category(StrEnum):
    """What a platform is; a regime's reach names these."""

    SOCIAL = "social"
    VIDEO = "video"
    MESSAGING = "messaging"
    FORUM = "forum"
    ADULT = "adult"
    DATING = "dating"
    GAMING = "gaming"
    MARKETPLACE = "marketplace"
    LINK_PAGE = "link-page"  # link collections, shorteners, tip pages
    PASTE = "paste"
    FILE_SHARING = "file-sharing"
    HOSTING = "hosting"
    AI_GENERATOR = "ai-generator"
    SEARCH = "search"
    FACE_SEARCH = "face-search"
    APP_STORE = "app-store"
    CDN = "cdn"
    REGISTRAR = "registrar"
    PAYMENT = "payment"


class ChannelKind(StrEnum):
    """What a way of reaching a platform is meant for."""

    NCII_FORM = "ncii_form"
    NCII_PAGE = "ncii_page"  # a page that explains how to report intimate images, no form
    TAKEITDOWN_FORM = "takeitdown_form"  # a form for the request that the US TAKE IT DOWN Act names
    TAKEITDOWN_PAGE = "takeitdown_page"  # a page that explains how to make that request, no form
    TAKEITDOWN_EMAIL = "takeitdown_email"
    GENERAL_FORM = "general_form"
    ABUSE_EMAIL = "abuse_email"
    REPORT_PAGE = "report_page"  # a page that explains how to report, no form
    LEGAL_EMAIL = "legal_email"  # its legal department
    APPEAL_FORM = "appeal_form"  # against a decision about a report
    APPEAL_EMAIL = "appeal_email"
    APPEAL_PAGE = "appeal_page"  # a page that explains how to ask for another decision, no form
    CONTACT_FORM = "contact_form"  # its point of contact for users in the European Union, for questions, never a notice
    CONTACT_EMAIL = "contact_email"
    CONTACT_PAGE = "contact_page"
    DELISTING_FORM = "delisting_form"  # of a search engine, under data protection law
    PRIVACY_FORM = "privacy_form"
    PRIVACY_EMAIL = "privacy_email"
    PRIVACY_POLICY = "privacy_policy"  # a page to read, not a form
    PRIVACY_REPRESENTATIVE = "privacy_representative"
    PRIVACY_REPRESENTATIVE_EMAIL = "privacy_representative_email"
    DPO_EMAIL = "dpo_email"
    COPYRIGHT_FORM = "copyright_form"
    COPYRIGHT_PAGE = "copyright_page"
    COPYRIGHT_EMAIL = "copyright_email"
    COPYRIGHT_PHONE = "copyright_phone"
    COPYRIGHT_POST = "copyright_post"
    DSA_FORM = "dsa_form"
    DSA_EMAIL = "dsa_email"
    DSA_PHONE = "dsa_phone"
    DSA_REPRESENTATIVE = "dsa_representative"
    DSA_REPRESENTATIVE_EMAIL = "dsa_representative_email"
    DSA_AUTHORITIES_FORM = "dsa_authorities_form"  # for authorities only, never for a person's notice
    DSA_AUTHORITIES_EMAIL = "dsa_authorities_email"
    DSA_AUTHORITIES_PAGE = "dsa_authorities_page"


class Medium(StrEnum):
    """How something is sent through a channel."""

    FORM = "form"
    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    PAGE = "page"


_POST_KINDS = frozenset(
    {ChannelKind.COPYRIGHT_POST, ChannelKind.DSA_REPRESENTATIVE, ChannelKind.PRIVACY_REPRESENTATIVE}
)
_AUTHORITY_KINDS = frozenset(kind for kind in ChannelKind if kind.value.startswith("dsa_authorities_"))


@dataclass(frozen=True, kw_only=True)
class ContactChannel:
    """One way to reach a platform. `address` is a URL, an e-mail address, a phone number or a line of post."""

    kind: ChannelKind
    address: str
    confidence: Confidence
    source: str | None = None  # None: one of the record's sources, which one was not noted
    checked_on: date | None = None  # the day a person opened the official page; None: nobody has yet
    countries: tuple[str, ...] = ()  # where people must live to use it: ISO, or "EU"; empty: anywhere

    @property
    def medium(self) -> Medium:
        """How it is used; read from the kind, so that the two can never disagree."""
        if self.kind in _POST_KINDS:
            return Medium.POST
        if self.kind is ChannelKind.PRIVACY_POLICY:
            return Medium.PAGE
        return Medium(self.kind.value.rpartition("_")[2])

    def is_open_to(self, country: str | None, territory: Territory | None = None) -> bool:
        """Whether somebody who lives there may use it; while the country is not known, everybody's only.

        What is for a state is for its territories where its law applies of right.
        """
        if not self.countries or not country:
            return not self.countries
        homes = (country, territory.state) if territory is not None and territory.of_right else (country,)
        return any(is_within(home, None, each) for home in homes for each in self.countries)

    @property
    def is_for_authorities(self) -> bool:
        """Whether only authorities may use it."""
        return self.kind in _AUTHORITY_KINDS


class AddressRole(StrEnum):
    """Whose post box an address is."""

    COMPANY = "company"
    REPRESENTATIVE = "representative"
    COPYRIGHT_AGENT = "copyright_agent"
    UNCLEAR = "unclear"  # the source does not fit the legal entity


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    """One postal address as it is written on an envelope."""

    lines: tuple[str, ...]
    country: str | None  # ISO 3166-1 alpha-2, from the last line
    role: AddressRole = AddressRole.COMPANY


@dataclass(frozen=True, kw_only=True)
class Company:
    """One company behind a platform, and for people of which regions it answers.

    `controller_for`: it decides about their data. `provider_for`: it provides the service to them, which is whom the
    European law of such services obliges. A region that no company names is unknown; what rests on memory is too.
    """

    name: str
    country: str | None  # ISO; where it is established
    confidence: Confidence
    controller_for: tuple[Region, ...] = ()
    provider_for: tuple[Region, ...] = ()
    source: str | None = None  # None: one of the record's sources

    @property
    def is_sure(self) -> bool:
        """Whether anything may be built on it."""
        return self.confidence is not Confidence.MEMORY


class DesignationKind(StrEnum):
    """Designation by the European Commission under the Digital Services Act."""

    VLOP = "vlop"
    VLOSE = "vlose"
    FORMER_VLOP = "former_vlop"


@dataclass(frozen=True, kw_only=True)
class Designation:
    """A designation; `scope` names the part of the service, where it is not the whole."""

    kind: DesignationKind
    confidence: Confidence
    scope: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What reporting costs the person. None is unknown: a page must then say nothing."""

    account_needed: bool | None = None
    id_demanded: bool | None = None  # an identity document
    name_passed_on: bool | None = None  # to the one who posted, or to the site behind
    publishes_notices: bool | None = None  # in a public archive


@dataclass(frozen=True, kw_only=True)
class HashProgrammes:
    """Which fingerprint programmes the platform takes part in."""

    stopncii: bool | None = None
    take_it_down: bool | None = None  # NCMEC's programme for pictures of people under 18


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A field whose grade or source differs from its record's."""

    field: str
    confidence: Confidence
    source: str | None = None


_OWN_HOUSE = frozenset(
    {
        Category.SOCIAL,
        Category.VIDEO,
        Category.MESSAGING,
        Category.SEARCH,
        Category.APP_STORE,
        Category.MARKETPLACE,
        Category.GAMING,
        Category.DATING,
        Category.CDN,
        Category.REGISTRAR,
        Category.PAYMENT,
    }
)


@dataclass(frozen=True, kw_only=True)
class OwnRules:
    """The platform's own rules against such content: no law, and a letter that relies on them says so."""

    title: str  # as the platform calls them
    url: str
    confidence: Confidence
    seen_on: date


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One service that can show, carry or find content. The slug never changes, whatever the service is renamed to."""

    slug: str
    name: str
    category: Category
    hosts: tuple[str, ...]  # registrable domains and notable hosts, lower case; every host below them counts
    confidence: Confidence
    compiled_on: date  # the day this record was put together from its sources
    more_hosts: tuple[str, ...] = ()  # country sites, mirrors, hosts of media, short links; patterns, see `expand_host`
    legal_entity: str | None = None
    seat_country: str | None = None  # ISO; of the first company address, or of a country the entity's name states
    establishments: tuple[str, ...] = ()  # ISO; every country an entity or a company address states
    companies: tuple[Company, ...] = ()  # needed where there is more than one: which of them answers for whom
    postal_addresses: tuple[PostalAddress, ...] = ()
    channels: tuple[ContactChannel, ...] = ()
    flags: Flags = Flags()
    dsa_designation: Designation | None = None
    hash_programmes: HashProgrammes = HashProgrammes()
    takeitdown_none_found_on: date | None = None  # the day somebody looked for a public route under that Act in vain
    appeal_none_found_on: date | None = None  # the day somebody looked for an address for objections in vain
    contact_none_found_on: date | None = None  # the day somebody looked for its point of contact for users in vain
    ftc_reminder_on: date | None = None  # the US trade commission's letter about the TAKE IT DOWN Act
    own_rules: OwnRules | None = None
    stated_response_time: str | None = None  # the platform's own words for it, shortened; a promise, not a duty
    notes: tuple[str, ...] = ()
    graded: tuple[Graded, ...] = ()
    datenanfragen_slug: str | None = None  # the record in that public directory, for comparing
    sources: tuple[str, ...] = ()

    def channels_for(self, *kinds: ChannelKind) -> tuple[ContactChannel, ...]:
        """Its channels of these kinds, in the order in which the kinds are given."""
        return tuple(channel for kind in kinds for channel in self.channels if channel.kind is kind)

    @property
    def has_several_companies(self) -> bool:
        """Whether its record names more than one company, or companies in more than one country."""
        named = [name for name in re.split(r"; | / ", self.legal_entity or "") if name.strip()]
        return len(named) > 1 or len(set(self.establishments)) > 1

    @property
    def is_household(self) -> bool:
        """Whether it runs on its company's own machines, under its own name: nobody stands behind it to write to."""
        return self.dsa_designation is not None or self.category in _OWN_HOUSE

    def sources_of(self, channel: ContactChannel) -> tuple[str, ...]:
        """Where a channel was read; the record's sources where the channel names none."""
        return (channel.source,) if channel.source else self.sources


class RegulatorKind(StrEnum):
    """What a body is."""

    DATA_PROTECTION = "data-protection"
    ONLINE_SAFETY = "online-safety"
    APPROVED_AGENCY = "approved-agency"
    TRIBUNAL = "tribunal"
    HOTLINE = "hotline"


class AddressOutcome(StrEnum):
    """What happened to somebody who used an address."""

    WORKED = "worked"
    BOUNCED = "bounced"  # it came back, or the form is not there
    MOVED = "moved"  # they name another one
    ASKED_ELSE = "asked_else"  # it is there, and asks for something that nobody expected


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
    """One sentence of what a complaint asks of a body, said to it. It never asks for what the body cannot do."""

    text: str
    law: str | None = None  # the complaint's law; None: under every law


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

    def asks_under(self, law: str) -> tuple[str, ...]:
        """What a complaint under a law asks of it: its sentences for that law, else those for every law."""
        own = tuple(ask.text for ask in self.asks if ask.law == law)
        return own or tuple(ask.text for ask in self.asks if ask.law is None)

    @property
    def is_seen(self) -> bool:
        """Whether anybody saw it in a source. What nobody did stays off every page for people."""
        return self.confidence is not Confidence.MEMORY

    @property
    def can_be_asked(self) -> bool:
        """Whether a person may be sent there with a complaint."""
        return self.has_door and self.is_seen and self.covers_platforms and self.takes_complaints is not False


_CHOICE = re.compile(r"\{([^{}]*)\}")
_LABEL = {"*": "[^.]+", "#": "[0-9]{1,3}"}


def expand_host(pattern: str) -> Iterator[str]:
    """Each host that a pattern writes out: `shop.{de,co.uk}` is shop.de and shop.co.uk."""
    choice = _CHOICE.search(pattern)
    if choice is None:
        yield pattern
        return
    for part in choice[1].split(","):
        yield from expand_host(pattern[: choice.start()] + part.strip() + pattern[choice.end() :])


def is_safe_pattern(host: str) -> bool:
    """Whether one expanded host leaves nothing open that anybody could register.

    `*` is a whole label and never one of the last three, which registries sell. `#` is a number beside letters, for a
    family of numbered mirrors. So `google.*` is refused: its endings are written out, and google.evil.com is nobody's
    country site.
    """
    labels = host.split(".")
    if any("*" in label for label in labels[-3:]):
        return False
    return all("*" not in label or label == "*" for label in labels) and all(
        re.search("[a-z]", label) for label in labels if "#" in label
    )


class HostIndex:
    """Finds the platform of a host: the longest listed host that equals it or stands above it.

    Of a plain host and a pattern of the same length the plain one wins.
    """

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self._by_host: dict[str, Platform] = {}
        self._by_pattern: dict[tuple[int, str], list[tuple[re.Pattern[str], Platform]]] = {}
        for platform in platforms:
            for host in list_hosts(platform):
                self._add(host, platform)

    def find(self, host: str) -> Platform | None:
        """The platform of a lower-case host name in ASCII form, or None where the directory has none."""
        labels = host.split(".")
        for start in range(len(labels)):
            rest = ".".join(labels[start:])
            if found := self._by_host.get(rest):
                return found
            for pattern, platform in self._by_pattern.get((len(labels) - start, labels[-1]), ()):
                if pattern.fullmatch(rest):
                    return platform
        return None

    def _add(self, host: str, platform: Platform) -> None:
        if not set(host) & set(_LABEL):
            self._by_host[host] = platform
            return
        labels = host.split(".")
        text = "".join(_LABEL.get(sign, re.escape(sign)) for sign in host)
        self._by_pattern.setdefault((len(labels), labels[-1]), []).append((re.compile(text), platform))


def list_hosts(platform: Platform) -> Iterator[str]:
    """Every host of a platform, written out; those with `*` or `#` in them stand for more than one."""
    yield from platform.hosts
    for pattern in platform.more_hosts:
        yield from expand_host(pattern)


def is_stale(on: date, checked_on: date | None, days: int) -> bool:
    """Whether a contact must be shown as "not checked since": never checked, or longer ago than `days`."""
    return checked_on is None or (on - checked_on).days > days
