"""The directory's values: platforms, the ways to reach them, and the bodies that can act when they do not.

Only values and pure look-ups live here; the records themselves are files under `portal/reference/`.
`None` always means "unknown", never "no". Nothing is guessed: what no source states is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.regimes import Confidence
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


class AddressOutcome(StrEnum):
    """What happened to somebody who used an address."""

    WORKED = "worked"
    BOUNCED = "bounced"  # it came back, or the form is not there
    MOVED = "moved"  # they name another one
    ASKED_ELSE = "asked_else"  # it is there, and asks for something that nobody expected


def is_stale(on: date, checked_on: date | None, days: int) -> bool:
    """Whether a contact must be shown as "not checked since": never checked, or longer ago than `days`."""
    return checked_on is None or (on - checked_on).days > days
