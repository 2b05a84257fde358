"""What commands share: the parts of the application they run in, and a transaction of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import click
from flask import current_app
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal.parts import Parts
from portal.services.reckoning import name_nearest

T = TypeVar("T")


def find_parts() -> Parts:
    """The parts of the application whose command this is."""
    found: Parts = current_app.extensions["recourse"]
    return found


def find_known(records: Mapping[str, T], wanted: str, noun: str) -> T:
    """The record of that id. Raises UsageError, which names the nearest one."""
    if wanted not in records:
        raise click.UsageError(f"No {noun} {wanted!r}.{name_nearest(wanted, records)}")
    return records[wanted]


@contextmanager
def transaction(parts: Parts) -> Iterator[Session]:
    """One transaction, see `database_of`."""
    with database_of(parts), parts.sessions.begin() as session:
        yield session


@contextmanager
def database_of(parts: Parts) -> Iterator[None]:
    """Work on the database. One that is not there or not made yet ends the command in one clear line."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            "The database is not ready. Start the portal once with `make run`, which makes it, and try again."
        ) from error
