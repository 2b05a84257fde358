"""How old the person was when it was made, in four spans, where they told the team: for the yearly figures alone."""

from __future__ import annotations

from portal.domain.lifecycle import ActorKind, AgeBand, History, Path, StepRefused, require_open
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

# As the history and what the person takes along say it.
_WORDS = {
    AgeBand.UNDER_13: "Under 13",
    AgeBand.FROM_13: "13 to 15",
    AgeBand.FROM_16: "16 or 17",
    AgeBand.ADULT: "18 or older",
}


def set_age(work: CaseWork, band: AgeBand | None) -> None:
    """Write it down, or take it back with None; the same again changes nothing. Raises StepRefused where the report
    says otherwise: whether somebody was under 18 decides what the case is, and only the person changes that.
    """
    if work.actor.kind is not ActorKind.STAFF:
        raise StepRefused("Only the team writes this down.")
    case = work.case
    if band is case.age_band:
        return
    require_open(case.status)
    is_child = bool(case.under_18) or case.path is Path.CHILD
    if band is AgeBand.ADULT and is_child:
        raise StepRefused("The report says that the person was under 18. Ask the person to change it there.")
    if band not in {None, AgeBand.ADULT} and not is_child:
        raise StepRefused("The report does not say that the person was under 18. Ask the person to change it there.")
    case.age_band = band
    detail = {"text": f"{_WORDS[band]}."} if band else {}
    work.record(NewEvent(kind=History.AGE_TOLD, at=work.now, detail=detail))
