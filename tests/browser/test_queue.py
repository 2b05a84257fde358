"""The list of cases at the desk: thirty on a screen, by keys alone, and no slip of Shift while somebody types."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.domain.lifecycle import CaseStatus, Handler, Path
from portal.models.accounts import Team
from portal.models.cases import Case
from tests.browser.looks import look_at
from tests.browser.scenes import Scenes
from tests.browser.site import NOW, Site
from tests.browser.visitor import Visitor

MANY = 34
HEIGHT = 800
WHERE = "document.activeElement.textContent.trim()"


@pytest.fixture(scope="module")
def many(site: Site, scenes: Scenes) -> None:
    """More cases than a page shows, of every kind that the list tells apart."""
    with site.parts.sessions.begin() as session:
        team = session.scalars(select(Team).order_by(Team.created_at)).first()
        assert team is not None
        for number in range(MANY):
            session.add(
                Case(
                    id=uuid4(),
                    reference=f"LIST-{number:04}",
                    status=CaseStatus.OPEN,
                    path=(Path.REMOVAL, Path.THREAT, Path.CHILD)[number % 3],
                    under_18=number % 3 == 2,
                    country="NZ",
                    language="en",
                    handler=Handler.TEAM,
                    team_id=team.id,
                    next_due_at=NOW + timedelta(hours=9 * number - 90) if number % 2 else None,
                    created_at=NOW,
                    submitted_at=NOW + timedelta(seconds=number),
                    sealed=b"sealed",
                )
            )


@pytest.fixture
def mere(visitors: dict[str, Visitor], many: None) -> Visitor:
    visitor = visitors["mere"]
    visitor.page.set_viewport_size({"width": 1280, "height": HEIGHT})
    visitor.open("/desk")
    return visitor


def test_thirty_cases_stand_on_one_screen(mere: Visitor) -> None:
    rows = mere.page.locator(".queue tbody tr")
    assert rows.count() == 30
    box = mere.page.locator(".queue tbody").bounding_box()
    assert box is not None
    assert box["height"] <= HEIGHT
    assert mere.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_is_walked_and_opened_by_keys(mere: Visitor) -> None:
    keys = mere.page.keyboard
    first, second = (mere.page.locator("[data-row]").nth(place).inner_text() for place in (0, 1))
    keys.press("j")
    assert mere.page.evaluate(WHERE) == first
    keys.press("j")
    assert mere.page.evaluate(WHERE) == second
    keys.press("k")
    assert mere.page.evaluate(WHERE) == first
    keys.press("x")
    assert mere.page.locator("[name=cases]:checked").input_value() == first
    keys.press("j")
    keys.press("Control+k")
    assert mere.page.evaluate(WHERE) == second, "with Ctrl it is the browser's own key"


def test_the_keys_do_nothing_while_somebody_types(mere: Visitor) -> None:
    keys = mere.page.keyboard
    keys.press("/")
    keys.type("jkox/J")
    assert mere.page.locator("[data-find]").input_value() == "jkox/J"
    assert mere.page.locator("[name=cases]:checked").count() == 0
    assert mere.path == "/desk"


def test_three_slips_of_shift_sign_nobody_out_who_types_or_chooses(mere: Visitor) -> None:
    mere.page.locator("[data-find]").focus()
    for _slip in range(4):
        mere.page.keyboard.press("Shift")
    heading = mere.page.locator("h1")
    for _slip in range(4):
        heading.click(modifiers=["Shift"])
    mere.open("/desk")
    assert mere.path == "/desk"


def test_what_to_do_with_the_chosen_is_one_menu_on_a_narrow_screen(mere: Visitor) -> None:
    steps = mere.page.locator(".many button")
    assert steps.first.is_visible()
    mere.page.set_viewport_size({"width": 360, "height": 780})
    assert not steps.first.is_visible()
    mere.page.locator(".many > summary").focus()
    mere.page.keyboard.press("Enter")
    assert all(steps.nth(place).is_visible() for place in range(steps.count()))


@pytest.mark.parametrize("path", ["/desk", "/desk?whose=nobody&risk=child&country=NZ&stale=y"])
def test_the_list_is_right_for_axe_wide_and_narrow(mere: Visitor, path: str) -> None:
    mere.open(path)
    assert look_at(mere, "desk list of many", is_light=False) == []
    mere.page.set_viewport_size({"width": 360, "height": 780})
    assert mere.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
