"""The laws' own sentences, held against every law, every kind of content and both voices: what papers say is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from portal.domain.applicability import CaseFacts, assess
from portal.domain.clocks import EventKind, RequestEvent, derive_clocks
from portal.domain.letters.blocks import Translate, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import ErasureFacts, LetterFacts, NoticeFacts
from portal.domain.letters.kinds import IdentityOffer, Statement
from portal.domain.letters.phrases import English, find_ground, format_day
from portal.domain.lifecycle import Depiction, Filer, RequestKind
from portal.domain.regimes import Binding, Certainty, Regime, RegimeKind
from portal.domain.report import Report, YesNo
from portal.reference.registry import load_registry
from portal.services.law.applicability import platform_facts
from portal.services.law.obliged_places import place_of_platform
from portal.services.letters.facts import ERASURE_ASKS, find_company
from portal.services.letters.law_facts import unsent_basis
from portal.services.requests.citations import Citation
from portal.services.requests.content import Details, RequestContent
from tests.cases import for_each
from tests.letters.samples import content, frame, links

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ENGLISH: Translate = English()
LAWS = [
    regime
    for regime in load_registry().regimes.values()
    if regime.kind in {RegimeKind.REMOVAL, RegimeKind.ERASURE, RegimeKind.COPYRIGHT} and regime.offered
]
WORDED = [regime for regime in load_registry().regimes.values() if regime.letter]


def content_of(
    depiction: Depiction | None, filer: Filer, *, is_child: bool = False, country: str = "IE"
) -> RequestContent:
    report = Report(
        depiction=depiction,
        filer=filer,
        under_18=YesNo.YES if is_child else YesNo.NO,
        country="IE",
        states_no_consent=not is_child,
        states_good_faith=True,
        states_accuracy=True,
    )
    return RequestContent(report=report, details=Details(), places=("https://x.example/1",), organisation=None)


def letter_of(regime: Regime, contents: RequestContent) -> LetterFacts:
    """A letter that cites this one law."""
    report = contents.report
    citation = Citation(regime=regime, reason="It applies.", checked=(), facts=contents.notice)
    basis = unsent_basis(citation, contents, None, now=NOW)
    header = replace(
        frame(), written_at=NOW, reporter=replace(frame().reporter, role=report.filer or Filer.SELF), signature=None
    )
    what = replace(content(None), depiction=report.depiction or Depiction.UNSURE, under_18=report.under_18 is YesNo.YES)
    statements = (Statement.GOOD_FAITH, Statement.ACCURACY)
    if regime.kind is RegimeKind.ERASURE:
        return ErasureFacts(
            frame=header,
            content=what,
            links=links(2),
            bases=(basis,),
            grounds=(),
            asks=ERASURE_ASKS,
            identity=IdentityOffer.REPLY_ADDRESS,
            statements=statements,
        )
    return NoticeFacts(frame=header, content=what, links=links(2), bases=(basis,), statements=statements)


def letters_of(regime: Regime) -> Iterator[LetterFacts]:
    for depiction, filer in product(Depiction, Filer):
        yield letter_of(regime, content_of(depiction, filer))
    yield letter_of(regime, content_of(None, Filer.PARENT, is_child=True))


def text_of(facts: LetterFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, ENGLISH)))


@for_each("regime", LAWS, ids=lambda regime: regime.id)
def test_must_is_said_of_duties_only(regime: Regime) -> None:
    """What is left when the sentences of duties, and the law's own sentence, are taken away says no "must"."""
    duties = [duty.text for duty in regime.letter.duties] if regime.letter else []
    is_owed = any(rule.binding is Binding.DUTY for rule in regime.rules)
    for facts in letters_of(regime):
        text = text_of(facts)
        for sentence in (*duties, " ".join(regime.basis.split()), regime.basis.strip()):
            text = text.replace(sentence, "")
        if regime.letter or not is_owed:
            assert not re.search(r"\bmust\b", text, re.IGNORECASE), re.search(r".*\bmust\b.*", text)


@for_each("regime", LAWS, ids=lambda regime: regime.id)
def test_every_date_is_one_of_the_letter_or_of_a_clock(regime: Regime) -> None:
    facts = letter_of(regime, content_of(Depiction.REAL, Filer.SELF))
    place = place_of_platform(regime, None, "IE")
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=NOW, estimated=True)
    found = derive_clocks(regime, [received], calendar=place.calendar, zone=place.zone, now=NOW)
    dues = {clock.id: clock.due for clock in found}
    clocks = [clock for basis in facts.bases for clock in basis.clocks]
    for clock in clocks:
        due = dues[clock.rule_id]
        assert (clock.due_at, clock.last_day) == ((due.due_at, due.last_day) if due else (None, None))
    told = re.findall(r"\d{1,2} (?:November|December|January|February|March) 20\d\d", text_of(facts))
    ends = {clock.due_at.astimezone(zone).date() for clock in clocks if clock.due_at for zone in (place.zone, UTC)}
    steps = " ".join(step.text for clock in clocks for step in clock.steps)
    known = {format_day(day, ENGLISH) for day in ends} | {"30 November 2026", "1 December 2026"}
    basis_words = f"{regime.basis} {regime.citation} {regime.name} {regime.letter} {steps}"
    assert not [day for day in told if day not in known and day not in basis_words]


@for_each("regime", WORDED, ids=lambda regime: regime.id)
def test_a_childs_letter_argues_nothing_about_consent(regime: Regime) -> None:
    if regime.kind is RegimeKind.COPYRIGHT:
        return
    for filer, depiction in product((Filer.PARENT, Filer.SELF), (None, Depiction.REAL)):
        text = text_of(letter_of(regime, content_of(depiction, filer, is_child=True)))
        for own in (regime.name, regime.basis.strip()):
            text = text.replace(own, "")
        argued = [line for line in text.splitlines() if re.search(r"\bconsent\b", line) and "author" not in line]
        assert not argued, argued
        assert "child" in text or "under 18" in text


@for_each("regime", WORDED, ids=lambda regime: regime.id)
def test_a_representative_never_speaks_of_a_picture_of_themselves(regime: Regime) -> None:
    for depiction in Depiction:
        text = text_of(letter_of(regime, content_of(depiction, Filer.REPRESENTATIVE)))
        assert not re.search(r"\b(of me|shows me|show me|about me|my consent|my intimate|my privacy)\b", text)


def test_nothing_is_said_twice_in_a_row() -> None:
    for regime in LAWS:
        text = text_of(letter_of(regime, content_of(Depiction.REAL, Filer.SELF)))
        assert not re.search(r"(within [\w-]+ \w+) \1", text), regime.id


def test_who_enforces_a_duty_and_what_else_the_request_covers_is_said_where_the_law_says_it() -> None:
    regimes = load_registry().regimes
    removal = text_of(letter_of(regimes["us-take-it-down"], content_of(Depiction.REAL, Filer.SELF)))
    assert "which the Federal Trade Commission enforces (47 U.S.C. 223a(b))" in removal
    for filer in Filer:
        erasure = text_of(letter_of(regimes["eu-gdpr-17"], content_of(Depiction.REAL, filer)))
        assert "every other service for which you are the controller (Article 4(7))" in erasure
        assert (
            "a complaint to a supervisory authority (Article 77) and a judicial remedy (Article 79) are open" in erasure
        )


def test_the_laws_that_were_reviewed_have_their_own_sentences() -> None:
    reviewed = {
        "us-take-it-down": "47 U.S.C. 223a",
        "uk-osa-10-3a": "section 20A",
        "nz-hdca-24": "Notice of complaint, section 24",
        "eu-dsa-16": "Article 16 DSA notice",
        "in-it-rules-3-2-b": "Rule 3(2)(b)",
        "kr-tba-22-5": "article 22-5(1)",
        "br-decreto-12976": "article 7",
        "jp-idpa": "Information Distribution Platform Act",
        "sg-osra-osc": "sections 22 and 23",
        "au-osa-iba": "section 32",
        "ca-qc-law25-28-1": "section 28.1",
        "ca-pipeda-access": "PIPEDA",
        "eu-gdpr-17": "Article 17 GDPR",
        "uk-gdpr-17": "Article 17 UK GDPR",
    }
    regimes = load_registry().regimes
    for regime_id, said in reviewed.items():
        letter = regimes[regime_id].letter
        assert letter is not None
        assert said in letter.title


@pytest.mark.parametrize(
    ("regime_id", "depiction", "said"),
    [
        (
            "us-take-it-down",
            Depiction.REAL,
            "make reasonable efforts to identify and remove any known identical copies",
        ),
        (
            "uk-osa-10-3a",
            Depiction.REAL,
            "operate your service with proportionate systems designed to take such content",
        ),
        ("nz-hdca-24", Depiction.REAL, "breaches communication principle 1 in section 6"),
        ("nz-hdca-24", Depiction.REAL, "is to conceal my name and my contact details (section 24(2)(a)(i))"),
        ("nz-hdca-24", Depiction.FALSE, "breaches communication principle 6"),
        ("eu-dsa-16", Depiction.REAL, "Harassment, Harmful Communications and Related Offences Act 2020"),
        ("eu-dsa-16", Depiction.REAL, "You must confirm receipt of this notice without undue delay (Article 16(4))."),
        ("in-it-rules-3-2-b", Depiction.REAL, "exposes the private area of the individual"),
        ("in-it-rules-3-2-b", Depiction.SYNTHETIC, "artificially morphed images"),
        ("eu-gdpr-17", Depiction.REAL, "no condition of Article 9(2) is met"),
        ("eu-gdpr-17", Depiction.REAL, "No exception of Article 17(3) applies"),
        ("eu-gdpr-17", Depiction.REAL, "restrict the processing"),
        ("eu-gdpr-17", Depiction.REAL, "I object to the processing under Article 21(1)"),
        ("eu-gdpr-17", Depiction.REAL, "a supervisory authority (Article 77)"),
        ("uk-gdpr-17", Depiction.REAL, "Information Commissioner"),
    ],
)
def test_a_law_is_cited_with_its_exact_sentence(regime_id: str, depiction: Depiction, said: str) -> None:
    regime = load_registry().regimes[regime_id]
    assert said in text_of(letter_of(regime, content_of(depiction, Filer.SELF)))


@pytest.mark.parametrize("regime", WORDED, ids=lambda regime: regime.id)
def test_nothing_is_said_of_the_person_that_nobody_was_asked(regime: Regime) -> None:
    """Whether somebody is a woman, or known to the public, is not in any report."""
    for facts in letters_of(regime):
        text = text_of(facts)
        for claim in ("a private person", "public figure", "I am a woman"):
            assert claim not in text
    if regime.letter and regime.filers.person is Certainty.MAYBE:
        assert all(duty.text.startswith("Where ") for duty in regime.letter.duties if duty.rule == regime.primary_clock)


def test_who_is_bound_is_said_where_a_law_is_cited_to_any_site() -> None:
    regime = load_registry().regimes["us-take-it-down"]
    text = text_of(letter_of(regime, content_of(Depiction.REAL, Filer.SELF)))
    assert "These duties bind a covered platform" in text


@pytest.mark.parametrize(
    ("country", "offence"),
    [
        ("DE", "sections 22 and 33 of the German Act on Copyright"),
        ("DK", "section 264 d of the Danish Criminal Code"),
        ("ES", "Article 197 of the Spanish Penal Code"),
        ("FI", "Chapter 20 of the Finnish Criminal Code"),
        ("FR", "Article 226-2-1 of the French Penal Code"),
        ("IE", "the Irish Harassment, Harmful Communications and Related Offences Act 2020"),
        ("IT", "Article 612-ter of the Italian Penal Code"),
        ("NL", "the Dutch Criminal Code"),
        ("PL", "Article 191a(1) of the Polish Penal Code"),
        ("PT", "Article 193 of the Portuguese Penal Code"),
        ("SE", "Chapter 4, section 6 c, of the Swedish Criminal Code"),
        ("BG", None),
    ],
)
def test_a_notice_names_the_offence_of_the_country_the_person_lives_in_and_no_other(
    country: str, offence: str | None
) -> None:
    regime = load_registry().regimes["eu-dsa-16"]
    contents = content_of(Depiction.REAL, Filer.SELF)
    lives = replace(contents, report=replace(contents.report, country=country))
    offences = [line for line in text_of(letter_of(regime, lives)).splitlines() if "is an offence under" in line]
    assert [offence in line for line in offences if offence] == ([True] if offence else [])
    assert len(offences) == bool(offence)


def test_what_two_laws_say_alike_is_said_once_and_cites_both() -> None:
    laws = [load_registry().regime(each) for each in ("eu-gdpr-17", "uk-gdpr-17")]
    first, second = (letter_of(law, content_of(Depiction.REAL, Filer.SELF, country="GB")) for law in laws)
    assert isinstance(first, ErasureFacts)
    assert isinstance(second, ErasureFacts)
    text = text_of(replace(first, bases=(*first.bases, *second.bases)))
    assert "Article 17 GDPR erasure request; Article 17 UK GDPR erasure request: 2 links" in text
    assert text.count("data concerning my sex life included") == 1
    assert "(Article 9(1) of Regulation (EU) 2016/679; Article 9(1) UK GDPR)" in text
    assert text.count("The data have been unlawfully processed") == 1
    assert "(Article 17(1)(d) of Regulation (EU) 2016/679; Article 17(1)(d) UK GDPR)" in text


@for_each("regime", LAWS, ids=lambda regime: regime.id)
def test_every_row_of_what_is_asked_is_worded_alike(regime: Regime) -> None:
    """The title of the table says that it is asked; a row that says so again reads as if the others were not."""
    for request in regime.letter.requests if regime.letter else ():
        assert not request.startswith("I ask"), request


def test_an_article_9_claim_is_made_of_intimate_content_only() -> None:
    regime = load_registry().regimes["eu-gdpr-17"]
    assert "Article 9" not in text_of(letter_of(regime, content_of(Depiction.PRIVATE, Filer.SELF)))


@pytest.mark.parametrize(
    ("country", "company"), [("DE", "Meta Platforms Ireland Limited"), ("US", "Meta Platforms, Inc.")]
)
def test_the_company_that_answers_for_the_region_is_addressed(country: str, company: str) -> None:
    platform = load_registry().platforms["facebook"]
    found = find_company(platform, country, RequestKind.NOTICE)
    assert found is not None
    assert found.name == company


@pytest.mark.parametrize("filer", list(Filer))
@pytest.mark.parametrize("country", sorted({regime.jurisdictions[0] for regime in LAWS}))
def test_no_paper_gives_the_other_side_a_doubt_as_the_reason_why_a_law_applies(filer: Filer, country: str) -> None:
    """A law can be used where a doubt is left about who asks or about the content: that is for the sender to know."""
    registry = load_registry()
    facts = CaseFacts(country=country, under_18=False, depiction=Depiction.REAL, filer=filer)
    for regime, platform in product(LAWS, ("x", "instagram", "reddit", "")):
        verdict = assess(regime, facts, platform_facts(registry, platform), NOW.date())
        if verdict.offered and verdict.applies is Certainty.MAYBE:
            assert find_ground(verdict.reason) is None, (regime.id, verdict.reason)
        if verdict.offered and verdict.applies is Certainty.YES:
            assert find_ground(verdict.reason) == verdict.reason, (regime.id, verdict.reason)


def test_a_letter_keeps_the_doubt_for_its_sender() -> None:
    regime = next(each for each in LAWS if each.id == "br-decreto-12976")
    doubt = "It is not sure that this law can be used by the one who asks."
    letter = letter_of(regime, content_of(Depiction.REAL, Filer.SELF))
    doubted = replace(letter, bases=tuple(replace(each, reason=doubt) for each in letter.bases))
    told = "\n".join(plain_text(build_letter(doubted, ENGLISH)))
    assert "not sure" not in told
    assert "Why it applies" not in told
