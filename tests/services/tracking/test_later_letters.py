"""Letters after the first one are recorded as sent, and every paper of a complaint tells of those that left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.facts import ComplaintFacts
from portal.domain.letters.kinds import ExhibitKind
from portal.domain.lifecycle import Answer, History, LetterKind, Proof, SendingChannel, StepRefused
from portal.domain.report import YesNo
from portal.models.complaints import Complaint
from portal.services.cases.opening import UnknownNumber
from portal.services.complaints import bundle
from portal.services.letters import letters, threats
from portal.services.letters.further import FurtherWords
from portal.services.letters.threats import ThreatCommand
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, later_letters, request_page
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.later_letters import LetterSentCommand
from portal.services.work import CaseWork
from tests.services.complaints.bundle_stories import X_LINK, complain
from tests.services.complaints.test_bundle_facts import text_of
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_as_json, print_quickly, send
from tests.services.people import kinds

SENT_AT = NOW + 2 * DAY
LATE = NOW + 6 * DAY


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    monkeypatch.setattr(threats, "print_letter", print_as_json)


def left(at: Any = SENT_AT, **more: Any) -> LetterSentCommand:
    return LetterSentCommand(**{"at": at, "channel": SendingChannel.EMAIL, "address": "abuse@x.example", **more})


@pytest.fixture
def refused(session: Session, ports: Ports) -> CaseWork:
    """A request that was sent and refused."""
    opened = make_case(session, ports, links=X_LINK)
    send(session, opened, ports)
    command = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="It breaks no rule of ours.")
    answers.log_answer(opened.at(NOW + DAY), 1, command)
    return opened


def make(work: CaseWork, kind: LetterKind, topic: str = "", at: Any = SENT_AT - timedelta(hours=1)) -> int:
    return letters.make_letter(work.at(at), kind, 1, words=FurtherWords(topic=topic)).number


def papers(work: CaseWork, at: Any = LATE) -> ComplaintFacts:
    ending = complain(work, "nz-netsafe", "nz-netsafe", (1,), at)
    complaint = work.session.scalars(select(Complaint).where(Complaint.number == ending.number)).one()
    return bundle.gather(work.at(at), complaint, number=9)


@pytest.mark.parametrize(
    ("kind", "topic", "told", "title"),
    [
        (LetterKind.FOLLOW_UP, "not_violation", "A further letter was sent.", "Further letter as it was sent"),
        (LetterKind.REMINDER, "", "A reminder was sent.", "Reminder as it was sent"),
        (
            LetterKind.SUPPLIER,
            "search",
            "A letter to a company behind the site was sent.",
            "Letter to a company behind the site as it was sent",
        ),
    ],
)
def test_a_later_letter_that_left_is_in_the_history_and_in_all_parts_of_a_complaint(
    refused: CaseWork, kind: LetterKind, topic: str, told: str, title: str
) -> None:
    number = make(refused, kind, topic)
    unsent = make(refused, LetterKind.FOLLOW_UP, "no_reason")
    later_letters.record_letter_sent(
        refused.at(SENT_AT), number, left(proof=Proof.CONFIRMATION, confirmation="We got your message 77.")
    )
    facts = papers(refused)
    text = text_of(facts)
    assert [row.what for row in facts.chronology].count(told) == 1
    row = next(row for row in facts.chronology if row.what == told)
    exhibit = next(each for each in facts.exhibits if each.title == title)
    assert row.exhibit == exhibit.number
    assert row.at == SENT_AT
    sent = next(each for each in facts.notices if each.kind is kind)
    assert (sent.exhibit, sent.sent_at, sent.proof) == (exhibit.number, SENT_AT, Proof.CONFIRMATION)
    assert sent.reference.endswith(f"-{number}")
    assert any(each.kind is ExhibitKind.PROOF for each in facts.exhibits)
    assert "shown by what they answered" in text
    assert ("and 1 reminder" if kind is LetterKind.REMINDER else "and 1 further letter") in text
    assert f"-{unsent} " not in text, "what never left is no exhibit, and in no list"


def test_only_a_paper_that_was_there_can_have_been_sent_and_only_once(refused: CaseWork) -> None:
    number = make(refused, LetterKind.FOLLOW_UP, "not_violation")
    with pytest.raises(StepRefused, match="not made yet"):
        later_letters.record_letter_sent(refused.at(SENT_AT), number, left(SENT_AT - timedelta(hours=2)))
    later_letters.record_letter_sent(refused.at(SENT_AT), number, left())
    with pytest.raises(StepRefused, match="already recorded"):
        later_letters.record_letter_sent(refused.at(SENT_AT), number, left())
    with pytest.raises(StepRefused, match="was sent"):
        letters.discard_letter(refused.at(SENT_AT), number)


def test_one_that_never_left_is_put_aside_and_then_was_not_sent(refused: CaseWork) -> None:
    number = make(refused, LetterKind.FOLLOW_UP, "not_violation")
    letters.discard_letter(refused.at(SENT_AT), number)
    with pytest.raises(StepRefused, match="put aside"):
        later_letters.record_letter_sent(refused.at(SENT_AT), number, left())


def test_a_number_as_proof_is_a_number(refused: CaseWork) -> None:
    number = make(refused, LetterKind.FOLLOW_UP, "not_violation")
    with pytest.raises(StepRefused, match="number"):
        later_letters.record_letter_sent(refused.at(SENT_AT), number, left(proof=Proof.TICKET))


def test_a_first_letter_is_not_recorded_here(refused: CaseWork) -> None:
    first = read_dossier(refused, 1).sent_letter
    assert first is not None
    with pytest.raises(UnknownNumber):
        later_letters.record_letter_sent(refused.at(SENT_AT), first.number, left())


def test_a_supplier_is_told_by_its_own_name_and_a_reminder_has_its_number(refused: CaseWork) -> None:
    later_letters.record_letter_sent(refused.at(SENT_AT), make(refused, LetterKind.SUPPLIER, "search"), left())
    later_letters.record_letter_sent(refused.at(SENT_AT), make(refused, LetterKind.REMINDER), left())
    view = request_page.request_view(refused.at(SENT_AT), 1)
    assert [(each.kind, each.recipient) for each in view.further_sent] == [(LetterKind.SUPPLIER, "The search engine")]
    assert [each.number for each in view.reminders_sent] == [1]


def test_a_threats_papers_are_recorded_and_stand_in_its_complaint(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="", country="AU", is_online=YesNo.NO)
    keep = threats.make_threat_paper(opened.at(NOW), ThreatCommand(accounts=("@x",), recipient="Telegram"))
    sheet = threats.make_threat_paper(opened.at(NOW), ThreatCommand(accounts=("@x",)))
    threats.make_threat_paper(opened.at(NOW), ThreatCommand(accounts=("@never-sent",), recipient="Discord"))
    later_letters.record_letter_sent(opened.at(SENT_AT), keep.number, left())
    later_letters.record_letter_sent(opened.at(SENT_AT), sheet.number, left(channel=None, address=""))
    assert kinds(session, opened).count(History.LETTER_SENT) == 2
    ending = complain(opened, "au-osa-iba", "au-esafety", (), LATE)
    complaint = session.scalars(select(Complaint).where(Complaint.number == ending.number)).one()
    facts = bundle.gather(opened.at(LATE), complaint, number=9)
    told = [row.what for row in facts.chronology]
    assert told.count("A request to keep evidence was sent.") == 1
    assert told.count("A sheet was given to the police.") == 1
    assert {each.title for each in facts.exhibits} == {
        "Request to keep evidence as it was sent",
        "Sheet as it was given to the police",
    }
    assert [each.recipient for each in facts.notices] == ["Telegram"]
    assert "Discord" not in text_of(facts)
