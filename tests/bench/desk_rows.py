"""The cases of a whole desk, made quickly: rows that are guarded, chained and summed as the portal would have done it.

What is sealed in them is as long as in life, and nobody opens it. The cases that are opened are made by the portal.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Connection, Engine, Table, insert, select, text

from portal.domain.lifecycle import ActorKind, CaseStatus, History, ItemState, Path, RequestState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.find_marks import FindMark
from portal.models.follow_ups import FollowUpDate
from portal.models.guards import GuardSum
from portal.models.items import Item
from portal.models.messages import Message
from portal.models.requests import Basis, Request
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history import guard_digests, guards
from portal.services.history.events import HIDDEN, NewEvent, digest_of, record_in_cases
from portal.services.ports import SYSTEM, ServerKeys
from portal.wiring import Parts
from tests.bench.rows import basis_rows, case_row, request_row
from tests.services.factories import NOW, make_work

LINKS = 50
LAWS = ("nz-privacy-act-2020",)  # three clocks: to transfer, to decide, and when the authority can be asked
AT_ONCE = 500
MANY = 5_000  # cases from which on it is quicker to make the indexes anew
TOLD = (History.SENT, History.RECEIPT_CONFIRMED)

Rows = dict[type[Any], list[dict[str, Any]]]


def fill(parts: Parts, *, team_id: UUID, staff_ids: Sequence[UUID], cases: int) -> None:
    """So many cases of one team, each with 50 links, a request that was sent and received, and its three clocks.

    A tenth is closed, a quarter has no date, a third nobody who works on it; some were written about, some promised.
    """
    with parts.sessions() as session:  # never committed
        clocks = _make_clocks(parts, session)
    maker = _Maker(parts.keys, clocks, team_id, staff_ids)
    with _without_indexes(parts.engine, is_wanted=cases >= MANY):
        for first in range(0, cases, AT_ONCE):
            made: Rows = {model: [] for model in ORDER}
            for number in range(first, min(first + AT_ONCE, cases)):
                maker.add_case(made, number)
            with parts.engine.begin() as connection:
                for model in ORDER:
                    _put(connection, model.__table__, made[model])
    with parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As PostgreSQL does by itself after a while.
        is_server = connection.dialect.name == "postgresql"
        connection.execute(text("VACUUM ANALYZE" if is_server else "ANALYZE"))


ORDER: tuple[type[Any], ...] = (
    *(Case, Request, Basis, Item, Clock, Event, FindMark, Message, FollowUpDate),
    GuardSum,
)


@dataclass
class _Maker:
    """Makes the rows of one case after the other."""

    keys: ServerKeys
    clocks: Sequence[Mapping[str, Any]]
    team_id: UUID
    staff_ids: Sequence[UUID]
    total: int = 0
    rows: int = 0
    made: Rows = field(default_factory=dict)

    def add_case(self, made: Rows, number: int) -> None:
        self.total = self.rows = 0
        self.made = made
        case = case_row(NOW - timedelta(minutes=number % 500_000), **self._place(number))
        state = RequestState.PREPARED if number % 25 == 0 else RequestState.SENT
        request = request_row(case, state, sent_at=NOW)
        self._keep(Case, [case])
        self._keep(Request, [request])
        self._keep(Basis, basis_rows(request, LAWS))
        items = [self._item(case, request, place) for place in range(1, LINKS + 1)]
        self._keep(Item, items)
        self._keep(Clock, ({**each, "id": uuid4(), **_owner(case, request)} for each in self.clocks))
        self._keep(Event, _tell(case, request))
        self._keep(FindMark, (self._mark(case, item) for item in items))
        if number % 200 == 0:
            self._keep(Message, [_message(case)])
        if number % 100 == 0:
            self._keep(FollowUpDate, [_promise(case, self.staff_ids[0])])
        whole = (self.total % guards.MODULUS).to_bytes(32)
        guard = guard_digests.sum_guard(self.keys, case["id"], whole, self.rows)
        made[GuardSum].append({"scope": case["id"], "total": whole, "rows": self.rows, "guard": guard})

    def _place(self, number: int) -> dict[str, object]:
        due = NOW + timedelta(minutes=7 * (number % 9_000) - 30_000) if number % 4 else None
        return {
            "status": CaseStatus.CLOSED if number % 10 == 0 else CaseStatus.OPEN,
            "country": ("NZ", "AU", "IE")[number % 3],
            "path": Path.THREAT if number % 30 == 0 else Path.REMOVAL,
            "under_18": number % 50 == 0,
            "team_id": self.team_id,
            "assignee_id": None if number % 3 == 0 else self.staff_ids[number % len(self.staff_ids)],
            "next_due_at": due,
            "running_due_at": due if due and due > NOW else None,
            "news_at": NOW if number % 150 == 0 else None,
            "item_count": LINKS,
            "sealed": os.urandom(2000),
        }

    def _item(self, case: Mapping[str, Any], request: Mapping[str, Any], number: int) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "case_id": case["id"],
            "number": number,
            "platform": "x",
            "state": ItemState.ASKED,
            "url_index": os.urandom(32),
            "request_id": request["id"],
            "added_at": NOW,
            "changed_at": NOW,
            "sealed": os.urandom(250),
        }

    def _mark(self, case: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "case_id": case["id"],
            "source_id": item["id"],
            "is_link": True,
            "server_key": self.keys.id,
            "value": os.urandom(32),
        }

    def _keep(self, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            row["guard"] = guard_digests.guard_of(self.keys, model.__tablename__, row)
            self.total += guard_digests.addend(self.keys, row["guard"])
            self.rows += 1
            self.made[model].append(row)


def _owner(case: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    return {"case_id": case["id"], "request_id": request["id"]}


def _tell(case: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    previous = b""
    for sequence, kind in enumerate(TOLD, start=1):
        row = {
            "id": uuid4(),
            "case_id": case["id"],
            "sequence": sequence,
            "kind": kind,
            "at": NOW,
            "recorded_at": NOW,
            "actor": ActorKind.SYSTEM,
            "staff_id": None,
            "request_id": request["id"],
            "complaint_id": None,
            "is_visible": kind not in HIDDEN,
            "facts": {},
            "sealed": None,
        }
        previous = row["digest"] = digest_of(SimpleNamespace(**row), previous=previous)  # type: ignore[arg-type]
        yield row


def _message(case: Mapping[str, Any]) -> dict[str, Any]:
    values = {"id": uuid4(), "case_id": case["id"], "author": ActorKind.PERSON, "sealed": os.urandom(200)}
    return {name: values.get(name, NOW if name in {"sent_at", "created_at"} else None) for name in _columns(Message)}


def _promise(case: Mapping[str, Any], owner_id: UUID) -> dict[str, Any]:
    day = date(NOW.year, NOW.month, NOW.day)
    values = {"owner_id": owner_id, "due_on": day, "set_at": NOW, "sealed": os.urandom(80)}
    known = {"id": uuid4(), "case_id": case["id"], **values}
    return {name: known.get(name) for name in _columns(FollowUpDate)}


def _columns(model: type[Any]) -> list[str]:
    return [column.name for column in model.__table__.columns if column.name != "guard"]


def _make_clocks(parts: Parts, session: Any) -> list[dict[str, Any]]:
    """The clocks of such a case as the portal counts them, without their names; those of all are alike."""
    case = case_row(NOW)
    request = request_row(case, RequestState.SENT, sent_at=NOW)
    guards.insert_rows(session, Case, [case])
    guards.insert_rows(session, Request, [request])
    guards.insert_rows(session, Basis, basis_rows(request, LAWS))
    told = ((case["id"], NewEvent(kind=kind, at=NOW, request_id=request["id"])) for kind in TOLD)
    record_in_cases(session, list(told), actor=SYSTEM, now=NOW)
    work = make_work(session, parts.ports, now=NOW)
    refresh_clocks(work, session.get_one(Case, case["id"]), session.get_one(Request, request["id"]))
    rows = session.execute(select(Clock.__table__).where(Clock.case_id == case["id"])).mappings()
    return [{str(name): value for name, value in row.items() if name != "guard"} for row in rows]


# How rows go in.


@contextmanager
def _without_indexes(engine: Engine, *, is_wanted: bool) -> Iterator[None]:
    """A server that takes millions of rows makes its indexes at the end."""
    indexes = [index for model in ORDER for index in model.__table__.indexes]
    if not is_wanted or engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    yield
    with engine.begin() as connection:
        for index in indexes:
            index.create(connection)


def _put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        defaults = {column.name: _default(column) for column in table.columns}
        whole = [{name: row.get(name, defaults[name]) for name in names} for row in rows]
        connection.execute(insert(table), whole)
        return
    writers = [_writer(column, connection) for column in table.columns]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([write(row.get(name)) for name, write in zip(names, writers, strict=True)])


def _writer(column: Any, connection: Connection) -> Callable[[Any], Any]:
    """From a value to what the server's own way of taking rows in understands."""
    if isinstance(column.type, JSON):
        return json.dumps
    process, default = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect), _default(column)

    def write(value: Any) -> Any:
        value = default if value is None else value
        return process(value) if process and value is not None else value

    return write


def _default(column: Any) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None
