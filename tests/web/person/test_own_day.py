"""The person's own dates are days where they live, on both sides of midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import save_report

SECOND = timedelta(seconds=1)
# Where somebody lives, and the instant at which the 24th begins there.
MIDNIGHTS = [
    ({"country": "NZ"}, datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
    ({"country": "US", "subdivision": "HI"}, datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
    ({"country": "IS"}, datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("home", "midnight"), MIDNIGHTS)
def test_today_can_be_entered_where_it_is_today_and_tomorrow_cannot(
    visitor: Visitor, clock: TestClock, home: dict[str, str], midnight: datetime
) -> None:
    clock.now = midnight - SECOND
    save_report(visitor, country={"country": home["country"]}, state={"subdivision": home.get("subdivision", "")})
    form = visitor.go("/case/facts")
    assert "still ahead" in visitor.press("Save", status=400, found_words="24 11 2026").errors[0]
    clock.now = midnight
    visitor.seen.append(form)
    assert visitor.press("Save", found_words="24 11 2026").path == "/case"
