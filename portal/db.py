"""The database: engine, sessions, the base of all tables, types for instants and for words of a vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Dialect, Engine, MetaData, String, TypeDecorator, Uuid, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


READ_ONLY = "recourse_read_only"


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC at rest. A naive value raises."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One word of a vocabulary, stored as its value, read back as its member. An unknown word raises."""

    impl = String(40)
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        # A member is found by its text in a third of the time that making it from its text takes; rows have many.
        self._members = {member.value: member for member in vocabulary}
        self._texts = {member.value: member.value for member in vocabulary}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self._texts.get(value) or self.vocabulary(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self._members.get(value) or self.vocabulary(value)


class Id(Uuid[UUID]):
    """An id. SQLite gives it as text: that of a case stands in most rows of a page, and is read once."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        if dialect.supports_native_uuid:
            return super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
        return lambda value: None if value is None else _read_id(value)


_read_id = lru_cache(maxsize=4096)(UUID)


class Base(DeclarativeBase):
    """The base of all tables. Prints its id only, so that nothing about a person reaches a log."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime, UUID: Id}  # noqa: RUF012 - SQLAlchemy's own declaration

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '?')}>"


def make_engine(url: str) -> Engine:
    """An engine for SQLite (write-ahead log, BEGIN IMMEDIATE) or PostgreSQL."""
    engine = create_engine(
        _with_driver(url),
        pool_pre_ping=url.startswith("postgres"),
        connect_args=_connect_args(url),
        json_deserializer=msgspec.json.decode,  # rows are read by the thousand, and each clock has its steps
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def begin_reading(session: Session) -> None:
    """Start the session's transaction as one that only reads, so that it never waits for a writer nor holds one up."""
    session.connection(execution_options={READ_ONLY: True})


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Do something outside the database once the session's transaction has been committed, and only then."""
    event.listen(session, "after_commit", lambda _session: action(), once=True)


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def _with_driver(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _connect_args(url: str) -> dict[str, Any]:
    return {"timeout": 30, "check_same_thread": False} if url.startswith("sqlite") else {}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the begin event below sends BEGIN itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # As if the database lay on a turning disk, the server reads a whole table rather than a thousand of its rows.
    with connection.cursor() as cursor:
        cursor.execute("SET random_page_cost = 1.1")
    connection.commit()


def _begin_immediate(connection: Any) -> None:
    # A deferred BEGIN that reads first and writes later fails at once with "database is locked" when another
    # writer came between; taking the write lock at the start waits its turn instead. A reader needs no lock.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
