"""Every sentence of a person's pages is short and plain. A page that is rewritten is added to the list."""

from __future__ import annotations

import pytest

from tests.web.person.reading import (
    HARDEST,
    LONGEST,
    READING_AGE,
    ROOT,
    Sentence,
    find_banned,
    list_sentences,
    read_age,
)

PAGES = (
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates/person/report").glob("*.html")),
    "templates/base.html",
    "templates/person/before.html",
    "templates/person/front.html",
    "templates/person/erase_draft.html",
    "templates/person/case/receipt.html",
    "templates/person/case/statement.html",
    "templates/person/case/letter_notes.html",
    "templates/person/case/letters.html",
    "templates/components/answers.html",
    "portal/domain/intake.py",
    "portal/web/person/forms/about.py",
    "portal/web/person/forms/facts.py",
    "portal/web/person/forms/places.py",
    "portal/web/person/forms/reach.py",
    "portal/web/person/forms/words.py",
    "portal/web/person/facts.py",
    "portal/web/person/receipt.py",
    "portal/web/person/report.py",
    "portal/web/person/review.py",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_read_at_twelve_and_no_sentence_is_hard(path: str) -> None:
    sentences = list(list_sentences(path))
    whole = [sentence for sentence in sentences if len(sentence.words) > 4]
    hard = [
        f"{sentence.where}: {sentence.text} ({sentence.age:.1f} years, {len(sentence.words)} words)"
        for sentence in whole
        if sentence.age > HARDEST or len(sentence.words) > LONGEST
    ]
    assert not hard, "\n".join(hard)
    if len(whole) > 2:  # of fewer it says nothing
        assert read_age(whole) <= READING_AGE, f"{path} is read at {read_age(whole):.1f}"


@pytest.mark.parametrize("path", PAGES)
def test_no_sentence_says_what_people_do_not_say(path: str) -> None:
    found = [f"{each.where}: {each.text} ({banned})" for each in list_sentences(path) for banned in find_banned(each)]
    assert not found, "\n".join(found)


def test_there_is_something_to_read() -> None:
    assert sum(1 for path in PAGES for _sentence in list_sentences(path)) > 200


def test_the_measure_tells_officialese_from_plain_words() -> None:
    plain = Sentence("You can stop at any time and come back later.", "")
    stiff = Sentence("The submission of supplementary documentation necessitates prior authorisation.", "")
    assert plain.age < READING_AGE < HARDEST < stiff.age
    assert find_banned(Sentence("Who carries the case once it is handed in?", ""))
    assert not find_banned(plain)
