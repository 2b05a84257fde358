"""Promises that are moved, given to others and made of deadlines; days away; how much somebody carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from portal.domain.lifecycle import ActorKind
from portal.domain.report import YesNo
from portal.services.casefile.queue.exposure import add_up
from portal.services.cases import messages
from portal.services.cases.opening import open_for_staff
from portal.services.ports import PERSON, Actor
from tests.services.factories import NOW
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk
from tests.web.desk.queue.test_today import promise
from tests.web.desk.requests.test_answers import choice


def test_hours_count_short_silences_and_a_little_for_what_stands_alone() -> None:
    minutes = [0, 5, 15, 300, 301]
    assert add_up(NOW + timedelta(minutes=each) for each in minutes) == round((2 + 5 + 10 + 2 + 1) / 60, 1)
    assert add_up([]) == 0


def test_a_promise_is_moved_and_given_to_another(desk: Desk) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    promise(first, reference, day="2026-11-25")
    first.follow("Move or give to another")
    first.press("Save", status=400, due="2020-01-01")
    first.press("Save", due="2026-11-23", owner=choice(first, "Tane Boje"))
    assert "What you promised: 1 case" in second.go("/desk/today").text
    assert "What you promised: 0 cases" in first.go("/desk/today").text
    assert "A follow-up was moved" in first.go(f"/desk/cases/{reference}/history").text


def test_each_running_deadline_gets_a_promise_once(desk: Desk) -> None:
    reference = desk.add_case()
    first = desk.visit("mira")
    first.go(f"/desk/cases/{reference}/requests/1/sent")
    first.press("It was sent", sent_at="2026-11-23T09:00", channel="form", has_checked="y", sent_as="other")
    first.go(f"/desk/cases/{reference}/follow-ups")
    first.press("Set one for each deadline that runs")
    assert "1 follow-up was set." in first.page.text
    assert "Request 1" in first.page.text
    first.press("Set one for each deadline that runs")
    assert "0 follow-ups were set." in first.page.text


def test_promises_of_somebody_away_stand_on_the_page_of_whoever_covers(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    promise(first, reference, day="2026-11-24")
    first.go("/desk/exposure")
    first.press("Mark the days", status=400, since="2026-11-25", until="2026-11-24", owner=choice(first, "Tane Boje"))
    assert "The last day has to be today or later" in first.page.text
    first.press("Mark the days", since="2026-11-24", until="2026-11-25", owner=choice(first, "Tane Boje"))
    assert "What you promised: 0 cases" in second.go("/desk/today").text
    clock.move(days=1)
    assert "What you promised: 1 case" in second.sign_in_again("/desk/today", "tane").text
    assert "You cover for Mira Anker" in second.go("/desk/exposure").text
    first.sign_in_again("/desk/exposure")
    first.press("I am back, or I stay")
    assert "What you promised: 0 cases" in second.go("/desk/today").text


def test_new_messages_for_somebody_away_are_marked_for_whoever_covers(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}")
    first.press("Take this case")
    first.go("/desk/exposure")
    first.press("Mark the days", since="2026-11-23", until="2026-11-24", owner=choice(first, "Tane Boje"))
    mark = "You cover for Mira Anker 1 case with a new message"
    assert mark not in second.go("/desk/today").text
    with desk.parts.sessions.begin() as session:
        work = replace(desk.parts.work(session), actor=Actor(kind=ActorKind.STAFF))
        opened = open_for_staff(work, reference, team_keys={desk.team_id: desk.team_key}, to_change=True)
        messages.send_message(replace(opened, actor=PERSON), "He found out.")
    assert mark in second.go("/desk/today").text
    assert mark not in first.go("/desk/today").text
    second.follow("1 case with a new message")
    assert reference in second.page.text
    second.go(f"/desk/cases/{reference}/messages")
    assert mark not in second.go("/desk/today").text


def test_a_cap_warns_and_holds_nobody_up_and_others_do_not_see_it(desk: Desk) -> None:
    references = [desk.add_case() for _each in range(3)]
    lead, first = desk.visit("ines"), desk.visit("mira")
    lead.go(f"/desk/team/{desk.team_id}/rules")
    lead.press("Save", status=400, case_cap="many")
    lead.press("Save", case_cap="1")
    first.go(f"/desk/cases/{references[0]}")
    first.press("Take this case")
    assert "more than the team set" not in first.page.text
    first.go(f"/desk/cases/{references[1]}")
    first.press("Take this case")
    assert "Mira Anker carries 2 open cases now" in first.page.text
    assert "Assigned to you" in first.page.text
    first.go("/desk/exposure")
    assert "2 open cases (most: 1)" in first.page.text
    assert "More than the team set as most." in first.page.text
    lead.go(f"/desk/together?action=assign&cases={references[2]}")
    lead.press("Assign", colleague=choice(lead, "Mira Anker"))
    assert "Mira Anker carries 3 open cases now" in lead.page.text
    assert "Mira Anker" in lead.go("/desk/exposure").text
    second = desk.visit("tane")
    assert "Mira Anker" not in second.go("/desk/exposure").text.split("Days away")[0]


def test_a_suicide_risk_counts_as_hard_and_a_case_with_two_hard_kinds_once(desk: Desk) -> None:
    reference, child = desk.add_case(), desk.add_case(under_18=YesNo.YES, links="")
    first = desk.visit("mira")
    for each in (reference, child):
        first.go(f"/desk/cases/{each}")
        first.press("Take this case")
    assert "2 open cases. 1 hard one (child 1, threat 0, suicide risk 0)" in first.go("/desk/exposure").text
    for each in (reference, child):
        first.go(f"/desk/cases/{each}/risk")
        first.press("Save", suicide="y", danger="y", reason="She said so on the phone.")
    assert "2 hard ones (child 1, threat 0, suicide risk 2)" in first.go("/desk/exposure").text
