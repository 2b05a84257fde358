"""Migrations on data: from each version, rows in every table stay what they are, up to the newest and down again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.util import CommandError

from portal.db import make_engine
from portal.run.serve import ROOT, alembic_settings
from tests.migrations.filling import NOT_DATA, Contents, fill, read_contents

REVISIONS = sorted({path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py")})


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_each_version_survive_the_way_up_and_down(revision: str, url: str) -> None:
    settings = alembic_settings(url)
    alembic.command.upgrade(settings, revision)
    with opened(url) as engine:
        fill(engine)
        kept = read_contents(engine)
    place = REVISIONS.index(revision)
    higher, lower = REVISIONS[place + 1 :], [*REVISIONS[:place][::-1], "base"]
    kept = go_up(settings, url, higher, kept)
    kept = go_down(settings, url, [*higher[-2::-1], revision] if higher else [], kept)
    kept = go_up(settings, url, ["head"], kept)
    assert kept
    kept = go_down(settings, url, [*higher[-2::-1], revision, *lower], kept)
    assert kept == {}
    alembic.command.upgrade(settings, "head")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_row_that_points_nowhere_stops_a_migration(url: str) -> None:
    """SQLite's keys are off while tables are made anew, so that they are looked at before the end.

    PostgreSQL looks at every key at once.
    """
    settings = alembic_settings(url)
    alembic.command.upgrade(settings, REVISIONS[-2])
    with opened(url) as engine:
        fill(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("DELETE FROM staff")
    with pytest.raises(CommandError, match="points to a row that is not there"):
        alembic.command.upgrade(settings, "head")
    with opened(url) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text(f"SELECT version_num FROM {NOT_DATA}")) == REVISIONS[-2]  # noqa: S608


def go_up(settings: Config, url: str, revisions: list[str], kept: Contents) -> Contents:
    for revision in revisions:
        alembic.command.upgrade(settings, revision)
        kept = compare(kept, url, f"up to {revision}")
    return kept


def go_down(settings: Config, url: str, revisions: list[str], kept: Contents) -> Contents:
    for revision in revisions:
        alembic.command.downgrade(settings, revision)
        kept = compare(kept, url, f"down to {revision}")
    return kept


def compare(before: Contents, url: str, step: str) -> Contents:
    """Every row is there with its values. Returns them without the tables and columns that `step` took away."""
    with opened(url) as engine:
        after = read_contents(engine)
        found = sa.inspect(engine).get_multi_columns()
        columns = {name: {column["name"] for column in each} for (_, name), each in found.items()}
    kept = {
        name: {key: {each: row[each] for each in row.keys() & columns[name]} for key, row in rows.items()}
        for name, rows in before.items()
        if name in after
    }
    for name, rows in kept.items():
        assert after[name].keys() >= rows.keys(), f"{step}: rows of {name} are gone"
        for key, row in rows.items():
            changed = {each: (value, after[name][key][each]) for each, value in row.items()}
            assert {each for each, (old, new) in changed.items() if old != new} == set(), f"{step}: {name} {key}"
    return kept


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
