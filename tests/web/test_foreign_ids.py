"""What a form names by id or number: what belongs to another team is not in reach through any field of any form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms.fields.core import UnboundField

from portal.domain.lifecycle import Role
from portal.models.accounts import Membership, Staff, WebSession
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.models.documents import Document
from portal.models.holds import Hold
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.messages import Message
from portal.models.officers import OfficerLink
from portal.models.requests import Request
from portal.models.security_notices import SecurityNotice
from portal.models.signin import Factor
from portal.services.cases import holds, messages, opening
from portal.services.complaints import officer_links
from portal.services.staff import accounts, members
from portal.web.forms.readers import ForEach
from tests.services.factories import NOW, make_work
from tests.web.test_routes import EVERY_ROUTE
from tests.web.world import PASSWORD, VALUES, Caller, World, let_in, make_world, read_rows

LATER = NOW + timedelta(days=3)
POSTS = [endpoint for method, endpoint, rule in EVERY_ROUTE if method == "POST" and rule.startswith("/desk")]
# Whoever is not signed in has no team, and what an administrator keeps belongs to none.
OF_A_TEAM = [endpoint for endpoint in POSTS if not endpoint.startswith(("signin.", "desk_staff."))]
READ_BY_HAND = (
    "mark",
    "which",
    "factor",
    "gone",
    "back",
    "give",
    "withdraw",
    "requests",
    "letters",
    "stop",
    "sought",
    "column",
    "view",
)


@dataclass(frozen=True)
class Foreign:
    """Harbour, as seen by a supervisor of Mountain: the ids of what it has, and those that make a row Harbour's."""

    ids: Mapping[str, str]
    owners: frozenset[UUID]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("foreign")) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        _fill(made)
        made.keep()
        yield made


@pytest.fixture(scope="module")
def foreign(world: World) -> Foreign:
    with world.parts.sessions() as session:
        case = session.scalars(select(Case).where(Case.reference == world.reference)).one()
        assert case.team_id is not None
        members = session.scalars(select(Membership).where(Membership.team_id == case.team_id)).all()
        carrier = next(one for one in members if one.staff_id == case.assignee_id)
        found: dict[str, Any] = {
            "case": case.id, "team": case.team_id, "member": carrier.staff_id, "membership": carrier.id,
            "waiting": next(one.id for one in members if one.team_key is None),
            "mark": session.scalars(select(SecurityNotice.id).where(SecurityNotice.team_id == case.team_id)).first(),
        }  # fmt: skip
        of_case: tuple[Any, ...] = (Request, Document, Message, Complaint, OfficerLink, Hold, Item, Letter)
        for table in of_case:
            found[table.__tablename__] = session.scalars(select(table.id).where(table.case_id == case.id)).first()
        of_member: tuple[Any, ...] = (Factor, WebSession)
        for table in of_member:
            of_carrier = select(table.id).where(table.staff_id == carrier.staff_id)
            found[table.__tablename__] = session.scalars(of_carrier).first()
        assert None not in found.values(), found
        ids = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in found.items()}
        owners = frozenset({case.id, case.team_id, *(one.staff_id for one in members)})
        return Foreign({**ids, "reference": world.reference, "number": "2"}, owners)


def test_every_field_of_the_desk_is_tried() -> None:
    fields = list_fields()
    assert {"colleague", "items", "links", "pasted", "requests", "team", "mark", "which", "factor"} <= set(fields)
    assert len(OF_A_TEAM) > 40


@pytest.mark.parametrize("endpoint", OF_A_TEAM)
def test_no_field_reaches_what_another_team_has(world: World, foreign: Foreign, endpoint: str) -> None:
    before = fingerprint(world, foreign)
    for name, value in foreign.ids.items():
        answer = post(world, Caller.STRANGER, endpoint, value)
        assert answer.status_code < 500, f"{endpoint} with the {name} of another team"
        assert fingerprint(world, foreign) == before, f"{endpoint} with the {name} of another team"
        if name != "reference":
            assert world.reference not in answer.text
        for person in ("Newcomer", "Carrier"):
            assert person not in answer.text
        if answer.status_code < 400:
            world.restore()


def test_the_same_fields_reach_it_for_whoever_may(world: World, foreign: Foreign) -> None:
    """What the tests above look at does change where it is allowed."""
    before = fingerprint(world, foreign)
    for endpoint, name in (
        ("desk_team.let_in", "waiting"),
        ("desk_team.remove", "membership"),
        ("desk_team.mark_seen", "mark"),
    ):
        assert post(world, Caller.SUPERVISOR, endpoint, foreign.ids[name]).status_code == 303
        assert fingerprint(world, foreign) != before
        world.restore()
        assert fingerprint(world, foreign) == before


def post(world: World, caller: Caller, endpoint: str, value: str) -> Any:
    """The form of an address with `value` in each of its fields, in the caller's own case where there is one."""
    rule = next(
        rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint and "POST" in (rule.methods or ())
    )
    known = {**VALUES, "reference": world.others, "membership_id": value if is_uuid(value) else str(UUID(int=1))}
    known["follow_up_id"] = UUID(known["membership_id"])
    with world.app.test_request_context():
        path = world.app.url_for(endpoint, **{name: known[name] for name in rule.arguments})
    client = world.app.test_client()
    let_in(client, world.cookies[caller])
    return client.post(path, data=dict.fromkeys(list_fields(), value))


@cache
def list_fields() -> tuple[str, ...]:
    """The name of every field of every form of ours, and of those that views read by hand."""
    names = set(READ_BY_HAND)
    waiting = [FlaskForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        names |= {sent for name in dir(form) for sent in list_names(name, getattr(form, name))}
    return tuple(sorted(names))


def list_names(name: str, declared: Any) -> set[str]:
    """The names under which a field is sent, by whichever reader of the form; none where it is no field."""
    if isinstance(declared, ForEach):
        return list_names(name, declared.person) | list_names(name, declared.desk)
    return {declared.name or name} if isinstance(declared, UnboundField) else set()


def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def fingerprint(world: World, foreign: Foreign) -> str:
    """A hash over every row that names the other team, its case or one of its members."""
    owners = {owner.hex for owner in foreign.owners}  # as SQLite keeps them
    total = hashlib.sha256()
    for name, rows in read_rows(world).items():
        total.update(repr((name, [row for row in rows if not owners.isdisjoint(row)])).encode())
    return total.hexdigest()


def _fill(world: World) -> None:
    """The stranger leads Mountain; Harbour has an officer's link, a hold, a message and a mark too."""
    ports = world.parts.ports
    with world.parts.sessions.begin() as session:
        session.scalars(select(Staff).where(Staff.login == "stranger")).one().role = Role.SUPERVISOR
        signed_in = accounts.sign_in(session, "supervisor", PASSWORD)
        opened = opening.open_for_staff(
            make_work(session, ports, actor=signed_in.actor),
            world.reference,
            team_keys=signed_in.team_keys,
            to_change=True,
        )
        officer_links.make_link(opened.at(LATER), 1, days=7)
        holds.ask_hold(opened.at(LATER), "A court asked.", date(2027, 3, 31))
        messages.answer_person(opened.at(LATER), "Kia ora.")
        members.reset_factors(session, "newcomer", now=LATER)
