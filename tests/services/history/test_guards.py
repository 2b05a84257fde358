"""Nothing that decides something can be changed in the database unseen: row by row, for whoever has it alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.signing import Signer, by_id, public_keys
from portal.domain.lifecycle import Answer, Handler, Role
from portal.models.cases import Case, CaseKey
from portal.models.contacts import LinkKind, MailLink
from portal.models.guards import Guarded, GuardSum, HistoryCheck
from portal.models.incoming import IncomingMail
from portal.models.items import Item
from portal.models.laws import LawVersion
from portal.models.tables import metadata
from portal.services.cases import erasure, messages
from portal.services.complaints import complaints, officer_links, reading
from portal.services.history import checkpoints, guard_digests, guards, witness
from portal.services.history.guards import Unguarded
from portal.services.history.rows_check import count_rows
from portal.services.operations import audits
from portal.services.operations.audits import Audit
from portal.services.ports import Ports, ServerKeys
from portal.services.signin import factors
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, SERVER_KEYS, make_case, make_team, make_work
from tests.services.fakes import DAY, print_quickly, reopen, run_job, send
from tests.services.kept import make_once

SEEDS = (b"\x01" * 32,)
KEYS = by_id(public_keys(SEEDS))
LATER = NOW + 3 * DAY
REQUESTS = metadata.tables["requests"]
Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@dataclass(frozen=True)
class World:
    """A case with a request that was sent and answered, a complaint with its papers, a link for an officer, a team."""

    sessions: Sessions
    ports: Ports
    opened: CaseWork

    def check(self, *, now: Any = LATER, **more: Any) -> Audit:
        with self.sessions() as session:
            return audits.check(session, keys=KEYS, now=now, ports=self.ports, **more)

    @property
    def is_sqlite(self) -> bool:
        return self.sessions.kw["bind"].dialect.name == "sqlite"  # type: ignore[no-any-return]

    def bend(self, statement: str, **values: object) -> None:
        """As somebody who has the database and no key."""
        with self.sessions.kw["bind"].begin() as connection:
            assert connection.execute(sa.text(statement), values).rowcount > 0


@pytest.fixture
def world(sessions: Sessions, ports: Ports) -> World:
    return World(sessions, ports, replace(make_once(fill, sessions, ports), ports=ports))


def fill(sessions: Sessions, ports: Ports) -> CaseWork:
    with sessions.begin() as session:
        team, team_key = make_team(session)
        new = NewStaff(login="mere", name="Mere", role=Role.SUPERVISOR, password="six invented words for one test")
        member = accounts.add_staff(session, new, now=NOW)
        accounts.add_membership(session, member, team, team_key, now=NOW)
        factors.make_codes(session, member.id)
        links = "https://x.com/someone/status/1111 https://invented.org/album/7"
        opened = make_case(session, ports, links=links, handler=Handler.TEAM, team_id=str(team.id))
        send(session, opened, ports)
        log_answer(opened.at(NOW + DAY), 1, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="No."))
        messages.send_message(opened.at(NOW + DAY), "An invented word to the team.")
        session.add(MailLink(id=b"\x01" * 32, case_id=opened.case.id, kind=LinkKind.RETURN, made_at=NOW, ends_at=LATER))
        complaints.prepare(opened.at(LATER), "us-take-it-down", "us-ftc", (1,))
        job = reading.complaint_view(opened.at(LATER), 1).job
        actor = accounts.actor_of(member)
    assert job is not None
    assert run_job(sessions, job.id, ports, now=LATER)
    with sessions.begin() as session:
        work = make_work(session, ports, actor=actor).on(session.get_one(Case, opened.case.id), opened.key)
        officer_links.make_link(work.at(LATER), 1, days=7)
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, Signer.from_seeds(SEEDS), now=LATER)
    assert World(sessions, ports, opened).check().breaks == ()
    return opened


def list_problems(found: Audit) -> list[str]:
    return [str(each) for each in found.breaks]


BENT = {
    "a request's day of sending": "UPDATE requests SET sent_at = :early WHERE sent_at IS NOT NULL",
    "a request's day of answer": "UPDATE requests SET answered_at = NULL WHERE answered_at IS NOT NULL",
    "a request's state": "UPDATE requests SET state = 'acknowledged' WHERE state = 'refused'",
    "a clock's day": "UPDATE clocks SET due_at = :early WHERE due_at IS NOT NULL",
    "a clock's state": "UPDATE clocks SET state = 'met'",
    "why a clock's day is that day": "UPDATE clocks SET steps = '[]'",
    "a letter's day": "UPDATE letters SET made_at = :early",
    "a letter's digest": "UPDATE letters SET digest = 'beef'",
    "a complaint's state": "UPDATE complaints SET state = 'lodged', lodged_at = :early",
    "what a complaint rests on": "DELETE FROM complaint_requests",
    "a consent": "UPDATE consents SET withdrawn_at = NULL, given_at = :early",
    "a consent taken away": "DELETE FROM consents",
    "a link's state": "UPDATE items SET state = 'removed'",
    "a link taken away": "DELETE FROM items WHERE number = 2",
    "the wrap of a case's key": "UPDATE case_keys SET wrapped = :bytes",
    "a set of words": "UPDATE case_keys SET words_index = :bytes WHERE holder = 'person'",
    "the case's team": "UPDATE cases SET team_id = NULL",
    "the case's state": "UPDATE cases SET status = 'closed'",
    "the day on which a case is erased": "UPDATE cases SET retention_until = :early",
    "a role": "UPDATE staff SET role = 'administrator'",
    "an account's end": "UPDATE staff SET ended_at = :early",
    "a member's public key": "UPDATE staff SET public_key = :bytes",
    "a team's public key": "UPDATE teams SET public_key = :bytes",
    "a team's name": "UPDATE teams SET name = 'Harb0ur'",
    "the recovery key": "UPDATE recovery_keys SET public_key = :bytes",
    "a membership": "UPDATE memberships SET team_key = :bytes",
    "a membership taken away": "DELETE FROM memberships",
    "a code on paper": "UPDATE recovery_codes SET used_at = :early",
    "a mailed link": "UPDATE mail_links SET ends_at = :late",
    "an officer's link": "UPDATE officer_links SET used_at = NULL, ends_at = :late",
    "a law that is cited": "UPDATE bases SET version = '1900-01-01'",
    "a law's record": "UPDATE law_versions SET record = :bytes",
    "a message": "UPDATE messages SET sealed = :bytes",
    "a file's digest": "UPDATE stored_files SET digest = :bytes",
    "a file that is not known any more": "DELETE FROM stored_files",
    "a sum": "UPDATE guard_sums SET rows = rows + 1",
    "a sum taken away": "DELETE FROM guard_sums",
}


@pytest.mark.parametrize("statement", BENT.values(), ids=BENT.keys())
def test_what_was_changed_in_the_database_alone_is_found(world: World, statement: str) -> None:
    moments = {"early": NOW - DAY, "late": NOW + 90 * DAY}
    plain = {name: at.replace(tzinfo=None).isoformat(" ", "microseconds") for name, at in moments.items()}
    values = {**(plain if world.is_sqlite else moments), "bytes": b"\x05" * 32}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    world.bend(statement, **used)
    table = statement.split()[2 if statement.startswith("DELETE") else 1]
    found = list_problems(world.check())
    assert found
    is_sum = table == "guard_sums" or statement.startswith("DELETE")
    assert any(each.startswith("case " if is_sum else table) or each.startswith("the organisation") for each in found)


def test_every_table_is_guarded_or_said_not_to_be() -> None:
    """What is not guarded is chained, counts tries, or waits for a moment and is gone."""
    chained = {"journal", "journal_tip", "heads"}
    passing = {"jobs", "outbox", "web_sessions", "link_asks", "quotas", "throttles", "used_proofs", "known_browsers"}
    passing |= {
        "desk_visits",
        "partner_calls",
        "partner_uses",
        "webhook_deliveries",
        "deadline_notices",
        "webhook_places",
        "mailbox_places",
    }
    public = {"observations"}
    # Each has a guard of its own; of mail that came in it is `mark`.
    own = {GuardSum.__tablename__, HistoryCheck.__tablename__, IncomingMail.__tablename__}
    guarded = {model.__tablename__ for model in guards.list_guarded()}
    assert set(metadata.tables) == guarded | chained | passing | public | own
    assert all(issubclass(model, Guarded) for model in guards.list_guarded())


def test_a_row_that_was_put_back_as_it_once_was_is_missed_in_the_sum(world: World) -> None:
    """The old row has the guard it had then, so only the sum tells."""
    with world.sessions() as session:
        old = session.execute(sa.select(REQUESTS).where(REQUESTS.c.number == 1)).mappings().one()
    with world.sessions.begin() as session:
        log_answer(
            reopen(session, world.opened).at(LATER), 1, AnswerCommand(answer=Answer.REFUSED, at=LATER, text="Still no.")
        )
    assert world.check().breaks == ()
    with world.sessions.begin() as session:
        session.connection().execute(sa.update(REQUESTS).where(REQUESTS.c.id == old["id"]).values(**old))
    found = list_problems(world.check())
    assert any("put back as they once were" in each for each in found)
    with world.sessions() as session:
        assert guards.list_bent(session, world.opened.case.id) == ["sums"]


def test_what_is_written_later_does_not_make_a_bent_row_good(world: World) -> None:
    world.bend("UPDATE items SET state = 'removed' WHERE number = 1")
    with world.sessions.begin() as session:
        row = session.scalars(sa.select(Item).where(Item.number == 1)).one()
        row.changed_at = LATER
    assert any(each.startswith("items ") for each in list_problems(world.check()))
    world.bend("UPDATE guard_sums SET rows = rows + 1")
    with world.sessions.begin() as session:
        messages.send_message(reopen(session, world.opened).at(LATER), "One more.")
    assert sum("does not fit its guard" in each for each in list_problems(world.check())) >= 3


def test_the_end_of_the_journal_is_not_made_good_by_what_is_written_behind_it(world: World) -> None:
    world.bend("UPDATE journal_tip SET guard = NULL")
    with world.sessions.begin() as session:
        messages.send_message(reopen(session, world.opened).at(LATER), "One more.")
    assert "journal_tip: has no guard: it was put in, or is from before there were guards" in list_problems(
        world.check()
    )


def test_a_file_that_was_changed_or_taken_away_is_found(world: World) -> None:
    first, second = world.ports.storage.list_keys()[:2]
    content = world.ports.storage.get(first)
    world.ports.storage.put(first, content[:-1] + bytes([content[-1] ^ 1]))
    world.ports.storage.delete(second)
    assert set(list_problems(world.check())) == {
        f"file {first}: is not what was put there",
        f"file {second}: is missing",
    }


def test_erased_cases_leave_whole_sums_behind(world: World) -> None:
    with world.sessions.begin() as session:
        erasure.erase(reopen(session, world.opened).at(LATER))
    assert world.check().breaks == ()
    with world.sessions.begin() as session:
        session.connection().execute(
            sa.insert(metadata.tables["mail_links"]).values(
                id=b"\x02" * 32, case_id=world.opened.case.id, kind=LinkKind.RETURN, made_at=NOW, ends_at=LATER
            )
        )
    assert list_problems(world.check())


def test_two_who_write_at_once_lose_nothing_of_a_sum(world: World) -> None:
    """Each in a connection of its own; both have written their rows before either counts them."""

    def rename(number: int) -> None:
        with world.sessions.begin() as session:
            session.add(LawVersion(regime=f"invented-{number}", version="1", record=b"{}", kept_at=NOW))

    acts = [partial(rename, number) for number in range(2)]
    assert do_at_once(world.sessions, acts, after="INSERT INTO law_versions") == [None, None]
    assert world.check().breaks == ()


def test_two_who_both_find_no_sum_make_one(sessions: Sessions, ports: Ports) -> None:
    def keep(number: int) -> None:
        with sessions.begin() as session:
            session.add(LawVersion(regime=f"invented-{number}", version="1", record=b"{}", kept_at=NOW))

    acts = [partial(keep, number) for number in range(2)]
    assert do_at_once(sessions, acts, after="FROM guard_sums") == [None, None]
    with sessions() as session:
        assert list(count_rows(session, SERVER_KEYS)) == []


def test_no_statement_writes_behind_the_back_of_the_guards(world: World) -> None:
    with world.sessions() as session:
        for statement in (sa.update(Item).values(number=9), sa.insert(CaseKey).values(id=uuid4())):
            with pytest.raises(Unguarded):
                session.execute(statement)


def test_a_column_that_is_added_later_changes_no_guard_of_the_rows_that_are_there(world: World) -> None:
    with world.sessions() as session:
        row = dict(session.execute(sa.select(Case.__table__)).mappings().one())
    before = guard_digests.guard_of(SERVER_KEYS, "cases", {name: row[name] for name in row if name != "ways_ended"})
    assert guard_digests.guard_of(SERVER_KEYS, "cases", row) == before
    assert guard_digests.guard_of(SERVER_KEYS, "cases", {**row, "a_new_one": None}) == before
    assert guard_digests.guard_of(SERVER_KEYS, "cases", {**row, "ways_ended": 1}) != before


def test_many_rows_written_at_once_are_guarded_as_one_by_one(world: World) -> None:
    with world.sessions.begin() as session:
        row = dict(session.execute(sa.select(Item.__table__).limit(1)).mappings().one())
        more = ({**row, "id": uuid4(), "number": 90 + each, "url_index": None} for each in range(3))
        guards.insert_rows(session, Item, more)
    assert list_problems(world.check()) == []
    world.bend("UPDATE items SET state = 'removed' WHERE number = 91")
    assert len(list_problems(world.check())) == 1


def test_rows_from_before_there_were_guards_get_theirs_once(world: World) -> None:
    with world.sessions.begin() as session:
        for model in guards.list_guarded():
            session.connection().execute(sa.update(model.__table__).values(guard=None))
        for table in ("guard_sums", "stored_files"):
            session.connection().execute(sa.delete(metadata.tables[table]))
        session.connection().execute(sa.update(metadata.tables["journal_tip"]).values(guard=None))
    assert list_problems(world.check())
    rows = audits.adopt(world.sessions, now=LATER, ports=world.ports)
    assert rows > 20
    assert world.check().breaks == ()
    world.bend("UPDATE staff SET guard = NULL")
    assert audits.adopt(world.sessions, now=LATER, ports=world.ports) == 0
    assert any("has no guard" in each for each in list_problems(world.check()))


def test_another_secret_of_the_server_takes_the_guards_over(world: World) -> None:
    both = ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])
    newer = ServerKeys.from_secrets([b"\x08" * 32])
    world.bend("UPDATE teams SET name = 'Bent before'")
    factory = guards.watch(sessionmaker(world.sessions.kw["bind"], expire_on_commit=False), lambda: both)
    with world.sessions() as session:
        assert witness.write_down(session, world.ports.locks, SERVER_KEYS)
    assert audits.renew(factory, replace(world.ports, keys=both)) > 20
    known = witness.read(world.ports.locks)
    assert known is not None
    assert known.fits(newer)
    with world.sessions() as session:
        assert [each.row.split()[0] for each in count_rows(session, both)] == ["teams"]
        after = list(count_rows(session, newer))
    assert [each.row.split()[0] for each in after] == ["teams", "the"]
