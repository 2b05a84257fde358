"""Migrations: numbered, linear, up and down, and exactly the tables of the models, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from portal.db import make_engine
from portal.run.serve import alembic_settings


def list_tables(url: str) -> set[str]:
    engine = make_engine(url)
    tables = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return tables


def test_every_migration_goes_up_and_down_and_up_again(url: str) -> None:
    settings = alembic_settings(url)
    alembic.command.upgrade(settings, "head")
    assert {"cases", "items", "events"} <= list_tables(url)
    alembic.command.downgrade(settings, "base")
    assert list_tables(url) == {"alembic_version"}
    alembic.command.upgrade(settings, "head")


def test_the_migrated_tables_are_those_of_the_models(url: str) -> None:
    settings = alembic_settings(url)
    alembic.command.upgrade(settings, "head")
    alembic.command.check(settings)


def test_migrations_are_numbered_in_one_line(tmp_path: Path) -> None:
    settings: Config = alembic_settings(f"sqlite:///{tmp_path / 'test.db'}")
    scripts = ScriptDirectory.from_config(settings)
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    assert all(re.match(r"\d{4}_[a-z_]+\.py", Path(script.path).name) for script in scripts.walk_revisions())
