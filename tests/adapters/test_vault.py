"""Sealing, wrapping and blind indexes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from tests.cost import EVERY_TIME

pytestmark = EVERY_TIME
KEY = bytes(range(32))
PLACE = SealContext("cases", "1", "1")


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_to_the_same_bytes(plain: bytes) -> None:
    assert vault.open_sealed(KEY, PLACE, vault.seal(KEY, PLACE, plain)) == plain


@pytest.mark.parametrize("length", [447, 448, 3583, 3584, 61439, 61440, 65535, 65536, 131072, 1_000_000])
def test_padding_holds_where_the_block_changes(length: int) -> None:
    plain = b"\x80" * length
    assert vault.open_sealed(KEY, PLACE, vault.seal(KEY, PLACE, plain)) == plain


def test_equal_texts_are_sealed_differently() -> None:
    assert vault.seal(KEY, PLACE, b"text") != vault.seal(KEY, PLACE, b"text")


def test_short_texts_of_different_length_look_alike() -> None:
    assert len({len(vault.seal(KEY, PLACE, b"x" * length)) for length in range(64)}) == 1


@pytest.mark.parametrize(
    "place",
    [
        SealContext("items", "1", "1"),
        SealContext("cases", "2", "1"),
        SealContext("cases", "1", "2"),
        SealContext("cases1", "", "1"),
    ],
)
def test_a_value_opens_in_its_own_place_only(place: SealContext) -> None:
    with pytest.raises(CannotOpen):
        vault.open_sealed(KEY, place, vault.seal(KEY, PLACE, b"text"))


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=100))
def test_any_changed_bit_is_noticed(position: int, plain: bytes) -> None:
    sealed = bytearray(vault.seal(KEY, PLACE, plain))
    sealed[position % len(sealed)] ^= 1 << (position % 8)
    with pytest.raises(CannotOpen):
        vault.open_sealed(KEY, PLACE, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 20, b"\x02" + b"0" * 80])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        vault.open_sealed(KEY, PLACE, sealed)


def test_a_wrapped_key_opens_with_the_right_private_key_only() -> None:
    pair, other = vault.new_key_pair(), vault.new_key_pair()
    wrapped = vault.wrap_for_public_key(KEY, pair.public)
    assert vault.unwrap_with_private_key(wrapped, pair.private) == KEY
    with pytest.raises(CannotOpen):
        vault.unwrap_with_private_key(wrapped, other.private)


def test_a_derived_key_depends_on_secret_and_salt() -> None:
    keys = {vault.derive_from_secret(secret, salt) for secret in ("one", "two") for salt in (b"1" * 16, b"2" * 16)}
    assert len(keys) == 4
    assert vault.derive_from_secret("one", b"1" * 16) in keys


def test_a_secret_costs_64_mebibytes_and_three_passes() -> None:
    salt = b"1" * 16
    assert vault.derive_from_secret("one", salt) == hash_secret_raw(b"one", salt, 3, 64 * 1024, 4, 32, Type.ID)


def test_a_blind_index_finds_equal_texts_of_the_same_key_only() -> None:
    assert vault.blind_index(KEY, "text") == vault.blind_index(KEY, "text")
    assert vault.blind_index(KEY, "text") != vault.blind_index(KEY, "text ")
    assert vault.blind_index(KEY, "text") != vault.blind_index(KEY[::-1], "text")


def test_keys_for_two_purposes_are_two_keys() -> None:
    assert vault.derive_subkey(KEY, "session") != vault.derive_subkey(KEY, "outbox")


def test_keys_are_not_printed() -> None:
    assert KEY.hex() not in repr(vault.KeyPair(private=KEY, public=KEY))
    assert repr(KEY) not in repr(vault.KeyPair(private=KEY, public=KEY))


def test_no_more_than_some_keys_are_derived_at_once_so_that_memory_stays_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running: list[int] = []
    most: list[int] = []

    def hash_slowly(*_values: object) -> bytes:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return KEY

    monkeypatch.setattr(vault, "hash_secret_raw", hash_slowly)
    with ThreadPoolExecutor(3 * vault.ARGON2_AT_ONCE) as pool:
        made = list(pool.map(lambda _: vault.derive_from_secret("words", b"salt"), range(6 * vault.ARGON2_AT_ONCE)))
    assert made == [KEY] * len(made)
    assert max(most) == vault.ARGON2_AT_ONCE
