"""What does not work between the portal and other machines, for those who can see to it: in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import String, and_, case, cast, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.models.incoming import MailboxPlace
from portal.models.partners import PartnerKey
from portal.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.services.work import Work

UNREAD = timedelta(hours=1)  # then a mailbox that could not be read is told of
FAILURES = 6  # of one that was never read: by the waits between them an hour
TRIES = 7  # of a telling that waits: by the waits between them an hour


@dataclass(frozen=True, kw_only=True)
class Troubles:
    """Names of mailboxes that could not be read for an hour, of those whose issuer does not take the token any more,
    and how many endpoints were not reached since the last time that they were.
    """

    mailboxes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    endpoints: int = 0


def find_troubles(work: Work, *, team_ids: Collection[UUID] | None) -> Troubles:
    """Of the mailboxes that are set, and of the endpoints of these teams; of all endpoints for None."""
    kept = [server.name for server in work.ports.config.mailboxes]
    what = case((MailboxPlace.is_refused, "refused"), else_="mailbox").label("what")
    mailboxes = select(what, MailboxPlace.name.label("name")).where(
        MailboxPlace.name.in_(kept),
        or_(
            MailboxPlace.is_refused,
            MailboxPlace.fetched_at < work.now - UNREAD,
            and_(MailboxPlace.fetched_at.is_(None), MailboxPlace.failures >= FAILURES),
        ),
    )
    later = aliased(WebhookDelivery)
    reached = select(later.id).where(
        later.endpoint_id == WebhookDelivery.endpoint_id,
        later.state == DeliveryState.SENT,
        later.over_at > WebhookDelivery.created_at,
    )
    is_lost = or_(
        WebhookDelivery.state == DeliveryState.FAILED,
        and_(WebhookDelivery.state == DeliveryState.WAITING, WebhookDelivery.tries >= TRIES),
    )
    endpoints = select(literal("endpoint"), cast(WebhookEndpoint.id, String)).where(
        WebhookEndpoint.ended_at.is_(None),
        select(WebhookDelivery.id)
        .where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, is_lost, ~reached.correlate(WebhookDelivery).exists())
        .correlate(WebhookEndpoint)
        .exists(),
    )
    if team_ids is not None:
        keys = select(PartnerKey.id).where(PartnerKey.team_id.in_(team_ids))
        endpoints = endpoints.where(
            or_(WebhookEndpoint.team_id.in_(team_ids), WebhookEndpoint.partner_key_id.in_(keys))
        )
    rows = work.session.execute(union_all(mailboxes, endpoints).order_by("name")).all()
    names, refused = (tuple(row.name for row in rows if row.what == each) for each in ("mailbox", "refused"))
    return Troubles(mailboxes=names, refused=refused, endpoints=len(rows) - len(names) - len(refused))
