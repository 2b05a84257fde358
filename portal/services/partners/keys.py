"""Keys of partners' systems: made for a team, shown once, found again by a keyed hash, revoked, ended by their day.

The secret is the key to everything. From it is made what opens the cases that the partner opened here; the database
holds a hash that only the server's secret makes, and wraps that only the partner's secret opens.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from portal.adapters import vault
from portal.domain.journal import Noted
from portal.domain.lifecycle import ActorKind
from portal.domain.partners import PartnerCount, PartnerScope
from portal.models.accounts import Staff, Team
from portal.models.partners import PartnerCall, PartnerCase, PartnerKey, PartnerUse
from portal.services.history import guards, journal
from portal.services.ports import Actor, ServerKeys
from portal.services.webhooks.endpoints import end_of_partner
from portal.services.work import Work

PREFIX = "rcp_"  # by which scanners of leaked secrets know one
LONGEST_NAME = 80
LONGEST_LIFE = timedelta(days=400)
MOST = 50  # of one team, revoked ones included
# As long as one secret may be read: anything longer was not made here, and nothing is counted of it.
LONGEST_SECRET = 64


class KeyRefused(ValueError):
    """The key cannot be made or changed. The message says why, fit for a page."""


class KeyUnknown(LookupError):
    """There is no such key, or it is over. The same for both, so that nobody learns which secrets there were."""


@dataclass(frozen=True, kw_only=True)
class NewPartnerKey:
    team_id: UUID
    name: str
    scopes: frozenset[PartnerScope]
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class KeyView:
    id: UUID
    team: str
    name: str
    scopes: tuple[PartnerScope, ...]
    made_at: datetime
    made_by: str
    ends_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    cases: int
    is_bent: bool  # somebody changed its row behind the portal: it lets nobody in

    def is_over(self, now: datetime) -> bool:
        return self.is_bent or self.revoked_at is not None or self.ends_at <= now


@dataclass(frozen=True, kw_only=True, repr=False)
class Caller:
    """A partner's system that has shown its key. `cases_key` opens the wraps of its cases, `calls_key` its calls."""

    key_id: UUID
    team_id: UUID
    name: str
    scopes: frozenset[PartnerScope]
    cases_key: bytes
    calls_key: bytes
    is_old: bool  # its hash was made under a secret of the server's that is not in use any more

    @property
    def actor(self) -> Actor:
        return Actor(kind=ActorKind.PARTNER, partner_id=self.key_id, name=self.name)


def make_key(work: Work, new: NewPartnerKey, *, team_ids: Collection[UUID] | None) -> str:
    """A new key. Its secret is returned once and kept nowhere. `team_ids`: of which teams; None for any.

    Raises KeyRefused.
    """
    name = " ".join(new.name.split())
    _check(work, new, name, team_ids)
    if (by := work.actor.staff_id) is None:
        raise KeyRefused("Only staff makes keys.")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = PartnerKey(
        id=uuid4(),
        team_id=new.team_id,
        name=name,
        value=_value(work.ports.keys, secret),
        server_key=work.ports.keys.id,
        scopes=" ".join(scope for scope in PartnerScope if scope in new.scopes),
        made_at=work.now,
        made_by=by,
        ends_at=new.ends_at,
    )
    work.session.add(row)
    work.session.flush()
    facts = {"key": str(row.id), "team": str(row.team_id)}
    journal.note(work.session, Noted.PARTNER_KEY_MADE, staff_id=by, facts=facts, now=work.now)
    return secret


def revoke(work: Work, key_id: UUID, *, team_ids: Collection[UUID] | None) -> None:
    """From now on the key lets nobody in, and what it opened is destroyed. Raises KeyRefused."""
    row = work.session.get(PartnerKey, key_id, with_for_update=True, populate_existing=True)
    if row is None or (team_ids is not None and row.team_id not in team_ids):
        raise KeyRefused("This is not a key of one of your teams.")
    if row.revoked_at is not None:
        return
    row.revoked_at = work.now
    end_of_partner(work, row.id)
    work.session.execute(delete(PartnerCase).where(PartnerCase.key_id == row.id))
    work.session.execute(delete(PartnerCall).where(PartnerCall.key_id == row.id))
    facts = {"key": str(row.id), "team": str(row.team_id)}
    by = work.actor.staff_id
    journal.note(work.session, Noted.PARTNER_KEY_REVOKED, staff_id=by, facts=facts, now=work.now)


def list_keys(work: Work, *, team_ids: Collection[UUID] | None) -> tuple[KeyView, ...]:
    """The keys of these teams, of all teams for None: by team, those that work first, then by name."""
    chosen = [] if team_ids is None else [PartnerKey.team_id.in_(team_ids)]
    rows = guards.read_rows(work.session, PartnerKey, *chosen)
    if not rows:
        return ()
    teams = {row.id: row.name for row in work.session.execute(select(Team.id, Team.name))}
    makers = select(Staff.id, Staff.name).where(Staff.id.in_({row["made_by"] for row, _ in rows}))
    names = {row.id: row.name for row in work.session.execute(makers)}
    used = select(PartnerUse.key_id, PartnerUse.last_at).where(PartnerUse.counted == PartnerCount.CALLS)
    last = {key_id: at for key_id, at in work.session.execute(used)}
    counts: dict[UUID, int] = {}
    for key_id in work.session.scalars(select(PartnerCase.key_id)):
        counts[key_id] = counts.get(key_id, 0) + 1
    views = [
        KeyView(
            id=row["id"],
            team=teams[row["team_id"]],
            name=row["name"],
            scopes=tuple(map(PartnerScope, row["scopes"].split())),
            made_at=row["made_at"],
            made_by=names.get(row["made_by"], ""),
            ends_at=row["ends_at"],
            revoked_at=row["revoked_at"],
            last_used_at=last.get(row["id"]),
            cases=counts.get(row["id"], 0),
            is_bent=not fits,
        )
        for row, fits in rows
    ]
    return tuple(
        sorted(views, key=lambda each: (each.team, each.is_over(work.now), each.name.casefold(), each.made_at))
    )


def find_caller(work: Work, secret: str) -> Caller:
    """Who shows this secret. Raises KeyUnknown, also for a key that is over or whose row somebody bent."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        raise KeyUnknown
    values = [_value(keys, secret) for keys in work.ports.keys.every()]
    found = guards.read_rows(work.session, PartnerKey, PartnerKey.value.in_(values))
    row, fits = found[0] if found else ({}, False)
    if not fits or row["revoked_at"] is not None or row["ends_at"] <= work.now:
        raise KeyUnknown
    return Caller(
        key_id=row["id"],
        team_id=row["team_id"],
        name=row["name"],
        scopes=frozenset(map(PartnerScope, row["scopes"].split())),
        # 256 bits were drawn for the secret, so that nothing slow has to stand before it.
        cases_key=vault.derive_subkey(secret.encode(), "partner cases"),
        calls_key=vault.derive_subkey(secret.encode(), "partner calls"),
        is_old=row["server_key"] != work.ports.keys.id,
    )


def move_key(work: Work, caller: Caller, secret: str) -> None:
    """Find this key under the server's newest secret from now on."""
    row = work.session.get_one(PartnerKey, caller.key_id, with_for_update=True)
    row.value, row.server_key = _value(work.ports.keys, secret), work.ports.keys.id


def _value(keys: ServerKeys, secret: str) -> bytes:
    return vault.blind_index(vault.derive_subkey(keys.words_index, "partner key"), secret)


def _check(work: Work, new: NewPartnerKey, name: str, team_ids: Collection[UUID] | None) -> None:
    team = work.session.get(Team, new.team_id)
    if team is None or (team_ids is not None and new.team_id not in team_ids):
        raise KeyRefused("This is not one of your teams.")
    if not name or len(name) > LONGEST_NAME:
        raise KeyRefused(f"Write the partner’s name, in {LONGEST_NAME} characters at most.")
    if not new.scopes:
        raise KeyRefused("Choose what the key is good for.")
    if not work.now < new.ends_at <= work.now + LONGEST_LIFE:
        raise KeyRefused(f"Choose a last day from today on, within {LONGEST_LIFE.days} days.")
    others = select(PartnerKey.id).where(PartnerKey.team_id == new.team_id)
    if len(work.session.scalars(others).all()) >= MOST:
        raise KeyRefused(f"A team may have {MOST} keys.")
