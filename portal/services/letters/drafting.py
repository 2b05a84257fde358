"""The facts of letters to platforms and controllers, put together from a case: notice, erasure request, reminder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select

from portal.adapters.letter_json import decode_facts
from portal.domain.letters.facts import (
    AnswerFact,
    ErasureFacts,
    IdentityOffer,
    LetterFacts,
    NextStepFact,
    NoticeFacts,
    Recipient,
    ReminderFacts,
    SentFact,
)
from portal.domain.letters.law_facts import BasisFact
from portal.domain.lifecycle import Answer, History, ItemState, LetterKind, RequestKind, SendingChannel, require_sent
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.history.events import read_detail
from portal.services.letters.facts import (
    ERASURE_ASKS,
    ERASURE_GROUNDS,
    basis_fact,
    clock_fact,
    content_fact,
    find_rule,
    header_of,
    is_sure,
    links_of,
    platform_recipient,
    statements_of,
    unsent_basis,
)
from portal.services.ports import Ports
from portal.services.requests.channels import channel_views
from portal.services.requests.citations import Citation, list_cited, passes_on, read_bases
from portal.services.requests.content import RequestContent
from portal.services.requests.escalation import list_escalation
from portal.services.requests.lookup import items_of, read_content
from portal.services.work import CaseWork

SHOWN_STEPS = 3


def next_number(work: CaseWork) -> int:
    """The number the next letter of the case gets."""
    return (work.session.scalar(select(func.max(Letter.number)).where(Letter.case_id == work.case.id)) or 0) + 1


def request_facts(work: CaseWork, request: Request, *, number: int) -> LetterFacts:
    """The facts of the notice or erasure request, citing the laws whose elements are all there."""
    contents = read_content(work, request)
    cited = list_cited(read_bases(work, request, contents))
    platform = work.ports.registry.platforms.get(request.platform)
    to = _recipient(work, request, contents)
    frame = header_of(work, contents, cited, to, number=number)
    bases = tuple(unsent_basis(citation, contents, platform, now=work.now) for citation in cited)
    links = links_of(work, items_of(work, request), frame.recipient.name)
    statements = statements_of(contents, cited)
    if request.kind is RequestKind.ERASURE:
        return ErasureFacts(
            frame=frame,
            content=content_fact(contents),
            links=links,
            bases=bases,
            grounds=ERASURE_GROUNDS,
            asks=ERASURE_ASKS,
            identity=IdentityOffer.REPLY_ADDRESS,
            identity_words=contents.view.identity_offer,
            statements=statements,
        )
    return NoticeFacts(
        frame=frame,
        content=content_fact(contents),
        links=links,
        bases=bases,
        statements=statements,
        may_pass_identity=_describe_passing_on(cited, contents),
    )


def reminder_facts(work: CaseWork, request: Request, *, number: int) -> ReminderFacts:
    """The facts of a reminder, with the clocks as they stand. Raises StepRefused before anything was sent."""
    require_sent(request.state)
    contents = read_content(work, request)
    cited = read_bases(work, request, contents)
    to = _recipient(work, request, contents)
    frame = header_of(work, contents, cited, to, number=number)
    left = [item for item in items_of(work, request) if item.state is not ItemState.REMOVED]
    options = list_escalation(work, request, contents.report)
    steps = [option for option in options if option.regulator or option.regime]
    return ReminderFacts(
        frame=frame,
        content=content_fact(contents),
        notice=sent_fact(work, request),
        links=links_of(work, left, frame.recipient.name),
        bases=running_bases(work, request, contents),
        answers=answer_facts(work, request),
        next_steps=tuple(
            NextStepFact(body=option.body, basis=_law_name(option.regime, work.ports)) for option in steps[:SHOWN_STEPS]
        ),
    )


def running_bases(work: CaseWork, request: Request, contents: RequestContent) -> tuple[BasisFact, ...]:
    """The laws of a request with the clocks as the snapshot keeps them."""
    rows = work.session.scalars(select(Clock).where(Clock.request_id == request.id).order_by(Clock.started_at)).all()
    return tuple(
        basis_fact(
            citation,
            contents,
            tuple(
                clock_fact(row, citation.regime, contents)
                for row in rows
                if row.regime == citation.regime.id
                and is_sure(citation.regime, find_rule(row, citation.regime), contents)
            ),
        )
        for citation in read_bases(work, request, contents)
    )


def sent_fact(work: CaseWork, request: Request, *, exhibit: int | None = None, text: tuple[str, ...] = ()) -> SentFact:
    """The request as it left: the letter, when, how, and what proves it."""
    letter = sent_letter(work, request)
    values = work.read_sealed(request)
    ticket = values.get("ticket") or None
    return SentFact(
        reference=f"{work.reference}-{letter.number}" if letter else work.reference,
        kind=LetterKind.NOTICE if request.kind is RequestKind.NOTICE else LetterKind.ERASURE,
        recipient=values["name"],
        channel=request.channel or SendingChannel.FORM,
        sent_at=request.sent_at or request.prepared_at,
        received_at=request.received_at,
        is_receipt_proven=request.received_at is not None,
        ticket=ticket,
        has_no_ticket=ticket is None,
        digest=letter.digest if letter else None,
        exhibit=exhibit,
        text=text,
    )


def sent_letter(work: CaseWork, request: Request) -> Letter | None:
    """The letter that was sent: the one its event names."""
    query = select(Event).where(Event.request_id == request.id, Event.kind == History.SENT)
    event = work.session.scalars(query.order_by(Event.sequence).limit(1)).one_or_none()
    if event is None:
        return None
    number = read_detail(event, work.key).get("letter")
    return work.session.scalars(
        select(Letter).where(Letter.case_id == work.case.id, Letter.number == number)
    ).one_or_none()


def answer_facts(
    work: CaseWork, request: Request, *, exhibits: Mapping[UUID, int] | None = None
) -> tuple[AnswerFact, ...]:
    """The recipient's answers, oldest first; `exhibits` are the numbers of those that are one, by event."""
    query = select(Event).where(Event.request_id == request.id, Event.kind == History.ANSWERED)
    events = work.session.scalars(query.order_by(Event.at, Event.sequence)).all()
    letter = sent_letter(work, request)
    values = work.read_sealed(request)
    return tuple(
        AnswerFact(
            at=event.at,
            sender=values["name"],
            meaning=Answer(event.facts["answer"]),
            notice=f"{work.reference}-{letter.number}" if letter else work.reference,
            ticket=values.get("ticket") or None,
            text=read_detail(event, work.key).get("text") or None,
            exhibit=(exhibits or {}).get(event.id),
        )
        for event in events
    )


def read_facts(work: CaseWork, letter: Letter) -> LetterFacts:
    """The facts a letter was made from."""
    return decode_facts(work.read_sealed(letter)["facts"].encode())


def _recipient(work: CaseWork, request: Request, contents: RequestContent) -> Recipient:
    channels = channel_views(work, request, contents)
    via = request.channel or (channels[0].via if channels else SendingChannel.FORM)
    name = work.read_sealed(request)["name"]
    return platform_recipient(name, work.ports.registry.platforms.get(request.platform), channels, via)


def _describe_passing_on(cited: Sequence[Citation], contents: RequestContent) -> bool | None:
    """Said in the letter only where a law can lead to it being passed on, or where the person allowed it."""
    if any(passes_on(citation) for citation in cited) or contents.view.release_to_poster:
        return contents.view.release_to_poster
    return None


def _law_name(regime_id: str | None, ports: Ports) -> str | None:
    regime = ports.registry.regimes.get(regime_id or "")
    return regime.citation if regime else None
