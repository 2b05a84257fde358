"""The facts of letters to platforms and controllers, put together from a case: notice, erasure request, reminder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from uuid import UUID

from portal.adapters.papers.letter_json import decode_facts
from portal.adapters.translations import translator
from portal.domain.directory import Platform
from portal.domain.escalation import EscalationKind, EscalationOption
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.content_statements import list_statements
from portal.domain.letters.facts import (
    AnswerFact,
    CopyrightFacts,
    ErasureFacts,
    LetterFacts,
    NextStepFact,
    NoticeFacts,
    Recipient,
    ReminderFacts,
    RulesFact,
    SentFact,
)
from portal.domain.letters.kinds import IdentityOffer
from portal.domain.letters.law_facts import BasisFact
from portal.domain.lifecycle import Answer, ItemState, Proof, RequestKind, SendingChannel, SentAs, require_sent
from portal.domain.regimes import Confidence, Regime, RegimeKind
from portal.models.letters import Letter
from portal.services.cases.fingerprints import list_for_letter
from portal.services.clocks.snapshot import find_rule_of
from portal.services.directory.competence import find_regulators
from portal.services.letters.facts import (
    ERASURE_ASKS,
    content_fact,
    copies_of,
    erasure_grounds,
    find_company,
    header_of,
    links_of,
    platform_recipient,
    stated_of,
    statements_of,
    zone_of,
)
from portal.services.letters.law_facts import basis_fact, clock_fact, is_sure, unsent_basis
from portal.services.requests.answer_links import find_later_page, find_page
from portal.services.requests.channels import channel_views
from portal.services.requests.citations import list_cited
from portal.services.requests.dossier import REQUEST_LETTERS, Dossier
from portal.services.requests.escalation import list_escalation
from portal.services.work import CaseWork

SHOWN_STEPS = 3
_OUTSIDE = frozenset({EscalationKind.AUTHORITY, EscalationKind.BODY, EscalationKind.COURT})


def number_of(facts: LetterFacts) -> int:
    """The letter's own number, which its reference ends with."""
    return int(facts.frame.reference.rpartition("-")[2])


def request_facts(dossier: Dossier, *, number: int) -> LetterFacts:
    """The facts of the notice or erasure request, citing the laws whose elements are all there."""
    work, content = dossier.work, dossier.content
    cited = list_cited(dossier.citations)
    header = header_of(work, content, cited, read_recipient(dossier), number=number, answer_page=find_page(dossier))
    bases = tuple(unsent_basis(citation, content, dossier.platform, now=work.now) for citation in cited)
    links = links_of(dossier.items, dossier.name)
    statements = statements_of(content, cited)
    stated = stated_of(content, cited, now=work.now, zone=zone_of(work))
    if dossier.request.kind is RequestKind.COPYRIGHT:
        return CopyrightFacts(
            frame=header, work=content.work, links=links, bases=bases, statements=statements, stated=stated
        )
    if dossier.request.kind is RequestKind.ERASURE:
        return ErasureFacts(
            frame=header,
            content=content_fact(content),
            links=links,
            bases=bases,
            grounds=() if any(basis.wording and basis.wording.grounds for basis in bases) else erasure_grounds(content),
            asks=ERASURE_ASKS,
            identity=IdentityOffer.REPLY_ADDRESS,
            identity_words=content.view.identity_offer,
            statements=statements,
            stated=stated,
            may_pass_identity=content.view.release_to_poster,
        )
    return NoticeFacts(
        frame=header,
        content=content_fact(content),
        links=links,
        bases=bases,
        statements=statements,
        stated=stated,
        may_pass_identity=content.view.release_to_poster,
        own_rules=find_own_rules(dossier.platform) if not dossier.citations else None,
        copies=copies_of(list_for_letter(work, dossier.request.number)),
    )


def list_sentences(dossier: Dossier) -> tuple[str, ...]:
    """What the notice or erasure request states above the signature, in its own sentences, as things stand."""
    work, content = dossier.work, dossier.content
    cited = list_cited(dossier.citations)
    header = header_of(work, content, cited, read_recipient(dossier), number=0)
    return list_statements(
        LetterContext(header=header, translate=translator(header.language)),
        statements_of(content, cited),
        [unsent_basis(citation, content, dossier.platform, now=work.now) for citation in cited],
        stated_of(content, cited, now=work.now, zone=zone_of(work)),
        under_18=content_fact(content).under_18,
    )


def find_own_rules(platform: Platform | None) -> RulesFact | None:
    """The platform's own rules against such content, where somebody saw them: for a letter that no law carries."""
    rules = platform.own_rules if platform else None
    if rules is None or rules.confidence is Confidence.MEMORY:
        return None
    return RulesFact(title=rules.title, url=rules.url)


def reminder_facts(dossier: Dossier, *, number: int) -> ReminderFacts:
    """The facts of a reminder, with the clocks as they stand. Raises StepRefused before anything was sent."""
    require_sent(dossier.request.state)
    work, content = dossier.work, dossier.content
    header = header_of(
        work,
        content,
        dossier.citations,
        read_recipient(dossier),
        number=number,
        is_later=True,
        answer_page=find_later_page(dossier),
    )
    left = [item for item in dossier.items if item.row.state is not ItemState.REMOVED]
    is_copyright = dossier.request.kind is RequestKind.COPYRIGHT
    return ReminderFacts(
        frame=header,
        content=content_fact(content),
        notice=sent_fact(dossier),
        links=links_of(left, dossier.name),
        bases=running_bases(dossier),
        answers=answer_facts(dossier),
        # A copyright notice and what follows it say nothing of what the work shows: no law about that is named.
        next_steps=() if is_copyright else tuple(islice(_steps_outside(dossier), SHOWN_STEPS)),
        may_pass_identity=content.view.release_to_poster,
        reminded=tuple(each.event.at for each in dossier.sent_reminders),
    )


def running_bases(dossier: Dossier) -> tuple[BasisFact, ...]:
    """The laws of a request with the clocks as the snapshot keeps them, each in the state it has now."""
    content, states = dossier.content, dossier.clock_states
    return tuple(
        basis_fact(
            citation,
            content,
            tuple(
                clock_fact(row, citation.regime, content, state=states[row.id])
                for row in dossier.clocks
                if row.regime == citation.regime.id
                and is_sure(citation.regime, find_rule_of(row, citation.regime), content)
            ),
            now=dossier.work.now,
        )
        for citation in dossier.citations
    )


def sent_fact(dossier: Dossier, *, exhibit: int | None = None, text: tuple[str, ...] = ()) -> SentFact:
    """The request as it left: the letter or the other words, when, how and to which address, and what proves it."""
    request, letter, proof = dossier.request, dossier.sent_letter, dossier.receipt_proof
    detail = dossier.read_detail(dossier.sent_event) if dossier.sent_event else {}
    return SentFact(
        reference=_reference(dossier),
        kind=REQUEST_LETTERS[request.kind],
        recipient=dossier.name,
        channel=request.channel or SendingChannel.FORM,
        sent_at=request.sent_at or request.prepared_at,
        received_at=request.received_at,
        is_receipt_proven=request.received_at is not None and proof not in {None, Proof.NONE},
        ticket=dossier.ticket or None,
        has_no_ticket=dossier.has_no_ticket,
        digest=letter.digest if letter else None,
        exhibit=exhibit,
        text=text or tuple(dossier.sent_text.splitlines()) if letter is None else text,
        sent_as=SentAs.LETTER if letter else SentAs.OTHER,
        address=str(detail.get("address") or "") or None,
        proof=proof,
    )


def answer_facts(dossier: Dossier, *, exhibits: Mapping[UUID, int] | None = None) -> tuple[AnswerFact, ...]:
    """The recipient's answers, oldest first; `exhibits` are the numbers of those that are one, by event."""
    return tuple(
        AnswerFact(
            at=event.at,
            sender=dossier.name,
            meaning=Answer(event.facts["answer"]),
            notice=_reference(dossier),
            ticket=dossier.ticket or None,
            text=dossier.read_detail(event).get("text") or None,
            exhibit=(exhibits or {}).get(event.id),
        )
        for event in dossier.answers
    )


def read_facts(work: CaseWork, letter: Letter) -> LetterFacts:
    """The facts a letter was made from."""
    return decode_facts(work.read_sealed(letter)["facts"].encode())


def _reference(dossier: Dossier) -> str:
    """Of the letter that was sent, else of the case."""
    letter, reference = dossier.sent_letter, dossier.work.reference
    return f"{reference}-{letter.number}" if letter else reference


def read_recipient(dossier: Dossier) -> Recipient:
    """Whom letters about the request go to: the company that answers for this person, by its best address."""
    channels = channel_views(dossier)
    via = dossier.request.channel or (channels[0].via if channels else SendingChannel.FORM)
    request, cited = dossier.request, list_cited(dossier.citations)
    named = (citation.regime.letter.addressee for citation in cited if citation.regime.letter)
    return platform_recipient(
        dossier.name,
        dossier.platform,
        channels,
        via,
        company=find_company(dossier.platform, dossier.report.country, request.kind),
        addressee=next(filter(None, named), None),
    )


def _steps_outside(dossier: Dossier) -> Iterator[NextStepFact]:
    """The bodies and courts that are open now, as a letter may name them: never the one it is written to."""
    for option in list_escalation(dossier):
        regime = dossier.work.ports.registry.regimes.get(option.regime or "")
        if not option.is_open or option.kind not in _OUTSIDE or (regime and regime.kind is RegimeKind.SUPPORT):
            continue
        if body := _name_outside(option, regime, dossier):
            yield NextStepFact(body=body, basis=regime.citation if regime else None)


def _name_outside(option: EscalationOption, regime: Regime | None, dossier: Dossier) -> str | None:
    """The body by its own name: the record speaks of it to the person ("of your country"). None where it has none."""
    work = dossier.work
    if option.regulator:
        return work.ports.registry.regulators[option.regulator].name
    if regime is None:
        return None
    if option.kind is not EscalationKind.AUTHORITY:
        return option.body
    found = find_regulators(regime, work.case, [dossier.request.platform], work.ports.registry)
    return found[0].name if len(found) == 1 else None
