"""Keys of partners on the desk: who makes them, what is shown once, and what their list says."""

from __future__ import annotations

import re

from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk

SECRET = re.compile(r"rcp_[\w-]{43}")


def test_a_supervisor_makes_a_key_sees_it_once_and_revokes_it(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("ines")
    colleague.go("/desk/team")
    colleague.follow("Keys of partners")
    colleague.follow("Make a key")
    colleague.press("Make the key", name="Night line", scopes=["open", "read"], days="90")
    (secret,) = set(SECRET.findall(colleague.page.answer.text))
    assert colleague.page.answer.headers["Cache-Control"] == "no-store"
    colleague.go("/desk/partners")
    assert secret not in colleague.page.answer.text
    assert "never used" in colleague.page.text
    assert desk.app.test_client().get("/api/v1/cases", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    colleague.go("/desk/partners")
    assert "last used" in colleague.page.text
    colleague.press("Revoke Night line")
    assert "Revoked" in colleague.page.text
    assert desk.app.test_client().get("/api/v1/cases", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_an_administrator_keeps_the_keys_of_every_team_and_a_form_without_a_choice_says_so(desk: Desk) -> None:
    desk.add("odd")
    administrator = desk.visit("vera")
    administrator.go("/desk/partners/new")
    assert "Hill" in administrator.page.text
    administrator.press("Make the key", name="", status=400)
    for reason in ("Choose the team", "Write the partner", "Choose how many days"):
        assert reason in administrator.page.text


def test_a_supervisor_can_make_none_for_another_team(desk: Desk) -> None:
    desk.add("odd")
    colleague = desk.visit("ines")
    colleague.go("/desk/partners/new")
    assert "Hill" not in colleague.page.text
