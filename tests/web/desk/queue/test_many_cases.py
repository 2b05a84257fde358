"""One thing in many cases from the queue: seen before, each case by itself, once."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, ComplaintState
from portal.models.cases import Case
from portal.models.complaints import Complaint, ComplaintRequest
from portal.run import worker
from portal.services.casefile.bulk import many_cases
from portal.services.casefile.bulk.many_cases import CaseAction, CasesCommand
from portal.services.casefile.queue import listing as queue
from portal.services.cases.consent import set_consent
from portal.services.cases.opening import open_for_staff
from portal.services.ports import Actor
from portal.services.work import Work
from tests.services.fakes import print_quickly
from tests.statements import counted
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.desk.requests.test_bulk import send_all


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_late(desk: Desk, visitor: Colleague, clock: TestClock, number: int) -> list[str]:
    """So many cases in which everybody is late."""
    references = [desk.add_case() for _each in range(number)]
    for reference in references:
        send_all(desk, visitor, reference)
    clock.move(days=10)
    visitor.sign_in_again("/desk")
    worker.run_sweep(desk.parts)
    return references


def address(action: str, references: list[str]) -> str:
    return f"/desk/together?action={action}" + "".join(f"&cases={each}" for each in references)


def test_all_who_are_late_are_reminded_in_few_presses(desk: Desk, clock: TestClock) -> None:
    visitor = desk.visit("mira")
    references = make_late(desk, visitor, clock, 3)

    visitor.go("/desk?show=overdue")
    visitor.go("/desk/together?action=remind&cases=all" + "".join(f"&shown={each}" for each in references))
    assert "It will be done in 3 cases" in visitor.page.text
    asking = visitor.page
    visitor.press("Remind all who are late")
    assert "Done in 3 of 3 cases" in visitor.page.text
    worker.run_left_jobs(desk.parts)
    visitor.seen.append(asking)
    visitor.press("Remind all who are late")
    worker.run_left_jobs(desk.parts)
    visitor.go(address("reminded", references))
    visitor.press("Record reminders as sent")

    assert "Done in 3 of 3 cases" in visitor.page.text
    for reference in references:
        history = visitor.go(f"/desk/cases/{reference}/history").text
        assert history.count("A letter was made.") == 6  # three notices, three reminders, whatever was pressed twice
        assert history.count("A reminder was sent.") == 2  # no address of the third is known


def test_first_letters_of_several_cases_are_prepared_and_recorded_as_sent(desk: Desk) -> None:
    visitor = desk.visit("mira")
    references = [desk.add_case(), desk.add_case()]
    visitor.go(address("letters", references))
    assert "It will be done in 2 cases" in visitor.page.text
    visitor.press("Prepare letters")
    worker.run_left_jobs(desk.parts)
    visitor.go(visitor.page.path)
    visitor.follow("Record as sent")
    assert "s own form: https://" in visitor.page.text, "each address is told before"
    visitor.press("Record as sent", has_checked="y")

    assert "Done in 2 of 2 cases" in visitor.page.text
    assert visitor.page.text.count("No address of it is known.") == 2, "the third platform of each is left"
    for reference in references:
        assert visitor.go(f"/desk/cases/{reference}/history").text.count("The request was sent.") == 2


def test_addresses_of_several_cases_are_checked_at_once(desk: Desk) -> None:
    visitor = desk.visit("mira")
    references = [desk.add_case(), desk.add_case()]
    visitor.go(address("check", references))
    visitor.press("Addresses checked")
    assert "Its address was checked not long ago." in visitor.page.text, "the second has the same platforms"
    visitor.go(address("check", references))
    assert "2 cases stay as they are" in visitor.page.text


def test_a_step_is_done_in_all_cases_of_a_narrowed_list_on_whatever_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_ROWS", 2)
    visitor = desk.visit("mira")
    chosen = [desk.add_case(country="NZ") for _each in range(3)]
    other = desk.add_case(country="DE")
    assert "All 3 cases of this list" in visitor.go("/desk?show=all&country=NZ").text
    visitor.go("/desk/together?action=follow_up&show=all&country=NZ&cases=view")
    assert "It will be done in 3 cases" in visitor.page.text
    assert all(each in visitor.page.text for each in chosen)
    assert other not in visitor.page.text


def test_a_step_with_nothing_ticked_says_what_to_tick(desk: Desk) -> None:
    page = desk.visit("mira").go("/desk/together?action=remind")
    assert page.path == "/desk"
    assert "Nothing was ticked. Tick cases, or all of them, and press again." in page.text


def test_a_step_with_nothing_ticked_leads_back_to_the_list_as_it_was(desk: Desk) -> None:
    visitor = desk.visit("mira")
    desk.add_case()
    shown = visitor.go("/desk?show=all&country=NZ&columns=due&columns=links")
    assert 'name="country" value="NZ"' in shown.answer.text
    back = visitor.go("/desk/together?action=remind&show=all&country=NZ&columns=due&columns=links")
    assert "Nothing was ticked." in back.text
    assert urlsplit(back.answer.request.url).query == "show=all&country=NZ&columns=due&columns=links"


def test_cases_are_assigned_and_another_teams_case_is_none(desk: Desk) -> None:
    visitor = desk.visit("mira")
    desk.add("tane")
    references = [desk.add_case(), desk.add_case()]
    visitor.go(address("assign", [*references, "AAAA-AAAA"]))
    assert "It will be done in 2 cases" in visitor.page.text
    assert "No case of your team has this reference." in visitor.page.text
    inputs = [each for each in visitor.page.root.iter("input") if each.get("name") == "colleague"]
    labels = {each.get("for"): "".join(each.itertext()) for each in visitor.page.root.iter("label")}
    tane = next(each for each in inputs if labels[each.get("id")] == "Tane Boje")
    visitor.press("Assign cases", colleague=tane.get("value", ""))

    assert "Done in 2 of 2 cases" in visitor.page.text
    for reference in references:
        assert "Assigned to Tane Boje" in visitor.go(f"/desk/cases/{reference}").text


def test_cases_with_open_ends_are_closed_only_where_that_is_ticked(desk: Desk) -> None:
    visitor = desk.visit("mira")
    references = [desk.add_case(), desk.add_case()]
    visitor.go(address("close", references))
    assert "2 cases stay as they are" in visitor.page.text
    visitor.press("Close cases", reason="wished")
    assert "Done in 0 of 2 cases" in visitor.page.text

    visitor.go(address("close", references))
    visitor.press("Close cases", reason="wished", is_certain="y")
    assert "Done in 2 of 2 cases" in visitor.page.text


def test_two_hundred_requests_take_little(desk: Desk, clock: TestClock) -> None:
    """Letters apart: they are printed in the background."""
    visitor = desk.visit("mira")
    references = make_late(desk, visitor, clock, 4)
    spent, statements = [], []
    with desk.parts.sessions() as session:
        keys = {desk.team_id: desk.team_key}
        actor = Actor(kind=ActorKind.STAFF)
        for reference in references:
            begun = time.process_time()
            with counted(session) as asked:
                work = open_for_staff(
                    Work(session=session, actor=actor, now=clock.now, ports=desk.parts.ports),
                    reference,
                    team_keys=keys,
                    to_change=True,
                )
                many_cases.do_in_case(work, CasesCommand(action=CaseAction.REMIND, token="a" * 32))
                session.commit()
            spent.append(time.process_time() - begun)
            statements.append(asked())

    requests = 3 * len(references)
    assert sum(spent) / requests * 200 < 10
    assert len(set(statements[1:])) == 1, statements
    assert statements[-1] <= 26, "the requests of a case are read once"


def test_the_complaints_of_late_cases_are_prepared_from_today_in_two_presses(desk: Desk, clock: TestClock) -> None:
    visitor = desk.visit("mira")
    references = make_late(desk, visitor, clock, 2)
    worker.run_sweep(desk.parts)
    worker.tell_of_deadlines(desk.parts)
    visitor.sign_in_again("/desk/today")
    (link,) = [each for each in visitor.anchors if "action=complain" in each]
    visitor.go(link)
    assert "It will be done in 2 cases" in visitor.page.text
    asking = visitor.page
    visitor.press("Prepare complaints")
    assert "Done in 2 of 2 cases" in visitor.page.text
    visitor.seen.append(asking)
    visitor.press("Prepare complaints")
    with desk.parts.sessions() as session:
        made = session.scalars(select(Complaint)).all()
        assert {row.state for row in made} == {ComplaintState.PREPARED}
        rests_on = session.scalars(select(ComplaintRequest.request_id)).all()
        assert len(rests_on) == len(set(rests_on)), "one complaint about each request, whatever was pressed twice"
    visitor.go(link)
    assert "2 cases stay as they are" in visitor.page.text
    assert len(references) == 2


def test_complaints_are_prepared_taken_and_lodged_for_many_cases(desk: Desk, clock: TestClock) -> None:
    visitor = desk.visit("mira")
    references = make_late(desk, visitor, clock, 2)
    withheld = desk.add_case(share_with_regulators=False)

    page = visitor.go(address("complain", [*references, withheld]))
    assert "It will be done in 2 cases" in page.text
    assert "To Netsafe: Harmful Digital Communications Act 2015" in page.text
    assert "1 case stays as it is" in page.text
    asking = visitor.page
    visitor.press("Prepare complaints")
    assert "Done in 2 of 2 cases" in visitor.page.text
    assert "The papers are being made." in visitor.page.text
    done = visitor.page.path
    worker.run_left_jobs(desk.parts)
    visitor.seen.append(asking)
    visitor.press("Prepare complaints")
    worker.run_left_jobs(desk.parts)
    assert "Complaint 4" not in visitor.go(done).text

    taken = visitor.client.get(visitor.page.links()["All bundles (ZIP)"])
    names = zipfile.ZipFile(io.BytesIO(taken.data)).namelist()
    assert {name.partition("/")[0] for name in names} == set(references)
    assert sum(name.endswith("complaint.pdf") for name in names) == 2 * 3

    with desk.parts.sessions.begin() as session:
        case = session.scalars(select(Case).where(Case.reference == references[1])).one()
        set_consent(session, case, "regulators", given=False, now=clock.now)
    taken = visitor.client.get(visitor.page.links()["All bundles (ZIP)"])
    with zipfile.ZipFile(io.BytesIO(taken.data)) as packed:
        assert {name.partition("/")[0] for name in packed.namelist()} == {references[0], "left-out.txt"}
        assert packed.read("left-out.txt").decode().startswith(references[1])
    with desk.parts.sessions.begin() as session:
        case = session.scalars(select(Case).where(Case.reference == references[1])).one()
        set_consent(session, case, "regulators", given=True, now=clock.now)

    visitor.go(done)
    visitor.follow("Record complaints as lodged")
    tickets: dict[str, Any] = {f"ticket-{references[0]}-1-text": "NS-77"}
    visitor.press("Record complaints as lodged", has_checked="y", **tickets)
    assert "Done in 2 of 2 cases" in visitor.page.text
    assert "NS-77" in visitor.go(f"/desk/cases/{references[0]}/complaints/1").text


def test_complaints_that_rest_on_no_request_are_lodged_with_the_others(desk: Desk, clock: TestClock) -> None:
    visitor = desk.visit("mira")
    reference = desk.add_case(country="IT")
    visitor.go(f"/desk/cases/{reference}/complaints/prepare/it-garante-144bis/it-garante")
    visitor.press("Prepare the complaint", requests=[])
    visitor.go(address("lodged", [reference]))
    assert "Its bundle is not made yet." in visitor.page.text
    worker.run_left_jobs(desk.parts)
    with desk.parts.sessions() as session:
        made = session.scalars(select(Complaint).order_by(Complaint.number)).all()
        assert made
        assert session.scalars(select(ComplaintRequest)).all() == []

    visitor.go(address("lodged", [reference]))
    assert "It will be done in 1 case" in visitor.page.text
    tickets: dict[str, Any] = {f"ticket-{reference}-{each.number}-text": f"GP-{each.number}" for each in made}
    visitor.press("Record complaints as lodged", has_checked="y", **tickets)
    assert "Done in 1 of 1 cases" in visitor.page.text
    for each in made:
        page = visitor.go(f"/desk/cases/{reference}/complaints/{each.number}")
        assert f"Their case number: GP-{each.number}." in page.text


def test_a_case_that_waits_for_the_person_says_for_what_and_where(desk: Desk, clock: TestClock) -> None:
    visitor = desk.visit("mira")
    reference = desk.add_case(share_with_regulators=False)
    send_all(desk, visitor, reference)
    clock.move(days=10)
    visitor.sign_in_again(address("complain", [reference]))
    assert "The person has not allowed sharing with authorities" in visitor.page.text
    assert f"/desk/cases/{reference}/messages" in visitor.anchors
