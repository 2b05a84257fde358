"""A case's history, appended to several times in one transaction, which reads its end once."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import History
from portal.services.cases import erasure
from portal.services.history import events
from portal.services.history.events import NewEvent
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.statements import counted

READ = NewEvent(kind=History.OPENED, at=NOW)


def read_whole(work: CaseWork) -> list[History]:
    found = events.read_history(work.session, work.case.id)
    assert events.find_break(found) is None
    return [each.kind for each in found]


def test_the_second_event_of_a_transaction_reads_nothing(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    session.commit()
    work.record(READ)
    with counted(session) as count:
        work.record(READ)
        assert count() == 1
    assert read_whole(work)[-2:] == [History.OPENED, History.OPENED]


def test_what_a_savepoint_took_back_has_no_place_in_the_chain(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    before = read_whole(work)
    savepoint = session.begin_nested()
    work.record(READ)
    savepoint.rollback()
    work.record(NewEvent(kind=History.NOTE, at=NOW))
    assert read_whole(work) == [*before, History.NOTE]


def test_what_was_taken_back_with_its_transaction_has_none_either(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    session.commit()
    before = read_whole(work)
    work.record(READ)
    session.rollback()
    work.record(NewEvent(kind=History.NOTE, at=NOW))
    assert read_whole(work) == [*before, History.NOTE]


def test_a_refused_event_moves_nothing(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    before = read_whole(work)
    sealed = NewEvent(kind=History.NOTE, at=NOW, detail={"text": "nobody can seal this"})
    with pytest.raises(ValueError, match="needs the case's key"):
        events.record_all(session, work.case.id, None, [READ, sealed], actor=work.actor, now=NOW)
    work.record(READ)
    assert read_whole(work) == [*before, History.OPENED]


def test_the_history_of_an_erased_case_begins_anew(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    work.record(READ)
    erasure.erase(work)
    assert read_whole(work) == [History.ERASED]
