"""What can be done next about one request: the options the laws open, and which of them is the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from portal.domain.clocks import ClockState, DerivedClock, EventKind, RequestEvent, derive_clocks, list_misses
from portal.domain.directory import Category
from portal.domain.escalation import EscalationKind, EscalationOption, RegimeState, build_escalation
from portal.domain.lifecycle import SETTLED, RequestState
from portal.domain.regimes import Confidence, Regime, RegimeKind
from portal.domain.report import Report, YesNo
from portal.reference.territories import is_law_in
from portal.services.clocks.derivation import list_follow_ons, place_of_complaint
from portal.services.clocks.snapshot import is_owed
from portal.services.directory.lookups import is_body_of
from portal.services.law.obliged_places import place_of_platform
from portal.services.ports import Ports
from portal.services.requests.citations import Citation
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.views import EscalationView, NextStep, NextStepView
from portal.services.work import CaseWork

# Where the directory lists who an option turns to.
_CATEGORIES: Mapping[EscalationKind, Category] = MappingProxyType(
    {
        EscalationKind.SEARCH: Category.SEARCH,
        EscalationKind.HOST: Category.HOSTING,
        EscalationKind.NETWORK: Category.CDN,
        EscalationKind.REGISTRAR: Category.REGISTRAR,
        EscalationKind.PAYMENT: Category.PAYMENT,
    }
)
# Who stands behind a site: behind a household platform nobody does.
_BEHIND = frozenset({EscalationKind.HOST, EscalationKind.NETWORK, EscalationKind.REGISTRAR, EscalationKind.PAYMENT})
_FINISHED = frozenset(
    {
        EventKind.DECIDED,
        EventKind.REFUSED,
        EventKind.AUTHORITY_DECISION,
        EventKind.TRANSFERRED,
        EventKind.DEADLINE_MISSED,
    }
)
_COMPLAINTS = frozenset({EscalationKind.AUTHORITY, EscalationKind.APPEAL})
_DONE = frozenset({RequestState.REFUSED, RequestState.PARTLY, RequestState.GEO_BLOCKED})


@dataclass(frozen=True)
class _RequestHistory:
    """What happened to one request, translated once for all laws."""

    dossier: Dossier
    events: tuple[RequestEvent, ...]
    lodged: Mapping[str, tuple[RequestEvent, ...]]
    finished: Mapping[str, datetime]  # when the steps already taken were answered or ran out, by their law

    def stand(self, regime: Regime, more: Sequence[RequestEvent] = ()) -> RegimeState:
        """The law with its events and the clocks they give, `more` being the misses under other laws."""
        events = (*self.events, *more, *self.lodged.get(regime.id, ()))
        work = self.dossier.work
        place = place_of_platform(regime, self.dossier.platform, work.case.country)
        clocks = derive_clocks(regime, events, calendar=place.calendar, zone=place.zone, now=work.now)
        return RegimeState(regime=regime, events=events, clocks=clocks, finished_at=self.finished.get(regime.id))


@dataclass(frozen=True, eq=False, repr=False)
class EscalatedRequest:
    """A request with what can be done next about it, judged once and only when somebody asks."""

    dossier: Dossier

    @cached_property
    def options(self) -> tuple[EscalationOption, ...]:
        """In the order in which to try them."""
        return list_escalation(self.dossier)


def read_escalated(work: CaseWork) -> tuple[EscalatedRequest, ...]:
    """All requests of the case by number: what a page of the whole case hands on."""
    return tuple(EscalatedRequest(dossier) for dossier in read_dossiers(work))


def list_escalation(dossier: Dossier) -> tuple[EscalationOption, ...]:
    """The options of one request in the order in which to try them; none before it was sent or once it is settled."""
    request, work, report = dossier.request, dossier.work, dossier.report
    if request.sent_at is None or request.state in SETTLED:
        return ()
    history = _RequestHistory(dossier, dossier.clock_events, dossier.lodged, _find_finished(dossier))
    used = [history.stand(regime) for regime in dossier.cited_regimes]
    misses = list_misses(_clocks(used))
    cited = {state.regime.id for state in used}

    def stand_open(regimes: Iterable[Regime]) -> list[RegimeState]:
        return [history.stand(regime, misses) for regime in regimes if regime.id not in cited]

    leads = (*list_follow_ons([each.regime for each in used], work.ports), *_copyright(report, work.ports))
    further = [regime for regime in leads if dossier.find_reason(regime)]
    lodged = {(each.regime, each.regulator) for each in dossier.complaints if each.lodged_at is not None}
    direct = stand_open(dossier.direct_regimes)
    options = build_escalation(used, stand_open(further), work.now, direct=direct, lodged=lodged)
    if dossier.platform is None or not dossier.platform.is_household:
        return options
    return tuple(option for option in options if option.kind not in _BEHIND)


def _find_finished(dossier: Dossier) -> Mapping[str, datetime]:
    """By law, when the first complaint or appeal about the request was answered, or its time ran out."""
    work, found = dossier.work, dict[str, datetime]()
    for complaint in dossier.complaints:
        regime = work.ports.registry.regimes.get(complaint.regime)
        if regime is None or complaint.lodged_at is None:
            continue
        events = dossier.complaint_events(complaint, regime.kind)
        place = place_of_complaint(regime, complaint.regulator, work.case.country, work.ports)
        clocks = derive_clocks(regime, events, calendar=place.calendar, zone=place.zone, now=work.now)
        ends = [event.at for event in (*events, *list_misses(clocks)) if event.kind in _FINISHED]
        if ends:
            found[regime.id] = min([*ends, *filter(None, [found.get(regime.id)])])
    return found


def escalation_view(dossier: Dossier, option: EscalationOption) -> EscalationView:
    return EscalationView(
        kind=option.kind,
        category=_CATEGORIES.get(option.kind),
        body=_name_body(dossier, option),
        regime=option.regime,
        regulator=option.regulator,
        what=str(option.can_do),
        is_open=option.is_open,
        state=option.state,
        opens=option.opens,
        opens_at=option.opens_at,
        closes=option.closes,
        closes_at=option.closes_at,
        preconditions=option.first,
        contents=option.contents,
        answers_within=option.answers_within,
        is_sure=option.confidence is not Confidence.MEMORY,
        warning=str(option.warning) if option.warning else None,
        is_near=_is_near(dossier, option),
    )


def _is_near(dossier: Dossier, option: EscalationOption) -> bool:
    """Whether the body is one of the person's country; where none is named, whether the law is law there."""
    country, registry = dossier.work.case.country or "", dossier.work.ports.registry
    if body := registry.regulators.get(option.regulator or ""):
        return is_body_of(body, country)
    regime = registry.regimes.get(option.regime or "")
    return regime is not None and bool(country) and is_law_in(regime, country)


def _name_body(dossier: Dossier, option: EscalationOption) -> str:
    """The authority by its own name where a law says only of which kind it is and the directory has exactly one."""
    regime = dossier.work.ports.registry.regimes.get(option.regime or "")
    if option.regulator or regime is None or regime.kind is not RegimeKind.COMPLAINT:
        return option.body
    found = dossier.find_regulators(regime)
    return found[0].name if len(found) == 1 else option.body


def find_next_step(escalated: EscalatedRequest, *, has_consent: bool) -> NextStepView:
    """What to do with a request now. Its options are judged only where one of them could be the next step."""
    dossier, request = escalated.dossier, escalated.dossier.request
    if request.state in SETTLED:
        return NextStepView(kind=NextStep.NONE, text="Nothing more has to be done here.")
    if request.sent_at is None:
        return _before_sending(dossier.citations, has_consent=has_consent)
    if request.state is RequestState.MORE_ASKED:
        text = "They ask for more. Send it to them, then write down that you did."
        return NextStepView(kind=NextStep.ANSWER_BACK, text=text)
    if not _has_failed(dossier):
        return NextStepView(kind=NextStep.WAIT, text="Wait for their answer. Log it here when it comes.")
    if (dossier.sent_reminders or request.state in _DONE) and _can_complain(escalated.options):
        return NextStepView(kind=NextStep.COMPLAIN, text="You can complain now. See who can act, and what each can do.")
    return NextStepView(kind=NextStep.REMIND, text="The deadline has passed. Send a reminder that names the date.")


def find_turn(dossier: Dossier) -> int:
    """Whose turn it is: 0 where something can be done now, 1 where the other side has to answer, 2 where it is over."""
    request = dossier.request
    if request.state in SETTLED:
        return 2
    is_waiting = request.sent_at is not None and request.state is not RequestState.MORE_ASKED
    return int(is_waiting and not _has_failed(dossier))


def _has_failed(dossier: Dossier) -> bool:
    """Whether the other side refused, did less than was asked, or let its time run out."""
    missed = (clock for clock in dossier.clocks if dossier.clock_states[clock.id] is ClockState.MISSED)
    return dossier.request.state in _DONE or any(is_owed(clock) for clock in missed)


def _can_complain(options: Iterable[EscalationOption]) -> bool:
    return any(option.is_open and option.kind in _COMPLAINTS for option in options)


def _before_sending(citations: Sequence[Citation], *, has_consent: bool) -> NextStepView:
    if citations and not any(citation.is_complete or citation.waits_for_statement for citation in citations):
        return NextStepView(kind=NextStep.COMPLETE, text="Something that the law asks for is missing. Add it first.")
    if not has_consent:
        return NextStepView(kind=NextStep.CONSENT, text="You have not allowed sharing with platforms yet.")
    return NextStepView(kind=NextStep.SEND, text="The letter can be made and sent.")


def _clocks(standings: Iterable[RegimeState]) -> list[DerivedClock]:
    return [clock for standing in standings for clock in standing.clocks]


def _copyright(report: Report, ports: Ports) -> list[Regime]:
    """Only for pictures the person took."""
    if report.took_it is not YesNo.YES:
        return []
    return [regime for regime in ports.registry.regimes.values() if regime.kind is RegimeKind.COPYRIGHT]
