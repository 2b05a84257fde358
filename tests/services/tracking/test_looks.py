"""Whether links still answer: only where it is switched on, never for a child, a hint for the case alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.link_check import Look, LookProblem, look_at
from portal.adapters.outward import NotAllowed, NotReached, OutwardAnswer, is_public
from portal.domain.lifecycle import CaseStatus, History, ItemState, StepRefused
from portal.domain.report import YesNo
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.items import Item
from portal.models.link_looks import LinkLook
from portal.services.ports import Ports
from portal.services.tracking import looks
from portal.services.tracking.looks import LookView
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, ignore_job, make_ports
from tests.services.fakes import reopen
from tests.services.people import kinds, share_case

LINKS = "https://pictures.example.org/album/7 https://pictures.example.org/album/8 https://other.example.net/a"
Answers = Callable[[str], OutwardAnswer]


class Others:
    """The internet of the test: what was asked, and what it answers."""

    def __init__(self, answer: Answers) -> None:
        self.answer, self.asked = answer, list[str]()

    def ask(self, method: str, address: str, **_more: Any) -> OutwardAnswer:
        self.asked.append(f"{method} {address}")
        return self.answer(address)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, enqueue=ignore_job, RECOURSE_STATUS_CHECK="on")


@pytest.fixture
def case(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    with sessions.begin() as session:
        return share_case(session, ports, links=LINKS).first


def ask(sessions: sessionmaker[Session], case: CaseWork, *numbers: int, later: timedelta = timedelta()) -> int:
    with sessions.begin() as session:
        return looks.ask_looks(reopen(session, case).at(NOW + later), numbers)


def run(sessions: sessionmaker[Session], ports: Ports, answer: Answers, *, later: timedelta = timedelta()) -> list[str]:
    others: Any = Others(answer)
    looks.look_at_due(sessions, clock=lambda: NOW + later, ports=ports, outlet=others)
    asked: list[str] = others.asked
    return asked


def found(sessions: sessionmaker[Session], case: CaseWork) -> dict[int, LookView]:
    with sessions() as session:
        return dict(looks.list_looks(reopen(session, case)))


def gone(_address: str) -> OutwardAnswer:
    return OutwardAnswer(404)


def test_an_answer_is_a_hint_and_changes_nothing(sessions: sessionmaker[Session], ports: Ports, case: CaseWork) -> None:
    with sessions() as session:
        before = kinds(session, case)
    assert ask(sessions, case, 1) == 1
    assert found(sessions, case)[1].waits
    assert run(sessions, ports, gone) == ["HEAD https://pictures.example.org/album/7"]
    assert found(sessions, case)[1] == LookView(waits=False, at=NOW, look=Look(status=404))
    with sessions() as session:
        assert kinds(session, case) == [*before, History.LINKS_LOOKED_AT]
        assert session.scalars(select(Item.state).where(Item.number == 1)).one() is ItemState.REPORTED
        assert session.scalars(select(Clock)).all() == []


def test_it_is_off_unless_it_is_switched_on(sessions: sessionmaker[Session], ports: Ports, tmp_path: Path) -> None:
    off = make_ports(tmp_path, enqueue=ignore_job)
    with sessions.begin() as session:
        case = share_case(session, off, links=LINKS).first
        with pytest.raises(StepRefused):
            looks.ask_looks(case, [1])
        assert not looks.may_look(case)
    assert run(sessions, off, gone) == []


@pytest.mark.parametrize("under_18", [True, None])
def test_never_in_a_childs_case_also_where_that_is_said_later(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork, under_18: bool | None
) -> None:
    ask(sessions, case, 1)
    with sessions.begin() as session:
        session.get_one(Case, case.case.id).under_18 = under_18
    assert run(sessions, ports, gone) == []
    assert found(sessions, case)[1] == LookView(waits=False, at=NOW, look=None)
    with pytest.raises(StepRefused):
        ask(sessions, case, 2)


def test_never_in_the_case_of_a_child_from_the_start(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        case = share_case(session, ports, links=LINKS, under_18=YesNo.YES).first
        assert not looks.may_look(case)


def test_a_case_that_was_closed_meanwhile_is_left_alone(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    ask(sessions, case, 1)
    with sessions.begin() as session:
        session.get_one(Case, case.case.id).status = CaseStatus.CLOSED
    assert run(sessions, ports, gone) == []


def test_one_host_is_asked_at_most_about_once_a_minute_over_all_cases(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    assert ask(sessions, case, 1, 2, 3) == 3
    first = run(sessions, ports, gone)
    assert len(first) == 2
    assert len({each.split("/")[2] for each in first}) == 2, "two hosts, one link each"
    assert run(sessions, ports, gone, later=timedelta(seconds=30)) == []
    assert len(run(sessions, ports, gone, later=timedelta(seconds=60))) == 1


def test_the_same_link_is_not_asked_again_within_the_hour_nor_one_that_is_gone(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    assert ask(sessions, case, 1) == 1
    assert ask(sessions, case, 1) == 0, "it waits"
    run(sessions, ports, gone)
    assert ask(sessions, case, 1, later=timedelta(minutes=59)) == 0
    assert ask(sessions, case, 1, later=timedelta(minutes=61)) == 1
    with sessions.begin() as session:
        session.scalars(select(Item).where(Item.number == 2)).one().state = ItemState.REMOVED
    assert ask(sessions, case, 2) == 0


def test_a_redirect_is_followed_a_few_times_and_shown_and_each_place_is_looked_at_anew(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    def inside(address: str) -> OutwardAnswer:
        if "127.0.0.1" in address:
            raise NotAllowed("private")
        return OutwardAnswer(302, "http://127.0.0.1/admin")

    ask(sessions, case, 1)
    run(sessions, ports, inside)
    look = found(sessions, case)[1].look
    assert look == Look(hops=("http://127.0.0.1/admin",), problem=LookProblem.PRIVATE)
    ask(sessions, case, 3)
    asked = run(sessions, ports, lambda address: OutwardAnswer(301, address + "x"), later=timedelta(minutes=2))
    assert len(asked) == 4
    circling = found(sessions, case)[3].look
    assert circling is not None
    assert circling.problem is LookProblem.CIRCLES


def test_what_really_asks_never_asks_this_machine(ports: Ports) -> None:
    outlet = looks.make_outlet(ports)
    assert outlet.is_allowed is is_public
    assert look_at(outlet, "http://[::ffff:127.0.0.1]/") == Look(problem=LookProblem.PRIVATE)


def test_where_nobody_answers_that_is_what_is_told(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    def silent(_address: str) -> OutwardAnswer:
        raise NotReached("TimeoutError")

    ask(sessions, case, 1)
    run(sessions, ports, silent)
    assert found(sessions, case)[1].look == Look(problem=LookProblem.UNREACHED)


def test_a_thief_of_the_database_reads_neither_the_link_nor_the_answer(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    ask(sessions, case, 1)
    with sessions() as session:
        waiting = session.scalars(select(LinkLook)).one()
        assert waiting.sealed is not None
        assert b"pictures.example" not in waiting.sealed + waiting.host_mark
    run(sessions, ports, lambda _address: OutwardAnswer(302, "https://pictures.example.org/login"))
    with sessions() as session:
        done = session.scalars(select(LinkLook)).one()
        assert done.sealed is None, "the server keeps no link"
        assert done.result is not None
        assert b"pictures" not in done.result


def test_two_workers_ask_one_host_once(sessions: sessionmaker[Session], ports: Ports, case: CaseWork) -> None:
    ask(sessions, case, 1)
    others = Others(gone)
    outlet: Any = others
    acts = [lambda: looks.look_at_due(sessions, clock=lambda: NOW, ports=ports, outlet=outlet)] * 3
    results = do_at_once(sessions, acts, after="FROM link_looks")
    assert [each for each in results if isinstance(each, Exception)] == []
    assert len(others.asked) == 1


def test_a_link_whose_worker_died_is_looked_at_by_the_next_one(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    def dies(_address: str) -> OutwardAnswer:
        raise KeyboardInterrupt

    ask(sessions, case, 1)
    with pytest.raises(KeyboardInterrupt):
        run(sessions, ports, dies)
    assert run(sessions, ports, gone) == []
    assert len(run(sessions, ports, gone, later=looks.LEASE + timedelta(seconds=1))) == 1


def test_a_proxy_of_the_organisation_is_used(tmp_path: Path) -> None:
    ports = make_ports(tmp_path, RECOURSE_STATUS_CHECK="on", RECOURSE_STATUS_PROXY="http://127.0.0.1:8118")
    assert looks.make_outlet(ports).proxy == "http://127.0.0.1:8118"
