"""Other languages: every sentence can be extracted, a catalogue is used whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

from portal.adapters.papers.pdf import make_letter
from portal.adapters.translations import (
    NotTranslated,
    UnknownLanguage,
    extract_laws,
    list_languages,
    name_country,
    translator,
)
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.letters.texts import walk_texts
from portal.domain.lifecycle import LetterKind
from tests.letters.reading import read_text
from tests.letters.samples import SAMPLES, reminder

ROOT = Path(__file__).parent.parent.parent
KEYWORDS = {"translate": None, "mark": None, "say": None, "plural": (1, 2)}


class Recorder(English):
    """Remembers every sentence that a letter asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __call__(self, message: str, /, **values: str) -> str:
        self.asked.add(message)
        return super().__call__(message, **values)

    def plural(self, one: str, many: str, count: int, /) -> str:
        self.asked.add(one)
        return super().plural(one, many, count)


def sentences_of(facts: Iterable[LetterFacts]) -> set[str]:
    recorder = Recorder()
    for each in facts:
        build_letter(each, recorder)
    return recorder.asked - {""}


def extract_all() -> set[str]:
    with (ROOT / "portal" / "translations" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    letters = [(name, method) for name, method in methods if "laws" not in method]
    found = extract_from_dir(ROOT, letters, options, KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def test_every_sentence_of_the_letters_can_be_extracted() -> None:
    asked = sentences_of(make(Paper.A4) for make in SAMPLES.values())
    # The law's, the directory's and the portal's own sentences come with the facts.
    from_facts = {text for make in SAMPLES.values() for _, text in walk_texts(make(Paper.A4))}
    assert asked - from_facts - extract_all() == set()


class Marked(English):
    """Every sentence between brackets, as a translator would give it back."""

    def __call__(self, message: str, /, **values: str) -> str:
        return f"⟦{super().__call__(message, **values)}⟧" if message else message

    def plural(self, one: str, many: str, count: int, /) -> str:
        return f"⟦{super().plural(one, many, count)}⟧"


def leave_out_marked(line: str) -> str:
    """What of a line stands outside of every bracket."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", line)) != line:
        line = shorter
    return line


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_no_sentence_of_a_letter_is_left_out(kind: LetterKind) -> None:
    """What is not given by the catalogue is given by the facts: names, addresses, what somebody wrote."""
    facts = SAMPLES[kind](Paper.A4)
    given = " ".join(text for _, text in walk_texts(facts))
    lines = map(leave_out_marked, plain_text(build_letter(facts, Marked())))
    assert {word for line in lines for word in re.findall(r"[^\W\d_]{3,}", line) if word not in given} == set()


def write_catalogue(folder: Path, language: str, sentences: Iterable[str], *, leave_out: str = "") -> None:
    catalogue = Catalog(locale=language, domain="letters")
    plurals = {"%(count)s hour": "%(count)s hours", "%(count)s day": "%(count)s days"}
    for sentence in sentences:
        if sentence == leave_out:
            continue
        if sentence.startswith("%(count)s "):
            many = plurals.get(sentence, f"{sentence}s")
            forms = [f"‹{sentence}›"] * catalogue.num_plurals
            catalogue.add((sentence, many), forms)
        else:
            catalogue.add(sentence, f"‹{sentence}›")
    path = folder / language / "LC_MESSAGES"
    path.mkdir(parents=True)
    with (path / "letters.po").open("wb") as file:
        write_po(file, catalogue)


def test_a_letter_is_written_in_the_language_of_its_catalogue(tmp_path: Path) -> None:
    facts = reminder()
    write_catalogue(tmp_path, "cs", sentences_of([facts]))
    lines = plain_text(build_letter(facts, translator("cs", tmp_path)))
    assert any(line.startswith("‹On ‹") for line in lines)
    assert "‹What is overdue›" in read_text(make_letter(facts, translator("cs", tmp_path)).pdf)
    assert list_languages(tmp_path) == ("en", "cs")


def test_a_missing_sentence_is_named_and_stops_the_letter(tmp_path: Path) -> None:
    facts = reminder()
    write_catalogue(tmp_path, "cs", sentences_of([facts]), leave_out="What is overdue")
    with pytest.raises(NotTranslated, match="What is overdue"):
        build_letter(facts, translator("cs", tmp_path))


@pytest.mark.parametrize("language", ["xx", "../en", "cs/../..", "", "c" * 40])
def test_an_unknown_language_raises(language: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownLanguage):
        translator(language, tmp_path)


def test_english_needs_no_catalogue(tmp_path: Path) -> None:
    assert translator("en", tmp_path)("Dated %(day)s", day="today") == "Dated today"
    assert translator("en-NZ", tmp_path).plural("%(count)s day", "%(count)s days", 1) == "1 day"
    assert list_languages() == ("en",)


def test_the_texts_of_a_law_record_are_extracted_with_their_lines() -> None:
    record = b"regimes:\n  - id: x\n    name: A law\n    rules:\n      - label: remove it\n        note: not printed\n"
    assert [(line, text) for line, _, text, _ in extract_laws(BytesIO(record), {}, None, None)] == [
        (3, "A law"),
        (5, "remove it"),
    ]


def test_countries_have_names() -> None:
    assert name_country("NZ", "en") == "New Zealand"
    assert name_country("DE", "fr") == "Allemagne"
    assert name_country("QQ", "en") == "QQ"
    with pytest.raises(UnknownLanguage):
        name_country("NZ", "not a language")


def test_every_kind_is_covered_by_the_samples() -> None:
    assert set(SAMPLES) == set(LetterKind)
