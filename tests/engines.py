"""What tests make anew again and again shares what is compiled for it, which is the same each time.

A portal has one engine and one application for years; the suite has one of each for each test, and spent half of its
time on how a statement reads in SQL, what a server can do, a template as Python and an address as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from portal import db

_first: dict[str, sa.Engine] = {}
_builders: dict[object, Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder
_prepare_sqlite = db._prepare_sqlite


def share_what_is_compiled() -> None:
    """For every engine and every application that is made in this process from now on."""
    vars(db)["create_engine"] = _create_sharing  # the name by which `make_engine` calls it
    vars(db)["_prepare_sqlite"] = _prepare_hasty_sqlite
    Flask.jinja_options = {"bytecode_cache": _Templates()}
    Rule._compile_builder = _compile_once  # type: ignore[method-assign, assignment]


def _create_sharing(*arguments: Any, **options: Any) -> sa.Engine:
    engine = sa.create_engine(*arguments, **options)
    first = _first.get(engine.dialect.name)
    if first is None:  # it is the first once it has asked a server what that can do, if it ever does
        sa.event.listen(engine, "engine_connect", lambda _connection: _first.setdefault(engine.dialect.name, engine))
        return engine
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


def _prepare_hasty_sqlite(connection: Any, record: object) -> None:
    """Nothing here has to outlive a power cut, so nothing waits for the disk. A killed process loses nothing by that; a
    portal that a test starts waits as any other.
    """
    _prepare_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


class _Templates(BytecodeCache):
    """Templates as Python, by their name and their text. The filters of every application are the same."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.known[bucket.key, bucket.checksum] = bucket.code


def _compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function that writes an address of that rule. Without defaults it hangs on nothing but the rule's parts."""
    if rule.defaults:
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]
