"""Letters after the first one: which fit a request as it stands, and what they say of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import FollowUpFacts, ReminderFacts, SupplierFacts
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Answer, LetterKind, SendingChannel, SentAs, StepRefused
from portal.domain.regimes import Trigger
from portal.models.letters import Letter
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.further import REFUSED_BECAUSE, FurtherWords, further_facts, list_suppliers, list_topics
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.letters.samples import copyright_law, follow_up, reminder
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly, send

ONE_LINK = "https://pictures.example.org/album/7"
FACEBOOK = "https://www.facebook.com/photo/?fbid=100000000000001"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def answered(session: Session, ports: Ports, meaning: Answer, *, links: str = ONE_LINK) -> CaseWork:
    opened = make_case(session, ports, links=links)
    send(session, opened, ports)
    command = AnswerCommand(answer=meaning, at=NOW + DAY, text="We found no violation of our rules.")
    answers.log_answer(opened.at(NOW + DAY), 1, command)
    return opened


def at(opened: CaseWork) -> CaseWork:
    later: datetime = NOW + DAY + HOUR
    return opened.at(later)


@pytest.mark.parametrize(
    ("meaning", "topics"),
    [
        (Answer.REFUSED, REFUSED_BECAUSE),
        (Answer.GEO_BLOCKED, (FollowUp.GEO_ONLY,)),
        (Answer.PARTLY, (FollowUp.LEFT, *REFUSED_BECAUSE)),
        (Answer.IDENTITY_ASKED, (FollowUp.MORE_ASKED, FollowUp.EXCESS_ID)),
        (Answer.ACKNOWLEDGED, ()),
    ],
)
def test_what_can_be_written_back_follows_from_the_answer(
    session: Session, ports: Ports, meaning: Answer, topics: tuple[FollowUp, ...]
) -> None:
    opened = answered(session, ports, meaning)
    assert list_topics(read_dossier(at(opened), 1)) == topics


def test_a_refusal_is_answered_with_its_own_words_and_the_laws_of_the_first_letter(
    session: Session, ports: Ports
) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    made = letters.make_letter(at(opened), LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=FollowUp.NOT_VIOLATION))
    row = session.scalars(select(Letter).where(Letter.number == made.number)).one()
    facts = read_facts(opened, row)
    assert isinstance(facts, FollowUpFacts)
    assert facts.topic is FollowUp.NOT_VIOLATION
    assert facts.notice.ticket == "T-1"
    assert facts.answers[-1].text == "We found no violation of our rules."
    assert [basis.regime_id for basis in facts.bases] == ["us-take-it-down", "nz-hdca-24"]
    assert [link.url for link in facts.links] == [ONE_LINK]


@pytest.mark.parametrize("topic", [FollowUp.BACK.value, FollowUp.GEO_ONLY.value, "nonsense", ""])
def test_a_letter_that_does_not_fit_is_not_made(session: Session, ports: Ports, topic: str) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    with pytest.raises(StepRefused):
        letters.make_letter(at(opened), LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=topic))


def test_nothing_is_offered_before_the_request_has_left(session: Session, ports: Ports) -> None:
    dossier = read_dossier(make_case(session, ports, links=ONE_LINK), 1)
    assert list_topics(dossier) == ()
    assert list_suppliers(dossier) == ()


def test_nobody_is_offered_the_registrar_of_a_household_platform(session: Session, ports: Ports) -> None:
    known = answered(session, ports, Answer.REFUSED, links=FACEBOOK)
    assert list_suppliers(read_dossier(at(known), 1)) == (Supplier.SEARCH,)


@pytest.mark.parametrize("is_seen", [True, False])
def test_that_it_is_back_is_told_with_its_removal_and_its_return(session: Session, ports: Ports, is_seen: bool) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    send(session, opened, ports)
    gone, again = NOW + DAY, NOW + 5 * DAY
    if is_seen:
        answers.mark_gone(opened.at(gone), 1)
    else:
        answers.log_answer(opened.at(gone + HOUR), 1, AnswerCommand(answer=Answer.REMOVED, at=gone))
    answers.mark_back(opened.at(again), 1)
    words = FurtherWords(topic=FollowUp.BACK)
    facts = further_facts(read_dossier(opened.at(again), 1), LetterKind.FOLLOW_UP, words, number=9)
    assert isinstance(facts, FollowUpFacts)
    (link,) = facts.links
    assert (link.removed_at, link.state_at) == (gone, again)


def text_of(facts: FollowUpFacts | ReminderFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def test_their_words_stand_with_their_answer_before_what_is_said_to_it() -> None:
    answer = replace(reminder().answers[0], text="It breaks no rule of ours.")
    text = text_of(replace(follow_up(topic=FollowUp.COUNTER_NOTICE), answers=(answer,)))
    places = [text.index(part) for part in ("You answered:", "In your own words:", "You tell me of a counter-notice.")]
    assert places == sorted(places)


def test_a_reminder_says_where_the_statements_stand_that_were_signed() -> None:
    facts = reminder()
    assert facts.frame.signature
    for is_new in (False, True):
        signature = replace(facts.frame.signature, is_for_letter=is_new)
        text = text_of(replace(facts, frame=replace(facts.frame, signature=signature)))
        assert ("The statements in my first letter were signed electronically on" in text) is not is_new
        assert "before this letter was written" not in text


@pytest.mark.parametrize("topic", FollowUp)
def test_a_letter_that_relies_on_their_own_rules_claims_no_law_afterwards_either(topic: FollowUp) -> None:
    text = text_of(replace(follow_up(topic=topic), bases=(), given=None, answers=(), statements=()))
    points, _, _ = text.partition("I ask you to do the following:")
    assert not re.search(r"\blaws?\b", points.split("No answer to it has reached me.")[1]), points


@pytest.mark.parametrize("topic", FollowUp)
def test_what_follows_a_copyright_notice_says_nothing_of_what_the_work_shows(topic: FollowUp) -> None:
    """It is read by whoever reads such notices, and it is never mixed with another law."""
    notice = replace(follow_up().notice, kind=LetterKind.COPYRIGHT)
    text = text_of(replace(follow_up(topic=topic), notice=notice, bases=(copyright_law(),), statements=()))
    for told in ("intimate", "other laws", "personal data"):
        assert told not in text
    assert "The copyrighted work is" in text


def test_a_reminder_of_a_copyright_notice_asks_what_the_notice_asked() -> None:
    notice = replace(reminder().notice, kind=LetterKind.COPYRIGHT)
    facts = replace(reminder(), notice=notice, bases=(copyright_law(),), may_pass_identity=False)
    text = text_of(facts)
    assert "claimed copyright infringement" in text
    assert "Remove the work at every link in Annex A" in text
    assert "intimate" not in text
    assert "my name or contact details" not in text


def test_a_period_that_something_else_began_is_not_told_as_that_of_the_first_letter() -> None:
    """Working days that run from a counter-notice are for putting the work back, not for removing it."""
    (law,) = follow_up().bases
    begun = replace(
        law.clocks[0], trigger=Trigger.COUNTER_NOTICE_RECEIVED, state=ClockState.RUNNING, label="put it back"
    )
    text = text_of(replace(follow_up(), bases=(replace(law, clocks=(begun,)),)))
    assert "of my first letter began" not in text
    assert "A period began on" in text
    assert "It is the date for this: put it back." in text


def test_what_left_in_other_words_is_named_by_its_day_and_by_no_reference_it_never_had() -> None:
    """The recipient can find no reference that stood in nothing it got."""
    notice = replace(follow_up().notice, sent_as=SentAs.OTHER)
    for facts in (replace(follow_up(), notice=notice), replace(reminder(), notice=notice)):
        text = text_of(facts)
        assert notice.reference not in text
        assert "my letter of 3 November 2026" in text
        assert "I wrote to you by e-mail." in text


def supplier(opened: CaseWork, **words: str) -> SupplierFacts:
    made = letters.make_letter(at(opened), LetterKind.SUPPLIER, 1, words=FurtherWords(**words))
    facts = read_facts(opened, opened.session.scalars(select(Letter).where(Letter.number == made.number)).one())
    assert isinstance(facts, SupplierFacts)
    return facts


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ("abuse@host.example", SendingChannel.EMAIL),
        ("https://host.example/report", SendingChannel.FORM),
        ("1 Invented Road\nExampleton", SendingChannel.POST),
    ],
)
def test_a_letter_to_a_supplier_names_the_company_and_its_door(
    session: Session, ports: Ports, address: str, channel: SendingChannel
) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    facts = supplier(opened, topic=Supplier.HOST, company="Invented Hosting Ltd", address=address)
    recipient = facts.frame.recipient
    assert (recipient.name, recipient.channel) == ("Invented Hosting Ltd", channel)
    text = "\n".join(plain_text(build_letter(facts, English())))
    assert all(line in text for line in ("Invented Hosting Ltd", *address.splitlines()))


def test_a_search_engine_of_the_directory_is_found_by_what_people_call_it(session: Session, ports: Ports) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    recipient = supplier(opened, topic=Supplier.SEARCH, company="google").frame.recipient
    assert "Google" in (recipient.service or recipient.name)
    assert recipient.contact
    assert supplier(opened, topic=Supplier.HOST, company="google").frame.recipient.name == "google"


def test_what_was_asked_for_has_to_be_in_the_letter_that_says_here_it_is(session: Session, ports: Ports) -> None:
    opened = answered(session, ports, Answer.MORE_ASKED)
    with pytest.raises(StepRefused, match="asked for"):
        letters.make_letter(at(opened), LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=FollowUp.MORE_ASKED))
    words = FurtherWords(topic=FollowUp.MORE_ASKED, given="The post went up on 3 May.")
    made = letters.make_letter(at(opened), LetterKind.FOLLOW_UP, 1, words=words)
    assert "The post went up on 3 May." in kept_letters.letter_text(opened, made.number)


def test_nobody_is_offered_behind_a_search_engine_itself(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://www.google.com/search?q=ana")
    by_form = SentCommand(channel=SendingChannel.FORM, sent_at=NOW + HOUR, has_checked=True)
    sending.record_sent(opened.at(NOW + HOUR), 1, by_form)
    assert list_suppliers(read_dossier(at(opened), 1)) == ()


def test_who_stands_behind_an_unknown_site_can_be_asked(session: Session, ports: Ports) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    assert list_suppliers(read_dossier(at(opened), 1)) == tuple(Supplier)
    made = letters.make_letter(at(opened), LetterKind.SUPPLIER, 1, words=FurtherWords(topic=Supplier.HOST))
    facts = read_facts(opened, session.scalars(select(Letter).where(Letter.number == made.number)).one())
    assert isinstance(facts, SupplierFacts)
    assert facts.role is Supplier.HOST
    assert facts.bases == ()
    assert facts.notice is not None


def test_to_decide_again_is_not_all_that_is_asked(session: Session, ports: Ports) -> None:
    opened = answered(session, ports, Answer.REFUSED)
    made = letters.make_letter(at(opened), LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=FollowUp.NOT_VIOLATION))
    row = session.scalars(select(Letter).where(Letter.number == made.number)).one()
    asked = plain_text(build_letter(read_facts(opened, row), English()))
    assert any("Remove the content at every link in Annex A, for all users" in line for line in asked)
