"""Finding a case by a name: only where it is switched on, under the team's own key, and emptied when switched off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import ActorKind, Handler, Role, Scope
from portal.models.name_marks import NameMark
from portal.services.cases import erasure, handover, name_search
from portal.services.history import guards
from portal.services.intake import submission
from portal.services.ports import PERSON, Actor
from portal.services.staff import accounts, team_keys
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork
from tests.services.factories import NOW, ignore_job, make_draft, make_ports, make_team

ON = {"RECOURSE_NAME_SEARCH": "on"}
NAME = "Ana María Ødegård"


def share(session: Session, folder: Path, **env: str) -> tuple[CaseWork, dict[UUID, bytes]]:
    """A case as a member has it open, and the keys of the member's teams."""
    ports = make_ports(folder, enqueue=ignore_job, **env)
    team, key = make_team(session)
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    draft, _words = make_draft(session, ports, handler=Handler.TEAM, team_id=str(team.id), name=NAME, signature=NAME)
    submission.submit(draft.at(NOW))
    session.flush()
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Mere")
    return replace(draft.at(NOW), actor=actor), {team.id: key}


def count(session: Session) -> int:
    session.flush()
    return session.scalar(select(func.count()).select_from(NameMark)) or 0


@pytest.mark.parametrize(
    "typed", ["Ana", "maria", "Odegard", "ØDEGÅRD, Ana", "Ana María Ødegård", "ana-maria", "Maria  Ana"]
)
def test_a_case_is_found_by_a_name_and_its_parts_however_it_is_written(
    session: Session, tmp_path: Path, typed: str
) -> None:
    work, keys = share(session, tmp_path, **ON)
    assert name_search.find_by_name(work, typed, keys) == ()
    name_search.mark_names(work, keys)
    name_search.mark_names(work, keys)
    assert count(session) == 3
    assert name_search.find_by_name(work, typed, keys) == (work.reference,)
    assert guards.list_bent(session, work.case.id) == []


@pytest.mark.parametrize("typed", ["An", "Ana Smith", "", "...", "anamaria"])
def test_what_is_no_name_of_the_case_finds_nothing(session: Session, tmp_path: Path, typed: str) -> None:
    work, keys = share(session, tmp_path, **ON)
    name_search.mark_names(work, keys)
    session.flush()
    assert name_search.find_by_name(work, typed, keys) == ()


def test_it_is_off_unless_switched_on_and_emptied_when_switched_off(session: Session, tmp_path: Path) -> None:
    work, keys = share(session, tmp_path)
    name_search.mark_names(work, keys)
    assert count(session) == 0
    on = replace(work, ports=replace(work.ports, config=replace(work.ports.config, has_name_search=True)))
    name_search.mark_names(on, keys)
    assert count(session) == 3
    assert name_search.find_by_name(work, "Ana", keys) == ()
    assert name_search.forget_where_off(on) == 0
    assert name_search.forget_where_off(work) == 3
    assert count(session) == 0
    assert guards.list_bent(session, work.case.id) == []


def test_disk_and_secret_without_a_teams_key_tell_of_no_name(session: Session, tmp_path: Path) -> None:
    work, keys = share(session, tmp_path, **ON)
    name_search.mark_names(work, keys)
    session.flush()
    kept = set(session.scalars(select(NameMark.value)))
    team_id, key = next(iter(keys.items()))
    assert vault.blind_index(vault.derive_subkey(key, name_search.PURPOSE), "ana") in kept, "the team's key makes them"
    secret = work.ports.keys.words_index
    for guess in (secret, vault.derive_subkey(secret, name_search.PURPOSE), vault.public_of(key)):
        assert vault.blind_index(guess, "ana") not in kept
        assert vault.blind_index(vault.derive_subkey(guess, name_search.PURPOSE), f"{team_id} ana") not in kept
    other = vault.new_key_pair().private
    assert name_search.find_by_name(work, "Ana", dict.fromkeys(keys, other)) == ()


def test_a_name_that_changed_or_a_new_key_of_the_team_makes_the_marks_anew(session: Session, tmp_path: Path) -> None:
    work, keys = share(session, tmp_path, **ON)
    name_search.mark_names(work, keys)
    session.flush()
    work.write_report(replace(work.report, name="Ana Berg", signature="Ana Berg"))
    name_search.mark_names(work, keys)
    assert count(session) == 2
    assert name_search.find_by_name(work, "Odegard", keys) == ()
    assert name_search.find_by_name(work, "Berg", keys) == (work.reference,)
    [(team_id, key)] = keys.items()
    new = {team_id: team_keys.rotate_key(session, team_id, key, by=None, now=NOW)}
    name_search.mark_names(work, keys)
    name_search.mark_names(work, new)
    assert count(session) == 2
    assert name_search.find_by_name(work, "Berg", keys) == ()
    assert name_search.find_by_name(work, "Berg", new) == (work.reference,)


def test_a_member_finds_what_they_see_and_nothing_is_left_of_a_case_that_leaves(
    session: Session, tmp_path: Path
) -> None:
    work, keys = share(session, tmp_path, **ON)
    name_search.mark_names(work, keys)
    session.flush()
    narrow = replace(work, actor=replace(work.actor, scope=Scope.OWN))
    assert name_search.find_by_name(narrow, "Ana", keys) == ()
    handover.take_back(replace(work, actor=PERSON))
    assert count(session) == 0
    [team_id] = keys
    handover.hand_to_team(replace(work, actor=PERSON), team_id)
    name_search.mark_names(work, keys)
    assert count(session) == 3
    erasure.erase(replace(work, actor=PERSON))
    assert count(session) == 0
