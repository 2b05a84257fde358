"""Sealed files by key: in a folder, in memory, and in S3-compatible storage, which is a real server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest

from portal.adapters.storage import PATIENCE, BadStorage, FileMissing, ObjectStorage, open_storage
from tests.stores import open_bucket


@pytest.fixture(params=["file", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStorage]:
    if request.param == "s3":
        with open_bucket() as env:
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            yield open_storage(env["RECOURSE_STORAGE"])
    else:
        yield open_storage(f"file://{tmp_path / 'files'}" if request.param == "file" else "memory:///")


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


def test_all_keys_are_told_by_the_names_under_which_they_were_put(storage: ObjectStorage) -> None:
    keys = {"a/1", "a/2", "b/1"}
    for key in keys:
        storage.put(key, b"x")
    assert set(storage.list_keys()) == keys


def test_more_files_than_one_listing_or_one_deletion_names_go_all_the_same(storage: ObjectStorage) -> None:
    """S3 tells, and takes, a thousand keys at a time."""
    for number in range(1_001):
        storage.put(f"a/{number}", b"x")
    storage.put("b/1", b"x")
    assert len(storage.list_keys()) == 1_002
    storage.delete("a")
    assert storage.list_keys() == ["b/1"]


def test_two_prefixes_of_one_bucket_know_nothing_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_bucket() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        ours, theirs = open_storage("s3://recourse/ours"), open_storage("s3://recourse/theirs")
        ours.put("a/1", b"ours")
        theirs.put("a/1", b"theirs")
        theirs.delete("a")
        assert (ours.get("a/1"), theirs.list_keys()) == (b"ours", [])


def test_a_storage_that_does_not_answer_is_given_up_before_a_page_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, "timeout", timedelta(seconds=1))
    with open_bucket() as env, socket.create_server(("127.0.0.1", 0)) as silent:
        for name, value in {**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}.items():
            monkeypatch.setenv(name, value)
        storage = open_storage(env["RECOURSE_STORAGE"])
        begun = time.monotonic()
        with pytest.raises(obstore.exceptions.BaseError):
            storage.put("a/1", b"x")
        assert time.monotonic() - begun < 10
