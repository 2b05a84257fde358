"""The list of cases, finding one, and the supervisor's page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.tables import metadata
from portal.services.casefile.queue import listing as queue
from portal.services.operations import sweep
from portal.web.desk.queue import page as web_queue
from portal.web.desk.queue import today as web_today
from tests.services.fakes import DAY
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk


def send_first_request(desk: Desk, reference: str, *, sent_at: str) -> None:
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at=sent_at, received_at=sent_at)


def test_the_case_with_the_nearest_date_stands_first(desk: Desk, clock: TestClock) -> None:
    resting, urgent = desk.add_case(), desk.add_case()
    send_first_request(desk, urgent, sent_at="2026-11-23 08:00")

    page = desk.visit("tane").page

    assert page.text.index(urgent) < page.text.index(resting)
    assert "in 47 hours" in page.text
    assert "Wed 25 Nov 2026, 08:00" in page.text


def test_a_missed_date_is_called_late_and_listed_as_overdue(desk: Desk, clock: TestClock) -> None:
    late, resting = desk.add_case(), desk.add_case()
    send_first_request(desk, late, sent_at="2026-11-23 08:00")
    clock.move(days=4)

    page = desk.visit("tane").go("/desk?show=overdue")

    assert "overdue by 2 days" in page.text
    assert late in page.text
    assert resting not in page.text


@pytest.mark.parametrize(
    ("table", "column"), [("cases", "next_due_at"), ("cases", "status"), ("clocks", "due_at"), ("requests", "sent_at")]
)
def test_a_case_that_was_changed_from_outside_is_marked_in_the_list_and_on_its_pages(
    desk: Desk, clock: TestClock, table: str, column: str
) -> None:
    bent, whole = desk.add_case(), desk.add_case()
    send_first_request(desk, bent, sent_at="2026-11-23 08:00")
    clock.move(days=4)
    sweep.sweep(desk.parts.sessions, now=clock.now, ports=desk.parts.ports)
    colleague = desk.visit("tane")
    assert "changed from outside" not in colleague.page.text

    value = CaseStatus.CLOSED if column == "status" else clock.now + DAY
    found = metadata.tables[table]
    with desk.parts.engine.begin() as connection:
        case_id = connection.scalar(select(Case.id).where(Case.reference == bent))
        whose = found.c.id if table == "cases" else found.c.case_id
        connection.execute(sa.update(found).where(whose == case_id).values({column: value}))

    pages = [colleague.go(f"/desk?show={show}") for show in ("all", "closed")]
    told = [page.text.count("changed from outside") for page in pages]
    assert sum(told) == (0 if table == "requests" else 1), "the list shows nothing of requests"
    assert any(whole in page.text for page in pages)
    for path in (f"/desk/cases/{bent}", f"/desk/cases/{bent}/requests/1"):
        assert "This case was changed from outside" in colleague.go(path).text


def test_mine_and_without_advocate(desk: Desk) -> None:
    taken, free = desk.add_case(), desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{taken}")
    colleague.press("Take this case")

    mine, without = colleague.go("/desk?show=mine").text, colleague.go("/desk?show=unassigned").text

    assert taken in mine
    assert free not in mine
    assert free in without
    assert taken not in without


def test_a_reference_is_found_however_it_is_typed(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")

    page = colleague.press("Find", sought=f" {reference.lower().replace('-', ' ')} ")

    assert page.path == f"/desk/cases/{reference}"


def test_a_reference_of_nobody_and_of_another_team_get_the_same_answer(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("odd")

    unknown = colleague.press("Find", sought="AAAA-AAAA", status=404)
    others = colleague.press("Find", sought=reference, status=404)

    assert "No case of your team has this reference" in unknown.text
    assert "No case of your team has this reference" in others.text
    assert reference in others.answer.text


def test_a_pasted_link_finds_its_case_and_stands_in_no_address(desk: Desk) -> None:
    reference = desk.add_case(links="https://invented-one.org/a/7 https://invented-two.org/b")
    colleague = desk.visit("mira")
    page = colleague.press("Find", sought="see HTTPS://Invented-One.org/a/7?utm_source=x")
    assert page.path == f"/desk/cases/{reference}"
    assert "invented" not in " ".join(page.answer.request.full_path for page in colleague.seen)
    colleague.go("/desk/find", status=405)
    other = desk.visit("odd")
    assert "No case of your team" in other.press("Find", sought="https://invented-one.org/a/7", status=404).text


def test_the_same_link_in_two_cases_is_told_in_both(desk: Desk) -> None:
    first = desk.add_case(links="https://invented-one.org/a/7 https://invented-two.org/b")
    second = desk.add_case(links="https://invented-one.org/a/7")
    colleague = desk.visit("mira")
    found = colleague.press("Find", sought="https://invented-one.org/a/7")
    assert first in found.text
    assert second in found.text
    for one, other in ((first, second), (second, first)):
        assert f"Same links in another case: {other} (1 link)" in colleague.go(f"/desk/cases/{one}").text


def test_a_ticket_number_finds_its_case_however_it_is_spaced(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    send_first_request(desk, reference, sent_at="2026-11-23 08:00")
    colleague.go(f"/desk/cases/{reference}/requests/1/ticket")
    colleague.press("Save", ticket="IG-2026 / 4711")
    colleague.go("/desk")
    assert colleague.press("Find", sought="ig 2026-4711").path == f"/desk/cases/{reference}"


def test_filters_and_pages_that_are_not_ours_show_all_open_cases(desk: Desk) -> None:
    reference = desk.add_case()

    page = desk.visit("mira").go("/desk?show=nonsense&page=-3")

    assert reference in page.text


def test_a_supervisor_lets_a_colleague_in(desk: Desk) -> None:
    desk.add("newt")
    reference, supervisor = desk.add_case(), desk.visit("ines")
    supervisor.go("/desk/team")
    assert "Newt" in supervisor.page.text

    supervisor.press("Let in")

    assert "Nobody waits." in supervisor.page.text
    assert reference in desk.visit("newt").page.text


def test_only_supervisors_see_the_team(desk: Desk) -> None:
    assert "for supervisors" in desk.visit("mira").go("/desk/team", status=403).text


def test_letting_in_twice_is_refused_in_words(desk: Desk) -> None:
    desk.add("newt")
    first, second = desk.visit("ines"), desk.visit("ines")
    first.go("/desk/team")
    second.go("/desk/team")
    first.press("Let in")

    page = second.press("Let in", status=409)

    assert "Nobody of that kind waits" in page.text


def test_a_supervisor_finds_the_overdue_on_the_team_page(desk: Desk, clock: TestClock) -> None:
    late = desk.add_case()
    send_first_request(desk, late, sent_at="2026-11-23 08:00")
    clock.move(days=4)

    assert late in desk.visit("ines").go("/desk/team").text


def test_a_very_long_list_is_counted_to_a_thousand_and_goes_on_behind_its_last_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {desk.add_case() for _ in range(7)}
    for module in (queue, web_queue, web_today):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    monkeypatch.setattr(queue, "PAGE_ROWS", 2)
    colleague = desk.visit("tane")
    page, seen = colleague.go("/desk"), set[str]()
    assert "(3+)" in page.text
    assert "Page 1 of 2" in page.text
    for path in ("/desk", "/desk?page=2"):
        page = colleague.go(path)
        seen |= {each for each in cases if each in page.text}
    assert "Page 2 of more than 2" in page.text
    while further := page.links().get("Next page"):
        page = colleague.go(further)
        seen |= {each for each in cases if each in page.text}
        assert "First page" in page.links()
    assert seen == cases
    assert "more than 3 cases" in colleague.go("/desk/today").text
