"""The invented cases: every state is there, one is overdue, nothing real is named, and it happens once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import CaseStatus, ComplaintState, ItemState, LetterKind, RequestKind, RequestState
from portal.domain.lifecycle import Path as Way
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.reference.registry import load_registry
from portal.services.casefile.queue import list_queue
from portal.services.casefile.queue_filters import QueueChoice
from portal.services.cases import tags
from portal.services.cases.opening import open_by_words
from portal.services.demo.fill import ADVOCATE, AlreadyFilled, Filled, fill
from portal.services.demo.stories import SHOWN, STORIES, make_stories
from portal.services.history.events import find_break, read_history
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.statements import list_wanted
from portal.services.staff import accounts, snippets
from tests.services.factories import guarded, make_ports, make_work

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RESERVED = ("example.org", "example.net", "example.com")
Filling = tuple[sessionmaker[Session], Ports, Filled]


@pytest.fixture(scope="module")
def filling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filling]:
    """A database filled once for all tests of this file, which only read it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    engine = make_engine(f"sqlite:///{folder / 'demo.db'}")
    metadata.create_all(engine)
    sessions, ports = guarded(make_session_factory(engine)), make_ports(folder)
    yield sessions, ports, fill(sessions, make_stories(NOW.date()), shown=SHOWN, now=NOW, ports=ports)
    engine.dispose()


def test_every_state_of_cases_links_requests_and_complaints_is_there(filling: Filling) -> None:
    sessions, _ports, _filled = filling
    with sessions() as session:
        assert {row.status for row in session.scalars(select(Case))} == set(CaseStatus)
        assert {row.path for row in session.scalars(select(Case)) if row.path} == set(Way)
        assert {row.state for row in session.scalars(select(Item))} == set(ItemState)
        assert {row.state for row in session.scalars(select(Request))} == set(RequestState)
        assert {row.kind for row in session.scalars(select(Request))} == set(RequestKind)
        assert {row.kind for row in session.scalars(select(Letter))} == set(LetterKind)
        assert {row.state for row in session.scalars(select(Complaint))} == set(ComplaintState)


def test_no_report_states_anything_and_each_letter_that_left_was_stated_for_itself(filling: Filling) -> None:
    sessions, ports, filled = filling
    assert not any(
        story.report.states_no_consent or story.report.states_good_faith or story.report.states_accuracy
        for story in STORIES
    )
    with sessions() as session:
        work = open_by_words(make_work(session, ports, now=NOW), filled.words)
        sent = [dossier for dossier in read_dossiers(work) if dossier.sent_letter]
        assert sent
        for dossier in sent:
            assert dossier.statement is not None
            assert dossier.statement.statements == set(list_wanted(dossier))


def test_something_is_overdue_and_something_still_has_time(filling: Filling) -> None:
    sessions, ports, filled = filling
    with sessions() as session:
        signed_in = accounts.sign_in(session, ADVOCATE[0], filled.sign_ins[0].password)
        team_ids = tuple(signed_in.team_keys)
        page = list_queue(
            make_work(session, ports, actor=signed_in.actor), team_ids=team_ids, choice=QueueChoice(), page=1
        )
    assert any(row.is_overdue for row in page.rows)
    assert any(row.due_at and not row.is_overdue for row in page.rows)


def test_everybody_can_sign_in_and_the_newcomer_waits(filling: Filling) -> None:
    sessions, _ports, filled = filling
    with sessions() as session:
        teams = {
            one.login: len(accounts.sign_in(session, one.login, one.password).team_keys) for one in filled.sign_ins
        }
    assert sorted(teams.values()) == [0, 0, 1, 2, 2]
    assert teams["demo.newcomer"] == teams["demo.administrator"] == 0


def test_there_are_two_teams_with_a_case_ready_texts_and_tags_of_their_own(filling: Filling) -> None:
    sessions, ports, filled = filling
    with sessions() as session:
        signed_in = accounts.sign_in(session, ADVOCATE[0], filled.sign_ins[0].password)
        work = make_work(session, ports, actor=signed_in.actor)
        for team_id in signed_in.team_keys:
            assert session.scalars(select(Case.id).where(Case.team_id == team_id)).first()
            texts = snippets.list_snippets(work, [team_id])
            assert texts
            assert not any(snippets.list_unknown(each.text) for each in texts)
            assert tags.list_tags(work, [team_id])
    assert len(signed_in.team_keys) == 2


def test_the_printed_words_open_the_case(filling: Filling) -> None:
    sessions, ports, filled = filling
    with sessions() as session:
        assert open_by_words(make_work(session, ports), filled.words).reference == filled.reference


def test_every_history_is_whole_and_in_the_order_of_writing(filling: Filling) -> None:
    sessions, _ports, _filled = filling
    with sessions() as session:
        for case in session.scalars(select(Case)):
            events = read_history(session, case.id)
            assert find_break(events) is None
            written = [event.recorded_at for event in events]
            assert written == sorted(written), case.reference
        assert all(event.recorded_at <= NOW for event in session.scalars(select(Event)))


def test_filling_again_says_that_it_is_filled(filling: Filling) -> None:
    sessions, ports, _filled = filling
    with pytest.raises(AlreadyFilled, match="there already"):
        fill(sessions, make_stories(NOW.date()), shown=SHOWN, now=NOW, ports=ports)


def test_links_are_of_known_platforms_with_invented_paths_or_of_reserved_names() -> None:
    hosts = load_registry().hosts
    for story in STORIES:
        for link in re.findall(r"https?://\S+", story.links):
            host = urlsplit(link).hostname or ""
            assert hosts.find(host) or host.endswith(RESERVED), link
            if not host.endswith(RESERVED):
                assert re.search(r"[Ii]nv|100\d{3}", urlsplit(link).path + urlsplit(link).query), link


def test_the_steps_of_every_story_are_in_order_and_lie_before_today() -> None:
    for story in STORIES:
        steps = [step.after for step in story.steps]
        assert steps == sorted(steps), story.key
        assert all(step < story.age for step in steps), story.key


def test_mail_addresses_are_reserved_and_telephone_numbers_are_fiction() -> None:
    for story in STORIES:
        assert not story.report.email or story.report.email.endswith(RESERVED)
        assert story.report.phone in {"", "+1 202 555 0142"}
