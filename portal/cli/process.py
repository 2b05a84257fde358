"""What commands share: the parts of the application they run in, and a transaction of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal.parts import Parts


def find_parts() -> Parts:
    """The parts of the application whose command this is."""
    found: Parts = current_app.extensions["recourse"]
    return found


@contextmanager
def transaction(parts: Parts) -> Iterator[Session]:
    """One transaction. A database that is not there or not made yet ends the command in one clear line."""
    try:
        with parts.sessions.begin() as session:
            yield session
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            "The database is not ready. Start the portal once with `make run`, which makes it, and try again."
        ) from error
