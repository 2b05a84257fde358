"""A closed case: what happened opens it again, what begins something new asks to open it first; an erased one takes
nothing. A case that is open again has its place in the queue again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import (
    Answer,
    CaseStatus,
    CloseReason,
    History,
    LetterKind,
    Role,
    SendingChannel,
    StepRefused,
)
from portal.domain.regimes import NoticeField
from portal.domain.report import YesNo
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.requests import Request
from portal.services.cases import documents, erasure, handover, retention
from portal.services.cases.documents import HandIn
from portal.services.cases.opening import UnknownNumber
from portal.services.complaints import bundle_files, complaints, officer_links, reading
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.operations import sweep
from portal.services.ports import Actor, Ports
from portal.services.requests import preparing, statements
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.statements import StatementCommand
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import ReceiptCommand, SentCommand
from portal.services.work import CaseWork
from tests.services.cases.test_documents import CLEAN
from tests.services.complaints.test_officer_links import add_actor
from tests.services.factories import NOW, make_case, make_draft
from tests.services.fakes import DAY, HOUR, print_quickly, reminded, reopen, run_job, send
from tests.services.kept import make_once
from tests.services.people import kinds

AT = NOW + 10 * DAY
CLOSED_AT = NOW + 6 * DAY
LINKS = "https://pictures.example.org/album/7 https://x.com/someone/status/1111 https://www.instagram.com/p/Abc123/"
ANSWER_FILE = HandIn(label="Their answer", given=b"as it came", request_number=1)
Step = Callable[[CaseWork], object]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def supervisor(sessions: sessionmaker[Session]) -> Actor:
    with sessions.begin() as session:
        return add_actor(session, Role.SUPERVISOR)


@pytest.fixture
def carried(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    """Requests 1 and 2 have left, 3 has not; link 2 is gone; complaint 1 is lodged, 2 waits with its papers."""
    return replace(make_once(carry, sessions, ports), ports=ports)


def carry(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    with sessions.begin() as session:
        supervisor = add_actor(session, Role.SUPERVISOR)
        opened = make_case(session, ports, links=LINKS, country="US", subdivision="CA", took_it=YesNo.YES)
        for number in (1, 2):
            send(session, opened, ports, number)
        letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 3)
        asked = AnswerCommand(answer=Answer.MORE_ASKED, at=NOW + 2 * HOUR)
        answers.log_answer(opened.at(NOW + 2 * HOUR), 1, asked)
        answers.mark_gone(opened.at(NOW + 3 * HOUR), 2)
        first, second = (
            complaints.prepare(opened.at(NOW + 5 * DAY), "us-take-it-down", "us-ftc", (1,)) for _ in range(2)
        )
        complaints.record_lodged(opened.at(NOW + 5 * DAY), first, LodgedCommand(has_checked=True, at=NOW + 5 * DAY))
        job = reading.complaint_view(opened.at(NOW + 5 * DAY), second).job
        assert job is not None
    assert run_job(sessions, job.id, ports, now=NOW + 5 * DAY)
    with sessions.begin() as session:
        handover.close(reopen(session, opened).at(CLOSED_AT), reason=CloseReason.REMOVED)
    return replace(opened, actor=supervisor)


def sent(work: CaseWork) -> None:
    letters.make_missing_letter(work, 3)
    sending.record_sent(work, 3, SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=AT))


RECORDED: dict[str, Step] = {
    "an answer": lambda work: answers.log_answer(work, 1, AnswerCommand(answer=Answer.REFUSED, at=AT)),
    "that a link is gone": lambda work: answers.mark_gone(work, 1),
    "that a link is back": lambda work: answers.mark_back(work, 2),
    "a receipt": lambda work: sending.record_received(work, 2, ReceiptCommand(at=AT)),
    "a ticket number": lambda work: sending.record_ticket(work, 1, "T-9"),
    "a reminder": lambda work: sending.record_reminded(work, 1, reminded(AT)),
    "information that was asked for": lambda work: sending.record_information_sent(work, 1, AT),
    "an authority's answer": lambda work: complaints.log_complaint_answer(work, 1, ComplaintAnswerCommand(at=AT)),
    "an answer as a file": lambda work: documents.hand_in(work, ANSWER_FILE, CLEAN),
    "more links": lambda work: submission.add_items(work, "https://x.com/someone/status/2222"),
}
STATED = StatementCommand(numbers=(3,), statements=frozenset({NoticeField.ACCURACY}), signature="Ana")
NEW: dict[str, Step] = {
    "a request that leaves": sent,
    "details": lambda work: preparing.set_details(work, 3, DetailsCommand(answers_to_me=True)),
    "an erasure request": lambda work: preparing.prepare_erasure(work, 1),
    "a copyright notice": lambda work: preparing.prepare_copyright(work, 1),
    "a statement": lambda work: statements.state(work, STATED),
    "a letter put aside": lambda work: letters.discard_letter(work, 3),
    "a second notice": lambda work: preparing.prepare_again(work, 1),
    "a complaint": lambda work: complaints.prepare(work, "us-take-it-down", "us-ftc", (1,)),
    "a bundle": lambda work: bundle_files.start_bundle(work, 2),
    "a complaint that is lodged": lambda work: complaints.record_lodged(
        work, 2, LodgedCommand(has_checked=True, at=AT)
    ),
    "an officer's link": lambda work: officer_links.make_link(work, 2, days=7),
}
QUIET: dict[str, Step] = {
    "taking a request back": lambda work: sending.close_request(work, 1),
    "taking back an officer's links": lambda work: officer_links.end_links(work, 2),
}
STEPS = RECORDED | NEW | QUIET


@pytest.mark.parametrize("name", RECORDED)
def test_what_happened_opens_a_closed_case_again(
    sessions: sessionmaker[Session], ports: Ports, carried: CaseWork, name: str
) -> None:
    with sessions.begin() as session:
        work = reopen(session, carried).at(AT)
        RECORDED[name](work)
        assert (work.case.status, work.case.retention_until) == (CaseStatus.OPEN, None)
        assert History.REOPENED in kinds(session, work)
    assert sweep.sweep(sessions, now=AT + 400 * DAY, ports=ports).purged == 0


@pytest.mark.parametrize("name", NEW)
def test_what_begins_something_new_asks_to_open_a_closed_case_first(
    sessions: sessionmaker[Session], carried: CaseWork, name: str
) -> None:
    with sessions() as session, pytest.raises(StepRefused, match="Open it again first"):
        NEW[name](reopen(session, carried).at(AT))


# The only complaint that can be made here is lodged already, and is not offered twice.
@pytest.mark.parametrize("name", [name for name in NEW if name != "a complaint"])
def test_the_same_is_done_once_the_case_is_open_again(
    sessions: sessionmaker[Session], carried: CaseWork, name: str
) -> None:
    with sessions.begin() as session:
        work = reopen(session, carried).at(AT)
        handover.reopen(work)
        NEW[name](work)


def test_a_complaint_is_made_once_the_case_is_open_again(
    sessions: sessionmaker[Session], ports: Ports, supervisor: Actor
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links=LINKS, country="US", subdivision="CA")
        send(session, opened, ports, 1)
        handover.close(opened.at(NOW + HOUR), reason=CloseReason.REMOVED)
    with sessions.begin() as session:
        work = reopen(session, replace(opened, actor=supervisor)).at(AT)
        handover.reopen(work)
        assert complaints.prepare(work, "us-take-it-down", "us-ftc", (1,)) == 1


@pytest.mark.parametrize("name", QUIET)
def test_what_only_ends_something_leaves_a_closed_case_closed(
    sessions: sessionmaker[Session], carried: CaseWork, name: str
) -> None:
    with sessions.begin() as session:
        work = reopen(session, carried).at(AT)
        QUIET[name](work)
        assert work.case.status is CaseStatus.CLOSED
        assert work.case.retention_until is not None


@pytest.mark.parametrize("name", STEPS)
def test_an_erased_case_takes_nothing(sessions: sessionmaker[Session], carried: CaseWork, name: str) -> None:
    with sessions.begin() as session:
        erasure.erase(reopen(session, carried).at(AT))
    with sessions() as session, pytest.raises((StepRefused, UnknownNumber)):
        STEPS[name](reopen(session, carried).at(AT))
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 1, "the tombstone's own"
        assert session.scalar(select(func.count()).select_from(Request)) == 0


@pytest.mark.parametrize("name", STEPS)
def test_a_draft_takes_nothing_of_a_case(session: Session, ports: Ports, supervisor: Actor, name: str) -> None:
    draft, _ = make_draft(session, ports)
    with pytest.raises((StepRefused, UnknownNumber)):
        STEPS[name](replace(draft, now=AT, actor=supervisor))


def test_a_case_that_is_opened_again_is_back_in_the_queue(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://pictures.example.org/album/7")
        send(session, opened, ports)
        due = opened.case.next_due_at
        assert due is not None
        handover.close(opened.at(NOW + 2 * HOUR), reason=CloseReason.REMOVED)
        assert opened.case.next_due_at is None, "nobody has to look at a closed case"
    sweep.sweep(sessions, now=due + timedelta(seconds=1), ports=ports)
    with sessions.begin() as session:
        work = reopen(session, opened).at(due + HOUR)
        handover.reopen(work)
        assert work.case.next_due_at == due
    with sessions() as session:
        assert session.get_one(Case, opened.case.id).next_due_at == due


def test_what_was_recorded_in_a_closed_case_is_not_erased_with_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    handover.close(opened.at(NOW + 2 * HOUR), reason=CloseReason.REMOVED)
    answers.log_answer(opened.at(AT), 1, AnswerCommand(answer=Answer.REFUSED, at=AT))
    assert retention.list_rows(opened.at(AT)) == ()
