"""Whether a link still answers: asked by the worker when a member wants to know and whoever runs the portal allows it.

The portal asks for the head of a page, and reads nothing of it. What it hears is a hint to the team: an empty page, a
login and a picture all answer alike. No state, no event and no clock follows from it; a person says that it is gone.
Never in a child's case.

The address waits under the server's key; the answer is sealed for the case alone, so that nobody who runs the portal
can read a list of links from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.link_check import Look, LookProblem, look_at
from portal.adapters.outward import Outlet
from portal.adapters.vault import CannotOpen, SealContext, derive_subkey
from portal.db import begin_reading
from portal.domain.lifecycle import ActorKind, CaseStatus, History, ItemState, Path, StepRefused, require_open
from portal.models.cases import Case
from portal.models.items import Item
from portal.models.link_looks import LinkLook
from portal.services.history.events import NewEvent
from portal.services.inbox import case_keys
from portal.services.ports import Ports, ServerKeys
from portal.services.work import CaseWork

MOST = 30  # links that one press asks for
AGAIN = timedelta(hours=1)  # so long is an answer as good as a new one
APART = timedelta(seconds=50)  # between two looks at one host, over all cases: about one each minute
AT_ONCE = 6  # hosts that are looked at beside each other
SECONDS = 6.0  # for each place on the way
LEASE = timedelta(minutes=5)
MOST_TRIES = 3
LOCK = 4_732_661  # of PostgreSQL, for looks at one host


@dataclass(frozen=True, kw_only=True, repr=False)
class LookView:
    """What is known of a link: `waits`, or what was answered at `at`; `look` is None where it could not be asked."""

    waits: bool
    at: datetime | None
    look: Look | None


@dataclass(frozen=True, repr=False)
class _Claim:
    row_id: UUID
    tries: int
    url: str


def may_look(work: CaseWork) -> bool:
    """Whether it is offered in this case."""
    return work.ports.config.may_look_at_links and work.actor.kind is ActorKind.STAFF and not _is_childs(work.case)


def ask_looks(work: CaseWork, numbers: Sequence[int]) -> int:
    """Have these links of the case looked at. Returns how many will be: not those without an address, those that are
    gone, and those looked at within the hour. Raises StepRefused.
    """
    require_open(work.case.status)
    if not may_look(work):
        raise StepRefused("Links are not looked at in this case.")
    if len(numbers) > MOST:
        raise StepRefused(f"Choose at most {MOST} links at once.")
    case_keys.ensure_inbox(work)
    query = select(Item).where(Item.case_id == work.case.id, Item.number.in_(numbers)).order_by(Item.number)
    rows = {row.item_id: row for row in _list_rows(work)}
    asked = 0
    for item in work.session.scalars(query):
        url, row = str(work.read_sealed(item).get("url") or ""), rows.get(item.id)
        if url and item.state is not ItemState.REMOVED and not _is_fresh(row, work.now):
            _write_asked(work, row or LinkLook(id=uuid4(), case_id=work.case.id, item_id=item.id), url)
            asked += 1
    if asked:
        work.record(NewEvent(kind=History.LINKS_LOOKED_AT, at=work.now, facts={"count": asked}))
    return asked


def list_looks(work: CaseWork) -> Mapping[int, LookView]:
    """By the number of the link."""
    query = select(Item.number, LinkLook).join(Item, Item.id == LinkLook.item_id)
    query = query.where(LinkLook.case_id == work.case.id)
    return {number: _view(work, row) for number, row in work.session.execute(query)}


def make_outlet(ports: Ports) -> Outlet:
    """How links are asked: by the proxy, where one is set, and never in a private network."""
    agent = f"Recourse link check (+{ports.config.base_url})"
    return Outlet(agent=agent, proxy=ports.config.look_proxy or "", seconds=SECONDS)


def look_at_due(
    sessions: sessionmaker[Session], *, clock: Callable[[], datetime], ports: Ports, outlet: Outlet | None = None
) -> int:
    """Look at some of the links that wait, each at another host. Returns how many were looked at. Nothing is locked
    while others are asked.
    """
    if not ports.config.may_look_at_links:
        return 0
    way = outlet or make_outlet(ports)
    with sessions() as session:
        begin_reading(session)
        due = _choose(session, clock())
    claims = [claim for row_id in due if (claim := _claim(sessions, row_id, clock(), ports)) is not None]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = list(pool.map(lambda claim: look_at(way, claim.url), claims))
    for claim, look in zip(claims, looks, strict=True):
        _finish(sessions, claim, look, clock())
    return len(claims)


def _choose(session: Session, now: datetime) -> list[UUID]:
    """The first that wait, one for each host that was left alone for long enough."""
    rested = select(LinkLook.host_mark).where(LinkLook.done_at > now - APART)
    free = or_(LinkLook.lease_until.is_(None), LinkLook.lease_until < now)
    query = select(LinkLook.host_mark, LinkLook.id).where(LinkLook.done_at.is_(None), LinkLook.sealed.is_not(None))
    query = query.where(free, LinkLook.host_mark.not_in(rested)).order_by(LinkLook.asked_at.desc(), LinkLook.id)
    first = {mark: row_id for mark, row_id in session.execute(query.limit(1000))}  # the oldest of each is read last
    return list(first.values())[-AT_ONCE:]


def _claim(sessions: sessionmaker[Session], row_id: UUID, now: datetime, ports: Ports) -> _Claim | None:
    """Take the lease; None where another worker has it, the host was just asked, or it is not allowed any more."""
    with sessions.begin() as session:
        row = session.get(LinkLook, row_id, with_for_update=True)
        if row is None or row.sealed is None or row.done_at is not None or _is_busy(session, row, now):
            return None
        case = session.get(Case, row.case_id)
        row.tries += 1
        if case is None or case.status is not CaseStatus.OPEN or _is_childs(case) or row.tries > MOST_TRIES:
            row.sealed, row.lease_until, row.done_at = None, None, now
            return None
        row.lease_until = now + LEASE
        try:
            url = json.loads(ports.keys.open_outbox(_place_of(row), row.sealed))["url"]
        except CannotOpen:
            return None
        return _Claim(row.id, row.tries, url)


def _is_busy(session: Session, row: LinkLook, now: datetime) -> bool:
    """Whether somebody looks at this host now, or did a moment ago. Two workers ask one after the other."""
    if session.get_bind().dialect.name == "postgresql":
        host = int.from_bytes(row.host_mark[:4], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:lock, :host)"), {"lock": LOCK, "host": host})
        session.refresh(row)
    same = select(LinkLook.id).where(LinkLook.host_mark == row.host_mark)
    recent = or_(LinkLook.lease_until >= now, LinkLook.done_at > now - APART)
    return session.scalars(same.where(recent).limit(1)).first() is not None


def _finish(sessions: sessionmaker[Session], claim: _Claim, look: Look, now: datetime) -> None:
    with sessions.begin() as session:
        row = session.get(LinkLook, claim.row_id, with_for_update=True)
        if row is None or row.tries != claim.tries or row.done_at is not None:
            return  # the case was erased, or it was asked for anew meanwhile
        public = case_keys.find_public(session, row.case_id)
        row.sealed, row.lease_until, row.done_at = None, None, now
        if public is not None:
            key = vault.new_key()
            row.wrapped = vault.wrap_for_public_key(key, public)
            row.result = vault.seal_values(key, _place_of(row), _write(look))


def _write_asked(work: CaseWork, row: LinkLook, url: str) -> None:
    host = urlsplit(url).hostname or ""
    row.asked_at, row.host_mark = work.now, _mark(work.ports.keys, host)
    row.tries, row.lease_until, row.done_at, row.wrapped, row.result = 0, None, None, None, None
    row.sealed = vault.seal_values(work.ports.keys.outbox, _place_of(row), {"url": url})
    work.session.add(row)
    work.session.flush()


def _view(work: CaseWork, row: LinkLook) -> LookView:
    if row.done_at is None:
        return LookView(waits=True, at=None, look=None)
    look = None
    if row.result is not None and row.wrapped is not None:
        try:
            key = vault.unwrap_with_private_key(row.wrapped, case_keys.private_key(work))
            look = _read(vault.open_values(key, _place_of(row), row.result))
        except CannotOpen:
            look = None
    return LookView(waits=False, at=row.done_at, look=look)


def _write(look: Look) -> dict[str, Any]:
    return {"status": look.status, "hops": list(look.hops), "problem": look.problem.value if look.problem else None}


def _read(values: Mapping[str, Any]) -> Look:
    problem = values["problem"]
    hops = tuple(values["hops"])
    return Look(status=values["status"], hops=hops, problem=LookProblem(problem) if problem else None)


def _list_rows(work: CaseWork) -> Sequence[LinkLook]:
    return work.session.scalars(select(LinkLook).where(LinkLook.case_id == work.case.id)).all()


def _is_fresh(row: LinkLook | None, now: datetime) -> bool:
    return row is not None and (row.done_at is None or (row.result is not None and now - row.done_at < AGAIN))


def _is_childs(case: Case) -> bool:
    """Also where nobody has said that it shows somebody grown up."""
    return case.under_18 is not False or case.path is Path.CHILD


def _mark(keys: ServerKeys, host: str) -> bytes:
    return vault.blind_index(derive_subkey(keys.outbox, "hosts that are looked at"), host.lower())


def _place_of(row: LinkLook) -> SealContext:
    return SealContext("link_looks", str(row.id), str(row.case_id))
