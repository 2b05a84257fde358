"""How papers look, as far as a test can see it: over every law that has its own sentences, and every kind of answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from portal.adapters.papers.pdf import FEWEST_LINES, make_letter
from portal.domain.letters.blocks import Closing, Heading, Opening, Paragraph
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.regimes import Regime, RegimeKind
from tests.letters.reading import read_pages
from tests.letters.samples import complaint, content, follow_up, links, notice, reminder, supplier
from tests.services.letters.test_law_sentences import WORDED, content_of, letter_of

FOOT = re.compile(r"Page \d+ of \d+|RC-7K2M-9TQX/\w+")
LETTERS = {RegimeKind.REMOVAL, RegimeKind.ERASURE}


def lines_of(page: str) -> list[str]:
    """The lines of a page without its foot."""
    return [line.strip() for line in page.splitlines() if line.strip() and not FOOT.fullmatch(line.strip())]


def check_pages(facts: LetterFacts) -> None:
    document = build_letter(facts, English())
    leads = {block.text for block in document.blocks if isinstance(block, Heading)}
    leads |= {block.text for block in document.blocks if isinstance(block, Paragraph) and block.leads}
    pages = read_pages(make_letter(facts, English()).pdf)
    for number, page in enumerate(pages, start=1):
        lines = lines_of(page)
        assert len(lines) >= FEWEST_LINES, (number, lines)
        assert lines[-1] not in leads, (number, lines[-1])
    (closing,) = (block for block in document.blocks if isinstance(block, Closing))
    (signed,) = (page for page in pages if closing.farewell in page)
    assert all(line in signed.replace("\n", " ") for line in (closing.name, closing.lines[-1]))


@pytest.mark.parametrize("regime", [each for each in WORDED if each.kind in LETTERS], ids=lambda each: each.id)
def test_a_letter_under_any_law_has_no_page_of_a_few_lines_and_no_lead_at_a_foot(regime: Regime) -> None:
    facts = letter_of(regime, content_of(Depiction.REAL, Filer.REPRESENTATIVE))
    check_pages(facts)


@pytest.mark.parametrize("topic", FollowUp)
def test_an_answer_to_any_refusal_does_not_either(topic: FollowUp) -> None:
    check_pages(replace(follow_up(), topic=topic))


@pytest.mark.parametrize("role", Supplier)
def test_a_letter_to_any_company_behind_a_site_does_not_either(role: Supplier) -> None:
    check_pages(replace(supplier(), role=role))


@pytest.mark.parametrize("words", range(2, 30, 3))
def test_however_long_the_senders_words_are_no_page_is_nearly_empty(words: int) -> None:
    """One line more or less moves the end of the laws over the foot of a page; then all is set closer or wider."""
    long = content("\n".join("These were private, and I never agreed that anybody sees them." for _ in range(words)))
    check_pages(replace(notice(), content=long, links=links(3)))


@pytest.mark.parametrize(("count", "together"), [(2, True), (6, True), (7, False)])
def test_few_links_stand_on_one_page_with_the_form_that_answers_them(count: int, together: bool) -> None:
    pages = read_pages(make_letter(replace(notice(), links=links(count)), English()).pdf)
    (annex,) = (number for number, page in enumerate(pages) if "Annex A: the links" in page)
    (form,) = (number for number, page in enumerate(pages) if "Reply form" in page)
    assert (annex == form) is together
    assert form == len(pages) - 1


@pytest.mark.parametrize("facts", [notice(), reminder()], ids=["notice", "reminder"])
def test_why_a_date_is_that_date_stands_on_the_page_of_the_date(facts: LetterFacts) -> None:
    blocks = build_letter(facts, English()).blocks
    whys = [each for each, block in enumerate(blocks) if isinstance(block, Paragraph) and "Why this date" in block.text]
    dates = [blocks[each - 1] for each in whys]
    assert dates
    assert all(isinstance(date, Paragraph) and date.leads for date in dates)


def test_an_answer_in_a_complaint_stands_with_what_says_whose_it_is() -> None:
    """Each row more in the chronology moves it down, over the foot of a page."""
    facts = complaint()
    (answer,) = facts.answers
    told = replace(facts, answers=(replace(answer, text="It breaks no rule of ours."),))
    for rows in range(3, 9):
        longer = replace(told, chronology=(facts.chronology[:1] * rows))
        pages = read_pages(make_letter(longer, English()).pdf)
        (said,) = (page for page in pages if "It breaks no rule of ours." in page)
        before = said[: said.index("It breaks no rule of ours.")].splitlines()
        assert [line for line in before if answer.notice and answer.notice in line], (rows, before)


def test_the_subject_names_both_laws_of_two_and_the_number_of_more() -> None:
    first, second, third = notice().bases
    for bases, said in (
        ((first, second), "removal request; "),
        ((first, second, third), "removal request, and 2 more laws"),
    ):
        document = build_letter(replace(notice(), bases=bases), English())
        (subject,) = (block.subject for block in document.blocks if isinstance(block, Opening))
        assert said in subject


def test_a_reference_and_a_number_of_links_are_not_broken_over_two_lines() -> None:
    facts = notice()
    reference = "5Q77-VVGH-5"
    text = " ".join(f"{'x' * length} my letter {reference}, about 12 links." for length in range(1, 60))
    facts = replace(facts, content=content(text), links=links(3))
    found = "\n".join(read_pages(make_letter(facts, English()).pdf))
    assert len(re.findall(reference, found)) == len(re.findall(r"12 links", found)) == 59
