"""`directory`: which addresses nobody has checked for too long, and a polite look at them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import date
from functools import partial

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from portal.adapters.link_check import ProbeResult, probe
from portal.cli.command_context import find_parts
from portal.services.directory.address_checks import (
    AddressStatus,
    DirectoryAddress,
    check_links,
    list_contacts,
    list_stale,
    read_statuses,
)

Row = tuple[DirectoryAddress, date | None, AddressStatus]


@click.group("directory")
def directory() -> None:
    """The addresses of platforms and authorities: what of them is old, and what does not answer."""


@directory.command("stale")
@click.option("--days", type=click.IntRange(min=1), help="Another shelf life for all; else 90 and 180 days")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable")
@with_appcontext
def stale(days: int | None, as_json: bool) -> None:
    """List what was not checked within its shelf life, and what was reported as not working."""
    parts = find_parts()
    today = parts.config.day_at(parts.clock())
    rows = list_stale(parts.registry, _read_what_was_seen(), on=today, days=days)
    click.echo(_to_json(rows) if as_json else _to_text(rows))


@directory.command("check")
@click.argument("subjects", nargs=-1)
@with_appcontext
def check(subjects: tuple[str, ...]) -> None:
    """Ask the directory's web addresses politely whether they still answer, or only those of SUBJECTS.

    Off unless RECOURSE_LINK_CHECK=on. Slow on purpose. It changes nothing: it says what somebody should look at.
    """
    parts = find_parts()
    if not parts.config.may_check_links:
        raise click.ClickException(
            "Checking links is off. Set RECOURSE_LINK_CHECK=on to let this command ask other sites."
        )
    agent = f"Recourse directory check (+{parts.config.base_url})"
    wanted = [each for each in list_contacts(parts.registry) if not subjects or each.subject in subjects]
    for contact, answer in check_links(wanted, look=partial(probe, agent=agent), clock=time.monotonic, wait=time.sleep):
        if answer.found is not ProbeResult.WORKS:
            click.echo(f"{contact.subject}\t{answer.found.value}\t{contact.address}\t{answer.detail}")
    click.echo("Done. Open what is listed yourself before you change a record.")


def _read_what_was_seen() -> dict[tuple[str, str], AddressStatus]:
    """What staff recorded; nothing where no database was made yet."""
    try:
        with find_parts().sessions() as session:
            return dict(read_statuses(session))
    except SQLAlchemyError:
        return {}


def _to_json(rows: Sequence[Row]) -> str:
    listed = [
        {
            "subject": contact.subject,
            "name": contact.name,
            "kind": contact.what,
            "address": contact.address,
            "compiled_on": contact.compiled_on.isoformat(),
            "checked_on": checked_on.isoformat() if checked_on else None,
            "trouble": seen.trouble.value if seen.trouble else None,
            "trouble_on": seen.trouble_on.isoformat() if seen.trouble_on else None,
        }
        for contact, checked_on, seen in rows
    ]
    return json.dumps(listed, ensure_ascii=False, indent=1)


def _to_text(rows: Sequence[Row]) -> str:
    lines = []
    for contact, checked_on, seen in rows:
        address = " ".join(contact.address.split())
        lines.append(f"{contact.subject}\t{contact.what}\t{_tell(contact, checked_on, seen)}\t{address}")
    return "\n".join([*lines, f"{len(rows)} addresses to look at."])


def _tell(contact: DirectoryAddress, checked_on: date | None, seen: AddressStatus) -> str:
    if seen.trouble and seen.trouble_on:
        return f"{seen.trouble.value} on {seen.trouble_on.isoformat()}"
    if checked_on is None:
        return f"never checked, put together on {contact.compiled_on.isoformat()}"
    return f"not checked since {checked_on.isoformat()}"
