"""The table of rights, the table of routes and docs/rights.md say the same; nothing of another team is in reach."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cli.rights import MARK, write_rights
from portal.config import load_config
from portal.domain.lifecycle import Role
from portal.domain.rights import Right, may
from portal.factory import create_app
from portal.models.tables import metadata
from tests.web.test_routes import EVERY_ROUTE, GROUPS, TABLE, Gets
from tests.web.world import VALUES, Caller, World, make_world

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rights.md"
ROLES: Mapping[Caller, Role] = MappingProxyType(
    {
        Caller.ADVOCATE: Role.ADVOCATE,
        Caller.CARRIER: Role.ADVOCATE,
        Caller.SUPERVISOR: Role.SUPERVISOR,
        Caller.REVIEWER: Role.LEGAL_REVIEWER,
        Caller.AUDITOR: Role.AUDITOR,
        Caller.ADMINISTRATOR: Role.ADMINISTRATOR,
    }
)
# What a browser leaves behind by asking at all: its session, and how often a network asked.
OF_VISITS = ("session", "quota", "throttle", "proof", "waits")


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(load_config({}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("matrix")) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def test_the_document_says_what_the_application_does(app: Flask) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == write_rights(app), "flask --app app rights > docs/rights.md"


def test_the_table_of_routes_and_the_table_of_rights_agree(app: Flask) -> None:
    compared = 0
    for endpoint, view in app.view_functions.items():
        kind, _, name = getattr(view, MARK, "").partition(":")
        if kind != "right":
            continue
        row = dict(zip(Caller, TABLE[GROUPS[endpoint]], strict=True))
        for caller, role in ROLES.items():
            assert (row[caller] is not Gets.FORBIDDEN) is may(role, Right(name)), f"{endpoint} for {caller}"
            compared += 1
    assert compared > 200


def test_no_view_of_the_desk_is_open_to_everybody_but_the_ways_in(app: Flask) -> None:
    open_ones = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/desk") and getattr(app.view_functions[rule.endpoint], MARK) == "public"
    }
    # Two say how long the session of the browser lasts, and nothing to one that has none; a calendar is read by a
    # program, at an address that nobody can guess and that the member ends.
    assert open_ones == {
        "signin.show",
        "signin.sign_out",
        "desk_staff.join",
        "desk_session.show",
        "desk_session.stay",
        "desk_alerts.read_feed",
    }


ON_CASES = [(method, endpoint) for method, endpoint, rule in EVERY_ROUTE if "<reference>" in rule]
NUMBERED = [
    (method, endpoint) for method, endpoint, rule in EVERY_ROUTE if "<reference>" in rule and ":number>" in rule
]


@pytest.mark.parametrize("caller", [Caller.STRANGER, Caller.NARROW])
@pytest.mark.parametrize(("method", "endpoint"), ON_CASES, ids=lambda part: str(part))
def test_nothing_of_a_case_out_of_reach_is_there_or_changes(
    world: World, caller: Caller, method: str, endpoint: str
) -> None:
    before = fingerprint(world)
    for number in (1, 2, 999):
        answer = world.ask(caller, method, address(world, endpoint, world.reference, number))
        assert answer.status_code in {401, 403, 404}, f"{answer.status_code} for {caller} with number {number}"
        assert world.reference not in answer.text
    assert fingerprint(world) == before


@pytest.mark.parametrize(("method", "endpoint"), NUMBERED, ids=lambda part: str(part))
def test_a_number_of_another_teams_case_is_not_found_in_ones_own(world: World, method: str, endpoint: str) -> None:
    """Letters, complaints and links have numbers of their own case: those of another are not there."""
    before = fingerprint(world)
    answer = world.ask(Caller.STRANGER, method, address(world, endpoint, world.others, 999))
    assert answer.status_code in {401, 403, 404}
    if method == "POST":
        assert fingerprint(world) == before


def address(world: World, endpoint: str, reference: str, number: int) -> str:
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    known = {**VALUES, "reference": reference, "number": number, "membership_id": world.membership}
    with world.app.test_request_context():
        return world.app.url_for(endpoint, **{name: known[name] for name in rule.arguments})


def fingerprint(world: World) -> str:
    """A hash over every row of every table that is not about the asking itself."""
    total = hashlib.sha256()
    with world.parts.sessions() as session:
        for table in metadata.sorted_tables:
            if not any(word in table.name for word in OF_VISITS):
                rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
                total.update(repr((table.name, rows)).encode())
    return total.hexdigest()
