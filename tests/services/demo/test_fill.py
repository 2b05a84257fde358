"""The invented cases: every state is there, one is overdue, nothing real is named, and it happens once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import ComplaintFacts, FollowUpFacts, LetterFacts, ReminderFacts, kind_of
from portal.domain.letters.law_facts import BasisFact, StepFact
from portal.domain.letters.phrases import MONTHS, English, format_day
from portal.domain.letters.texts import walk_texts
from portal.domain.lifecycle import (
    CaseStatus,
    ComplaintState,
    ItemState,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
    SentAs,
)
from portal.domain.lifecycle import Path as Way
from portal.domain.regimes import Binding
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.reference.registry import load_registry
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.listing import list_queue
from portal.services.cases import tags
from portal.services.cases.opening import NoAccess, open_by_words, open_for_staff
from portal.services.complaints.exhibits import PDF
from portal.services.demo.fill import ADVOCATE, AlreadyFilled, Filled, fill
from portal.services.demo.stories import SHOWN, STORIES, make_stories
from portal.services.history.events import find_break, read_history
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts
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


@pytest.mark.thorough
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


@pytest.fixture(scope="module")
def papers(filling: Filling) -> list[tuple[Letter, LetterFacts]]:
    """Every paper of every case that a team has, with what it was made from."""
    sessions, ports, filled = filling
    found: list[tuple[Letter, LetterFacts]] = []
    with sessions() as session:
        signed_in = accounts.sign_in(session, ADVOCATE[0], filled.sign_ins[0].password)
        work = make_work(session, ports, actor=signed_in.actor, now=NOW)
        chosen = select(Case).where(Case.team_id.in_(signed_in.team_keys), Case.status != CaseStatus.DRAFT)
        for case in session.scalars(chosen).all():
            with suppress(NoAccess):  # one that is erased
                opened = open_for_staff(work, case.reference, team_keys=signed_in.team_keys, to_change=False)
                found += [(letter, read_facts(opened, letter)) for letter in kept_letters.list_letters(opened)]
    assert {kind_of(facts) for _, facts in found} == set(LetterKind)
    return found


def write(facts: LetterFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def bases_of(facts: LetterFacts) -> tuple[BasisFact, ...]:
    return (facts.competence, *facts.bases) if isinstance(facts, ComplaintFacts) else facts.bases


def list_moments(value: Any) -> Iterator[datetime | date]:
    """Every day and instant in the facts, at any depth."""
    if isinstance(value, datetime | date):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from list_moments(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from list_moments(getattr(value, field.name))


def test_must_is_said_of_duties_only_in_every_paper_of_the_invented_cases(
    papers: list[tuple[Letter, LetterFacts]],
) -> None:
    for letter, facts in papers:
        text = write(facts)
        for basis in bases_of(facts):
            duties = [duty.text for duty in basis.wording.duties] if basis.wording else []
            for sentence in (*duties, basis.basis.strip()):
                text = text.replace(sentence, "")
        said = [line for line in text.splitlines() if re.search(r"\bmust\b", line, re.IGNORECASE)]
        owed = {clock.binding for basis in bases_of(facts) if not basis.wording for clock in basis.clocks}
        assert not said or Binding.DUTY in owed, (letter.kind, said)


def test_every_date_in_them_is_one_that_their_facts_hold(papers: list[tuple[Letter, LetterFacts]]) -> None:
    for letter, facts in papers:
        zones = {facts.frame.zone, "UTC", *(clock.zone for basis in bases_of(facts) for clock in basis.clocks)}
        known = set()
        for at in list_moments(facts):
            days = [at.astimezone(ZoneInfo(zone)).date() for zone in zones] if isinstance(at, datetime) else [at]
            known |= {format_day(day, English()) for day in days}
        known |= {format_day(date.fromisoformat(step.at[:10]), English()) for step in list_steps(facts)}
        records = " ".join(str(each) for each in bases_of(facts))
        told = set(re.findall(rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)}) 20\d\d", write(facts)))
        assert not {day for day in told - known if day not in records}, (letter.kind, told - known)


def list_steps(facts: LetterFacts) -> list[StepFact]:
    return [step for basis in bases_of(facts) for clock in basis.clocks for step in clock.steps]


def test_what_a_paper_proves_has_its_proof_and_what_it_encloses_has_left(
    papers: list[tuple[Letter, LetterFacts]],
) -> None:
    left = {letter.digest for letter, _ in papers if letter.left_at is not None}
    bundles = [facts for _, facts in papers if isinstance(facts, ComplaintFacts)]
    assert any(exhibit.media == PDF for facts in bundles for exhibit in facts.exhibits)
    for facts in bundles:
        assert {exhibit.digest for exhibit in facts.exhibits if exhibit.media == PDF} <= left
        assert all(sent.digest in left for sent in facts.notices if sent.sent_as is SentAs.LETTER)
    for letter, each in papers:
        if isinstance(each, ReminderFacts | FollowUpFacts):
            sent, text = each.notice, write(each)
            is_said = "You received it on" in text
            assert is_said is (sent.received_at is not None and sent.proof not in {None, Proof.NONE}), letter.kind
            assert ("You gave me no reference number" in text) is sent.has_no_ticket
            unproven = replace(each, notice=replace(sent, is_receipt_proven=False, proof=None))
            assert "You received it on" not in write(unproven)


def test_every_law_that_a_paper_cites_is_offered_and_none_of_its_words_is_a_code(
    papers: list[tuple[Letter, LetterFacts]],
) -> None:
    regimes = load_registry().regimes
    for letter, facts in papers:
        text = write(facts)
        for basis in bases_of(facts):
            assert regimes[basis.regime_id].offered, basis.regime_id
            assert basis.regime_id not in text
        for never in ("legal advice", "!", "unfortunately"):
            own = " ".join(text_ for _, text_ in walk_texts(facts))
            assert never not in text or never in own, (letter.kind, never)


def test_of_a_child_no_paper_argues_consent(filling: Filling) -> None:
    sessions, ports, filled = filling
    with sessions() as session:
        signed_in = accounts.sign_in(session, ADVOCATE[0], filled.sign_ins[0].password)
        work = make_work(session, ports, actor=signed_in.actor, now=NOW)
        (reference,) = session.scalars(select(Case.reference).where(Case.path == Way.CHILD)).all()
        opened = open_for_staff(work, reference, team_keys=signed_in.team_keys, to_change=False)
        drafts = [letters.draft(dossier).facts for dossier in read_dossiers(opened)]
    assert drafts
    for facts in drafts:
        text = write(facts)
        assert "A child is shown" in text
        for basis in bases_of(facts):
            text = text.replace(basis.name, "")
        assert not [line for line in text.splitlines() if re.search(r"\bconsent\b", line)]
