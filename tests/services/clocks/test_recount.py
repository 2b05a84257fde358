"""What newer records of laws and holidays change for clocks that run: shown first, then applied once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, CaseStatus, History
from portal.domain.regimes import Binding, Rule
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis
from portal.services.cases import erasure
from portal.services.clocks.recount import Change, apply_changes, find_changes
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.history.events import find_break, read_history
from portal.services.operations import sweep
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, send

ONE_LINK = "https://pictures.example.org/album/7"
LAW = "us-take-it-down"
NEWER = "2027-01-01.1"
LATER = NOW + 10 * HOUR


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def sent(sessions: sessionmaker[Session], ports: Ports) -> Case:
    """A case whose one request runs under the federal law: 48 hours from NOW + 1 hour."""
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        return opened.case


def amend(ports: Ports, change: Callable[[Rule], Rule], regime_id: str = LAW) -> Ports:
    """Ports whose registry holds the law in a newer version with changed clocks."""
    regime = ports.registry.regimes[regime_id]
    newer = replace(regime, rules=tuple(change(rule) for rule in regime.rules), version=NEWER)
    regimes = MappingProxyType({**ports.registry.regimes, regime_id: newer})
    return replace(ports, registry=replace(ports.registry, regimes=regimes))


def shorten(rule: Rule) -> Rule:
    return replace(rule, amount=24) if rule.id == "remove" else rule


def look(sessions: sessionmaker[Session], ports: Ports, now: datetime = LATER) -> list[Change]:
    with sessions() as session:
        return list(find_changes(make_work(session, ports, now=now)))


def clock_of(sessions: sessionmaker[Session], rule: str = "remove") -> Clock:
    with sessions() as session:
        return session.scalars(select(Clock).where(Clock.rule == rule, Clock.regime == LAW)).one()


def events_of(sessions: sessionmaker[Session]) -> list[Event]:
    with sessions() as session:
        return list(session.scalars(select(Event).where(Event.kind == History.LAW_APPLIED)))


def test_the_same_records_change_nothing(sessions: sessionmaker[Session], ports: Ports, sent: Case) -> None:
    assert look(sessions, ports) == []
    assert apply_changes(sessions, now=LATER, ports=ports) == 0
    assert events_of(sessions) == []


def test_a_newer_version_with_the_same_dates_changes_nothing(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    assert look(sessions, amend(ports, lambda rule: rule)) == []


def test_a_corrected_period_is_shown_with_both_dates_and_changes_nothing_yet(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    (change,) = look(sessions, amend(ports, shorten))
    assert (change.reference, change.regime, change.rule) == (sent.reference, LAW, "remove")
    assert change.request_id is not None
    assert change.complaint_id is None
    assert (change.version_before, change.version_after) == (ports.registry.regimes[LAW].version, NEWER)
    assert (change.due_before, change.due_after) == (NOW + 49 * HOUR, NOW + 25 * HOUR)
    assert (change.binding_before, change.binding_after) == (Binding.DUTY, Binding.DUTY)
    assert (change.calendar_before, change.calendar_after) == ("", "")
    assert clock_of(sessions).due_at == NOW + 49 * HOUR


def test_applying_writes_the_new_date_one_event_and_the_cases_next_date(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    later = amend(ports, shorten)
    assert apply_changes(sessions, now=LATER, ports=later) == 1
    clock = clock_of(sessions)
    assert (clock.due_at, clock.version, clock.state) == (NOW + 25 * HOUR, NEWER, ClockState.RUNNING)
    (event,) = events_of(sessions)
    assert event.sealed is None
    assert event.facts["clocks"][0]["due_before"] == (NOW + 49 * HOUR).isoformat()
    assert event.facts["clocks"][0]["due_after"] == (NOW + 25 * HOUR).isoformat()
    with sessions() as session:
        assert session.get_one(Case, sent.id).next_due_at == NOW + 25 * HOUR
        assert find_break(read_history(session, sent.id)) is None


def test_applying_twice_changes_nothing_more(sessions: sessionmaker[Session], ports: Ports, sent: Case) -> None:
    later = amend(ports, shorten)
    apply_changes(sessions, now=LATER, ports=later)
    assert apply_changes(sessions, now=LATER + HOUR, ports=later) == 0
    assert look(sessions, later) == []
    assert len(events_of(sessions)) == 1


def test_a_request_keeps_the_version_that_it_was_made_with(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    apply_changes(sessions, now=LATER, ports=amend(ports, shorten))
    with sessions() as session:
        basis = session.scalars(select(Basis).where(Basis.regime == LAW)).one()
        assert basis.version == ports.registry.regimes[LAW].version


def test_a_date_that_moves_into_the_past_is_missed_and_recorded_once(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    now, later = NOW + 30 * HOUR, amend(ports, shorten)
    apply_changes(sessions, now=now, ports=later)
    assert clock_of(sessions).state is ClockState.MISSED
    sweep.sweep(sessions, now=now + HOUR, ports=later)
    with sessions() as session:
        missed = session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED)).all()
        assert [event.at for event in missed if event.facts["regime"] == LAW] == [NOW + 25 * HOUR]


def test_what_has_ended_never_changes(sessions: sessionmaker[Session], ports: Ports, sent: Case) -> None:
    sweep.sweep(sessions, now=NOW + 60 * HOUR, ports=ports)
    assert clock_of(sessions).state is ClockState.MISSED
    later = amend(ports, lambda rule: replace(rule, amount=240) if rule.id == "remove" else rule)
    assert look(sessions, later, NOW + 61 * HOUR) == []
    assert apply_changes(sessions, now=NOW + 61 * HOUR, ports=later) == 0


@pytest.mark.parametrize("how", ["settled", "closed", "erased"])
def test_what_is_settled_closed_or_erased_is_left_alone(
    sessions: sessionmaker[Session], ports: Ports, how: str
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        if how == "settled":
            removed = AnswerCommand(answer=Answer.REMOVED, at=NOW + 2 * HOUR)
            answers.log_answer(opened.at(NOW + 2 * HOUR), 1, removed)
        elif how == "closed":
            opened.case.status = CaseStatus.CLOSED
        else:
            erasure.erase(opened.at(NOW + 2 * HOUR))
    assert look(sessions, amend(ports, shorten)) == []


def test_a_binding_that_was_recorded_wrongly_is_a_change(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    later = amend(ports, lambda rule: replace(rule, binding=Binding.TARGET) if rule.id == "remove" else rule)
    (change,) = look(sessions, later)
    assert (change.binding_before, change.binding_after) == (Binding.DUTY, Binding.TARGET)
    apply_changes(sessions, now=LATER, ports=later)
    assert clock_of(sessions).binding is Binding.TARGET


def test_a_clock_that_the_law_no_longer_has_stops_and_a_new_one_starts(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    later = amend(ports, lambda rule: replace(rule, id="take-down") if rule.id == "remove" else rule)
    gone, new = sorted(look(sessions, later), key=lambda change: change.rule)
    assert (gone.rule, gone.due_after, gone.version_after) == ("remove", None, None)
    assert (new.rule, new.due_before, new.due_after) == ("take-down", None, NOW + 49 * HOUR)
    assert apply_changes(sessions, now=LATER, ports=later) == 2
    assert clock_of(sessions).state is ClockState.STOPPED
    assert clock_of(sessions, "take-down").state is ClockState.RUNNING
    assert apply_changes(sessions, now=LATER, ports=later) == 0


def test_the_clocks_of_a_complaint_are_counted_again_too(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, country="IE", links="https://www.instagram.com/p/Abc123/")
        send(session, opened, ports, received_at=NOW + HOUR)
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + 2 * HOUR)
        answers.log_answer(opened.at(NOW + 2 * HOUR), 1, refused)
        now = NOW + 3 * HOUR
        number = complaints.prepare(opened.at(now), "eu-dsa-20", "platform-instagram", (1,))
        complaints.record_lodged(opened.at(now), number, LodgedCommand(has_checked=True, at=now))
        row = session.scalars(select(Clock).where(Clock.complaint_id.is_not(None))).first()
        assert row is not None
        rule = row.rule
    later = amend(
        ports, lambda each: replace(each, binding=Binding.FOLLOW_UP) if each.id == rule else each, "eu-dsa-20"
    )
    changed = [change for change in look(sessions, later) if change.complaint_id is not None]
    assert [change.rule for change in changed] == [rule]


def test_nothing_is_shown_for_what_only_a_miss_has_started(sessions: sessionmaker[Session], ports: Ports) -> None:
    """The sweep has not come by yet; the records are the same."""
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK, country="CA", subdivision="ON")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number, received_at=NOW + HOUR)
    assert look(sessions, ports, NOW + 40 * DAY) == []


def test_each_case_gets_an_event_of_its_own(sessions: sessionmaker[Session], ports: Ports, sent: Case) -> None:
    with sessions.begin() as session:
        other = make_case(session, ports, links=ONE_LINK)
        send(session, other, ports)
    assert apply_changes(sessions, now=LATER, ports=amend(ports, shorten)) == 2
    assert {event.case_id for event in events_of(sessions)} == {sent.id, other.case.id}
