"""Redaction denies by default: what is not listed as public goes, and a new field goes until somebody decides."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from portal.domain.letters.blocks import BAR
from portal.domain.letters.facts import LetterFacts, LinkFact
from portal.domain.letters.kinds import Paper
from portal.domain.letters.law_facts import ElementFact
from portal.domain.letters.phrases import POINTERS
from portal.domain.letters.redaction import PUBLIC, SEARCHED, redacted
from portal.domain.letters.texts import Spot, change_texts, walk_texts
from portal.domain.lifecycle import Filer, LetterKind
from portal.domain.regimes import NoticeField
from tests.letters.samples import EMAIL, NAME, SAMPLES, complaint, notice


def with_canaries(facts: LetterFacts) -> LetterFacts:
    """Every text replaced by one that names its spot; the zone stays what it is."""
    return change_texts(facts, lambda spot, text: text if spot.field == "zone" else f"canary-{spot.field}")


@pytest.mark.parametrize("kind", LetterKind)
def test_only_what_is_listed_stays(kind: LetterKind) -> None:
    for spot, text in walk_texts(redacted(with_canaries(SAMPLES[kind](Paper.A4)))):
        listed = spot.field in PUBLIC.get(spot.owner, ()) or spot.field in SEARCHED.get(spot.owner, ())
        assert listed or text == BAR, spot


def test_the_lists_name_fields_that_exist() -> None:
    for listed in (PUBLIC, SEARCHED):
        for owner, names in listed.items():
            assert names <= {field.name for field in fields(owner)}, owner


def test_names_contacts_links_and_own_words_go() -> None:
    kept = [text for _, text in walk_texts(redacted(complaint()))]
    assert not [text for text in kept if NAME.split()[0] in text or EMAIL in text or "examplebook.example/v" in text]


def test_how_much_was_there_does_not_show() -> None:
    long = replace(notice().frame.reporter, address_lines=("a", "b", "c"), name="A" * 90)
    short = replace(notice().frame.reporter, address_lines=("a",), name="Bo")
    twins = {
        redacted(replace(notice(), frame=replace(notice().frame, reporter=reporter))).frame.reporter
        for reporter in (long, short)
    }
    assert len(twins) == 1


@pytest.mark.parametrize("platform", ["zuzana-královičová-sample.example", "ZuzanaFans.example", "x.example"])
def test_a_site_named_after_the_person_is_blacked_out(platform: str) -> None:
    facts = notice()
    reporter = replace(facts.frame.reporter, name="Zuzana Královičová-Sample", acts_for="ZuzanaFans")
    link = LinkFact(number=1, platform=platform, url="https://x.example/1")
    twin = redacted(replace(facts, links=(link,), frame=replace(facts.frame, reporter=reporter)))
    shown = twin.links[0].platform
    assert "uzana" not in shown.casefold()
    assert (BAR in shown) == (platform != "x.example")


def test_a_short_name_does_not_black_out_common_words() -> None:
    facts = complaint()
    reporter = replace(facts.frame.reporter, name="Al", acts_for=None, email=None, phone=None, address_lines=())
    frame = replace(facts.frame, reporter=reporter, signature=None)
    assert redacted(replace(facts, frame=frame)).exhibits[0].title == facts.exhibits[0].title


def test_law_dates_states_and_numbers_stay() -> None:
    facts, twin = complaint(), redacted(complaint())
    assert [basis.citation for basis in twin.bases] == [basis.citation for basis in facts.bases]
    assert [basis.clocks for basis in twin.bases] == [basis.clocks for basis in facts.bases]
    assert [(link.number, link.state, link.state_at) for link in twin.links] == [
        (link.number, link.state, link.state_at) for link in facts.links
    ]
    assert twin.frame.is_redacted
    assert twin.frame.reporter.role is Filer.SELF


def test_where_in_the_letter_something_stands_is_no_secret() -> None:
    facts = notice()
    elements = tuple(
        ElementFact(key=text, label=text, value=text)
        for text in (
            POINTERS[NoticeField.SIGNATURE],
            "in Annex A; the kind of content is stated",
            "stated above the signature; a child is shown",
            "in Annex B",
        )
    )
    twin = redacted(replace(facts, bases=(replace(facts.bases[0], elements=elements),)))
    assert [each.value for each in twin.bases[0].elements] == [*(each.value for each in elements[:3]), BAR]


def test_redacting_twice_changes_nothing() -> None:
    once = redacted(complaint())
    assert redacted(once) == once


def test_the_walk_meets_every_text_once() -> None:
    spots = [spot for spot, _ in walk_texts(notice().frame.reporter)]
    assert Spot(type(notice().frame.reporter), "email") in spots


def test_nothing_gives_away_the_first_part_of_an_address() -> None:
    """Barring it wherever it is a word would tell what it is: here it is a word of the sentences themselves."""
    facts = complaint()
    reporter = replace(facts.frame.reporter, name=None, acts_for=None, email="platform@example.org", phone=None)
    frame = replace(facts.frame, reporter=reporter, signature=None)
    twin = redacted(replace(facts, frame=frame))
    assert [row.what for row in twin.chronology] == [row.what for row in facts.chronology]
    assert twin.frame.reporter.email == BAR


def test_laws_and_platforms_of_the_directory_stay_whatever_the_person_is_called() -> None:
    facts = complaint()
    reporter = replace(facts.frame.reporter, name="Ann Examplebook", acts_for=None)
    rows = tuple(replace(row, about="RC-7K2M-1 · Examplebook\nGDPR, erasure") for row in facts.chronology)
    named = replace(
        facts,
        frame=replace(facts.frame, reporter=reporter),
        chronology=rows,
        party=replace(facts.party, is_listed=True),
    )
    twin = redacted(named)
    assert twin.party.name == "Examplebook"
    assert [row.about for row in twin.chronology] == [row.about for row in rows]
    assert {link.platform for link in twin.links} == {link.platform for link in facts.links}
    unlisted = redacted(replace(named, party=replace(named.party, is_listed=False)))
    assert unlisted.party.name == BAR


def test_the_twin_lists_its_own_exhibits_and_says_which_are_left_out() -> None:
    facts = complaint()
    first, second = facts.exhibits
    exhibits = (replace(first, name="exhibit-1.pdf", twin_digest="ab" * 32, twin_size=9), second)
    twin = redacted(replace(facts, exhibits=exhibits))
    assert [(each.digest, each.size) for each in twin.exhibits] == [("ab" * 32, 9), ("", 0)]


def test_the_day_on_which_it_was_found_is_not_in_the_twin() -> None:
    facts = complaint()
    found = replace(facts.chronology[0], what="The content was found.", is_day=True)
    twin = redacted(replace(facts, found_on=found.at.date(), chronology=(found, *facts.chronology)))
    assert twin.found_on is None
    assert "The content was found." not in [row.what for row in twin.chronology]
