"""Recovery words: drawing them and reading what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.adapters.word_list import COUNT, LIST_SIZE, UnknownWord, WrongCount, load_words

WORDS = load_words()


def test_the_list_has_its_size_and_no_word_twice() -> None:
    assert len(WORDS.words) == len(set(WORDS.words)) == LIST_SIZE


def test_another_list_is_refused_because_words_that_were_given_out_would_be_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "wordlists").mkdir()
    changed = "\n".join(f"11111 {word}" for word in ("abacuses", *WORDS.words[1:]))
    (tmp_path / "wordlists" / "wordlist_en_eff.txt").write_text(changed)
    monkeypatch.setattr("importlib.resources.files", lambda _package: tmp_path)
    with pytest.raises(RuntimeError, match="Put its pinned version back"):
        load_words.__wrapped__()


def test_six_words_are_drawn_from_the_list() -> None:
    drawn = WORDS.draw().split(" ")
    assert len(drawn) == COUNT
    assert set(drawn) <= set(WORDS.words)


def test_two_draws_differ() -> None:
    assert WORDS.draw() != WORDS.draw()


@pytest.mark.parametrize(
    "typed",
    [
        "abacus abdomen abdominal abide abiding ability",
        "  ABACUS Abdomen\nabdominal\tabide  abiding ability ",
        "abacus, abdomen, abdominal, abide, abiding, ability.",
        "abacus;abdomen;abdominal;abide;abiding;ability",
    ],
)
def test_words_are_read_however_they_are_typed(typed: str) -> None:
    assert WORDS.read(typed) == "abacus abdomen abdominal abide abiding ability"


def test_words_with_a_hyphen_are_read_with_any_hyphen() -> None:
    assert WORDS.read("yo\u2011yo abdomen abdominal abide abiding t\u2010shirt").startswith("yo-yo")


@pytest.mark.parametrize("typed", ["", "abacus", "abacus " * 7])
def test_another_number_of_words_is_counted(typed: str) -> None:
    with pytest.raises(WrongCount) as caught:
        WORDS.read(typed)
    assert caught.value.count == len(typed.split())


def test_a_word_outside_the_list_is_named_with_what_looks_like_it() -> None:
    with pytest.raises(UnknownWord) as caught:
        WORDS.read("abacus abdomen abdominal abide abidng ability")
    assert (caught.value.position, caught.value.text) == (5, "abidng")
    assert "abiding" in caught.value.near
