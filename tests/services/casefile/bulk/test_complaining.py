"""Complaints about many requests at once: who is competent for each, what is missing, made once, lodged once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import Answer, ComplaintState
from portal.models.complaints import Complaint
from portal.models.jobs import Job, JobKind
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import TOO_MANY, BulkAction, BulkCommand, Choice, Outlook, Result
from portal.services.casefile.bulk.complaining import Need
from portal.services.cases import opening
from portal.services.cases.consent import set_consent
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import complaints, reading, stating
from portal.services.complaints.complaints import ComplaintAnswerCommand
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.lookup import list_requests
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, print_quickly, reopen, run_job, send

LATE = NOW + 6 * DAY
ALL = Choice(is_all=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_refused(session: Session, ports: Ports, *, refused: int = 3, **changes: Any) -> CaseWork:
    """A case with three requests that were sent, so many of them refused."""
    opened = make_case(session, ports, **changes)
    for request in list_requests(opened):
        send(session, opened, ports, request.number)
        if request.number <= refused:
            said_no = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="No.")
            answers.log_answer(opened.at(NOW + DAY), request.number, said_no)
    for request in list_requests(opened):
        refresh_clocks(opened.at(NOW + DAY), opened.case, request)
    return opened.at(NOW + DAY)


def look(work: CaseWork, action: BulkAction = BulkAction.COMPLAIN) -> dict[int, Outlook]:
    return {each.number: each for each in bulk.foresee(work, action, ALL)}


def press(work: CaseWork, action: BulkAction, token: str = "a" * 32, **values: Any) -> tuple[Result, ...]:
    return bulk.do_to_all(work, BulkCommand(action=action, token=token, is_all=True, **values))


def count_complaints(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Complaint)) or 0


def test_each_goes_to_whoever_is_competent_and_what_is_not_ripe_stays(session: Session, ports: Ports) -> None:
    work = make_refused(session, ports, refused=2)
    found = look(work)
    assert [number for number, each in found.items() if each.will] == [1, 2]
    for each in (found[1], found[2]):
        assert each.plan is not None
        assert each.plan.option is not None
        assert each.plan.option.regulator == "nz-netsafe"
        assert each.plan.option.why
    assert found[3].why == "Its deadline has not passed, and it was not refused."


@pytest.mark.parametrize(("country", "body"), [("NZ", "nz-netsafe"), ("IE", "ie-cnam"), ("US", "us-ftc")])
def test_the_authority_of_the_persons_own_country_comes_first(
    session: Session, ports: Ports, country: str, body: str
) -> None:
    """Though that of another country takes complaints too."""
    work = make_refused(session, ports, country=country).at(LATE)
    plan = look(work)[1].plan
    assert plan is not None
    assert plan.option is not None
    assert plan.option.regulator == body


def test_they_are_made_with_their_bundles_and_never_twice(session: Session, ports: Ports) -> None:
    work = make_refused(session, ports)
    done = press(work, BulkAction.COMPLAIN)
    assert [each.is_done for each in done] == [True] * 3
    assert sorted(each.complaint for each in done) == [1, 2, 3]
    assert len(bulk.find_jobs(work, BulkAction.COMPLAIN, done)) == 3
    jobs = select(func.count()).select_from(Job).where(Job.kind == JobKind.BUNDLE)
    assert session.scalar(jobs) == 3

    assert press(work, BulkAction.COMPLAIN) == done
    again = press(work, BulkAction.COMPLAIN, token="b" * 32)
    assert {each.why for each in again} == {f"Complaint {number} about it is prepared." for number in (1, 2, 3)}
    assert count_complaints(session) == 3


def test_requests_to_one_organisation_go_into_one_complaint(session: Session, ports: Ports) -> None:
    links = "https://www.instagram.com/p/Invented01/"
    work = make_refused(session, ports, links=links)
    preparing.prepare_erasure(work, 1)
    request = list_requests(work)[-1]
    send(session, work, ports, request.number)
    said_no = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="No.")
    answers.log_answer(work, request.number, said_no)
    found = [each for each in look(work.at(LATE)).values() if each.will]
    assert len(found) == 2
    made = press(work.at(LATE), BulkAction.COMPLAIN)
    bodies = {each.plan.option.regulator for each in found if each.plan and each.plan.option}
    assert count_complaints(session) == len(bodies) == len({each.complaint for each in made})


def test_what_waits_for_the_person_says_what_for(session: Session, ports: Ports) -> None:
    said = make_refused(session, ports, country="AU").at(LATE)
    options = {each.plan.option.regime for each in look(said).values() if each.plan and each.plan.option}
    assert any(stating.list_wanted(said, ports.registry.regime(each)) for each in options), options
    said.write_report(replace(said.report, states_no_consent=False, states_good_faith=False, states_accuracy=False))
    found = look(said)
    assert {each.need for each in found.values()} == {Need.COMPLAINT_STATEMENT}
    assert not any(each.will for each in found.values())

    withheld = make_refused(session, ports)
    set_consent(session, withheld.case, "regulators", given=False, now=withheld.now)
    assert {each.need for each in look(withheld).values()} == {Need.CONSENT}
    assert not any(each.will for each in look(withheld).values())


def test_after_an_answer_another_authority_can_be_turned_to(session: Session, ports: Ports) -> None:
    work = make_refused(session, ports, refused=1)
    press(work, BulkAction.COMPLAIN)
    row = session.scalars(select(Complaint)).one()
    row.state, row.lodged_at = ComplaintState.LODGED, work.now
    session.flush()
    assert look(work)[1].why == "Complaint 1 about it is lodged."
    complaints.log_complaint_answer(work, 1, ComplaintAnswerCommand(at=work.now, is_final=True))
    plan = look(work)[1].plan
    assert plan is not None
    assert plan.option is None or plan.option.regulator != row.regulator


def test_no_more_are_done_than_fit_into_one_press(session: Session, ports: Ports) -> None:
    work = make_refused(session, ports)
    done = press(work, BulkAction.COMPLAIN, at_most=2)
    assert [each.why for each in done] == ["", "", TOO_MANY]
    assert count_complaints(session) == 2


def test_they_are_lodged_together_once_each_with_its_number(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        work = make_refused(session, ports)
        press(work, BulkAction.COMPLAIN)
        found = look(work, BulkAction.LODGED)
        assert {each.why for each in found.values()} == {"Its bundle is not made yet."}
        jobs = list(session.scalars(select(Job.id).where(Job.kind == JobKind.BUNDLE)))
    for job in jobs:
        assert run_job(sessions, job, ports, now=LATE)

    with sessions.begin() as session:
        opened = reopen(session, work).at(LATE)
        tickets = {1: "N-1", 2: "N-2"}
        done = press(opened, BulkAction.LODGED, "c" * 32, at=LATE, tickets=tickets, has_checked=True)
        assert [each.is_done for each in done] == [True] * 3
        assert press(opened, BulkAction.LODGED, "c" * 32, at=LATE) == done
        views = reading.complaint_views(opened)
        assert [view.ticket for view in views] == ["N-1", "N-2", ""]
        assert {view.state for view in views} == {ComplaintState.LODGED}
        again = press(opened, BulkAction.LODGED, "d" * 32, at=LATE)
        assert {each.why for each in again} == {"No complaint about it waits to be lodged."}


def test_two_presses_at_once_make_one_complaint_each(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        made = make_refused(session, ports)

    def do(token: str) -> int:
        with sessions.begin() as session:
            work = opening.open_for_person(
                make_work(session, ports, now=made.now), made.case.id, made.key, to_change=True
            )
            return sum(each.is_done for each in press(work, BulkAction.COMPLAIN, token))

    both = do_at_once(sessions, [lambda: do("a" * 32), lambda: do("b" * 32)], after="FROM cases")
    assert sorted(both, key=str) == [0, 3]
    with sessions() as session:
        assert count_complaints(session) == 3
