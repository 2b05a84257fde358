"""Nothing leaves without the person's yes, nor after the authority of whoever acts for them has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import ActorKind, Answer, Filer, History, LetterKind, RequestState, Role, StepRefused
from portal.models.jobs import JobState
from portal.services.background import jobs
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import mandates
from portal.services.cases.consent import NoConsent
from portal.services.cases.mandates import MandateOver
from portal.services.complaints import bundle, bundle_files, complaints, reading
from portal.services.complaints.complaints import LodgedCommand
from portal.services.letters import letters
from portal.services.ports import Actor, Ports
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import RUNNERS, print_quickly, reminded, reopen, run_job, send, utc
from tests.services.people import kinds

LAST_DAY = date(2026, 11, 30)
ON_THE_DAY = utc(30, 10, 59)  # in New Zealand, where the person lives, the day ends with this minute
DAY_AFTER = utc(30, 11, 0)
X_LINK = "https://x.com/someone/status/1111"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def acting(session: Session, ports: Ports, ends_on: date | None = LAST_DAY) -> CaseWork:
    """A case that a representative brought, whose authority ends on a day."""
    return make_case(
        session,
        ports,
        links=X_LINK,
        filer=Filer.REPRESENTATIVE,
        authority="A signed letter.",
        authority_ends_on=ends_on,
    )


def refuse(session: Session, opened: CaseWork, ports: Ports, *, now: datetime = NOW + timedelta(days=4)) -> None:
    answer = AnswerCommand(answer=Answer.REFUSED, at=now)
    answers.log_answer(opened.at(now), 1, answer)
    session.flush()


def prepare(session: Session, opened: CaseWork, ports: Ports, *, now: datetime) -> int:
    found = complaints.options(opened.at(now))
    option = next(one for one in found if one.is_open and one.request_numbers)
    number = complaints.prepare(opened.at(now), option.regime, option.regulator, option.request_numbers)
    session.flush()
    return number


def test_on_the_last_day_it_is_sent_and_on_the_day_after_it_is_not(session: Session, ports: Ports) -> None:
    opened = acting(session, ports)
    with pytest.raises(MandateOver, match="renewed"):
        send(session, opened, ports, at=DAY_AFTER)
    assert request_page.request_view(opened.at(NOW), 1).state is RequestState.PREPARED
    send(session, opened, ports, at=ON_THE_DAY)
    assert request_page.request_view(opened.at(NOW), 1).state is RequestState.SENT


def test_letters_reminders_answers_back_and_complaints_stop_with_the_authority(session: Session, ports: Ports) -> None:
    opened = acting(session, ports)
    send(session, opened, ports)
    refuse(session, opened, ports)
    number = prepare(session, opened, ports, now=ON_THE_DAY)
    lodged = LodgedCommand(at=ON_THE_DAY, has_checked=True)
    steps: list[Callable[[], object]] = [
        lambda: letters.make_letter(opened.at(DAY_AFTER), LetterKind.REMINDER, 1),
        lambda: sending.record_reminded(opened.at(DAY_AFTER), 1, reminded(DAY_AFTER)),
        lambda: prepare(session, opened, ports, now=DAY_AFTER),
        lambda: bundle_files.start_bundle(opened.at(DAY_AFTER), number),
        lambda: complaints.record_lodged(opened.at(DAY_AFTER), number, lodged),
    ]
    for step in steps:
        with pytest.raises(MandateOver):
            step()
    complaints.record_lodged(opened.at(ON_THE_DAY), number, lodged)


def test_what_was_asked_back_is_not_sent_after_the_end(session: Session, ports: Ports) -> None:
    opened = acting(session, ports)
    send(session, opened, ports)
    asked = AnswerCommand(answer=Answer.MORE_ASKED, at=ON_THE_DAY)
    answers.log_answer(opened.at(ON_THE_DAY), 1, asked)
    with pytest.raises(MandateOver):
        sending.record_information_sent(opened.at(DAY_AFTER), 1, DAY_AFTER)


@pytest.mark.parametrize(
    ("now", "is_near", "is_over"),
    [
        (utc(15, 10, 59), False, False),
        (utc(15, 11, 0), True, False),
        (ON_THE_DAY, True, False),
        (DAY_AFTER, False, True),
    ],
)
def test_the_page_warns_from_fourteen_days_before(
    session: Session, ports: Ports, now: datetime, is_near: bool, is_over: bool
) -> None:
    view = mandates.mandate_view(acting(session, ports).at(now))
    assert view is not None
    assert (view.is_near_end, view.is_over, view.ends_on) == (is_near, is_over, LAST_DAY)


def test_an_authority_without_an_end_and_a_case_of_ones_own_never_stop(session: Session, ports: Ports) -> None:
    far = NOW + timedelta(days=4000)
    for opened in (acting(session, ports, None), make_case(session, ports)):
        mandates.require_mandate(opened.at(far))


def test_whoever_acts_can_renew_the_authority_and_then_it_goes_on(session: Session, ports: Ports) -> None:
    opened = acting(session, ports)
    mandates.renew_mandate(opened.at(DAY_AFTER), "A new letter.", date(2027, 1, 31))
    session.flush()
    send(session, opened, ports, at=DAY_AFTER)
    view = mandates.mandate_view(opened.at(DAY_AFTER))
    assert view is not None
    assert (view.authority, view.ends_on) == ("A new letter.", date(2027, 1, 31))
    assert opened.report.authority == "A new letter."
    assert History.MANDATE_RENEWED in kinds(session, opened)


def test_the_team_cannot_renew_the_authority(session: Session, ports: Ports) -> None:
    opened = replace(acting(session, ports), actor=Actor(kind=ActorKind.STAFF, role=Role.SUPERVISOR))
    with pytest.raises(StepRefused, match="representative can renew"):
        mandates.renew_mandate(opened.at(NOW), "A new letter.", date(2027, 1, 31))


@pytest.mark.parametrize("ends_on", [date(2026, 11, 30), date(2036, 1, 1)])
def test_a_day_that_cannot_be_is_refused(session: Session, ports: Ports, ends_on: date) -> None:
    opened = acting(session, ports)
    with pytest.raises(StepRefused, match="day"):
        mandates.renew_mandate(opened.at(DAY_AFTER), "A new letter.", ends_on)


def test_a_withdrawn_yes_stops_requests_reminders_and_answers_back_at_once(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    case_sharing.change_consent(opened.at(NOW), "platforms", given=False)
    session.flush()
    with pytest.raises(NoConsent):
        send(session, opened, ports, 2)
    with pytest.raises(NoConsent):
        sending.record_reminded(opened.at(NOW + timedelta(days=1)), 1, reminded(NOW + timedelta(days=1)))
    case_sharing.change_consent(opened.at(NOW), "platforms", given=True)
    session.flush()
    send(session, opened, ports, 2)


def test_a_withdrawn_yes_stops_the_papers_that_are_being_made(sessions: sessionmaker[Session], ports: Ports) -> None:
    later = NOW + timedelta(days=4)
    with sessions.begin() as session:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        refuse(session, opened, ports, now=later)
        number = prepare(session, opened, ports, now=later)
        job_id = jobs.list_waiting_jobs(session, now=later)[0]

    def withdraw_meanwhile(*given: object, **named: object) -> object:
        finish = bundle.make_bundle(*given, **named)  # type: ignore[arg-type]
        with sessions.begin() as session:
            case_sharing.change_consent(reopen(session, opened).at(later), "regulators", given=False)
        return finish

    runners = {kind: withdraw_meanwhile for kind in RUNNERS}
    jobs.run_job(sessions, job_id, clock=lambda: later, ports=ports, runners=runners)  # type: ignore[arg-type]
    with sessions.begin() as session:
        again = reopen(session, opened)
        view = reading.complaint_view(again.at(later), number)
        assert view.letters == ()
        assert view.job is not None
        assert view.job.state is JobState.FAILED
        assert "taken back" in view.job.problems[0]
        with pytest.raises(NoConsent):
            bundle_files.start_bundle(again.at(later), number)
        lodged = LodgedCommand(at=later, has_checked=True)
        with pytest.raises(NoConsent):
            complaints.record_lodged(again.at(later), number, lodged)
        case_sharing.change_consent(again.at(later), "regulators", given=True)
        session.flush()
        bundle_files.start_bundle(again.at(later), number)
    with sessions() as session:
        job_id = jobs.list_waiting_jobs(session, now=later)[0]
    assert run_job(sessions, job_id, ports, now=later)
