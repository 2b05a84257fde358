"""A partner's key: shown once, good for its scopes until its day, and worth nothing to whoever has the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.journal import Noted
from portal.domain.partners import PartnerCount, PartnerScope
from portal.models.journal import JournalEntry
from portal.models.partners import PartnerCase, PartnerKey, PartnerUse
from portal.services.operations.server_secret import StillNeeded, require_unneeded
from portal.services.partners import keys, pace
from portal.services.partners.keys import KeyRefused, KeyUnknown
from portal.services.partners.pace import LIMITS, TooMany
from portal.services.ports import Ports, ServerKeys
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_work
from tests.services.partners.partners import find_caller, make_lead, make_secret, open_one


def test_a_key_is_found_by_its_secret_alone_and_the_secret_is_nowhere(session: Session, ports: Ports) -> None:
    lead = make_lead(session)
    secret = make_secret(session, ports, lead, scopes=[PartnerScope.READ])
    caller = find_caller(session, ports, secret)
    assert (caller.team_id, caller.name, caller.scopes) == (lead.team_id, "Night line", frozenset({PartnerScope.READ}))
    row = session.scalars(select(PartnerKey)).one()
    assert all(secret not in str(value) and secret.encode() not in bytes(row.value) for value in vars(row).values())
    for wrong in ("", "rcp_", secret[:-1], secret + "a", secret.swapcase(), "rcp_" + "a" * 5_000, "rcp_\0"):
        with pytest.raises(KeyUnknown):
            find_caller(session, ports, wrong)


def test_a_key_ends_on_its_day_and_when_it_is_revoked(session: Session, ports: Ports) -> None:
    lead = make_lead(session)
    secret = make_secret(session, ports, lead, ends_at=NOW + timedelta(days=1))
    caller = find_caller(session, ports, secret, now=NOW + timedelta(hours=23, minutes=59))
    with pytest.raises(KeyUnknown):
        find_caller(session, ports, secret, now=NOW + timedelta(days=1))
    open_one(session, ports, caller)
    keys.revoke(make_work(session, ports, actor=lead.actor), caller.key_id, team_ids=[lead.team_id])
    with pytest.raises(KeyUnknown):
        find_caller(session, ports, secret)
    assert session.scalars(select(PartnerCase)).all() == []
    session.commit()
    noted = set(session.scalars(select(JournalEntry.kind)))
    assert {Noted.PARTNER_KEY_MADE, Noted.PARTNER_KEY_REVOKED} <= noted


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name": "  "}, "name"),
        ({"scopes": []}, "good for"),
        ({"ends_at": NOW}, "last day"),
        ({"ends_at": NOW + timedelta(days=401)}, "last day"),
    ],
)
def test_what_makes_no_key(session: Session, ports: Ports, values: dict[str, object], reason: str) -> None:
    lead = make_lead(session)
    with pytest.raises(KeyRefused, match=reason):
        make_secret(session, ports, lead, **values)  # type: ignore[arg-type]


def test_a_supervisor_reaches_the_keys_of_their_own_teams_only(session: Session, ports: Ports) -> None:
    ours, others = make_lead(session), make_lead(session, "Lighthouse", "ana")
    make_secret(session, ports, others)
    work = make_work(session, ports, actor=ours.actor)
    theirs = keys.list_keys(work, team_ids=None)[0]
    assert keys.list_keys(work, team_ids=[ours.team_id]) == ()
    with pytest.raises(KeyRefused):
        keys.revoke(work, theirs.id, team_ids=[ours.team_id])


def test_a_row_that_somebody_bent_lets_nobody_in(session: Session, ports: Ports) -> None:
    secret = make_secret(session, ports, make_lead(session), scopes=[PartnerScope.READ])
    session.commit()
    bent = update(PartnerKey.__table__).values(scopes="open read papers answers")  # type: ignore[arg-type]
    session.connection().execute(bent)
    session.expire_all()
    with pytest.raises(KeyUnknown):
        find_caller(session, ports, secret)
    assert keys.list_keys(make_work(session, ports), team_ids=None)[0].is_bent


def test_calls_are_counted_for_each_key_and_begin_anew(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        lead = make_lead(session)
        first, second = (find_caller(session, ports, make_secret(session, ports, lead)) for _ in range(2))
    limit = LIMITS[PartnerCount.OPENINGS]
    for _ in range(limit.calls):
        pace.claim(sessions, first, PartnerCount.OPENINGS, now=NOW)
    with pytest.raises(TooMany) as refused:
        pace.claim(sessions, first, PartnerCount.OPENINGS, now=NOW + timedelta(hours=23))
    assert refused.value.seconds == 3600
    pace.claim(sessions, second, PartnerCount.OPENINGS, now=NOW)
    pace.claim(sessions, first, PartnerCount.OPENINGS, now=NOW + limit.window)


def test_two_first_calls_at_once_count_as_two(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        caller = find_caller(session, ports, make_secret(session, ports, make_lead(session)))
    acts = [lambda: pace.claim(sessions, caller, PartnerCount.CALLS, now=NOW)] * 2
    assert do_at_once(sessions, acts, after="FROM partner_uses") == [None, None]
    with sessions() as session:
        assert session.scalars(select(PartnerUse.used)).one() == 2


def test_a_key_outlives_the_servers_secret_once_it_was_used(session: Session, ports: Ports, tmp_path: Path) -> None:
    secret = make_secret(session, ports, make_lead(session))
    later = replace(ports, keys=ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32]))
    path = tmp_path / "secret"
    path.write_text("\n".join(((b"\x08" * 32).hex(), (b"\x07" * 32).hex())) + "\n")
    path.chmod(0o600)
    with pytest.raises(StillNeeded, match="1 keys of partners"):
        require_unneeded(session, path)
    caller = find_caller(session, later, secret)
    assert caller.is_old
    keys.move_key(make_work(session, later), caller, secret)
    session.flush()
    require_unneeded(session, path)
    alone = replace(ports, keys=ServerKeys.from_secrets([b"\x08" * 32]))
    assert find_caller(session, alone, secret).is_old is False
