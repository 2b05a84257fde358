"""Erasing that holds against an older backup, and secrets of the server that change while people come back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.lifecycle import ActorKind, Handler, Role
from portal.models.cases import Case, CaseKey
from portal.models.events import Event
from portal.models.reissues import CaseCheck
from portal.models.tables import metadata
from portal.secret_file import ensure_secret_file, read_secret_file
from portal.services.cases import erasure, handover, opening
from portal.services.cases.opening import WordsUnknown
from portal.services.intake import submission
from portal.services.operations import server_secret as secrets_of_server
from portal.services.operations.server_secret import StillNeeded
from portal.services.ports import Actor, Ports, ServerKeys
from tests.services.factories import NOW, make_case, make_draft, make_team, make_work

ADVOCATE = Actor(kind=ActorKind.STAFF, role=Role.ADVOCATE)


def copy_rows(session: Session, case: Case) -> dict[Any, list[dict[str, Any]]]:
    """What a thief, or a restored backup, has of one case."""
    tables: tuple[Any, ...] = (Case, CaseKey)
    names = {Case: Case.id, CaseKey: CaseKey.case_id}
    return {
        table: [dict(row) for row in session.execute(select(table.__table__).where(names[table] == case.id)).mappings()]
        for table in tables
    }


def test_a_backup_from_before_the_erasure_opens_neither_by_words_nor_for_the_team(
    session: Session, ports: Ports
) -> None:
    team, team_key = make_team(session)
    opened, words = make_draft(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    submission.submit(opened.at(NOW))
    session.commit()
    backup = copy_rows(session, opened.case)
    erasure.erase(opened.at(NOW))
    session.commit()
    session.execute(delete(Event))
    session.execute(delete(Case))
    session.flush()
    for table, rows in backup.items():
        session.connection().execute(insert(metadata.tables[table.__tablename__]), rows)  # as a thief would
    session.expire_all()
    with pytest.raises(WordsUnknown):
        opening.open_by_words(make_work(session, ports), words)
    with pytest.raises(opening.NoAccess):
        opening.open_for_staff(
            make_work(session, ports, actor=ADVOCATE), opened.reference, team_keys={team.id: team_key}, to_change=False
        )
    row = session.scalars(select(CaseKey).where(CaseKey.holder == Handler.TEAM)).one()
    inner = vault.unwrap_with_private_key(row.wrapped, team_key)
    assert opened.key not in inner
    with pytest.raises(CannotOpen):  # the team's key alone is not the case's key
        vault.open_sealed(team_key, SealContext("case_keys", str(row.id), str(row.case_id)), inner)


def test_the_same_backup_opens_as_long_as_the_case_is_not_erased(session: Session, ports: Ports) -> None:
    _, words = make_draft(session, ports)
    session.commit()
    assert opening.open_by_words(make_work(session, ports), words).report


def test_a_crash_between_erasing_and_its_lock_is_made_good(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    living = make_case(session, ports)
    session.commit()
    locks = ports.locks
    crashed = replace(ports, locks=_Broken())  # type: ignore[arg-type]
    erasure.erase(replace(opened, now=NOW, ports=crashed))
    session.commit()
    session.close()
    assert locks.read(opened.case.id)
    assert erasure.purge_locks(make_work(session, ports)) == 1
    with pytest.raises(CannotOpen):
        locks.read(opened.case.id)
    assert locks.read(living.case.id)


class _Broken:
    def destroy(self, _cases: object) -> None:
        raise OSError("the power went out")


def test_a_crash_after_deleting_a_draft_is_made_good(session: Session, ports: Ports) -> None:
    draft, _ = make_draft(session, ports)
    session.commit()
    erasure.erase(replace(draft, now=NOW, ports=replace(ports, locks=_Broken())))  # type: ignore[arg-type]
    session.commit()
    session.close()
    assert erasure.purge_locks(make_work(session, ports)) == 1
    with pytest.raises(CannotOpen):
        ports.locks.read(draft.case.id)


def test_a_lock_whose_case_this_database_does_not_know_is_left_alone(session: Session, ports: Ports) -> None:
    """The wrong database beside the right locks, or an older one, must not cost every case its key."""
    opened, _ = make_draft(session, ports)
    session.rollback()
    assert erasure.purge_locks(make_work(session, ports)) == 0
    assert ports.locks.read(opened.case.id)


def test_a_case_from_before_there_were_locks_still_opens(session: Session, ports: Ports) -> None:
    opened, words = make_draft(session, ports)
    row = session.scalars(select(CaseKey)).one()
    place = SealContext("case_keys", str(row.id), str(row.case_id))
    row.wrapped = vault.seal(vault.derive_from_secret(words, row.salt or b""), place, opened.key)
    row.is_locked, row.server_key = False, None
    ports.locks.destroy([opened.case.id])
    ports.locks.forget([opened.case.id])  # as if there had never been one
    session.flush()
    again = opening.open_by_words(make_work(session, ports), words)
    assert again.key == opened.key
    team, _ = make_team(session)
    handover.hand_to_team(again.at(NOW), team.id)
    session.flush()
    assert ports.locks.read(opened.case.id)


def test_words_open_under_an_older_secret_and_move_to_the_newer(session: Session, ports: Ports) -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    before = replace(ports, keys=ServerKeys.from_secrets([old]))
    between = replace(ports, keys=ServerKeys.from_secrets([new, old]))
    after = replace(ports, keys=ServerKeys.from_secrets([new]))
    _, words = make_draft(session, before)
    with pytest.raises(WordsUnknown):
        opening.open_by_words(make_work(session, after), words)
    assert opening.open_by_words(make_work(session, between), words)
    opening.move_words(make_work(session, between), words)
    session.flush()
    assert session.scalars(select(CaseKey.server_key)).all() == [after.keys.id]
    assert opening.open_by_words(make_work(session, after), words)


def test_what_the_older_secret_sealed_for_later_can_still_be_read() -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    place = SealContext("jobs", "1", "2")
    sealed = vault.seal(ServerKeys.from_secrets([old]).outbox, place, b"later")
    assert ServerKeys.from_secrets([new, old]).open_outbox(place, sealed) == b"later"
    with pytest.raises(CannotOpen):
        ServerKeys.from_secrets([new]).open_outbox(place, sealed)


def test_an_older_secret_stays_as_long_as_something_rests_on_it(session: Session, ports: Ports, tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    before = replace(ports, keys=ServerKeys.from_secrets(ensure_secret_file(path)))
    opened, words = make_draft(session, before)
    secrets_of_server.rotate(session, path, now=NOW)
    now = replace(ports, keys=ServerKeys.from_secrets(read_secret_file(path)))
    uses = secrets_of_server.list_uses(session, path)
    assert [(use.id, use.sets_of_words) for use in uses] == [(now.keys.id, 0), (before.keys.id, 1)]
    with pytest.raises(StillNeeded, match="1 sets of words"):
        secrets_of_server.retire(session, path, now=NOW)
    opening.move_words(make_work(session, now), words)
    check = CaseCheck(id=uuid4(), case_id=opened.case.id, server_key=before.keys.id, created_at=NOW)
    check.salt, check.sealed, check.verifier = b"s", b"s", b"v"
    session.add(check)
    session.flush()
    with pytest.raises(StillNeeded, match="each minute"):
        secrets_of_server.retire(session, path, anyway=True, now=NOW)
    session.delete(check)
    session.flush()
    assert secrets_of_server.retire(session, path, now=NOW) == 1
    assert len(read_secret_file(path)) == 1
