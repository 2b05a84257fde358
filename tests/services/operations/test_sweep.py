"""The sweep: what fails, or is too many, takes nothing from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, CaseStatus, History
from portal.models.accounts import WebSession
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.services.casefile.page import SENTENCES
from portal.services.clocks import many
from portal.services.clocks.derivation import PlacedClock, RequestClockFacts, derive_request_clocks
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.history.events import NewEvent, find_break, read_history, record
from portal.services.history.rows_check import count_rows
from portal.services.history.verification import Against, verify
from portal.services.operations import sweep
from portal.services.ports import SYSTEM, Ports
from portal.services.signin import guess_throttle
from portal.services.signin import sessions as web_sessions
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, SERVER_KEYS, make_case, make_draft, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, send
from tests.statements import counted

ONE_LINK = "https://pictures.example.org/album/7"
LAW = "us-take-it-down"
LATER = NOW + 9 * DAY


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def send_one(
    sessions: sessionmaker[Session], ports: Ports, *, at: datetime = NOW + HOUR, links: str = ONE_LINK
) -> UUID:
    """A case whose requests have all left."""
    with sessions.begin() as session:
        opened = make_case(session, ports, links=links)
        for request in session.scalars(select(Request).where(Request.case_id == opened.case.id)).all():
            send(session, opened, ports, request.number, at=at)
        return opened.case.id


def spoil(sessions: sessionmaker[Session], case_id: UUID, number: int = 1) -> None:
    """An answer of a word that nobody knows, as a newer version could have written it."""
    with sessions.begin() as session:
        request = session.scalars(select(Request).where(Request.case_id == case_id, Request.number == number)).one()
        unknown = NewEvent(kind=History.ANSWERED, at=NOW + DAY, request_id=request.id, facts={"answer": "whatever"})
        record(session, case_id, None, unknown, actor=SYSTEM, now=NOW)


def states(sessions: sessionmaker[Session], case_id: UUID, number: int = 1) -> set[ClockState]:
    with sessions() as session:
        query = select(Clock.state).join(Request).where(Clock.case_id == case_id, Request.number == number)
        return set(session.scalars(query.where(Clock.due_at.is_not(None))))


def drop_law(ports: Ports) -> Ports:
    """The records without the laws that the cases here cite."""
    none: MappingProxyType[str, object] = MappingProxyType({})
    return replace(ports, registry=replace(ports.registry, regimes=none))  # type: ignore[arg-type]


def test_an_event_that_cannot_be_read_stops_neither_other_cases_nor_what_comes_behind(
    sessions: sessionmaker[Session], ports: Ports, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt, whole = send_one(sessions, ports), send_one(sessions, ports, at=NOW + 2 * HOUR)
    spoil(sessions, spoilt)
    with sessions.begin() as session:
        make_draft(session, ports)
    swept = sweep.sweep(sessions, now=LATER, ports=ports)
    assert states(sessions, whole) == {ClockState.MISSED}
    assert (swept.purged, swept.failed) == (1, 1)
    assert "ValueError at portal/services/clocks/case_events.py:" in caplog.text
    assert "request" in caplog.text, "which one it was"


def test_a_request_that_cannot_be_counted_stops_no_other_of_its_case(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    case_id = send_one(sessions, ports, links=f"{ONE_LINK} https://x.com/someone/status/1111")
    spoil(sessions, case_id, 1)
    swept = sweep.sweep(sessions, now=LATER, ports=ports)
    assert states(sessions, case_id, 1) == {ClockState.RUNNING}
    assert ClockState.MISSED in states(sessions, case_id, 2)
    assert swept.failed == 1
    with sessions() as session:
        assert find_break(read_history(session, case_id)) is None


def test_one_duty_that_fails_keeps_none_of_the_others_from_being_done(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_given: object, **_named: object) -> None:
        raise OSError("canary")

    monkeypatch.setattr(guess_throttle, "purge", break_down)
    with sessions.begin() as session:
        make_draft(session, ports)
        web_sessions.save(session, web_sessions.new_token(), {}, now=NOW, lasts=HOUR)
    swept = sweep.sweep(sessions, now=LATER, ports=ports)
    assert (swept.purged, swept.failed) == (1, 1)
    with sessions() as session:
        assert session.scalars(select(WebSession)).all() == []
    assert "guesses: OSError at " in caplog.text
    assert "canary" not in caplog.text


def test_no_case_starves_another_however_many_wait_in_front(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    broken = [send_one(sessions, ports) for _ in range(3)]
    for case_id in broken:
        spoil(sessions, case_id)
    last = send_one(sessions, ports, at=NOW + 5 * HOUR)
    sweep.sweep(sessions, now=LATER, ports=ports)
    assert states(sessions, last) == {ClockState.MISSED}


def test_a_sweep_that_is_cut_short_is_gone_on_with_behind_the_last_case(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "TOGETHER", 1)
    broken = [send_one(sessions, ports) for _ in range(2)]
    for case_id in broken:
        spoil(sessions, case_id)
    last = send_one(sessions, ports, at=NOW + 5 * HOUR)
    first = sweep.sweep(sessions, now=LATER, ports=ports, may_go_on=allow(2))
    assert (first.failed, first.missed) == (2, 0)
    assert first.position is not None
    second = sweep.sweep(sessions, now=LATER, ports=ports, after=first.position, may_go_on=allow(2))
    assert states(sessions, last) == {ClockState.MISSED}
    assert (second.failed, second.position) == (0, None)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_case_that_somebody_works_on_holds_up_no_sweep_and_is_counted_by_the_next(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    busy, other = send_one(sessions, ports), send_one(sessions, ports)
    with sessions.begin() as somebody:
        somebody.execute(select(Case.id).where(Case.id == busy).with_for_update())
        meanwhile = sweep.sweep(sessions, now=LATER, ports=ports)
    later = sweep.sweep(sessions, now=LATER, ports=ports)

    assert (meanwhile.missed, later.missed, meanwhile.failed) == (3, 3, 0)
    assert states(sessions, busy) == states(sessions, other)


def allow(times: int) -> Callable[[], bool]:
    left = iter([True] * times)
    return lambda: next(left, False)


def renew_laws(ports: Ports) -> Ports:
    """The records as they are, each law in another version."""
    regimes = ports.registry.regimes.items()
    newer = MappingProxyType({name: replace(regime, version="2099-01-01.1") for name, regime in regimes})
    return replace(ports, registry=replace(ports.registry, regimes=newer))


def test_laws_are_counted_again_only_where_more_than_time_can_have_changed_something(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of a case whose other side was silent; but where it spoke since, and where the laws are newer than then."""
    asked: list[str] = []

    def note(facts: RequestClockFacts, **given: Any) -> Iterator[PlacedClock]:
        asked.append(facts.platform)
        return derive_request_clocks(facts, **given)

    monkeypatch.setattr(many, "derive_request_clocks", note)
    silent, spoke = send_one(sessions, ports), send_one(sessions, ports)
    with sessions.begin() as session:
        request = session.scalars(select(Request).where(Request.case_id == spoke)).one()
        gone = NewEvent(kind=History.ITEM_GONE, at=NOW + DAY, facts={"whole": [str(request.id)]})
        record(session, spoke, None, gone, actor=SYSTEM, now=NOW + DAY)  # its clocks are not told of it
    sweep.sweep(sessions, now=LATER, ports=ports)
    assert len(asked) == 1
    assert (states(sessions, silent), states(sessions, spoke)) == ({ClockState.MISSED}, {ClockState.MET})
    third = send_one(sessions, ports)
    sweep.sweep(sessions, now=LATER, ports=renew_laws(ports))
    assert len(asked) == 2
    assert states(sessions, third) == {ClockState.MISSED}


def test_a_clock_whose_law_has_left_the_records_is_stopped_once_its_date_has_passed(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    case_id, without = send_one(sessions, ports), drop_law(ports)
    assert sweep.sweep(sessions, now=NOW + HOUR, ports=without).missed == 0
    assert states(sessions, case_id) == {ClockState.RUNNING}, "until then it keeps its date"
    assert sweep.sweep(sessions, now=LATER, ports=without).missed == 0
    assert states(sessions, case_id) == {ClockState.STOPPED}
    sweep.sweep(sessions, now=LATER + timedelta(minutes=1), ports=without)
    with sessions() as session:
        (told,) = session.scalars(select(Event).where(Event.kind == History.LAW_APPLIED)).all()
        assert {one["rule"] for one in told.facts["clocks"]} == set(
            session.scalars(select(Clock.rule).where(Clock.due_at.is_not(None)))
        )
        assert all(one["due_before"] and one["due_after"] is None for one in told.facts["clocks"])
        assert session.get_one(Case, case_id).next_due_at is None
    assert History.LAW_APPLIED in SENTENCES


def test_a_law_that_has_left_claims_no_miss_in_any_later_step(sessions: sessionmaker[Session], ports: Ports) -> None:
    case_id, without = send_one(sessions, ports), drop_law(ports)
    sweep.sweep(sessions, now=LATER, ports=without)
    with sessions() as session:
        assert session.get_one(Case, case_id).status is CaseStatus.OPEN
        assert session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED)).all() == []


def test_cases_are_written_together_whatever_changes_in_each(sessions: sessionmaker[Session], ports: Ports) -> None:
    """One had no date in its row, another an estimated one, a third is as it was: one statement writes them all."""
    found = []
    for number in (1, 9):
        case_ids = [send_one(sessions, ports, at=NOW + HOUR + timedelta(minutes=each)) for each in range(number)]
        with sessions.begin() as session:
            for case_id in case_ids[::2]:
                case = session.get_one(Case, case_id)
                case.next_due_at = case.running_due_at = None
                case.next_due_estimated = bool(number % 2)
        with sessions() as session, counted(session) as count:
            assert sweep.sweep(sessions, now=LATER, ports=ports).missed >= number
            found.append(count())
        with sessions() as session:
            assert all(session.get_one(Case, case_id).next_due_at for case_id in case_ids)
            assert list(count_rows(session, SERVER_KEYS)) == []
    assert found[1] <= found[0] <= 52


def test_a_bent_row_stays_bent_when_the_sweep_writes_to_it(sessions: sessionmaker[Session], ports: Ports) -> None:
    """Of a clock the label, of a case its country: what is written later makes neither good."""
    case_id = send_one(sessions, ports)
    with sessions.kw["bind"].begin() as connection:
        connection.execute(text("UPDATE clocks SET label = 'nothing at all'"))
        connection.execute(text("UPDATE cases SET subdivision = 'US-TX'"))
    assert sweep.sweep(sessions, now=LATER, ports=ports).missed
    with sessions() as session:
        assert session.scalars(select(Clock.state).where(Clock.state == ClockState.MISSED)).all()
        found = {each.row.split()[0] for each in count_rows(session, SERVER_KEYS, [case_id])}
        assert found == {"clocks", "cases"}


def test_a_clock_that_was_met_and_bent_to_look_run_out_gets_into_no_history(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    """Its start is put behind the answer, so that nothing seems to have happened since; but its guard does not fit."""
    case_id = send_one(sessions, ports)
    with sessions.begin() as session:
        request = session.scalars(select(Request).where(Request.case_id == case_id)).one()
        gone = NewEvent(kind=History.ITEM_GONE, at=NOW + DAY, facts={"whole": [str(request.id)]})
        record(session, case_id, None, gone, actor=SYSTEM, now=NOW + DAY)
        refresh_clocks(make_work(session, ports, now=NOW + DAY), session.get_one(Case, case_id), request)
    assert states(sessions, case_id) == {ClockState.MET}
    table = metadata.tables[Clock.__tablename__]
    bent = {"state": ClockState.RUNNING, "started_at": NOW + 2 * DAY, "ended_at": None}
    with sessions.kw["bind"].begin() as connection:
        connection.execute(update(table).where(table.c.state == ClockState.MET).values(bent))
    assert sweep.sweep(sessions, now=LATER, ports=ports).missed == 0
    with sessions() as session:
        assert session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED)).all() == []
    assert states(sessions, case_id) == {ClockState.MET}, "as the history has it"


def test_many_cases_are_swept_with_as_many_statements_as_one(sessions: sessionmaker[Session], ports: Ports) -> None:
    def count() -> int:
        with sessions() as session, counted(session) as found:
            assert sweep.sweep(sessions, now=LATER, ports=ports).missed
            return found()

    first = send_one(sessions, ports)
    one = count()
    rest = [send_one(sessions, ports, at=NOW + HOUR + timedelta(minutes=number)) for number in range(8)]
    eight = count()
    assert eight <= one + 1, "one more look whether there are more"
    with sessions() as session:
        for case_id in [first, *rest]:
            assert find_break(read_history(session, case_id)) is None
        found = verify(session, Against(keys={}, server=ports.keys), now=LATER)
        assert [each.row for each in found.breaks] == ["heads"], "nothing was signed here"


def make_eventful(session: Session, ports: Ports, kind: int) -> CaseWork:
    """A case in which much, or little, has happened."""
    opened = make_case(session, ports, links=f"{ONE_LINK} https://x.com/someone/status/1111")
    for number in (1, 2)[: 1 + kind % 2]:
        send(session, opened, ports, number, received_at=NOW + 2 * HOUR if kind > 1 else None, now=NOW + 3 * HOUR)
    x = session.scalars(select(Request).where(Request.case_id == opened.case.id, Request.platform == "x")).one()
    if kind in (3, 5) and x.sent_at:
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + 3 * HOUR)
        answers.log_answer(opened.at(NOW + DAY), x.number, refused)
    if kind == 5:
        complaints.prepare(opened.at(NOW + 3 * DAY), LAW, "us-ftc", (x.number,))
        complaints.record_lodged(opened.at(NOW + 3 * DAY), 1, LodgedCommand(at=NOW + 3 * DAY, has_checked=True))
    if kind == 4:
        asked = AnswerCommand(answer=Answer.MORE_ASKED, at=NOW + 3 * HOUR)
        answers.log_answer(opened.at(NOW + DAY), 1, asked)
    return opened


def describe(session: Session, opened: CaseWork) -> object:
    """Everything that counting again writes of a case, without what is of this case alone."""
    session.flush()
    numbers: dict[UUID | None, int] = {row.id: row.number for row in session.scalars(select(Request))}
    clocks = session.scalars(select(Clock).where(Clock.case_id == opened.case.id).order_by(Clock.regime, Clock.rule))
    told = [
        (event.kind, event.at, event.facts)
        for event in read_history(session, opened.case.id)
        if event.kind in {History.CLOCK_MISSED, History.LAW_APPLIED}
    ]
    rows = [
        (numbers.get(row.request_id), row.rule, row.state, row.started_at, row.due_at, row.ended_at, row.estimated)
        for row in clocks
    ]
    return sorted(rows, key=repr), sorted(told, key=repr), opened.case.next_due_at, opened.case.next_due_estimated


def test_together_the_same_is_found_as_one_by_one(session: Session, ports: Ports) -> None:
    """A refusal, a complaint, a question that is open, nothing at all: whatever has happened, nothing differs."""
    kinds = range(6)
    together, apart, alone = ([make_eventful(session, ports, kind) for kind in kinds] for _ in range(3))
    for later in (LATER, LATER + 40 * DAY):
        work = make_work(session, ports, now=later)
        many.refresh_overdue(work, [opened.case.id for opened in together])
        for opened in apart:
            many.refresh_overdue(work, [opened.case.id])
        for opened in alone:
            of_case = opened.case.id
            filed = session.scalars(select(Complaint).where(Complaint.case_id == of_case)).all()
            requests = session.scalars(select(Request).where(Request.case_id == of_case)).all()
            owners: list[Request | Complaint] = [*requests, *filed]
            for owner in owners:
                refresh_clocks(work, opened.case, owner)
        for kind in kinds:
            found = describe(session, together[kind])
            assert found == describe(session, apart[kind])
            assert found == describe(session, alone[kind]), kind
