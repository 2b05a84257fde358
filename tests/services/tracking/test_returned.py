"""A letter that a report says came back is asked about, and its clocks follow what somebody says of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.domain.lifecycle import Answer, History, Proof, RequestState, StepRefused
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.services.clocks.snapshot import list_clocks
from portal.services.complaints.chronology import Told, write_chronology
from portal.services.history.events import read_history
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, mailing, returned, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import ReceiptCommand
from tests.services.background.test_outbox import Post
from tests.services.factories import NOW
from tests.services.fakes import DAY, HOUR
from tests.services.inbox.mails import take_in, write_report
from tests.services.tracking.test_mailing import ADDRESS, MINUTE, Desk, desk, ports

__all__ = ["desk", "ports"]
LATE = NOW + 2 * DAY


@pytest.fixture
def sent(desk: Desk) -> Desk:
    """The first letter has left, and a mail server reports that it was not delivered."""
    desk.deliver(desk.send(), Post())
    desk.write_down()
    bring_back(desk)
    return desk


def bring_back(sent: Desk) -> None:
    (mail,) = sent.mails()
    with sent.sessions.begin() as session:
        take_in(session, sent.ports, write_report("failed", original=f"<{mail.message_id}>"))


def dates(sent: Desk) -> list[datetime]:
    with sent.sessions() as session:
        request = read_dossier(sent.work(session, LATE), 1).request
        return [row.due_at for row in list_clocks(session, request) if row.due_at]


def is_asked(sent: Desk) -> bool:
    with sent.sessions() as session:
        dossier = read_dossier(sent.work(session, LATE), 1)
        return returned.is_asked(dossier.request, mailing.list_mails(dossier))


def test_a_report_moves_no_clock_by_itself_and_once_confirmed_none_has_begun(sent: Desk) -> None:
    before = dates(sent)
    assert before, "the report is a suggestion: the clocks that were estimated run on"
    assert is_asked(sent)
    sent.do(lambda work: returned.confirm(work, 1), LATE)
    assert (sent.request().state, sent.request().sent_at) == (RequestState.PREPARED, None)
    assert dates(sent) == []
    assert not is_asked(sent)
    with pytest.raises(StepRefused, match=returned.NOT_ASKED):
        sent.do(lambda work: returned.confirm(work, 1), LATE)
    again = sent.send(LATE + HOUR)
    sent.deliver(again, Post(), LATE + HOUR + MINUTE)
    sent.write_down(LATE + HOUR + 2 * MINUTE)
    assert min(dates(sent)) > min(before), "the clocks begin with the letter that arrived"
    assert not is_asked(sent)


def test_a_letter_that_came_back_stays_told_with_its_proof(sent: Desk) -> None:
    sent.do(lambda work: returned.confirm(work, 1), LATE)
    with sent.sessions() as session:
        work = sent.work(session, LATE)
        history = read_history(session, work.case.id)
        told = Told(story=[read_dossier(work, 1)], exhibits={}, bases=[])
        rows = {row.what: row for row in write_chronology(work, history, told)}
    row = rows["A letter was sent by e-mail and came back: a mail server reported that it was not delivered."]
    (mail, *_others) = sent.mails()
    assert row.detail
    assert mail.message_id in row.detail
    assert "A letter was sent." not in rows


def test_a_report_that_is_held_for_wrong_changes_nothing_and_is_in_the_history(sent: Desk) -> None:
    before = dates(sent)
    sent.do(lambda work: returned.set_aside(work, 1), LATE)
    assert (dates(sent), is_asked(sent)) == (before, False)
    with sent.sessions() as session:
        assert session.scalars(select(LetterMail.state)).all() == [LetterMailState.ACCEPTED]
        kinds = [event.kind for event in read_history(session, sent.work(session, LATE).case.id)]
    assert kinds[-1] is History.RETURN_DOUBTED


def test_what_shows_that_they_got_it_is_weighed_against_the_report(sent: Desk) -> None:
    command = ReceiptCommand(at=NOW + HOUR, proof=Proof.CONFIRMATION)
    sent.do(lambda work: sending.record_received(work, 1, command), LATE)
    with pytest.raises(StepRefused, match="already saved proof"):
        sent.do(lambda work: returned.confirm(work, 1), LATE)
    answer = AnswerCommand(answer=Answer.REFUSED, at=NOW + HOUR)
    sent.do(lambda work: answers.log_answer(work, 1, answer), LATE)
    assert dates(sent)
    assert sent.mails()[0].address == ADDRESS
