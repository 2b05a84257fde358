"""The journal: every event and every note in one chain, written at the end of the transaction that made it."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.journal import Noted
from portal.models.events import Event
from portal.models.journal import JournalEntry, JournalTip
from portal.services.history import journal
from portal.services.ports import Ports
from tests.services.factories import NOW, make_case


def list_entries(session: Session) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).order_by(JournalEntry.position)))


def test_each_event_and_note_is_one_entry_in_one_chain(sessions: sessionmaker[Session], ports: Ports) -> None:
    member = uuid4()
    with sessions.begin() as session:
        journal.note(session, Noted.SIGNED_IN, staff_id=member, facts={"factor": "passkey", "tries": 2}, now=NOW)
        make_case(session, ports)
    with sessions() as session:
        entries = list_entries(session)
        events = {event.id: event for event in session.scalars(select(Event))}
    assert [entry.position for entry in entries] == list(range(1, len(events) + 2))
    assert (entries[0].kind, entries[0].staff_id, entries[0].facts) == (
        "signed_in",
        member,
        {"factor": "passkey", "tries": 2},
    )
    assert {entry.event_id: entry.content for entry in entries[1:]} == {key: one.digest for key, one in events.items()}
    previous = b""
    for entry in entries:
        assert entry.digest == journal.entry_digest(entry, previous=previous)
        previous = entry.digest


def test_the_tip_says_where_the_journal_ends(sessions: sessionmaker[Session]) -> None:
    for _ in range(2):
        with sessions.begin() as session:
            journal.note(session, Noted.SIGNED_IN, now=NOW)
    with sessions() as session:
        tip, last = session.scalars(select(JournalTip)).one(), list_entries(session)[-1]
    assert (tip.position, tip.digest) == (last.position, last.digest) == (2, last.digest)


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions() as session:
        journal.note(session, Noted.SIGNED_IN, now=NOW)
        make_case(session, ports)
        session.rollback()
        journal.note(session, Noted.SIGNED_OUT, now=NOW)
        session.commit()
        assert [(entry.position, entry.kind) for entry in list_entries(session)] == [(1, "signed_out")]


def test_a_session_that_was_closed_forgets_what_it_had_gathered(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        session.execute(select(1))
        journal.note(session, Noted.SIGNED_IN, now=NOW)
        session.close()
        journal.note(session, Noted.SIGNED_OUT, now=NOW)
        session.commit()
        assert [entry.kind for entry in list_entries(session)] == ["signed_out"]


def test_many_writers_at_once_make_one_chain(sessions: sessionmaker[Session]) -> None:
    def write() -> None:
        for _ in range(10):
            with sessions.begin() as session:
                journal.note(session, Noted.SIGN_IN_REFUSED, now=NOW)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with sessions() as session:
        assert [entry.position for entry in list_entries(session)] == list(range(1, 61))


@pytest.mark.parametrize(
    "facts",
    [
        {"address": "198.51.100.7"},
        {"address": "2001:db8::1"},
        {"mail": "ana@example.net"},
        {"why": "a sentence that somebody typed"},
        {"share": 0.5},
        {"list": ["a"]},
        {"Name": "x"},
    ],
)
def test_no_address_and_no_sentence_fits_into_an_entry(
    sessions: sessionmaker[Session], facts: dict[str, object]
) -> None:
    with sessions() as session, pytest.raises(ValueError, match="journal"):
        journal.note(session, Noted.SIGNED_IN, facts=facts, now=NOW)
