"""The list in stretches is the list as a whole: the same cases in the same order, on every page, with or without a
number.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.incoming import IncomingState, Nature
from portal.domain.lifecycle import ActorKind, CaseStatus, Path, RequestKind, RequestState, RiskFlag
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.incoming import IncomingMail
from portal.models.messages import Message
from portal.models.requests import Request
from portal.models.risk_marks import RiskMark
from portal.services.casefile.queue import filters as queue_filters
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.queue import today
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.cases import risks
from portal.services.ports import Ports
from portal.services.work import Work
from tests.services.casefile.queue.test_queue import add_case, add_member
from tests.services.factories import NOW, make_team, make_work

CASES = 240
DATES = (None, *(NOW + timedelta(days=each) for each in (-90, -3, -3, 0, 2, 2, 20, 29, 30, 31, 90)))


@pytest.fixture
def filled(session: Session, ports: Ports) -> tuple[Work, Team]:
    """Cases of every kind of date, risk, news and member, also such as the portal itself never writes."""
    team, key = make_team(session)
    actor, other = add_member(session, team, key), add_member(session, team, key, "tane")
    chance = random.Random(7)  # noqa: S311 - the same cases each time
    for number in range(CASES):
        case = add_case(
            session,
            team,
            number,
            submitted_at=NOW + timedelta(seconds=number // 3),  # more than one at the same moment
            status=CaseStatus.CLOSED if chance.random() < 0.2 else CaseStatus.OPEN,
            next_due_at=chance.choice(DATES),
            running_due_at=chance.choice(DATES),
            news_at=NOW if chance.random() < 0.1 else None,
            assignee_id=chance.choice((None, actor.staff_id, other.staff_id)),
            under_18=chance.choice((None, None, False, True)),
            path=chance.choice((None, Path.REMOVAL, Path.REMOVAL, Path.THREAT, Path.CHILD)),
        )
        _add_rows(session, case, chance, ports)
    mail = IncomingMail(id=uuid4(), digest=b"mail", server_key="", state=IncomingState.WAITING, received_at=NOW, size=1)
    mail.nature = Nature.ANSWER  # and in no case, which nobody but an intruder writes: it hides no case
    session.add(mail)
    session.flush()
    return make_work(session, ports, actor=actor), team


def _add_rows(session: Session, case: Case, chance: random.Random, ports: Ports) -> None:
    if chance.random() < 0.1:
        session.add(Message(id=uuid4(), case_id=case.id, author=ActorKind.PERSON, sent_at=NOW, sealed=b"sealed"))
    if chance.random() < 0.1:
        value = risks.values_of(ports.keys, chance.choice(list(RiskFlag)))
        session.add(
            RiskMark(id=uuid4(), case_id=case.id, value=min(value), server_key="", set_at=NOW, sealed=b"sealed")
        )
    if chance.random() < 0.2:
        request = Request(id=uuid4(), case_id=case.id, number=1, platform="x", kind=RequestKind.NOTICE)
        request.state, request.prepared_at, request.sealed = RequestState.PREPARED, NOW, b"sealed"
        session.add(request)


def _as_a_whole(work: Work, view: QueueFilter) -> list[str]:
    day = queue_filters.day_of(work)
    query = select(Case.reference).where(
        queue_filters.list_views(queue_filters.list_beside(work.actor, day), day)[view]
    )
    return list(work.session.scalars(query.order_by(*queue_filters.order(day))))


def _weigh(work: Work) -> dict[str, int]:
    """The rank of the risk of each case by its reference."""
    query = select(Case.reference, queue_filters.rank_risk(queue_filters.day_of(work)))
    return {reference: rank for reference, rank in work.session.execute(query)}


def _walk(work: Work, team: Team, choice: QueueChoice) -> Iterator[str]:
    """All pages one after the other, as their links lead."""
    page, after = 1, ""
    for _ in range(CASES):
        found = queue.list_queue(work, team_ids=(team.id,), choice=choice, page=page, after=after)
        yield from (row.reference for row in found.rows)
        page, after = page + 1, found.behind
        if not after and not 0 < found.page < found.pages:
            return


@pytest.mark.parametrize("view", list(QueueFilter))
def test_the_pages_with_numbers_are_the_whole_list(filled: tuple[Work, Team], view: QueueFilter) -> None:
    work, team = filled
    assert list(_walk(work, team, QueueChoice(show=view))) == _as_a_whole(work, view)


@pytest.mark.parametrize("view", list(QueueFilter))
def test_a_list_that_is_too_long_for_numbers_goes_on_to_its_end(
    filled: tuple[Work, Team], view: QueueFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, team = filled
    monkeypatch.setattr(queue, "MOST_COUNTED", 9)
    monkeypatch.setattr(queue, "PAGE_ROWS", 5)
    whole = _as_a_whole(work, view)
    first = queue.list_queue(work, team_ids=(team.id,), choice=QueueChoice(show=view), page=1)
    assert (first.total, first.pages) == (min(len(whole), 10), max(1, min(-(-len(whole) // 5), 2)))
    assert list(_walk(work, team, QueueChoice(show=view))) == whole


def test_today_shows_the_first_of_each_view(filled: tuple[Work, Team]) -> None:
    work, team = filled
    found = today.read_today(work, team_ids=(team.id,))
    for view, rows in found.sections.items():
        whole = _as_a_whole(work, view)
        first = sorted(whole, key=_weigh(work).__getitem__) if view is QueueFilter.UNASSIGNED else whole
        assert [row.reference for row in rows] == first[: today.MOST], "of new ones the weightiest risk comes first"
        assert found.counts[view] == len(whole)


def test_the_conditions_of_today_are_put_together_once(
    filled: tuple[Work, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    work, team = filled
    made: list[str] = []
    list_beside = queue_filters.list_beside

    def note_conditions(*told: object) -> object:
        made.append("conditions")
        return list_beside(*told)  # type: ignore[arg-type]

    def note_alias(*told: object) -> object:
        made.append("levels")
        return aliased(*told)  # type: ignore[call-overload]

    today.read_today(work, team_ids=(team.id,))
    monkeypatch.setattr(queue_filters, "list_beside", note_conditions)
    monkeypatch.setattr(today, "aliased", note_alias)
    today.read_today(work, team_ids=(team.id,))
    assert made == ["conditions"]
    assert queue_filters.list_asking() is queue_filters.list_asking()
    assert queue_filters.needs_answer() is queue_filters.needs_answer()


def test_a_case_that_the_member_does_not_see_is_no_place_to_go_on_from(filled: tuple[Work, Team]) -> None:
    work, team = filled
    for reference in ("CASE-9999", ""):
        found = queue.list_queue(work, team_ids=(team.id,), choice=QueueChoice(), page=1, after=reference)
        assert found.page == 1


@pytest.mark.parametrize("view", list(QueueFilter))
def test_a_place_behind_a_whole_view_has_nothing_behind_it(filled: tuple[Work, Team], view: QueueFilter) -> None:
    work, team = filled
    everything = _as_a_whole(work, QueueFilter.ALL)
    found = queue.list_queue(work, team_ids=(team.id,), choice=QueueChoice(show=view), page=1, after=everything[-1])
    assert not {row.reference for row in found.rows} & set(everything)
