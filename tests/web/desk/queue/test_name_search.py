"""Finding a case by a name at a browser: not unless the organisation switched it on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.desk.colleague import Desk

HERS: dict[str, Any] = {"name": "Zoë Ødegård", "signature": "Zoë Ødegård"}


def test_without_the_setting_no_name_finds_anything(desk: Desk) -> None:
    reference = desk.add_case(**HERS)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")
    colleague.go("/desk")
    assert "ticket number or name" not in colleague.page.text
    assert "No case of your team" in colleague.press("Find", sought="Zoe Odegard", status=404).text


def test_with_it_a_name_finds_a_case_once_a_member_has_opened_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    config = desk.parts.config
    monkeypatch.setitem(config.__dict__, "has_name_search", True)
    reference = desk.add_case(**HERS)
    colleague = desk.visit("mira")
    colleague.go("/desk")
    assert "ticket number or name" in colleague.page.text
    assert "No case of your team" in colleague.press("Find", sought="Zoe Odegard", status=404).text
    colleague.go(f"/desk/cases/{reference}")
    colleague.go("/desk/today")
    assert f"Case {reference}" in colleague.press("Find", sought="odegard, zoe").text
