"""People who help: those of the country and the age, at the end of each step and beside the receipt."""

from __future__ import annotations

import pytest

from portal.domain.directory import Audience, RegulatorKind
from portal.reference.registry import load_registry
from portal.web.person.helplines import helplines_for, helplines_near

REGULATORS = load_registry().regulators


def test_every_help_service_says_whom_it_is_for() -> None:
    for one in REGULATORS.values():
        assert (one.audience is not None) is (one.kind is RegulatorKind.HOTLINE), one.id


@pytest.mark.parametrize(("is_child", "other"), [(True, Audience.ADULTS), (False, Audience.CHILDREN)])
def test_each_age_gets_its_own(is_child: bool, other: Audience) -> None:
    for country in ("GB", "US", "IE", "NZ", ""):
        found = helplines_for(REGULATORS, country, is_child=is_child)
        assert found
        assert all(one.audience is not other for one in found)
        own = [one.is_worldwide for one in found]
        assert own == sorted(own), "those of the country come first"


def test_the_end_of_a_page_names_two_at_most() -> None:
    assert [one.country for one in helplines_near(REGULATORS, "GB", is_child=True)] == ["GB", "GB"]
    assert helplines_near(REGULATORS, "", is_child=False) == ()
