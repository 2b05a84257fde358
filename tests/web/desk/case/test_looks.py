"""Is it gone? What a member is shown of links that are not, with and without the portal asking whether they answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.adapters.outward import OutwardAnswer
from portal.domain.report import YesNo
from portal.services.tracking import looks
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk, make_desk
from tests.web.portal import open_portal, parts_of

LINKS = "https://pictures.example.org/album/7 https://other.example.net/a"


@pytest.fixture
def checking(tmp_path: Path, clock: TestClock) -> Iterator[Desk]:
    """A desk where links may be checked."""
    with open_portal(tmp_path, clock, RECOURSE_STATUS_CHECK="on") as app:
        yield make_desk(app, parts_of(app))


class Gone:
    def ask(self, _method: str, address: str, **_more: Any) -> OutwardAnswer:
        return (
            OutwardAnswer(302, "https://pictures.example.org/removed") if address.endswith("7") else OutwardAnswer(404)
        )


def test_without_the_setting_a_member_only_says_what_somebody_saw(desk: Desk) -> None:
    reference = desk.add_case(links=LINKS)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")
    assert f"/desk/cases/{reference}/gone" in colleague.anchors
    colleague.go(f"/desk/cases/{reference}/gone")
    assert "Check whether they answer" not in colleague.page.text
    colleague.press("They are gone", status=400)
    assert colleague.page.errors == ["Choose at least one link."]
    colleague.press("They are gone", links=["1"])
    assert "1 link is marked as gone." in colleague.page.text
    assert "album/7" not in colleague.page.text


def test_what_was_answered_is_shown_as_a_hint_and_a_person_says_that_it_is_gone(checking: Desk) -> None:
    reference = checking.add_case(links=LINKS)
    colleague = checking.visit("mira")
    colleague.go(f"/desk/cases/{reference}/gone")
    assert "The site sees the address of this server" in colleague.page.text
    colleague.press("Check whether they answer", links=["1", "2"])
    assert "2 links are being checked." in colleague.page.text
    others: Any = Gone()
    looks.look_at_due(checking.parts.sessions, clock=checking.parts.clock, ports=checking.parts.ports, outlet=others)
    page = colleague.go(f"/desk/cases/{reference}/gone").text
    assert "Answered 404 (not found) on Monday 23 November 2026, 09:00 (UTC)." in page
    assert "It pointed to: https://pictures.example.org/removed" in page
    assert "https://pictures.example.org/removed" not in colleague.anchors, "nothing of it can be clicked"
    assert "The team had the portal check" in colleague.go(f"/desk/cases/{reference}/history").text
    colleague.go(f"/desk/cases/{reference}/gone")
    colleague.press("They are gone", links=["1", "2"])
    assert "No link is left here." in colleague.page.text


def test_in_a_childs_case_it_is_not_offered(checking: Desk) -> None:
    reference = checking.add_case(links=LINKS, under_18=YesNo.YES)
    colleague = checking.visit("mira")
    colleague.go(f"/desk/cases/{reference}/gone")
    assert "Check whether they answer" not in colleague.page.text
    assert "it is about a child" in colleague.page.text
