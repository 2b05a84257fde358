"""`webhooks`: the organisation's own systems that hear of events."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts, transaction
from portal.domain.webhooks import WebhookEvent
from portal.services.webhooks import deliveries, endpoints
from portal.services.webhooks.endpoints import EndpointRefused

EVENTS = [event.value for event in WebhookEvent]


@click.group("webhooks")
def webhooks() -> None:
    """Addresses of your own systems that hear of events, signed."""


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, required=True, type=click.Choice(EVENTS), help="Once for each kind")
@with_appcontext
def add(url: str, events: tuple[str, ...]) -> None:
    """Tell URL (https) of events. The secret that signs them is printed once: keep it where they are received."""
    parts = find_parts()
    try:
        with transaction(parts) as session:
            endpoint_id, secret = endpoints.add_endpoint(
                parts.work(session), url, {WebhookEvent(each) for each in events}
            )
    except EndpointRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Endpoint {endpoint_id}\nSecret   {secret}")


@webhooks.command("list")
@with_appcontext
def show_all() -> None:
    """Every endpoint, with the events it hears of and what waits for it."""
    parts = find_parts()
    with transaction(parts) as session:
        told = deliveries.count_by_state(session)
        for each in endpoints.list_endpoints(parts.work(session)):
            counts = ", ".join(f"{count} {state}" for state, count in told.get(each.id, {}).items())
            state = "ended" if each.ended_at else counts or "nothing told"
            click.echo("\t".join([str(each.id), each.url or "cannot be opened", ",".join(each.events), state]))


@webhooks.command("end")
@click.argument("endpoint", type=click.UUID)
@with_appcontext
def end(endpoint: UUID) -> None:
    """Tell ENDPOINT nothing any more."""
    parts = find_parts()
    try:
        with transaction(parts) as session:
            endpoints.end_endpoint(parts.work(session), endpoint)
    except EndpointRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo("Ended.")


@webhooks.command("replay")
@click.option("--since", type=click.DateTime(), help="All that were written from then on, in the portal's time zone")
@click.option("--delivery", type=click.UUID, help="This one alone")
@with_appcontext
def replay(since: datetime | None, delivery: UUID | None) -> None:
    """Tell again, under the same ids, what was told or given up in the last 30 days."""
    if (since is None) is (delivery is None):
        raise click.UsageError("Give --since or --delivery.")
    parts = find_parts()
    moment = since.replace(tzinfo=parts.config.time_zone) if since else None
    with transaction(parts) as session:
        count = deliveries.replay(parts.work(session), since=moment, delivery_id=delivery)
    click.echo(f"{count} will be told again.")
