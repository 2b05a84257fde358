"""The facts of a letter as JSON: nothing is lost, the same facts give the same bytes, anything unknown is refused."""

from __future__ import annotations

import json

import pytest

from portal.adapters.papers.letter_json import BadFacts, decode_facts, encode_facts
from portal.domain.letters.build import build_letter
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind
from tests.letters.samples import SAMPLES, notice


@pytest.mark.parametrize("kind", LetterKind)
def test_facts_come_back_as_they_were(kind: LetterKind) -> None:
    facts = SAMPLES[kind](Paper.A4)
    data = encode_facts(facts)
    back = decode_facts(data)
    assert back == facts
    assert encode_facts(back) == data
    assert build_letter(back, English()) == build_letter(facts, English())


def test_the_json_can_be_read_without_this_program() -> None:
    plain = json.loads(encode_facts(notice()))
    assert plain["form"] == "recourse-letter-1"
    assert plain["kind"] == "notice"
    assert plain["facts"]["frame"]["written_at"] == "2026-11-22T20:04:00Z"
    assert plain["facts"]["bases"][0]["clocks"][0]["due_at"] == "2026-11-24T20:04:00Z"


def changed(**changes: object) -> bytes:
    plain = json.loads(encode_facts(notice()))
    return json.dumps({**plain, **changes}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        changed(form="recourse-letter-2"),
        changed(kind="postcard"),
        changed(more=1),
        changed(facts={}),
        changed(facts={**json.loads(encode_facts(notice()))["facts"], "unknown": 1}),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadFacts):
        decode_facts(data)
