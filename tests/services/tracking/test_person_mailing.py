"""A person's letters by e-mail from here: offered where the organisation does so, and held to stricter rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import History, LetterKind, RequestState, SendingChannel, StepRefused
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.run.worker import RUNNERS
from portal.services.background import jobs
from portal.services.background.outbox import Delivery
from portal.services.casefile import sharing
from portal.services.cases.consent import NoConsent
from portal.services.directory.address_checks import note_outcome
from portal.services.letters import letters
from portal.services.letters.further import FurtherWords
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.requests.statements import StatementCommand, list_wanted, state
from portal.services.tracking import mailing, person_mailing
from portal.services.work import CaseWork
from tests.services import fakes
from tests.services.at_once import do_at_once
from tests.services.background.test_outbox import Post, try_once
from tests.services.factories import NOW, ignore_job, make_case, make_ports
from tests.services.fakes import HOUR, print_quickly, reopen
from tests.services.people import MAIL, share_case

ADDRESS = "abuse@imgur.com"
LINK = "https://imgur.com/a/Abc123"
MINUTE = timedelta(minutes=1)
OFFERED = {**MAIL, "RECOURSE_REPLY_DOMAIN": "answers.example.org", "RECOURSE_SEND_FOR_PERSONS": "on"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, enqueue=ignore_job, **OFFERED)


@pytest.fixture
def alone(session: Session, ports: Ports) -> CaseWork:
    """Somebody alone with a letter to a platform whose address somebody checked."""
    return lettered(session, ports)


def lettered(session: Session, ports: Ports, *, is_checked: bool = True) -> CaseWork:
    opened = make_case(session, ports, links=LINK)
    letters.make_missing_letter(opened.at(NOW), 1)
    if is_checked:
        note_outcome(opened.at(NOW), "imgur", ADDRESS, AddressOutcome.WORKED)
    return opened.at(NOW)


def send(work: CaseWork, letter: int = 1) -> UUID:
    person_mailing.send_letter(work, 1, letter)
    newest = select(LetterMail.id).order_by(LetterMail.made_at.desc()).limit(1)
    return work.session.scalars(newest).one()


def test_a_persons_letter_leaves_once_and_her_request_is_sent_from_then(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        work = lettered(session, ports)
        assert person_mailing.find_address(read_dossier(work, 1)) == ADDRESS
        mail_id = send(work)
    post, at = Post(), NOW + MINUTE
    assert try_once(sessions, mail_id, post, ports, now=at) is Delivery.SENT
    assert try_once(sessions, mail_id, post, ports, now=at + HOUR) is Delivery.NOT_OURS
    (mail,) = post.sent
    assert mail.to == ADDRESS
    assert mail.reply_to == mail.returns_to
    assert mail.reply_to.endswith("@answers.example.org")
    write_down(sessions, ports, at)
    with sessions() as session:
        dossier = read_dossier(reopen(session, work), 1)
        assert (dossier.request.state, dossier.request.sent_at) == (RequestState.SENT, at)
        assert dossier.request.channel is SendingChannel.EMAIL
        (sent,) = [each for each in dossier.events if each.kind is History.SENT]
        assert (sent.actor.value, sent.staff_id) == ("person", None)
        (view,) = mailing.list_mails(dossier)
        assert (view.state, view.by, view.is_recorded) == (LetterMailState.ACCEPTED, "", True)


def write_down(sessions: sessionmaker[Session], ports: Ports, now: datetime) -> None:
    with sessions() as session:
        waiting = jobs.list_waiting_jobs(session, now=now)
    for job_id in waiting:
        jobs.run_job(sessions, job_id, clock=lambda: now, ports=ports, runners=RUNNERS)


def test_pressed_twice_at_once_it_goes_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        work = lettered(session, ports)

    def press() -> str:
        try:
            with sessions.begin() as session:
                session.get_one(type(work.case), work.case.id, with_for_update=True)
                person_mailing.send_letter(reopen(session, work), 1, 1)
        except StepRefused:
            return "refused"
        return "sent"

    assert sorted(do_at_once(sessions, [press] * 2, after="FROM cases"), key=str) == ["refused", "sent"]


def test_nothing_is_offered_where_the_organisation_does_not(session: Session, tmp_path: Path) -> None:
    ports = make_ports(tmp_path, enqueue=ignore_job, **{**OFFERED, "RECOURSE_SEND_FOR_PERSONS": "off"})
    work = lettered(session, ports)
    assert person_mailing.find_address(read_dossier(work, 1)) == ""
    with pytest.raises(StepRefused, match="sent from here"):
        send(work)


def test_nothing_goes_to_an_address_that_nobody_checked_or_that_was_reported(session: Session, ports: Ports) -> None:
    work = lettered(session, ports, is_checked=False)
    assert person_mailing.find_address(read_dossier(work, 1)) == ""
    with pytest.raises(StepRefused, match="checked their e-mail address"):
        send(work)
    note_outcome(work, "imgur", ADDRESS, AddressOutcome.WORKED)
    assert person_mailing.find_address(read_dossier(work, 1)) == ADDRESS
    later = work.at(NOW + timedelta(days=91))
    assert person_mailing.find_address(read_dossier(later, 1)) == "", "its shelf life is over"
    note_outcome(work.at(NOW + timedelta(days=1)), "imgur", ADDRESS, AddressOutcome.BOUNCED)
    with pytest.raises(StepRefused, match="checked their e-mail address"):
        send(work.at(NOW + timedelta(days=1)))


def test_only_the_letter_that_was_looked_at_goes_and_only_with_consent(alone: CaseWork) -> None:
    with pytest.raises(StepRefused, match="Another letter"):
        send(alone, letter=7)
    sharing.change_consent(alone, "platforms", given=False)
    with pytest.raises(NoConsent):
        send(alone)


def test_what_was_only_told_to_the_team_is_not_enough(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports, links=LINK)
    wanted = frozenset(list_wanted(read_dossier(shared.first, 1)))
    told = StatementCommand(numbers=(1,), statements=wanted, told_at=NOW)
    state(shared.first.at(NOW), told)
    letters.make_missing_letter(shared.person.at(NOW), 1)
    note_outcome(shared.first.at(NOW), "imgur", ADDRESS, AddressOutcome.WORKED)
    with pytest.raises(StepRefused, match="in your own name"):
        send(shared.person.at(NOW))


def test_a_case_sends_no_more_than_its_share_in_an_hour(alone: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_mailing, "MOST_AN_HOUR", 1)
    send(alone)
    mailing.take_back(alone, 1)
    soon = alone.at(NOW + HOUR - MINUTE)
    with pytest.raises(StepRefused, match="Wait an hour"):
        send(soon)
    send(alone.at(NOW + HOUR))


def test_nobody_has_the_organisation_write_to_an_address_that_she_typed_herself(alone: CaseWork) -> None:
    fakes.send(alone.session, alone, alone.ports)
    late = alone.at(NOW + timedelta(days=2))
    words = FurtherWords(topic="search", company="Find It", address="victim@anybody.example")
    number = letters.make_letter(late, LetterKind.SUPPLIER, 1, words=words).number
    assert person_mailing.find_later_address(late, number) == ""
    with pytest.raises(StepRefused, match="checked their e-mail address"):
        person_mailing.send_later_letter(late, number)
