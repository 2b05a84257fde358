"""What newer records of laws and holidays change for clocks that run: shown first, then applied once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, CaseStatus, History
from portal.domain.regimes import Binding, Rule
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.reference.zones import PACKAGE, find_zone
from portal.services.cases import erasure
from portal.services.clocks import recount
from portal.services.clocks.recount import Applied, ClockChange, FailedCase, apply_changes, find_changes
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.history.events import find_break, read_history
from portal.services.law import obliged_places
from portal.services.operations import sweep
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import Work
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


def look(sessions: sessionmaker[Session], ports: Ports, now: datetime = LATER) -> list[ClockChange]:
    with sessions() as session:
        return [each for each in find_changes(make_work(session, ports, now=now)) if isinstance(each, ClockChange)]


def clock_of(sessions: sessionmaker[Session], rule: str = "remove") -> Clock:
    with sessions() as session:
        return session.scalars(select(Clock).where(Clock.rule == rule, Clock.regime == LAW)).one()


def events_of(sessions: sessionmaker[Session]) -> list[Event]:
    with sessions() as session:
        return list(session.scalars(select(Event).where(Event.kind == History.LAW_APPLIED)))


def test_the_same_records_change_nothing(sessions: sessionmaker[Session], ports: Ports, sent: Case) -> None:
    assert look(sessions, ports) == []
    assert apply_changes(sessions, now=LATER, ports=ports) == Applied(changed=0, failed=())
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
    assert apply_changes(sessions, now=LATER, ports=later).changed == 1
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
    assert apply_changes(sessions, now=LATER + HOUR, ports=later).changed == 0
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
    assert apply_changes(sessions, now=NOW + 61 * HOUR, ports=later).changed == 0


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
    assert apply_changes(sessions, now=LATER, ports=later).changed == 2
    assert clock_of(sessions).state is ClockState.STOPPED
    assert clock_of(sessions, "take-down").state is ClockState.RUNNING
    assert apply_changes(sessions, now=LATER, ports=later).changed == 0


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
    assert apply_changes(sessions, now=LATER, ports=amend(ports, shorten)).changed == 2
    assert {event.case_id for event in events_of(sessions)} == {sent.id, other.case.id}


def spoil(sessions: sessionmaker[Session], case: Case) -> None:
    """An event whose facts nobody can read any more, as a broken disk or an older release may leave it."""
    with sessions.begin() as session:
        event = session.scalars(select(Event).where(Event.case_id == case.id, Event.request_id.is_not(None))).first()
        assert event is not None
        event.kind, event.facts = History.ANSWERED, {}


def test_a_case_that_cannot_be_read_is_named_and_holds_up_no_other(
    sessions: sessionmaker[Session], ports: Ports, sent: Case
) -> None:
    with sessions.begin() as session:
        other = make_case(session, ports, links=ONE_LINK)
        send(session, other, ports)
    spoil(sessions, sent)
    later = amend(ports, shorten)
    with sessions() as session:
        found = list(find_changes(make_work(session, later, now=LATER)))
    (failed,) = [each for each in found if isinstance(each, FailedCase)]
    assert (failed.case_id, failed.reference) == (sent.id, sent.reference)
    assert failed.problem.startswith("KeyError at portal/services/clocks/case_events.py:")
    assert {each.case_id for each in found if isinstance(each, ClockChange)} == {other.case.id}
    assert apply_changes(sessions, now=LATER, ports=later) == Applied(changed=1, failed=(failed,))
    assert {event.case_id for event in events_of(sessions)} == {other.case.id}


def test_a_case_that_breaks_only_while_it_is_written_is_named_too(
    sessions: sessionmaker[Session], ports: Ports, sent: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        other = make_case(session, ports, links=ONE_LINK)
        send(session, other, ports)
    real = refresh_clocks

    def break_for_one(work: Work, case: Case, owner: Request | Complaint) -> int:
        if case.id == sent.id:
            raise ValueError("a value of the case")
        return real(work, case, owner)

    monkeypatch.setattr(recount, "refresh_clocks", break_for_one)
    applied = apply_changes(sessions, now=LATER, ports=amend(ports, shorten))
    assert (applied.changed, [each.reference for each in applied.failed]) == (1, [sent.reference])
    assert "a value of the case" not in applied.failed[0].problem
    assert {event.case_id for event in events_of(sessions)} == {other.case.id}


def take_newer_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a newer release said that Ireland keeps the time of New York."""
    content = files("tzdata").joinpath("zoneinfo", "America", "New_York").read_bytes()
    moved = ZoneInfo.from_file(BytesIO(content), key="Europe/Dublin")
    known = find_zone

    def find_newer(country: str, subdivision: str | None = None) -> ZoneInfo:
        return moved if country == "IE" else known(country, subdivision)

    monkeypatch.setattr(obliged_places, "find_zone", find_newer)
    monkeypatch.setattr(obliged_places, "PACKAGE", "tzdata 2099.1")


def test_newer_time_zones_are_shown_and_applied_as_newer_holidays_are(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, country="IE", links="https://www.instagram.com/p/Abc123/")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number, received_at=NOW + HOUR)
        clock = session.scalars(select(Clock).where(Clock.regime == "eu-gdpr-17", Clock.rule == "respond")).one()
        before = clock.due_at
        assert clock.zone_version == PACKAGE
        assert before is not None
    take_newer_zones(monkeypatch)
    (change,) = [each for each in look(sessions, ports) if each.rule == "respond"]
    assert (change.zone_version_before, change.zone_version_after) == (PACKAGE, "tzdata 2099.1")
    assert (change.due_before, change.due_after) == (before, before + 5 * HOUR)
    assert (change.zone_before, change.zone_after) == ("Europe/Dublin", "Europe/Dublin")
    apply_changes(sessions, now=LATER, ports=ports)
    with sessions() as session:
        clock = session.scalars(select(Clock).where(Clock.regime == "eu-gdpr-17", Clock.rule == "respond")).one()
        assert (clock.due_at, clock.zone_version) == (before + 5 * HOUR, "tzdata 2099.1")
    (told,) = [each for each in events_of(sessions)[0].facts["clocks"] if each["rule"] == "respond"]
    assert told["zone_version_after"] == "tzdata 2099.1"
