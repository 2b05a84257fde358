"""A member's daily mail: at their hour by their own clock, once, with numbers and references alone, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import Answer, StepRefused
from portal.models.absences import Absence
from portal.models.accounts import Staff, Team
from portal.models.cases import Case
from portal.models.deadline_notices import AlertSettings
from portal.models.outbox import MailKind
from portal.services.alerts import dates, digests, levels, preferences
from portal.services.alerts.preferences import AlertChoices
from portal.services.casefile import follow_ups
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.cases import approvals
from portal.services.operations import sweep
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.staff.accounts import actor_of
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import Work
from tests.services.alerts.test_levels import DUE, ONE_LINK, SENT, mails, wish
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_work
from tests.services.fakes import HOUR, reopen, send
from tests.services.people import Shared, share_case

MORNING = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)  # a Tuesday


@pytest.fixture
def shared(sessions: sessionmaker[Session], ports: Ports) -> Shared:
    """A case of mere's, with a task of hers for Tuesday."""
    with sessions.begin() as session:
        made = share_case(session, ports, links=ONE_LINK)
        send(session, made.first, ports, at=SENT, received_at=SENT)
        made.first.case.assignee_id = made.first.actor.staff_id
        owner = made.first.actor.staff_id
        assert owner
        task = NewFollowUp(due_on=date(2026, 11, 24), owner_id=owner, note="Call Ana Exemplar.")
        follow_ups.set_follow_up(made.first, task)
        return made


def test_it_comes_once_at_the_members_hour_by_the_members_clock(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    mere = wish(sessions, ports, "mere", hour=21)
    with sessions.begin() as session:
        session.get_one(Staff, mere).zone = "Pacific/Auckland"  # thirteen hours ahead: 8:05 here is 21:05 there
    assert digests.send_digests(sessions, now=MORNING - HOUR, ports=ports).done == 0
    assert digests.send_digests(sessions, now=MORNING, ports=ports).done == 1
    assert digests.send_digests(sessions, now=MORNING + HOUR, ports=ports).done == 0
    (mail,) = mails(sessions, ports, MailKind.DIGEST)
    assert shared.first.case.reference in mail["text"]
    assert "1 case has a task of yours for today" in mail["text"]


def test_it_names_no_person_no_link_and_no_word_of_a_case(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    wish(sessions, ports, "mere", hour=8)
    sweep.sweep(sessions, now=DUE + HOUR, ports=ports)
    levels.note_levels(sessions, now=DUE + HOUR, ports=ports)
    digests.send_digests(sessions, now=DUE + HOUR, ports=ports)
    (mail,) = mails(sessions, ports, MailKind.DIGEST)
    assert "1 case has a date that has just passed" in mail["text"]
    for word in ("Ana", "Exemplar", "pictures.example", "http", "Call", "intimate", "image", "platform", "mere"):
        assert word.lower() not in (mail["subject"] + mail["text"]).lower(), word


def test_a_level_that_was_met_since_is_in_no_mail(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    wish(sessions, ports, "mere", hour=8)
    levels.note_levels(sessions, now=DUE - 12 * HOUR, ports=ports)
    with sessions.begin() as session:
        opened = reopen(session, shared.first).at(DUE - 10 * HOUR)
        answers.log_answer(opened, 1, AnswerCommand(answer=Answer.REMOVED, at=DUE - 11 * HOUR))
    digests.send_digests(sessions, now=DUE - HOUR, ports=ports)
    (mail,) = mails(sessions, ports, MailKind.DIGEST)
    assert "a task of yours" in mail["text"]
    assert "ends soon" not in mail["text"]


def test_second_looks_that_are_asked_for_stand_in_it_for_whoever_can_give_them(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    with sessions.begin() as session:
        asking = reopen(session, shared.first)
        team = session.get_one(Case, asking.case.id).team_id
        row = session.get_one(Team, team)
        row.approvals = [Approvable.CLOSING.value]
        approvals.ask_approval(asking, Approvable.CLOSING, 0, "Please look.")
    for login in ("mere", "tane"):
        wish(sessions, ports, login, hour=8)
    digests.send_digests(sessions, now=MORNING, ports=ports)
    found = {mail["to"]: mail["text"] for mail in mails(sessions, ports, MailKind.DIGEST)}
    assert "second look" in found["tane@harbour.example"]
    assert "second look" not in found["mere@harbour.example"]


def test_who_is_away_gets_none_and_the_cover_gets_theirs(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    mere, tane = (wish(sessions, ports, login, hour=8) for login in ("mere", "tane"))
    with sessions.begin() as session:
        days = {"from_on": date(2026, 11, 20), "until_on": date(2026, 12, 20)}
        session.add(Absence(id=uuid4(), staff_id=mere, cover_id=tane, set_at=NOW, **days))
    digests.send_digests(sessions, now=MORNING, ports=ports)
    assert [mail["to"] for mail in mails(sessions, ports, MailKind.DIGEST)] == ["tane@harbour.example"]


def test_a_day_on_which_nothing_waits_a_weekend_and_an_address_that_nobody_confirmed_have_no_mail(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    wish(sessions, ports, "tane", hour=8)
    mere = wish(sessions, ports, "mere", hour=8)
    saturday = datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert digests.send_digests(sessions, now=saturday, ports=ports).done == 0
    with sessions.begin() as session:
        session.get_one(AlertSettings, mere).confirmed_at = None
    assert digests.send_digests(sessions, now=MORNING, ports=ports).done == 0


def test_three_workers_at_once_write_one_mail(sessions: sessionmaker[Session], ports: Ports, shared: Shared) -> None:
    wish(sessions, ports, "mere", hour=8)
    acts = [lambda: digests.send_digests(sessions, now=MORNING, ports=ports)] * 3
    found = do_at_once(sessions, acts, after="FROM alert_settings JOIN staff")
    assert [each for each in found if isinstance(each, Exception)] == []
    assert len(mails(sessions, ports, MailKind.DIGEST)) == 1


def test_nothing_goes_to_an_address_before_the_code_that_was_mailed_there_came_back(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    with sessions.begin() as session:
        work = member(session, ports, shared)
        assert preferences.save_alerts(work, AlertChoices(address="mere@harbour.example", digest_hour=8))
    assert digests.send_digests(sessions, now=MORNING, ports=ports).done == 0
    (mail,) = mails(sessions, ports, MailKind.STAFF_CODE)
    code = mail["text"].partition("that page: ")[2][:8]
    with sessions.begin() as session:
        work = member(session, ports, shared)
        with pytest.raises(StepRefused, match="not the code"):
            preferences.confirm(work, "1" + code[1:] if code[0] != "1" else "2" + code[1:])
        preferences.confirm(work, f" {code[:4]} {code[4:]} ")
        with pytest.raises(StepRefused, match="does not work any more"):
            preferences.confirm(work, code)
    assert digests.send_digests(sessions, now=MORNING, ports=ports).done == 1


def test_an_address_is_sealed_and_moves_to_a_new_secret(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    mere = wish(sessions, ports, "mere", hour=8)
    with sessions() as session:
        assert b"harbour.example" not in session.get_one(AlertSettings, mere).sealed
    newer = ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])
    with sessions.begin() as session:
        assert preferences.move_to_new_secret(make_work(session, replace(ports, keys=newer))) == 1
    with sessions() as session:
        row = session.get_one(AlertSettings, mere)
        alone = ServerKeys.from_secrets([b"\x08" * 32])
        assert preferences.find_address(row, alone) == "mere@harbour.example"


def test_a_calendar_shows_times_until_its_address_is_ended(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    with sessions.begin() as session:
        preferences.make_feed(member(session, ports, shared))
    with sessions() as session:
        token = preferences.read_alerts(member(session, ports, shared)).feed
        text = dates.read_feed(make_work(session, ports, actor=SYSTEM), token)
        other = dates.read_feed(make_work(session, ports, actor=SYSTEM), token[:-2] + "xx")
    entries = icalendar.Calendar.from_ical(text).walk("VEVENT")
    starts = [each.decoded("dtstart") for each in entries]
    assert DUE in starts
    assert datetime(2026, 11, 24, 9, tzinfo=UTC) in starts, "the morning of the task"
    assert {str(each["summary"]) for each in entries} == {"A reminder"}
    reference = shared.first.case.reference.encode()
    assert not [word for word in (reference, b"Ana", b"pictures", b"Call") if word in text]
    assert icalendar.Calendar.from_ical(other).walk("VEVENT") == []
    with sessions.begin() as session:
        preferences.end_feed(member(session, ports, shared))
    with sessions() as session:
        assert dates.read_feed(make_work(session, ports, actor=SYSTEM), token) == other


def test_the_calendar_of_a_member_who_left_shows_nothing(
    sessions: sessionmaker[Session], ports: Ports, shared: Shared
) -> None:
    with sessions.begin() as session:
        work = member(session, ports, shared)
        preferences.make_feed(work)
        token = preferences.read_alerts(work).feed
        session.scalars(select(Staff).where(Staff.login == "mere")).one().ended_at = NOW
    with sessions() as session:
        text = dates.read_feed(make_work(session, ports, actor=SYSTEM), token)
    assert icalendar.Calendar.from_ical(text).walk("VEVENT") == []


def member(session: Session, ports: Ports, shared: Shared) -> Work:
    row = session.scalars(select(Staff).where(Staff.id == shared.first.actor.staff_id)).one()
    return make_work(session, ports, actor=actor_of(row))
