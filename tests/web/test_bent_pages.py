"""Pages of a case that somebody changed in the database say so, wherever they show its dates and states."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.web.world import Caller, World, make_world

PAGES = {
    Caller.PERSON: ("/case", "/case/requests/1", "/case/complaints/1"),
    Caller.ADVOCATE: ("", "/requests/1", "/complaints/1"),
}
SAID = {Caller.PERSON: "Some of this page may be wrong", Caller.ADVOCATE: "This case was changed from outside"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("bent")) as made:
        yield made


@pytest.mark.parametrize("caller", PAGES)
def test_a_bent_case_says_so_on_every_page_with_its_dates(world: World, caller: Caller) -> None:
    world.restore()
    paths = [f"/desk/cases/{world.reference}{path}" if caller is Caller.ADVOCATE else path for path in PAGES[caller]]
    assert [SAID[caller] in world.ask(caller, "GET", path).text for path in paths] == [False] * len(paths)
    with world.parts.sessions.begin() as session:
        session.connection().execute(text("UPDATE complaints SET state = 'answered'"))

    assert [SAID[caller] in world.ask(caller, "GET", path).text for path in paths] == [True] * len(paths)
