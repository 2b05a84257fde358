"""Letters after the first one by e-mail: each leaves once or not at all, and is written down when it left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.mail import OutgoingMail, Refused, Unclear
from portal.domain.approvals import Approvable
from portal.domain.lifecycle import Answer, History, LetterKind, RequestState, SendingChannel, StepRefused
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.run.worker import RUNNERS
from portal.services.background import jobs
from portal.services.background.outbox import Delivery
from portal.services.cases import approvals
from portal.services.complaints.chronology import Told, write_chronology
from portal.services.history.events import read_history
from portal.services.inbox.case_keys import find_public
from portal.services.letters import kept_letters, letters, threats
from portal.services.letters.further import FurtherWords
from portal.services.letters.threats import ThreatCommand
from portal.services.ports import Ports
from portal.services.requests.channels import Unchecked
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, later_letters, later_mailing, mailing, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.later_letters import LetterSentCommand
from portal.services.tracking.parcels import MailCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.background.test_outbox import Killed, Post, try_once
from tests.services.factories import NOW, ignore_job, make_ports
from tests.services.fakes import DAY, HOUR, print_as_json, print_quickly, reopen, send
from tests.services.people import MAIL, Shared, make_mail_ports, share_case

MINUTE = timedelta(minutes=1)
LATE = NOW + 5 * DAY
ADDRESS = "abuse@platform.example"


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, enqueue=ignore_job, **MAIL, RECOURSE_REPLY_DOMAIN="answers.example.org")


class Sent:
    """A case of a team whose first letter was sent and refused, with a reminder that waits."""

    def __init__(self, sessions: sessionmaker[Session], ports: Ports) -> None:
        self.sessions, self.ports, self.now = sessions, ports, LATE
        with sessions.begin() as session:
            self.shared: Shared = share_case(session, ports)
            send(session, self.shared.first, ports)
            command = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="It breaks no rule of ours.")
            answers.log_answer(self.shared.first.at(NOW + DAY), 1, command)
            words = FurtherWords()
            self.reminder = letters.make_letter(self.shared.first.at(LATE), LetterKind.REMINDER, 1, words=words).number

    def work(self, session: Session, *, colleague: bool = False) -> CaseWork:
        return reopen(session, (self.shared.second if colleague else self.shared.first).at(self.now))

    def do(self, step: Callable[[CaseWork], object], *, colleague: bool = False) -> None:
        with self.sessions.begin() as session:
            session.get(Case, self.shared.person.case.id, with_for_update=True)
            step(self.work(session, colleague=colleague))

    def send(self, letter: int | None = None, *, has_checked: bool = True, is_certain: bool = False) -> UUID:
        number = self.reminder if letter is None else letter
        command = MailCommand(letter=number, address=ADDRESS, has_checked=has_checked, is_certain=is_certain)
        self.do(lambda work: later_mailing.send_letter(work, command))
        self.now += MINUTE
        with self.sessions() as session:
            query = select(LetterMail.id).where(LetterMail.letter_number == number).order_by(LetterMail.made_at.desc())
            return session.scalars(query.limit(1)).one()

    def deliver(self, mail_id: UUID, post: Post) -> Delivery:
        return try_once(self.sessions, mail_id, post, self.ports, now=self.now)

    def write_down(self) -> None:
        with self.sessions() as session:
            waiting = jobs.list_waiting_jobs(session, now=LATE + HOUR)
        for job_id in waiting:
            jobs.run_job(self.sessions, job_id, clock=lambda: LATE + HOUR, ports=self.ports, runners=RUNNERS)

    def state(self) -> LetterMailState:
        with self.sessions() as session:
            return session.scalars(select(LetterMail.state)).one()

    def letter(self) -> Letter:
        with self.sessions() as session:
            return kept_letters.find_letter(self.work(session), self.reminder)


@pytest.fixture
def sent(sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch) -> Sent:
    print_quickly(monkeypatch)
    monkeypatch.setattr(threats, "print_letter", print_as_json)
    return Sent(sessions, ports)


def test_a_reminder_leaves_once_and_is_written_down_with_its_proof(sent: Sent) -> None:
    mail_id, post = sent.send(), Post()
    assert sent.letter().left_at is None, "nothing has left yet"
    assert sent.deliver(mail_id, post) is Delivery.SENT
    assert sent.deliver(mail_id, post) is Delivery.NOT_OURS
    sent.write_down()
    sent.write_down()
    (mail,) = post.sent
    assert (mail.to, mail.is_letter) == (ADDRESS, True)
    assert mail.reply_to.endswith("@answers.example.org")
    with sent.sessions() as session:
        work = sent.work(session)
        dossier = read_dossier(work, 1)
        (reminded,) = dossier.sent_reminders
        assert (reminded.event.at, reminded.letter and reminded.letter.number) == (LATE + MINUTE, sent.reminder)
        assert reminded.event.facts["channel"] == "email"
        assert dossier.request.state is RequestState.REFUSED, "it starts no clock and changes no state"
        rows = list(write_chronology(work, read_history(session, work.case.id), Told([dossier], {}, [])))
        (told,) = [row for row in rows if row.what == "A reminder was sent."]
        assert "Message-ID: <" in (told.detail or "")
        assert "SMTP: 250 taken" in (told.detail or "")
        assert mailing.list_mails(dossier) == (), "a first letter by e-mail there was none"
        first, (view,) = mailing.list_all_mails(dossier)
        assert first == ()
        assert (view.state, view.is_recorded, view.by) == (LetterMailState.ACCEPTED, True, "Mere")


@pytest.mark.parametrize(
    ("kind", "words", "what"),
    [
        (LetterKind.FOLLOW_UP, FurtherWords(topic="not_violation"), "A further letter was sent."),
        (
            LetterKind.SUPPLIER,
            FurtherWords(topic="search", company="Find It", address="abuse@find.example"),
            "A letter to a company behind the site was sent.",
        ),
    ],
)
def test_other_later_letters_leave_the_same_way(sent: Sent, kind: LetterKind, words: FurtherWords, what: str) -> None:
    made: list[int] = []
    sent.do(lambda work: made.append(letters.make_letter(work, kind, 1, words=words).number))
    post = Post()
    sent.deliver(sent.send(made[0]), post)
    sent.write_down()
    with sent.sessions() as session:
        work = sent.work(session)
        rows = list(write_chronology(work, read_history(session, work.case.id), Told([read_dossier(work, 1)], {}, [])))
    assert [row.what for row in rows].count(what) == 1
    assert len(post.sent) == 1


def test_a_company_is_offered_at_the_address_that_its_letter_names(sent: Sent) -> None:
    words, made = FurtherWords(topic="search", company="Find It", address="abuse@find.example"), list[int]()
    sent.do(lambda work: made.append(letters.make_letter(work, LetterKind.SUPPLIER, 1, words=words).number))
    with sent.sessions() as session:
        offer = later_mailing.read_offer(sent.work(session), made[0])
    assert [(each.address, each.is_stale) for each in offer.addresses] == [("abuse@find.example", True)]


def test_a_threats_paper_leaves_to_the_platform_and_its_answer_goes_to_the_team(sent: Sent) -> None:
    made: list[int] = []
    command = ThreatCommand(accounts=("@night.clips",), recipient="Instagram", threat="He says he will.")
    sent.do(lambda work: made.append(threats.make_threat_paper(work, command).number))
    post = Post()
    sent.deliver(sent.send(made[0]), post)
    sent.write_down()
    (mail,) = post.sent
    assert (mail.reply_to, mail.returns_to) == ("answers@harbour.example", "")
    with sent.sessions() as session:
        work = sent.work(session)
        assert kept_letters.find_letter(work, made[0]).left_at == LATE + HOUR
        (view,) = later_mailing.list_unasked_mails(work)
        assert view.is_recorded


@pytest.mark.parametrize("end", [Refused("550"), Unclear("x")])
def test_what_did_not_surely_leave_is_not_written_down(sent: Sent, end: Exception) -> None:
    sent.deliver(sent.send(), Post(end))
    sent.write_down()
    assert sent.letter().left_at is None
    if isinstance(end, Unclear):
        with pytest.raises(StepRefused, match="may have left already"):
            sent.send()
    sent.send(is_certain=True)


def test_a_worker_that_dies_while_it_leaves_sends_it_no_second_time(sent: Sent) -> None:
    mail_id, left = sent.send(), []

    def die(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        handing_over()
        left.append(mail)
        raise Killed

    with pytest.raises(Killed):
        try_once(sent.sessions, mail_id, die, sent.ports, now=LATE + MINUTE)
    assert try_once(sent.sessions, mail_id, die, sent.ports, now=LATE + DAY) is Delivery.NOT_OURS
    assert len(left) == 1


def record_it(work: CaseWork) -> None:
    number = max(each.number for each in read_dossier(work, 1).reminders)
    left = LetterSentCommand(at=LATE, channel=SendingChannel.FORM, address="https://platform.example/form")
    later_letters.record_letter_sent(work, number, left)


def discard_it(work: CaseWork) -> None:
    letters.discard_letter(work, max(each.number for each in read_dossier(work, 1).reminders))


def close_it(work: CaseWork) -> None:
    sending.close_request(work, 1)


@pytest.mark.parametrize("meanwhile", [record_it, discard_it, close_it])
def test_one_that_should_not_leave_any_more_stays(sent: Sent, meanwhile: Callable[[CaseWork], None]) -> None:
    mail_id, post = sent.send(), Post()
    sent.do(meanwhile)
    assert sent.deliver(mail_id, post) is Delivery.NOT_OURS
    assert (post.sent, sent.state()) == ([], LetterMailState.CANCELLED)


def test_one_is_taken_back_until_it_leaves(sent: Sent) -> None:
    mail_id, post = sent.send(), Post()
    sent.do(lambda work: later_mailing.take_back(work, sent.reminder))
    assert sent.deliver(mail_id, post) is Delivery.NOT_OURS
    with pytest.raises(StepRefused, match="has left"):
        sent.do(lambda work: later_mailing.take_back(work, sent.reminder))


def test_two_members_who_press_at_once_send_one(sent: Sent) -> None:
    def press() -> str:
        try:
            sent.send()
        except StepRefused:
            return "refused"
        return "queued"

    assert sorted(do_at_once(sent.sessions, [press] * 2, after="FROM cases"), key=str) == ["queued", "refused"]


def test_nobody_writes_to_an_address_that_nobody_checked(sent: Sent) -> None:
    with pytest.raises(Unchecked):
        sent.send(has_checked=False)


def test_a_second_member_agrees_to_a_later_letter_first_where_the_team_asks_for_it(sent: Sent) -> None:
    def want(work: CaseWork) -> None:
        work.session.get_one(Team, work.case.team_id).approvals = [Approvable.LATER.value]

    def agree(work: CaseWork) -> None:
        (row,) = approvals.list_approvals(work)
        approvals.decide(work, row.id, is_given=True, reason="")

    sent.do(want)
    for step in (lambda: sent.send(), lambda: sent.do(record_it)):
        with pytest.raises(StepRefused, match="has to agree first"):
            step()
    sent.do(lambda work: approvals.ask_approval(work, Approvable.LATER, sent.reminder, "Look, please"))
    sent.do(agree, colleague=True)
    sent.deliver(sent.send(), Post(Refused("550")))
    post = Post()
    sent.deliver(sent.send(), post)  # the yes counts again, because nothing had left
    sent.write_down()
    assert len(post.sent) == 1
    assert sent.letter().left_at is not None
    with sent.sessions() as session:
        events = read_history(session, sent.shared.person.case.id)
        asked = [each for each in events if each.kind is History.APPROVAL_ASKED]
        assert [each.request_id for each in asked] == [read_dossier(sent.work(session), 1).request.id]
        assert approvals.list_approvals(sent.work(session)) == ()


def test_mail_can_be_sealed_to_the_case_before_anybody_can_answer(
    sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_quickly(monkeypatch)
    ports = make_mail_ports(tmp_path)
    with sessions.begin() as session:
        shared = share_case(session, ports)
        letters.make_missing_letter(shared.first.at(NOW), 1)
        mailing.send_letter(shared.first.at(NOW), 1, MailCommand(letter=1, address=ADDRESS, has_checked=True))
    with sessions() as session:
        assert find_public(session, shared.person.case.id) is not None
