"""The clocks' snapshot and the sweep: with nobody signed in, each miss is noticed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import seal
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, CaseStatus, History, RequestState, StepRefused
from portal.domain.regimes import Binding, ObligedParty, Stop, Trigger, Unit
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.jobs import JobKind
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.cases.erasure import erase
from portal.services.clocks import snapshot
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.history.events import find_break, read_history
from portal.services.intake import drafts
from portal.services.operations import sweep
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, send

ONE_LINK = "https://pictures.example.org/album/7"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def rows(session: Session, rule: str = "remove") -> list[Clock]:
    return list(session.scalars(select(Clock).where(Clock.rule == rule)))


def next_date(case: Case) -> tuple[datetime | None, bool]:
    return case.next_due_at, case.next_due_estimated


def test_the_cases_next_date_is_its_nearest_clock_and_says_when_it_is_estimated(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    assert next_date(opened.case) == (None, False)
    send(session, opened, ports, 2)
    assert next_date(opened.case) == (NOW + 49 * HOUR, True)
    send(session, opened, ports, 1, at=NOW, received_at=NOW, now=NOW + HOUR)
    assert next_date(opened.case) == (NOW + 48 * HOUR, False)


def test_a_clock_once_started_keeps_its_date_when_the_law_changes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    send(session, opened, ports)
    regime = ports.registry.regimes["us-take-it-down"]
    rules = tuple(replace(rule, amount=24) for rule in regime.rules)
    changed = {**ports.registry.regimes, regime.id: replace(regime, rules=rules, version="2027-01-01.1")}
    later = replace(ports, registry=replace(ports.registry, regimes=MappingProxyType(changed)))
    request = session.scalars(select(Request)).one()
    snapshot.refresh_clocks(make_work(session, later, now=NOW + 30 * HOUR), opened.case, request)
    (clock,) = rows(session)
    assert (clock.due_at, clock.version) == (NOW + 49 * HOUR, regime.version)
    assert clock.state is ClockState.RUNNING
    snapshot.refresh_clocks(make_work(session, later, now=NOW + 50 * HOUR), opened.case, request)
    assert rows(session)[0].state is ClockState.MISSED


def test_refreshing_twice_changes_nothing(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    send(session, opened, ports)
    request = session.scalars(select(Request)).one()
    before = {(row.id, row.due_at, row.state) for row in session.scalars(select(Clock))}
    assert snapshot.refresh_clocks(make_work(session, ports, now=NOW + 2 * HOUR), opened.case, request) == 0
    assert {(row.id, row.due_at, row.state) for row in session.scalars(select(Clock))} == before


def test_the_sweep_notices_a_missed_clock_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
    due = NOW + 49 * HOUR
    assert sweep.sweep(sessions, now=due, ports=ports).missed == 0
    assert sweep.sweep(sessions, now=due + timedelta(seconds=1), ports=ports).missed == 3
    assert sweep.sweep(sessions, now=due + HOUR, ports=ports).missed == 0
    with sessions() as session:
        events = session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED)).all()
        assert len(events) == 3
        assert all(event.sealed is None and event.at == due for event in events)
        assert find_break(read_history(session, opened.case.id)) is None
        case = session.get_one(Case, opened.case.id)
        assert case.next_due_at == due


def test_a_limit_that_starts_with_a_miss_starts_in_the_sweep(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK, country="CA", subdivision="ON")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number, received_at=NOW + HOUR)
    sweep.sweep(sessions, now=NOW + 40 * DAY, ports=ports)
    with sessions() as session:
        (limit,) = rows(session, "complain-after-silence")
        assert (limit.binding, limit.owed_by, limit.state) == (
            Binding.LIMITATION,
            ObligedParty.PERSON,
            ClockState.RUNNING,
        )
        assert limit.regime == "ca-pipeda-access"


def test_what_the_other_side_missed_presses_until_a_complaint_was_lodged(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
    now = NOW + 60 * HOUR
    sweep.sweep(sessions, now=now, ports=ports)
    with sessions.begin() as session:
        opened = reopen(session, opened)
        assert opened.case.next_due_at == NOW + 49 * HOUR
        number = complaints.prepare(opened.at(now), "us-take-it-down", "us-ftc", (1,))
        complaints.record_lodged(opened.at(now), number, LodgedCommand(has_checked=True, at=now))
        assert opened.case.next_due_at is None


def test_the_persons_own_limit_is_a_date_to_watch_and_lodging_meets_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, country="IE", links="https://www.instagram.com/p/Abc123/")
    send(session, opened, ports, received_at=NOW + HOUR)
    refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + 2 * HOUR)
    answers.log_answer(opened.at(NOW + 2 * HOUR), 1, refused)
    (limit,) = rows(session, "file-window")
    assert (limit.regime, limit.owed_by, limit.state) == ("eu-dsa-20", ObligedParty.PERSON, ClockState.RUNNING)
    number = complaints.prepare(opened.at(NOW + 3 * HOUR), "eu-dsa-20", "platform-instagram", (1,))
    lodged = LodgedCommand(has_checked=True, at=NOW + 4 * HOUR)
    complaints.record_lodged(opened.at(NOW + 4 * HOUR), number, lodged)
    assert rows(session, "file-window")[0].state is ClockState.MET


def test_the_sweep_purges_old_drafts_and_sends_lost_jobs_again(sessions: sessionmaker[Session], ports: Ports) -> None:
    sent: list[UUID] = []
    with sessions.begin() as session:
        drafts.start_draft(make_work(session, ports), language="en")
        opened = make_case(session, ports, links=ONE_LINK)
        job = jobs.add_job(
            make_work(session, ports), JobKind.BUNDLE, case_id=opened.case.id, subject_id=opened.case.id, key=opened.key
        )
    listening = replace(ports, enqueue=sent.append)
    assert sweep.sweep(sessions, now=NOW + timedelta(seconds=30), ports=listening).jobs == 0
    swept = sweep.sweep(sessions, now=NOW + 8 * DAY, ports=listening)
    assert (swept.purged, swept.jobs) == (1, 1)
    assert sent == [job.id]


def test_the_sweep_leaves_an_erased_case_alone(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        erase(opened.at(NOW + DAY))
    assert sweep.sweep(sessions, now=NOW + 9 * DAY, ports=ports).missed == 0
    with sessions() as session:
        assert session.get_one(Case, opened.case.id).status is CaseStatus.ERASED


def test_the_steps_of_a_clock_hold_nothing_about_the_person(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    text = str([row.steps for row in session.scalars(select(Clock))])
    for secret in ("Ana", "Exemplar", "example", "x.com"):
        assert secret not in text
    assert all(row.steps for row in session.scalars(select(Clock).where(Clock.due_at.is_not(None))))


def test_only_the_holder_of_the_key_could_read_what_the_sweep_does_not_need(session: Session, ports: Ports) -> None:
    """The sweep derives everything from plain columns: it works when no sealed value can be opened."""
    opened = make_case(session, ports, links=ONE_LINK)
    send(session, opened, ports)
    for event in session.scalars(select(Event)):
        event.sealed = seal(b"\1" * 32, opened.place, b"unreadable") if event.sealed else None
    request = session.scalars(select(Request)).one()
    assert snapshot.refresh_clocks(make_work(session, ports, now=NOW + 3 * DAY), opened.case, request) == 3


# --- Pauses, restarts and named days ---


@pytest.fixture
def erasure(session: Session, ports: Ports) -> CaseWork:
    """A British case whose request 2, to erase personal data, was received at NOW + 1 hour."""
    opened = make_case(session, ports, links=ONE_LINK, country="GB")
    number = preparing.prepare_erasure(opened.at(NOW), 1)
    assert number == 2
    send(session, opened, ports, number, received_at=NOW + HOUR)
    return opened


def answer(
    session: Session, opened: CaseWork, ports: Ports, kind: Answer, at: datetime, until: date | None = None
) -> None:
    command = AnswerCommand(answer=kind, at=at, extension_until=until)
    answers.log_answer(opened.at(at), 2, command)


def test_a_question_who_is_asking_pauses_the_clock_until_it_is_answered(
    session: Session, ports: Ports, erasure: CaseWork
) -> None:
    (clock,) = rows(session, "respond")
    assert (clock.state, clock.last_day) == (ClockState.RUNNING, date(2026, 12, 23))
    answer(session, erasure, ports, Answer.IDENTITY_ASKED, NOW + 2 * DAY)
    assert (clock.state, clock.last_day, clock.estimated) == (ClockState.PAUSED, date(2026, 12, 23), True)
    assert any("begins when it is given" in step["text"] for step in clock.steps)
    sending.record_information_sent(erasure.at(NOW + 8 * DAY), 2, NOW + 8 * DAY)
    # Given on 1 December; 1 January is a holiday, and a weekend follows.
    assert (clock.state, clock.last_day) == (ClockState.RUNNING, date(2027, 1, 4))
    assert clock.estimated  # that it arrived and was enough, nobody has proven
    assert clock.started_at == NOW + HOUR


def test_a_clock_that_stands_still_is_never_missed_and_keeps_its_place_in_the_queue(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=ONE_LINK, country="GB")
        preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, 2, received_at=NOW + HOUR)
        answer(session, opened, ports, Answer.IDENTITY_ASKED, NOW + 2 * DAY)
        assert opened.case.next_due_at is not None
    assert sweep.sweep(sessions, now=NOW + 90 * DAY, ports=ports).missed == 0
    with sessions() as session:
        assert rows(session, "respond")[0].state is ClockState.PAUSED


def test_a_decision_ends_a_clock_that_stands_still(session: Session, ports: Ports, erasure: CaseWork) -> None:
    answer(session, erasure, ports, Answer.IDENTITY_ASKED, NOW + 2 * DAY)
    answer(session, erasure, ports, Answer.REFUSED, NOW + 50 * DAY)
    assert rows(session, "respond")[0].state is ClockState.MET


def test_what_was_asked_can_only_be_sent_when_something_was_asked(
    session: Session, ports: Ports, erasure: CaseWork
) -> None:
    with pytest.raises(StepRefused, match="not asked"):
        sending.record_information_sent(erasure.at(NOW + DAY), 2, NOW + DAY)
    answer(session, erasure, ports, Answer.MORE_ASKED, NOW + 2 * DAY)
    sending.record_information_sent(erasure.at(NOW + 3 * DAY), 2, NOW + 3 * DAY)
    event = session.scalars(select(Event).where(Event.kind == History.INFORMATION_SENT)).one()
    assert event.facts == {"answers": ["more_asked"]}
    request = session.scalars(select(Request).where(Request.number == 2)).one()
    assert request.state is RequestState.ACKNOWLEDGED


def test_what_was_sent_answers_only_what_was_asked_since(session: Session, ports: Ports, erasure: CaseWork) -> None:
    """To send information proves nobody's identity unless that was asked for."""
    answer(session, erasure, ports, Answer.IDENTITY_ASKED, NOW + DAY)
    sending.record_information_sent(erasure.at(NOW + 2 * DAY), 2, NOW + 2 * DAY)
    answer(session, erasure, ports, Answer.MORE_ASKED, NOW + 3 * DAY)
    sending.record_information_sent(erasure.at(NOW + 4 * DAY), 2, NOW + 4 * DAY)
    events = session.scalars(select(Event).where(Event.kind == History.INFORMATION_SENT).order_by(Event.sequence))
    assert [event.facts["answers"] for event in events] == [["identity_asked"], ["more_asked"]]


def test_the_day_that_they_name_is_the_last_one_where_the_law_sets_no_length(session: Session, ports: Ports) -> None:
    """Section 65 of New Zealand's Privacy Act."""
    opened = make_case(session, ports, links=ONE_LINK)
    preparing.prepare_erasure(opened.at(NOW), 1)
    send(session, opened, ports, 2, received_at=NOW + HOUR)
    (clock,) = rows(session, "decide")
    first = clock.last_day
    assert clock.regime == "nz-privacy-act-2020"
    answer(session, opened, ports, Answer.EXTENDED, NOW + 2 * DAY)
    assert (clock.last_day, clock.extended, clock.estimated) == (first, True, True)
    answer(session, opened, ports, Answer.EXTENDED, NOW + 3 * DAY, until=date(2027, 2, 26))
    assert (clock.last_day, clock.extended, clock.estimated) == (date(2027, 2, 26), True, False)


def tell_each_week(ports: Ports) -> Ports:
    """The federal law with an update every seven days, as California has it."""
    regime = ports.registry.regimes["us-take-it-down"]
    weekly = replace(
        regime.rules[0],
        id="tell",
        amount=7,
        unit=Unit.CALENDAR_DAYS,
        counting="calendar-days",
        trigger=Trigger.PLATFORM_CONFIRMED,
        stops=(Stop.DECIDED, Stop.REMOVED),
        restarts_on=(Trigger.UPDATE_RECEIVED,),
    )
    newer = {**ports.registry.regimes, regime.id: replace(regime, rules=(*regime.rules, weekly))}
    return replace(ports, registry=replace(ports.registry, regimes=MappingProxyType(newer)))


def test_each_missed_update_is_recorded_with_its_own_start(session: Session, ports: Ports) -> None:
    weekly = tell_each_week(ports)
    opened = make_case(session, weekly, links=ONE_LINK)
    send(session, opened, weekly)
    for kind, after in ((Answer.ACKNOWLEDGED, 1), (Answer.UPDATE, 6), (Answer.UPDATE, 16), (Answer.UPDATE, 20)):
        command = AnswerCommand(answer=kind, at=NOW + after * DAY)
        answers.log_answer(replace(opened, now=NOW + after * DAY, ports=weekly), 1, command)
    (clock,) = rows(session, "tell")
    assert (clock.state, clock.started_at) == (ClockState.RUNNING, NOW + 20 * DAY)
    missed = session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED)).all()
    assert [event.facts["started_at"] for event in missed if event.facts["rule"] == "tell"] == [
        (NOW + 6 * DAY).isoformat()
    ]
    request = session.scalars(select(Request)).one()
    assert snapshot.refresh_clocks(make_work(session, weekly, now=NOW + 21 * DAY), opened.case, request) == 0
