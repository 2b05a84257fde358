"""Every sentence of a person's pages is short and plain, and none says what people do not say."""

from __future__ import annotations

from tests.cases import for_each
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

# Pages of the desk share these with the person's: their sentences are for everybody.
SHARED = (
    "templates/base.html",
    "portal/domain/intake.py",
    "portal/web/errors.py",
    "portal/web/fields.py",
    "portal/web/forms/complaints.py",
    "portal/web/forms/links.py",
    "portal/web/forms/requests.py",
    "portal/web/forms/statements.py",
    "portal/web/incoming_mail.py",
    "portal/web/letter_making.py",
    "portal/web/local_times.py",
    "portal/web/refusals.py",
    "portal/web/reply_times.py",
)


def list_pages() -> list[str]:
    """Every template and module of the person's side, every component, and what they share."""
    folders = (("templates/person", "*.html"), ("templates/components", "*.html"), ("templates/errors", "*.html"))
    found = [path for folder, kind in (*folders, ("portal/web/person", "*.py")) for path in (ROOT / folder).rglob(kind)]
    names = {str(path.relative_to(ROOT)) for path in found} | set(SHARED)
    return sorted(names)


PAGES = list_pages()


@for_each("path", PAGES)
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


@for_each("path", PAGES)
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
