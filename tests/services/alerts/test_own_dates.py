"""Our own dates to look again: only where no law has a date, called ours, and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.deadline_levels import Level
from portal.domain.lifecycle import Answer, ComplaintState, RequestState
from portal.domain.own_dates import COMPLAINT, REQUEST, find_own_date
from portal.domain.reminders import OURS
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.deadline_notices import DeadlineNotice
from portal.models.requests import Request
from portal.services.alerts import dates, own_dates, preferences
from portal.services.alerts.own_dates import note_own_dates
from portal.services.casefile import follow_ups
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.casefile.queue.today import find_levels
from portal.services.cases import safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.ports import PERSON, SYSTEM, Ports
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.request_page import request_view
from portal.services.work import CaseWork
from tests.services.alerts.test_levels import ONE_LINK, SENT, mails, wish
from tests.services.at_once import do_at_once
from tests.services.cases.test_mail_contact import confirm
from tests.services.factories import make_work
from tests.services.fakes import DAY, reopen, send
from tests.services.people import share_case

COME = SENT + REQUEST


@pytest.fixture
def case(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    """A case whose letter has left and arrived, of which no law has a date."""
    with sessions.begin() as session:
        shared = share_case(session, ports, links=ONE_LINK)
        send(session, shared.first, ports, at=SENT, received_at=SENT)
        shared.first.case.assignee_id = shared.first.actor.staff_id
        for clock in session.scalars(select(Clock)):
            clock.due_at, clock.state = None, ClockState.OPEN
        return shared.first


def told(sessions: sessionmaker[Session]) -> list[datetime]:
    with sessions() as session:
        query = select(DeadlineNotice.due_at).where(DeadlineNotice.level == Level.OWN)
        return list(session.scalars(query.order_by(DeadlineNotice.due_at)))


def test_the_last_that_happened_counts() -> None:
    assert find_own_date(None, None) is None
    assert find_own_date(SENT, None, SENT + DAY) == SENT + DAY + REQUEST
    assert find_own_date(SENT, wait=COMPLAINT) == SENT + COMPLAINT


def test_it_is_told_once_when_it_has_come_and_stands_on_the_page_and_on_today(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    wish(sessions, ports, "mere", Level.OWN)
    assert note_own_dates(sessions, now=COME - timedelta(minutes=1), ports=ports).done == 0
    assert note_own_dates(sessions, now=COME, ports=ports).done == 1
    assert note_own_dates(sessions, now=COME + DAY, ports=ports).done == 0
    assert told(sessions) == [COME]
    (mail,) = mails(sessions, ports)
    assert "1 case has a date of our own to look again" in mail["text"]
    with sessions() as session:
        work = reopen(session, case).at(COME)
        assert request_view(work, 1).own_date == COME
        assert find_levels(session, [work.reference]) == {work.reference: Level.OWN}


def test_a_request_with_a_date_of_a_law_has_none_of_ours(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    with sessions.begin() as session:
        clock = session.scalars(select(Clock)).all()[0]
        clock.due_at, clock.state = SENT + 2 * DAY, ClockState.MISSED
    assert note_own_dates(sessions, now=COME, ports=ports).done == 0
    with sessions() as session:
        assert request_view(reopen(session, case).at(COME), 1).own_date is None


def test_what_was_answered_or_promised_meanwhile_says_nothing(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    owner = case.actor.staff_id
    assert owner
    with sessions.begin() as session:
        work = reopen(session, case)
        promise = NewFollowUp(due_on=date(2026, 12, 20), owner_id=owner, note="", request_number=1)
        follow_ups.set_follow_up(work, promise)
        (row,) = follow_ups.list_follow_ups(work)
    assert note_own_dates(sessions, now=COME, ports=ports).done == 0
    with sessions.begin() as session:
        work = reopen(session, case)
        follow_ups.finish_follow_up(work, row.id)
        answers.log_answer(work.at(COME), 1, AnswerCommand(answer=Answer.REFUSED, at=COME - DAY))
        session.flush()
        assert session.scalars(select(Request.state)).one() is RequestState.REFUSED
    assert note_own_dates(sessions, now=COME + DAY, ports=ports).done == 0


def test_an_acknowledgement_moves_it_and_the_new_date_is_told_anew(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    note_own_dates(sessions, now=COME, ports=ports)
    with sessions.begin() as session:
        session.scalars(select(Request)).one().answered_at = COME + DAY
    assert note_own_dates(sessions, now=COME + 2 * DAY, ports=ports).done == 0
    assert note_own_dates(sessions, now=COME + DAY + REQUEST, ports=ports).done == 1
    assert told(sessions) == [COME, COME + DAY + REQUEST]


def test_after_lodging_the_authority_has_a_date_of_ours_where_it_has_none_of_its_own(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    with sessions.begin() as session:
        session.scalars(select(Request)).one().state = RequestState.REFUSED
        row = Complaint(case_id=case.case.id, number=1, regulator="us-ftc", regime="us-take-it-down", version="1")
        row.state, row.prepared_at, row.lodged_at = ComplaintState.LODGED, SENT, SENT
        row.id = case.case.id
        row.sealed = case.sealed_for(row, {})
        session.add(row)
    assert note_own_dates(sessions, now=SENT + COMPLAINT - DAY, ports=ports).done == 0
    assert note_own_dates(sessions, now=SENT + COMPLAINT, ports=ports).done == 1


def test_three_workers_tell_it_once(sessions: sessionmaker[Session], ports: Ports, case: CaseWork) -> None:
    acts = [lambda: own_dates.note_own_dates(sessions, now=COME, ports=ports)] * 3
    found = do_at_once(sessions, acts, after="FROM requests JOIN cases")
    assert [each for each in found if isinstance(each, Exception)] == []
    assert told(sessions) == [COME]


def entries(session: Session, case: CaseWork, *, at: datetime) -> list[tuple[datetime, str]]:
    """What the calendar of the member shows who works on the case."""
    member = replace(make_work(session, case.ports, actor=case.actor), now=at)
    feed = preferences.read_alerts(member).feed
    text = dates.read_feed(replace(member, actor=SYSTEM), feed).decode()
    found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert len({str(each["uid"]) for each in found}) == len(found)
    return [(each.decoded("dtstart"), str(each["summary"])) for each in found]


def test_it_stands_in_the_members_calendar_as_ours_before_it_comes_and_after(
    sessions: sessionmaker[Session], case: CaseWork
) -> None:
    with sessions.begin() as session:
        preferences.make_feed(make_work(session, case.ports, actor=case.actor))
    with sessions() as session:
        assert (COME, OURS) in entries(session, case, at=SENT + DAY)
        assert (COME, OURS) in entries(session, case, at=COME + DAY)
        assert OURS not in {title for _at, title in entries(session, case, at=COME + 31 * DAY)}
    with sessions.begin() as session:
        session.get_one(Case, case.case.id).assignee_id = None
    with sessions() as session:
        assert OURS not in {title for _at, title in entries(session, case, at=COME)}


def test_a_person_who_asked_for_dates_is_reminded_of_it_once(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    with sessions.begin() as session:
        own = replace(reopen(session, case), actor=PERSON)
        confirm(session, own, ports)
        safe_contact.save_choices(own.at(SENT), Choices(mails_dates=True))
    assert safe_contact.remind_due(sessions, now=COME - timedelta(seconds=1), ports=ports).done == 0
    assert safe_contact.remind_due(sessions, now=COME, ports=ports).done == 1
    assert safe_contact.remind_due(sessions, now=COME + DAY, ports=ports).done == 0
    with sessions() as session:
        shown = icalendar.Calendar.from_ical(safe_contact.write_dates(reopen(session, case).at(COME)).decode())
        assert COME in {each.decoded("dtstart") for each in shown.walk("VEVENT")}


def test_a_person_who_asked_for_nothing_is_reminded_of_nothing(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork
) -> None:
    assert safe_contact.remind_due(sessions, now=COME, ports=ports).done == 0
