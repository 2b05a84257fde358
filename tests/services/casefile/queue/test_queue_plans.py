"""The team's list among many cases on PostgreSQL: no question it asks reads the table of the cases from end to end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import make_engine
from portal.domain.lifecycle import ActorKind, Role, Scope
from portal.models.tables import metadata
from portal.services.casefile.queue import today
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.casefile.queue.listing import PAGE_ROWS, list_queue
from portal.services.casefile.queue.stretches import STRETCHES
from portal.services.ports import Actor
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.postgres import fresh_database
from tests.services.factories import NOW, make_ports, make_team, make_work

CASES = 20_000
# Nearly all of one team; a tenth closed, a quarter without a date, a third with nobody, the others with one of two.
FILL = """
INSERT INTO cases (id, reference, status, path, country, language, handler, team_id, assignee_id, item_count,
                   next_due_at, next_due_estimated, created_at, submitted_at, version, letter_numbers, sealed)
SELECT gen_random_uuid(), 'B-' || n, CASE WHEN n % 10 = 0 THEN 'closed' ELSE 'open' END, 'removal', 'NZ', 'en', 'team',
       (:teams)[CASE WHEN n % 20 = 0 THEN 2 ELSE 1 END], (:staff)[1 + n % 3], 42,
       CASE WHEN n % 4 = 0 THEN NULL ELSE :now + make_interval(mins => 7 * (n % 9000) - 30000) END,
       false, :now, :now + make_interval(secs => n), 1, 0, decode(repeat('00', 1500), 'hex')
FROM generate_series(1, :cases) AS n
"""


@dataclass(frozen=True)
class Filled:
    engine: sa.Engine
    team_id: UUID
    staff_id: UUID


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with fresh_database() as url:
        engine = make_engine(url)
        metadata.create_all(engine)
        with Session(engine) as session:
            teams = [make_team(session, name="First")[0]]
            teams.append(accounts.create_team(session, "Second", now=NOW)[0])
            members = [
                accounts.add_staff(
                    session, NewStaff(login=login, name=login, role=Role.ADVOCATE, password="a long one here"), now=NOW
                )
                for login in ("mere", "tane")
            ]
            uuids = sa.ARRAY(sa.Uuid())
            fill = sa.text(FILL).bindparams(
                sa.bindparam("teams", [team.id for team in teams], type_=uuids),
                sa.bindparam("staff", [None, *(member.id for member in members)], type_=uuids),
            )
            session.execute(fill, {"now": NOW, "cases": CASES})
            session.commit()
            made = Filled(engine, teams[0].id, members[0].id)
        tidy_up(engine)
        yield made
        engine.dispose()


def tidy_up(engine: sa.Engine) -> None:
    """What PostgreSQL does by itself after a while: learn what is in the table, and which pages everybody may see.

    As long as a transaction that is older runs on the same server, the second has to wait.
    """
    seen = sa.text("SELECT relallvisible >= relpages FROM pg_class WHERE relname = 'cases'")
    give_up_at = time.monotonic() + 60
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE, FREEZE) cases"))
        while not connection.execute(seen).scalar():
            assert time.monotonic() < give_up_at, "a transaction keeps the pages from being seen by everybody"
            time.sleep(0.2)
            connection.execute(sa.text("VACUUM (ANALYZE, FREEZE) cases"))


SELDOM = {
    QueueFilter.ANSWER,
    QueueFilter.APPROVAL,
    QueueFilter.HANDED,
    QueueFilter.MAIL,
    QueueFilter.PROMISED,
}  # of which none is filled in here


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("filter", list(QueueFilter))
@pytest.mark.parametrize("page", [1, 20])
def test_no_page_of_the_list_reads_the_whole_table(
    filled: Filled, tmp_path: Path, filter: QueueFilter, page: int, scope: Scope
) -> None:
    actor = Actor(kind=ActorKind.STAFF, staff_id=filled.staff_id, role=Role.ADVOCATE, scope=scope)
    with Session(filled.engine) as session:
        asked = note_questions(session)
        work = make_work(session, make_ports(tmp_path), actor=actor)
        list_queue(work, team_ids=(filled.team_id,), choice=QueueChoice(show=filter), page=page)
        questions = [each for each in asked if "FROM cases" in each[0]]
        assert len(questions) in {1, 2}, "counts, and where there is one a page with its rows whole for their guards"
        assert len(questions) == 2 or filter in SELDOM or scope is Scope.OWN
        for statement, values in questions:
            plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            assert "Seq Scan on cases" not in plan, plan


def note_questions(session: Session) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        if not statement.startswith("EXPLAIN"):
            asked.append((statement, values))

    sa.event.listen(session.connection(), "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize("filter", [QueueFilter.ALL, QueueFilter.PROMISED, QueueFilter.STUCK])
def test_nothing_is_looked_up_for_each_case_of_the_list(filled: Filled, tmp_path: Path, filter: QueueFilter) -> None:
    """What is prepared, promised or unread is read once; asked for each of many cases it takes a second."""
    actor = Actor(kind=ActorKind.STAFF, staff_id=filled.staff_id, role=Role.ADVOCATE)
    with Session(filled.engine) as session:
        asked = note_questions(session)
        work = make_work(session, make_ports(tmp_path), actor=actor)
        list_queue(work, team_ids=(filled.team_id,), choice=QueueChoice(show=filter), page=1)
        for statement, values in [each for each in asked if "FROM cases" in each[0]][:2]:
            found = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", values)
            plan = "\n".join(found.scalars())
            times = {int(each) for each in re.findall(r"loops=(\d+)", plan)}
            assert max(times) <= PAGE_ROWS * len(STRETCHES[QueueFilter.ALL]), plan


@pytest.mark.parametrize("filter", list(QueueFilter))
def test_no_page_reads_more_than_a_part_of_the_list(filled: Filled, tmp_path: Path, filter: QueueFilter) -> None:
    """With so few cases a part of one turn may be sorted; with more of them the server reads the first of it alone. The
    member's own that wait for them are put into order as a whole.
    """
    actor = Actor(kind=ActorKind.STAFF, staff_id=filled.staff_id, role=Role.ADVOCATE)
    with Session(filled.engine) as session:
        asked = note_questions(session)
        work = make_work(session, make_ports(tmp_path), actor=actor)
        list_queue(work, team_ids=(filled.team_id,), choice=QueueChoice(show=filter), page=1)
        for statement, values in [each for each in asked if "FROM cases" in each[0]][:2]:
            plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN ANALYZE {statement}", values).scalars())
            most = max(int(each) for each in re.findall(r"actual time=\S+ rows=(\d+)", plan))
            assert most <= (CASES if filter is QueueFilter.YOURS else CASES // 4), plan
            assert "external" not in plan, plan
            assert "WindowAgg" not in plan, plan


def test_the_first_page_of_the_desk_reads_no_table_from_end_to_end(filled: Filled, tmp_path: Path) -> None:
    """Also where the new cases that nobody has are put into order by risk, whatever their turn."""
    actor = Actor(kind=ActorKind.STAFF, staff_id=filled.staff_id, role=Role.ADVOCATE)
    with Session(filled.engine) as session:
        asked = note_questions(session)
        today.read_today(make_work(session, make_ports(tmp_path), actor=actor), team_ids=(filled.team_id,))
        questions = [each for each in asked if "FROM cases" in each[0]]
        assert questions
        for statement, values in questions:
            plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            assert "Seq Scan on cases" not in plan, plan
