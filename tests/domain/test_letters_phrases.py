"""What letters say: days, instants, periods, voices; every sentence through translation; only a duty is a "must"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.clocks import ClockState
from portal.domain.letters import phrases
from portal.domain.letters.blocks import LetterDocument, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import (
    ComplaintAsk,
    ErasureAsk,
    IdentityOffer,
    LetterFacts,
    NoticeFacts,
    Paper,
    Statement,
    kind_of,
)
from portal.domain.letters.phrases import English
from portal.domain.letters.texts import walk_texts
from portal.domain.lifecycle import Answer, Depiction, Filer, ItemState, LetterKind, SendingChannel
from portal.domain.regimes import Binding, NoticeField, ObligedParty, Trigger, Unit
from tests.letters.samples import SAMPLES, clock, complaint, content, erasure, month_clock, notice, take_it_down


class Shadow(English):
    """Writes every sentence in capitals, so that what did not go through translation stands out."""

    def __call__(self, message: str, /, **values: str) -> str:
        return super().__call__(self._shade(message), **values)

    def plural(self, one: str, many: str, count: int, /) -> str:
        return super().plural(self._shade(one), self._shade(many), count)

    @staticmethod
    def _shade(message: str) -> str:
        parts = message.split("%(")
        return parts[0].upper() + "".join(
            f"%({name})s{rest[1:].upper()}" for name, _, rest in (part.partition(")") for part in parts[1:])
        )


@pytest.mark.parametrize("kind", LetterKind)
def test_every_sentence_goes_through_translation(kind: LetterKind) -> None:
    facts = SAMPLES[kind](Paper.A4)
    given = {text for _, text in walk_texts(facts)}
    own = " ".join(given | {facts.frame.language, str(kind), "case.json", "file"})
    for line in plain_text(build_letter(facts, Shadow())):
        small = [word for word in line.split() if word.strip(".,:;()%") != word.strip(".,:;()%").upper()]
        assert not [word for word in small if word.strip(".,:;()") not in own], line


def test_a_whole_letter_can_be_read_as_plain_text() -> None:
    lines = plain_text(build_letter(notice(), English()))
    assert lines[-1].startswith("This letter is not legal advice.")
    assert any("https://www.examplebook.example/v/" in line for line in lines)


def document_of(facts: LetterFacts) -> LetterDocument:
    return build_letter(facts, English())


def text_of(facts: LetterFacts) -> str:
    return "\n".join(plain_text(document_of(facts)))


def with_binding(binding: Binding) -> NoticeFacts:
    basis = replace(take_it_down(), basis="A law.", clocks=(replace(clock(), binding=binding),))
    return replace(notice(), bases=(basis,), content=content(None))


@pytest.mark.parametrize("binding", Binding)
def test_only_a_duty_is_worded_as_a_must(binding: Binding) -> None:
    assert (" must " in text_of(with_binding(binding))) == (binding is Binding.DUTY)


def test_a_date_of_our_own_is_called_that() -> None:
    assert "I set this period; the law does not." in text_of(with_binding(Binding.FOLLOW_UP))


def test_periods_of_others_are_no_business_of_the_recipient() -> None:
    basis = replace(take_it_down(), basis="A law.", clocks=(replace(clock(), owed_by=ObligedParty.REGULATOR),))
    assert "within 48 hours" not in text_of(replace(notice(), bases=(basis,)))


def test_a_law_without_a_number_says_its_measure() -> None:
    bare = replace(clock(), amount=None, unit=Unit.NONE, due_at=None, standard="without undue delay")
    text = text_of(replace(notice(), bases=(replace(take_it_down(), clocks=(bare,)),)))
    assert "its measure is: without undue delay." in text


def test_a_notice_that_has_not_left_tells_only_the_period() -> None:
    waiting = replace(clock(), started_at=None, due_at=None)
    text = text_of(replace(notice(), bases=(replace(take_it_down(), clocks=(waiting,)),)))
    assert "within 48 hours of receiving this letter." in text
    assert "the period ends" not in text


@pytest.mark.parametrize("role", Filer)
@pytest.mark.parametrize("depiction", Depiction)
def test_every_content_can_be_named_in_every_voice(depiction: Depiction, role: Filer) -> None:
    facts = replace(notice(), content=replace(content(None), depiction=depiction, under_18=True))
    reporter = replace(facts.frame.reporter, role=role, acts_for="Somebody")
    text = text_of(replace(facts, statements=tuple(Statement), frame=replace(facts.frame, reporter=reporter)))
    assert "consent" in text
    assert "under 18" in text
    assert ("the person I act for" in text) == (role is not Filer.SELF)
    assert "!" not in text
    assert "victim" not in text.casefold()


def test_every_choice_of_the_kinds_can_be_said() -> None:
    for offer in IdentityOffer:
        assert "I can show" in text_of(replace(erasure(), identity=offer, asks=tuple(ErasureAsk)))
    assert "penalty" in text_of(replace(complaint(), asks=tuple(ComplaintAsk)))


def test_own_words_on_who_asks_stand_in_place_of_the_offer() -> None:
    text = text_of(replace(erasure(), identity_words="Passport LX 1234567"))
    assert "Passport LX 1234567" in text
    assert "I can show" not in text


@pytest.mark.parametrize(
    ("table", "vocabulary"),
    [
        (phrases.STARTS, Trigger),
        (phrases.BINDINGS, Binding),
        (phrases.STATES, ClockState),
        (phrases.PLACES, ItemState),
        (phrases.CHANNELS, SendingChannel),
        (phrases.ANSWERS, Answer),
        (phrases.KINDS, LetterKind),
        (phrases.PROOFS, NoticeField),
    ],
)
def test_every_word_of_a_vocabulary_can_be_said(table: dict[str, str], vocabulary: type) -> None:
    assert set(table) == set(vocabulary)  # type: ignore[call-overload]


def test_an_instant_is_told_in_its_zone_and_in_utc() -> None:
    at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert phrases.format_instant(at, "Europe/Dublin", English()) == (
        "Sunday 29 March 2026 at 00:30 in the zone Europe/Dublin (UTC+00:00), which is 00:30 UTC"
    )
    later = at + timedelta(hours=1)
    assert phrases.format_instant(later, "Europe/Dublin", English()) == (
        "Sunday 29 March 2026 at 02:30 in the zone Europe/Dublin (UTC+01:00), which is 01:30 UTC"
    )
    assert phrases.format_instant(at, "America/New_York", English()) == (
        "Saturday 28 March 2026 at 20:30 in the zone America/New York (UTC-04:00), which is 29 March 2026, 00:30 UTC"
    )
    assert phrases.format_instant(at, "UTC", English()) == "Sunday 29 March 2026 at 00:30 UTC"


def test_a_period_of_days_ends_with_its_day() -> None:
    assert phrases.describe_due(month_clock(), English()).startswith("Tuesday 22 December 2026, at the end of that day")


def test_a_clock_without_a_date_cannot_be_dated() -> None:
    with pytest.raises(ValueError, match="has no date"):
        phrases.describe_due(replace(clock(), due_at=None), English())


@pytest.mark.parametrize(
    ("lapse", "said"),
    [
        (timedelta(minutes=5), "1 hour"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=2, hours=1), "2 days and 1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
    ],
)
def test_how_long_ago_is_told_in_days_and_hours(lapse: timedelta, said: str) -> None:
    assert phrases.format_lapse(lapse, English()) == said


def test_a_day_is_told_without_ambiguity() -> None:
    assert phrases.format_day(date(2028, 2, 29), English()) == "29 February 2028"


def test_what_is_no_facts_of_a_letter_has_no_kind() -> None:
    with pytest.raises(LookupError):
        kind_of("notice")  # type: ignore[arg-type]


def test_a_letter_without_a_name_says_so_and_still_has_a_way_to_answer() -> None:
    facts = notice()
    reporter = replace(facts.frame.reporter, name=None, email=None, phone=None, address_lines=())
    frame = replace(facts.frame, reporter=reporter, signature=None, organisation=None)
    text = text_of(replace(facts, frame=frame))
    assert "Name withheld" in text
    assert "Please answer in the way this letter reached you." in text
    pseudonym = replace(frame, reporter=replace(reporter, name="Robin Reed", is_pseudonym=True))
    assert "This name is a pseudonym." in text_of(replace(facts, frame=pseudonym))
