"""The words for the members of the records' vocabularies, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.directory import AddressRole, Category, ChannelKind, DesignationKind
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    ConnectingFactor,
    ObligedParty,
    RegimeKind,
    Status,
    When,
)
from portal.domain.regulators import Audience, RegulatorKind
from portal.services.directory.lookups import Purpose
from portal.services.law.law_finder import ContentKind
from portal.services.law.waiting_clocks import Waiting
from portal.services.requests.channels import LABELS

_TABLES: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
        RegimeKind: {
            RegimeKind.REMOVAL: _l("Ask the platform to take it down"),
            RegimeKind.ERASURE: _l("Ask to have data about you erased"),
            RegimeKind.DATA_RIGHT: _l("Ask what is held about you, have it corrected, or object"),
            RegimeKind.COPYRIGHT: _l("Use copyright"),
            RegimeKind.APPEAL: _l("Ask for a second decision"),
            RegimeKind.COMPLAINT: _l("Complain to an authority"),
            RegimeKind.COURT: _l("Ask a court"),
            RegimeKind.SUPPORT: _l("Get help from a service"),
        },
        Status: {
            Status.IN_FORCE: _l("in force"),
            Status.NOT_IN_FORCE: _l("not in force"),
            Status.BILL: _l("a proposal, not law"),
            Status.UNVERIFIED: _l("not known to be in force"),
        },
        Confidence: {
            Confidence.HIGH: _l("read in an official text"),
            Confidence.MEDIUM: _l("read in a copy that is not the official one, or told by several sources"),
            Confidence.LOW: _l("told by one other source only"),
            Confidence.MEMORY: _l("not seen in any source: do not rely on it"),
        },
        Certainty: {Certainty.YES: _l("yes"), Certainty.NO: _l("no"), Certainty.MAYBE: _l("perhaps")},
        ObligedParty: {
            ObligedParty.PLATFORM: _l("The platform"),
            ObligedParty.CONTROLLER: _l("The company or body that has your data"),
            ObligedParty.AUTHOR: _l("The one who posted it"),
            ObligedParty.REGULATOR: _l("The authority"),
            ObligedParty.BODY: _l("The body outside the courts"),
            ObligedParty.COURT: _l("The court"),
            ObligedParty.PERSON: _l("You"),
        },
        Binding: {
            Binding.DUTY: _l("A duty"),
            Binding.SAFE_HARBOUR: _l("A condition for legal protection, not a duty"),
            Binding.PRECONDITION: _l("A time that has to pass first"),
            Binding.LIMITATION: _l("Your own time limit"),
            Binding.TARGET: _l("An aim, not law"),
            Binding.FOLLOW_UP: _l("Our own date to look again, not law"),
        },
        When: {
            When.ALWAYS: _l("always"),
            When.REPRESENTATIVE: _l("if somebody acts for the person"),
            When.ADULT_CONTENT: _l("not where it shows somebody under 18"),
            When.OPTIONAL: _l("helps, not needed"),
        },
        ContentKind: {
            ContentKind.REAL: _l("A real intimate picture or video"),
            ContentKind.ALTERED: _l("A real picture that was changed"),
            ContentKind.AI: _l("A picture made by a computer"),
            ContentKind.UNKNOWN: _l("Intimate, I cannot tell whether it is real"),
            ContentKind.OTHER: _l("Another false picture that does harm"),
        },
        Category: {
            Category.SOCIAL: _l("Social networks"),
            Category.VIDEO: _l("Videos"),
            Category.MESSAGING: _l("Messages"),
            Category.FORUM: _l("Forums"),
            Category.ADULT: _l("Sites for adults"),
            Category.DATING: _l("Dating"),
            Category.GAMING: _l("Games"),
            Category.MARKETPLACE: _l("Markets"),
            Category.LINK_PAGE: _l("Pages of links"),
            Category.PASTE: _l("Sites for pasted text"),
            Category.FILE_SHARING: _l("File sharing"),
            Category.HOSTING: _l("Hosts of websites"),
            Category.AI_GENERATOR: _l("Makers of AI pictures"),
            Category.SEARCH: _l("Search engines"),
            Category.FACE_SEARCH: _l("Search by face"),
            Category.APP_STORE: _l("App stores"),
            Category.CDN: _l("Delivery networks"),
            Category.REGISTRAR: _l("Domain registrars"),
            Category.PAYMENT: _l("Payment"),
        },
        RegulatorKind: {
            RegulatorKind.DATA_PROTECTION: _l("Data protection authorities"),
            RegulatorKind.ONLINE_SAFETY: _l("Online safety authorities"),
            RegulatorKind.APPROVED_AGENCY: _l("Approved agencies"),
            RegulatorKind.TRIBUNAL: _l("Tribunals and courts"),
            RegulatorKind.HOTLINE: _l("People who help"),
        },
        ChannelKind: LABELS,
        ConnectingFactor: {
            ConnectingFactor.ANYWHERE: _l("wherever the person lives"),
            ConnectingFactor.RESIDENCE: _l("the person lives there"),
            ConnectingFactor.SEAT: _l("the organisation is established there"),
            ConnectingFactor.OFFERS: _l("the service is offered there"),
            ConnectingFactor.NOTIFIES: _l("anybody may send a notice, but people there are the ones it protects"),
        },
        Waiting: {
            Waiting.PLATFORM: _l("I reported it to a platform"),
            Waiting.ERASE: _l("I asked to have my data erased"),
            Waiting.DATA: _l("I asked what they hold about me, or to correct it"),
            Waiting.APPEAL: _l("I asked for a second decision"),
            Waiting.AUTHORITY: _l("I complained to an authority"),
            Waiting.COURT: _l("A court made an order"),
            Waiting.OWN: _l("Nothing yet: I want to know how long I have"),
        },
        Purpose: {
            Purpose.REMOVAL: _l("To have it taken down"),
            Purpose.APPEAL: _l("If you do not agree with their answer"),
            Purpose.QUESTIONS: _l("Questions about European law. Not for reports"),
            Purpose.PRIVACY: _l("To have data erased, or to ask what is held"),
            Purpose.COPYRIGHT: _l("If you took the picture yourself: copyright"),
            Purpose.AUTHORITIES: _l("For authorities only, not for you"),
        },
        Audience: {
            Audience.CHILDREN: _l("for pictures of people under 18"),
            Audience.ADULTS: _l("for pictures of people of 18 or older"),
            Audience.EVERYONE: _l("for everybody"),
        },
        AddressRole: {
            AddressRole.COMPANY: _l("the company"),
            AddressRole.REPRESENTATIVE: _l("its representative"),
            AddressRole.COPYRIGHT_AGENT: _l("its agent for copyright"),
            AddressRole.UNCLEAR: _l("whose it is, is not clear"),
        },
        DesignationKind: {
            DesignationKind.VLOP: _l("a very large platform under the law of the European Union"),
            DesignationKind.VLOSE: _l("a very large search engine under the law of the European Union"),
            DesignationKind.FORMER_VLOP: _l("once a very large platform under the law of the European Union, not now"),
        },
    }
)


def label_of(value: StrEnum) -> str:
    """The word for a member. Raises KeyError for one that has none."""
    word = _TABLES[type(value)][value]
    return str(_(word)) if isinstance(word, str) else str(word)


def list_choices(values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Members with their words, for a list to choose from."""
    return [(value.value, label_of(value)) for value in values]


# The parts of a record, as a list of changes names them: those of a law, then those of a platform or an authority.
_FIELDS: Mapping[str, Any] = MappingProxyType(
    {
        "name": _l("its name"),
        "native_name": _l("its name"),
        "citation": _l("the text of the law it names"),
        "jurisdictions": _l("where it holds"),
        "kind": _l("what it is for"),
        "status": _l("whether it is law"),
        "summary": _l("what it says in short"),
        "basis": _l("whom it helps"),
        "in_force_from": _l("from when it is law"),
        "in_force_until": _l("until when it is law"),
        "covers": _l("what it reaches"),
        "filers": _l("who can use it"),
        "reach": _l("which cases it is for"),
        "obliged": _l("who has to act"),
        "elements": _l("what has to be in a letter"),
        "rules": _l("times"),
        "primary_clock": _l("times"),
        "escalation": _l("next steps"),
        "traps": _l("what is good to know"),
        "sources": _l("sources"),
        "confidence": _l("how sure we are"),
        "grades": _l("how sure we are"),
        "offered": _l("whether letters cite it"),
        "in_place_of": _l("which law it takes the place of"),
        "without_place": _l("whether it helps while nothing is online"),
        "identical_copies": _l("whether copies have to go too"),
        "letter": _l("what letters say in its own words"),
        "note": _l("a note"),
        "category": _l("what it is"),
        "hosts": _l("its addresses on the web"),
        "more_hosts": _l("its addresses on the web"),
        "legal_entity": _l("the company behind it"),
        "seat_country": _l("the company behind it"),
        "establishments": _l("the company behind it"),
        "companies": _l("which company answers for whom"),
        "postal_addresses": _l("how to reach it"),
        "postal_address": _l("how to reach it"),
        "channels": _l("how to reach it"),
        "website": _l("how to reach it"),
        "complaint_url": _l("how to reach it"),
        "email": _l("how to reach it"),
        "phone": _l("how to reach it"),
        "no_door_found_on": _l("how to reach it"),
        "takeitdown_none_found_on": _l("how to reach it"),
        "hours": _l("when it can be reached"),
        "flags": _l("what it asks for and passes on"),
        "dsa_designation": _l("what it is"),
        "hash_programmes": _l("which programmes it takes part in"),
        "appeal_none_found_on": _l("how to reach it"),
        "contact_none_found_on": _l("how to reach it"),
        "ftc_reminder_on": _l("what an authority told it"),
        "own_rules": _l("its own rules"),
        "stated_response_time": _l("what it says of its speed"),
        "notes": _l("notes"),
        "graded": _l("how sure we are"),
        "datenanfragen_slug": _l("sources"),
        "source_date": _l("sources"),
        "compiled_on": _l("when it was put together"),
        "checked_on": _l("when it was checked"),
        "country": _l("where it is"),
        "subdivision": _l("where it is"),
        "languages": _l("its languages"),
        "audience": _l("whom it is for"),
        "is_worldwide": _l("whom it is for"),
        "role": _l("what it does"),
        "takes_complaints": _l("whether it takes complaints"),
        "covers_platforms": _l("whom it answers for"),
        "asks": _l("what a complaint asks of it"),
        "form_fields": _l("what its form asks for"),
        "fields_none_found_on": _l("what its form asks for"),
        "law_forms": _l("how to reach it"),
        "joint_statement_signatory": _l("whether it signed the joint statement"),
        "joint_statement_basis": _l("whether it signed the joint statement"),
        "joint_statement_note": _l("whether it signed the joint statement"),
        "joint_statement_evidence": _l("whether it signed the joint statement"),
    }
)


def describe_fields(names: Iterable[str]) -> str:
    """Parts of a record in words, each once. Raises KeyError for one that has no word."""
    return ", ".join(dict.fromkeys(str(_FIELDS[name]) for name in names))
