"""`staff`: the members of staff and their teams, for whoever keeps the portal running."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts, read_recovery_key, read_secret, transaction
from portal.domain.lifecycle import Role, Scope
from portal.domain.rights import ACCOUNT_ROLES
from portal.services.staff import lists, members
from portal.services.staff.accounts import AccountRefused, NewStaff
from portal.services.staff.lists import StaffRow
from portal.services.staff.members import Added

RECOVERY_KEY_HELP = "Read the organisation's recovery key from standard input, to open the team at once"


@click.group("staff")
def staff() -> None:
    """Members of staff and their teams."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As colleagues and the people they help see it")
@click.option("--role", required=True, type=click.Choice([role.value for role in ACCOUNT_ROLES]))
@click.option("--scope", type=click.Choice([scope.value for scope in Scope]), help="How far they see, if not as usual")
@click.option("--team", help="Their team; made if it is not there. An administrator has none")
@click.option("--countries", default="", help="For a new team: countries it takes cases from, NZ,AU; without it, any")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one")
@click.option("--recovery-key-stdin", is_flag=True, help=RECOVERY_KEY_HELP)
@with_appcontext
def add(
    login: str,
    name: str,
    role: str,
    scope: str | None,
    team: str | None,
    countries: str,
    password_stdin: bool,
    recovery_key_stdin: bool,
) -> None:
    """Make a member of staff. What is printed once is printed here and kept nowhere."""
    parts = find_parts()
    password = read_secret("Password") if password_stdin else parts.ports.words.draw()
    key = read_recovery_key() if recovery_key_stdin else None
    new = NewStaff(
        login=login.strip().lower(),
        name=name.strip(),
        role=Role(role),
        password=password,
        scope=Scope(scope) if scope else None,
    )
    try:
        with transaction(parts) as session:
            added = members.add_member(
                session, new, team=team, countries=_read_countries(countries), recovery_key=key, now=parts.clock()
            )
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    _describe_added(new, team, added, made_password=None if password_stdin else password)


@staff.command("join")
@click.argument("login")
@click.argument("team")
@click.option("--recovery-key-stdin", is_flag=True, help=RECOVERY_KEY_HELP)
@with_appcontext
def join(login: str, team: str, recovery_key_stdin: bool) -> None:
    """Put a member of staff in one more team, or let them in where they wait."""
    parts = find_parts()
    key = read_recovery_key() if recovery_key_stdin else None
    try:
        with transaction(parts) as session:
            is_waiting = members.join_team(session, login, team, recovery_key=key, now=parts.clock())
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(_describe_waiting(login, team) if is_waiting else f"{login} can now read the cases of the team {team}.")


@staff.command("end")
@click.argument("login")
@with_appcontext
def end(login: str) -> None:
    """End an account: at once no sign-in, no open session, no key of a team."""
    parts = find_parts()
    try:
        with transaction(parts) as session:
            left = members.end_staff(session, login, now=parts.clock())
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The account {login} has ended. Cases that are now without an advocate: {left}.")


@staff.command("reset-factors")
@click.argument("login")
@with_appcontext
def reset_factors(login: str) -> None:
    """For whoever lost phone, key and paper codes: the next sign-in sets up a new second factor."""
    parts = find_parts()
    try:
        with transaction(parts) as session:
            members.reset_factors(session, login, now=parts.clock())
    except AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{login} is signed out everywhere and sets up a new second factor at the next sign-in, which still needs\n"
        "the password. The supervisors are shown that this was done. Make sure first that it was really they who asked."
    )


@staff.command("list")
@with_appcontext
def list_all() -> None:
    """Show who there is."""
    with transaction(find_parts()) as session:
        rows = lists.list_staff(session)
    if not rows:
        click.echo("Nobody yet. Add the first with: flask --app app staff add")
    for row in rows:
        click.echo(_to_line(row))


def _to_line(row: StaffRow) -> str:
    teams = ", ".join(place.team + (" (waits to be let in)" if place.is_waiting else "") for place in row.teams)
    ended = f"ended {row.ended_at:%Y-%m-%d}" if row.ended_at else ""
    return "  ".join(part for part in (f"{row.login:<20}", f"{row.role:<13}", row.name, teams, ended) if part)


def _describe_added(new: NewStaff, team: str | None, added: Added, *, made_password: str | None) -> None:
    place = f" in the {'new ' if added.team_is_new else ''}team {team}" if team else ""
    click.echo(f"Added {new.login}, {new.role}{place}.")
    if not added.team_is_shown:
        click.echo("People are not offered this team yet: a supervisor of another team has to agree, on their page.")
    if made_password:
        click.echo(f"\nPassword, shown this once:\n\n    {made_password}\n")
    if added.is_waiting and team:
        click.echo(_describe_waiting(new.login, team))
    if added.recovery_key:
        click.echo(
            "The organisation's recovery key, shown this once. Write or print it, keep it on paper in a safe\n"
            "place, and clear this screen. With it a team's cases can be opened again when all its members have lost\n"
            "their passwords, and new members can be let in from here. Whoever has it and the database can read every\n"
            "case.\n\n"
            f"    {added.recovery_key}\n"
        )


def _describe_waiting(login: str, team: str) -> str:
    return (
        f"{login} can sign in, but reads no case of the team {team} until a supervisor of the team lets them in\n"
        f"on the desk, or until: flask --app app staff join {login} {team!r} --recovery-key-stdin"
    )


def _read_countries(text: str) -> tuple[str, ...]:
    try:
        return members.read_countries(text)
    except AccountRefused as error:
        raise click.UsageError(f"--countries: {error}") from error
