"""What may happen once happens once, also when two try it at the same moment; nobody's history is torn by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import CloseReason, History, Role, Scope, StepRefused
from portal.domain.quotas import Counted
from portal.models.cases import Case, CaseKey
from portal.models.contacts import MailLink
from portal.models.events import Event
from portal.models.outbox import MailKind, OutboxMail
from portal.services.background.outbox import Delivery
from portal.services.cases import handover, mail_contact, opening, recovery_words, retention
from portal.services.cases.mail_contact import MailLinkOver
from portal.services.complaints import complaints, officer_links, reading
from portal.services.complaints.officer_links import OfficerLinkOver
from portal.services.history.events import NewEvent, find_break, read_history, record
from portal.services.intake import submission
from portal.services.operations import sweep
from portal.services.ports import SYSTEM, Ports
from portal.services.signin import flood_challenges
from portal.services.signin.flood_challenges import ChallengeAnswer
from portal.services.staff import accounts, invitations, recovery_key, restore_access
from portal.services.staff.accounts import AccountRefused, NewStaff
from portal.services.staff.invitations import InvitationOver, Invitee
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.background.test_jobs import Worker, add, run
from tests.services.background.test_outbox import Post, new_mail, put, try_once
from tests.services.cases.test_mail_contact import ADDRESS, confirm, read_token
from tests.services.complaints.test_officer_links import add_actor
from tests.services.factories import NOW, make_case, make_draft, make_team, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, run_job, send
from tests.services.kept import make_once
from tests.services.people import make_mail_ports, share_case

LATER = NOW + 3 * DAY
PASSWORD = "six invented words for one test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)


def count(sessions: sessionmaker[Session], case_id: UUID, kind: History) -> int:
    with sessions() as session:
        assert find_break(read_history(session, case_id)) is None
        query = select(func.count()).select_from(Event).where(Event.case_id == case_id, Event.kind == kind)
        return session.scalar(query) or 0


def split(found: list[Any]) -> tuple[list[Any], list[type[Exception]]]:
    """What was returned, and the kinds of what was raised."""
    raised = [type(each) for each in found if isinstance(each, Exception)]
    return [each for each in found if not isinstance(each, Exception)], raised


# --- The history ---


def test_two_who_append_to_one_history_without_opening_the_case_both_do(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        case_id = make_case(session, ports).case.id

    def append() -> None:
        with sessions.begin() as session:
            record(session, case_id, None, NewEvent(kind=History.KEPT, at=NOW), actor=SYSTEM, now=NOW)

    assert do_at_once(sessions, [append] * 2, after="FROM events") == [None, None]
    assert count(sessions, case_id, History.KEPT) == 2


def test_two_with_the_same_words_change_one_case_behind_each_other(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        draft, words = make_draft(session, ports)
        submission.submit(draft.at(NOW))
        case_id = draft.case.id

    def write(text: str) -> None:
        with sessions.begin() as session:
            read = opening.open_by_words(make_work(session, ports), words)  # before the lock: soon out of date
            opened = opening.open_for_person(make_work(session, ports), read.case.id, read.key, to_change=True)
            opened.record(NewEvent(kind=History.KEPT, at=NOW))
            opened.case.language = text

    found = do_at_once(sessions, [lambda: write("en-GB"), lambda: write("en-IE")], after="FROM cases")
    assert found == [None, None]
    assert count(sessions, case_id, History.KEPT) == 2


def test_a_link_is_used_while_the_person_works_on_the_case(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports, link=True)
        mail_contact.ask_link(make_work(session, ports), ADDRESS)
        mail_contact.answer_ask(make_work(session, ports), mail_contact.list_asks(session)[0])
        token = read_token(session, ports, MailKind.RETURN)

    def come_in() -> None:
        with sessions.begin() as session:
            assert mail_contact.use_link(make_work(session, ports), token)

    def keep() -> None:
        with sessions.begin() as session:
            session.get(Case, opened.case.id, with_for_update=True)
            work = reopen(session, opened).at(NOW)
            work.record(NewEvent(kind=History.EXPORTED, at=NOW))

    assert do_at_once(sessions, [come_in, keep], after="FROM events") == [None, None]
    assert count(sessions, opened.case.id, History.OPENED_BY_LINK) == 1


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_link_that_is_used_while_the_address_is_removed_locks_nobody_out(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    """Both hold the case's row before its links: the other way round each would wait for the other."""
    with sessions.begin() as session:
        opened = make_case(session, ports)
        mail_contact.set_address(opened.at(NOW), ADDRESS)
        token = read_token(session, ports, MailKind.CONFIRM)

    def use() -> None:
        with sessions.begin() as session:
            mail_contact.use_link(make_work(session, ports), token)

    def remove() -> None:
        with sessions.begin() as session:
            session.get(Case, opened.case.id, with_for_update=True)
            mail_contact.remove_address(reopen(session, opened).at(NOW))

    _, raised = split(do_at_once(sessions, [use, remove], after="FROM mail_links"))
    assert raised in ([], [MailLinkOver])
    assert count(sessions, opened.case.id, History.CONTACT_REMOVED) == 1


# --- Links ---


@dataclass(frozen=True)
class Bundled:
    """A case with a finished bundle, and an officer's link to it."""

    opened: CaseWork
    token: str


@pytest.fixture
def bundled(sessions: sessionmaker[Session], ports: Ports) -> Bundled:
    made = make_once(bundle, sessions, ports)
    return replace(made, opened=replace(made.opened, ports=ports))


def bundle(sessions: sessionmaker[Session], ports: Ports) -> Bundled:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://x.com/someone/status/1111")
        send(session, opened, ports)
        complaints.prepare(opened.at(LATER), "us-take-it-down", "us-ftc", (1,))
        job = reading.complaint_view(opened.at(LATER), 1).job
        supervisor = add_actor(session, Role.SUPERVISOR)
    assert job is not None
    run_job(sessions, job.id, ports, now=LATER)
    with sessions.begin() as session:
        work = replace(reopen(session, opened), actor=supervisor)
        return Bundled(opened, officer_links.make_link(work.at(LATER), 1, days=7))


def test_two_officers_with_one_link_take_the_papers_once(
    sessions: sessionmaker[Session], ports: Ports, bundled: Bundled
) -> None:
    def take() -> bytes:
        with sessions.begin() as session:
            return officer_links.take_papers(make_work(session, ports, now=LATER), bundled.token).content

    taken, raised = split(do_at_once(sessions, [take] * 2, after="FROM officer_links"))
    assert (len(taken), raised) == (1, [OfficerLinkOver])
    assert count(sessions, bundled.opened.case.id, History.OFFICER_LINK_USED) == 1


def test_an_officer_takes_the_papers_while_the_case_is_worked_on(
    sessions: sessionmaker[Session], ports: Ports, bundled: Bundled
) -> None:
    def take() -> None:
        with sessions.begin() as session:
            officer_links.take_papers(make_work(session, ports, now=LATER), bundled.token)

    def work_on() -> None:
        with sessions.begin() as session:
            session.get(Case, bundled.opened.case.id, with_for_update=True)
            reopen(session, bundled.opened).at(LATER).record(NewEvent(kind=History.EXPORTED, at=LATER))

    assert do_at_once(sessions, [take, work_on], after="FROM events") == [None, None]
    assert count(sessions, bundled.opened.case.id, History.OFFICER_LINK_USED) == 1


def test_two_workers_end_a_link_whose_days_are_over_once(
    sessions: sessionmaker[Session], ports: Ports, bundled: Bundled
) -> None:
    def purge() -> int:
        return officer_links.purge_links(sessions, now=LATER + 8 * DAY, ports=ports)

    ended = do_at_once(sessions, [purge] * 2, after="FROM officer_links")
    assert sorted(each for each in ended if isinstance(each, int)) == [0, 1]
    assert count(sessions, bundled.opened.case.id, History.OFFICER_LINK_ENDED) == 1


def test_two_workers_answer_somebody_who_asked_for_a_link_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports, link=True)
        mail_contact.ask_link(make_work(session, ports), ADDRESS)
        (ask_id,) = mail_contact.list_asks(session)

    def answer() -> bool:
        with sessions.begin() as session:
            return mail_contact.answer_ask(make_work(session, ports), ask_id)

    assert sorted(do_at_once(sessions, [answer] * 2, after="FROM link_asks"), key=str) == [False, True]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(MailLink)) == 1


def test_two_asks_at_once_fill_no_mailbox_beyond_its_hour(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports, link=True)
        for _ in range(4):
            mail_contact.ask_link(make_work(session, ports), ADDRESS)
        asks = mail_contact.list_asks(session)
        for ask_id in asks[:2]:
            mail_contact.answer_ask(make_work(session, ports), ask_id)

    def answer(ask_id: UUID) -> Callable[[], bool]:
        def act() -> bool:
            with sessions.begin() as session:
                return mail_contact.answer_ask(make_work(session, ports), ask_id)

        return act

    assert do_at_once(sessions, [answer(ask_id) for ask_id in asks[2:]], after="FROM mail_links") == [True, True]
    with sessions() as session:
        made = session.scalar(select(func.count()).select_from(MailLink))
        assert made == mail_contact.MOST_RETURNS


# --- Words, invitations, keys ---


def test_words_are_given_out_once_by_two_members_at_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        shared = share_case(session, ports)
        recovery_words.set_check(shared.person.at(NOW), "What did we paddle?", "the blue kayak 1987")
        recovery_words.start_reissue(shared.first.at(NOW), "the blue kayak 1987")

    def give_out() -> str:
        with sessions.begin() as session:
            return recovery_words.confirm_reissue(reopen(session, shared.second).at(NOW))

    given, raised = split(do_at_once(sessions, [give_out] * 2, after="FROM reissues"))
    assert (len(given), raised) == (1, [StepRefused])
    assert count(sessions, shared.person.case.id, History.WORDS_GIVEN_OUT) == 1
    with sessions() as session:
        of_person = CaseKey.words_index.is_not(None)
        assert session.scalar(select(func.count()).select_from(CaseKey).where(of_person)) == 1


def test_one_invitation_makes_one_account(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        team, _key = make_team(session)
        new = NewStaff(login="vera", name="Vera", role=Role.ADMINISTRATOR, password=PASSWORD)
        vera = accounts.add_staff(session, new, now=NOW)
        guest = Invitee(login="newt", name="Newt", role=Role.ADVOCATE, scope=Scope.OWN, team_id=team.id)
        words = invitations.invite(make_work(session, ports), guest, by=vera.id)

    def join(password: str) -> Callable[[], str]:
        def act() -> str:
            with sessions.begin() as session:
                invitations.accept(make_work(session, ports, now=NOW + HOUR), "newt", words, password)
            return password

        return act

    acts = [join("another long saying of the newcomer"), join("a third long saying of somebody")]
    joined, raised = split(do_at_once(sessions, acts, after="FROM invitations"))
    assert raised == [InvitationOver]
    with sessions.begin() as session:
        assert accounts.sign_in(session, "newt", joined[0])


def test_of_two_new_recovery_keys_at_once_only_one_is_handed_out(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        paper = accounts.make_recovery_key(session, now=NOW)
        accounts.create_team(session, "Harbour", now=NOW)

    def renew() -> str:
        with sessions.begin() as session:
            return restore_access.renew(session, paper, now=NOW)

    printed, raised = split(do_at_once(sessions, [renew] * 2, after="FROM recovery_keys"))
    assert raised == [AccountRefused]
    with sessions() as session:
        key = recovery_key.read_recovery_key(printed[0])
        assert [one.opens_key for one in restore_access.rehearse(session, key)] == [True]


def test_one_wait_used_by_two_at_once_counts_once(sessions: sessionmaker[Session]) -> None:
    key, asked = b"k" * 32, ChallengeAnswer(b"h" * 16, Counted.DRAFT, 0)
    ticket = flood_challenges.begin_wait(key, asked, now=NOW)

    def use() -> bool:
        with sessions.begin() as session:
            return flood_challenges.accept_wait(session, key, ticket.text, asked, now=ticket.ripe_at)

    assert sorted(do_at_once(sessions, [use] * 2, after="used_proofs"), key=str) == [False, True]


# --- The background ---


def test_two_workers_take_one_job_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    _, job_id = add(sessions, ports)
    worker = Worker()
    found = do_at_once(sessions, [lambda: run(sessions, job_id, worker, ports)] * 2, after="FROM jobs")
    assert sorted(found, key=str) == [False, True]
    assert (len(worker.seen), worker.finished) == (1, 1)


def test_two_workers_hand_one_mail_over_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        case_id = make_case(session, ports).case.id
    row_id, post = put(sessions, ports, new_mail(case_id)), Post()
    found = do_at_once(sessions, [lambda: try_once(sessions, row_id, post, ports)] * 2, after="FROM outbox")
    assert sorted(found, key=str) == [Delivery.NOT_OURS, Delivery.SENT]
    assert len(post.sent) == 1


def test_two_workers_warn_of_the_end_of_a_case_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        handover.close(opened.at(NOW), reason=CloseReason.REMOVED)

    def warn() -> int:
        return retention.run(sessions, now=NOW + 80 * DAY, ports=ports).warned

    assert sorted(do_at_once(sessions, [warn] * 2, after="FROM cases"), key=str) == [0, 1]
    with sessions() as session:
        mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.kind == MailKind.RETENTION)
        assert session.scalar(mails) == 1


def test_two_workers_notice_a_miss_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://pictures.example.org/album/7")
        send(session, opened, ports)

    def notice() -> int:
        return sweep.sweep(sessions, now=LATER, ports=ports).missed

    assert sorted(do_at_once(sessions, [notice] * 2, after="FROM cases"), key=str) == [0, 3]
    assert count(sessions, opened.case.id, History.CLOCK_MISSED) == 3
