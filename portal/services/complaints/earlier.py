"""The complaints that had to come before one: those whose own law names it as the step that follows.

What another was told under another law is no part of the papers: each is told only what its own law asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from portal.domain.letters.facts import EarlierComplaint
from portal.domain.regimes import Regime
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.law.versions import find_law
from portal.services.requests.dossier import Dossier
from portal.services.requests.lookup import list_complaints, numbers_of_requests
from portal.services.work import CaseWork

# The papers' own sentences: keys of their catalogue.
ANSWERED: Mapping[ComplaintAnswer, str] = {
    ComplaintAnswer.ACKNOWLEDGED: "The receipt of the complaint was acknowledged.",
    ComplaintAnswer.PROGRESS: "It was told how the complaint stands.",
    ComplaintAnswer.DECIDED: "The complaint was decided.",
    ComplaintAnswer.REFUSED: "The complaint was refused.",
    ComplaintAnswer.TRANSFERRED: "The complaint was passed on.",
}


def law_of(work: CaseWork, complaint: Complaint) -> Regime:
    """The law of a complaint in the version it was prepared under."""
    kept = find_law(work.session, complaint.regime, complaint.version, work.ports.registry)
    return kept or work.ports.registry.regime(complaint.regime)


def list_earlier(work: CaseWork, complaint: Complaint, story: Sequence[Dossier]) -> tuple[Complaint, ...]:
    """The complaints about these requests that were made before this one and that its law builds on, by number."""
    law, told = law_of(work, complaint), {part.number for part in story}
    made = [row for row in list_complaints(work) if row.lodged_at is not None and row.id != complaint.id]
    about = numbers_of_requests(work.session, [row.id for row in made]) if made else {}
    return tuple(row for row in made if told & set(about.get(row.id, ())) and _leads_on(work, row, complaint, law))


def _leads_on(work: CaseWork, row: Complaint, complaint: Complaint, law: Regime) -> bool:
    """Whether the law of an earlier one names this complaint, or the body it goes to, as the step that follows."""
    own = work.ports.registry.regimes.get(row.regime)
    steps, laws = own.escalation if own else (), {law.id, *law.in_place_of}
    return any(step.regime in laws or step.regulator == complaint.regulator for step in steps)


def tell_earlier(
    work: CaseWork, rows: Sequence[Complaint], history: Sequence[Event], exhibits: Mapping[UUID, int]
) -> tuple[EarlierComplaint, ...]:
    """Each with its day, its number, its exhibit and the last answer to it. `history` holds what is still true."""
    last = {event.complaint_id: event for event in history if "meaning" in event.facts}
    return tuple(_tell(work, row, last.get(row.id), exhibits.get(row.id)) for row in rows)


def _tell(work: CaseWork, row: Complaint, answer: Event | None, exhibit: int | None) -> EarlierComplaint:
    if row.lodged_at is None:
        raise ValueError(f"complaint {row.id} was never made")
    return EarlierComplaint(
        body=str(work.read_sealed(row)["name"]),
        law=name_law(work, row),
        lodged_at=row.lodged_at,
        ticket=str(work.read_sealed(row).get("ticket") or "") or None,
        answer=ANSWERED[ComplaintAnswer(answer.facts["meaning"])] if answer else None,
        answered_at=answer.at if answer else None,
        exhibit=exhibit,
    )


def name_law(work: CaseWork, row: Complaint) -> str:
    """The law it was made under."""
    regime = work.ports.registry.regimes.get(row.regime)
    return regime.citation if regime else row.regime


def name_complaint(work: CaseWork, row: Complaint) -> str:
    """To whom it was made, and under which law."""
    return f"{work.read_sealed(row)['name']} · {name_law(work, row)}"
