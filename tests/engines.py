"""Engines of tests share what SQLAlchemy works out once for each: how a statement reads in SQL, what a server can do.

A portal has one engine for years; the suite has one for each test, and spent a third of its time on that.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal import db

_first: dict[str, sa.Engine] = {}


def share_what_is_compiled() -> None:
    """For every engine that the portal's code makes in this process from now on."""
    vars(db)["create_engine"] = _create_sharing  # the name by which `make_engine` calls it


def _create_sharing(*arguments: Any, **options: Any) -> sa.Engine:
    engine = sa.create_engine(*arguments, **options)
    first = _first.get(engine.dialect.name)
    if first is None:  # it is the first once it has asked a server what that can do, if it ever does
        sa.event.listen(engine, "engine_connect", lambda _connection: _first.setdefault(engine.dialect.name, engine))
        return engine
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine
