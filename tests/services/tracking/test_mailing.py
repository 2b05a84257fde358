"""Letters by e-mail from here: each leaves once or not at all, and its request is written down as sent when it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.mail import Delayed, OutgoingMail, Refused, Unclear
from portal.domain.approvals import Approvable
from portal.domain.lifecycle import (
    CaseStatus,
    Filer,
    History,
    ItemState,
    RequestState,
    SendingChannel,
    SentAs,
    StepRefused,
)
from portal.domain.recipes import MailPace, Recipe
from portal.domain.reply_addresses import read_token
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.items import Item
from portal.models.jobs import Job, JobState
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.outbox import OutboxMail
from portal.models.requests import Request
from portal.run.worker import RUNNERS
from portal.services.background import jobs, letter_turns, outbox
from portal.services.background.outbox import Delivery
from portal.services.casefile import sharing
from portal.services.cases import approvals
from portal.services.cases.consent import NoConsent
from portal.services.complaints.chronology import Told, write_chronology
from portal.services.history.events import read_detail, read_history
from portal.services.letters import kept_letters, letters
from portal.services.ports import Ports
from portal.services.requests.channels import Unchecked
from portal.services.requests.dossier import read_dossier
from portal.services.requests.lookup import find_request
from portal.services.tracking import mailing, sending
from portal.services.tracking.parcels import LetterMailView, MailCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.background.test_outbox import Killed, Post, try_once
from tests.services.factories import NOW, ignore_job, make_ports
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, utc
from tests.services.people import MAIL, Shared, make_mail_ports, share_case

ADDRESS = "abuse@platform.example"
MINUTE = timedelta(minutes=1)
ANSWERS = {"RECOURSE_REPLY_DOMAIN": "answers.example.org", "RECOURSE_LETTERS_AN_HOUR": "2"}


@dataclass(frozen=True)
class Desk:
    """A case with a letter for its first request, as an advocate has it open in a transaction of its own each time."""

    sessions: sessionmaker[Session]
    ports: Ports
    shared: Shared

    def work(self, session: Session, now: datetime = NOW, *, colleague: bool = False) -> CaseWork:
        return reopen(session, (self.shared.second if colleague else self.shared.first).at(now))

    def do(self, step: Callable[[CaseWork], object], now: datetime = NOW, *, colleague: bool = False) -> None:
        with self.sessions.begin() as session:
            session.get(Case, self.shared.person.case.id, with_for_update=True)  # as the desk holds it to write
            step(self.work(session, now, colleague=colleague))

    def send(self, now: datetime = NOW, *, number: int = 1, **changes: object) -> UUID:
        """Give the newest letter to the outbox. Returns the id of its mail."""

        def step(work: CaseWork) -> None:
            letter = read_dossier(work, number).last_letter
            command = MailCommand(letter=letter.number if letter else 0, address=ADDRESS, has_checked=True)
            mailing.send_letter(work, number, replace(command, **changes))  # type: ignore[arg-type]

        self.do(step, now)
        with self.sessions() as session:
            newest = select(LetterMail.id).order_by(LetterMail.made_at.desc()).limit(1)
            return session.scalars(newest).one()

    def deliver(self, mail_id: UUID, post: Post, now: datetime = NOW + MINUTE) -> Delivery:
        return try_once(self.sessions, mail_id, post, self.ports, now=now)

    def write_down(self, now: datetime = NOW + 2 * MINUTE) -> int:
        """What the worker does of what has left; how many jobs."""
        with self.sessions() as session:
            waiting = jobs.list_waiting_jobs(session, now=now)
        for job_id in waiting:
            jobs.run_job(self.sessions, job_id, clock=lambda: now, ports=self.ports, runners=RUNNERS)
        return len(waiting)

    def mails(self) -> tuple[LetterMailView, ...]:
        with self.sessions() as session:
            return mailing.list_mails(read_dossier(self.work(session), 1))

    def request(self) -> Request:
        with self.sessions() as session:
            return find_request(self.work(session), 1)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, enqueue=ignore_job, **MAIL, **ANSWERS)


@pytest.fixture
def desk(sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch) -> Desk:
    print_quickly(monkeypatch)
    with sessions.begin() as session:
        shared = share_case(session, ports)
        letters.make_missing_letter(shared.first.at(NOW), 1)
    return Desk(sessions, ports, shared)


def want_approval(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        team_id = session.get_one(Case, desk.shared.person.case.id).team_id
        session.get_one(Team, team_id).approvals = [Approvable.SENDING.value]


def approve(desk: Desk) -> None:
    desk.do(lambda work: approvals.ask_approval(work, Approvable.SENDING, 1, "Look at it, please"))

    def agree(work: CaseWork) -> None:
        (row,) = approvals.list_approvals(work)
        approvals.decide(work, row.id, is_given=True, reason="")

    desk.do(agree, colleague=True)


def test_a_letter_leaves_with_its_files_and_an_address_for_its_answer(desk: Desk, ports: Ports) -> None:
    mail_id, post = desk.send(), Post()
    assert desk.deliver(mail_id, post) is Delivery.SENT
    (mail,) = post.sent
    assert (mail.to, mail.is_letter) == (ADDRESS, True)
    assert [file.name for file in mail.files] == [
        f"{desk.shared.person.reference}-1.pdf",
        "notice.json",
        "links.txt",
    ]
    with desk.sessions() as session:
        words = letters.read_words(desk.work(session), kept_letters.find_letter(desk.work(session), 1))
    assert (mail.subject, mail.text) == (words.subject, words.text)
    assert mail.reply_to == mail.returns_to
    local, _, domain = mail.reply_to.partition("@")
    assert domain == "answers.example.org"
    assert read_token([ports.keys.replies], local) == desk.request().id


def test_without_a_place_for_answers_they_go_to_the_team(
    sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_quickly(monkeypatch)
    ports = make_mail_ports(tmp_path)
    with sessions.begin() as session:
        shared = share_case(session, ports)
        letters.make_missing_letter(shared.first.at(NOW), 1)
    desk, post = Desk(sessions, ports, shared), Post()
    desk.deliver(desk.send(), post)
    assert [(mail.reply_to, mail.returns_to) for mail in post.sent] == [("answers@harbour.example", "")]


def test_a_letter_that_was_taken_is_written_down_as_sent_at_that_moment(desk: Desk) -> None:
    mail_id = desk.send()
    assert desk.request().state is RequestState.PREPARED, "nothing has left yet"
    desk.deliver(mail_id, Post(), now=NOW + 5 * MINUTE)
    assert desk.write_down(NOW + 9 * MINUTE) == 1
    request = desk.request()
    assert (request.state, request.channel, request.sent_at, request.received_at) == (
        RequestState.SENT,
        SendingChannel.EMAIL,
        NOW + 5 * MINUTE,
        None,
    )
    (mail,) = desk.mails()
    assert (mail.state, mail.left_at, mail.is_recorded, mail.said, mail.by) == (
        LetterMailState.ACCEPTED,
        NOW + 5 * MINUTE,
        True,
        "250 taken",
        "Mere",
    )
    with desk.sessions() as session:
        work = desk.work(session)
        dossier = read_dossier(work, 1)
        event = dossier.sent_event
        assert event is not None
        assert (event.at, event.staff_id) == (NOW + 5 * MINUTE, desk.shared.first.actor.staff_id)
        assert event.facts == {"channel": "email", "as": "letter"}
        told = read_detail(event, work.key)
        assert (told["address"], told["letter"], told["message_id"], told["server_said"]) == (
            ADDRESS,
            1,
            mail.message_id,
            "250 taken",
        )
        assert dossier.receipt_proof is None, "a mail server of ours proves no receipt"
        assert dossier.clocks, "the clocks run from here, estimated"
        states = session.scalars(select(Item.state).where(Item.request_id == dossier.request.id)).all()
        assert set(states) == {ItemState.ASKED}


def test_an_authority_reads_by_what_the_sending_can_be_found_on_both_sides(desk: Desk) -> None:
    desk.deliver(desk.send(), Post())
    desk.write_down()
    with desk.sessions() as session:
        work = desk.work(session)
        history = read_history(session, work.case.id)
        rows = list(write_chronology(work, history, Told([read_dossier(work, 1)], {}, [])))
    (sent,) = [row for row in rows if row.what == "A letter was sent."]
    assert sent.detail == f"Message-ID: <{desk.mails()[0].message_id}>\nSMTP: 250 taken"


def test_what_left_is_written_down_once_however_often_it_is_tried(desk: Desk) -> None:
    desk.deliver(desk.send(), Post())
    desk.write_down()
    assert desk.write_down(NOW + DAY) == 0
    with desk.sessions() as session:
        sent = [event for event in read_dossier(desk.work(session), 1).events if event.kind is History.SENT]
        assert len(sent) == 1


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (Delayed("450"), LetterMailState.DELAYED),
        (Refused("550"), LetterMailState.FAILED),
        (Unclear("x"), LetterMailState.UNCLEAR),
    ],
)
def test_what_did_not_surely_leave_is_told_and_nothing_is_written_down(
    desk: Desk, end: Exception, state: LetterMailState
) -> None:
    desk.deliver(desk.send(), Post(end))
    (mail,) = desk.mails()
    assert (mail.state, mail.left_at) == (state, None)
    assert desk.write_down(NOW + HOUR) == 0
    assert desk.request().state is RequestState.PREPARED


def test_a_letter_that_was_put_off_leaves_later_and_one_that_was_refused_can_be_sent_again(desk: Desk) -> None:
    mail_id = desk.send()
    desk.deliver(mail_id, Post(Delayed("450")))
    assert desk.deliver(mail_id, Post(Refused("550")), now=NOW + HOUR) is Delivery.FAILED
    again, post = desk.send(NOW + 2 * HOUR), Post()
    assert desk.deliver(again, post, now=NOW + 2 * HOUR) is Delivery.SENT
    assert len(post.sent) == 1


def test_one_that_may_have_left_is_sent_again_only_by_somebody_who_says_that_it_did_not(desk: Desk) -> None:
    desk.deliver(desk.send(), Post(Unclear("x")))
    with desk.sessions() as session:
        assert mailing.read_offer(desk.work(session), 1).may_have_left
    with pytest.raises(StepRefused, match="may have left already"):
        desk.send(NOW + HOUR)
    desk.send(NOW + HOUR, is_certain=True)


def test_a_second_one_is_refused_while_the_first_is_on_its_way_and_after_it_left(desk: Desk) -> None:
    mail_id = desk.send()
    with pytest.raises(StepRefused, match="on its way already"):
        desk.send(NOW + MINUTE)
    desk.deliver(mail_id, Post())
    with pytest.raises(StepRefused, match="The letter has left"):
        desk.send(NOW + MINUTE)
    desk.write_down()
    with pytest.raises(StepRefused, match="already been sent"):
        desk.send(NOW + MINUTE)


def test_two_members_who_press_at_once_send_one_letter(desk: Desk) -> None:
    def press() -> str:
        try:
            desk.send()
        except StepRefused:
            return "refused"
        return "queued"

    assert sorted(do_at_once(desk.sessions, [press] * 2, after="FROM cases"), key=str) == ["queued", "refused"]


def test_two_workers_hand_one_letter_over_once_and_write_it_down_once(desk: Desk) -> None:
    mail_id, post = desk.send(), Post()
    found = do_at_once(desk.sessions, [lambda: desk.deliver(mail_id, post)] * 2, after="FROM outbox")
    assert sorted(found, key=str) == [Delivery.NOT_OURS, Delivery.SENT]
    assert len(post.sent) == 1
    do_at_once(desk.sessions, [desk.write_down] * 2, after="FROM jobs")
    with desk.sessions() as session:
        sent = [event for event in read_dossier(desk.work(session), 1).events if event.kind is History.SENT]
        assert len(sent) == 1


def test_a_worker_that_dies_while_the_letter_leaves_sends_it_no_second_time(desk: Desk) -> None:
    mail_id = desk.send()

    def die(_mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        handing_over()
        raise Killed

    with pytest.raises(Killed):
        try_once(desk.sessions, mail_id, die, desk.ports)
    with desk.sessions.begin() as session:
        assert outbox.give_up_unclear(session, now=NOW + HOUR) == 1
    (mail,) = desk.mails()
    assert mail.state is LetterMailState.UNCLEAR
    assert desk.deliver(mail_id, Post(), now=NOW + DAY) is Delivery.NOT_OURS


def test_a_slow_server_that_takes_a_letter_given_up_as_unclear_is_believed(desk: Desk) -> None:
    mail_id = desk.send()

    def answer_late(_mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        handing_over()
        with desk.sessions.begin() as session:
            assert outbox.give_up_unclear(session, now=NOW + HOUR) == 1
        return "250 taken after all"

    assert try_once(desk.sessions, mail_id, answer_late, desk.ports) is Delivery.SENT
    assert desk.write_down() == 1
    assert desk.request().state is RequestState.SENT


def test_a_letter_is_taken_back_until_it_leaves(desk: Desk) -> None:
    mail_id, post = desk.send(), Post()
    desk.do(lambda work: mailing.take_back(work, 1))
    assert desk.deliver(mail_id, post) is Delivery.NOT_OURS
    assert post.sent == []
    assert desk.mails()[0].state is LetterMailState.CANCELLED
    with pytest.raises(StepRefused, match="has left"):
        desk.do(lambda work: mailing.take_back(work, 1))


def discard(work: CaseWork) -> None:
    letters.discard_letter(work, 1)


def withdraw(work: CaseWork) -> None:
    sharing.change_consent(work, "platforms", given=False)


def close_it(work: CaseWork) -> None:
    sending.close_request(work, 1)


def send_by_form(work: CaseWork) -> None:
    form = SentCommand(channel=SendingChannel.FORM, sent_at=NOW, has_checked=True, sent_as=SentAs.OTHER, text="x")
    sending.record_sent(work, 1, form)


def close_case(work: CaseWork) -> None:
    work.case.status = CaseStatus.CLOSED


@pytest.mark.parametrize("meanwhile", [discard, withdraw, close_it, send_by_form, close_case])
def test_a_letter_that_should_not_leave_any_more_stays(desk: Desk, meanwhile: Callable[[CaseWork], None]) -> None:
    mail_id, post = desk.send(), Post()
    with desk.sessions.begin() as session:
        work = reopen(session, desk.shared.person.at(NOW)) if meanwhile is withdraw else desk.work(session)
        meanwhile(work)
    assert desk.deliver(mail_id, post) is Delivery.NOT_OURS
    assert post.sent == []
    assert desk.mails()[0].state is LetterMailState.CANCELLED


def test_a_letter_stays_once_the_authority_of_who_acts_has_ended(
    sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_quickly(monkeypatch)
    acting: dict[str, Any] = {
        "filer": Filer.REPRESENTATIVE,
        "authority": "A signed letter.",
        "authority_ends_on": date(2026, 11, 30),
    }
    with sessions.begin() as session:
        shared = share_case(session, ports, **acting)
        letters.make_missing_letter(shared.first.at(NOW), 1)
    desk, post = Desk(sessions, ports, shared), Post(Delayed("450"))
    mail_id = desk.send(utc(30, 10, 0))
    assert desk.deliver(mail_id, post, now=utc(30, 10, 59)) is Delivery.LATER
    assert desk.deliver(mail_id, post, now=utc(30, 11, 0)) is Delivery.NOT_OURS, "midnight where the person lives"
    assert post.sent == []
    assert desk.mails()[0].state is LetterMailState.CANCELLED


def test_what_a_second_member_has_to_agree_to_waits_and_a_yes_counts_again_where_nothing_left(desk: Desk) -> None:
    want_approval(desk)
    with pytest.raises(StepRefused, match="has to agree first"):
        desk.send()
    approve(desk)
    mail_id = desk.send()
    with desk.sessions() as session:
        assert approvals.list_approvals(desk.work(session)) == (), "it is used"
    desk.deliver(mail_id, Post(Refused("550")))
    again = desk.send(NOW + HOUR)
    desk.deliver(again, Post(), now=NOW + HOUR)
    desk.write_down(NOW + HOUR)
    assert desk.request().state is RequestState.SENT
    with desk.sessions() as session:
        assert approvals.list_approvals(desk.work(session)) == ()


def test_nothing_is_sent_without_consent_nor_to_an_address_that_nobody_checked(desk: Desk) -> None:
    with pytest.raises(Unchecked):
        desk.send(has_checked=False)
    with pytest.raises(StepRefused, match="not an e-mail address"):
        desk.send(address="a@b.example, c@d.example")
    with desk.sessions.begin() as session:
        withdraw(reopen(session, desk.shared.person.at(NOW)))
    with pytest.raises(NoConsent):
        desk.send()


def test_a_letter_that_says_what_is_not_so_any_more_is_not_sent(desk: Desk) -> None:
    with pytest.raises(StepRefused, match="Another letter was made"):
        desk.send(letter=7)


def test_no_more_than_a_few_leave_to_one_domain_in_an_hour(desk: Desk) -> None:
    post, ids = Post(), []
    for number in (1, 2, 3):
        desk.do(lambda work, number=number: letters.make_missing_letter(work, number))  # type: ignore[misc]
        ids.append(desk.send(NOW + number * MINUTE, number=number))
    at = NOW + 5 * MINUTE
    assert [desk.deliver(each, post, now=at) for each in ids] == [Delivery.SENT, Delivery.SENT, Delivery.NOT_OURS]
    with desk.sessions() as session:
        assert session.get_one(OutboxMail, ids[2]).next_try_at == at + HOUR
        assert outbox.list_due(session, now=at + HOUR) == [ids[2]]
    assert desk.deliver(ids[2], post, now=at + HOUR) is Delivery.SENT
    assert len(post.sent) == 3


def test_a_recipient_that_wants_fewer_in_an_hour_gets_fewer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own = MailPace(source="https://a.example", checked_on=NOW.date(), letters_an_hour=1)
    slow = Recipe(platform="instagram", looked_on=NOW.date(), pace=own)
    monkeypatch.setitem(vars(desk.ports.registry), "recipes", {"instagram": slow})
    post, ids, paces = Post(), [], []
    for number in (1, 2):
        desk.do(lambda work, number=number: letters.make_missing_letter(work, number))  # type: ignore[misc]
        ids.append(desk.send(NOW + number * MINUTE, number=number))
    with desk.sessions() as session:
        numbers = {read_dossier(desk.work(session), each).request.platform: each for each in (1, 2)}
        paces = [letter_turns.find_pace(session, ids[numbers[each] - 1], desk.ports) for each in ("instagram", "x")]
    assert [each.most for each in paces] == [1, 2], "its own number, and the organisation's for the other"
    at, theirs, other = NOW + 5 * MINUTE, ids[numbers["instagram"] - 1], ids[numbers["x"] - 1]
    assert desk.deliver(other, post, now=at) is Delivery.SENT
    assert desk.deliver(theirs, post, now=at) is Delivery.NOT_OURS, "one has left to this domain already"
    assert desk.deliver(theirs, post, now=at + HOUR) is Delivery.SENT


def test_a_recipient_that_takes_letters_at_set_hours_gets_all_that_wait_together_each_as_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = MailPace(source="https://a.example", checked_on=NOW.date(), gathered_at=(8, 14), zone="Europe/Berlin")
    known = {each: Recipe(platform=each, looked_on=NOW.date(), pace=own) for each in ("instagram", "x", "facebook")}
    monkeypatch.setitem(vars(desk.ports.registry), "recipes", known)
    post, ids, at = Post(), [], utc(23, 13)
    with desk.sessions() as session:
        offered = mailing.read_offer(desk.work(session), 1)
    assert offered.leaves_at == at, "who sends it is told before"
    for number in (1, 2):
        desk.do(lambda work, number=number: letters.make_missing_letter(work, number))  # type: ignore[misc]
        ids.append(desk.send(NOW + number * MINUTE, number=number))
    assert desk.mails()[0].waits_until == at
    assert [desk.deliver(each, post, now=at - MINUTE) for each in ids] == [Delivery.NOT_OURS] * 2
    assert [desk.deliver(each, post, now=at) for each in ids] == [Delivery.SENT] * 2
    assert len({mail.id for mail in post.sent}) == 2


def test_who_sends_a_letter_is_told_behind_how_many_it_waits(desk: Desk) -> None:
    for number in (2, 3):
        desk.do(lambda work, number=number: letters.make_missing_letter(work, number))  # type: ignore[misc]
    first = desk.send(NOW + MINUTE, number=2)
    with desk.sessions() as session:
        assert mailing.read_offer(desk.work(session, NOW + 2 * MINUTE), 1).leaves_at is None
    desk.deliver(first, Post(), now=NOW + 2 * MINUTE)
    desk.send(NOW + 3 * MINUTE, number=3)
    with desk.sessions() as session:
        mark = letter_turns.mark_domain(desk.ports.keys, ADDRESS)
        turn = letter_turns.foresee_turn(
            session, mark, pace=letter_turns.pace_of(None, desk.ports), now=NOW + 4 * MINUTE
        )
    assert turn == NOW + 2 * MINUTE + HOUR, "two leave in an hour: one has, one waits before it"


def test_two_workers_do_not_both_take_the_last_place_of_an_hour(desk: Desk) -> None:
    post, ids = Post(), []
    for number in (1, 2, 3):
        desk.do(lambda work, number=number: letters.make_missing_letter(work, number))  # type: ignore[misc]
        ids.append(desk.send(NOW + number * MINUTE, number=number))
    at = NOW + 5 * MINUTE
    desk.deliver(ids[0], post, now=at)
    steps = [partial(desk.deliver, each, post, now=at) for each in ids[1:]]
    found = do_at_once(desk.sessions, steps, after="FROM outbox")
    assert sorted(found, key=str) == [Delivery.NOT_OURS, Delivery.SENT]
    assert len(post.sent) == 2


def test_letters_that_were_lost_with_the_outbox_are_told(desk: Desk) -> None:
    """A backup holds no outbox: what waited then may have left since."""
    mail_id = desk.send()
    with desk.sessions.begin() as session:
        session.execute(delete(OutboxMail).where(OutboxMail.id == mail_id))
    with desk.sessions.begin() as session:
        assert letter_turns.has_lost(session)
        assert letter_turns.give_up_lost(session, now=NOW + DAY) == 1
        assert not letter_turns.has_lost(session)
    assert desk.mails()[0].state is LetterMailState.UNCLEAR


def test_a_thief_with_the_database_reads_neither_address_nor_answer_nor_domain(desk: Desk) -> None:
    mail_id = desk.send()
    with desk.sessions() as session:
        row, mail = session.get_one(OutboxMail, mail_id), session.get_one(LetterMail, mail_id)
        held = b"".join(each for each in (row.sealed, mail.sealed, mail.recipient) if each)
    assert b"platform.example" not in held
    desk.deliver(mail_id, Post())
    with desk.sessions() as session:
        assert session.get_one(OutboxMail, mail_id).sealed is None, "the case's key goes with it"
    desk.write_down()
    with desk.sessions() as session:
        found = session.scalars(select(Job).where(Job.subject_id == mail_id)).one()
        assert (found.state, found.sealed) == (JobState.DONE, None)
