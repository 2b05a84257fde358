"""Runs the migrations on one database; its address comes from whoever calls Alembic.

SQLite changes a table by making it anew and dropping the old one, which would take along every row that points to it.
So its foreign keys are off meanwhile, and are all looked at before the transaction ends.
"""

from __future__ import annotations

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from portal.db import make_engine
from portal.models.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def switch_off_keys(connection: Connection) -> None:
    """For this connection, before its transaction begins: within one, SQLite does not listen."""
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def check_keys(connection: Connection) -> None:
    """Raises CommandError, which undoes all of it, where a row points to one that is not there."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise CommandError(f"a row in {tables} points to a row that is not there")


engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
with engine.connect() as connection:
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        switch_off_keys(connection)
    with connection.begin():
        run(connection)
        if is_sqlite:
            check_keys(connection)
engine.dispose()
