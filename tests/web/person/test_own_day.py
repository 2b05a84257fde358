"""The person's own dates are days where they live, on both sides of midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import begin, go_to, step_of

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
    begin(visitor)
    go_to(visitor, "found", country={"country": home["country"]}, state={"subdivision": home.get("subdivision", "")})
    form = visitor.page
    typed: dict[str, Any] = {"found_on-day": "24", "found_on-month": "11", "found_on-year": "2026"}
    assert "has not come yet" in visitor.press("Continue", status=400, **typed).errors[0]
    clock.now = midnight
    visitor.seen.append(form)
    assert step_of(visitor.press("Continue", **typed)) == "harm"
