"""The end of a session is known before it comes: asking does not lengthen it, one press does, and the day ends it."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import OWN_PAGE


def ask(colleague: Colleague) -> tuple[int, bool]:
    answer: Any = colleague.client.get("/desk/session").json
    return answer["left"], answer["goes_on"]


def stay(colleague: Colleague) -> tuple[int, bool]:
    form, _button = colleague.page.form_with("Stay signed in")
    token = next(each.get("value", "") for each in form.iter("input"))
    answer: Any = colleague.client.post("/desk/session/stay", data={"csrf_token": token}, headers=OWN_PAGE).json
    return answer["left"], answer["goes_on"]


def test_asking_how_long_it_lasts_does_not_lengthen_it(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk")
    clock.move(minutes=29)
    assert ask(colleague) == (60, True)
    clock.move(seconds=30)
    assert ask(colleague) == (30, True)
    clock.move(seconds=31)
    assert ask(colleague) == (0, False)


def test_one_press_goes_on_for_another_half_hour(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk")
    clock.move(minutes=29)

    assert stay(colleague) == (30 * 60, True)

    clock.move(minutes=29)
    assert ask(colleague) == (60, True)
    assert colleague.go("/desk").path != "/desk/sign-in"


def test_nothing_lengthens_the_eight_hours(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    for _half_hour in range(16):
        colleague.go("/desk")
        clock.move(minutes=29)
    colleague.go("/desk")
    clock.move(minutes=15)

    assert ask(colleague) == (60, False)
    assert stay(colleague) == (60, False)
    clock.move(minutes=1)
    assert ask(colleague) == (0, False)
    assert colleague.go("/desk").path == "/desk/sign-in"


def test_a_browser_that_is_not_signed_in_is_told_nothing_more(desk: Desk) -> None:
    assert ask(Colleague(desk.app)) == (0, False)
