"""What a recipient says over the link in a letter: receipt counts, the rest waits, and nobody can misuse it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import (
    ActorKind,
    Answer,
    CloseReason,
    History,
    ItemState,
    LetterKind,
    Proof,
    RequestState,
    SendingChannel,
    StepRefused,
)
from portal.domain.reply_addresses import make_token
from portal.models.answer_links import AnswerLink, LinkAnswer, LinkAnswerState
from portal.models.events import Event
from portal.models.items import Item
from portal.services.cases import erasure, handover
from portal.services.letters import kept_letters, letters
from portal.services.ports import PLATFORM, Ports
from portal.services.requests import answer_links
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import link_answers, request_page, sending
from portal.services.tracking.link_answers import (
    NEEDS_REASON,
    OFFERED,
    AnswerPart,
    Became,
    LinkOver,
    SaidThere,
    SaidWrong,
    TooManyAnswers,
)
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork, Work
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_ports, make_work
from tests.services.fakes import print_quickly

LATER = NOW + timedelta(hours=5)
X_LINKS = "https://x.com/a/status/1111 https://x.com/a/status/2222 https://x.com/a/status/3333"
ALL_GONE = SaidThere(parts=(AnswerPart(answer=Answer.REMOVED),), text="Done.", ticket="X-77")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    """Of a portal that has an address of its own."""
    return make_ports(tmp_path, RECOURSE_BASE_URL="https://portal.example")


@dataclass(frozen=True)
class Sent:
    """A case whose first request has left with its letter, and the token in it."""

    work: CaseWork
    token: str

    @property
    def number(self) -> int:
        return 1


def send(session: Session, ports: Ports, *, channel: SendingChannel = SendingChannel.EMAIL) -> Sent:
    work = make_case(session, ports, links=X_LINKS)
    page = answer_links.find_page(read_dossier(work, 1))
    letters.make_letter(work, LetterKind.NOTICE, 1)
    sending.record_sent(work, 1, SentCommand(channel=channel, sent_at=NOW, has_checked=True))
    session.flush()
    assert page is not None
    assert page.startswith("https://portal.example/answer/")
    return Sent(work, page.rpartition("/")[2])


def platform(session: Session, ports: Ports, *, at: timedelta = timedelta(hours=5)) -> Work:
    return make_work(session, ports, now=NOW + at, actor=PLATFORM)


def keep(session: Session, ports: Ports, sent: Sent, said: SaidThere = ALL_GONE) -> Became:
    return link_answers.keep(platform(session, ports), sent.token, said)


def state_of(sent: Sent) -> RequestState:
    return read_dossier(sent.work, 1).request.state


def items_of(sent: Sent) -> list[ItemState]:
    query = select(Item.state).where(Item.case_id == sent.work.case.id).order_by(Item.number)
    return list(sent.work.session.scalars(query))


def list_events(session: Session, kind: History) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.kind == kind)))


def test_the_link_stands_in_the_letter_and_not_where_it_was_switched_off(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    letter = kept_letters.find_letter(sent.work, 1)
    assert f"https://portal.example/answer/{sent.token}" in letters.read_words(sent.work, letter).text
    other = make_case(session, ports, links=X_LINKS)
    answer_links.choose(other, wanted=False)
    assert answer_links.find_page(read_dossier(other, 1)) is None
    letters.make_letter(other, LetterKind.NOTICE, 1)
    assert "/answer/" not in kept_letters.letter_text(other, 1)
    sending.record_sent(other, 1, SentCommand(channel=SendingChannel.EMAIL, sent_at=NOW, has_checked=True))
    assert session.scalars(select(AnswerLink.case_id)).all() == [sent.work.case.id]


def test_a_portal_without_an_address_of_its_own_prints_none(session: Session, tmp_path: Path) -> None:
    work = make_case(session, make_ports(tmp_path), links=X_LINKS)
    assert answer_links.find_page(read_dossier(work, 1)) is None


def test_the_page_says_no_more_than_the_letter(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    found = link_answers.find_link(platform(session, ports), sent.token)
    assert found.reference == f"{sent.work.reference}-1"
    assert (found.platform, found.numbers, found.is_received) == ("x", (1, 2, 3), False)


@pytest.mark.parametrize("channel", [SendingChannel.EMAIL, SendingChannel.FORM])
def test_receipt_counts_from_the_sending_and_moves_no_deadline_away(
    session: Session, ports: Ports, channel: SendingChannel
) -> None:
    sent = send(session, ports, channel=channel)
    before = [clock.due_at for clock in read_dossier(sent.work, 1).clocks]
    assert keep(session, ports, sent, SaidThere()) is Became.RECEIPT
    dossier = read_dossier(sent.work, 1)
    assert (dossier.request.received_at, dossier.receipt_proof) == (NOW, Proof.ANSWER_LINK)
    after = [clock.due_at for clock in dossier.clocks]
    assert all(now is None or was is None or now <= was for was, now in zip(before, after, strict=True))
    assert not any(clock.estimated for clock in dossier.clocks)
    (event,) = list_events(session, History.RECEIPT_CONFIRMED)
    assert (event.actor, event.sealed) == (ActorKind.PLATFORM, None)
    assert keep(session, ports, sent, SaidThere()) is Became.RECEIPT
    assert len(list_events(session, History.RECEIPT_CONFIRMED)) == 1
    assert session.scalars(select(LinkAnswer)).all() == []


def test_receipt_of_what_came_by_post_counts_when_they_say_so(session: Session, ports: Ports) -> None:
    sent = send(session, ports, channel=SendingChannel.POST)
    keep(session, ports, sent, SaidThere())
    assert read_dossier(sent.work, 1).request.received_at == LATER


def test_a_receipt_that_is_proven_is_not_touched(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    early = NOW + timedelta(minutes=3)
    command = sending.ReceiptCommand(at=early, proof=Proof.DELIVERY)
    sending.record_received(sent.work.at(LATER), 1, command)
    keep(session, ports, sent)
    dossier = read_dossier(sent.work, 1)
    assert (dossier.request.received_at, dossier.receipt_proof) == (early, Proof.DELIVERY)


def test_an_answer_waits_and_changes_nothing_until_somebody_takes_it(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    assert keep(session, ports, sent) is Became.KEPT
    assert state_of(sent) is RequestState.SENT
    assert set(items_of(sent)) == {ItemState.ASKED}
    assert list_events(session, History.ANSWERED) == []
    (view,) = link_answers.list_answers(sent.work, 1)
    assert (view.is_waiting, view.text, view.ticket, view.received_at) == (True, "Done.", "X-77", LATER)
    assert [(part.answer, part.links, part.node.answer) for part in view.parts] == [
        (Answer.REMOVED, (), Answer.REMOVED)
    ]
    work = sent.work.at(LATER + timedelta(hours=1))
    assert link_answers.take(work, view.number) == 1
    assert (state_of(sent), set(items_of(sent))) == (RequestState.REMOVED, {ItemState.REMOVED})
    (event,) = list_events(session, History.ANSWERED)
    assert (event.at, event.facts["proof"]) == (LATER, "answer_link")
    assert read_dossier(sent.work, 1).ticket == "X-77"
    assert link_answers.list_waiting(sent.work) == ()
    with pytest.raises(StepRefused):
        link_answers.take(work, view.number)


def test_each_link_has_its_own_answer(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    parts = (
        AnswerPart(answer=Answer.REMOVED, links=(2, 1)),
        AnswerPart(answer=Answer.NOT_VIOLATION, links=(3,)),
    )
    keep(session, ports, sent, SaidThere(parts=parts, text="Our rules allow the third."))
    link_answers.take(sent.work.at(LATER), 1)
    assert items_of(sent) == [ItemState.REMOVED, ItemState.REMOVED, ItemState.REFUSED]
    view = request_page.request_view(sent.work.at(LATER), 1)
    assert [each.proof for each in view.answers] == [Proof.ANSWER_LINK, Proof.ANSWER_LINK]


def test_what_is_set_aside_changes_nothing_and_stays_to_be_read(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    keep(session, ports, sent)
    link_answers.set_aside(sent.work.at(LATER), 1)
    assert state_of(sent) is RequestState.SENT
    (view,) = link_answers.list_answers(sent.work)
    assert (view.state, view.text) == (LinkAnswerState.SET_ASIDE, "Done.")


@pytest.mark.parametrize("answer", OFFERED)
def test_every_answer_that_is_offered_can_be_taken(session: Session, ports: Ports, answer: Answer) -> None:
    sent = send(session, ports)
    said = SaidThere(parts=(AnswerPart(answer=answer),), text="Because." if answer in NEEDS_REASON else "")
    keep(session, ports, sent, said)
    link_answers.take(sent.work.at(LATER), 1)
    assert [event.facts["answer"] for event in list_events(session, History.ANSWERED)] == [answer.value]


def test_the_same_answer_again_is_the_same_answer(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    assert [keep(session, ports, sent) for _ in range(3)] == [Became.KEPT, Became.KNOWN, Became.KNOWN]
    assert len(list_events(session, History.LINK_ANSWERED)) == 1


def test_the_same_answer_twice_at_once_is_kept_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        sent = send(session, ports)

    def say() -> Became:
        with sessions.begin() as session:
            return keep(session, ports, sent)

    found = do_at_once(sessions, [say, say], after="FROM answer_links")
    assert sorted(map(str, found)) == [Became.KEPT, Became.KNOWN]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(LinkAnswer)) == 1
        assert len(list_events(session, History.RECEIPT_CONFIRMED)) == 1


def test_a_flood_ends_and_touches_no_other_request(session: Session, ports: Ports) -> None:
    first, second = send(session, ports), send(session, ports)
    for number in range(link_answers.MOST_AN_HOUR):
        keep(session, ports, first, SaidThere(text=f"{number}"))
    with pytest.raises(TooManyAnswers):
        keep(session, ports, first, SaidThere(text="more"))
    assert keep(session, ports, second) is Became.KEPT
    hours = 1
    while len(session.scalars(select(LinkAnswer).where(LinkAnswer.case_id == first.work.case.id)).all()) < 20:
        late = platform(session, ports, at=timedelta(hours=6 + 2 * hours))
        link_answers.keep(late, first.token, SaidThere(text=f"{hours} later"))
        hours += 1
    with pytest.raises(TooManyAnswers):
        link_answers.keep(platform(session, ports, at=timedelta(days=30)), first.token, SaidThere(text="at last"))


@pytest.mark.parametrize("token", ["", "a", "a" * 40, "é" * 40, "A" * 41, "\0" * 40, "../../etc"])
def test_a_link_that_nobody_made_answers_nothing(session: Session, ports: Ports, token: str) -> None:
    send(session, ports)
    with pytest.raises(LinkOver):
        link_answers.keep(platform(session, ports), token, ALL_GONE)


def test_a_link_is_neither_forged_nor_made_of_a_reply_address(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    request_id = read_dossier(sent.work, 1).request.id
    of_mail = make_token(ports.keys.replies, request_id)
    of_another_key = make_token(b"\1" * 32, request_id)
    swapped = make_token(b"\1" * 32, uuid4())
    bent = sent.token[:-1] + ("a" if sent.token[-1] != "a" else "b")
    for token in (of_mail, of_another_key, swapped, bent):
        with pytest.raises(LinkOver):
            link_answers.find_link(platform(session, ports), token)


def test_the_links_of_another_request_cannot_be_named(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    for wrong in ((4,), (0,), (-1,), (1, 999)):
        with pytest.raises(SaidWrong, match="not in our letter"):
            keep(session, ports, sent, SaidThere(parts=(AnswerPart(answer=Answer.REMOVED, links=wrong),)))
    twice = (AnswerPart(answer=Answer.REMOVED, links=(1,)), AnswerPart(answer=Answer.NOT_FOUND))
    with pytest.raises(SaidWrong, match="two answers"):
        keep(session, ports, sent, SaidThere(parts=twice))
    assert session.scalars(select(LinkAnswer)).all() == []


@pytest.mark.parametrize("answer", [answer for answer in Answer if answer not in OFFERED])
def test_what_is_not_offered_cannot_be_said(session: Session, ports: Ports, answer: Answer) -> None:
    sent = send(session, ports)
    with pytest.raises(SaidWrong):
        keep(session, ports, sent, SaidThere(parts=(AnswerPart(answer=answer),), text="x"))


def test_a_refusal_needs_its_reason_and_words_have_an_end(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    for answer in NEEDS_REASON:
        with pytest.raises(SaidWrong, match="Say why"):
            keep(session, ports, sent, SaidThere(parts=(AnswerPart(answer=answer),)))
    with pytest.raises(SaidWrong, match="5,000"):
        keep(session, ports, sent, SaidThere(text="a" * 5_001))


def test_words_come_without_what_cannot_be_read(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    keep(session, ports, sent, SaidThere(text=" <script>alert(1)</script>\r\n\0gone\u202e "))
    (view,) = link_answers.list_answers(sent.work)
    assert "\0" not in view.text
    assert "\u202e" not in view.text
    assert view.text.startswith("<script>")  # it is text: pages escape it, and nothing of it is lost


def close_request(sent: Sent) -> None:
    sending.close_request(sent.work, 1)


def close_case(sent: Sent) -> None:
    handover.close(sent.work, reason=CloseReason.WISHED)


def erase(sent: Sent) -> None:
    erasure.erase(sent.work)


def switch_off(sent: Sent) -> None:
    answer_links.choose(sent.work, wanted=False)


@pytest.mark.parametrize("end", [close_request, close_case, erase, switch_off], ids=lambda end: end.__name__)
def test_the_link_ends_with_the_request_the_case_and_the_wish(session: Session, ports: Ports, end: object) -> None:
    sent = send(session, ports)
    end(sent)  # type: ignore[operator]
    session.flush()
    with pytest.raises(LinkOver):
        keep(session, ports, sent)
    with pytest.raises(LinkOver):
        link_answers.find_link(platform(session, ports), sent.token)
    assert session.scalars(select(LinkAnswer)).all() == []


def test_what_came_goes_with_the_case(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    keep(session, ports, sent)
    erase(sent)
    assert session.scalars(select(LinkAnswer)).all() == []
    assert session.scalars(select(AnswerLink)).all() == []


def test_neither_the_server_nor_a_thief_reads_what_was_said(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    keep(session, ports, sent, SaidThere(text="Quite unlikely words", ticket="Unlikely-7"))
    row = session.scalars(select(LinkAnswer)).one()
    raw = b"".join(value for value in vars(row).values() if isinstance(value, bytes))
    assert b"unlikely" not in raw.lower()
    event = list_events(session, History.LINK_ANSWERED)[0]
    assert (event.facts, event.sealed) == ({}, None)


def test_a_row_that_somebody_bent_is_not_written_down(session: Session, ports: Ports) -> None:
    sent = send(session, ports)
    keep(session, ports, sent)
    session.commit()
    bent = update(LinkAnswer.__table__).values(received_at=NOW)  # type: ignore[arg-type]
    session.connection().execute(bent)
    session.expire_all()
    with pytest.raises(StepRefused, match="not as it came"):
        link_answers.take(sent.work.at(LATER), 1)
