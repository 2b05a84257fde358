"""Runs the migrations on one database; its address comes from whoever calls Alembic."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from portal.db import make_engine
from portal.models.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
with engine.begin() as connection:
    run(connection)
engine.dispose()
