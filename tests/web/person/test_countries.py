"""Where somebody can say they live."""

from __future__ import annotations

from tests.web.pages import Visitor
from tests.web.person.journey import begin, go_to, step_of


def test_somebody_in_kosovo_can_say_so_and_is_helped_there(visitor: Visitor) -> None:
    """ISO 3166-1 has no code for it; people do live there, and the directory has its authorities."""
    begin(visitor)
    page = go_to(visitor, "country")
    assert any(each.get("value") == "XK" and "Kosovo" in (each.text or "") for each in page.root.iter("option"))
    assert step_of(visitor.press("Continue", country="XK")) == "what"
    assert "Kosovo" in visitor.go("/authorities?country=XK").text
