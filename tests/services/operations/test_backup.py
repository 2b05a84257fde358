"""The drill: a backup of a portal at work, brought back to the last bit; and what must not come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.signing import Signer, by_id, public_keys
from portal.db import make_engine, make_session_factory
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, Handler, LetterKind
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.journal import JournalEntry
from portal.models.tables import metadata
from portal.secret_file import ensure_secret_file
from portal.services.case_locks import open_locks
from portal.services.cases import erasure, messages, opening
from portal.services.cases.opening import WordsUnknown
from portal.services.history import checkpoints, events, verification
from portal.services.history.verification import Against
from portal.services.intake import submission
from portal.services.letters import kept_letters, letters
from portal.services.operations import backup, backup_rows
from portal.services.operations.backup import BackupRefused
from portal.services.ports import Ports
from portal.services.staff import accounts
from tests.postgres import filled_database
from tests.services.factories import NOW, guarded, make_draft, make_ports, make_work
from tests.services.fakes import print_quickly, send
from tests.sqlite import copy_tables

LATER = NOW + timedelta(days=3)
SEEDS = (b"\x01" * 32,)
SIGNER = Signer.from_seeds(SEEDS)
CHANGED = {"cases": {"country": "XX"}}


@dataclass
class Portal:
    """A portal with something in it, and what is needed to look for it afterwards."""

    sessions: sessionmaker[Session]
    ports: Ports
    private_key: bytes
    words: list[str]
    data: Path
    keys: Path


@pytest.fixture
def portal(sessions: sessionmaker[Session], ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    print_quickly(monkeypatch)
    ensure_secret_file(ports.config.secret_file)
    words = []
    with sessions.begin() as session:
        private = accounts.make_recovery_key(session, now=NOW)
        team, _ = accounts.create_team(session, "Harbour", now=NOW)
        for _ in range(3):
            opened, drawn = make_draft(session, ports, handler=Handler.TEAM, team_id=str(team.id))
            submission.submit(opened.at(NOW))
            words.append(drawn)
        send(session, opened, ports)
        letters.make_letter(opened.at(LATER), LetterKind.REMINDER, 1)
        messages.send_message(opened.at(LATER), "Thank you")
        words.append(make_draft(session, ports)[1])
    (tmp_path / "data").mkdir()
    (tmp_path / "apart").mkdir()
    return Portal(sessions, ports, private, words, tmp_path / "data" / "d.backup", tmp_path / "apart" / "k.backup")


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[sessionmaker[Session], Ports]]:
    """An empty portal in another folder, on either database: a backup may also move from one to the other."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    if request.param == "sqlite":
        yield from _make(copy_tables(folder / "new.db"), folder)
    else:
        with filled_database() as url:
            yield from _make(url, folder)


def _make(url: str, folder: Path) -> Iterator[tuple[sessionmaker[Session], Ports]]:
    engine = make_engine(url)
    yield guarded(make_session_factory(engine)), make_ports(folder)
    engine.dispose()


def bring_back(portal: Portal, fresh: tuple[sessionmaker[Session], Ports]) -> backup.Restored:
    sessions, ports = fresh
    backup.restore_secrets(portal.keys, portal.private_key, ports.config.key_files)
    return backup.restore(
        sessions, portal.data, portal.keys, portal.private_key, now=LATER + timedelta(days=1), ports=ports
    )


def but_the_journal(tables: dict[str, backup_rows.TableSum]) -> dict[str, backup_rows.TableSum]:
    """The journal goes on: that it was restored is its next entry."""
    return {name: total for name, total in tables.items() if not name.startswith("journal")}


def test_the_drill(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports], capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    made = backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    assert backup.verify(portal.data, portal.keys, portal.private_key) == made
    restored = bring_back(portal, fresh)
    took = time.perf_counter() - start
    sessions, ports = fresh
    assert restored.erased_again == 0
    assert made.tables == backup.sums(portal.sessions)
    assert but_the_journal(backup.sums(sessions)) == but_the_journal(made.tables)
    assert made.tables["cases"].rows == 4
    assert made.files.rows == len(ports.storage.list_keys()) > 0
    assert ports.config.secret_file.read_text() == portal.ports.config.secret_file.read_text()
    with sessions.begin() as session:
        for words in portal.words:
            opened = opening.open_by_words(make_work(session, ports), words)
            assert opened.report.links
            assert events.find_break(events.read_history(session, opened.case.id)) is None
        opened = opening.open_by_words(make_work(session, ports), portal.words[2])
        assert kept_letters.read_letter(opened, 1, redacted=False)
    with capsys.disabled():
        print(f"\nrestore drill: backup, verify and restore of {made.tables['cases'].rows} cases in {took:.1f} s")  # noqa: T201


def test_the_backup_is_one_moment_while_others_write(portal: Portal) -> None:
    """Somebody reports all the time; no case is there without its history, whenever the backup came by."""
    stop, failed = threading.Event(), []

    def write() -> None:
        try:
            while not stop.is_set():
                with portal.sessions.begin() as session:
                    opened, _ = make_draft(session, portal.ports)
                    submission.submit(opened.at(LATER))
        except Exception as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            made = backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
            assert backup.verify(portal.data, portal.keys, portal.private_key) == made
            cases_with_history = made.tables["cases"].rows - 1  # the draft of the fixture has none
            assert made.tables["case_keys"].rows == made.tables["cases"].rows + 3
            assert made.tables["consents"].rows >= cases_with_history
    finally:
        stop.set()
        writer.join()
    assert failed == []


def test_a_case_erased_after_the_backup_stays_erased(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports]
) -> None:
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    with portal.sessions.begin() as session:
        opened = opening.open_by_words(make_work(session, portal.ports), portal.words[0])
        reference = opened.reference
        erasure.erase(opened.at(LATER))
    # Only the newest copy of the keys lives; the data are the old ones.
    old_data = portal.data.read_bytes()
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    portal.data.write_bytes(old_data)
    restored = bring_back(portal, fresh)
    assert restored.erased_again == 1
    sessions, ports = fresh
    with sessions.begin() as session:
        with pytest.raises(WordsUnknown):
            opening.open_by_words(make_work(session, ports), portal.words[0])
        tombstone = session.scalars(select(Case).where(Case.reference == reference)).one()
        assert (tombstone.status, tombstone.sealed) == (CaseStatus.ERASED, None)
        assert opening.open_by_words(make_work(session, ports), portal.words[1])


def test_the_data_without_the_keys_open_nothing(portal: Portal, fresh: tuple[sessionmaker[Session], Ports]) -> None:
    """A thief of a data file who even has the recovery key on paper: the locks are not in it."""
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    raw = portal.data.read_bytes()
    for lock in portal.ports.locks.list_all():
        assert lock.lock not in raw
    with pytest.raises(BackupRefused, match="no backup of keys"):
        backup.restore(fresh[0], portal.data, portal.data, portal.private_key, now=LATER, ports=fresh[1])


def test_nothing_is_restored_over_something(portal: Portal) -> None:
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    with pytest.raises(BackupRefused, match="something in this portal"):
        backup.restore(portal.sessions, portal.data, portal.keys, portal.private_key, now=LATER, ports=portal.ports)
    portal.ports.config.secret_file.write_text("00" * 32)
    with pytest.raises(BackupRefused, match="is another one"):
        backup.restore_secrets(portal.keys, portal.private_key, portal.ports.config.key_files)


def test_the_restored_journal_verifies_whole_against_the_copied_heads(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports]
) -> None:
    with portal.sessions.begin() as session:
        checkpoints.sign_checkpoint(session, SIGNER, now=LATER)
        copies = checkpoints.list_checkpoints(session)
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    bring_back(portal, fresh)
    with fresh[0]() as session:
        verdict = verification.verify(session, Against(keys=by_id(public_keys(SEEDS)), copies=copies), now=LATER)
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.position.desc()).limit(1)).one()
    assert (verdict.breaks, verdict.heads, len(copies)) == ((), 1, 1)
    assert verdict.events > 3
    assert last.kind == Noted.BACKUP_RESTORED


def test_keys_older_than_the_data_are_refused_and_nothing_is_erased(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports]
) -> None:
    """A case that began after those keys has no lock in them, which would look as if it had been erased."""
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    old = portal.keys.read_bytes()
    with portal.sessions.begin() as session:
        make_draft(session, portal.ports)
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER + timedelta(hours=1), ports=portal.ports)
    portal.keys.write_bytes(old)
    with pytest.raises(BackupRefused, match="older than the data"):
        bring_back(portal, fresh)
    assert backup.sums(fresh[0])["cases"].rows == 0


def test_keys_without_the_locks_of_living_cases_replace_nothing(portal: Portal, tmp_path: Path) -> None:
    """A locks database that was lost is made anew, empty; the last good keys file must outlive the next backup."""
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    before = portal.data.read_bytes(), portal.keys.read_bytes()
    lost = replace(portal.ports, locks=open_locks(f"sqlite:///{tmp_path / 'lost.db'}"))
    with pytest.raises(BackupRefused, match="locks of 4 cases are missing"):
        backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=lost)
    assert (portal.data.read_bytes(), portal.keys.read_bytes()) == before
    assert backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=lost, anyway=True)


def test_secrets_come_back_whatever_their_files_are_called(portal: Portal, tmp_path: Path) -> None:
    one, other, third = (tmp_path / name / "key" for name in ("one", "other", "third"))
    texts = [str(ensure_secret_file(path)) and path.read_text() for path in (one, other, third)]
    config = replace(portal.ports.config, secret_file=one, audit_key_file=other, signing_key_file=third)
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=replace(portal.ports, config=config))
    paths = {setting: tmp_path / "fresh" / setting for setting in config.key_files}
    backup.restore_secrets(portal.keys, portal.private_key, paths)
    assert [path.read_text() for path in paths.values()] == texts


def test_a_restore_that_brings_back_something_else_keeps_nothing(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    whole = backup_rows._decode_row
    monkeypatch.setattr(
        backup_rows, "_decode_row", lambda table, line: {**whole(table, line), **CHANGED.get(table.name, {})}
    )
    with pytest.raises(BackupRefused, match="nothing was kept"):
        bring_back(portal, fresh)
    monkeypatch.undo()
    assert {total.rows for total in backup.sums(fresh[0]).values()} == {0}
    assert list(fresh[1].locks.list_all()) == []
    assert bring_back(portal, fresh).erased_again == 0


def test_keys_and_data_in_one_folder_are_refused(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="another folder"):
        backup.create(portal.sessions, tmp_path / "a", tmp_path / "b", now=LATER, ports=portal.ports)


def test_a_wrong_recovery_key_and_a_cut_file_are_told_apart(portal: Portal) -> None:
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    with pytest.raises(BackupRefused, match="recovery key does not open"):
        backup.verify(portal.data, portal.keys, b"\1" * 32)
    portal.data.write_bytes(portal.data.read_bytes()[:-10])
    with pytest.raises(BackupRefused, match="cut or damaged"):
        backup.verify(portal.data, portal.keys, portal.private_key)


def test_every_table_is_kept_or_left_out_on_purpose() -> None:
    assert set(metadata.tables) >= backup_rows.LEFT_OUT


def test_a_portal_without_a_recovery_key_says_what_to_do(
    sessions: sessionmaker[Session], ports: Ports, tmp_path: Path
) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(BackupRefused, match="first member of staff"):
        backup.create(sessions, tmp_path / "a", tmp_path / "x" / "b", now=LATER, ports=replace(ports))


@dataclass
class Days:
    """A whole backup, and what each day after it added."""

    whole: Path
    added: list[Path]
    sums: dict[str, backup_rows.TableSum]


def spend_days(portal: Portal, index: Path) -> Days:
    """Two days: something new, something changed, something erased; each with its increment."""
    at = LATER
    backup.create(portal.sessions, portal.data, portal.keys, now=at, ports=portal.ports, index=index)
    added = []
    for day in (1, 2):
        at = LATER + timedelta(days=day)
        with portal.sessions.begin() as session:
            team = session.scalars(select(Team)).first()
            assert team is not None
            opened, words = make_draft(session, portal.ports, now=at, handler=Handler.TEAM, team_id=str(team.id))
            submission.submit(opened.at(at))
            portal.words.append(words)
            messages.send_message(opened.at(at), f"It is day {day}")
        with portal.sessions.begin() as session:
            work = opening.open_by_words(
                make_work(session, portal.ports, now=at), portal.words.pop(2 if day == 1 else 0)
            )
            erasure.erase(work)
        added.append(portal.data.with_name(f"day-{day}.backup"))
        backup.create(portal.sessions, added[-1], portal.keys, now=at, ports=portal.ports, index=index, goes_on=True)
    return Days(portal.data, added, backup.sums(portal.sessions))


def test_a_whole_backup_and_what_each_day_added_come_back_to_the_last_bit(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports], tmp_path: Path
) -> None:
    days = spend_days(portal, tmp_path / "data" / "index")
    made = backup.verify(days.whole, portal.keys, portal.private_key, days.added)
    assert made.is_increment
    sessions, ports = fresh
    backup.restore_secrets(portal.keys, portal.private_key, ports.config.key_files)
    restored = backup.restore(
        sessions,
        days.whole,
        portal.keys,
        portal.private_key,
        now=LATER + 3 * timedelta(days=1),
        ports=ports,
        increments=days.added,
    )
    assert restored.erased_again == 0, "what was erased is gone with the increment already"
    assert but_the_journal(backup.sums(sessions)) == but_the_journal(days.sums)
    assert sorted(ports.storage.list_keys()) == sorted(portal.ports.storage.list_keys())
    with sessions.begin() as session:
        for words in portal.words:
            opening.open_by_words(make_work(session, ports, now=LATER + 3 * timedelta(days=1)), words)


def test_an_increment_holds_what_its_day_changed_and_no_more(portal: Portal, tmp_path: Path) -> None:
    days = spend_days(portal, tmp_path / "data" / "index")
    made = backup.verify(days.whole, None, portal.private_key, days.added[:1])
    assert made.changed["teams"].rows == 0
    assert 0 < made.changed["cases"].rows <= 2, "the new one, and what is left of the erased one"
    assert made.changed["events"].rows < made.tables["events"].rows / 2


@pytest.mark.parametrize("wrong", ["missing", "turned round", "alone"])
def test_increments_out_of_their_order_are_refused(portal: Portal, tmp_path: Path, wrong: str) -> None:
    days = spend_days(portal, tmp_path / "data" / "index")
    first, second = days.added
    whole, added = {
        "missing": (days.whole, [second]),
        "turned round": (days.whole, [second, first]),
        "alone": (first, [second]),
    }[wrong]
    with pytest.raises(BackupRefused, match=r"in the order of their days|Name the whole backup first"):
        backup.verify(whole, portal.keys, portal.private_key, added)


def test_an_increment_wants_the_index_of_the_backup_before(portal: Portal, tmp_path: Path) -> None:
    index, added = tmp_path / "data" / "index", tmp_path / "data" / "a.backup"
    with pytest.raises(BackupRefused, match="Make a whole backup first"):
        backup.create(portal.sessions, added, portal.keys, now=LATER, ports=portal.ports, index=index, goes_on=True)
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports, index=index)
    index.write_bytes(b"something else")
    with pytest.raises(BackupRefused, match="no index"):
        backup.create(portal.sessions, added, portal.keys, now=LATER, ports=portal.ports, index=index, goes_on=True)
    assert not added.exists()


def test_a_backup_that_breaks_off_leaves_the_index_as_it_was(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, added = tmp_path / "data" / "index", tmp_path / "data" / "a.backup"
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports, index=index)
    before = index.read_bytes()

    def break_off(*_given: object) -> None:
        raise OSError("canary")

    monkeypatch.setattr(backup, "_gather_keys", break_off)
    with pytest.raises(OSError, match="canary"):
        backup.create(portal.sessions, added, portal.keys, now=LATER, ports=portal.ports, index=index, goes_on=True)
    assert index.read_bytes() == before
    assert not added.exists()


def test_a_backup_from_before_there_were_increments_comes_back(
    portal: Portal, fresh: tuple[sessionmaker[Session], Ports], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Older(msgspec.Struct):
        """The list of what is in a backup, as it was then."""

        revision: str
        made_at: datetime
        tables: dict[str, backup_rows.TableSum]
        files: backup_rows.TableSum

    encode = msgspec.json.encode

    def encode_older(value: object) -> bytes:
        if isinstance(value, backup.Manifest):
            value = Older(value.revision, value.made_at, value.tables, value.files)
        return encode(value)

    monkeypatch.setattr("portal.services.operations.backup.msgspec.json.encode", encode_older)
    backup.create(portal.sessions, portal.data, portal.keys, now=LATER, ports=portal.ports)
    monkeypatch.undo()
    assert bring_back(portal, fresh).manifest.format == 1
