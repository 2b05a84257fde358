"""`secret`: the server's secret, changed without anybody losing their way back."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts, transaction
from portal.services.operations import audits
from portal.services.operations import server_secret as service
from portal.services.operations.server_secret import StillNeeded


@click.group("secret")
def secret() -> None:
    """The server's secret, which finds cases by their words."""


@secret.command("status")
@with_appcontext
def status() -> None:
    """Each secret and how many sets of words rest on it."""
    parts = find_parts()
    with transaction(parts) as session:
        for place, use in enumerate(service.list_uses(session, parts.config.secret_file)):
            state = "in use" if place == 0 else "older "
            click.echo(f"{use.id}  {state}  {use.sets_of_words} sets of words, {use.carried} carried")


@secret.command("rotate")
@with_appcontext
def rotate() -> None:
    """Put a new secret in front of those before."""
    parts = find_parts()
    with transaction(parts) as session:
        made = service.rotate(session, parts.config.secret_file, now=parts.clock())
    click.echo(f"The new secret is {made}. Start every process of the portal anew now, and take a backup.")
    click.echo("Words move to it as people come back. `secret status` counts, `secret retire` ends the older ones.")


@secret.command("retire")
@click.option("--anyway", is_flag=True, help="Also where somebody would lose their way back")
@with_appcontext
def retire(anyway: bool) -> None:
    """Destroy the older secrets."""
    parts = find_parts()
    try:
        with transaction(parts) as session:
            service.require_unneeded(session, parts.config.secret_file, anyway=anyway)
        moved = audits.renew(parts.sessions, parts.ports)
        with transaction(parts) as session:
            gone = service.retire(session, parts.config.secret_file, anyway=anyway, now=parts.clock())
    except StillNeeded as error:
        raise click.ClickException(f"{error} Wait; for words alone there is --anyway.") from error
    click.echo(f"{moved} rows have guards of the secret in use now.")
    click.echo(f"{gone} older secrets were destroyed. Start every process anew, and take a backup.")
