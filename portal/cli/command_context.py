"""What commands share: the parts of the application they run in, and a transaction of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal.services.staff.recovery_key import BadRecoveryKey
from portal.services.staff.recovery_key import read_recovery_key as parse_recovery_key
from portal.wiring import Parts


def find_parts() -> Parts:
    """The parts of the application whose command this is."""
    found: Parts = current_app.extensions["recourse"]
    return found


@contextmanager
def transaction(parts: Parts) -> Iterator[Session]:
    """One transaction, see `database_of`."""
    with database_of(parts), parts.sessions.begin() as session:
        yield session


def read_recovery_key() -> bytes:
    """The organisation's recovery key, as it was printed. Ends the command where it is mistyped."""
    try:
        return parse_recovery_key(read_secret("Recovery key"))
    except BadRecoveryKey as error:
        raise click.ClickException(str(error)) from error


def read_secret(name: str) -> str:
    """One line of standard input; at a terminal asked for, and not shown while it is typed."""
    if sys.stdin.isatty():
        return str(click.prompt(name, hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def database_of(parts: Parts) -> Iterator[None]:
    """Work on the database. One that is not there or not made yet ends the command in one clear line."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            "The database is not ready. Start the portal once with `make run`, which makes it, and try again."
        ) from error
