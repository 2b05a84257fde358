"""Complaints to one authority about several organisations: made together, taken together, lodged together."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import Answer, ComplaintState, StepRefused
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import bundle_files, complaints, reading
from portal.services.complaints.complaints import LodgedCommand
from portal.services.ports import Ports
from portal.services.requests.lookup import list_requests
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, reopen, run_job, send

LATE = NOW + 6 * DAY


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_all(session: Session, ports: Ports) -> tuple[CaseWork, tuple[int, ...]]:
    """Three platforms refused; one complaint about each is prepared at once."""
    opened = make_case(session, ports)
    for request in list_requests(opened):
        send(session, opened, ports, request.number)
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text=f"No, says number {request.number}.")
        answers.log_answer(opened.at(NOW + DAY), request.number, refused)
        refresh_clocks(opened.at(LATE), opened.case, request)
    numbers = tuple(request.number for request in list_requests(opened))
    return opened, complaints.prepare_each(opened.at(LATE), "nz-netsafe", "nz-netsafe", numbers)


def test_each_organisation_has_a_paper_of_its_own_and_all_are_found_from_one(session: Session, ports: Ports) -> None:
    opened, made = make_all(session, ports)
    assert len(made) == 3
    views = reading.views_together(opened.at(LATE), made[1])
    assert [view.number for view in views] == list(made)
    assert len({view.about for view in views}) == 3
    other = complaints.prepare(opened.at(LATE), "us-take-it-down", "us-ftc", [1])
    assert reading.count_together(opened.at(LATE), other) == 1


def test_all_papers_come_in_one_file_each_in_its_folder(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened, made = make_all(session, ports)
        jobs = [bundle_files.start_bundle(opened.at(LATE), number).id for number in made[:2]]
    for job in jobs:
        assert run_job(sessions, job, ports, now=LATE)
    with sessions() as session:
        work = reopen(session, opened).at(LATE)
        archive = zipfile.ZipFile(io.BytesIO(bundle_files.read_bundles(work, made, redacted=False)))
        folders = {name.partition("/")[0] for name in archive.namelist()}
        assert folders == {f"complaint-{number}" for number in made[:2]}, "one that is not made yet is left out"
        for number in made[:2]:
            alone = zipfile.ZipFile(io.BytesIO(bundle_files.read_bundle(work, number, redacted=False)))
            assert {name: alone.read(name) for name in alone.namelist()} == {
                name.partition("/")[2]: archive.read(name)
                for name in archive.namelist()
                if name.startswith(f"complaint-{number}/")
            }
        with pytest.raises(StepRefused, match="not made yet"):
            bundle_files.read_bundles(work, made[2:], redacted=False)


def test_one_form_records_all_with_a_number_each_and_all_clocks_start(session: Session, ports: Ports) -> None:
    opened, made = make_all(session, ports)
    command = LodgedCommand(at=LATE, has_checked=True)
    complaints.record_all_lodged(opened.at(LATE), command, {made[0]: "N-1", made[2]: ""})
    views = reading.views_together(opened.at(LATE), made[0])
    assert [view.state for view in views] == [ComplaintState.LODGED, ComplaintState.PREPARED, ComplaintState.LODGED]
    assert [view.ticket for view in views] == ["N-1", "", ""]
    assert {view.lodged_at for view in views} == {LATE, None}


def test_all_are_recorded_or_none(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened, made = make_all(session, ports)
        complaints.record_lodged(opened.at(LATE), made[2], LodgedCommand(at=LATE, has_checked=True))
    command = LodgedCommand(at=LATE, has_checked=True)
    with pytest.raises(StepRefused, match="already know"), sessions.begin() as session:
        complaints.record_all_lodged(reopen(session, opened).at(LATE), command, dict.fromkeys(made, ""))
    with sessions() as session:
        states = [view.state for view in reading.views_together(reopen(session, opened).at(LATE), made[0])]
    assert states == [ComplaintState.PREPARED, ComplaintState.PREPARED, ComplaintState.LODGED]
    with pytest.raises(StepRefused, match="at least one"), sessions.begin() as session:
        complaints.record_all_lodged(reopen(session, opened).at(LATE), command, {})
