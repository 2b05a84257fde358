"""Finding a case by a link: keyed, only while a team has the case, and filled when a member opens an older one."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters.vault import blind_index
from portal.models.find_marks import FindMark
from portal.services.cases import erasure, finding, handover
from portal.services.history import guards
from portal.services.intake import submission
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW
from tests.services.people import Shared, share_case

LINK = "https://invented-new.org/one"


def count_marks(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FindMark)) or 0


def find(shared: Shared, text: str = LINK) -> tuple[str, ...]:
    team_id = shared.first.case.team_id
    assert team_id is not None
    return finding.find_cases(shared.first, text, team_ids=[team_id])


def add_link(work: CaseWork) -> None:
    submission.add_items(work, LINK)
    work.session.flush()


def test_what_is_kept_of_a_link_is_keyed_and_guarded_and_tells_nothing(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    add_link(shared.person.at(NOW))
    rows = session.scalars(select(FindMark).where(FindMark.case_id == shared.person.case.id)).all()
    assert rows
    assert all(len(row.value) == 32 and row.guard for row in rows)
    assert blind_index(shared.person.key, LINK) not in {row.value for row in rows}, "no value that stands elsewhere"
    assert guards.list_bent(session, shared.person.case.id) == []


def test_a_case_is_found_while_a_team_has_it_and_no_longer(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    team_id = shared.person.case.team_id
    assert team_id is not None
    add_link(shared.person.at(NOW))
    assert find(shared) == (shared.person.reference,)
    assert finding.find_cases(shared.first, LINK, team_ids=[]) == ()
    handover.take_back(shared.person.at(NOW))
    session.flush()
    assert count_marks(session) == 0
    handover.hand_to_team(shared.person.at(NOW), team_id)
    assert find(shared) == (shared.person.reference,)


def test_a_case_from_before_is_found_once_a_member_has_opened_it(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    add_link(shared.person.at(NOW))
    before = count_marks(session)
    for row in session.scalars(select(FindMark)):
        session.delete(row)
    session.flush()
    assert find(shared) == ()
    finding.mark_case(shared.first)
    finding.mark_case(shared.first)
    assert count_marks(session) == before
    assert find(shared) == (shared.person.reference,)


def test_nothing_is_left_of_an_erased_case(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    add_link(shared.person.at(NOW))
    erasure.erase(shared.person.at(NOW))
    assert count_marks(session) == 0
