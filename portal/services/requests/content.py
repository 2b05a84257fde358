"""What a request of a case contains: the report's own words, with what was given for this one request on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from portal.adapters.translations import SOURCE_LANGUAGE, name_country
from portal.config import Organisation
from portal.domain.letters.kinds import StatedBy
from portal.domain.letters.phrases import CHILD_POINTER, POINTERS
from portal.domain.lifecycle import Depiction, Filer, Handler, MandateAct, Path, RequestKind
from portal.domain.notices import NoticeContent, Situation, list_fields_given
from portal.domain.regimes import Element, NoticeField
from portal.domain.report import NameKind, Report, YesNo
from portal.models.events import Event
from portal.services.requests.views import DetailsView


@dataclass(frozen=True, kw_only=True, repr=False)
class Details:
    """What was given for one request only; None keeps the report's own. `confirmed` names facts from memory."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    postal_address: str | None = None
    explanation: str | None = None
    identity_offer: str | None = None
    release_to_poster: bool | None = None
    answers_to_me: bool | None = None  # where a team carries the case, and the person wants the answers herself
    confirmed: tuple[str, ...] | None = None

    def merged(self, later: Details) -> Details:
        """These with whatever `later` gives on top."""
        given = {name: value for name, value in vars(later).items() if value is not None}
        return replace(self, **given)


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestStatement:
    """What was stated for one request. `signature` is empty where the team took down what the person told it."""

    statements: frozenset[NoticeField]
    at: datetime
    by: StatedBy
    signature: str
    mandated_on: date | None = None  # the day of the written mandate under which a member of the team stated it
    covers: tuple[MandateAct, ...] = ()  # what that mandate names, as it stood then; empty where it named nothing yet
    limit: str = ""  # of the mandate, in its own words


def read_statement(event: Event, detail: Mapping[str, Any]) -> RequestStatement:
    """What an event tells that was stated; `detail` is what is sealed in it."""
    return _read(event.facts, event.at, detail)


def _read(facts: Mapping[str, Any], at: datetime, detail: Mapping[str, Any]) -> RequestStatement:
    return RequestStatement(
        statements=frozenset(NoticeField(each) for each in facts["statements"]),
        at=at,
        by=StatedBy(facts["by"]),
        signature=str(detail.get("signature") or ""),
        mandated_on=date.fromisoformat(facts["mandated_on"]) if facts.get("mandated_on") else None,
        covers=tuple(MandateAct(each) for each in facts.get("covers", ())),
        limit=str(detail.get("limit") or ""),
    )


def write_statement(statement: RequestStatement) -> dict[str, Any]:
    """The same as plain facts of an event. The signature is sealed apart from them."""
    facts: dict[str, Any] = {"by": statement.by.value, "statements": sorted(statement.statements)}
    if statement.mandated_on:
        facts["mandated_on"] = statement.mandated_on.isoformat()
        facts["covers"] = [each.value for each in statement.covers]
    return facts


def read_stated_there(event: Event, detail: Mapping[str, Any]) -> RequestStatement | None:
    """What the event of a sending tells that was stated in what was sent; None where it was a letter, or nothing."""
    stated = event.facts.get("stated")
    if not stated:
        return None
    return _read(stated, datetime.fromisoformat(stated["at"]), detail)


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestContent:
    """Everything a request says, before any law is looked at."""

    report: Report
    details: Details
    places: tuple[str, ...]  # a link or a description for each item
    organisation: Organisation | None  # where a team carries the case
    kind: RequestKind = RequestKind.NOTICE
    statement: RequestStatement | None = None  # what was stated for this request, besides the report
    earlier: RequestStatement | None = None  # what was stated for every letter that this paper tells of

    @cached_property
    def situation(self) -> Situation:
        return situation_of(self.report)

    @cached_property
    def view(self) -> DetailsView:
        """The values as they stand, for a form."""
        report, details = self.report, self.details
        return DetailsView(
            name=_first(details.name, report.name),
            email=_first(details.email, report.email),
            phone=_first(details.phone, report.phone),
            postal_address=_first(details.postal_address, report.postal_address),
            explanation=_first(details.explanation, report.explanation),
            release_to_poster=_first(details.release_to_poster, report.release_to_poster),
            identity_offer=_first(details.identity_offer, ""),
            answers_to_me=_first(details.answers_to_me, False),
            confirmed=details.confirmed or (),
        )

    @property
    def reply_email(self) -> str:
        """Where the platform may answer: whoever carries the case. With a team never the person's own mailbox, unless
        she chose that.
        """
        if self.organisation is None or self.view.answers_to_me:
            return self.view.email
        return self.organisation.email or ""

    def without_mandated(self) -> RequestContent:
        """The same for a law that lets no representative state it: without what the team stated under a mandate."""

        def keep(made: RequestStatement | None) -> RequestStatement | None:
            return None if made is not None and made.by is StatedBy.MANDATED else made

        statement, earlier = keep(self.statement), keep(self.earlier)
        if statement is self.statement and earlier is self.earlier:
            return self
        return replace(self, statement=statement, earlier=earlier)

    def is_stated(self, what: NoticeField, in_report: bool) -> bool:
        """Whether the report states it, or it was stated for this request or the letters it tells of."""
        return in_report or any(what in each.statements for each in (self.statement, self.earlier) if each)

    @property
    def signature(self) -> str:
        """The name that was signed with last."""
        own = next((each.signature for each in (self.statement, self.earlier) if each and each.signature), "")
        return own or (self.report.signature if self.report.signed_at is not None else "")

    @property
    def work(self) -> str:
        """The copyright work, named without describing it."""
        if self.kind is not RequestKind.COPYRIGHT:
            return ""
        return "The picture or video at the links listed, which the person made themselves."

    @cached_property
    def notice(self) -> NoticeContent:
        """What the notice contains, one field for each thing a law can ask for."""
        report, view = self.report, self.view
        no_consent = self.is_stated(NoticeField.NO_CONSENT, report.states_no_consent)
        says_what = _describe_content(report, no_consent=no_consent, is_online=bool(self.places))
        is_child = report.path is Path.CHILD
        return NoticeContent(
            signature=self.signature,
            legal_name=view.name if report.name_kind is not NameKind.PSEUDONYM else "",
            name=view.name,
            email=self.reply_email,
            phone=view.phone,
            postal_address=view.postal_address,
            contact=self.reply_email or view.phone or view.postal_address,
            location=self.places,
            description=says_what,
            explanation=view.explanation or says_what,
            # Of a child nothing is asked about consent: it cannot be given, and the letter says that a child is shown.
            no_consent=no_consent or is_child,
            depiction=report.depiction is not None or is_child,
            is_subject_or_authorised=report.filer is None or report.filer is Filer.SELF or bool(report.authority),
            authority=bool(report.authority) or report.filer is Filer.PARENT,
            good_faith=self.is_stated(NoticeField.GOOD_FAITH, report.states_good_faith),
            accuracy=self.is_stated(NoticeField.ACCURACY, report.states_accuracy),
            perjury=self.is_sworn,
            work=self.work,
            request="Remove the content at every link listed.",
            identity=view.identity_offer or self.reply_email,
            identity_document=view.identity_offer,
            age=_AGES.get(report.under_18, "") if report.under_18 else "",
            release_choice=True,
            recipient=True,
            residence=name_country(report.country, SOURCE_LANGUAGE) if report.country else "",
            date=True,
        )

    @cached_property
    def given(self) -> frozenset[NoticeField]:
        """What of all that laws ask for the notice has: every law is held against it."""
        return list_fields_given(self.notice)

    @property
    def is_sworn(self) -> bool:
        """Whether the person, or who acts for them, has sworn it for this very request. No report and no tick of the
        team is an oath.
        """
        found = self.statement
        return found is not None and found.by in _SIGNING and found.statements >= _OATH

    def proofs(self) -> frozenset[NoticeField]:
        return list_fields_given(self.notice)


def situation_of(report: Report) -> Situation:
    """What about the case decides which elements a law demands."""
    return Situation(
        by_representative=report.filer in {Filer.PARENT, Filer.REPRESENTATIVE},
        child_material=report.path is Path.CHILD,
    )


def describe_element(element: Element, facts: NoticeContent) -> str | None:
    """How the notice has an element, in words for the letter; None where a part of it is missing."""
    told = [_tell(proof, facts) for proof in element.proofs]
    if not all(told):
        return None
    return "; ".join(dict.fromkeys(told))


def for_team(handler: Handler, organisation: Organisation, email: str | None = None) -> Organisation | None:
    """The organisation stands in a letter only where its team carries the case; `email` is the team's own address."""
    if handler is not Handler.TEAM:
        return None
    return replace(organisation, email=email or organisation.email)


def _first(given: Any, kept: Any) -> Any:
    return kept if given is None else given


_WHAT: Mapping[Depiction, str] = {
    Depiction.REAL: "Intimate imagery of the person, published without consent.",
    Depiction.SYNTHETIC: "Intimate imagery altered or made by computer to show the person, published without consent.",
    Depiction.UNSURE: "Intimate imagery that shows the person, real or made by computer, published without consent.",
    Depiction.FALSE: "A false depiction of the person that does harm, published without consent.",
    Depiction.PRIVATE: "Private facts about the person, published without consent.",
}


_CHILD = "An image that shows a child, put online."
_CHILD_THREATENED = "Images of a child, which somebody threatens to publish."
_THREATENED: Mapping[Depiction, str] = {
    Depiction.REAL: "Intimate imagery of the person, which somebody threatens to publish.",
    Depiction.SYNTHETIC: "Intimate imagery altered or made by computer, which somebody threatens to publish.",
    Depiction.UNSURE: "Intimate imagery that shows the person, real or not, which somebody threatens to publish.",
    Depiction.FALSE: "A false depiction of the person, which somebody threatens to publish.",
    Depiction.PRIVATE: "Private facts about the person, which somebody threatens to publish.",
}

_AGES: Mapping[YesNo, str] = {
    YesNo.YES: "The person was under 18 when it was made.",
    YesNo.NO: "The person was 18 or older when it was made.",
}


_SIGNING = frozenset({StatedBy.PERSON, StatedBy.REPRESENTATIVE})
_OATH = frozenset({NoticeField.GOOD_FAITH, NoticeField.PERJURY})  # that nobody allowed the use, and whose work it is


def _describe_content(report: Report, *, no_consent: bool, is_online: bool) -> str:
    """What the letter itself says of the content: possible once its kind and the lack of consent are stated.

    Of a child it says that a child is shown. What else it shows is not asked, and consent is no question there.
    """
    is_threat = report.is_threat and not is_online
    if report.path is Path.CHILD:
        return _CHILD_THREATENED if is_threat else _CHILD
    if report.depiction is None or not no_consent:
        return ""
    return _THREATENED[report.depiction] if is_threat else _WHAT[report.depiction]


NOTHING_ONLINE = "nothing is online yet"


def _tell_places(places: tuple[str, ...]) -> str:
    """A report of a threat names no place; everything else counts its places."""
    if places == (NOTHING_ONLINE,):
        return NOTHING_ONLINE
    return POINTERS[NoticeField.LOCATION] if any(places) else ""


def _tell_consent(facts: NoticeContent) -> str:
    return CHILD_POINTER if facts.description in {_CHILD, _CHILD_THREATENED} else POINTERS[NoticeField.NO_CONSENT]


# What is said otherwise than by where in the letter it stands: names and addresses are not printed a second time.
_TELL: Mapping[NoticeField, Callable[[NoticeContent], str]] = {
    NoticeField.LOCATION: lambda facts: _tell_places(facts.location),
    NoticeField.DESCRIPTION: lambda facts: facts.description,
    NoticeField.NO_CONSENT: lambda facts: _tell_consent(facts) if facts.no_consent else "",
    NoticeField.AGE: lambda facts: facts.age,
    NoticeField.EVIDENCE: lambda facts: facts.evidence,
    NoticeField.AUTHOR: lambda facts: facts.author,
    NoticeField.RESIDENCE: lambda facts: facts.residence,
    NoticeField.PLATFORM_STEP: lambda facts: facts.platform_step,
    NoticeField.PLATFORM_ANSWER: lambda facts: facts.platform_answer,
}


def _tell(field: NoticeField, facts: NoticeContent) -> str:
    if field in _TELL:
        return _TELL[field](facts)
    return POINTERS[field] if getattr(facts, field.value) else ""
