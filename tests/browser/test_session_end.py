"""The end of an advocate's session is said before it comes, and what they type is lost neither way."""

from __future__ import annotations

import pytest

from portal.domain.lifecycle import Role
from tests.browser.conftest import Admit
from tests.browser.site import Site
from tests.browser.test_with_team import sign_in
from tests.browser.visitor import Visitor

SOON = "You will be signed out in two minutes."
OVER = "You are signed out."


@pytest.fixture
def advocate(site: Site, admit: Admit, request: pytest.FixtureRequest) -> Visitor:
    """An advocate on the page of her account, where nothing happens for 28 minutes."""
    login = f"mara{len(request.node.name)}"  # the tests share one site
    site.make_team(f"Quay of {login}", ((login, "Mara", Role.ADVOCATE),))
    visitor = admit()
    visitor.page.clock.install()
    sign_in(site, visitor, login)
    visitor.open("/desk/account/password")
    visitor.page.get_by_label("Password so far").fill("half of it")
    site.clock.move(minutes=28, seconds=30)
    visitor.page.clock.fast_forward("28:30")
    return visitor


def test_one_press_goes_on_and_what_is_typed_stays(site: Site, advocate: Visitor) -> None:
    advocate.sees(SOON)
    advocate.page.get_by_role("button", name="Stay signed in").click()
    advocate.page.get_by_text(SOON).wait_for(state="hidden")
    assert advocate.page.get_by_label("Password so far").input_value() == "half of it"

    site.clock.move(minutes=20)
    advocate.open("/desk/account")
    advocate.sees("Your account")


def test_whoever_comes_too_late_is_told(site: Site, advocate: Visitor) -> None:
    advocate.sees(SOON)
    site.clock.move(minutes=2)
    advocate.page.clock.fast_forward("02:00")
    advocate.sees(OVER)
    assert advocate.page.get_by_label("Password so far").input_value() == "half of it"
