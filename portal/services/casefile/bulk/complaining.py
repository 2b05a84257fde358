"""Complaints about many requests of a case at once: which fits each, what stands in its way, and making them.

It goes to a body of the person's own country where one takes it, under the law by which something is taken down fastest
there; else to the first in the order in which to try them. A request that an unanswered complaint is about gets no
second one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.escalation import EscalationKind, EscalationOption, EscalationState
from portal.domain.lifecycle import SETTLED, UNSENT, ComplaintState, StepRefused
from portal.domain.regimes import Confidence, NoticeField
from portal.services.cases.consent import NoConsent
from portal.services.cases.mandates import require_permission
from portal.services.complaints import stating
from portal.services.complaints.complaints import prepare_option
from portal.services.complaints.options import describe_choice, options_from
from portal.services.complaints.views import ComplaintOption
from portal.services.law.fastest_routes import fastest_for
from portal.services.requests.dossier import Dossier
from portal.services.requests.escalation import list_escalation
from portal.services.requests.statements import SWORN, list_reported
from portal.services.work import CaseWork

NOT_SENT = "It was not sent yet."
OVER = "Nothing more has to be done here."
NOT_RIPE = "Its deadline has not passed, and it was not refused."
_BODIES = frozenset({EscalationKind.AUTHORITY, EscalationKind.BODY})


class Need(StrEnum):
    """What a step waits for, most of it what only the person or whoever acts for them can give."""

    LETTER_STATEMENT = "letter_statement"
    DETAILS = "details"
    OWN_FORM = "own_form"  # no letter fits, so the platform's own form is used and recorded
    COMPLAINT_STATEMENT = "complaint_statement"
    CONSENT = "consent"
    MANDATE = "mandate"


@dataclass(frozen=True, kw_only=True)
class ComplaintPlan:
    """One complaint about the requests of these numbers, or why there is none about them, and what it waits for."""

    numbers: tuple[int, ...]
    option: ComplaintOption | None = None
    why: str = ""
    need: Need | None = None


def plan_complaints(work: CaseWork, dossiers: Sequence[Dossier]) -> tuple[ComplaintPlan, ...]:
    """One for each body, law and organisation; each request is in one of them. Reads only."""
    routes = fastest_for(work.report, registry=work.ports.registry, now=work.now)
    fastest = tuple(route.regime.id for route in routes)
    why, need = _find_barrier(work)
    none: list[ComplaintPlan] = []
    together = defaultdict[tuple[str, str, str], list[tuple[Dossier, ComplaintOption]]](list)
    for dossier in dossiers:
        found = _pick_option(dossier, fastest)
        if isinstance(found, str):
            none.append(ComplaintPlan(numbers=(dossier.number,), why=found))
        else:
            together[found.regime, found.regulator, dossier.request.platform].append((dossier, found))
    return (*none, *(_plan([each for each, _option in parts], parts[0][1], why, need) for parts in together.values()))


def prepare_plan(work: CaseWork, plan: ComplaintPlan) -> int:
    """Prepare its complaint and start the bundle in the background. Returns its number, raises StepRefused."""
    if plan.option is None or plan.why:
        raise StepRefused(plan.why)
    return prepare_option(work, plan.option, plan.numbers)


def _plan(parts: Sequence[Dossier], option: ComplaintOption, why: str, need: Need | None) -> ComplaintPlan:
    if not why and _list_unsaid(parts, option):
        why, need = "Its law wants something stated that nobody has stated yet.", Need.COMPLAINT_STATEMENT
    return ComplaintPlan(numbers=tuple(each.number for each in parts), option=option, why=why, need=need)


def _list_unsaid(parts: Sequence[Dossier], option: ComplaintOption) -> set[NoticeField]:
    """What the complaint's law wants stated, and neither the report nor every one of its letters states."""
    work = parts[0].work
    regime = work.ports.registry.regime(option.regime)
    common = stating.find_common(parts, regime)
    said = list_reported(work.report) | (common.statements if common else frozenset())
    return set(stating.list_wanted(work, regime)) - said - SWORN


def _find_barrier(work: CaseWork) -> tuple[str, Need | None]:
    """Why nothing may go to an authority at all; empty where it may."""
    try:
        require_permission(work, "regulators")
    except NoConsent:
        return "The person has not allowed sharing with authorities, or has withdrawn it.", Need.CONSENT
    except StepRefused as refused:
        return str(refused), Need.MANDATE
    return "", None


def _pick_option(dossier: Dossier, fastest: Sequence[str]) -> ComplaintOption | str:
    """The complaint that fits this request, or why there is none."""
    state, choice = dossier.request.state, describe_choice(dossier)
    if state in UNSENT:
        return NOT_SENT
    if state in SETTLED:
        return OVER
    if not choice.is_ripe:
        return NOT_RIPE
    unanswered = [each for each in dossier.complaints if each.state is not ComplaintState.ANSWERED]
    if unanswered:
        is_lodged = unanswered[0].state is ComplaintState.LODGED
        return f"Complaint {unanswered[0].number} about it is {'lodged' if is_lodged else 'prepared'}."
    steps = [each for each in list_escalation(dossier) if each.kind in _BODIES]
    return next(_list_open(dossier, steps, fastest), None) or _why_none(steps)


def _list_open(
    dossier: Dossier, steps: Sequence[EscalationOption], fastest: Sequence[str]
) -> Iterator[ComplaintOption]:
    places, home = {law: place for place, law in enumerate(fastest)}, dossier.work.case.country
    can = (step for step in steps if step.is_open and step.confidence is not Confidence.MEMORY)
    options = [option for step in can for option in options_from(dossier, step)]
    yield from sorted(options, key=lambda each: (each.country != home, places.get(each.regime, len(places))))


def _why_none(steps: Sequence[EscalationOption]) -> str:
    waiting = next((step for step in steps if step.state is EscalationState.WAITING), None)
    if waiting is None:
        return "No authority is known that takes a complaint about it."
    return f"{waiting.body}: this complaint is not open yet. {waiting.opens}".strip()
