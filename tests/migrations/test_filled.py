"""Migrations on data: from each version, rows in every table stay what they are, up to the newest and down again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.util import CommandError

from portal.db import make_engine
from portal.run.serve import ROOT, alembic_settings
from tests.migrations.filling import NOT_DATA, Contents, Filled, fill, read_contents

REVISIONS = sorted({path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py")})


def test_rows_of_every_version_survive_the_way_up_and_down(url: str) -> None:
    """One climb, with more rows at every rung, so that each step meets rows of its own version and of all before it."""
    settings, filled = alembic_settings(url), Filled()
    kept: Contents = {}
    for place, revision in enumerate(REVISIONS):
        kept = go_up(settings, url, [revision], kept)
        kept = add_rows(url, place, filled)
    kept = go_down(settings, url, [*REVISIONS[-2::-1]], kept)
    kept = go_up(settings, url, ["head"], kept)
    assert kept
    kept = go_down(settings, url, [*REVISIONS[-2::-1], "base"], kept)
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


def add_rows(url: str, round_number: int, filled: Filled) -> Contents:
    with opened(url) as engine:
        fill(engine, round_number, filled)
        return read_contents(engine)


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
    kept: Contents = {}
    for name in before.keys() & after.keys():
        stay = {key: old for key, old in before[name].items() if not may_go(step, name, old)}
        assert after[name].keys() >= stay.keys(), f"{step}: rows of {name} are gone"
        kept[name] = {}
        for key, old in stay.items():
            new = after[name][key]
            kept[name][key] = {column: value for column, value in old.items() if column in new}
            changed = {column for column, value in kept[name][key].items() if value != new[column]}
            assert not changed, f"{step}: {name} {key}"
    return kept


def may_go(step: str, name: str, row: Mapping[str, object]) -> bool:
    """The one kind of row that a way down gives up: a mail about no request, which the portal before could not send."""
    return (step, name) == ("down to 0046", "letter_mails") and row["request_id"] is None


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
