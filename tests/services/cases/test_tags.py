"""A team's own words for its cases: kept by name, guarded, and gone when a case leaves the team."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import History, StepRefused
from portal.models.tags import CaseTag
from portal.services.casefile.page import history_rows
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.listing import list_queue
from portal.services.cases import erasure, handover, tags
from portal.services.cases.tags import TagRefused
from portal.services.history import guards
from portal.services.ports import PERSON, Ports
from portal.services.staff import accounts
from portal.services.work import CaseWork
from tests.services.factories import NOW
from tests.services.people import Shared, share_case


@pytest.fixture
def shared(session: Session, ports: Ports) -> Shared:
    return share_case(session, ports)


def make_tag(work: CaseWork, name: str) -> tags.TagView:
    team_id = work.case.team_id
    assert team_id is not None
    tags.keep_tag(work, team_id, name, [team_id])
    return next(each for each in tags.list_tags(work, [team_id]) if each.name == name)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CaseTag)) or 0


def test_a_case_has_the_tags_it_was_given_and_is_found_by_them(shared: Shared, session: Session) -> None:
    work = shared.first
    wave, court = make_tag(work, "Wave of May"), make_tag(work, "Court")
    tags.set_tags(work, [wave.id, court.id])
    tags.set_tags(work, [wave.id, court.id])
    session.flush()
    team_id = wave.team_id
    row = list_queue(work, team_ids=[team_id], choice=QueueChoice(tag=wave.id), page=1).rows[0]
    assert (row.reference, row.tags) == (work.reference, ("Court", "Wave of May"))
    assert not row.is_unfit
    tags.set_tags(work, [court.id])
    session.flush()
    assert list_queue(work, team_ids=[team_id], choice=QueueChoice(tag=wave.id), page=1).rows == ()
    assert len([each for each in history_rows(work) if each.kind is History.TAGS_CHANGED]) == 2
    person = replace(work, actor=PERSON)
    assert [each for each in history_rows(person) if each.kind is History.TAGS_CHANGED] == []
    assert tags.list_ids(person) == ()
    assert guards.list_bent(session, work.case.id) == []


def test_another_teams_tag_is_refused_and_a_name_stands_once(shared: Shared, session: Session) -> None:
    work = shared.first
    other, _key = accounts.create_team(session, "Hill", now=NOW)
    tags.keep_tag(work, other.id, "Theirs", [other.id])
    theirs = tags.list_tags(work, [other.id])[0]
    for wrong in (theirs.id, uuid4()):
        with pytest.raises(StepRefused):
            tags.change_tags(work, add=[wrong])
    wave = make_tag(work, "Wave")
    for name in ("wave", " WAVE ", "", "x" * 41):
        with pytest.raises(TagRefused):
            tags.keep_tag(work, wave.team_id, name, [wave.team_id])
    with pytest.raises(TagRefused):
        tags.keep_tag(work, other.id, "New", [wave.team_id])
    tags.keep_tag(work, wave.team_id, "wave", [wave.team_id], wave.id)
    assert [each.name for each in tags.list_tags(work, [wave.team_id])] == ["wave"]


def test_a_tag_that_is_deleted_a_case_that_leaves_and_an_erased_one_leave_no_row(
    shared: Shared, session: Session
) -> None:
    work = shared.first
    wave, court = make_tag(work, "Wave"), make_tag(work, "Court")
    tags.set_tags(work, [wave.id, court.id])
    session.flush()
    tags.drop_tag(work, wave.id, [wave.team_id])
    session.flush()
    assert count(session) == 1
    handover.take_back(shared.person)
    session.flush()
    assert count(session) == 0
    handover.hand_to_team(shared.person, wave.team_id)
    tags.set_tags(work, [court.id])
    session.flush()
    erasure.erase(shared.person)
    assert count(session) == 0


def test_a_row_that_was_put_in_from_outside_names_nothing_and_marks_the_case(shared: Shared, session: Session) -> None:
    work = shared.first
    wave = make_tag(work, "Wave")
    tags.set_tags(work, [wave.id])
    session.commit()
    session.connection().exec_driver_sql("UPDATE team_tags SET name = 'Slander'")
    session.expire_all()
    assert tags.list_tags(work, [wave.team_id]) == ()
    [row] = list_queue(work, team_ids=[wave.team_id], choice=QueueChoice(), page=1).rows
    assert row.tags == ()
    assert row.is_unfit
