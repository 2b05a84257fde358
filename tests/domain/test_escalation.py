"""The ladder: which steps are there, in which order, and when each is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.clocks import EventKind, RequestEvent, derive_clocks
from portal.domain.escalation import EscalationKind, EscalationOption, EscalationState, RegimeState, build_escalation
from portal.domain.regimes import (
    Binding,
    ObligedParty,
    PauseEffect,
    Regime,
    RegimeKind,
    StepKind,
    StepProof,
    Stop,
    Trigger,
    Unit,
)
from portal.reference.registry import load_registry
from tests.domain.laws import NO_HOLIDAYS, REGIME, UTC_ZONE, make_escalation, make_open_rule, make_pause, make_rule

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AFTER = ("the platform was asked first",)
PAUSES = (make_pause(PauseEffect.SUSPENDS, of_identity=False),)

NOTICE = replace(
    REGIME,
    escalation=(
        make_escalation("The Authority", regime="xx-complaint", after=AFTER),
        make_escalation("The Courts"),
        make_escalation("The Other Authority", regime="xx-elsewhere", after=AFTER),
    ),
)
COMPLAINT = replace(REGIME, id="xx-complaint", kind=RegimeKind.COMPLAINT, rules=(), summary="It can order removal.")
COPYRIGHT = replace(REGIME, id="xx-copy", name="Copyright", kind=RegimeKind.COPYRIGHT, rules=())


def stand(regime: Regime, events: Iterable[RequestEvent], now: timedelta) -> RegimeState:
    listed = tuple(events)
    clocks = derive_clocks(regime, listed, calendar=NO_HOLIDAYS, zone=UTC_ZONE, now=START + now)
    return RegimeState(regime=regime, events=listed, clocks=clocks)


def climb(
    *events: RequestEvent,
    now: timedelta,
    notice: Regime = NOTICE,
    targets: tuple[Regime, ...] = (COMPLAINT, COPYRIGHT),
    direct: tuple[Regime, ...] = (),
) -> tuple[EscalationOption, ...]:
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=START)
    others, further = ([stand(regime, [received, *events], now) for regime in group] for group in (targets, direct))
    return build_escalation([stand(notice, [received, *events], now)], others, START + now, direct=further)


def find(options: tuple[EscalationOption, ...], body: str) -> EscalationOption:
    (found,) = [option for option in options if option.body == body]
    return found


def happened(kind: EventKind, after: timedelta) -> RequestEvent:
    return RequestEvent(kind=kind, at=START + after)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (47 * HOUR, EscalationState.WAITING),
        (48 * HOUR, EscalationState.WAITING),
        (48 * HOUR + timedelta(seconds=1), EscalationState.OPEN),
    ],
)
def test_the_authority_opens_when_the_clock_has_run_out(now: timedelta, state: EscalationState) -> None:
    option = find(climb(now=now), "The Authority")
    assert option.state is state
    assert option.is_open is (state is EscalationState.OPEN)
    assert option.opens_at == START + 48 * HOUR
    assert option.first == AFTER
    assert str(option.can_do) == "It can order removal."


def test_a_refusal_opens_the_authority_at_once() -> None:
    option = find(climb(happened(EventKind.REFUSED, HOUR), now=2 * HOUR), "The Authority")
    assert option.is_open
    assert option.opens_at == START + HOUR


def test_what_has_no_condition_is_open_from_the_beginning() -> None:
    option = find(climb(now=HOUR), "The Courts")
    assert (option.is_open, option.kind, option.opens_at) == (True, EscalationKind.OTHER, None)


def test_what_was_removed_in_time_opens_nothing() -> None:
    option = find(climb(happened(EventKind.REMOVED, HOUR), now=100 * HOUR), "The Authority")
    assert (option.state, option.opens_at) == (EscalationState.WAITING, None)


def test_a_law_without_a_number_opens_with_a_decision_only() -> None:
    notice = replace(NOTICE, rules=(make_open_rule(),))
    assert find(climb(now=9999 * HOUR, notice=notice), "The Authority").state is EscalationState.WAITING
    decided = happened(EventKind.DECISION_RECEIVED, HOUR)
    assert find(climb(decided, now=2 * HOUR, notice=notice), "The Authority").is_open


def test_a_step_under_a_law_that_is_not_open_to_the_person_is_left_out() -> None:
    assert "The Other Authority" not in [option.body for option in climb(now=HOUR)]


def test_copyright_is_never_first_and_warns() -> None:
    early, late = climb(now=HOUR), climb(now=49 * HOUR)
    assert early[-1].kind is late[-1].kind is EscalationKind.COPYRIGHT
    assert (early[-1].state, late[-1].state) == (EscalationState.WAITING, EscalationState.OPEN)
    assert "your name" in str(early[-1].warning)
    assert [option.kind for option in late if option.warning] == [EscalationKind.COPYRIGHT]


def test_copyright_alone_still_waits() -> None:
    options = build_escalation([], [RegimeState(regime=COPYRIGHT)], START)
    assert [(option.kind, option.state) for option in options] == [(EscalationKind.COPYRIGHT, EscalationState.WAITING)]


def test_the_rungs_stand_in_the_order_in_which_to_try_them() -> None:
    body = replace(REGIME, id="xx-body", kind=RegimeKind.APPEAL, rules=())
    court = replace(REGIME, id="xx-court", kind=RegimeKind.COURT, rules=())
    help_service = replace(REGIME, id="xx-help", kind=RegimeKind.SUPPORT, rules=())
    notice = replace(NOTICE, escalation=(NOTICE.escalation[0], make_escalation("The Body", regime="xx-body")))
    options = climb(now=HOUR, notice=notice, targets=(COPYRIGHT, COMPLAINT, body), direct=(help_service, court))
    assert [option.kind for option in options] == list(EscalationKind)


def test_an_appeal_inside_the_platform_is_told_from_a_body_outside() -> None:
    inside = replace(REGIME, id="xx-appeal", kind=RegimeKind.APPEAL)
    notice = replace(NOTICE, escalation=(make_escalation("Its own appeal", regime="xx-appeal"),))
    options = climb(now=HOUR, notice=notice, targets=(inside,))
    assert [option.body for option in options if option.kind is EscalationKind.APPEAL] == ["Its own appeal"]


def test_a_step_may_say_itself_whom_it_turns_to() -> None:
    notice = replace(NOTICE, escalation=(replace(make_escalation("The Court"), kind=StepKind.COURT),))
    assert find(climb(now=HOUR, notice=notice), "The Court").kind is EscalationKind.COURT


def test_a_complaint_that_needs_no_request_is_open_at_once() -> None:
    direct = replace(COMPLAINT, id="xx-direct", name="Direct complaint")
    option = find(climb(now=HOUR, direct=(direct,)), "Direct complaint")
    assert (option.kind, option.state, option.origins) == (
        EscalationKind.AUTHORITY,
        EscalationState.OPEN,
        ("xx-direct",),
    )


def test_a_complaint_whose_own_law_wants_a_request_first_opens_with_its_failure() -> None:
    own = replace(make_escalation("The Commission", regime="xx-direct", after=AFTER), answers_within="30 days")
    direct = replace(COMPLAINT, id="xx-direct", escalation=(own,))
    early, late = (find(climb(now=now, direct=(direct,)), "The Commission") for now in (HOUR, 49 * HOUR))
    assert (early.state, late.state) == (EscalationState.WAITING, EscalationState.OPEN)
    assert (early.first, early.answers_within) == (AFTER, "30 days")


def test_a_court_without_a_request_stands_without_the_steps_that_need_none() -> None:
    court = RegimeState(regime=replace(REGIME, id="xx-court", kind=RegimeKind.COURT, rules=()))
    assert [option.kind for option in build_escalation([], [], START, direct=[court])] == [EscalationKind.COURT]


def test_search_engines_can_be_asked_at_once_and_the_platform_again_when_it_failed() -> None:
    states = {option.kind: option.state for option in climb(now=HOUR)}
    assert states[EscalationKind.SEARCH] is EscalationState.OPEN
    waiting = (
        *(
            EscalationKind.PLATFORM,
            EscalationKind.APPEAL,
            EscalationKind.HOST,
            EscalationKind.NETWORK,
            EscalationKind.REGISTRAR,
            EscalationKind.PAYMENT,
        ),
    )
    assert {states[kind] for kind in waiting} == {EscalationState.WAITING}
    later = {option.kind: option.state for option in climb(now=49 * HOUR)}
    assert {later[kind] for kind in waiting} == {EscalationState.OPEN}


def test_a_complaint_that_was_made_is_shown_as_made() -> None:
    options = climb(happened(EventKind.COMPLAINT_LODGED, 50 * HOUR), now=60 * HOUR)
    assert find(options, "The Authority").state is EscalationState.TAKEN


def test_the_persons_own_limit_closes_the_step() -> None:
    limit = make_rule(
        rule_id="complain-by",
        amount=1,
        unit=Unit.MONTHS,
        counting="months",
        trigger=Trigger.DECISION_RECEIVED,
        binding=Binding.LIMITATION,
        owed_by=ObligedParty.PERSON,
        stops=(Stop.COMPLAINT_LODGED,),
    )
    complaint = replace(COMPLAINT, rules=(limit,))
    decided = happened(EventKind.DECISION_RECEIVED, HOUR)
    option = find(climb(decided, now=24 * HOUR, targets=(complaint,)), "The Authority")
    assert option.is_open
    assert option.closes_on is not None
    assert option.closes_on.isoformat() == "2026-04-02"
    late = find(climb(decided, now=24 * HOUR * 40, targets=(complaint,)), "The Authority")
    assert late.state is EscalationState.CLOSED


def test_the_waiting_period_of_the_steps_own_law_has_to_pass() -> None:
    wait = make_rule(rule_id="wait", amount=100, binding=Binding.PRECONDITION, stops=())
    complaint = replace(COMPLAINT, rules=(wait,))
    option = find(climb(now=60 * HOUR, targets=(complaint,)), "The Authority")
    assert (option.state, option.opens_at) == (EscalationState.WAITING, START + 100 * HOUR)
    assert find(climb(now=101 * HOUR, targets=(complaint,)), "The Authority").is_open


def test_two_laws_that_lead_to_one_authority_make_one_rung() -> None:
    second = replace(NOTICE, id="xx-second", rules=(make_rule(amount=1),))
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=START)
    now = 2 * HOUR
    options = build_escalation(
        [stand(NOTICE, [received], now), stand(second, [received], now)], [stand(COMPLAINT, [], now)], START + now
    )
    option = find(options, "The Authority")
    assert option.origins == ("xx-act", "xx-second")
    assert option.is_open


def test_the_national_form_of_a_step_stands_in_for_it() -> None:
    own = replace(make_escalation("The National Authority", regime="xx-national"), regulator="xx-body")
    national = replace(
        COMPLAINT, id="xx-national", summary="It can fine.", escalation=(own,), in_place_of=("xx-complaint",)
    )
    option = find(climb(now=49 * HOUR, targets=(COMPLAINT, national)), "The National Authority")
    assert (option.regime, option.regulator, str(option.can_do)) == ("xx-national", "xx-body", "It can fine.")


def test_a_clock_that_stands_still_opens_nothing_when_the_date_so_far_has_passed() -> None:
    """They wait for something that they may ask for: nobody knows yet when their time runs out."""
    pausing = replace(NOTICE, rules=tuple(replace(rule, pauses=PAUSES) for rule in NOTICE.rules))
    asked = happened(EventKind.INFORMATION_ASKED, HOUR)
    assert find(climb(asked, now=90 * HOUR, notice=pausing), "The Authority").state is not EscalationState.OPEN
    assert find(climb(now=90 * HOUR, notice=pausing), "The Authority").state is EscalationState.OPEN


def test_a_missed_period_opens_the_next_step_though_a_later_one_runs() -> None:
    weekly = replace(
        NOTICE, rules=tuple(replace(rule, restarts_on=(Trigger.UPDATE_RECEIVED,)) for rule in NOTICE.rules)
    )
    in_time, late = happened(EventKind.UPDATE_RECEIVED, 40 * HOUR), happened(EventKind.UPDATE_RECEIVED, 50 * HOUR)
    assert find(climb(in_time, now=51 * HOUR, notice=weekly), "The Authority").state is not EscalationState.OPEN
    assert find(climb(late, now=51 * HOUR, notice=weekly), "The Authority").state is EscalationState.OPEN


def test_a_step_after_another_one_waits_until_that_one_is_over() -> None:
    """Not the platform's missed time: the complaint of the step before has to be answered, or run out."""
    later = replace(make_escalation("The Court", after=AFTER), regime="xx-court", after="xx-complaint")
    notice = replace(NOTICE, escalation=(NOTICE.escalation[0], later))
    court = replace(REGIME, id="xx-court", kind=RegimeKind.COURT, rules=())

    def look(finished_at: datetime | None) -> EscalationOption:
        received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=START)
        used = [stand(notice, [received], 99 * HOUR)]
        targets = [RegimeState(regime=COMPLAINT, finished_at=finished_at), RegimeState(regime=court)]
        return find(build_escalation(used, targets, START + 99 * HOUR), "The Court")

    assert look(None).state is EscalationState.WAITING
    assert look(START + 98 * HOUR).state is EscalationState.OPEN


def test_a_step_that_needs_an_answer_does_not_open_with_a_missed_time() -> None:
    only = replace(NOTICE.escalation[0], needs_answer=True)
    notice = replace(NOTICE, escalation=(only,))
    assert find(climb(now=99 * HOUR, notice=notice), "The Authority").state is EscalationState.WAITING
    refused = climb(happened(EventKind.REFUSED, HOUR), now=2 * HOUR, notice=notice)
    assert find(refused, "The Authority").is_open


WITH_TIME = replace(
    NOTICE,
    id="law-with-time",
    escalation=(
        replace(
            make_escalation("The Commission", after=("asked", "time ran out", "something else")),
            regulator="commission",
            needs_miss=True,
            judged_by=(StepProof.ASKED, StepProof.TIME, StepProof.PERSON),
        ),
    ),
)


@pytest.mark.parametrize(
    ("now", "state", "met"),
    [
        (47 * HOUR, EscalationState.WAITING, (True, False, None)),
        (49 * HOUR, EscalationState.OPEN, (True, True, None)),
    ],
)
def test_a_step_that_needs_a_missed_time_does_not_open_with_a_refusal(
    now: timedelta, state: EscalationState, met: tuple[bool | None, ...]
) -> None:
    option = find(climb(happened(EventKind.REFUSED, HOUR), now=now, notice=WITH_TIME), "The Commission")
    assert option.state is state
    assert option.met == met


def test_a_complaint_without_a_law_of_its_own_is_not_offered_twice() -> None:
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=START)
    used = [stand(WITH_TIME, [received], 49 * HOUR)]
    options = build_escalation(used, [], START + 49 * HOUR, lodged={("law-with-time", "commission")})
    assert find(options, "The Commission").state is EscalationState.TAKEN
    others = build_escalation(used, [], START + 49 * HOUR, lodged={("another-law", "commission")})
    assert find(others, "The Commission").state is EscalationState.OPEN


def test_the_ftc_waits_for_its_48_hours_whatever_the_platform_says() -> None:
    steps = load_registry().regimes["us-take-it-down"].escalation
    ftc = next(step for step in steps if step.regulator == "us-ftc")
    assert ftc.needs_miss
    assert ftc.judged_by == (StepProof.ASKED, StepProof.TIME)
