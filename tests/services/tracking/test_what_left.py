"""What is recorded as sent was there and left; what proves a receipt has a kind; what is not known is not said."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.letters.facts import ReminderFacts
from portal.domain.lifecycle import (
    Answer,
    History,
    LetterKind,
    Proof,
    RequestState,
    SendingChannel,
    SentAs,
    StepRefused,
)
from portal.models.complaints import Complaint
from portal.models.letters import Letter
from portal.services.clocks.agreement import list_breaks
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import bundle, complaints
from portal.services.complaints.exhibits import list_exhibits
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts, sent_fact
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.lookup import find_request
from portal.services.requests.views import NextStep
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import ReceiptCommand, SentCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly, reminded, send

ONE_LINK = "https://x.com/someone/status/1111"
TWO_LINKS = "https://x.com/a/status/1 https://x.com/a/status/2"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def left(work: CaseWork, **more: Any) -> None:
    values = {"channel": SendingChannel.FORM, "sent_at": work.now, "has_checked": True, **more}
    sending.record_sent(work, 1, SentCommand(**values))


def answer(work: CaseWork, given: Answer, **more: Any) -> None:
    answers.log_answer(work, 1, AnswerCommand(answer=given, at=work.now, **more))


def make_reminder(work: CaseWork) -> int:
    return letters.make_letter(work, LetterKind.REMINDER, 1).number


class TestAsItWasSent:
    def test_a_letter_that_was_made_after_the_sending_was_not_sent(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        letters.make_letter(opened.at(NOW + 2 * HOUR), LetterKind.NOTICE, 1)
        with pytest.raises(StepRefused, match="No letter was there"):
            left(opened.at(NOW + 3 * HOUR), sent_at=NOW + HOUR, sent_as=SentAs.LETTER)
        left(opened.at(NOW + 3 * HOUR), sent_at=NOW + HOUR, text="Please take it down.", address="https://x.com/form")
        dossier = read_dossier(opened.at(NOW + 3 * HOUR), 1)
        assert dossier.sent_letter is None
        fact = sent_fact(dossier)
        assert (fact.sent_as, fact.text, fact.digest) == (SentAs.OTHER, ("Please take it down.",), None)
        assert fact.address == "https://x.com/form"
        (exhibit,) = list_exhibits(opened, [dossier])
        assert exhibit.read() == b"Please take it down."
        assert exhibit.exhibit.title.startswith("What was sent in other words")

    def test_times_are_told_in_minutes_so_a_letter_of_the_same_minute_was_there(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        letters.make_letter(opened.at(NOW + timedelta(seconds=40)), LetterKind.NOTICE, 1)
        left(opened.at(NOW + timedelta(minutes=2)), sent_at=NOW)
        assert read_dossier(opened, 1).sent_letter is not None

    def test_without_any_text_there_is_no_exhibit_and_the_clocks_run_all_the_same(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        dossier = read_dossier(opened.at(NOW + HOUR), 1)
        assert list_exhibits(opened, [dossier]) == ()
        assert {clock.state for clock in dossier.clocks} == {ClockState.RUNNING}
        assert session.scalars(select(Letter)).all() == []
        assert list_breaks(opened.at(NOW + HOUR)) == []

    def test_the_letter_that_was_there_is_named_with_its_digest(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        first = letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
        letters.make_letter(opened.at(NOW + 3 * HOUR), LetterKind.NOTICE, 1)
        left(opened.at(NOW + 4 * HOUR), sent_at=NOW + HOUR)
        dossier = read_dossier(opened.at(NOW + 4 * HOUR), 1)
        assert dossier.sent_letter is not None
        assert (dossier.sent_letter.number, sent_fact(dossier).digest) == (1, first.digest)
        assert [view.left_at is not None for view in kept_letters.letter_views(opened)] == [True, False]

    def test_what_never_left_is_put_aside_and_what_left_is_not(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        for hours in (0, 1):
            letters.make_letter(opened.at(NOW + hours * HOUR), LetterKind.NOTICE, 1)
        letters.discard_letter(opened.at(NOW + HOUR), 2)
        left(opened.at(NOW + 2 * HOUR))
        assert read_dossier(opened, 1).sent_letter == session.scalars(select(Letter).where(Letter.number == 1)).one()
        with pytest.raises(StepRefused, match="was sent"):
            letters.discard_letter(opened.at(NOW + 3 * HOUR), 1)
        with pytest.raises(StepRefused, match="already"):
            letters.discard_letter(opened.at(NOW + 3 * HOUR), 2)


class TestReminders:
    def test_one_that_left_is_numbered_and_stands_in_every_list(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        first = make_reminder(opened.at(NOW + 3 * DAY))
        refresh_clocks(opened.at(NOW + 3 * DAY), opened.case, find_request(opened, 1))  # as the sweep does
        assert request_page.request_view(opened.at(NOW + 3 * DAY), 1).next_step.kind is NextStep.REMIND
        sending.record_reminded(opened.at(NOW + 4 * DAY), 1, reminded(NOW + 3 * DAY + HOUR, first))
        sending.record_reminded(opened.at(NOW + 5 * DAY), 1, reminded(NOW + 5 * DAY, text="Please look again."))
        never = make_reminder(opened.at(NOW + 6 * DAY))
        assert request_page.request_view(opened.at(NOW + 6 * DAY), 1).next_step.kind is NextStep.COMPLAIN

        work = opened.at(NOW + 6 * DAY)
        shown = request_page.request_view(work, 1)
        assert [(each.number, each.letter_number, each.text) for each in shown.reminders_sent] == [
            (1, first, ""),
            (2, None, "Please look again."),
        ]
        complaints.prepare(work, "us-take-it-down", "us-ftc", (1,))
        facts = bundle.gather(work, session.scalars(select(Complaint)).one(), number=99)
        assert [each.kind for each in facts.notices] == [LetterKind.NOTICE, LetterKind.REMINDER, LetterKind.REMINDER]
        assert all(each.exhibit for each in facts.notices)
        rows = [row for row in facts.chronology if row.what.startswith("A reminder was sent")]
        assert [row.exhibit for row in rows] == [each.exhibit for each in facts.notices[1:]]
        unsent = session.scalars(select(Letter).where(Letter.number == never)).one()
        assert unsent.digest not in {exhibit.digest for exhibit in facts.exhibits}

    def test_the_next_one_names_those_before(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        sending.record_reminded(
            opened.at(NOW + 3 * DAY), 1, reminded(NOW + 3 * DAY, make_reminder(opened.at(NOW + 3 * DAY)))
        )
        number = make_reminder(opened.at(NOW + 6 * DAY))
        facts = read_facts(opened, session.scalars(select(Letter).where(Letter.number == number)).one())
        assert isinstance(facts, ReminderFacts)
        assert facts.reminded == (NOW + 3 * DAY,)

    def test_one_that_was_not_there_or_left_already_cannot_be_named(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        number = make_reminder(opened.at(NOW + 3 * DAY))
        with pytest.raises(StepRefused, match="not there"):
            sending.record_reminded(opened.at(NOW + 4 * DAY), 1, reminded(NOW + 2 * DAY, number))
        sending.record_reminded(opened.at(NOW + 4 * DAY), 1, reminded(NOW + 4 * DAY, number))
        with pytest.raises(StepRefused, match="sent already"):
            sending.record_reminded(opened.at(NOW + 5 * DAY), 1, reminded(NOW + 5 * DAY, number))


class TestProof:
    def test_what_is_only_told_leaves_the_date_estimated_until_proof_comes(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        sending.record_received(opened.at(NOW + 3 * HOUR), 1, ReceiptCommand(at=NOW + 2 * HOUR))
        dossier = read_dossier(opened, 1)
        assert (dossier.receipt_proof, sent_fact(dossier).is_receipt_proven) == (Proof.NONE, False)
        assert all(clock.estimated for clock in dossier.clocks)
        proof = ReceiptCommand(at=NOW + 3 * HOUR, proof=Proof.DELIVERY)
        sending.record_received(opened.at(NOW + 4 * HOUR), 1, proof)
        dossier = read_dossier(opened, 1)
        assert (dossier.receipt_proof, sent_fact(dossier).is_receipt_proven) == (Proof.DELIVERY, True)
        assert {(clock.started_at, clock.estimated) for clock in dossier.clocks} == {(NOW + 3 * HOUR, False)}
        assert list_breaks(opened.at(NOW + 4 * HOUR)) == []
        with pytest.raises(StepRefused, match="already recorded"):
            sending.record_received(opened.at(NOW + 5 * HOUR), 1, proof)

    def test_a_ticket_is_proof_only_with_its_number(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        with pytest.raises(StepRefused, match="Write the number"):
            sending.record_received(opened.at(NOW + 2 * HOUR), 1, ReceiptCommand(at=NOW + HOUR, proof=Proof.TICKET))
        given = ReceiptCommand(at=NOW + HOUR, proof=Proof.TICKET, ticket="T-77")
        sending.record_received(opened.at(NOW + 2 * HOUR), 1, given)
        assert read_dossier(opened, 1).ticket == "T-77"

    @pytest.mark.parametrize(("has_none", "ticket"), [(True, ""), (False, "T-5")])
    def test_a_ticket_comes_at_any_time_and_none_is_said_only_where_somebody_said_so(
        self, session: Session, ports: Ports, has_none: bool, ticket: str
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        assert not sent_fact(read_dossier(opened, 1)).has_no_ticket
        with pytest.raises(StepRefused, match="Write the number"):
            sending.record_ticket(opened.at(NOW + 9 * DAY), 1, " ")
        sending.record_ticket(opened.at(NOW + 9 * DAY), 1, ticket, has_none=has_none)
        fact = sent_fact(read_dossier(opened, 1))
        assert (fact.has_no_ticket, fact.ticket) == (has_none, ticket or None)


class TestWhatAnAnswerMeans:
    @pytest.mark.parametrize("given", [Answer.ACKNOWLEDGED, Answer.MORE_ASKED, Answer.REFUSED, Answer.UPDATE])
    def test_whoever_answers_has_received(self, session: Session, ports: Ports, given: Answer) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        answer(opened.at(NOW + 5 * HOUR), given)
        dossier = read_dossier(opened, 1)
        assert dossier.request.received_at == NOW + HOUR  # a form arrives as it is sent
        assert dossier.receipt_proof is Proof.CONFIRMATION
        assert not any(clock.estimated for clock in dossier.clocks)
        assert list_breaks(opened.at(NOW + 5 * HOUR)) == []

    def test_a_letter_by_post_has_arrived_at_the_latest_when_it_is_answered(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR), channel=SendingChannel.POST)
        answer(opened.at(NOW + 4 * DAY), Answer.ACKNOWLEDGED)
        assert read_dossier(opened, 1).request.received_at == NOW + 4 * DAY

    def test_the_moment_they_name_counts_and_a_proven_one_stays(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        left(opened.at(NOW + HOUR))
        answer(opened.at(NOW + DAY), Answer.ACKNOWLEDGED, received_at=NOW + 2 * HOUR)
        answer(opened.at(NOW + 2 * DAY), Answer.REFUSED, received_at=NOW + 9 * HOUR)
        assert read_dossier(opened, 1).request.received_at == NOW + 2 * HOUR

    @pytest.mark.parametrize(
        ("given", "items"), [(Answer.PARTLY, ()), (Answer.REMOVED, (1,)), (Answer.GEO_BLOCKED, (2,))]
    )
    def test_an_answer_about_a_part_meets_no_duty_to_decide(
        self, session: Session, ports: Ports, given: Answer, items: tuple[int, ...]
    ) -> None:
        opened = make_case(session, ports, links=TWO_LINKS, country="IE")
        left(opened.at(NOW + HOUR))
        answer(opened.at(NOW + 5 * HOUR), given, items=items)
        decide = [clock for clock in read_dossier(opened, 1).clocks if clock.rule == "decide"]
        assert decide
        assert {clock.state for clock in decide} == {ClockState.OPEN}

    def test_a_duty_without_a_number_is_done_and_never_in_time(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK, country="IE")
        left(opened.at(NOW + HOUR))
        answer(opened.at(NOW + 5 * HOUR), Answer.REFUSED)
        without = [clock for clock in read_dossier(opened, 1).clocks if clock.due_at is None]
        assert without
        assert ClockState.MET not in {clock.state for clock in without}
        assert ClockState.DONE in {clock.state for clock in without}


def test_each_step_is_an_event(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    letters.discard_letter(opened.at(NOW), 1)
    left(opened.at(NOW + HOUR), text="Words.")
    sending.record_ticket(opened.at(NOW + 2 * HOUR), 1, "T-1")
    kinds = [event.kind for event in read_dossier(opened, 1).events]
    assert kinds[-4:] == [History.LETTER_MADE, History.LETTER_DISCARDED, History.SENT, History.TICKET_GIVEN]
    assert read_dossier(opened, 1).request.state is RequestState.SENT


def test_an_exhibit_has_the_digest_of_what_it_holds(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    left(opened.at(NOW + HOUR), text="Nur diese Wörter.")
    answer(opened.at(NOW + 2 * HOUR), Answer.REFUSED, text="No.")
    preparing.group_links_into_requests(opened.at(NOW + 2 * HOUR))
    for file in list_exhibits(opened, read_dossiers(opened)):
        assert hashlib.sha256(file.read()).hexdigest() == file.exhibit.digest


@pytest.mark.parametrize("redacted_size", [True, False])
def test_the_list_of_exhibits_reads_no_file(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch, redacted_size: bool
) -> None:
    """Digests and sizes stand in the rows; a letter from before they did is read for what its row does not know."""
    opened = make_case(session, ports, links=ONE_LINK)
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    left(opened.at(NOW + HOUR))
    files = list_exhibits(opened, read_dossiers(opened))
    whole = [(len(file.read()), len(file.read_twin()) if file.read_twin else None) for file in files]
    if not redacted_size:
        session.scalars(select(Letter)).one().redacted_size = None
    read: list[str] = []
    get = ports.storage.get

    def note(name: str) -> bytes:
        read.append(name)
        return get(name)

    monkeypatch.setattr(ports.storage, "get", note)
    again = list_exhibits(opened, read_dossiers(opened))
    assert [(file.exhibit.size, file.exhibit.twin_size) for file in again] == whole
    assert len(read) == (0 if redacted_size else 1)
