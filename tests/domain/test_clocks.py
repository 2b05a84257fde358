"""What recorded events mean under a law."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.clocks import (
    ClockState,
    DerivedClock,
    EventKind,
    RequestEvent,
    derive_clocks,
    find_current_rule,
    find_rule,
    list_misses,
)
from portal.domain.regimes import Binding, ObligedParty, PauseEffect, Regime, Rule, Status, Stop, Trigger, Unit
from tests.domain.laws import (
    NO_HOLIDAYS,
    REGIME,
    UNKNOWN,
    UTC_ZONE,
    FakeCalendar,
    make_extension,
    make_open_rule,
    make_pause,
    make_rule,
)

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_regime(*rules: Rule) -> Regime:
    return replace(REGIME, rules=rules, primary_clock=rules[0].id)


def happened(kind: EventKind, after: timedelta = timedelta(), *, estimated: bool = False) -> RequestEvent:
    return RequestEvent(kind=kind, at=START + after, estimated=estimated)


def derive(
    regime: Regime, *events: RequestEvent, now: timedelta = HOUR, calendar: FakeCalendar = NO_HOLIDAYS
) -> tuple[DerivedClock, ...]:
    return derive_clocks(regime, events, calendar=calendar, zone=UTC_ZONE, now=START + now)


RECEIVED = happened(EventKind.NOTICE_RECEIVED)
GDPR_LIKE = make_regime(
    make_rule(
        rule_id="respond",
        amount=1,
        unit=Unit.MONTHS,
        counting="months",
        stops=(Stop.DECIDED, Stop.REFUSED),
        extension=make_extension(3, Unit.MONTHS, from_start=True),
    )
)


def test_nothing_runs_before_anything_happened() -> None:
    assert derive(REGIME) == ()


def test_a_clock_runs_from_receipt() -> None:
    (clock,) = derive(REGIME, RECEIVED)
    assert clock.state is ClockState.RUNNING
    assert clock.started_at == START
    assert clock.due_at == START + 48 * HOUR
    assert not clock.estimated
    assert not clock.is_over
    assert (clock.regime, clock.id) == ("xx-act", "remove")


@pytest.mark.parametrize(
    ("kind", "after", "now", "state"),
    [
        (EventKind.REMOVED, 47 * HOUR, 60 * HOUR, ClockState.MET),
        (EventKind.REMOVED, 48 * HOUR, 60 * HOUR, ClockState.MET),
        (EventKind.REMOVED, 48 * HOUR + timedelta(seconds=1), 60 * HOUR, ClockState.MET_LATE),
        (EventKind.REFUSED, 1 * HOUR, 2 * HOUR, ClockState.RUNNING),  # this law wants removal, not an answer
        (EventKind.REFUSED, 1 * HOUR, 49 * HOUR, ClockState.MISSED),
        (EventKind.WITHDRAWN, 1 * HOUR, 60 * HOUR, ClockState.STOPPED),
        (EventKind.WITHDRAWN, 50 * HOUR, 60 * HOUR, ClockState.MISSED),
        (EventKind.INFORMATION_ASKED, 1 * HOUR, 2 * HOUR, ClockState.RUNNING),
        (EventKind.REMOVED, -1 * HOUR, 2 * HOUR, ClockState.RUNNING),  # before the notice: not an answer to it
    ],
)
def test_a_later_event_ends_a_clock_in_time_or_late_or_not_at_all(
    kind: EventKind, after: timedelta, now: timedelta, state: ClockState
) -> None:
    (clock,) = derive(REGIME, RECEIVED, happened(kind, after), now=now)
    assert clock.state is state


def test_a_clock_is_missed_only_after_its_last_instant() -> None:
    assert derive(REGIME, RECEIVED, now=48 * HOUR)[0].state is ClockState.RUNNING
    assert derive(REGIME, RECEIVED, now=48 * HOUR + timedelta(seconds=1))[0].state is ClockState.MISSED


def test_without_proof_of_receipt_the_sending_starts_an_estimated_clock() -> None:
    (clock,) = derive(REGIME, happened(EventKind.NOTICE_SENT))
    assert clock.estimated
    assert clock.started_at == START


def test_receipt_wins_over_an_earlier_sending() -> None:
    (clock,) = derive(REGIME, happened(EventKind.NOTICE_SENT, -5 * HOUR), RECEIVED)
    assert not clock.estimated
    assert clock.started_at == START


def test_a_complaint_that_was_lodged_starts_the_authoritys_clock_as_an_estimate() -> None:
    regime = make_regime(make_rule(trigger=Trigger.COMPLAINT_RECEIVED, owed_by=ObligedParty.REGULATOR))
    assert derive(regime, happened(EventKind.COMPLAINT_LODGED))[0].estimated
    received = happened(EventKind.COMPLAINT_RECEIVED)
    assert not derive(regime, happened(EventKind.COMPLAINT_LODGED), received)[0].estimated


def test_an_assumed_receipt_or_unknown_holidays_make_a_clock_estimated() -> None:
    assert derive(REGIME, happened(EventKind.NOTICE_RECEIVED, estimated=True))[0].estimated
    rolling = make_regime(make_rule(amount=5, unit=Unit.WORKING_DAYS, counting="working-days"))
    assert derive(rolling, RECEIVED, calendar=UNKNOWN)[0].estimated


@pytest.mark.parametrize("trigger", [trigger for trigger in Trigger if trigger is not Trigger.DEADLINE_MISSED])
def test_only_the_matching_event_starts_a_clock(trigger: Trigger) -> None:
    """An authority's order is never a person's notice."""
    regime = make_regime(make_rule(trigger=trigger, stops=()))
    for kind in EventKind:
        clocks = derive(regime, happened(kind))
        stands_in = {
            EventKind.NOTICE_SENT: Trigger.NOTICE_RECEIVED,
            EventKind.COMPLAINT_LODGED: Trigger.COMPLAINT_RECEIVED,
        }
        assert bool(clocks) is (kind.value == trigger.value or stands_in.get(kind) is trigger)


def test_the_kinds_of_events_hold_every_trigger_and_every_stop() -> None:
    kinds = {kind.value for kind in EventKind}
    assert {trigger.value for trigger in Trigger} <= kinds
    assert {stop.value for stop in Stop} <= kinds


def test_the_rule_in_force_on_the_day_of_the_event_counts_and_stays() -> None:
    old = make_rule(amount=24, in_force_until=date(2026, 3, 2))
    new = make_rule(amount=2, in_force_from=date(2026, 3, 3))
    regime = make_regime(old, new)
    last_moment = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    for received_at, hours in [(last_moment, 24), (last_moment + timedelta(seconds=1), 2)]:
        event = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=received_at)
        for now in (received_at, received_at + timedelta(days=300)):
            (clock,) = derive_clocks(regime, [event], calendar=NO_HOLIDAYS, zone=UTC_ZONE, now=now)
            assert clock.due_at == received_at + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("received_on", "runs"), [(date(2026, 6, 28), False), (date(2026, 6, 29), True), (date(2026, 6, 30), True)]
)
def test_a_law_starts_no_clock_the_day_before_it_is_in_force(received_on: date, runs: bool) -> None:
    regime = replace(REGIME, in_force_from=date(2026, 6, 29))
    received_at = datetime(received_on.year, received_on.month, received_on.day, tzinfo=UTC)
    event = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=received_at)
    clocks = derive_clocks(regime, [event], calendar=NO_HOLIDAYS, zone=UTC_ZONE, now=received_at)
    assert bool(clocks) is runs
    assert (find_rule(regime, "remove", received_at, UTC_ZONE) is not None) is runs


@pytest.mark.parametrize("status", [Status.BILL, Status.NOT_IN_FORCE, Status.UNVERIFIED])
def test_what_is_not_law_starts_no_clock(status: Status) -> None:
    assert derive(replace(REGIME, status=status), RECEIVED) == ()


def test_an_extension_told_in_the_first_period_lengthens_it() -> None:
    (clock,) = derive(
        GDPR_LIKE, RECEIVED, happened(EventKind.EXTENDED_ANSWER, timedelta(days=20)), now=timedelta(days=40)
    )
    assert clock.extended
    assert clock.state is ClockState.RUNNING
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 6, 2)


def test_an_extension_told_too_late_changes_nothing() -> None:
    (clock,) = derive(
        GDPR_LIKE, RECEIVED, happened(EventKind.EXTENDED_ANSWER, timedelta(days=40)), now=timedelta(days=50)
    )
    assert not clock.extended
    assert clock.state is ClockState.MISSED


def test_an_extension_that_the_law_does_not_know_changes_nothing() -> None:
    (clock,) = derive(REGIME, RECEIVED, happened(EventKind.EXTENDED_ANSWER, HOUR), now=49 * HOUR)
    assert (clock.extended, clock.state) == (False, ClockState.MISSED)


def test_word_of_an_extension_ends_a_clock_that_asks_for_just_that() -> None:
    regime = make_regime(make_rule(stops=(Stop.REMOVED, Stop.EXTENDED_ANSWER)))
    assert derive(regime, RECEIVED, happened(EventKind.EXTENDED_ANSWER, HOUR), now=2 * HOUR)[0].state is ClockState.MET


def test_a_rule_without_a_number_is_open_until_it_is_done_and_never_in_time() -> None:
    regime = make_regime(make_open_rule())
    (clock,) = derive(regime, RECEIVED, now=timedelta(days=900))
    assert (clock.state, clock.due, clock.due_at) == (ClockState.OPEN, None, None)
    (met,) = derive(regime, RECEIVED, happened(EventKind.DECIDED, HOUR), now=2 * HOUR)
    assert met.state is ClockState.DONE


def test_a_missed_clock_starts_the_one_that_waits_for_it() -> None:
    regime = make_regime(
        make_rule(rule_id="then", amount=5, trigger=Trigger.DEADLINE_MISSED, owed_by=ObligedParty.PERSON), make_rule()
    )
    assert [clock.id for clock in derive(regime, RECEIVED, now=48 * HOUR)] == ["remove"]
    then, remove = derive(regime, RECEIVED, now=49 * HOUR)
    assert remove.state is ClockState.MISSED
    assert then.started_at == remove.due_at == START + 48 * HOUR
    assert then.due_at == START + 53 * HOUR


@pytest.mark.parametrize(
    ("binding", "owed_by"),
    [
        (Binding.TARGET, ObligedParty.PLATFORM),
        (Binding.FOLLOW_UP, ObligedParty.PLATFORM),
        (Binding.LIMITATION, ObligedParty.PERSON),
    ],
)
def test_a_target_or_the_persons_own_limit_is_no_failure_of_the_other_side(
    binding: Binding, owed_by: ObligedParty
) -> None:
    clocks = derive(make_regime(make_rule(binding=binding, owed_by=owed_by)), RECEIVED, now=60 * HOUR)
    assert clocks[0].state is ClockState.MISSED
    assert list_misses(clocks) == ()


def test_a_miss_can_start_a_clock_of_another_law() -> None:
    misses = list_misses(derive(REGIME, RECEIVED, now=60 * HOUR))
    other = make_regime(make_rule(trigger=Trigger.DEADLINE_MISSED, amount=1))
    (clock,) = derive(other, *misses, now=60 * HOUR)
    assert clock.started_at == START + 48 * HOUR


def test_what_lies_in_the_future_has_not_happened() -> None:
    assert derive(REGIME, happened(EventKind.NOTICE_RECEIVED, 5 * HOUR)) == ()


# --- Pauses ---

DAY = timedelta(days=1)
TEN_DAYS = make_rule(
    amount=10,
    unit=Unit.CALENDAR_DAYS,
    counting="calendar-days",
    pauses=(make_pause(PauseEffect.SUSPENDS, of_identity=False), make_pause(PauseEffect.BEGINS_ANEW)),
)
ASKED = happened(EventKind.INFORMATION_ASKED, 3 * DAY)
GIVEN = happened(EventKind.INFORMATION_GIVEN, 7 * DAY)


def test_a_question_the_law_allows_makes_the_clock_stand_still() -> None:
    (clock,) = derive(make_regime(TEN_DAYS), RECEIVED, ASKED, now=60 * DAY)
    assert (clock.state, clock.estimated, clock.is_over) == (ClockState.PAUSED, True, False)
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 3, 12)  # the date so far
    assert list_misses([clock]) == ()


def test_the_answer_to_it_sets_the_clock_going_again_with_the_days_added() -> None:
    regime = make_regime(TEN_DAYS)
    (clock,) = derive(regime, RECEIVED, ASKED, GIVEN, now=8 * DAY)
    assert clock.due is not None
    assert (clock.state, clock.due.last_day, clock.estimated) == (ClockState.RUNNING, date(2026, 3, 16), False)
    assert derive(regime, RECEIVED, ASKED, GIVEN, now=15 * DAY)[0].state is ClockState.MISSED


def test_a_question_from_before_the_start_holds_the_clock_up_from_the_start() -> None:
    """It was asked after the sending, and receipt was proven for a later day."""
    early = happened(EventKind.INFORMATION_ASKED, -2 * DAY)
    assert derive(make_regime(TEN_DAYS), early, RECEIVED, now=DAY)[0].state is ClockState.PAUSED
    (clock,) = derive(
        make_regime(TEN_DAYS), early, RECEIVED, happened(EventKind.INFORMATION_GIVEN, 3 * DAY), now=5 * DAY
    )
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 3, 15)
    answered = happened(EventKind.INFORMATION_GIVEN, -DAY)
    (clock,) = derive(make_regime(TEN_DAYS), early, answered, RECEIVED, now=DAY)
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 3, 12)


def test_an_answer_whose_arrival_is_assumed_makes_the_date_an_estimate() -> None:
    assumed = replace(GIVEN, estimated=True)
    assert derive(make_regime(TEN_DAYS), RECEIVED, ASKED, assumed, now=8 * DAY)[0].estimated


def test_the_period_begins_when_identity_is_proven_where_the_law_says_so() -> None:
    asked, proven = happened(EventKind.IDENTITY_ASKED, 2 * DAY), happened(EventKind.IDENTITY_PROVEN, 9 * DAY)
    waiting = derive(make_regime(TEN_DAYS), RECEIVED, asked, now=30 * DAY)[0]
    assert waiting.state is ClockState.PAUSED
    (clock,) = derive(make_regime(TEN_DAYS), RECEIVED, asked, proven, now=10 * DAY)
    assert clock.started_at == START
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 3, 21)


@pytest.mark.parametrize("kind", [EventKind.INFORMATION_ASKED, EventKind.IDENTITY_ASKED])
def test_a_question_changes_nothing_where_the_law_knows_no_pause(kind: EventKind) -> None:
    assert derive(REGIME, RECEIVED, happened(kind, HOUR), now=2 * HOUR)[0].state is ClockState.RUNNING
    told = replace(make_pause(PauseEffect.SUSPENDS), begins=None, ends=None, effect=None)
    regime = make_regime(make_rule(pauses=(told,)))  # a pause that is told and not counted
    assert derive(regime, RECEIVED, happened(kind, HOUR), now=2 * HOUR)[0].state is ClockState.RUNNING


def test_a_question_after_the_end_excuses_nothing() -> None:
    late = happened(EventKind.INFORMATION_ASKED, 12 * DAY)
    assert derive(make_regime(TEN_DAYS), RECEIVED, late, now=13 * DAY)[0].state is ClockState.MISSED


@pytest.mark.parametrize(
    ("kind", "state"), [(EventKind.REMOVED, ClockState.MET), (EventKind.WITHDRAWN, ClockState.STOPPED)]
)
def test_what_ends_a_clock_ends_it_while_it_stands_still_too(kind: EventKind, state: ClockState) -> None:
    (clock,) = derive(make_regime(TEN_DAYS), RECEIVED, ASKED, happened(kind, 40 * DAY), now=60 * DAY)
    assert clock.state is state


# --- Clocks that are set going again ---

UPDATES = make_regime(
    make_rule(
        rule_id="tell",
        amount=7,
        unit=Unit.CALENDAR_DAYS,
        counting="calendar-days",
        trigger=Trigger.PLATFORM_CONFIRMED,
        stops=(Stop.DECIDED, Stop.REMOVED),
        restarts_on=(Trigger.UPDATE_RECEIVED,),
    )
)
CONFIRMED = happened(EventKind.PLATFORM_CONFIRMED)


def update(after: timedelta) -> RequestEvent:
    return happened(EventKind.UPDATE_RECEIVED, after)


def test_each_update_sets_the_clock_going_again() -> None:
    (clock,) = derive(UPDATES, CONFIRMED, update(6 * DAY), update(13 * DAY), now=14 * DAY)
    assert (clock.state, clock.started_at) == (ClockState.RUNNING, START + 13 * DAY)
    assert [each.state for each in clock.earlier] == [ClockState.MET, ClockState.MET]
    assert [each.started_at for each in clock.periods] == [START, START + 6 * DAY, START + 13 * DAY]
    assert list_misses([clock]) == ()


def test_a_period_that_ran_out_stays_missed_with_its_own_start() -> None:
    (clock,) = derive(UPDATES, CONFIRMED, update(9 * DAY), now=20 * DAY)
    assert clock.state is ClockState.MISSED
    assert clock.earlier[0].state is ClockState.MET_LATE
    assert [(miss.at - START).days for miss in list_misses([clock])] == [7, 16]


def test_the_decision_ends_the_updates() -> None:
    decided = happened(EventKind.DECIDED, 8 * DAY)
    (clock,) = derive(UPDATES, CONFIRMED, update(5 * DAY), decided, update(11 * DAY), now=30 * DAY)
    assert (clock.state, clock.started_at, len(clock.earlier)) == (ClockState.MET, START + 5 * DAY, 1)


def test_an_update_alone_starts_nothing() -> None:
    assert derive(UPDATES, update(2 * DAY), now=5 * DAY) == ()


def test_an_update_can_be_what_ends_a_period_and_begins_the_next() -> None:
    (rule,) = UPDATES.rules
    both = make_regime(replace(rule, stops=(Stop.UPDATE_RECEIVED, Stop.DECIDED)))
    (clock,) = derive(both, CONFIRMED, update(6 * DAY), now=7 * DAY)
    assert (clock.state, clock.started_at) == (ClockState.RUNNING, START + 6 * DAY)


# --- Extensions whose last day the obliged side names ---

OPEN_ENDED = make_regime(replace(TEN_DAYS, extension=make_extension(None, Unit.NONE, from_start=False)))


def lengthen(after: timedelta, until: date | None) -> RequestEvent:
    return replace(happened(EventKind.EXTENDED_ANSWER, after), until=until)


def test_the_day_they_name_in_time_becomes_the_last_one() -> None:
    (clock,) = derive(OPEN_ENDED, RECEIVED, lengthen(4 * DAY, date(2026, 4, 10)), now=20 * DAY)
    assert clock.due is not None
    assert (clock.state, clock.due.last_day) == (ClockState.RUNNING, date(2026, 4, 10))
    assert (clock.extended, clock.estimated) == (True, False)


def test_without_a_named_day_the_first_date_stays_as_an_estimate() -> None:
    (clock,) = derive(OPEN_ENDED, RECEIVED, lengthen(4 * DAY, None), now=5 * DAY)
    assert clock.due is not None
    assert (clock.due.last_day, clock.extended, clock.estimated) == (date(2026, 3, 12), True, True)


def test_the_day_may_follow_later_but_not_after_the_first_end() -> None:
    word = lengthen(4 * DAY, None)
    named, late = lengthen(6 * DAY, date(2026, 4, 10)), lengthen(12 * DAY, date(2026, 5, 10))
    (clock,) = derive(OPEN_ENDED, RECEIVED, word, named, late, now=20 * DAY)
    assert clock.due is not None
    assert clock.due.last_day == date(2026, 4, 10)
    assert derive(OPEN_ENDED, RECEIVED, late, now=20 * DAY)[0].state is ClockState.MISSED


RICH = make_regime(
    make_rule(),
    make_rule(
        rule_id="acknowledge", amount=30, unit=Unit.CALENDAR_DAYS, counting="uk-days", stops=(Stop.ACKNOWLEDGED,)
    ),
    make_rule(rule_id="forward", trigger=Trigger.AUTHOR_NOTIFIED, stops=(Stop.COUNTER_NOTICE_RECEIVED, Stop.REMOVED)),
    make_rule(rule_id="complain-by", amount=1, unit=Unit.MONTHS, counting="months", trigger=Trigger.DEADLINE_MISSED),
    make_open_rule(),
    *GDPR_LIKE.rules,
    replace(TEN_DAYS, id="answer", extension=make_extension(None, Unit.NONE, from_start=False)),
    *UPDATES.rules,
)
EVENTS = st.lists(
    st.builds(
        RequestEvent,
        kind=st.sampled_from(EventKind),
        at=st.integers(-2000, 5000).map(lambda hours: START + hours * HOUR),
        estimated=st.booleans(),
        until=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    ),
    max_size=12,
)


@given(events=EVENTS, now=st.integers(-2000, 6000), order=st.randoms())
def test_any_history_gives_the_same_sound_clocks_in_any_order(
    events: list[RequestEvent], now: int, order: Random
) -> None:
    moment = START + now * HOUR
    clocks = derive_clocks(RICH, events, calendar=NO_HOLIDAYS, zone=UTC_ZONE, now=moment)
    shuffled = list(events)
    order.shuffle(shuffled)
    again = derive_clocks(RICH, shuffled, calendar=NO_HOLIDAYS, zone=UTC_ZONE, now=moment)
    assert [(clock.id, clock.started_at, clock.due_at) for clock in clocks] == [
        (clock.id, clock.started_at, clock.due_at) for clock in again
    ]
    assert len({clock.id for clock in clocks}) == len(clocks)
    for clock in clocks:
        for period in clock.periods:
            assert_sound(period, moment)
        starts = [period.started_at for period in clock.periods]
        assert starts == sorted(set(starts))


def assert_sound(clock: DerivedClock, now: datetime) -> None:
    assert clock.started_at <= now
    assert clock.ended_at is None or clock.started_at <= clock.ended_at <= now
    assert clock.is_over is (clock.state not in {ClockState.RUNNING, ClockState.OPEN, ClockState.PAUSED})
    if clock.state is ClockState.PAUSED:
        assert clock.due is not None
        assert clock.due.is_paused
        assert clock.estimated
    assert (clock.due is None) is (clock.rule.amount is None)
    if clock.state is ClockState.RUNNING:
        assert clock.due_at is not None
        assert now <= clock.due_at
    if clock.state in {ClockState.MISSED, ClockState.MET_LATE}:
        assert clock.due_at is not None
        assert clock.due_at < now


def test_the_rule_to_speak_of_is_the_one_in_force_else_the_next_else_the_last() -> None:
    old = replace(make_rule(amount=24, in_force_from=date(2021, 2, 25)), in_force_until=date(2026, 2, 19))
    new = replace(make_rule(amount=2, in_force_from=date(2026, 2, 20)), in_force_until=date(2027, 1, 1))
    regime = make_regime(new, old)
    days = (date(2020, 1, 1), date(2026, 2, 19), date(2026, 2, 20), date(2028, 1, 1))
    found = [find_current_rule(regime, "remove", on) for on in days]
    assert [rule.amount for rule in found if rule] == [24, 24, 2, 2]
    assert find_current_rule(regime, None, days[0]) is None
