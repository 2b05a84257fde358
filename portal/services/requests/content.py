"""What a request of a case contains: the report's own words, with what was given for this one request on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from portal.config import Organisation
from portal.domain.lifecycle import Depiction, Filer, Handler, Path
from portal.domain.notices import NoticeContent, Situation, list_fields_given
from portal.domain.regimes import Element, NoticeField
from portal.domain.report import NameKind, Report, YesNo
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
    use_copyright: bool | None = None
    states_ownership: bool | None = None
    confirmed: tuple[str, ...] | None = None

    def merged(self, later: Details) -> Details:
        """These with whatever `later` gives on top."""
        given = {name: value for name, value in vars(later).items() if value is not None}
        return replace(self, **given)


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestContent:
    """Everything a request says, before any law is looked at."""

    report: Report
    details: Details
    places: tuple[str, ...]  # a link or a description for each item
    organisation: Organisation | None  # where a team carries the case

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
            use_copyright=bool(details.use_copyright) and report.took_it is YesNo.YES,
            states_ownership=_first(details.states_ownership, report.states_ownership),
            confirmed=details.confirmed or (),
        )

    @property
    def reply_email(self) -> str:
        """Where the platform may answer: the person's address, else that of the organisation that acts for them."""
        own = self.view.email
        return own or ((self.organisation.email or "") if self.organisation else "")

    @property
    def work(self) -> str:
        """The copyright work, named without describing it."""
        if not self.view.use_copyright:
            return ""
        return "The picture or video at the places listed, which the person made themselves."

    @cached_property
    def notice(self) -> NoticeContent:
        """What the notice contains, one field for each thing a law can ask for."""
        report, view = self.report, self.view
        signed = bool(report.signature) and report.signed_at is not None
        says_what = _describe_content(report)
        is_child = report.path is Path.CHILD
        return NoticeContent(
            signature=report.signature if signed else "",
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
            no_consent=report.states_no_consent or is_child,
            depiction=report.depiction is not None or is_child,
            is_subject_or_authorised=report.filer is None or report.filer is Filer.SELF or bool(report.authority),
            authority=bool(report.authority) or report.filer is Filer.PARENT,
            good_faith=report.states_good_faith,
            accuracy=report.states_accuracy,
            perjury=view.use_copyright and view.states_ownership and signed,
            work=self.work,
            request="Remove the content at every place listed.",
            identity=view.identity_offer or self.reply_email,
            identity_document=view.identity_offer,
            age=_AGES.get(report.under_18, "") if report.under_18 else "",
            release_choice=True,
            recipient=True,
            residence=report.country,
            date=True,
        )

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
    told = [_TELL[proof](facts) for proof in element.proofs]
    if not all(told):
        return None
    return "; ".join(dict.fromkeys(told))


def for_team(handler: Handler, organisation: Organisation) -> Organisation | None:
    """The organisation stands in a letter only where its team carries the case."""
    return organisation if handler is Handler.TEAM else None


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

_AGES: Mapping[YesNo, str] = {
    YesNo.YES: "The person was under 18 when it was made.",
    YesNo.NO: "The person was 18 or older when it was made.",
}


def _describe_content(report: Report) -> str:
    """What the letter itself says of the content: possible once its kind and the lack of consent are stated.

    Of a child it says that a child is shown, and nothing about consent.
    """
    if report.path is Path.CHILD:
        return _CHILD
    if report.depiction is None or not report.states_no_consent:
        return ""
    return _WHAT[report.depiction]


def _tell_consent(facts: NoticeContent) -> str:
    return "a child is shown" if facts.description == _CHILD else "the person did not consent"


def _text_if(read: Callable[[NoticeContent], bool], text: str) -> Callable[[NoticeContent], str]:
    return lambda facts: text if read(facts) else ""


# Names and addresses stand at the top of the letter already and are not printed a second time.
_TELL: Mapping[NoticeField, Callable[[NoticeContent], str]] = {
    NoticeField.SIGNATURE: lambda facts: "at the end of this letter" if facts.signature else "",
    NoticeField.LEGAL_NAME: lambda facts: "at the head of this letter" if facts.legal_name else "",
    NoticeField.NAME: lambda facts: "at the head of this letter" if facts.name else "",
    NoticeField.EMAIL: lambda facts: "at the head of this letter" if facts.email else "",
    NoticeField.PHONE: lambda facts: "at the head of this letter" if facts.phone else "",
    NoticeField.POSTAL_ADDRESS: lambda facts: "at the head of this letter" if facts.postal_address else "",
    NoticeField.CONTACT: lambda facts: "at the head of this letter" if facts.contact else "",
    NoticeField.LOCATION: lambda facts: "in Annex A" if any(facts.location) else "",
    NoticeField.DESCRIPTION: lambda facts: facts.description,
    NoticeField.EXPLANATION: lambda facts: "in this letter's account of the content" if facts.explanation else "",
    NoticeField.NO_CONSENT: lambda facts: (
        ("a child is shown" if facts.description == _CHILD else "the person did not consent")
        if facts.no_consent
        else ""
    ),
    NoticeField.DEPICTION: _text_if(lambda facts: facts.depiction, "the kind of content is stated"),
    NoticeField.IS_SUBJECT_OR_AUTHORISED: _text_if(
        lambda facts: facts.is_subject_or_authorised, "the capacity is stated"
    ),
    NoticeField.AUTHORITY: _text_if(lambda facts: facts.authority, "the authority to act is stated"),
    NoticeField.GOOD_FAITH: _text_if(lambda facts: facts.good_faith, "stated above the signature"),
    NoticeField.ACCURACY: _text_if(lambda facts: facts.accuracy, "stated above the signature"),
    NoticeField.PERJURY: _text_if(lambda facts: facts.perjury, "stated above the signature"),
    NoticeField.WORK: lambda facts: facts.work,
    NoticeField.REQUEST: lambda facts: "in this letter's requests" if facts.request else "",
    NoticeField.IDENTITY: lambda facts: "an offer to prove identity" if facts.identity else "",
    NoticeField.IDENTITY_DOCUMENT: lambda facts: (
        "in this letter's words on who asks" if facts.identity_document else ""
    ),
    NoticeField.AGE: lambda facts: facts.age,
    NoticeField.EVIDENCE: lambda facts: facts.evidence,
    NoticeField.RECIPIENT: _text_if(lambda facts: facts.recipient, "at the head of this letter"),
    NoticeField.AUTHOR: lambda facts: facts.author,
    NoticeField.RELEASE_CHOICE: _text_if(lambda facts: facts.release_choice, "in this letter's requests"),
    NoticeField.RESIDENCE: lambda facts: facts.residence,
    NoticeField.PLATFORM_STEP: lambda facts: facts.platform_step,
    NoticeField.PLATFORM_ANSWER: lambda facts: facts.platform_answer,
    NoticeField.DATE: _text_if(lambda facts: facts.date, "the date of this letter"),
}
