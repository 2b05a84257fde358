"""An answer finds its request by the address it was sent to, and nobody can make such an address up."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.reply_addresses import LETTERS, ReplyPlace, make_token, read_token

KEY, OLDER, FOREIGN = b"k" * 32, b"o" * 32, b"f" * 32
PLACES = (ReplyPlace("answers.example.org"), ReplyPlace("example.org", mailbox="answers"))
REQUEST = UUID(int=7)


@pytest.mark.parametrize("place", PLACES)
@given(request_id=st.uuids())
def test_an_address_leads_to_its_request_whatever_case_it_comes_back_in(place: ReplyPlace, request_id: UUID) -> None:
    address = place.write(make_token(KEY, request_id))

    assert len(address.partition("@")[0]) <= 64
    for written in (address, address.upper(), address.title(), f" {address} "):
        assert read_token([KEY], place.find_token(written)) == request_id


def test_one_made_under_the_key_before_still_leads_there() -> None:
    assert read_token([KEY, OLDER], make_token(OLDER, REQUEST)) == REQUEST


@given(st.integers(min_value=0, max_value=LETTERS - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_leads_nowhere(place: int, letter: str) -> None:
    token = make_token(KEY, REQUEST)
    changed = token[:place] + letter + token[place + 1 :]

    assert (read_token([KEY], changed) is None) == (changed != token)


def test_nobody_makes_one_up_without_the_key() -> None:
    assert read_token([KEY], make_token(FOREIGN, REQUEST)) is None


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert read_token([KEY], text) is None
    for place in PLACES:
        place.find_token(text)


@pytest.mark.parametrize(
    "address", ["answers@example.org", "other+x@example.org", "x@elsewhere.example", "answers+x@sub.example.org", ""]
)
def test_an_address_of_another_place_has_no_token(address: str) -> None:
    assert PLACES[1].find_token(address) == ""
