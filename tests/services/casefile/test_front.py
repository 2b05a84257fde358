"""The first page of a case: its lines, what is counted, the next date, and who acts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, Role
from portal.services.casefile.front import CaseFront, read_front
from portal.services.casefile.turns import Turn, Why
from portal.services.cases import handover, messages, opening
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossiers
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_team, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, send
from tests.statements import counted

MOST_STATEMENTS = 25  # of the page; this is its reading


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def read(work: CaseWork) -> CaseFront:
    work.session.flush()
    return read_front(work, read_dossiers(work))


def test_each_request_is_in_one_line_and_the_counts_add_up(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for number in (1, 2):
        send(session, opened, ports, number)
    removed = AnswerCommand(answer=Answer.REMOVED, at=NOW + 2 * HOUR)
    answers.log_answer(opened.at(NOW + 2 * HOUR), 1, removed)
    front = read(opened.at(NOW + 2 * HOUR))
    assert dict(front.counts) == {Turn.GONE: 1, Turn.WAITING: 1, Turn.NEEDS_YOU: 1}
    assert (front.total, front.links, front.gone) == (3, 3, 1)
    assert [line.turn.turn for line in front.lines] == [Turn.NEEDS_YOU, Turn.WAITING, Turn.GONE]
    assert front.next.why is Why.SEND
    assert front.nearest is not None
    assert front.nearest.number == 2


def test_a_date_that_passed_a_moment_ago_is_overdue_before_anything_counts_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    assert read(opened.at(NOW + DAY)).of(Turn.OVERDUE) == ()
    late = read(opened.at(NOW + 30 * DAY))
    assert [line.number for line in late.of(Turn.OVERDUE)] == [1]
    assert late.nearest is None


def test_what_came_back_is_counted_once(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/someone/status/1111")
    send(session, opened, ports, 1)
    answers.mark_gone(opened.at(NOW + DAY), 1)
    answers.mark_back(opened.at(NOW + DAY), 1)
    front = read(opened.at(NOW + DAY))
    assert {line.number: line.turn.why for line in front.lines} == {1: Why.MOVED, 2: Why.BACK}
    assert (front.total, dict(front.counts)) == (1, {Turn.NEEDS_YOU: 1})
    assert front.of(Turn.GONE) == ()
    assert [line.number for line in front.came_back] == [1]
    assert front.partly_gone == 0, "all of it came back"


def test_with_a_team_it_is_told_who_acts_and_what_became_of_the_message(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    team, key = make_team(session)
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="anchor ember willow lantern meadow")
    mere = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, mere, team, key, now=NOW)
    team.shown_at, team.reply_hours = NOW, 24
    handover.hand_to_team(opened.at(NOW), team.id)
    session.flush()
    opened.case.assignee_id = mere.id
    messages.send_message(opened.at(NOW + HOUR), "Please call at ten.")
    block = read(opened.at(NOW + 2 * HOUR)).team
    assert block is not None
    assert (block.name, block.member, block.reply_hours) == ("Harbour", "Mere", 24)
    assert (block.wrote_at, block.seen_at, block.did) == (NOW + HOUR, None, "")
    staff = make_work(session, ports, actor=accounts.actor_of(mere), now=NOW + 3 * HOUR)
    theirs = opening.open_for_staff(staff, opened.reference, team_keys={team.id: key}, to_change=True)
    messages.mark_read(theirs)
    send(session, replace(theirs), ports, 1, at=NOW + 3 * HOUR)
    front = read(opened.at(NOW + 4 * HOUR))
    assert front.team is not None
    assert front.team.seen_at == NOW + 3 * HOUR
    assert front.team.did.startswith("The request was sent.")
    assert [line.turn.turn for line in front.lines] == [Turn.TEAM, Turn.TEAM, Turn.WAITING]


def test_twenty_requests_take_no_more_statements_than_three(session: Session, ports: Ports) -> None:
    taken = []
    for sites in (3, 20):
        links = " ".join(f"https://invented-{number}.org/a/{number}" for number in range(sites))
        opened = make_case(session, ports, links=links)
        for number in range(1, sites + 1):
            send(session, opened, ports, number)
        session.flush()
        session.expire_all()
        with counted(session) as count:
            read_front(opened.at(NOW + DAY), read_dossiers(opened.at(NOW + DAY)))
            taken.append(count())
    assert taken[0] == taken[1]
    assert taken[1] < MOST_STATEMENTS
