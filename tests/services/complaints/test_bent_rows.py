"""What was bent in the database reaches no paper: dates and states are held against the history before they print."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import Answer, LetterKind
from portal.models.jobs import Job, JobState
from portal.models.letters import Letter
from portal.models.tables import metadata
from portal.services.casefile.export.archive import export_case
from portal.services.casefile.page import case_view
from portal.services.clocks.agreement import RecordsDisagree, find_disagreements
from portal.services.complaints import bundle_files, complaints, reading
from portal.services.history import guard_digests
from portal.services.letters import kept_letters, letters
from portal.services.ports import Ports
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork
from tests.services.factories import NOW, SERVER_KEYS, make_case
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, run_job, send
from tests.services.kept import make_once

LATER = NOW + 3 * DAY
BENT_AT = NOW - 9 * DAY
Sessions = sessionmaker[Session]
TOLD = "What is stored about this case does not fit its history"
BENT = {
    "the day of sending": ("requests", "sent_at", BENT_AT),
    "the day of receipt": ("requests", "received_at", BENT_AT),
    "the day of the answer": ("requests", "answered_at", BENT_AT),
    "the request's state": ("requests", "state", "prepared"),
    "the last day of a clock": ("clocks", "due_at", BENT_AT),
    "the start of a clock": ("clocks", "started_at", BENT_AT),
    "the complaint's state": ("complaints", "state", "lodged"),
    "the complaint's day": ("complaints", "lodged_at", BENT_AT),
    "the time of an event": ("events", "at", BENT_AT),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@dataclass(frozen=True)
class Lodging:
    """A case with a request that was sent, received and refused, and a complaint whose papers were made once."""

    opened: CaseWork
    job_id: UUID


@pytest.fixture
def prepared(sessions: Sessions, ports: Ports) -> Lodging:
    made = make_once(prepare, sessions, ports)
    return replace(made, opened=replace(made.opened, ports=ports))


def prepare(sessions: Sessions, ports: Ports) -> Lodging:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://x.com/someone/status/1111 https://invented.org/album/7")
        send(session, opened, ports, received_at=NOW + 2 * HOUR, now=NOW + 3 * HOUR)
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="No.")
        log_answer(opened.at(NOW + DAY), 1, refused)
        complaints.prepare(opened.at(LATER), "us-take-it-down", "us-ftc", (1,))
        job = reading.complaint_view(opened.at(LATER), 1).job
        assert job is not None
    assert run_job(sessions, job.id, ports, now=LATER)
    with sessions.begin() as session:
        again = bundle_files.start_bundle(reopen(session, opened).at(LATER), 1)
    return Lodging(opened, again.id)


def bend(session: Session, table: str, column: str, value: object, *, has_secret: bool = False) -> None:
    """Change a column of every row; with the server's secret in hand, also the guards of these rows."""
    found = metadata.tables[table]
    rows = session.connection().execute(sa.select(found)).mappings().all()
    for row in rows:
        values = {**row, column: value}
        if has_secret:
            values["guard"] = guard_digests.guard_of(
                SERVER_KEYS, table, {str(name): each for name, each in values.items()}
            )
        key = [each == row[each.name] for each in found.primary_key]
        change = {column: value, "guard": values["guard"]}
        session.connection().execute(sa.update(found).where(*key).values(**change))


@pytest.mark.parametrize("has_secret", [False, True], ids=["the database alone", "the secret too"])
@pytest.mark.parametrize(("table", "column", "value"), BENT.values(), ids=BENT.keys())
def test_no_paper_is_made_or_taken_out_from_a_bent_row(
    sessions: Sessions, ports: Ports, prepared: Lodging, table: str, column: str, value: object, has_secret: bool
) -> None:
    with sessions.begin() as session:
        bend(session, table, column, value, has_secret=has_secret)
    assert run_job(sessions, prepared.job_id, ports, now=LATER)
    with sessions() as session:
        work = reopen(session, prepared.opened).at(LATER)
        job = session.get_one(Job, prepared.job_id)
        assert job.state is JobState.FAILED
        assert job.problems is not None
        assert TOLD in job.problems
        assert session.scalar(sa.select(sa.func.count()).where(Letter.kind == LetterKind.COMPLAINT)) == 1
        with pytest.raises(RecordsDisagree, match=TOLD):
            bundle_files.take_bundle(work, 1, redacted=False)
        with pytest.raises(RecordsDisagree, match=TOLD):
            kept_letters.take_letter(work, 1, redacted=False)
        with pytest.raises(RecordsDisagree, match=TOLD):
            letters.order_letter(work, LetterKind.NOTICE, 2)


def test_a_whole_case_prints(sessions: Sessions, ports: Ports, prepared: Lodging) -> None:
    assert run_job(sessions, prepared.job_id, ports, now=LATER)
    with sessions() as session:
        work = reopen(session, prepared.opened).at(LATER)
        assert session.get_one(Job, prepared.job_id).state is JobState.DONE
        assert bundle_files.take_bundle(work, 1, redacted=False)
        assert case_view(work).unfit == ()
        assert list(find_disagreements(session, [work.case.id], now=LATER, ports=ports)) == []


def test_the_pages_and_the_copy_of_a_case_say_that_something_was_bent(
    sessions: Sessions, ports: Ports, prepared: Lodging
) -> None:
    """The person is never kept from their own case, and never told a bent date as if it were right."""
    with sessions.begin() as session:
        bend(session, "requests", "sent_at", BENT_AT)
    with sessions.begin() as session:
        work = reopen(session, prepared.opened).at(LATER)
        assert case_view(work).unfit == (f"requests of {work.reference}: does not fit its guard",)
        with zipfile.ZipFile(io.BytesIO(export_case(work))) as archive:
            told = json.loads(archive.read("case.json"))["unfit"]
            page = archive.read("case.html").decode()
    assert any("its sent_at is not what its events say" in each for each in told)
    assert page.index("Please don’t rely on its dates") < page.index("Your letters")


def test_a_clock_that_ran_out_before_the_sweep_came_by_is_no_disagreement(
    sessions: Sessions, ports: Ports, prepared: Lodging
) -> None:
    with sessions() as session:
        for days in (1, 3, 30, 90, 400):
            moment: datetime = NOW + days * DAY
            assert list(find_disagreements(session, [prepared.opened.case.id], now=moment, ports=ports)) == []


def test_a_letter_whose_file_was_exchanged_is_not_given_out(
    sessions: Sessions, ports: Ports, prepared: Lodging
) -> None:
    """Even a file that opens: what is given out is what was made."""
    with sessions() as session:
        row = session.scalars(sa.select(Letter).where(Letter.number == 1)).one()
        row.digest = "0" * 64
        with session.no_autoflush, pytest.raises(CannotOpen):
            kept_letters.read_letter(reopen(session, prepared.opened), 1, redacted=False)
