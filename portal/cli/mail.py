"""`mail`: what mail servers hand over, and mails from files."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.adapters.mailboxes import MailboxTrouble
from portal.cli.command_context import database_of, find_parts
from portal.domain.incoming import LARGEST_MAIL
from portal.services.inbox.mailboxes import HoldLost, fetch, list_places
from portal.services.inbox.receiving import MailTooLarge, receive
from portal.services.inbox.upkeep import NoMail, read_mails
from portal.wiring import Parts

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the mail and hands it over once more
TOO_LARGE = 69  # EX_UNAVAILABLE: the mail server tells the sender


@click.group("mail")
def mail() -> None:
    """Mail that comes in: answers to letters."""


@mail.command("receive")
@click.argument("recipients", nargs=-1)
@with_appcontext
def take(recipients: tuple[str, ...]) -> None:
    """Take one mail from standard input. RECIPIENTS are the addresses it was delivered to, where the server says so.

    Ends with 0 once it is kept, or was kept before; with 75 where it could not be, so that the mail server keeps it.
    """
    content = sys.stdin.buffer.read(LARGEST_MAIL + 1)
    parts = find_parts()
    try:
        with parts.sessions.begin() as session:
            receive(parts.work(session), content, recipients)
    except MailTooLarge as error:
        click.echo(f"Not taken: {error}.", err=True)
        sys.exit(TOO_LARGE)
    except Exception as error:
        click.echo(f"Not taken, to be tried again: {type(error).__name__}.", err=True)
        sys.exit(TRY_AGAIN)


@mail.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@with_appcontext
def bring(files: tuple[Path, ...]) -> None:
    """Take mails from FILES: single ones (.eml), mailboxes (.mbox), or folders of such files. They stay where they are.

    What was taken before is known again, so that a run that was cut off is simply begun anew.
    """
    parts = find_parts()
    new = known = 0
    refused: list[str] = []
    with database_of(parts):
        for path in _list_files(files):
            try:
                for number, content in enumerate(read_mails(path), 1):
                    try:
                        with parts.sessions.begin() as session:
                            is_new = receive(parts.work(session), content)
                    except MailTooLarge as error:
                        refused.append(f"{path}, mail {number}: {error}")
                        continue
                    new, known = new + is_new, known + (not is_new)
            except (NoMail, OSError) as error:
                refused.append(f"{path}: {error}")
    for line in refused:
        click.echo(f"Not taken: {line}", err=True)
    click.echo(f"{new} mails came in, {known} were there already. The worker looks for their requests.")
    if refused:
        sys.exit(1)


@mail.command("fetch")
@with_appcontext
def bring_in() -> None:
    """Fetch from each mailbox of RECOURSE_MAILBOXES now, and say how that went: to try the settings."""
    parts = find_parts()
    troubles = 0
    with database_of(parts):
        for server in parts.config.mailboxes:
            try:
                new = fetch(parts.sessions, server, clock=parts.clock, ports=parts.ports)
            except (MailboxTrouble, HoldLost) as error:
                troubles += 1
                click.echo(f"{server.name}: not read ({error}).", err=True)
                continue
            click.echo(
                f"{server.name}: {f'{new} new mails' if new is not None else _describe_wait(parts, server.name)}."
            )
    if not parts.config.mailboxes:
        click.echo("No mailbox is set (RECOURSE_MAILBOXES).", err=True)
    if troubles or not parts.config.mailboxes:
        sys.exit(1)


def _describe_wait(parts: Parts, name: str) -> str:
    with parts.sessions() as session:
        row = next(each for each in list_places(session) if each.name == name)
    until = f"until {row.held_until:%H:%M} UTC" if row.held_until else "for a moment"
    return f"left alone {until}, after {row.failures} failures" if row.failures else f"in the hands of a worker {until}"


def _list_files(paths: tuple[Path, ...]) -> list[Path]:
    found = []
    for path in paths:
        found += sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    return found
