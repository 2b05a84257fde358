"""A request as a page shows it. Reads only; nothing is decided or written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.domain.lifecycle import SETTLED, UNSENT, ActorKind, Answer, History, LetterKind, RequestKind
from portal.domain.regimes import NoticeField, RegimeKind
from portal.domain.report import YesNo
from portal.models.events import Event
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases.consent import NoConsent, has_consent
from portal.services.cases.mandates import MandateOver, require_papers
from portal.services.clocks.snapshot import clock_views
from portal.services.history.events import read_detail
from portal.services.letters import letters
from portal.services.letters.views import LetterView
from portal.services.requests.channels import channel_views, list_warnings
from portal.services.requests.citations import Citation, binding_of, pick, read_bases
from portal.services.requests.content import RequestContent
from portal.services.requests.escalation import escalation_view, find_next_step, list_escalation
from portal.services.requests.lookup import find_request, items_of, list_requests, place_text, read_content
from portal.services.requests.views import BasisView, ElementView, FieldView, ItemView
from portal.services.tracking.views import AnswerView, RequestView
from portal.services.work import CaseWork

SHOWN = 80
COPYRIGHT_WARNING = (
    "This can pass your name and address on to the one who posted the picture. It is only for pictures you took "
    "yourself. Use it when nothing else has helped."
)


def request_views(work: CaseWork) -> tuple[RequestView, ...]:
    """All requests of the case by number, for the case page: without what only making a letter would tell."""
    return tuple(_view(work, request, is_whole=False) for request in list_requests(work))


def request_view(work: CaseWork, number: int) -> RequestView:
    """One request whole, with what stands in the way of its letter and the fields to copy. Raises UnknownNumber."""
    request = find_request(work, number)
    return _view(work, request, is_whole=True)


def item_views(work: CaseWork) -> tuple[ItemView, ...]:
    """All links and described places of the case by number."""
    numbers = {request.id: request.number for request in list_requests(work)}
    rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number))
    return tuple(_item_view(work, row, numbers.get(row.request_id) if row.request_id else None) for row in rows)


def _view(work: CaseWork, request: Request, *, is_whole: bool) -> RequestView:
    sealed = work.read_sealed(request)
    contents = read_content(work, request)
    citations = read_bases(work, request, contents)
    clocks = clock_views(work, request)
    options = list_escalation(work, request, contents.report)
    made = letters.letter_views(work, request_id=request.id)
    next_step = find_next_step(
        request,
        citations,
        clocks,
        options,
        has_consent=has_consent(work.session, work.case, "platforms"),
        was_reminded=any(letter.kind is LetterKind.REMINDER for letter in made),
    )
    may_copy = is_whole and (not _is_unsent(request) or _may_send(work))
    draft = letters.draft(work, request) if is_whole and _is_unsent(request) else None
    return RequestView(
        number=request.number,
        platform=request.platform,
        platform_name=sealed["name"],
        kind=request.kind,
        state=request.state,
        channel=request.channel,
        ticket=sealed.get("ticket", ""),
        prepared_at=request.prepared_at,
        sent_at=request.sent_at,
        received_at=request.received_at,
        answered_at=request.answered_at,
        items=tuple(_item_view(work, item, request.number) for item in items_of(work, request)),
        bases=tuple(basis_view(citation) for citation in citations),
        clocks=clocks,
        missing=list_missing(citations) if _is_unsent(request) else (),
        problems=draft.problems if draft else (),
        channels=channel_views(work, request, contents),
        fields=list_fields(contents, draft.text if draft else _sent_text(work, made)) if may_copy else (),
        warnings=list_warnings(
            sealed["name"], contents, citations, work.ports.registry.platforms.get(request.platform)
        ),
        details=contents.view,
        answers=_answers(work, request),
        letters=made,
        escalation=tuple(escalation_view(option) for option in options),
        next_step=next_step,
        can_use_copyright=contents.report.took_it is YesNo.YES and request.kind is RequestKind.NOTICE,
        can_prepare_erasure=is_whole and _can_erase(work, request, contents),
    )


def basis_view(citation: Citation) -> BasisView:
    regime = citation.regime
    return BasisView(
        regime=regime.id,
        name=regime.name,
        citation=regime.citation,
        kind=regime.kind,
        summary=regime.summary,
        reason=citation.reason,
        version=citation.regime.version,
        confidence=regime.confidence,
        binding=binding_of(regime),
        elements=tuple(
            ElementView(
                key=each.element.key,
                label=each.element.label,
                is_met=each.met,
                is_optional=not each.demanded,
                note=each.element.note,
                regime_names=(regime.name,),
            )
            for each in citation.checked
        ),
        is_cited=citation.is_complete,
        warning=COPYRIGHT_WARNING if regime.kind is RegimeKind.COPYRIGHT else None,
    )


def list_missing(citations: Sequence[Citation]) -> tuple[ElementView, ...]:
    """What laws demand and the request does not have; what the same addition would meet is named once."""
    found: dict[tuple[NoticeField, ...], ElementView] = {}
    for citation in citations:
        for each in citation.missing:
            before = found.get(each.missing)
            names = (*(before.regime_names if before else ()), citation.regime.name)
            found[each.missing] = ElementView(
                key="+".join(each.missing),
                label=before.label if before else each.element.label,
                is_met=False,
                is_optional=False,
                note=before.note if before else each.element.note,
                regime_names=tuple(dict.fromkeys(names)),
            )
    return tuple(found.values())


def list_fields(contents: RequestContent, text: str) -> tuple[FieldView, ...]:
    """What platforms' forms ask for, each ready to copy; what was not given is left out."""
    view, report = contents.view, contents.report
    fields = (
        ("Links", "\n".join(contents.places)),
        ("Name", view.name),
        ("E-mail address", contents.reply_email),
        ("Telephone", view.phone),
        ("Postal address", view.postal_address),
        ("Country", report.country),
        ("In your own words", view.explanation),
        ("Signature", report.signature),
        ("The whole letter as text", text),
    )
    return tuple(FieldView(label=label, value=value) for label, value in fields if value)


def _may_send(work: CaseWork) -> bool:
    """The person may copy what is theirs at any time; the team may not once the yes or the authority is gone."""
    if work.actor.kind is ActorKind.PERSON:
        return True
    try:
        require_papers(work, "platforms")
    except (NoConsent, MandateOver):
        return False
    return True


def _is_unsent(request: Request) -> bool:
    return request.state in UNSENT


def _sent_text(work: CaseWork, made: Sequence[LetterView]) -> str:
    """The text of the newest letter, since what was sent is what is shown."""
    return letters.letter_text(work, made[-1].number) if made else ""


def _item_view(work: CaseWork, row: Item, request_number: int | None) -> ItemView:
    values = work.read_sealed(row)
    text = place_text(values)
    known = work.ports.registry.platforms.get(row.platform)
    return ItemView(
        number=row.number,
        shown=text if len(text) <= SHOWN else text[: SHOWN - 1] + "…",
        url=values.get("url"),
        description=values.get("description", ""),
        platform=row.platform,
        platform_name=known.name if known else values.get("platform", ""),
        state=row.state,
        request_number=request_number,
        added_at=row.added_at,
        changed_at=row.changed_at,
    )


def _answers(work: CaseWork, request: Request) -> tuple[AnswerView, ...]:
    query = select(Event).where(Event.request_id == request.id, Event.kind == History.ANSWERED)
    return tuple(_answer_view(work, event) for event in work.session.scalars(query.order_by(Event.at, Event.sequence)))


def _answer_view(work: CaseWork, event: Event) -> AnswerView:
    detail = read_detail(event, work.key)
    until = detail.get("extension_until")
    return AnswerView(
        at=event.at,
        answer=Answer(event.facts["answer"]),
        text=detail.get("text", ""),
        extension_until=date.fromisoformat(until) if until else None,
        item_numbers=tuple(detail.get("items", ())),
    )


def _can_erase(work: CaseWork, request: Request, contents: RequestContent) -> bool:
    """Whether a data-protection law can be used and no such request is under way."""
    if request.kind is not RequestKind.NOTICE:
        return False
    for other in list_requests(work):
        if other.kind is RequestKind.ERASURE and other.platform == request.platform and other.state not in SETTLED:
            return False
    return bool(pick(contents, RequestKind.ERASURE, request.platform, now=work.now, ports=work.ports))
