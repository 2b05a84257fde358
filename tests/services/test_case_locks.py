"""The cases' locks: made before they are needed, gone from every byte once they are destroyed."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from portal.services.case_locks import BadLocks, CaseLockStore, LockGone, open_locks

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> CaseLockStore:
    return open_locks(f"sqlite:///{tmp_path / 'apart' / 'locks.db'}")


def test_a_lock_is_kept_and_read_back_by_another_process(store: CaseLockStore, tmp_path: Path) -> None:
    case = uuid4()
    lock = store.make(case, now=NOW)
    assert len(lock) == 32
    assert open_locks(f"sqlite:///{tmp_path / 'apart' / 'locks.db'}").read(case) == lock
    assert store.ensure(case, now=NOW) == lock


def test_no_byte_of_a_destroyed_lock_is_left_in_any_file(store: CaseLockStore, tmp_path: Path) -> None:
    gone, stays = uuid4(), uuid4()
    lock, other = store.make(gone, now=NOW), store.make(stays, now=NOW)
    assert store.destroy([gone]) == 1
    assert store.overwrite()
    content = b"".join(path.read_bytes() for path in (tmp_path / "apart").iterdir())
    assert lock not in content
    assert other in content
    with pytest.raises(LockGone):
        store.read(gone)
    assert store.destroy([gone]) == 0


def test_a_copy_brings_back_what_is_missing_and_nothing_else(store: CaseLockStore, tmp_path: Path) -> None:
    cases = [uuid4() for _ in range(3)]
    for case in cases:
        store.make(case, now=NOW)
    copy = list(store.list_all())
    store.destroy(cases[:2])
    store.forget(cases[:2])
    kept = store.read(cases[2])
    assert store.put_all(copy) == 2
    assert store.read(cases[2]) == kept
    assert {lock.case_id: lock.lock for lock in store.list_all()} == {lock.case_id: lock.lock for lock in copy}


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/locks.db"])
def test_a_place_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(BadLocks, match="cannot be used"):
        open_locks(url)


def test_a_destroyed_lock_is_remembered_until_it_is_forgotten_and_no_copy_brings_it_back(store: CaseLockStore) -> None:
    gone, never, living = uuid4(), uuid4(), uuid4()
    store.make(gone, now=NOW)
    store.make(living, now=NOW)
    copy = list(store.list_all())
    assert store.destroy([gone, never]) == 1
    assert store.list_cases() == {gone, never, living}
    assert {lock.case_id for lock in store.list_all()} == {living}
    assert store.put_all(copy) == 0
    with pytest.raises(LockGone):
        store.read(gone)
    store.forget([gone, never, living])
    assert store.list_cases() == {living}, "a lock that lives is not forgotten"


def test_while_somebody_reads_the_locks_nothing_is_claimed_and_later_no_byte_is_left(
    store: CaseLockStore, tmp_path: Path
) -> None:
    folder, gone = tmp_path / "apart", uuid4()
    lock = store.make(gone, now=NOW)

    def is_on_disk() -> bool:
        return lock in b"".join(path.read_bytes() for path in folder.iterdir())

    reader = sqlite3.connect(folder / "locks.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM locks").fetchone()
    store.destroy([gone])
    began = time.monotonic()
    assert not store.overwrite()
    assert time.monotonic() - began < 10, "and not the half minute that a writer may wait"
    assert is_on_disk(), "which is why nothing else is said"
    with pytest.raises(LockGone):
        store.read(gone)
    assert store.is_left(gone)
    reader.execute("COMMIT")
    reader.close()
    assert store.overwrite()
    assert not is_on_disk()


def test_a_checkpoint_that_fails_is_noticed(store: CaseLockStore, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = uuid4()
    store.make(gone, now=NOW)
    store.destroy([gone])
    monkeypatch.setattr(CaseLockStore, "_is_log_empty", lambda _self: False)
    assert not store.overwrite()
