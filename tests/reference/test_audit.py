"""What the check of the facts counts, and which gaps it names."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from portal.domain.directory import ChannelKind, ContactChannel, Graded
from portal.domain.regimes import Confidence, Regime
from portal.domain.regulators import HelpRole, SignatoryBasis
from portal.reference.audit import count_facts, find_gaps
from portal.reference.dataset import list_files
from portal.reference.open_questions import load_questions
from portal.reference.registry import Registry, load_registry
from tests.domain.laws import REGIME, make_element, make_escalation, make_rule

REGISTRY = load_registry()


def test_our_facts_have_no_gaps() -> None:
    assert list(find_gaps(REGISTRY)) == []


def test_facts_are_counted_one_by_one() -> None:
    regime = replace(
        REGIME,
        elements=(make_element("name"), replace(make_element("link"), confidence=Confidence.MEMORY)),
        rules=(make_rule(),),
        escalation=(make_escalation("B"),),
    )
    counts = count_facts(replace(REGISTRY, regimes=MappingProxyType({regime.id: regime})))
    assert (counts.regimes, counts.clocks, counts.elements, counts.escalations) == (1, 1, 2, 1)
    assert counts.by_confidence[Confidence.HIGH] == 3
    assert counts.by_confidence[Confidence.MEMORY] == 1


def list_law_gaps(regime: Regime, *others: Regime) -> list[str]:
    """What is said of a law where there are no records but it and the others."""
    registry = replace(REGISTRY, regimes=MappingProxyType({each.id: each for each in (regime, *others)}))
    vars(registry).update(platforms={}, regulators={}, police={}, recipes={})
    return [gap for gap in find_gaps(registry) if gap.startswith(f"{regime.id}: ")]


@pytest.mark.parametrize("url", ["http://185.232.52.101/dmca.html", "https://10.0.0.1:8080/", "http://[2001:db8::1]/"])
def test_a_bare_address_of_a_machine_is_no_source(url: str) -> None:
    regime = replace(REGIME, sources=(replace(REGIME.sources[0], url=url),))
    assert any("bare address" in gap for gap in list_law_gaps(regime))


def test_read_in_an_official_text_stands_only_over_one_that_was_opened() -> None:
    assert list_law_gaps(REGIME) == []
    source = REGIME.sources[0]
    for other in (replace(source, official=False), replace(source, opened=False)):
        gaps = list_law_gaps(replace(REGIME, sources=(other,)))
        assert any("it is graded high" in gap for gap in gaps)
        assert any("clock remove is graded high, and rests on no official text" in gap for gap in gaps)


@pytest.mark.parametrize("words", ["Its address was not opened.", "The form, from memory.", "Only the link was seen."])
def test_an_official_source_that_nobody_opened_says_so(words: str) -> None:
    source = replace(REGIME.sources[0], supports=words)
    assert any("was not opened" in gap for gap in list_law_gaps(replace(REGIME, sources=(source,))))
    unopened = list_law_gaps(replace(REGIME, sources=(replace(source, opened=False),)))
    assert not any("counts as official" in gap for gap in unopened)


def test_a_number_from_memory_and_two_rules_on_one_day_are_refused() -> None:
    (rule,) = REGIME.rules
    unseen = list_law_gaps(replace(REGIME, rules=(replace(rule, confidence=Confidence.MEMORY, sources=()),)))
    assert any("has a number that nobody saw a source for" in gap for gap in unseen)
    twice = list_law_gaps(replace(REGIME, rules=(rule, rule)))
    assert any("are in force on the same day" in gap for gap in twice)


def with_platform(**changes: object) -> Registry:
    """Our registry with one platform changed."""
    platform = replace(REGISTRY.platforms["facebook"], **changes)  # type: ignore[arg-type]
    registry = replace(REGISTRY)
    vars(registry)["platforms"] = MappingProxyType({"facebook": platform})
    vars(registry)["regulators"] = REGISTRY.regulators
    return registry


def test_a_record_without_a_source_is_a_gap() -> None:
    registry = with_platform(sources=(), confidence=Confidence.MEDIUM)
    assert "facebook: it names no source, so it can only be from memory" in list(find_gaps(registry))


def test_a_grade_of_a_field_that_is_not_there_is_a_gap() -> None:
    registry = with_platform(graded=(Graded(field="flags.colour", confidence=Confidence.MEMORY),))
    assert "facebook: grade of 'flags.colour': it has no such field" in list(find_gaps(registry))


def with_regulator(**changes: object) -> Registry:
    """Our registry with one authority changed."""
    body = replace(REGISTRY.regulators["ie-cnam"], **changes)  # type: ignore[arg-type]
    registry = replace(REGISTRY)
    vars(registry)["platforms"] = REGISTRY.platforms
    vars(registry)["regulators"] = MappingProxyType({**REGISTRY.regulators, "ie-cnam": body})
    return registry


@pytest.mark.parametrize(
    "note",
    [
        "Do not offer it as an addressee of a complaint.",
        "Contact could not be verified; see the legal page on the site.",
        "Body not named in the part seen of the Commission page; from memory.",
        "File name of the datenanfragen record still uses the old abbreviation.",
        "See ae-adgm-odp.",
        "complaint_url is the FAQ page that leads to the form.",
        "No TIDA page found.",
    ],
)
def test_a_note_for_those_who_keep_the_records_is_a_gap(note: str) -> None:
    assert any("words for its makers" in gap for gap in find_gaps(with_regulator(notes=(note,))))
    assert any("words for its makers" in gap for gap in find_gaps(with_platform(notes=(note,))))


@pytest.mark.parametrize(
    "text",
    [
        "TODO: name the section.",
        "Whether it reaches copies was not seen.",
        "The second paragraph was not read.",
        "That it costs nothing is from memory.",
        "Not offered until the text has been read.",
        "Look again before each release.",
        "Two secondary sources agree.",
        "That registrars are left out is our reading.",
        "The complaint goes by eu-gdpr-77.",
        "As researched in November; see reference.",
    ],
)
def test_a_law_speaks_to_its_reader_in_every_text(text: str) -> None:
    """Each field that a page, the API or a download shows, whichever it is."""
    (rule,) = REGIME.rules
    element, step = make_element("name"), make_escalation("B")
    other = REGISTRY.regimes["eu-gdpr-77"]
    changed = [
        replace(REGIME, note=text),
        replace(REGIME, summary=text),
        replace(REGIME, citation=text),
        replace(REGIME, traps=(text,)),
        replace(REGIME, covers=replace(REGIME.covers, note=text)),
        replace(REGIME, filers=replace(REGIME.filers, note=text)),
        replace(REGIME, reach=replace(REGIME.reach, note=text)),
        replace(REGIME, rules=(replace(rule, note=text),)),
        replace(REGIME, rules=(replace(rule, standard=text),)),
        replace(REGIME, elements=(replace(element, note=text),)),
        replace(REGIME, escalation=(replace(step, opens=text),)),
        replace(REGIME, escalation=(replace(step, contents=(text,)),)),
        replace(REGIME, sources=(replace(REGIME.sources[0], supports=text),)),
    ]
    for regime in changed:
        told = list_law_gaps(regime, other)
        assert any("words for its makers" in gap or "which no reader knows" in gap for gap in told), regime


def test_a_crime_speaks_to_its_reader_too() -> None:
    record = REGISTRY.police["IT"]
    crime = replace(record.crimes[0], note="Its second paragraph was not read.")
    registry = replace(REGISTRY)
    vars(registry)["police"] = MappingProxyType({"IT": replace(record, crimes=(crime,))})
    assert any(gap.startswith("police-it: crimes.note has words for its makers") for gap in find_gaps(registry))


@pytest.mark.parametrize(
    "text",
    [
        "Our sources don't say whether an order reaches copies.",
        "Until you have verified whether your grounds override my objection, you must restrict the processing.",
        "A notarised complaint form or a verified complaint.",
        "You can ask the platform to look again, free of charge.",
        "Read in a public copy of the text.",
        "Ask how often it was seen.",
    ],
)
def test_words_that_only_look_like_a_makers_are_allowed(text: str) -> None:
    assert list_law_gaps(replace(REGIME, note=text, traps=(text,))) == []


def test_a_question_about_a_record_that_is_not_there_is_a_gap() -> None:
    gone = "eu-dsa-16"
    rest = {name: law for name, law in REGISTRY.regimes.items() if name != gone}
    registry = replace(REGISTRY, regimes=MappingProxyType(rest))
    assert any(f"asks about the unknown record {gone!r}" in gap for gap in find_gaps(registry))


def test_what_is_still_to_be_found_out_is_in_no_download() -> None:
    published = b"".join(file.content for file in list_files(REGISTRY).values()).decode()
    asked = [question for questions in load_questions().values() for question in questions]
    assert len(asked) > 100
    assert [question for question in asked if question in published] == []


def test_a_note_for_the_reader_is_none() -> None:
    note = "Fill in the form and mail it. More: https://example.org/ncii/check-the-name."
    assert list(find_gaps(with_regulator(notes=(note,)))) == []


def test_a_door_without_an_address_is_a_gap_until_somebody_looked() -> None:
    closed = {"complaint_url": None, "email": None, "postal_address": (), "form_fields": ()}
    gaps = list(find_gaps(with_regulator(**closed)))
    assert gaps == ["ie-cnam: it takes complaints and has no form, no e-mail and no postal address"]
    assert list(find_gaps(with_regulator(**closed, takes_complaints=False))) == []
    looked_on = REGISTRY.regulators["fr-arcom"].no_door_found_on
    assert list(find_gaps(with_regulator(**closed, no_door_found_on=looked_on))) == []
    assert any("nobody looked for one in vain" in gap for gap in find_gaps(with_regulator(no_door_found_on=looked_on)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phone": "182 (in Korea)"}, "is no number that a phone can call"),
        ({"joint_statement_signatory": True, "joint_statement_basis": SignatoryBasis.JURISDICTION_LISTED}, "is named"),
    ],
)
def test_what_a_page_would_tell_wrongly_is_a_gap(changes: dict[str, object], told: str) -> None:
    assert any(told in gap for gap in find_gaps(with_regulator(**changes)))


def test_nobody_looks_in_vain_for_what_is_there() -> None:
    channel = ContactChannel(kind=ChannelKind.APPEAL_EMAIL, address="a@example.org", confidence=Confidence.HIGH)
    told = "facebook: it has a way of the kind appeal, so nobody looked for one in vain"
    looked_on = REGISTRY.regulators["fr-arcom"].no_door_found_on
    own = REGISTRY.platforms["facebook"].channels
    channels = tuple(each for each in own if not each.kind.value.startswith("appeal"))
    assert told in list(find_gaps(with_platform(channels=(*channels, channel), appeal_none_found_on=looked_on)))
    assert told not in list(find_gaps(with_platform(channels=channels, appeal_none_found_on=looked_on)))


def test_a_help_page_that_is_called_a_form_is_a_gap() -> None:
    address = "https://support.google.com/accounts/answer/17045517"
    channel = ContactChannel(kind=ChannelKind.TAKEITDOWN_FORM, address=address, confidence=Confidence.HIGH)
    told = "leads to a help page, which is no form"
    assert any(told in gap for gap in find_gaps(with_platform(channels=(channel,))))
    page = replace(channel, kind=ChannelKind.TAKEITDOWN_PAGE)
    assert not any(told in gap for gap in find_gaps(with_platform(channels=(page,))))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.linkedin.com/help/linkedin/answer/a1337576",
        "https://bumble.com/help/how-can-i-report-someone",
        "https://help.kick.com/en/collections/6742370-safety-hub",
        "https://support.romeo.com/hc/en-us",
        "https://undress.app/tida-policy",
        "https://publicdomainregistry.com/process-for-handling-abuse/",
        "https://www.playstation.com/en-au/support/account/ps5-report-behaviour/",
    ],
)
def test_each_look_of_a_help_page_is_known(address: str) -> None:
    channel = ContactChannel(kind=ChannelKind.GENERAL_FORM, address=address, confidence=Confidence.HIGH)
    assert any("which is no form" in gap for gap in find_gaps(with_platform(channels=(channel,))))


def test_what_a_form_asks_is_known_or_was_looked_for() -> None:
    looked_on = REGISTRY.regulators["us-ftc"].fields_none_found_on
    assert looked_on is not None
    told = "ie-cnam: fields of its form are known, so nobody looked for them in vain"
    assert told in list(find_gaps(with_regulator(fields_none_found_on=looked_on)))
    formless = {"form_fields": (), "fields_none_found_on": looked_on}
    assert list(find_gaps(with_regulator(**formless))) == []
    told = "ie-cnam: it has no form whose fields somebody could have looked for"
    assert told in list(find_gaps(with_regulator(**formless, complaint_url=None)))


def test_a_help_service_without_a_role_is_a_gap() -> None:
    helper = REGISTRY.regulators["gb-samaritans"]
    assert helper.role is HelpRole.CRISIS
    registry = with_regulator()
    lost = MappingProxyType({**REGISTRY.regulators, helper.id: replace(helper, role=None)})
    vars(registry)["regulators"] = lost
    assert any("a help service has a role" in gap for gap in find_gaps(registry))
