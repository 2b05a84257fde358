"""Two at one case at the same moment, each on a connection of its own: a press counts once, nothing is overwritten."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import Answer, CloseReason, History
from portal.services.casefile import versions
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, BulkCommand, Choice
from portal.services.cases import opening
from portal.services.history.events import find_break, read_history
from portal.services.ports import Ports
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import HOUR, print_quickly, send

LATER = NOW + 2 * HOUR


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def made(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    """A case with three requests that were sent."""
    with sessions.begin() as session:
        opened = make_case(session, ports)
        for number in (1, 2, 3):
            send(session, opened, ports, number)
    return opened


def hold(session: Session, made: CaseWork, ports: Ports) -> CaseWork:
    work = make_work(session, ports, now=LATER)
    return opening.open_for_person(work, made.case.id, made.key, to_change=True)


def list_kinds(sessions: sessionmaker[Session], made: CaseWork) -> list[History]:
    with sessions() as session:
        events = read_history(session, made.case.id)
        assert find_break(events) is None
        return [event.kind for event in events]


def test_a_press_that_arrives_twice_counts_once(sessions: sessionmaker[Session], ports: Ports, made: CaseWork) -> None:
    command = BulkCommand(
        action=BulkAction.ANSWER,
        token="a" * 32,
        numbers=(1, 2, 3),
        answer=AnswerCommand(answer=Answer.REFUSED, at=LATER),
    )

    def press() -> int:
        with sessions.begin() as session:
            return sum(each.is_done for each in bulk.do_to_all(hold(session, made, ports), command))

    assert do_at_once(sessions, [press, press], after="FROM cases") == [3, 3]
    assert list_kinds(sessions, made).count(History.ANSWERED) == 3


def test_who_comes_second_is_told_and_overwrites_nothing(
    sessions: sessionmaker[Session], ports: Ports, made: CaseWork
) -> None:
    with sessions() as session:
        stamp = versions.make_stamp(hold(session, made, ports), 1)

    def save(answer: Answer) -> bool:
        with sessions.begin() as session:
            work = hold(session, made, ports)
            if not versions.is_same(work, stamp, 1):
                return False
            answers.log_answer(work, 1, AnswerCommand(answer=answer, at=LATER))
            return True

    acts = [lambda: save(Answer.REMOVED), lambda: save(Answer.REFUSED)]
    assert sorted(do_at_once(sessions, acts, after="FROM cases"), key=str) == [False, True]
    assert list_kinds(sessions, made).count(History.ANSWERED) == 1


def test_what_is_refused_for_one_leaves_no_trace_and_the_others_are_done(
    sessions: sessionmaker[Session], ports: Ports, made: CaseWork
) -> None:
    command = BulkCommand(action=BulkAction.CLOSE, token="b" * 32, numbers=(1, 2, 3), reason=CloseReason.WISHED)
    with sessions.begin() as session:
        work = hold(session, made, ports)
        running = [look.number for look in bulk.foresee(work, BulkAction.CLOSE, Choice(is_all=True)) if look.is_running]
        done = [each.number for each in bulk.do_to_all(work, command) if each.is_done]

    assert running
    assert sorted([*running, *done]) == [1, 2, 3]
    assert list_kinds(sessions, made).count(History.REQUEST_CLOSED) == len(done)
