"""Encrypted archives: what goes in comes out, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.adapters.archives import CHUNK, BadArchive, add_bytes, read_archive, write_archive
from portal.adapters.vault import new_key_pair

PAIR = new_key_pair()
CONTENT = {"small": b"one", "empty": b"", "large": os.urandom(2 * CHUNK + 7)}


def write(path: Path, content: dict[str, bytes]) -> None:
    with write_archive(path, PAIR.public) as archive:
        for name, each in content.items():
            add_bytes(archive, name, each)


def read(path: Path, private: bytes = PAIR.private) -> dict[str, bytes]:
    found = {}
    with read_archive(path, private) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            assert file is not None
            found[entry.name] = file.read()
    return found


def test_what_went_in_comes_out(tmp_path: Path) -> None:
    write(tmp_path / "a", CONTENT)
    assert read(tmp_path / "a") == CONTENT
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
    assert CONTENT["large"][:64] not in (tmp_path / "a").read_bytes()


def test_a_broken_attempt_leaves_no_file_and_does_not_touch_the_one_before(tmp_path: Path) -> None:
    write(tmp_path / "a", CONTENT)
    with pytest.raises(OSError, match="full"):
        _break_off(tmp_path / "a")
    assert read(tmp_path / "a") == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def _break_off(path: Path) -> None:
    with write_archive(path, PAIR.public) as archive:
        add_bytes(archive, "half", b"x")
        raise OSError("the disk is full")


@pytest.mark.parametrize("kept", [40, 80, 100])
def test_a_file_that_is_cut_in_its_head_is_not_blamed_on_the_key(tmp_path: Path, kept: int) -> None:
    write(tmp_path / "a", CONTENT)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:kept])
    with pytest.raises(BadArchive, match="cut or damaged"):
        read(tmp_path / "a")


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a", CONTENT)
    with pytest.raises(BadArchive, match="recovery key"):
        read(tmp_path / "a", new_key_pair().private)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_any_changed_bit_is_found(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    path = tmp_path_factory.mktemp("bits") / "a"
    write(path, {"small": b"one", "other": b"two"})
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    path.write_bytes(raw)
    with pytest.raises(BadArchive):
        read(path)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(min_value=0, max_value=0.999))
def test_a_cut_at_any_place_is_found(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    path = tmp_path_factory.mktemp("cut") / "a"
    write(path, CONTENT)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(BadArchive):
        read(path)


def test_something_added_at_the_end_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a", CONTENT)
    with (tmp_path / "a").open("ab") as file:
        file.write(b"more")
    with pytest.raises(BadArchive, match="added"):
        read(tmp_path / "a")
