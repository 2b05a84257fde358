"""The page that an officer reads first, and what the rest of a bundle must never say, read back from the paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pdfminer.high_level import extract_text

from portal.adapters.papers.pdf import make_letter
from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import Heading, Table, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.clock_sheets import is_shown
from portal.domain.letters.facts import ComplaintFacts, Exhibit, Party
from portal.domain.letters.kinds import ComplaintAsk, ExhibitKind
from portal.domain.letters.law_facts import SourceFact
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Filer, LetterKind
from portal.domain.regimes import Binding, ObligedParty, Unit
from tests.letters.samples import (
    EMAIL,
    NAME,
    RECEIVED_AT,
    clock,
    competence,
    complaint,
    frame,
    month_clock,
    sent,
    take_it_down,
)

CHECK = "https://portal.example/check"


def text_of(facts: ComplaintFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def read_page(pdf: bytes, number: int) -> str:
    return re.sub(r"\s+", " ", extract_text(io.BytesIO(pdf), page_numbers=[number]))


def table_of(facts: ComplaintFacts) -> Table:
    blocks = build_letter(facts, English()).blocks
    return next(block for block in blocks if isinstance(block, Table))


def test_the_first_page_says_who_what_by_when_and_what_is_asked() -> None:
    facts = replace(complaint(), check_url=CHECK)
    page = read_page(make_letter(facts, English()).pdf, 0)
    for said in (
        NAME,
        "Examplebook, a service of Examplebook Platforms Ireland Limited",
        "Regulation (EU) 2016/679, Arts. 77 and 78(2)",
        "30 links, 10 of them removed",
        "Asked Received Due Answer Overdue by",
        "17 days and 10 hours",
        "What I ask of you:",
        "Look into this complaint.",
        "SHA256SUMS",
        CHECK,
    ):
        assert said in page, said
    assert "Why I turn to you" not in page  # the page ends with how to check


def test_the_table_counts_the_lateness_from_the_date_that_has_its_sheet() -> None:
    facts = replace(complaint(), bases=(take_it_down(missed=True),))
    (row,) = table_of(facts).rows
    assert "5 November 2026" in row[2]
    assert "(remove " in row[2], "one law: what had to be done"
    assert row[4] == "17 days and 10 hours"


@pytest.mark.parametrize("binding", [Binding.SAFE_HARBOUR, Binding.PRECONDITION])
def test_what_is_no_duty_is_not_overdue(binding: Binding) -> None:
    basis = replace(take_it_down(), clocks=(replace(clock(missed=True), binding=binding),))
    (row,) = table_of(replace(complaint(), bases=(basis,))).rows
    assert row[4] == "passed 17 days and 10 hours ago"
    assert "not a duty" in row[2] or "has to pass" in row[2]


def test_every_missed_date_has_a_sheet_and_no_other_clock_fills_pages() -> None:
    others = [
        replace(clock(missed=True), owed_by=ObligedParty.PERSON),
        replace(clock(missed=True), binding=Binding.FOLLOW_UP),
        replace(clock(missed=True), binding=Binding.LIMITATION),
        replace(clock(), started_at=None, due_at=None),
    ]
    missed = [clock(missed=True), replace(month_clock(missed=True), amount=None, unit=Unit.NONE)]
    assert not any(map(is_shown, others))
    basis = replace(take_it_down(), clocks=(*missed, *others), letter=sent().reference)
    blocks = build_letter(replace(complaint(), bases=(basis,)), English()).blocks
    sheets = [block.text for block in blocks if isinstance(block, Heading) and block.text.startswith("Date ")]
    assert len(sheets) == len(missed)
    assert all("Examplebook, letter RC-7K2M-9TQX/N1:" in sheet for sheet in sheets)


def test_where_the_law_sets_no_number_nothing_is_met_in_time() -> None:
    done = replace(clock(), amount=None, unit=Unit.NONE, due_at=None, state=ClockState.MET, standard="promptly")
    facts = replace(complaint(), bases=(replace(take_it_down(), clocks=(done,)),))
    assert "in time" not in text_of(facts)


def test_no_code_of_ours_stands_in_the_paper() -> None:
    facts = complaint()
    text = text_of(facts)
    for basis in (facts.competence, *facts.bases):
        assert basis.regime_id not in text
        assert basis.version not in text


def test_only_official_sources_are_named() -> None:
    source = take_it_down().sources[0]
    blog = SourceFact(url="https://blog.example/law", supports="all", seen_on=source.seen_on, official=False)
    basis = replace(
        take_it_down(missed=True),
        sources=(blog,),
        clocks=(replace(clock(missed=True), sources=(blog,)),),
    )
    text = text_of(replace(complaint(), bases=(basis,)))
    assert "blog.example" not in text
    assert "official source" not in text


def test_no_authority_is_asked_to_answer_whoever_complains() -> None:
    """Ofcom answers nobody: how the sender can be reached is said, and what is asked stands among what is asked."""
    text = text_of(replace(complaint(), frame=replace(frame(), signature=None)))
    assert "Please answer" not in text
    assert f"I can be reached at {EMAIL}." in text


def test_an_organisation_that_never_answered_is_not_asked_to_decide_again() -> None:
    text = text_of(replace(complaint(), asks=(ComplaintAsk.DECIDE_AGAIN,), authority_asks=()))
    assert "Decide on this complaint and on my request" in text
    assert "Decide again" not in text


def test_an_authority_is_asked_its_own_sentences_and_no_other() -> None:
    own = "I report this to inform your supervision of the service."
    text = text_of(replace(complaint(), authority_asks=(own,)))
    assert own in text
    assert "Look into this complaint." not in text
    known = replace(complaint(), authority_asks=(own,), authority_limits=("I understand that you remove nothing.",))
    assert "\nI understand that you remove nothing." in text_of(known), "what is known is no numbered ask"
    assert "Order that" not in text


def test_an_authoritys_duty_is_said_once() -> None:
    text = text_of(complaint())
    assert text.count("within three months") == 1
    assert "within 3 months" not in text
    assert "how it goes on" not in text_of(replace(complaint(), asks=tuple(ComplaintAsk)))


def test_how_and_when_it_was_found_and_who_acts_reach_the_paper() -> None:
    facts = replace(complaint(), found_on=date(2026, 11, 1), how_found="A friend sent me the link.")
    reporter = replace(
        facts.frame.reporter, role=Filer.REPRESENTATIVE, acts_for="Ana Sample", authority="mandate of 3 November 2026"
    )
    text = text_of(replace(facts, frame=replace(facts.frame, reporter=reporter)))
    assert "1 November 2026" in text
    assert "A friend sent me the link." in text
    assert f"{NAME}, for Ana Sample" in text
    assert "mandate of 3 November 2026" in text
    assert "Statement of the one who complains" in text


def test_sent_reminders_are_counted_and_listed_and_no_letter_is_printed_again() -> None:
    reminder = replace(
        sent(2),
        kind=LetterKind.REMINDER,
        reference="RC-7K2M-9TQX/N7",
        sent_at=RECEIVED_AT + timedelta(days=9),
        received_at=None,
        exhibit=None,
    )
    facts = replace(complaint(), notices=(sent(), reminder))
    assert "and 1 reminder" in table_of(facts).rows[0][0]
    text = text_of(facts)
    assert "Reminder RC-7K2M-9TQX/N7" in text
    assert not [line for line in sent().text if line and line in text and "https://" not in line]


def test_receipt_says_what_shows_it() -> None:
    facts = complaint()
    noted = replace(sent(), is_receipt_proven=True)
    assert "as noted by the sender" in table_of(replace(facts, notices=(noted,), answers=())).rows[0][1]
    answer = replace(facts.answers[0], at=RECEIVED_AT, notice=noted.reference)
    assert "shown by their answer" in table_of(replace(facts, notices=(noted,), answers=(answer,))).rows[0][1]
    assert "proven" not in text_of(facts)


def test_an_exhibit_stands_under_its_own_title() -> None:
    file = Exhibit(
        number=1,
        kind=ExhibitKind.OTHER,
        title="File handed in, without hidden details",
        about="RC-7K2M-9TQX-1 · Examplebook",
        name="exhibit-1.pdf",
        digest="0" * 64,
        media="application/pdf",
        size=10,
        file_name="Their second e-mail",
    )
    text = text_of(replace(complaint(), exhibits=(file,)))
    assert "Their second e-mail\nFile handed in, without hidden details\nRC-7K2M-9TQX-1 · Examplebook" in text


def test_a_complaint_without_a_request_before_says_so() -> None:
    facts = replace(complaint(), notices=(), answers=(), bases=(competence(),), party=Party(name="Somewhere"))
    assert "No removal was asked for before: this complaint needs none." in text_of(facts)


def test_how_to_check_is_told_for_three_systems() -> None:
    text = text_of(replace(complaint(), check_url=CHECK))
    for command in ("sha256sum --check SHA256SUMS", "shasum -a 256 --check SHA256SUMS", "certutil -hashfile"):
        assert command in text
