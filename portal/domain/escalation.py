"""Escalation: what can be done when a request is refused or a clock has run out, what comes first, and when it is open.

Options come from the escalations that the laws in use name, from complaints and courts that need no request before, and
from six steps that need no law: asking the platform again, its own appeal, and those who show, keep, carry, name or pay
for the page. Copyright always stands last, with its warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from portal.domain.clocks import ClockState, DerivedClock, EventKind, RequestEvent, is_failure
from portal.domain.notices import Situation, needs_request
from portal.domain.regimes import Binding, Confidence, Escalation, ObligedParty, Regime, RegimeKind, StepProof, Trigger
from portal.domain.wording import Sentence, format_sentence


class EscalationKind(StrEnum):
    """Whom an option turns to, in the order in which they are shown."""

    PLATFORM = "platform"  # the same platform again
    APPEAL = "appeal"  # its own second look
    SEARCH = "search"
    HOST = "host"
    NETWORK = "network"
    REGISTRAR = "registrar"
    PAYMENT = "payment"
    AUTHORITY = "authority"
    BODY = "body"  # out of court
    COURT = "court"
    OTHER = "other"  # the police, a help service
    COPYRIGHT = "copyright"


class EscalationState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    TAKEN = "taken"  # a complaint was already made
    CLOSED = "closed"  # its time has run out


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeState:
    """A regime of this case, the events recorded for it and the clocks they give (none where nothing has happened).

    `finished_at` is when a complaint or appeal under it was answered or its time ran out; None before.
    """

    regime: Regime
    events: tuple[RequestEvent, ...] = ()
    clocks: tuple[DerivedClock, ...] = ()
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationOption:
    """One next step. Texts of `body`, `opens`, `closes`, `first` and `contents` are the law record's own English."""

    kind: EscalationKind
    state: EscalationState
    body: str
    can_do: Sentence
    origins: tuple[str, ...]  # ids of the regimes that open it
    regime: str | None = None  # id of the regime that governs it
    regulator: str | None = None  # id in the directory
    first: tuple[str, ...] = ()  # what has to have happened before
    met: tuple[bool | None, ...] = ()  # whether each of it has; None: only the person can tell
    opens: str = ""
    closes: str = ""
    contents: tuple[str, ...] = ()
    answers_within: str | None = None  # the body's own clock, in words
    opens_at: datetime | None = None  # UTC; None where no clock tells
    closes_at: datetime | None = None  # UTC
    closes_on: date | None = None
    warning: Sentence | None = None
    confidence: Confidence = Confidence.HIGH

    @property
    def is_open(self) -> bool:
        """Whether it can be used now."""
        return self.state is EscalationState.OPEN


_ANSWERS = frozenset({EventKind.REFUSED, EventKind.DECIDED, EventKind.DECISION_RECEIVED, EventKind.PUT_BACK})
_ASKED = frozenset({EventKind.NOTICE_SENT, EventKind.NOTICE_RECEIVED})
_AUTHORITY_TRIGGERS = frozenset({Trigger.AUTHORITY_DECISION, Trigger.AUTHORITY_ORDER, Trigger.COURT_ORDER})
_KINDS = tuple(EscalationKind)
_STATES: Mapping[EscalationState, int] = MappingProxyType(
    {EscalationState.TAKEN: 0, EscalationState.OPEN: 1, EscalationState.WAITING: 2, EscalationState.CLOSED: 3}
)


def build_escalation(
    used: Sequence[RegimeState],
    targets: Iterable[RegimeState],
    now: datetime,
    *,
    direct: Iterable[RegimeState] = (),
    lodged: Collection[tuple[str, str]] = (),
) -> tuple[EscalationOption, ...]:
    """The options of one request, in the order in which to try them, as of `now` (aware).

    `used` are the regimes its notice cites. `targets` are the other regimes that can be used in this case (complaints,
    appeals, copyright), each with what has happened under it; an option whose regime is not among them is left out,
    since that regime is not open to this person. `direct` are complaints, courts and services that this person can
    turn to whether a law in use leads there or not. `lodged` are complaints that were made already, each by the law it
    rests on and the authority: one that no law of its own governs rests on the law that leads to it.
    """
    direct = tuple(direct)
    known = _index([*targets, *direct, *used])
    options = [
        _make_option(escalation, origin, known, now, lodged)
        for origin in used
        for escalation in origin.regime.escalation
        if escalation.regime is None or escalation.regime in known
    ]
    reached = {option.regime for option in options}
    options += [_make_direct_option(target, used, known, now) for target in direct if target.regime.id not in reached]
    options += _list_own(used, now, has_appeal=any(option.kind is EscalationKind.APPEAL for option in options))
    options += _list_copyright(used, known.values(), now)
    merged = _merge(options)
    return tuple(sorted(merged, key=lambda option: _KINDS.index(option.kind)))  # stable: the law's order stays


def _index(states: Iterable[RegimeState]) -> Mapping[str, RegimeState]:
    """By the regime's id. Where a national form of a regime can be used, it is found under that regime's id too."""
    listed = tuple(states)
    found = {state.regime.id: state for state in listed}
    return found | {replaced: state for state in listed for replaced in state.regime.in_place_of}


def _make_option(
    escalation: Escalation,
    origin: RegimeState,
    known: Mapping[str, RegimeState],
    now: datetime,
    lodged: Collection[tuple[str, str]],
) -> EscalationOption:
    target = known.get(escalation.regime or "")
    is_lodged = ((target or origin).regime.id, escalation.regulator) in lodged
    opened_at = _find_opening(escalation, origin, target, known)
    closing = _find_closing(target) if target or not escalation.regulator else _find_closing(origin)
    return EscalationOption(
        kind=_find_kind(escalation, target),
        state=EscalationState.TAKEN
        if is_lodged
        else _find_state(opened_at, closing, target, now, needs_nothing=_is_free(escalation, target)),
        body=_name_body(escalation, target),
        can_do=format_sentence(target.regime.summary.replace("%", "%%"))
        if target
        else format_sentence(_CAN_DO_UNKNOWN),
        origins=(origin.regime.id,),
        regime=target.regime.id if target else escalation.regime,
        regulator=escalation.regulator or (_find_own_regulator(target) if target else None),
        first=escalation.preconditions,
        met=_judge_first(escalation, origin, now),
        opens=escalation.opens,
        closes=escalation.closes,
        contents=escalation.contents,
        answers_within=escalation.answers_within,
        opens_at=opened_at,
        closes_at=closing.due.due_at if closing and closing.due else None,
        closes_on=closing.due.last_day if closing and closing.due else None,
        confidence=escalation.confidence,
    )


def _make_direct_option(
    target: RegimeState, used: Sequence[RegimeState], known: Mapping[str, RegimeState], now: datetime
) -> EscalationOption:
    """A step that its own law opens; where that law wants something before, the first failure of a request opens it."""
    regime = target.regime
    own = _find_own_step(regime)
    waits = _list_waits(target)
    needs_nothing = not (waits or (own and own.preconditions) or needs_request(regime, Situation()))
    closing = _find_closing(target)
    if own and own.after:
        opened_at = _find_finish(own.after, known)
    else:
        opened_at = None if needs_nothing else _find_end_of_wait(waits) or _find_first_failure(used)
    return EscalationOption(
        kind=_STEPS.get(regime.kind, EscalationKind.OTHER),
        state=_find_state(opened_at, closing, target, now, needs_nothing=needs_nothing),
        body=own.body if own else regime.name,
        can_do=format_sentence(regime.summary.replace("%", "%%")),
        origins=(regime.id,),
        regime=regime.id,
        regulator=own.regulator if own else None,
        first=own.preconditions if own else (),
        met=(None,) * len(own.preconditions) if own else (),
        opens=own.opens if own else "",
        closes=own.closes if own else "",
        contents=own.contents if own else (),
        answers_within=own.answers_within if own else None,
        opens_at=opened_at,
        closes_at=closing.due.due_at if closing and closing.due else None,
        closes_on=closing.due.last_day if closing and closing.due else None,
        confidence=own.confidence if own else regime.confidence,
    )


def _find_own_step(regime: Regime) -> Escalation | None:
    """How the regime's own record describes the step that it governs."""
    return next((each for each in regime.escalation if each.regime == regime.id), None)


def _name_body(escalation: Escalation, target: RegimeState | None) -> str:
    """As the law that leads there calls it; where that names a kind and the step's own law names one, by that name."""
    own = _find_own_step(target.regime) if target and not escalation.regulator else None
    return own.body if own and own.regulator else escalation.body


def _find_own_regulator(target: RegimeState) -> str | None:
    own = _find_own_step(target.regime)
    return own.regulator if own else None


def _find_end_of_wait(waits: Iterable[DerivedClock]) -> datetime | None:
    return min((clock.due.due_at for clock in waits if clock.due and _still_counts(clock)), default=None)


def _is_free(escalation: Escalation, target: RegimeState | None) -> bool:
    """Whether nothing has to have happened before: no condition in the record and no waiting period running."""
    return not escalation.preconditions and not _list_waits(target)


def _find_finish(regime_id: str, known: Mapping[str, RegimeState]) -> datetime | None:
    """When the step under another law was answered or ran out; None before it was even taken."""
    return known[regime_id].finished_at if regime_id in known else None


def _find_opening(
    escalation: Escalation, origin: RegimeState, target: RegimeState | None, known: Mapping[str, RegimeState]
) -> datetime | None:
    """The instant of the first answer or of the first period's end, whichever is earlier; may lie in the future.

    Where the step's own law sets a waiting period, that period is what has to run out; where another step comes first,
    that step has to be over.
    """
    if escalation.after is not None:
        return _find_finish(escalation.after, known)
    if _is_free(escalation, target):
        return None
    clocks = _list_waits(target) or [clock for clock in origin.clocks if _can_fail(clock)]
    ends = [each.due.due_at for clock in clocks for each in clock.periods if each.due and _still_counts(each)]
    answers = [event.at for event in origin.events if event.kind in _ANSWERS]
    if escalation.needs_miss:
        return min(ends, default=None)
    return min(answers if escalation.needs_answer else [*ends, *answers], default=None)


def _judge_first(escalation: Escalation, origin: RegimeState, now: datetime) -> tuple[bool | None, ...]:
    """Whether each thing that the step wants before it has happened, each judged by itself."""
    proofs = escalation.judged_by or (StepProof.PERSON,) * len(escalation.preconditions)
    periods = [each for clock in origin.clocks if _can_fail(clock) for each in clock.periods]
    is_over = any(each.due is not None and each.due.due_at < now and _still_counts(each) for each in periods)
    is_answered = any(event.kind in _ANSWERS and event.at <= now for event in origin.events)
    found: Mapping[StepProof, bool | None] = {
        StepProof.ASKED: any(event.kind in _ASKED for event in origin.events),
        StepProof.ANSWERED: is_answered,
        StepProof.TIME: is_over,
        StepProof.FAILED: is_over or is_answered,
        StepProof.PERSON: None,
    }
    return tuple(found[proof] for proof in proofs)


def _list_waits(target: RegimeState | None) -> list[DerivedClock]:
    if target is None:
        return []
    return [clock for clock in target.clocks if clock.rule.binding is Binding.PRECONDITION]


def _can_fail(clock: DerivedClock) -> bool:
    return clock.rule.owed_by is not ObligedParty.PERSON and clock.rule.binding in {Binding.DUTY, Binding.SAFE_HARBOUR}


def _still_counts(clock: DerivedClock) -> bool:
    """A clock that was met in time opens nothing; one that runs will, when it runs out; of one that stands still nobody
    knows when.
    """
    return is_failure(clock) or not (clock.is_over or clock.state is ClockState.PAUSED)


def _find_closing(target: RegimeState | None) -> DerivedClock | None:
    """The person's own limit for this step. What an authority's decision starts limits the step after it."""
    if target is None:
        return None
    limits = [
        clock
        for clock in target.clocks
        if clock.due and clock.rule.binding is Binding.LIMITATION and clock.rule.trigger not in _AUTHORITY_TRIGGERS
    ]
    return min(limits, key=lambda clock: clock.due.due_at if clock.due else clock.started_at, default=None)


def _find_state(
    opened_at: datetime | None,
    closing: DerivedClock | None,
    target: RegimeState | None,
    now: datetime,
    *,
    needs_nothing: bool,
) -> EscalationState:
    if target and any(event.kind is EventKind.COMPLAINT_LODGED for event in target.events):
        return EscalationState.TAKEN
    if closing and closing.due and closing.due.due_at < now:
        return EscalationState.CLOSED
    if needs_nothing or (opened_at is not None and opened_at < now):
        return EscalationState.OPEN
    return EscalationState.WAITING


def _find_kind(escalation: Escalation, target: RegimeState | None) -> EscalationKind:
    if escalation.kind is not None:
        return EscalationKind(escalation.kind.value)
    if target and target.regime.kind is RegimeKind.APPEAL:
        own = any(rule.owed_by in _OBLIGED for rule in target.regime.rules)
        return EscalationKind.APPEAL if own else EscalationKind.BODY
    if target:
        return _STEPS.get(target.regime.kind, EscalationKind.OTHER)
    return EscalationKind.AUTHORITY if escalation.regulator else EscalationKind.OTHER


def _list_own(used: Sequence[RegimeState], now: datetime, *, has_appeal: bool) -> Iterator[EscalationOption]:
    """The steps that need no law. The platform’s own appeal gives way to one that a law orders."""
    if not used:
        return
    opened_at = _find_first_failure(used)
    failed = opened_at is not None and opened_at < now
    origins = tuple(state.regime.id for state in used)
    for kind, body, can_do, waits in _OWN:
        if kind is EscalationKind.APPEAL and has_appeal:
            continue
        yield EscalationOption(
            kind=kind,
            state=EscalationState.OPEN if failed or not waits else EscalationState.WAITING,
            body=body,
            can_do=format_sentence(can_do),
            origins=origins,
            opens_at=opened_at if waits else None,
        )


def _find_first_failure(used: Sequence[RegimeState]) -> datetime | None:
    instants = [
        each.due.due_at
        for state in used
        for clock in state.clocks
        for each in clock.periods
        if each.due and _can_fail(each) and _still_counts(each)
    ]
    instants += [event.at for state in used for event in state.events if event.kind in _ANSWERS]
    return min(instants, default=None)


def _list_copyright(
    used: Sequence[RegimeState], known: Iterable[RegimeState], now: datetime
) -> Iterator[EscalationOption]:
    """Never first: it opens only when another request was answered or its time ran out."""
    others = [state for state in used if state.regime.kind is not RegimeKind.COPYRIGHT]
    opened_at = _find_first_failure(others)
    cited = {state.regime.id for state in used}
    for state in known:
        if state.regime.kind is RegimeKind.COPYRIGHT and state.regime.id not in cited:
            yield EscalationOption(
                kind=EscalationKind.COPYRIGHT,
                state=EscalationState.OPEN if opened_at is not None and opened_at < now else EscalationState.WAITING,
                body=state.regime.name,
                can_do=format_sentence(state.regime.summary.replace("%", "%%")),
                origins=tuple(other.regime.id for other in others),
                regime=state.regime.id,
                opens_at=opened_at,
                warning=format_sentence(_COPYRIGHT_WARNING),
                confidence=state.regime.confidence,
            )


def _merge(options: Sequence[EscalationOption]) -> list[EscalationOption]:
    """One option for each addressee, with every regime that leads there; the readiest one is kept."""
    best: dict[tuple[EscalationKind, str], EscalationOption] = {}
    origins: dict[tuple[EscalationKind, str], dict[str, None]] = {}
    for option in options:
        key = (option.kind, option.regime or option.regulator or option.body)
        origins.setdefault(key, {}).update(dict.fromkeys(option.origins))
        if key not in best or _STATES[option.state] < _STATES[best[key].state]:
            best[key] = option
    return [_with_origins(option, tuple(origins[key])) for key, option in best.items()]


def _with_origins(option: EscalationOption, origins: tuple[str, ...]) -> EscalationOption:
    return option if option.origins == origins else replace(option, origins=origins)


_CAN_DO_UNKNOWN = "You tell them what happened, and they decide what to do."
_COPYRIGHT_WARNING = (
    "This can pass your name and address on to the person who posted the picture. It is only for pictures you took "
    "yourself. Use it when nothing else has helped."
)

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})
_STEPS: Mapping[RegimeKind, EscalationKind] = MappingProxyType(
    {
        RegimeKind.COMPLAINT: EscalationKind.AUTHORITY,
        RegimeKind.COURT: EscalationKind.COURT,
        RegimeKind.SUPPORT: EscalationKind.OTHER,
    }
)

# Who, what it can do, and whether it waits for the platform to fail.
_OWN: tuple[tuple[EscalationKind, str, str, bool], ...] = (
    (
        EscalationKind.PLATFORM,
        "The same platform",
        "It can still take it down. A second letter names the first one, and the date that they missed.",
        True,
    ),
    (
        EscalationKind.APPEAL,
        "The platform’s own appeal",
        "Someone else there looks again. Look for “appeal” in the message that they sent you.",
        True,
    ),
    (
        EscalationKind.SEARCH,
        "Search engines",
        "They can stop showing the page in their results. The page itself stays where it is.",
        False,
    ),
    (
        EscalationKind.HOST,
        "The hosting company",
        "It keeps the site on its computers. It can tell the site to take it down, or switch the site off.",
        True,
    ),
    (
        EscalationKind.NETWORK,
        "The delivery network",
        "It stands between you and the site. It can pass your letter on, and say who hosts the site.",
        True,
    ),
    (
        EscalationKind.REGISTRAR,
        "The domain registrar",
        "It sold the site its name. It can press the site to act, or switch the name off.",
        True,
    ),
    (
        EscalationKind.PAYMENT,
        "Payment companies",
        "They can stop working with a site that earns money with it.",
        True,
    ),
)
