"""Every sentence of a person's pages is short and plain, and none says what people do not say."""

from __future__ import annotations

from collections.abc import Iterable

from tests.cases import for_each
from tests.web.person.reading import (
    HARDEST,
    LONGEST,
    READING_AGE,
    ROOT,
    Sentence,
    find_banned,
    list_called,
    list_refusals,
    list_sentences,
    list_texts,
    read_age,
)

# Those that no module of the person's side imports, and that speak on its pages all the same.
SHARED = ("templates/base.html", "portal/domain/intake.py", "portal/web/errors.py", "portal/web/local_times.py")


def list_pages() -> list[str]:
    """Every template and module of the person's side, every component, and all modules of pages that they call."""
    folders = (("templates/person", "*.html"), ("templates/components", "*.html"), ("templates/errors", "*.html"))
    found = [path for folder, kind in (*folders, ("portal/web/person", "*.py")) for path in (ROOT / folder).rglob(kind)]
    names = {str(path.relative_to(ROOT)) for path in found} | set(SHARED)
    return sorted(names | set(list_called("portal/web/person", "portal.web.")))


PAGES = list_pages()
# Modules that know no language, and whose sentences come to a person's page, history or mailbox.
PLAIN = (
    "portal/domain/escalation.py",
    "portal/services/background/mail_texts.py",
    "portal/services/casefile/page.py",
    "portal/services/requests/channels.py",
    "portal/services/tracking/person_mailing.py",
    "portal/services/tracking/request_page.py",
)
CALLED = sorted(path for path in list_called("portal/web/person", "portal.services") if any(list_refusals(path)))


@for_each("path", PAGES)
def test_a_page_is_read_at_twelve_and_no_sentence_is_hard(path: str) -> None:
    sentences = list(list_sentences(path))
    whole = [sentence for sentence in sentences if len(sentence.words) > 4]
    hard = find_hard(whole)
    assert not hard, "\n".join(hard)
    if len(whole) > 2:  # of fewer it says nothing
        assert read_age(whole) <= READING_AGE, f"{path} is read at {read_age(whole):.1f}"


@for_each("path", PLAIN)
def test_what_comes_to_a_page_from_below_is_as_plain(path: str) -> None:
    sentences = list(list_texts(path))
    assert sentences, "it has no sentence, so it is not one of these"
    hard = find_hard(sentences) + find_unsaid(sentences)
    assert not hard, "\n".join(hard)


@for_each("path", CALLED)
def test_a_refusal_is_as_plain(path: str) -> None:
    """Of every use case that a person's page calls. Some of them refuse staff alone, and are as plain."""
    sentences = list(list_refusals(path))
    hard = find_hard(sentences) + find_unsaid(sentences)
    assert not hard, "\n".join(hard)


@for_each("path", PAGES)
def test_no_sentence_says_what_people_do_not_say(path: str) -> None:
    found = find_unsaid(list_sentences(path))
    assert not found, "\n".join(found)


def find_hard(sentences: Iterable[Sentence]) -> list[str]:
    """Those that are too hard or too long, with where they are."""
    return [
        f"{sentence.where}: {sentence.text} ({sentence.age:.1f} years, {len(sentence.words)} words)"
        for sentence in sentences
        if len(sentence.words) > 4 and (sentence.age > HARDEST or len(sentence.words) > LONGEST)
    ]


def find_unsaid(sentences: Iterable[Sentence]) -> list[str]:
    """Those with a word that people do not say, with where they are."""
    return [f"{each.where}: {each.text} ({banned})" for each in sentences for banned in find_banned(each)]


def test_there_is_something_to_read() -> None:
    assert sum(1 for path in PAGES for _sentence in list_sentences(path)) > 200
    assert sum(1 for path in CALLED for _sentence in list_refusals(path)) > 80


def test_the_measure_tells_officialese_from_plain_words() -> None:
    plain = Sentence("You can stop at any time and come back later.", "")
    stiff = Sentence("The submission of supplementary documentation necessitates prior authorisation.", "")
    assert plain.age < READING_AGE < HARDEST < stiff.age
    assert find_banned(Sentence("Who carries the case once it is handed in?", ""))
    assert not find_banned(plain)
