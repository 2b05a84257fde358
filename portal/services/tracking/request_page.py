"""A request as a page shows it. Reads only; nothing is decided or written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from portal.domain.lifecycle import UNSENT, Answer, History, LetterKind, Proof, RequestKind, RequestState, SentAs
from portal.domain.own_dates import find_own_date
from portal.domain.regimes import NoticeField, RegimeKind
from portal.domain.report import YesNo
from portal.models.events import Event
from portal.models.requests import Request
from portal.reference.answers import load_graph
from portal.services.cases.consent import has_consent
from portal.services.cases.mandates import may_take_papers
from portal.services.clocks.snapshot import clock_views
from portal.services.letters import kept_letters, letters
from portal.services.letters.further import list_suppliers, list_topics
from portal.services.requests.channels import channel_views, list_warnings
from portal.services.requests.citations import Citation, binding_of
from portal.services.requests.dossier import Dossier, LaterLetter, read_dossier
from portal.services.requests.dossier_rows import OpenedItem, list_items
from portal.services.requests.escalation import (
    EscalatedRequest,
    escalation_view,
    find_next_step,
    read_escalated,
)
from portal.services.requests.lookup import list_requests
from portal.services.requests.preparing import find_erasure, pick_for_erasure
from portal.services.requests.proofs import view_proof
from portal.services.requests.views import BasisView, ElementView, ItemView
from portal.services.tracking.correctable import list_correctable, list_corrections
from portal.services.tracking.form_fields import list_fields, read_their_form
from portal.services.tracking.views import AnswerView, FurtherView, NameChoiceView, ReminderView, RequestView
from portal.services.work import CaseWork

SHOWN = 80
COPYRIGHT_WARNING = (
    "This can pass your name and address on to the person who posted the picture. It is only for pictures you took "
    "yourself. Use it when nothing else has helped."
)


def request_views(work: CaseWork, escalated: Sequence[EscalatedRequest] | None = None) -> tuple[RequestView, ...]:
    """All requests of the case by number, without what only making a letter would tell.

    `escalated` are the same requests where the caller has them in hand.
    """
    consents = has_consent(work.session, work.case, "platforms")
    known = read_escalated(work) if escalated is None else escalated
    return tuple(view_of(each, has_consent=consents) for each in known)


def request_view(work: CaseWork, number: int) -> RequestView:
    """One request whole, with what stands in the way of its letter and the fields to copy. Raises UnknownNumber."""
    return whole_view(read_dossier(work, number))


def whole_view(dossier: Dossier) -> RequestView:
    """The same of a request that is in hand."""
    work = dossier.work
    consents = has_consent(work.session, work.case, "platforms")
    view = view_of(EscalatedRequest(dossier), has_consent=consents)
    draft = letters.draft(dossier) if _is_unsent(dossier.request) else None
    text = draft.text if draft else _sent_text(dossier)
    reference = draft.reference if draft else letters.find_reference(dossier)
    may_copy = not _is_unsent(dossier.request) or may_take_papers(work, "platforms")
    return replace(
        view,
        problems=draft.problems if draft else (),
        fields=list_fields(dossier.content, text, reference) if may_copy else (),
        their_form=read_their_form(dossier, text) if may_copy else None,
        can_prepare_erasure=_can_erase(dossier),
        correctable=list_correctable(work, dossier),
    )


def item_views(work: CaseWork) -> tuple[ItemView, ...]:
    """All links and described places of the case by number."""
    numbers = {request.id: request.number for request in list_requests(work)}
    return views_of_items(work, list_items(work), numbers)


def views_of_items(work: CaseWork, items: Iterable[OpenedItem], numbers: Mapping[UUID, int]) -> tuple[ItemView, ...]:
    """Some of them; `numbers` are those of the requests by id."""
    return tuple(
        _item_view(work, item, numbers.get(item.row.request_id) if item.row.request_id else None) for item in items
    )


def view_of(escalated: EscalatedRequest, *, has_consent: bool) -> RequestView:
    """A request for a page of many; `has_consent`: whether platforms may be told."""
    dossier, request, work = escalated.dossier, escalated.dossier.request, escalated.dossier.work
    return RequestView(
        number=request.number,
        platform=request.platform,
        platform_name=dossier.name,
        kind=request.kind,
        state=request.state,
        channel=request.channel,
        ticket=dossier.ticket,
        prepared_at=request.prepared_at,
        sent_at=request.sent_at,
        received_at=request.received_at,
        answered_at=request.answered_at,
        items=tuple(_item_view(work, item, request.number) for item in dossier.items),
        bases=tuple(basis_view(citation, dossier.work.now) for citation in dossier.citations),
        clocks=clock_views(dossier.clocks, work.ports),
        own_date=_own_date(dossier),
        missing=list_missing(dossier.citations) if _is_unsent(request) else (),
        problems=(),
        channels=channel_views(dossier),
        fields=(),
        warnings=tuple(list_warnings(dossier)),
        details=dossier.content.view,
        answers=tuple(_answer_view(dossier, event) for event in dossier.replies),
        letters=tuple(kept_letters.letter_view(letter, request_number=request.number) for letter in dossier.letters),
        escalation=tuple(escalation_view(escalated.dossier, option) for option in escalated.options),
        next_step=find_next_step(escalated, has_consent=has_consent),
        can_use_copyright=dossier.content.report.took_it is YesNo.YES and request.kind is RequestKind.NOTICE,
        is_with_team=dossier.content.organisation is not None,
        has_no_ticket=dossier.has_no_ticket,
        proof=dossier.receipt_proof,
        kept=view_proof(dossier),
        sent_as=SentAs.OTHER if dossier.sent_event and dossier.sent_letter is None else SentAs.LETTER,
        sent_text=dossier.sent_text,
        reminders_sent=tuple(_reminder_view(each) for each in dossier.sent_reminders),
        further_sent=tuple(_further_view(each) for each in dossier.sent_later if each.kind is not LetterKind.REMINDER),
        name_choice=_name_choice(dossier),
        can_prepare_erasure=False,
        topics=list_topics(dossier),
        sent_door=dossier.sent_door,
        suppliers=list_suppliers(dossier),
        corrections=list_corrections(dossier.events),
    )


def _own_date(dossier: Dossier) -> datetime | None:
    """When we look again: a date of ours, while it waits for an answer and no law has a date."""
    request = dossier.request
    waits = request.state in {RequestState.SENT, RequestState.ACKNOWLEDGED}
    if not waits or any(each.due_at for each in dossier.clocks):
        return None
    reminded = (event.at for event in dossier.events if event.kind is History.REMINDED)
    return find_own_date(request.sent_at, request.received_at, request.answered_at, *reminded)


def basis_view(citation: Citation, now: datetime) -> BasisView:
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
        binding=binding_of(regime, now),
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


def _is_unsent(request: Request) -> bool:
    return request.state in UNSENT


def _sent_text(dossier: Dossier) -> str:
    """The text of what was sent."""
    left = dossier.sent_letter
    return kept_letters.letter_text(dossier.work, left.number) if left else dossier.sent_text


def _item_view(work: CaseWork, item: OpenedItem, request_number: int | None) -> ItemView:
    row, text = item.row, item.text
    known = work.ports.registry.platforms.get(row.platform)
    return ItemView(
        number=row.number,
        shown=text if len(text) <= SHOWN else text[: SHOWN - 1] + "…",
        url=item.values.get("url"),
        description=item.values.get("description", ""),
        platform=row.platform,
        platform_name=known.name if known else item.values.get("platform", ""),
        state=row.state,
        request_number=request_number,
        added_at=row.added_at,
        changed_at=row.changed_at,
    )


def _reminder_view(sent: LaterLetter) -> ReminderView:
    return ReminderView(
        at=sent.event.at,
        number=int(sent.event.facts.get("number", 0)),
        letter_number=sent.letter.number if sent.letter else None,
        text=sent.text,
    )


def _name_choice(dossier: Dossier) -> NameChoiceView | None:
    """The newest one; None where nobody has decided it, and the name is kept."""
    event = next((each for each in reversed(dossier.events) if each.kind is History.NAME_CHOSEN), None)
    if event is None:
        return None
    how = str(dossier.read_detail(event).get("how") or "")
    return NameChoiceView(at=event.at, may_pass_on=event.facts["may_pass_on"], how=how)


def _further_view(sent: LaterLetter) -> FurtherView:
    return FurtherView(at=sent.event.at, kind=sent.kind, recipient=sent.recipient, proof=sent.proof)


def _answer_view(dossier: Dossier, event: Event) -> AnswerView:
    detail, answer = dossier.read_detail(event), Answer(event.facts["answer"])
    until = detail.get("extension_until")
    return AnswerView(
        at=event.at,
        answer=answer,
        text=detail.get("text", ""),
        extension_until=date.fromisoformat(until) if until else None,
        item_numbers=tuple(detail.get("items", ())),
        node=load_graph()[answer],
        proof=Proof(event.facts.get("proof") or Proof.CONFIRMATION),
    )


def _can_erase(dossier: Dossier) -> bool:
    """Whether a data-protection law can be used and no such request is under way."""
    is_notice = dossier.request.kind is RequestKind.NOTICE
    return is_notice and not find_erasure(dossier.work, dossier.request.platform) and bool(pick_for_erasure(dossier))
