"""What the person kept of what was online before its removal was asked for: said by them or their team, never seen.

Once it is gone nobody can show what was there. No picture is ever part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.domain.lifecycle import UNSENT, ActorKind, History, KeptProof
from portal.services.cases.handover import open_to_record
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """What was said last of one request. Nothing in `kept`: the person said that nothing was kept."""

    kept: tuple[KeptProof, ...]
    said_at: datetime
    by_person: bool
    was_before: bool  # said before the request was sent


def view_proof(dossier: Dossier) -> ProofView | None:
    """What was said last, or None where nobody said anything yet."""
    said = [event for event in dossier.events if event.kind is History.PROOF_SAID]
    if not said:
        return None
    last = said[-1]
    sent_at = dossier.request.sent_at
    return ProofView(
        kept=tuple(each for each in KeptProof if each.value in last.facts["kept"]),
        said_at=last.at,
        by_person=last.actor is ActorKind.PERSON,
        was_before=sent_at is None or last.at <= sent_at,
    )


def say_kept(work: CaseWork, number: int, kept: Collection[KeptProof], *, for_all: bool = False) -> int:
    """Write down what was kept for one request, and with `for_all` for every other one that has not left and of which
    nobody said anything yet. Returns of how many. Raises UnknownNumber, StepRefused.
    """
    dossiers = read_dossiers(work)
    if number not in {each.number for each in dossiers}:
        raise UnknownNumber
    chosen = list(_choose(dossiers, number, for_all=for_all))
    open_to_record(work)
    facts = {"kept": [each.value for each in KeptProof if each in kept]}
    work.record_all(
        [NewEvent(kind=History.PROOF_SAID, at=work.now, request_id=each.request.id, facts=facts) for each in chosen]
    )
    return len(chosen)


def _choose(dossiers: Iterable[Dossier], number: int, *, for_all: bool) -> Iterable[Dossier]:
    for each in dossiers:
        is_open = each.request.state in UNSENT and view_proof(each) is None
        if each.number == number or (for_all and is_open):
            yield each
