"""Sealed files by key, in a folder and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.adapters.storage import BadStorage, FileMissing, ObjectStorage, open_storage


@pytest.fixture(params=["file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStorage:
    return open_storage(f"file://{tmp_path / 'files'}" if request.param == "file" else "memory:///")


def test_what_was_put_is_got_and_replaced_as_a_whole(storage: ObjectStorage) -> None:
    storage.put("case/one", b"first")
    storage.put("case/one", b"second")
    assert storage.get("case/one") == b"second"


def test_all_files_of_a_case_go_at_once_and_no_others(storage: ObjectStorage) -> None:
    for key in ("a/1", "a/2", "ab/1"):
        storage.put(key, b"x")
    storage.delete("a")
    storage.delete("nothing")
    assert storage.get("ab/1") == b"x"
    for key in ("a/1", "a/2"):
        with pytest.raises(FileMissing):
            storage.get(key)


@pytest.mark.parametrize("key", ["", "/", "a//b", "../a", "a/../b", "a/."])
def test_a_key_that_could_climb_is_refused(storage: ObjectStorage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, b"x")


def test_the_folder_is_for_its_owner_only_and_empties_itself(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    storage = open_storage(f"file://{folder}")
    storage.put("case/one", b"x")
    storage.delete("case")
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("url", ["nothing://here", "not an address"])
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(BadStorage, match="cannot be used"):
        open_storage(url)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadStorage, match="file"):
        open_storage(f"file://{tmp_path / 'file' / 'folder'}")


def test_one_file_goes_by_its_own_key(storage: ObjectStorage) -> None:
    storage.put("a/1", b"x")
    storage.put("a/10", b"y")
    storage.delete("a/1")
    with pytest.raises(FileMissing):
        storage.get("a/1")
    assert storage.get("a/10") == b"y"
