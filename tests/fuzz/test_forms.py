"""Every form with invented values, and with every input that ever broke one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.intake import StepId
from tests.fuzz.forms import check_forms, make_site
from tests.web.addresses import name_of

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_step_and_every_form_of_the_portal_is_among_those_that_are_sent() -> None:
    site = make_site()
    router = site.world.app.url_map.bind("localhost")
    reached = {router.match(form.action, method="POST")[0] for form in site.forms}
    routes = {rule.endpoint for rule in site.world.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert reached == routes
    names = [name_of(form.action) for form in site.forms]
    steps = {name.rpartition("/")[2] for name in names if name.startswith("/report/")}
    assert steps >= {step.value for step in StepId}


def test_every_step_of_a_report_is_on_the_way_of_a_draft() -> None:
    site = make_site()
    real = {name_of(form.action) for form in site.forms if form.is_shown and form.who.startswith("draft")}
    assert real >= {f"/report/{step.value}" for step in StepId if step is not StepId.START}


@pytest.mark.parametrize("filler", [100, 150])
def test_every_form_is_answered(filler: int) -> None:
    for number in range(len(make_site().forms)):
        check_forms(number.to_bytes(2, "big") + bytes([filler + number % 19]) * 30)


@QUICK
@given(st.binary(min_size=2, max_size=40))
def test_any_values_are_answered_and_kept(data: bytes) -> None:
    check_forms(data)
