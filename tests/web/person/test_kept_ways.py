"""Ways that are kept for the next test: only a portal as new begins at the end of one."""

from __future__ import annotations

import re

from tests.web.pages import OWN_NAME, Visitor
from tests.web.person.journey import save_report


def test_a_portal_that_somebody_was_in_is_walked_through(visitor: Visitor) -> None:
    first, other = save_report(visitor), Visitor(visitor.app)
    second = save_report(other)
    assert len(other.seen) > 10
    assert len({re.findall(OWN_NAME, page.text)[0] for page in (first, second)}) == 2


def test_whoever_begins_at_the_end_holds_the_case_as_if_they_had_walked(visitor: Visitor) -> None:
    reference = re.findall(OWN_NAME, save_report(visitor).text)[0]
    visitor.press("I wrote them down")
    assert visitor.page.heading == "Your case"
    assert reference in visitor.go("/case/receipt").text
