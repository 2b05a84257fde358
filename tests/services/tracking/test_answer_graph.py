"""Every answer of the graph on a real request: its effect on clocks, receipt and state, and the paper for it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.answers import AnswerNode, Effect, find_current, leaves_in
from portal.domain.clocks import ClockState
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import Answer, ItemState, LetterKind, Proof, RequestState, StepRefused
from portal.models.items import Item
from portal.models.requests import Request
from portal.reference.answers import load_graph
from portal.services.clocks.agreement import list_breaks
from portal.services.clocks.case_events import find_receipt_proof
from portal.services.letters import letters
from portal.services.letters.further import NEEDS_WORDS, FurtherWords, list_topics
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, corrections, request_page
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.corrections import CorrectionCommand
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly, send

LINKS = "https://pictures.example.org/album/7 https://pictures.example.org/album/8"
AT = NOW + 5 * HOUR
NODES = list(load_graph().values())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def answered(session: Session, ports: Ports, meaning: Answer) -> CaseWork:
    opened = make_case(session, ports, links=LINKS)
    send(session, opened, ports)
    until = date(2027, 2, 1) if meaning is Answer.EXTENDED else None
    answers.log_answer(opened.at(AT), 1, AnswerCommand(answer=meaning, at=AT, text="Words.", extension_until=until))
    return opened.at(AT + HOUR)


def view_of(work: CaseWork) -> RequestView:
    return request_page.request_view(work, 1)


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.answer.value)
def test_each_answer_has_its_effect_its_paper_and_leaves_the_records_whole(
    session: Session, ports: Ports, node: AnswerNode
) -> None:
    work = answered(session, ports, node.answer)
    request = session.scalars(select(Request)).one()
    proof = find_receipt_proof(session, request)
    assert (proof is Proof.CONFIRMATION) is node.proves_receipt
    states = {clock.state for clock in view_of(work).clocks if clock.rule == "remove"}
    is_over = node.effect is Effect.DECIDES and node.answer is Answer.REMOVED
    assert (ClockState.RUNNING in states or ClockState.OPEN in states or ClockState.PAUSED in states) is not is_over
    assert leaves_in(node.answer, request.state)
    assert (request.answered_at is not None) is (node.effect in {Effect.DECIDES, Effect.PARTLY_DECIDES, Effect.REFUSES})
    if node.paper is LetterKind.REMINDER:
        assert letters.make_letter(work, LetterKind.REMINDER, 1).number
    for topic in node.topics:
        given = "Here it is." if topic in NEEDS_WORDS else ""
        assert letters.make_letter(work, LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=topic, given=given)).number
    assert list_topics(read_dossier(work, 1))[: len(node.topics)] == node.topics
    assert not list_breaks(work)


@pytest.mark.parametrize(
    ("meaning", "old"),
    [(Answer.NOT_FOUND, Answer.REFUSED), (Answer.NOT_VIOLATION, Answer.REFUSED), (Answer.NO_REASON, Answer.REFUSED)],
)
def test_a_kind_of_refusal_does_to_every_clock_what_a_refusal_always_did(
    session: Session, ports: Ports, meaning: Answer, old: Answer
) -> None:
    def clocks_of(answer: Answer) -> list[tuple[str, str, ClockState]]:
        found = view_of(answered(session, ports, answer)).clocks
        session.rollback()
        return [(clock.regime, clock.rule, clock.state) for clock in found]

    assert clocks_of(meaning) == clocks_of(old)


def test_an_automatic_reply_is_kept_and_is_no_answer(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.AUTO_REPLY)
    dossier = read_dossier(work, 1)
    assert dossier.request.state is RequestState.SENT
    assert dossier.answers == []
    assert [each.answer for each in view_of(work).answers] == [Answer.AUTO_REPLY]
    assert {item.state for item in session.scalars(select(Item))} == {ItemState.ASKED}


def test_a_counter_notice_is_answered_for_links_that_are_gone(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.REMOVED)
    answers.log_answer(work, 1, AnswerCommand(answer=Answer.COUNTER_NOTICE, at=work.now))
    assert session.scalars(select(Request)).one().state is RequestState.REMOVED
    assert list_topics(read_dossier(work, 1)) == (FollowUp.COUNTER_NOTICE,)
    letters.make_letter(work, LetterKind.FOLLOW_UP, 1, words=FurtherWords(topic=FollowUp.COUNTER_NOTICE))


def test_what_asked_for_a_sign_in_is_answered_once(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.LOGIN_ASKED)
    assert list_topics(read_dossier(work, 1)) == (FollowUp.LOGIN, FollowUp.MORE_ASKED, FollowUp.EXCESS_ID)
    answers.log_answer(work, 1, AnswerCommand(answer=Answer.REFUSED, at=work.now))
    assert FollowUp.LOGIN in list_topics(read_dossier(work, 1))


def test_a_machine_or_a_late_receipt_hides_nothing_that_came_before(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.LOGIN_ASKED)
    for later in (Answer.ACKNOWLEDGED, Answer.AUTO_REPLY):
        answers.log_answer(work, 1, AnswerCommand(answer=later, at=work.now))
    assert list_topics(read_dossier(work, 1))[0] is FollowUp.LOGIN
    view = view_of(work)
    current = find_current([each.node for each in view.answers], view.state)
    assert current is not None
    assert current.answer is Answer.LOGIN_ASKED


def answer_entry(work: CaseWork) -> int:
    return next(each.sequence for each in view_of(work).correctable if each.answer is not None)


def test_what_turns_out_to_be_a_machine_proves_no_receipt_any_more(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.ACKNOWLEDGED)
    corrections.correct(work, CorrectionCommand(sequence=answer_entry(work), answer=Answer.AUTO_REPLY))
    request = session.scalars(select(Request)).one()
    assert request.received_at is None
    assert request.state is RequestState.SENT
    assert not list_breaks(work)


def test_a_machines_reply_becomes_no_answer_by_a_correction(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.AUTO_REPLY)
    with pytest.raises(StepRefused, match="save the answer anew"):
        corrections.correct(work, CorrectionCommand(sequence=answer_entry(work), answer=Answer.REFUSED))


def test_a_day_later_nothing_of_an_answer_is_offered_that_was_overtaken(session: Session, ports: Ports) -> None:
    work = answered(session, ports, Answer.NOT_FOUND)
    later = work.at(work.now + DAY)
    answers.log_answer(later, 1, AnswerCommand(answer=Answer.REMOVED, at=later.now))
    assert list_topics(read_dossier(later, 1)) == ()
