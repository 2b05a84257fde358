"""The officer's link: one bundle, once, with consent, and a server that alone cannot open it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import ActorKind, History, Role, StepRefused
from portal.models.cases import Case, Mandate
from portal.models.events import Event
from portal.models.journal import JournalEntry
from portal.models.officers import OfficerLink
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import erasure, handover
from portal.services.cases.consent import NoConsent
from portal.services.cases.mandates import MandateOver
from portal.services.complaints import complaints, officer_links, reading
from portal.services.complaints.officer_links import OfficerLinkOver
from portal.services.ports import PERSON, Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_team, make_work
from tests.services.fakes import print_quickly, run_job, send
from tests.services.kept import make_once

LATER = NOW + timedelta(days=3)
ZIP = b"PK\x03\x04"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def add_actor(session: Session, role: Role) -> Actor:
    new = NewStaff(login=role.value, name=role.value, role=role, password="six invented words for one test")
    return accounts.actor_of(accounts.add_staff(session, new, now=NOW))


@pytest.fixture
def prepared(sessions: sessionmaker[Session], ports: Ports) -> tuple[UUID, bytes, Actor]:
    """A case with a finished bundle: its id, its key and a supervisor."""
    return make_once(prepare, sessions, ports)


def prepare(sessions: sessionmaker[Session], ports: Ports) -> tuple[UUID, bytes, Actor]:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://x.com/someone/status/1111")
        send(session, opened, ports)
        complaints.prepare(opened.at(LATER), "us-take-it-down", "us-ftc", (1,))
        job = reading.complaint_view(opened.at(LATER), 1).job
        assert job is not None
        actor = add_actor(session, Role.SUPERVISOR)
    assert run_job(sessions, job.id, ports, now=LATER)
    return opened.case.id, opened.key, actor


def open_again(
    session: Session, ports: Ports, prepared: tuple[UUID, bytes, Actor], actor: Actor | None = None
) -> CaseWork:
    case_id, key, supervisor = prepared
    return make_work(session, ports, actor=actor or supervisor).on(session.get_one(Case, case_id), key)


def make(sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports) -> str:
    with sessions.begin() as session:
        return officer_links.make_link(open_again(session, ports, prepared).at(LATER), 1, days=7)


def list_files(ports: Ports) -> list[str]:
    return [key for key in ports.storage.list_keys() if key.endswith("-officer")]


def test_looking_uses_nothing_up_and_taking_works_once(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions() as session:
        for _ in range(3):
            assert officer_links.find_open(make_work(session, ports, now=LATER), token).until == LATER + timedelta(
                days=7
            )
    with sessions.begin() as session:
        assert officer_links.take_papers(make_work(session, ports, now=LATER), token).content.startswith(ZIP)
    with sessions.begin() as session, pytest.raises(OfficerLinkOver):
        officer_links.take_papers(make_work(session, ports, now=LATER), token)
    assert len(list_files(ports)) == 1, "its download may have broken"
    with sessions() as session:
        with pytest.raises(OfficerLinkOver):  # by its row, not because its file is gone
            officer_links.find_open(make_work(session, ports, now=LATER), token)
        events = session.scalars(select(Event).where(Event.kind == History.OFFICER_LINK_USED)).all()
        assert [(event.actor, event.is_visible) for event in events] == [(ActorKind.OFFICER, True)]


def test_the_server_alone_cannot_open_what_waits_for_the_officer(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions() as session:
        row = session.scalars(select(OfficerLink)).one()
        (name,) = list_files(ports)
        kept = ports.storage.get(name)
        _row, key = officer_links._read(make_work(session, ports), token, to_change=False)
        assert ZIP not in kept
        assert key not in kept
        assert key not in row.proof


@pytest.mark.parametrize("cut", [0, 10, -2])  # of the last character, two bits say nothing
def test_a_changed_link_is_no_link(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports, cut: int
) -> None:
    token = make(sessions, prepared, ports)
    changed = token[:cut] + ("A" if token[cut] != "A" else "B") + token[cut:][1:]
    with sessions() as session, pytest.raises(OfficerLinkOver):
        officer_links.find_open(make_work(session, ports, now=LATER), changed)


def test_a_link_ends_with_its_days_and_the_sweep_destroys_its_file(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token, end = make(sessions, prepared, ports), LATER + timedelta(days=7)
    with sessions() as session:
        officer_links.find_open(make_work(session, ports, now=end - timedelta(seconds=1)), token)
        with pytest.raises(OfficerLinkOver):
            officer_links.find_open(make_work(session, ports, now=end), token)
    assert officer_links.purge_links(sessions, now=end, ports=ports) == 1
    assert officer_links.purge_links(sessions, now=end, ports=ports) == 0
    assert list_files(ports) == []


def test_without_the_yes_to_authorities_every_link_ends_and_nothing_of_it_is_left(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    tokens = [make(sessions, prepared, ports), make(sessions, prepared, ports)]
    assert len(list_files(ports)) == 2
    with sessions.begin() as session:
        opened = open_again(session, ports, prepared)
        case_sharing.change_consent(opened.at(LATER), "platforms", given=False)
    assert len(list_files(ports)) == 2, "a yes to platforms is another matter"
    with sessions.begin() as session:
        opened = open_again(session, ports, prepared)
        case_sharing.change_consent(opened.at(LATER), "regulators", given=False)
    assert list_files(ports) == []
    with sessions.begin() as session:
        opened = open_again(session, ports, prepared)
        case_sharing.change_consent(opened.at(LATER), "regulators", given=True)
        assert not any(each.is_open for each in officer_links.list_links(opened.at(LATER), 1))
    for token in tokens:
        with sessions.begin() as session, pytest.raises(OfficerLinkOver):
            officer_links.take_papers(make_work(session, ports, now=LATER), token)


def test_a_case_taken_back_from_the_team_leaves_nothing_for_an_officer(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions.begin() as session:
        team, _key = make_team(session)
        handover.hand_to_team(replace(open_again(session, ports, prepared), actor=PERSON), team.id)
    with sessions.begin() as session:
        case_sharing.take_back(replace(open_again(session, ports, prepared).at(LATER), actor=PERSON))
    assert list_files(ports) == []
    with sessions.begin() as session, pytest.raises(OfficerLinkOver):
        officer_links.take_papers(make_work(session, ports, now=LATER), token)


def test_a_withdrawal_that_fails_leaves_the_papers_where_they_are(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions() as session:
        opened = open_again(session, ports, prepared)
        case_sharing.change_consent(opened.at(LATER), "regulators", given=False)
        session.rollback()
    with sessions.begin() as session:
        assert officer_links.take_papers(make_work(session, ports, now=LATER), token).content.startswith(ZIP)


def test_no_link_is_made_or_used_after_the_authority_of_who_acts_has_ended(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    last_day = (LATER + timedelta(days=1)).date()
    over = LATER + timedelta(days=2)
    with sessions.begin() as session:
        opened = open_again(session, ports, prepared)
        row = Mandate(id=uuid4(), case_id=opened.case.id, ends_on=last_day, created_at=LATER)
        row.sealed = opened.sealed_for(row, {"authority": "A signed letter."})
        session.add(row)
    token = make(sessions, prepared, ports)
    with sessions() as session:
        officer_links.find_open(make_work(session, ports, now=LATER + timedelta(days=1)), token)
        with pytest.raises(OfficerLinkOver):
            officer_links.find_open(make_work(session, ports, now=over), token)
    with sessions.begin() as session, pytest.raises(OfficerLinkOver):
        officer_links.take_papers(make_work(session, ports, now=over), token)
    with sessions() as session, pytest.raises(MandateOver):
        officer_links.make_link(open_again(session, ports, prepared).at(over), 1, days=7)


def test_links_are_taken_back_together(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    tokens = [make(sessions, prepared, ports), make(sessions, prepared, ports)]
    with sessions.begin() as session:
        assert officer_links.end_links(open_again(session, ports, prepared).at(LATER), 1) == 2
    for token in tokens:
        with sessions() as session, pytest.raises(OfficerLinkOver):
            officer_links.find_open(make_work(session, ports, now=LATER), token)
    assert list_files(ports) == []


def test_a_refusal_is_in_the_journal(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions.begin() as session:
        officer_links.take_papers(make_work(session, ports, now=LATER), token)
    with sessions.begin() as session, suppress(OfficerLinkOver):
        officer_links.take_papers(make_work(session, ports, now=LATER), token)
    with sessions() as session:
        assert "link_refused" in session.scalars(select(JournalEntry.kind)).all()


def test_nobody_but_a_supervisor_makes_one_and_never_without_consent(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    with sessions() as session:
        advocate = add_actor(session, Role.ADVOCATE)
        with pytest.raises(StepRefused, match="Only a supervisor"):
            officer_links.make_link(open_again(session, ports, prepared, advocate).at(LATER), 1, days=7)
        opened = open_again(session, ports, prepared)
        case_sharing.change_consent(opened.at(LATER), "regulators", given=False)
        with pytest.raises(NoConsent):
            officer_links.make_link(opened.at(LATER), 1, days=7)


def test_erasing_the_case_ends_its_links(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions.begin() as session:
        erasure.erase(open_again(session, ports, prepared).at(LATER))
    with sessions() as session, pytest.raises(OfficerLinkOver):
        officer_links.find_open(make_work(session, ports, now=LATER), token)
    assert list_files(ports) == []


def test_who_has_taken_the_papers_takes_them_again_for_half_an_hour_and_nobody_else_does(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token, half = make(sessions, prepared, ports), LATER + officer_links.TAKEN_AGAIN
    with sessions.begin() as session:
        taken = officer_links.take_papers(make_work(session, ports, now=LATER), token)
    here, almost = (taken.link_id,), half - timedelta(seconds=1)
    with sessions.begin() as session:
        link = officer_links.find_open(make_work(session, ports, now=almost), token, taken_here=here)
        assert (link.is_taken, link.until) == (True, half)
        again = officer_links.take_papers(make_work(session, ports, now=almost), token, taken_here=here)
        assert again.content == taken.content
    for moment, others in ((LATER, ()), (LATER, (uuid4().hex,)), (half, here)):
        with sessions.begin() as session, pytest.raises(OfficerLinkOver):
            officer_links.take_papers(make_work(session, ports, now=moment), token, taken_here=others)
    with sessions.begin() as session:
        officer_links.purge_files(make_work(session, ports, now=almost))
    assert len(list_files(ports)) == 1
    with sessions.begin() as session:
        officer_links.purge_files(make_work(session, ports, now=half))
    assert list_files(ports) == []


def test_papers_that_could_be_taken_again_end_with_the_consent(
    sessions: sessionmaker[Session], prepared: tuple[UUID, bytes, Actor], ports: Ports
) -> None:
    token = make(sessions, prepared, ports)
    with sessions.begin() as session:
        taken = officer_links.take_papers(make_work(session, ports, now=LATER), token)
    with sessions.begin() as session:
        case_sharing.change_consent(open_again(session, ports, prepared).at(LATER), "regulators", given=False)
    assert list_files(ports) == []
    with sessions.begin() as session, pytest.raises(OfficerLinkOver):
        officer_links.take_papers(make_work(session, ports, now=LATER), token, taken_here=(taken.link_id,))
