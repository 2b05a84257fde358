"""`recovery`: the printed recovery key tried out, used, and replaced by another."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.command_context import database_of, find_parts, read_recovery_key, transaction
from portal.db import begin_reading
from portal.services.staff import restore_access as service
from portal.services.staff.accounts import AccountRefused
from portal.services.staff.restore_access import Rehearsal


@click.group("recovery")
def recovery() -> None:
    """The organisation's recovery key, which stands on paper."""


@recovery.command("rehearse")
@with_appcontext
def rehearse() -> None:
    """Prove that the printed key still opens every team and its cases. Changes nothing."""
    parts = find_parts()
    key = read_recovery_key()
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        found = service.rehearse(session, key)
    if not found:
        raise click.ClickException("There is no team yet, so there is nothing that the key could open.")
    for one in found:
        click.echo(_to_line(one))
    if not all(one.is_good for one in found):
        raise click.ClickException(
            "This key does not open everything. Is it the newest one? If it is lost: flask --app app recovery renew"
        )
    click.echo("The recovery key opens every team. Nothing was changed.")


@recovery.command("restore")
@click.argument("login")
@with_appcontext
def restore(login: str) -> None:
    """Let a member back in where they wait. Every supervisor of the team sees on the desk that it was done."""
    parts = find_parts()
    key = read_recovery_key()
    try:
        with transaction(parts) as session:
            teams = service.restore(session, login, key, now=parts.clock())
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{login} can read the cases of {', '.join(teams)} again. Their supervisors see that on the desk.")


@recovery.command("renew")
@click.option("--lost", is_flag=True, help="The old key is lost: do not ask for it")
@with_appcontext
def renew(lost: bool) -> None:
    """Make another recovery key, because the old one is lost or somebody knows it."""
    parts = find_parts()
    old = None if lost else read_recovery_key()
    try:
        with transaction(parts) as session:
            printed = service.renew(session, old, now=parts.clock())
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo("The organisation's new recovery key, shown this once. Write or print it, keep it on paper in a safe,")
    click.echo(f"destroy the old one, and clear this screen.\n\n    {printed}\n")
    if lost:
        click.echo("It opens a team as soon as one of the team's members has signed in again. Then rehearse it:")
        click.echo("    flask --app app recovery rehearse")


def _to_line(one: Rehearsal) -> str:
    key = "opens" if one.opens_key else "DOES NOT OPEN"
    return f"{one.team:<30}  {key:<14}  cases: {one.cases_opened} of {one.cases}"
