"""Nothing of the history can be changed, removed or moved unnoticed: shown on a filled database, row by row."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.signing import Signer, by_id, public_keys
from portal.db import make_engine, make_session_factory
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, History
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.journal import JournalEntry, JournalTip
from portal.models.tables import metadata
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import erasure
from portal.services.history import checkpoints, events, journal, witness
from portal.services.history.breaks import Break
from portal.services.history.checkpoints import Checkpoint, read_checkpoints
from portal.services.history.events import NewEvent
from portal.services.history.rows_check import count_rows
from portal.services.history.verification import Against, Verification, verify
from portal.services.history.witness import JournalPlace
from portal.services.ports import PERSON, Ports, ServerKeys
from portal.services.work import CaseWork
from tests.services.factories import NOW, SERVER_KEYS, guarded, make_case, make_draft, make_ports

ROOT = Path(__file__).resolve().parents[3]
SEEDS = (b"\x01" * 32, b"\x02" * 32)
SIGNER = Signer.from_seeds(SEEDS)
KEYS = by_id(public_keys(SEEDS))
TABLES = {"journal": "position", "events": "id", "heads": "day", "journal_tip": "id"}
DAY = timedelta(days=1)


def fill(sessions: sessionmaker[Session], ports: Ports) -> None:
    """Three days: two living cases, one erased, a draft begun and deleted, sign-ins, and a head on each day."""
    with sessions.begin() as session:
        journal.note(session, Noted.SIGN_IN_REFUSED, facts={"tries": 3}, now=NOW)
        first, second = make_case(session, ports), make_case(session, ports)
        draft, _ = make_draft(session, ports)
        case_sharing.change_consent(draft.at(NOW), "team", given=True)
    for day in range(3):
        now = NOW + day * DAY
        with sessions.begin() as session:
            given = day % 2 == 1
            case_sharing.change_consent(_again(session, second).at(now), "regulators", given=given)
            if day == 1:
                erasure.erase(_again(session, first).at(now))
                erasure.erase(_again(session, draft).at(now))
        with sessions.begin() as session:
            assert checkpoints.sign_checkpoint(session, SIGNER, now=now) is not None
            assert checkpoints.sign_checkpoint(session, SIGNER, now=now) is None
    with sessions.begin() as session:
        journal.note(session, Noted.SIGNED_IN, now=NOW + 3 * DAY)


def _again(session: Session, opened: CaseWork) -> CaseWork:
    return replace(opened, session=session, case=session.get_one(Case, opened.case.id))


def look(session: Session, *copies: Checkpoint, server: ServerKeys | None = SERVER_KEYS) -> Verification:
    return verify(session, Against(keys=KEYS, copies=copies, server=server), now=NOW + 3 * DAY)


def find_all(session: Session) -> list[Break]:
    """What does not fit, in the history and in the rows."""
    return [*look(session).breaks, *count_rows(session, SERVER_KEYS)]


def test_what_was_only_added_to_is_whole(sessions: sessionmaker[Session], ports: Ports) -> None:
    fill(sessions, ports)
    with sessions() as session:
        verdict = look(session, *checkpoints.list_checkpoints(session))
    assert verdict.breaks == ()
    assert verdict.heads == 3
    assert verdict.entries > verdict.events > 3


def test_an_empty_history_is_whole(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        assert look(session) == Verification(entries=0, events=0, heads=0, breaks=())
        assert find_all(session) == []


@dataclass(frozen=True)
class Filled:
    """A filled SQLite database, open to somebody with raw access to it, and its rows as they lie there."""

    engine: sa.Engine
    rows: tuple[tuple[str, Any], ...]  # table and primary key of each
    copies: tuple[Checkpoint, ...]

    @contextmanager
    def tamper(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session
            session.rollback()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("integrity")
    url = f"sqlite:///{folder / 'test.db'}"
    engine = make_engine(url)
    metadata.create_all(engine)
    sessions = guarded(make_session_factory(engine))
    fill(sessions, make_ports(folder))
    with sessions() as session:
        copies = tuple(checkpoints.list_checkpoints(session))
    engine.dispose()
    bare = sa.create_engine(url)  # no foreign keys and no rules, as for somebody with the file in their hands
    with bare.connect() as connection:
        rows = tuple(
            (table, row[0])
            for table, key in TABLES.items()
            for row in connection.exec_driver_sql(f"SELECT {key} FROM {table} ORDER BY 1")  # noqa: S608
        )
    yield Filled(bare, rows, copies)
    bare.dispose()


def flip(value: object, bit: int) -> tuple[str, object] | None:
    """The value with one bit turned, and the SQL that stores it as what it was; None where there is no bit."""
    if isinstance(value, int):
        return "?", value ^ (1 << bit % 48)
    if isinstance(value, str | bytes) and value:
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        raw[bit // 8 % len(raw)] ^= 1 << bit % 8
        return ("CAST(? AS TEXT)" if isinstance(value, str) else "?"), bytes(raw)
    return None


@pytest.mark.thorough
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_turned_bit_of_any_column_of_any_row_is_found(filled: Filled, data: st.DataObject) -> None:
    table, key = data.draw(st.sampled_from(filled.rows))
    column = data.draw(st.sampled_from([one.name for one in metadata.tables[table].columns]))
    bit = data.draw(st.integers(0, 4095))
    with filled.tamper() as session:
        connection = session.connection()
        where = f"FROM {table} WHERE {TABLES[table]} = ?"
        value = connection.exec_driver_sql(f"SELECT {column} {where}", (key,)).scalar()
        turned = flip(value, bit)
        assume(turned is not None)
        assert turned is not None
        change = f"UPDATE {table} SET {column} = {turned[0]} WHERE {TABLES[table]} = ?"  # noqa: S608
        try:
            connection.exec_driver_sql(change, (turned[1], key))
        except IntegrityError:
            assume(False)
        assert find_all(session)


def test_any_removed_row_is_found(filled: Filled) -> None:
    for table, key in filled.rows:
        with filled.tamper() as session:
            session.connection().exec_driver_sql(f"DELETE FROM {table} WHERE {TABLES[table]} = ?", (key,))  # noqa: S608
            assert look(session).breaks, (table, key)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_two_rows_that_change_places_are_found(filled: Filled, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["journal", "events", "heads"]))
    keys = [key for name, key in filled.rows if name == table]
    one, two = data.draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True))
    order = {"journal": "position", "events": "id", "heads": "day"}[table]
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        for old, new in ((one, -1), (two, one), (-1, two)):
            run(f"UPDATE {table} SET {order} = ? WHERE {order} = ?", (new, old))  # noqa: S608
        assert look(session).breaks


def test_a_row_put_in_is_found(filled: Filled) -> None:
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        run("CREATE TEMP TABLE copied AS SELECT * FROM events LIMIT 1")
        run("UPDATE copied SET id = ?, sequence = 900", (uuid4().hex,))
        run("INSERT INTO events SELECT * FROM copied")
        assert ["the journal does not say" in str(each) for each in look(session).breaks] == [True]


def test_a_journal_rewritten_from_some_point_is_found_by_its_heads(filled: Filled) -> None:
    """Whoever can write can count the chain again; the signatures they cannot."""
    with filled.tamper() as session:
        rewrite(session, position=2)
        assert any("head of 2026-11-23 was signed over" in str(each) for each in look(session).breaks)


def test_a_journal_rewritten_with_its_heads_taken_away_is_found_by_the_copy(filled: Filled) -> None:
    with filled.tamper() as session:
        session.connection().exec_driver_sql("DELETE FROM heads")
        session.connection().exec_driver_sql("UPDATE journal SET kind = 'signed_in' WHERE kind = 'head_signed'")
        rewrite(session, position=2)
        alone = [str(each) for each in look(session).breaks]
        named = [str(each) for each in look(session, *filled.copies, server=None).breaks]
    assert any("none: nothing of the history is signed" in each for each in alone)
    assert "journal_tip: has been changed: it does not fit its guard" in alone
    assert "head of 2026-11-23: is missing or not the same as in the copy" in named
    assert any("is not what the copy of the head of" in each for each in named)


def test_a_journal_cut_at_its_end_is_found_by_the_copy(filled: Filled) -> None:
    last = filled.copies[-1]
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        run("DELETE FROM heads WHERE day = ?", (last.day.isoformat(),))
        run("DELETE FROM events WHERE id IN (SELECT event_id FROM journal WHERE position >= ?)", (last.position,))
        run("DELETE FROM journal WHERE position >= ?", (last.position,))
        end = "SELECT {} FROM journal ORDER BY position DESC LIMIT 1"
        run(f"UPDATE journal_tip SET position = ({end.format('position')}), digest = ({end.format('digest')})")  # noqa: S608
        assert [each.row for each in look(session).breaks] == ["journal_tip"]
        found = look(session, *filled.copies, server=None).breaks
        assert any("and what follows is missing" in str(each) for each in found)


def rewrite(session: Session, *, position: int) -> None:
    """Change one entry and count every digest after it again, as somebody would who knows how."""
    previous = b""
    for entry in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.position)):
        if entry.position == position:
            entry.recorded_at += timedelta(seconds=0) if entry.event_id else timedelta(seconds=1)
            entry.facts = {"rewritten": 1}
        entry.digest = previous = journal.entry_digest(entry, previous=previous)
    tip = session.get_one(JournalTip, journal.TIP)
    tip.digest = previous
    session.flush()


def test_a_head_of_a_key_that_is_not_trusted_is_found(filled: Filled) -> None:
    other = by_id(public_keys([b"\x09" * 32]))
    with filled.tamper() as session:
        found = verify(session, Against(keys=other, server=SERVER_KEYS), now=NOW + 3 * DAY).breaks
        assert len(found) == 3
        assert all("is not known here" in str(each) for each in found)


def test_a_missing_event_is_excused_only_by_the_end_of_its_own_case(filled: Filled) -> None:
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        living = run("SELECT case_id FROM events GROUP BY case_id HAVING count(*) > 1").scalar()
        run("DELETE FROM events WHERE case_id = ? AND sequence = 1", (living,))
        assert [each.problem for each in look(session).breaks] == ["is missing, and its case was not erased"]


def test_an_end_that_is_put_in_excuses_no_event_of_a_case_that_goes_on(filled: Filled) -> None:
    """Whoever can write can add an entry that follows well; it must not hide what was taken out of a living case."""
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        living = run("SELECT case_id FROM events GROUP BY case_id HAVING count(*) > 1").scalar()
        run("DELETE FROM events WHERE case_id = ? AND sequence = 1", (living,))
        journal.note(session, Noted.DRAFT_DELETED, case_id=UUID(living), now=NOW + 5 * DAY)
        journal.write_pending(session)
        assert [each.problem for each in look(session, server=None).breaks] == [
            "says that a draft was deleted, but its case had been submitted",
            "is missing, and its case was not erased",
        ]


def test_heads_are_read_from_their_own_lines(filled: Filled) -> None:
    assert tuple(read_checkpoints(head.to_line() for head in filled.copies)) == filled.copies
    for broken in ("{}", "[]", "nothing", '{"day": "2026-13-01"}'):
        with pytest.raises(checkpoints.BadCheckpoints, match="line 2"):
            read_checkpoints([filled.copies[0].to_line(), broken])


def test_each_column_of_a_head_is_under_its_signature(filled: Filled) -> None:
    head = filled.copies[0]
    assert head.is_signed_by(KEYS[head.key_id])
    for change in (
        {"day": head.day + DAY},
        {"position": head.position + 1},
        {"digest": bytes([head.digest[0] ^ 1]) + head.digest[1:]},
        {"signed_at": head.signed_at + DAY},
        {"key_id": "0" * 16},
    ):
        assert not replace(head, **change).is_signed_by(KEYS[head.key_id])


def test_events_from_before_the_journal_are_taken_in(sessions: sessionmaker[Session], ports: Ports) -> None:
    """The journal is taken away, as if it had never been kept, and made by the migration."""
    fill(sessions, ports)
    migration = runpy.run_path(str(ROOT / "migrations" / "versions" / "0006_journal.py"))
    with sessions.begin() as session:
        for table in ("heads", "journal", "journal_tip"):
            session.execute(sa.delete(metadata.tables[table]))
        migration["take_in_events"](session.connection(), metadata.tables["journal"], metadata.tables["journal_tip"])
    with sessions.begin() as session:
        verdict = look(session)
        make_case(session, ports)
    assert [each.row for each in verdict.breaks] == ["heads", "journal_tip"]  # no head and no guard is there yet
    assert verdict.entries == verdict.events > 3
    with sessions.begin() as session:
        journal.note(session, Noted.GUARDS_SET, facts={"rows": 1}, now=NOW + 3 * DAY)
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, SIGNER, now=NOW + 3 * DAY)
    with sessions() as session:
        assert look(session).breaks == ()
        assert look(session).entries > verdict.entries


def test_a_history_that_nobody_signs_is_not_whole(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        make_case(session, ports)
    with sessions() as session:
        assert [each.row for each in look(session).breaks] == ["heads"]


def test_a_day_without_a_head_is_named_unless_the_next_head_says_so(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    """The worker stood still for days: the head that ends this says since when nothing was signed."""
    with sessions.begin() as session:
        make_case(session, ports)
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, SIGNER, now=NOW)
    with sessions.begin() as session:
        journal.note(session, Noted.SIGNED_IN, now=NOW + DAY)
    later = NOW + 3 * DAY
    with sessions() as session:
        assert [each.row for each in look(session).breaks] == ["head of 2026-11-24"]
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, SIGNER, now=later)
    with sessions() as session:
        verdict = look(session)
        signed = session.scalars(sa.select(JournalEntry).where(JournalEntry.kind == Noted.HEAD_SIGNED)).all()
    assert verdict.breaks == ()
    assert verdict.notes == ("what happened since 2026-11-24 was signed late, on 2026-11-26",)
    assert [entry.facts for entry in signed] == [
        {"day": "2026-11-23"},
        {"day": "2026-11-26", "late_since": "2026-11-24"},
    ]


def test_heads_taken_away_with_all_that_speaks_of_them_are_found(filled: Filled) -> None:
    """Cut behind the first head, and counted again: the days after it are signed by nothing."""
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        run("DELETE FROM heads WHERE day > ?", (filled.copies[0].day.isoformat(),))
        run("UPDATE journal SET kind = 'signed_in' WHERE kind = 'head_signed' AND position > ?", (20,))
        rewrite(session, position=filled.copies[0].position + 2)
        found = [str(each) for each in look(session, server=None).breaks]
        assert any(each.startswith("head of 2026-11-2") and "not to this day" in each for each in found)


def test_fewer_heads_than_before_and_a_shorter_journal_are_found_by_what_stands_beside_the_database(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    fill(sessions, ports)
    with sessions() as session:
        assert witness.write_down(session, ports.locks, SERVER_KEYS)
    known = witness.read(ports.locks)
    assert known is not None
    assert known.heads == 3
    with sessions.begin() as session:
        run = session.connection().execute
        run(sa.text("DELETE FROM heads"))
        last = known.place.position - 1
        run(sa.text("DELETE FROM journal WHERE position > :last"), {"last": last})
        end = session.get_one(JournalEntry, last)
        tip = session.get_one(JournalTip, journal.TIP)
        tip.position, tip.digest = last, end.digest
        tip.guard = journal.guard_of_tip(SERVER_KEYS, last, end.digest)  # even with the secret in hand
    with sessions() as session:
        against = Against(keys=KEYS, server=SERVER_KEYS, witness=known)
        found = [str(each) for each in verify(session, against, now=NOW + 3 * DAY).breaks]
        assert not witness.write_down(session, ports.locks, SERVER_KEYS)
        assert not witness.may_sign(session, ports.locks, SERVER_KEYS)
    assert "heads: there are fewer than there were: 0 of 3" in found
    assert any(each.startswith(f"journal {known.place.position}: is missing: by what was written") for each in found)
    assert witness.read(ports.locks) == known


def test_what_stands_beside_the_database_fits_its_own_guard(sessions: sessionmaker[Session], ports: Ports) -> None:
    fill(sessions, ports)
    with sessions() as session:
        witness.write_down(session, ports.locks, SERVER_KEYS)
        known = witness.read(ports.locks)
        assert known is not None
        for bent in (replace(known, heads=0), replace(known, place=JournalPlace(1, known.place.digest))):
            found = verify(session, Against(keys=KEYS, server=SERVER_KEYS, witness=bent), now=NOW + 3 * DAY).breaks
            assert any(each.row == "the witness" for each in found)


def test_a_submitted_case_does_not_end_as_a_draft(filled: Filled) -> None:
    """All of its events are gone, and an entry says that a draft was deleted."""
    with filled.tamper() as session:
        run = session.connection().exec_driver_sql
        living = run("SELECT case_id FROM events GROUP BY case_id HAVING count(*) > 1").scalar()
        run("DELETE FROM events WHERE case_id = ?", (living,))
        journal.note(session, Noted.DRAFT_DELETED, case_id=UUID(living), now=NOW + 3 * DAY)
        journal.write_pending(session)
        found = [str(each) for each in look(session, server=None).breaks]
    assert any("says that a draft was deleted, but its case had been submitted" in each for each in found)
    assert sum("is missing, and its case was not erased" in each for each in found) > 1


def test_what_is_dated_before_its_neighbours_is_found(sessions: sessionmaker[Session], ports: Ports) -> None:
    """Somebody with the program writes an event in a member's name, as if it had been two days ago."""
    fill(sessions, ports)
    with sessions.begin() as session:
        opened = session.scalars(sa.select(Case).where(Case.status == CaseStatus.OPEN).limit(1)).one()
        last = session.scalars(
            sa.select(Event).where(Event.case_id == opened.id).order_by(Event.sequence.desc()).limit(1)
        ).one()
        made = NewEvent(kind=History.OPENED, at=NOW - 2 * DAY)
        forged = events.record(session, opened.id, None, made, actor=PERSON, now=NOW - 2 * DAY)
        assert forged.recorded_at == last.recorded_at  # the portal itself never goes back
        forged.recorded_at = NOW - 2 * DAY
        forged.digest = events.digest_of(forged, previous=last.digest)
        pending = session.info[journal.PENDING]
        pending[-1] = replace(pending[-1], recorded_at=forged.recorded_at)
    with sessions() as session:
        found = [str(each) for each in find_all(session)]
    assert len(found) == 3
    assert any(each.endswith("was signed not to this day") for each in found)
    assert any("is dated before what was written down before it" in each for each in found)
    assert any("is dated before the event before it in its case" in each for each in found)


def test_work_that_crosses_and_invented_cases_are_no_breaks(sessions: sessionmaker[Session], ports: Ports) -> None:
    fill(sessions, ports)
    with sessions.begin() as session:
        journal.note(session, Noted.SIGNED_IN, now=NOW + 3 * DAY - timedelta(minutes=50))
        journal.note(session, Noted.DEMO_BEGUN, now=NOW + 3 * DAY)
        journal.note(session, Noted.SIGNED_IN, now=NOW - 90 * DAY)
        journal.note(session, Noted.DEMO_ENDED, now=NOW + 3 * DAY)
    with sessions() as session:
        assert look(session).breaks == ()
        assert look(session).notes == ("2 entries are of invented cases, and so are their times",)


def test_a_check_goes_on_where_the_last_one_ended(sessions: sessionmaker[Session], ports: Ports) -> None:
    """It reads only what came since, and still finds what does not fit there, also by what stands before."""
    fill(sessions, ports)
    with sessions() as session:
        place = look(session).place
    with sessions.begin() as session:
        living = session.scalars(sa.select(Case).where(Case.status == CaseStatus.OPEN)).all()
        for case in living:
            made = NewEvent(kind=History.OPENED, at=NOW + 3 * DAY)
            events.record(session, case.id, None, made, actor=PERSON, now=NOW + 3 * DAY)
    against = Against(keys=KEYS, server=SERVER_KEYS)
    with sessions() as session:
        part = verify(session, against, now=NOW + 3 * DAY, since=place)
        assert (part.entries, part.events, part.breaks) == (len(living), len(living), ())
        assert verify(session, against, now=NOW + 3 * DAY, since=part.place).entries == 0
        wrong = replace(place, digest=b"\x00" * 32)
        rows = [each.row for each in verify(session, against, now=NOW + 3 * DAY, since=wrong).breaks]
        assert rows == [f"journal {place.position}", f"journal {place.position + 1}"]
    with sessions.begin() as session:
        session.execute(sa.text("DELETE FROM journal WHERE position = :last"), {"last": place.position + 1})
    with sessions() as session:
        assert verify(session, against, now=NOW + 3 * DAY, since=place).breaks


def test_a_part_knows_what_was_submitted_and_erased_before_it(sessions: sessionmaker[Session], ports: Ports) -> None:
    fill(sessions, ports)
    with sessions() as session:
        place = look(session).place
        case_id = session.scalars(sa.select(Case.id).where(Case.status == CaseStatus.OPEN).limit(1)).one()
    with sessions.begin() as session:
        journal.note(session, Noted.DRAFT_DELETED, case_id=case_id, now=NOW + 3 * DAY)
    with sessions() as session:
        found = verify(session, Against(keys=KEYS, server=SERVER_KEYS), now=NOW + 3 * DAY, since=place).breaks
    assert [each.problem for each in found] == ["says that a draft was deleted, but its case had been submitted"]
