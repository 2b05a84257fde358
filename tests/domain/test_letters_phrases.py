"""What letters say: days, instants, periods, voices; every sentence through translation; only a duty is a "must"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.clocks import ClockState
from portal.domain.letters import phrases
from portal.domain.letters.blocks import LetterDocument, Opening, Pairs, Table, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import find_problems
from portal.domain.letters.facts import LetterFacts, NoticeFacts, ThreatFacts, kind_of
from portal.domain.letters.kinds import ComplaintAsk, ErasureAsk, FollowUp, IdentityOffer, Paper, Statement, Supplier
from portal.domain.letters.law_facts import ElementFact
from portal.domain.letters.phrases import English
from portal.domain.letters.texts import walk_texts
from portal.domain.lifecycle import Answer, Depiction, Filer, ItemState, LetterKind, SendingChannel
from portal.domain.regimes import Binding, NoticeField, ObligedParty, Trigger, Unit
from tests.letters.samples import (
    EMAIL,
    SAMPLES,
    clock,
    complaint,
    content,
    erasure,
    follow_up,
    month_clock,
    notice,
    police,
    preservation,
    reminder,
    supplier,
    take_it_down,
)


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
    assert not any("legal advice" in line for line in lines)  # that is for the sender, not for the recipient
    places = next(line for line in lines if line.startswith("1. https://"))
    assert [each.partition(". ")[2] for each in places.split("\n")] == [
        link.url or link.description for link in notice().links
    ]


def document_of(facts: LetterFacts) -> LetterDocument:
    return build_letter(facts, English())


def text_of(facts: LetterFacts) -> str:
    return "\n".join(plain_text(document_of(facts)))


def with_binding(binding: Binding) -> NoticeFacts:
    basis = replace(take_it_down(), basis="A law.", wording=None, clocks=(replace(clock(), binding=binding),))
    return replace(notice(), bases=(basis,), content=content(None))


@pytest.mark.parametrize("binding", Binding)
def test_only_a_duty_is_worded_as_a_must(binding: Binding) -> None:
    assert (" must " in text_of(with_binding(binding))) == (binding is Binding.DUTY)


def test_a_date_of_our_own_is_called_that() -> None:
    assert "I set this period." in text_of(with_binding(Binding.FOLLOW_UP))


def test_periods_of_others_are_no_business_of_the_recipient() -> None:
    basis = replace(
        take_it_down(), basis="A law.", wording=None, clocks=(replace(clock(), owed_by=ObligedParty.REGULATOR),)
    )
    assert "48 hours" not in text_of(replace(notice(), bases=(basis,)))


def test_a_law_without_a_number_says_its_measure() -> None:
    bare = replace(clock(), amount=None, unit=Unit.NONE, due_at=None, standard="without undue delay")
    text = text_of(replace(notice(), bases=(replace(take_it_down(), wording=None, clocks=(bare,)),)))
    assert "You must remove the image and make reasonable efforts" in text
    assert ": without undue delay. The law gives no number of hours or days." in text


def test_a_notice_that_has_not_left_tells_only_the_period() -> None:
    waiting = replace(clock(), started_at=None, due_at=None)
    text = text_of(replace(notice(), bases=(replace(take_it_down(), wording=None, clocks=(waiting,)),)))
    assert "No later than 48 hours after receiving this letter you must remove" in text
    assert "the last moment is" not in text


def test_a_period_is_never_said_twice_in_a_row() -> None:
    act = "send the author a copy and say that a counter-notice may be sent within 48 hours"
    basis = replace(take_it_down(), wording=None, clocks=(replace(clock(), label=act),))
    assert "within 48 hours within" not in text_of(replace(notice(), bases=(basis,)))


def dated_twice(late: timedelta) -> str:
    """A notice under a law with two periods of its own, the second of which ends `late` after the first."""
    first = clock()
    assert first.due_at is not None
    second = replace(first, rule_id="other", label="tell the author", due_at=first.due_at + late)
    return text_of(replace(notice(), bases=(replace(take_it_down(), clocks=(first, second)),)))


def test_two_dates_of_one_law_each_say_what_they_are_the_date_of() -> None:
    text = dated_twice(timedelta(hours=22))
    law = text[text.index("The law and its time limits") :]
    assert law.count("If you receive this on") == 2
    assert f"It is the date for this: {clock().label}." in law
    assert "It is the date for this: tell the author." in law


def test_a_date_that_two_periods_share_is_told_once() -> None:
    text = dated_twice(timedelta(0))
    law = text[text.index("The law and its time limits") :]
    assert law.count("If you receive this on") == law.count("Why this date:") == 1
    assert "It is the date for this" not in law


@pytest.mark.parametrize(("filer", "said"), [(Filer.SELF, "I live"), (Filer.PARENT, "the person lives")])
def test_why_a_law_applies_is_said_in_the_senders_voice(filer: Filer, said: str) -> None:
    reason = "This law binds the platform wherever the person lives."
    facts = replace(notice(), bases=(replace(take_it_down(), reason=reason),))
    frame = replace(facts.frame, reporter=replace(facts.frame.reporter, role=filer))
    assert f"Why it applies: This law binds you wherever {said}." in text_of(replace(facts, frame=frame))


def test_where_somebody_lives_is_told_of_the_child_too() -> None:
    facts = notice()
    frame = replace(facts.frame, reporter=replace(facts.frame.reporter, role=Filer.PARENT))
    assert "The child lives in New Zealand." in text_of(replace(facts, frame=frame))


def test_the_first_lines_say_what_it_is_by_when_and_where_to_answer() -> None:
    box = next(block for block in document_of(notice()).blocks if isinstance(block, Pairs) and block.is_boxed)
    rows = dict(box.rows)
    assert rows["This is"].startswith("1. 47 U.S.C. 223a removal request")
    assert rows["Where"] == "30 links, listed in Annex A"
    assert rows["Answer to"] == EMAIL
    assert rows["Our reference"] == notice().frame.reference
    limits = [value for name, value in box.rows if name == "Time limit"]
    assert limits[0].startswith("As soon as possible, and not later than 48 hours")
    assert "If you receive this on 22 November 2026, 12:04 (UTC-08:00), the last moment is" in limits[0]
    assert "24 November 2026" in limits[0]


def test_what_is_asked_is_marked_as_a_duty_or_as_a_request() -> None:
    table = next(
        block
        for block in document_of(replace(notice(), bases=(take_it_down(),))).blocks
        if isinstance(block, Table) and block.columns[-1].title == "Duty or request"
    )
    grounds = {ask: ground for _, ask, ground in table.rows}
    assert grounds["Remove the content at every link in Annex A."] == "Duty: 47 U.S.C. 223a removal request"
    assert grounds["Remove it for all users and in all countries."] == "Request"
    assert [ground for ask, ground in grounds.items() if "hash" in ask] == ["Request"]
    assert grounds["I ask you to name the provision for each link that you leave up."] == "Request"


@pytest.mark.parametrize("allowed", [None, False, True])
def test_every_letter_asks_to_keep_the_name_unless_the_person_allowed_it(allowed: bool | None) -> None:
    text = text_of(replace(notice(), may_pass_identity=allowed))
    assert ("Do not pass my name" in text) == (allowed is not True)


def test_the_signature_stands_before_the_requests_and_the_links_come_last() -> None:
    kinds = [block.kind for block in document_of(notice()).blocks]
    closing = kinds.index("closing")
    assert closing < kinds.index("table")
    assert document_of(notice()).blocks[-1].kind == "table"  # the reply form


@pytest.mark.parametrize("role", Filer)
def test_a_childs_letter_says_so_first_and_argues_about_no_consent(role: Filer) -> None:
    facts = notice()
    reporter = replace(facts.frame.reporter, role=role)
    child = replace(content(None), under_18=True)
    frame = replace(facts.frame, reporter=reporter)
    bare = replace(take_it_down(), wording=None)
    letters: tuple[LetterFacts, ...] = (
        replace(facts, content=child, bases=(bare,), frame=frame),
        *(replace(follow_up(topic=topic), content=child, bases=(bare,), frame=frame) for topic in FollowUp),
        *(replace(supplier(role=company), content=child, frame=frame) for company in Supplier),
    )
    for each in letters:
        text = text_of(each)
        assert "under 18" in text
        assert "did not consent" not in text
        assert "without my consent" not in text
    subject = next(block for block in document_of(replace(facts, content=child)).blocks if isinstance(block, Opening))
    assert subject.subject.startswith("A child is shown.")


@pytest.mark.parametrize("topic", FollowUp)
def test_each_reason_of_refusal_has_its_own_answer(topic: FollowUp) -> None:
    texts = {each: text_of(replace(follow_up(topic=each), bases=())) for each in FollowUp}
    assert len(set(texts.values())) == len(FollowUp)
    assert " must " not in texts[topic]
    assert "RC-7K2M-9TQX/N1" in texts[topic]


@pytest.mark.parametrize("is_estimated", [False, True])
def test_a_later_letter_tells_the_period_of_the_first_one(is_estimated: bool) -> None:
    running = replace(clock(missed=True), estimated=is_estimated)
    text = text_of(replace(follow_up(), bases=(replace(take_it_down(), clocks=(running,)),)))
    assert "If you receive this" not in text
    assert ("I take it that the period of my first letter began on" in text) == is_estimated
    assert ("The period of my first letter began on" in text) != is_estimated


def test_a_letter_that_it_is_back_names_the_removal_and_the_return() -> None:
    text = text_of(follow_up(topic=FollowUp.BACK))
    assert "Removed: 3 November 2026, 22:30 (UTC+13:00); Seen again: 23 November 2026, 09:04 (UTC+13:00)" in text


def test_a_demand_for_a_document_is_answered_with_the_laws_that_ask_for_none() -> None:
    asks = ElementFact(key="id", label="your document", value="x", proofs=(NoticeField.IDENTITY_DOCUMENT,))
    strict = replace(take_it_down(), elements=(asks,))
    said = "None of these asks for an identity document:"
    assert said in text_of(follow_up(topic=FollowUp.EXCESS_ID))
    assert said not in text_of(replace(follow_up(topic=FollowUp.EXCESS_ID), bases=(strict,)))


@pytest.mark.parametrize("role", Supplier)
def test_a_company_behind_a_site_is_only_asked(role: Supplier) -> None:
    text = text_of(supplier(role=role))
    assert " must " not in text
    assert "Do not pass my name" in text
    assert "pictures.example" in text


@pytest.mark.parametrize("facts", [preservation(), police()])
def test_a_threats_papers_need_no_place_and_no_law(facts: ThreatFacts) -> None:
    assert not find_problems(facts, document_of(facts))
    assert "@late.night.clips" in text_of(facts)
    assert "Nothing, as far as I know" in text_of(facts)


def test_a_reminder_of_an_erasure_request_lists_what_that_asked() -> None:
    first = replace(reminder().notice, kind=LetterKind.ERASURE)
    text = text_of(replace(reminder(), notice=first))
    assert "Erase these data and every copy" in text
    assert "Remove the content at every" not in text


@pytest.mark.parametrize("has_none", [False, True])
def test_that_no_number_was_given_is_said_only_where_somebody_said_it(has_none: bool) -> None:
    first = replace(reminder().notice, ticket=None, has_no_ticket=has_none)
    text = text_of(replace(reminder(), notice=first))
    assert ("You gave me no reference number" in text) == has_none


def test_a_representatives_statement_is_the_persons_belief() -> None:
    reporter = replace(notice().frame.reporter, role=Filer.REPRESENTATIVE, authority="A signed mandate.")
    bare = replace(take_it_down(), wording=None)
    facts = replace(notice(), bases=(bare,), frame=replace(notice().frame, reporter=reporter))
    text = text_of(facts)
    assert "The person for whom I act believes in good faith" in text
    assert "Statement of the representative" in text
    assert "In my own words" not in text


@pytest.mark.parametrize("role", Filer)
@pytest.mark.parametrize("depiction", Depiction)
def test_every_content_can_be_named_in_every_voice(depiction: Depiction, role: Filer) -> None:
    facts = replace(notice(), content=replace(content(None), depiction=depiction))
    reporter = replace(facts.frame.reporter, role=role, acts_for="Somebody")
    text = text_of(replace(facts, statements=tuple(Statement), frame=replace(facts.frame, reporter=reporter)))
    assert "consent" in text
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
        (phrases.SENT_BY, SendingChannel),
        (phrases.SENT_EARLIER, SendingChannel),
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
