"""The helpline's own clock, the load of each member, and what no one moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.report import YesNo
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.queue import load
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.listing import list_queue
from portal.services.cases import messages
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW
from tests.services.people import share_case
from tests.statements import counted

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def row_of(work: CaseWork) -> queue.QueueRow:
    assert work.case.team_id
    return list_queue(work, team_ids=(work.case.team_id,), choice=QueueChoice(), page=1).rows[0]


def read(work: CaseWork, *, days: int = 14) -> load.Load:
    assert work.case.team_id
    return load.read_load(work, team_ids=(work.case.team_id,), days=days)


@pytest.mark.parametrize(("under_18", "hours"), [(YesNo.NO, 24), (YesNo.YES, 8)])
def test_a_new_case_shows_by_when_it_is_to_be_answered(
    session: Session, ports: Ports, under_18: YesNo, hours: int
) -> None:
    shared = share_case(session, ports, under_18=under_18)
    assert row_of(shared.first.at(NOW + HOUR)).answer_due_at == NOW + hours * HOUR


def test_what_the_person_cannot_see_is_no_answer(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    queue.take_case(shared.first.at(NOW + HOUR))
    messages.add_note(shared.first.at(NOW + HOUR), "She sounds calm.")
    session.flush()
    assert row_of(shared.first.at(NOW + HOUR)).answer_due_at == NOW + 24 * HOUR
    messages.answer_person(shared.first.at(NOW + 2 * HOUR), "We have your report.")
    session.flush()
    assert row_of(shared.first.at(NOW + 2 * HOUR)).answer_due_at is None


def test_answers_are_counted_in_time_and_late(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    assert read(shared.first.at(NOW + HOUR)).answered.waiting == 1
    assert read(shared.first.at(NOW + 25 * HOUR)).answered.late == 1
    messages.answer_person(shared.first.at(NOW + 3 * HOUR), "We have your report.")
    session.flush()
    answered = read(shared.first.at(NOW + 25 * HOUR)).answered
    assert (answered.in_target, answered.late, answered.median) == (1, 0, 3.0)


def test_load_is_told_by_member_and_age(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    assert [(row.name, row.open, row.ages) for row in read(shared.first.at(NOW + DAY)).carriers] == [
        (None, 1, (1, 0, 0, 0))
    ]
    queue.take_case(shared.first)
    session.flush()
    carrier = read(shared.first.at(NOW + 40 * DAY)).carriers[0]
    assert (carrier.name, carrier.open, carrier.ages) == ("Mere", 1, (0, 0, 1, 0))


def test_a_case_is_unmoved_once_no_member_did_anything_for_so_long(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    messages.send_message(shared.person.at(NOW + 10 * DAY), "Is anybody there?")
    session.flush()
    assert read(shared.first.at(NOW + 13 * DAY)).unmoved_count == 0
    assert read(shared.first.at(NOW + 14 * DAY)).unmoved_count == 1
    messages.add_note(shared.first.at(NOW + 14 * DAY), "I call tomorrow.")
    session.flush()
    moved = read(shared.first.at(NOW + 15 * DAY))
    assert (moved.unmoved, moved.unmoved_count) == ((), 0)
    assert len(read(shared.first.at(NOW + 22 * DAY), days=7).unmoved) == 1


def test_cases_of_other_teams_are_not_among_them(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    nothing = load.read_load(shared.first.at(NOW + 20 * DAY), team_ids=(), days=14)
    assert (nothing.carriers, nothing.unmoved_count, nothing.answered.late) == ((), 0, 0)


def test_the_page_takes_few_statements(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    session.flush()
    with counted(session) as seen:
        read(shared.first.at(NOW + 20 * DAY))
    assert seen() <= 11
