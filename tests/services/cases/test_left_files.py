"""Files that should be gone and are still there, because the storage did not answer: the worker deletes them later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.storage import ObjectStorage
from portal.domain.lifecycle import CaseStatus, Role
from portal.models.cases import Case
from portal.services.case_locks import LockGone
from portal.services.cases import documents, erasure
from portal.services.complaints import complaints, officer_links, reading
from portal.services.intake import drafts
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.cases.test_documents import give
from tests.services.complaints.test_officer_links import add_actor
from tests.services.factories import NOW, make_case, make_draft, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, run_job, send


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


class FlakyStorage:
    """A storage that does not answer to the first `failures` deletions."""

    def __init__(self, storage: ObjectStorage, failures: int = 1) -> None:
        self.storage, self.failures = storage, failures

    def put(self, key: str, content: bytes) -> None:
        self.storage.put(key, content)

    def get(self, key: str) -> bytes:
        return self.storage.get(key)

    def list_keys(self) -> list[str]:
        return self.storage.list_keys()

    def delete(self, prefix: str) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise OSError("the storage does not answer")
        self.storage.delete(prefix)


@pytest.fixture
def flaky(ports: Ports) -> Ports:
    return replace(ports, storage=FlakyStorage(ports.storage))  # type: ignore[arg-type]


def add_case(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    """A case with a document."""
    with sessions.begin() as session:
        opened = make_case(session, ports)
        give(session, opened, ports)
        return opened


def purge(sessions: sessionmaker[Session], ports: Ports) -> int:
    with sessions() as session:
        return erasure.purge_locks(make_work(session, ports, now=NOW + HOUR))


def test_the_files_of_an_erased_case_are_deleted_when_the_storage_answers_again(
    sessions: sessionmaker[Session], ports: Ports, flaky: Ports, caplog: pytest.LogCaptureFixture
) -> None:
    opened, living = add_case(sessions, flaky), add_case(sessions, flaky)
    with sessions.begin() as session:
        erasure.erase(reopen(session, opened).at(NOW))
    with sessions() as session:
        assert session.get_one(Case, opened.case.id).status is CaseStatus.ERASED
    with pytest.raises(LockGone):
        ports.locks.read(opened.case.id)
    assert len(ports.storage.list_keys()) == 2, "sealed for good, and still there"
    assert str(opened.case.id) in caplog.text
    assert purge(sessions, flaky) == 1
    (left,) = ports.storage.list_keys()
    assert left.startswith(str(living.case.id))
    assert purge(sessions, flaky) == 0
    assert ports.locks.list_cases() == {living.case.id}


def test_a_storage_that_stays_away_is_asked_again_and_again(sessions: sessionmaker[Session], ports: Ports) -> None:
    away = replace(ports, storage=FlakyStorage(ports.storage, failures=3))  # type: ignore[arg-type]
    opened = add_case(sessions, away)
    with sessions.begin() as session:
        erasure.erase(reopen(session, opened).at(NOW))
    assert [purge(sessions, away) for _ in range(4)] == [0, 0, 1, 0]
    assert ports.storage.list_keys() == []


def test_one_case_whose_files_cannot_be_deleted_keeps_no_draft_of_the_same_purge(
    sessions: sessionmaker[Session], ports: Ports, flaky: Ports
) -> None:
    with sessions.begin() as session:
        for _ in range(3):
            drafts.start_draft(make_work(session, flaky), language="en")
    assert drafts.purge_empty(sessions, now=NOW + 2 * DAY, ports=flaky) == 3
    assert len(ports.locks.list_cases()) == 1
    assert purge(sessions, flaky) == 1
    assert ports.locks.list_cases() == set()


def test_a_draft_is_erased_in_the_same_way(sessions: sessionmaker[Session], ports: Ports, flaky: Ports) -> None:
    with sessions.begin() as session:
        draft, _ = make_draft(session, flaky)
        ports.storage.put(f"{draft.case.id}/file", b"sealed")
    with sessions.begin() as session:
        erasure.erase(reopen(session, draft).at(NOW))
    assert len(ports.storage.list_keys()) == 1
    assert purge(sessions, flaky) == 1
    assert ports.storage.list_keys() == []


def test_a_removed_document_goes_when_the_storage_answers_again(
    sessions: sessionmaker[Session], ports: Ports, flaky: Ports
) -> None:
    opened = add_case(sessions, flaky)
    with sessions.begin() as session:
        give(session, reopen(session, opened), flaky)
    with sessions.begin() as session:
        documents.remove_document(reopen(session, opened).at(NOW), 1)
    assert len(ports.storage.list_keys()) == 2
    for _ in range(2):
        with sessions() as session:
            documents.purge_files(make_work(session, flaky, now=NOW + HOUR))
    assert len(ports.storage.list_keys()) == 1, "the other document stays"


def test_what_an_officer_took_goes_when_the_storage_answers_again(
    sessions: sessionmaker[Session], ports: Ports, flaky: Ports
) -> None:
    at = NOW + 3 * DAY
    with sessions.begin() as session:
        opened = make_case(session, flaky, links="https://x.com/someone/status/1111")
        send(session, opened, flaky)
        complaints.prepare(opened.at(at), "us-take-it-down", "us-ftc", (1,))
        job = reading.complaint_view(opened.at(at), 1).job
        supervisor = add_actor(session, Role.SUPERVISOR)
        assert job is not None
    run_job(sessions, job.id, flaky, now=at)
    with sessions.begin() as session:
        work = replace(reopen(session, opened), actor=supervisor)
        used, waits = (officer_links.make_link(work.at(at), 1, days=7) for _ in range(2))
    with sessions.begin() as session:
        officer_links.take_papers(make_work(session, flaky, now=at), used)
    assert len([key for key in ports.storage.list_keys() if key.endswith("-officer")]) == 2
    for left in (2, 1):
        with sessions() as session:
            officer_links.purge_files(make_work(session, flaky, now=at + timedelta(hours=1)))
        assert len([key for key in ports.storage.list_keys() if key.endswith("-officer")]) == left
    with sessions() as session:
        assert officer_links.find_open(make_work(session, flaky, now=at), waits)
