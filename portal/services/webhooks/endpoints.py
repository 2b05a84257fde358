"""The addresses that hear of events, and in which cases: kept by administrators, and by supervisors for their teams."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.outward import NotAllowed, read_web_address
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.journal import Noted
from portal.domain.webhooks import WebhookEvent
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.partners import PartnerCase, PartnerKey
from portal.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.services.background.duties import do_each
from portal.services.history import guards, journal
from portal.services.ports import ServerKeys
from portal.services.work import Work

SECRET_BYTES = 32


class EndpointRefused(ValueError):
    """It cannot be kept like this. The message says why."""


@dataclass(frozen=True, kw_only=True, repr=False)
class EndpointView:
    """An address that hears of events, as it is shown. `url` is empty where no key of this server opens it."""

    id: UUID
    url: str
    events: tuple[str, ...]
    made_at: datetime
    ended_at: datetime | None
    team: str  # whose cases it hears of; empty for every team's
    partner: str  # whose own cases alone; empty for all of the team's


@dataclass(frozen=True, kw_only=True)
class Hears:
    """In which cases an endpoint hears of events: those that a partner's key opened, a team's, or all of every team."""

    partner_key_id: UUID | None = None
    team_id: UUID | None = None


EVERYWHERE = Hears()


def add_endpoint(
    work: Work,
    url: str,
    events: Collection[WebhookEvent],
    hears: Hears = EVERYWHERE,
    *,
    team_ids: Collection[UUID] | None = None,
) -> tuple[UUID, str]:
    """Keep an address. Returns its id and the secret by which what is told there is signed, which is shown this once.
    `team_ids`: of which teams the one who adds it may let it hear; None for any.

    Raises EndpointRefused for what is not https, for no event, and for what is not theirs.
    """
    _check_hears(work, hears, team_ids)
    try:
        parts = read_web_address(url)
    except NotAllowed as error:
        raise EndpointRefused("This is no web address. A name and a password do not belong into it.") from error
    if parts.scheme != "https":
        raise EndpointRefused("The address has to begin with https://, so that nobody on the way reads along.")
    if not events:
        raise EndpointRefused("Name at least one event.")
    secret = secrets.token_hex(SECRET_BYTES)
    row = WebhookEndpoint(id=uuid4(), events=sorted(event.value for event in events), made_at=work.now)
    row.partner_key_id, row.team_id = hears.partner_key_id, hears.team_id
    _write(row, url, secret, work.ports.keys)
    work.session.add(row)
    work.session.flush()
    _note(work, "added")
    return row.id, secret


def end_endpoint(work: Work, endpoint_id: UUID, *, team_ids: Collection[UUID] | None = None) -> None:
    """Nothing is told there any more, also not what waits. Raises EndpointRefused."""
    row = work.session.scalars(_theirs(team_ids).where(WebhookEndpoint.id == endpoint_id)).one_or_none()
    if row is None or row.ended_at is not None:
        raise EndpointRefused("There is no such endpoint.")
    _end(work, endpoint_id, row)


def end_of_partner(work: Work, key_id: UUID) -> None:
    """The key lets nobody in any more: what heard of its cases hears nothing more either."""
    theirs = select(WebhookEndpoint).where(WebhookEndpoint.partner_key_id == key_id)
    for row in work.session.scalars(theirs.where(WebhookEndpoint.ended_at.is_(None))).all():
        _end(work, row.id, row)


def _end(work: Work, endpoint_id: UUID, row: WebhookEndpoint) -> None:
    row.ended_at = work.now
    waiting = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == DeliveryState.WAITING)
    over = {"state": DeliveryState.CANCELLED, "over_at": work.now}
    work.session.execute(update(WebhookDelivery).where(*waiting).values(over))
    _note(work, "ended")


def list_endpoints(work: Work, *, team_ids: Collection[UUID] | None = None) -> tuple[EndpointView, ...]:
    """Those of these teams and their partners, all for None: the oldest first."""
    rows = work.session.scalars(_theirs(team_ids).order_by(WebhookEndpoint.made_at, WebhookEndpoint.id)).all()
    teams = {row.id: row.name for row in work.session.execute(select(Team.id, Team.name))} if rows else {}
    columns = (PartnerKey.id, PartnerKey.name, PartnerKey.team_id)
    partners = {row.id: row for row in work.session.execute(select(*columns))} if rows else {}
    found = []
    for row in rows:
        key = partners[row.partner_key_id] if row.partner_key_id else None
        team_id = key.team_id if key else row.team_id
        found.append(_view(row, work.ports.keys, teams[team_id] if team_id else "", partner=key.name if key else ""))
    return tuple(found)


def list_wanting(session: Session, event: WebhookEvent) -> Sequence[WebhookEndpoint]:
    """Those that hear of this kind of event."""
    rows = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.ended_at.is_(None)))
    return [row for row in rows if event.value in row.events]


def find_wanted(
    work: Work, event: WebhookEvent, case_ids: Collection[UUID | None]
) -> Mapping[UUID | None, Sequence[WebhookEndpoint]]:
    """By case, None for what is about none, the endpoints that hear of this event in it."""
    wanting = list_wanting(work.session, event)
    ids = {case_id for case_id in case_ids if case_id is not None}
    key_ids = {row.partner_key_id for row in wanting if row.partner_key_id}
    teams: dict[UUID | None, UUID | None] = {}
    if any(row.team_id or row.partner_key_id for row in wanting):
        for case_id, team_id in work.session.execute(select(Case.id, Case.team_id).where(Case.id.in_(ids))):
            teams[case_id] = team_id
    opened = _find_opened(work, key_ids, teams) if key_ids else frozenset()

    def hears(row: WebhookEndpoint, case_id: UUID | None) -> bool:
        if row.partner_key_id:
            return (row.partner_key_id, case_id) in opened
        return row.team_id is None or teams.get(case_id) == row.team_id

    return {case_id: [row for row in wanting if hears(row, case_id)] for case_id in case_ids}


def _find_opened(
    work: Work, key_ids: Collection[UUID], teams: Mapping[UUID | None, UUID | None]
) -> frozenset[tuple[UUID, UUID | None]]:
    """Which of these keys opens which case, of those that `teams` gives by their id: as far as the key lets anybody in,
    its team has the case, and no row was bent.
    """
    keys = guards.read_rows(work.session, PartnerKey, PartnerKey.id.in_(key_ids))
    good = {
        row["id"]: row["team_id"]
        for row, fits in keys
        if fits and row["revoked_at"] is None and row["ends_at"] > work.now
    }
    rows = guards.read_rows(work.session, PartnerCase, PartnerCase.key_id.in_(good), PartnerCase.case_id.in_(teams))
    pairs = ((row["key_id"], row["case_id"]) for row, fits in rows if fits)
    return frozenset((key_id, case_id) for key_id, case_id in pairs if teams[case_id] == good[key_id])


def open_endpoint(row: WebhookEndpoint, keys: ServerKeys) -> tuple[str, str]:
    """Address and secret. Raises CannotOpen."""
    values = json.loads(keys.open_outbox(_place_of(row), row.sealed))
    return values["url"], values["secret"]


def move_to_new_secret(work: Work) -> int:
    """Carry addresses and secrets from under an older server secret anew. Returns how many."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.server_key != work.ports.keys.id)
    rows = work.session.scalars(query).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving an endpoint to the new secret").done


def _carry(row: WebhookEndpoint, keys: ServerKeys) -> int:
    _write(row, *open_endpoint(row, keys), keys)
    return 1


def _write(row: WebhookEndpoint, url: str, secret: str, keys: ServerKeys) -> None:
    row.sealed = vault.seal_values(keys.outbox, _place_of(row), {"url": url, "secret": secret})
    row.server_key = keys.id


def _theirs(team_ids: Collection[UUID] | None) -> Select[WebhookEndpoint]:
    query = select(WebhookEndpoint)
    if team_ids is None:
        return query
    keys = select(PartnerKey.id).where(PartnerKey.team_id.in_(team_ids))
    return query.where(or_(WebhookEndpoint.team_id.in_(team_ids), WebhookEndpoint.partner_key_id.in_(keys)))


def _check_hears(work: Work, hears: Hears, team_ids: Collection[UUID] | None) -> None:
    """Raises EndpointRefused for a key or a team that is not there or not theirs."""
    if hears.partner_key_id:
        key = work.session.get(PartnerKey, hears.partner_key_id, with_for_update={"read": True})
        if key is None or key.revoked_at is not None or key.ends_at <= work.now:
            raise EndpointRefused("This key is over. Choose one that works.")
        of_team: UUID | None = key.team_id
    else:
        of_team = hears.team_id
    if team_ids is not None and of_team not in team_ids:
        raise EndpointRefused("This is not one of your teams.")


def _view(row: WebhookEndpoint, keys: ServerKeys, team: str, *, partner: str) -> EndpointView:
    try:
        url, _secret = open_endpoint(row, keys)
    except CannotOpen:
        url = ""
    shown = url and urlsplit(url)._replace(query="", fragment="").geturl()  # what follows "?" may be a password
    return EndpointView(
        id=row.id,
        url=shown,
        events=tuple(row.events),
        made_at=row.made_at,
        ended_at=row.ended_at,
        team=team,
        partner=partner,
    )


def _note(work: Work, what: str) -> None:
    facts = {"setting": "webhook", "what": what}
    journal.note(work.session, Noted.SETTING_CHANGED, staff_id=work.actor.staff_id, facts=facts, now=work.now)


def _place_of(row: WebhookEndpoint) -> SealContext:
    return SealContext("webhook_endpoints", str(row.id), str(row.id))
