"""Preparing requests takes few statements, however many sites the links are on."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import RequestState
from portal.models.items import Item
from portal.models.requests import Basis, Request
from portal.services.intake import submission
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.preparing import RequestPlan, group_links_into_requests
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.people import fresh
from tests.statements import counted

FEW = 20
PER_FIFTY = 2  # what a driver sends in parts, because a statement holds only so many values


def make_waiting(session: Session, ports: Ports, sites: int) -> CaseWork:
    """A case with links on many sites, none of which has a request yet."""
    opened = make_case(session, ports)
    links = " ".join(f"https://invented-{number}.org/album/7" for number in range(sites))
    with pytest.MonkeyPatch.context() as patch:
        none = RequestPlan(new=(), moved=(), cited=())
        patch.setattr(preparing, "plan_requests", lambda *_given, **_named: none)
        submission.add_items(opened.at(NOW), links)
    session.flush()
    return fresh(opened)


@pytest.mark.parametrize("sites", [1, 50, 300])
def test_requests_to_many_sites_are_prepared_with_few_statements(session: Session, ports: Ports, sites: int) -> None:
    work = make_waiting(session, ports, sites)
    before = count_rows(session)
    with counted(session) as count:
        group_links_into_requests(work)
    requests, bases, free = count_rows(session)
    assert requests - before[0] == sites
    assert bases > before[1]
    assert (before[2], free) == (sites, 0)
    assert count() <= FEW + PER_FIFTY * (sites // 50)


def count_rows(session: Session) -> tuple[int, int, int]:
    """Prepared requests, the laws they cite, and links that no request is about."""
    prepared = select(func.count()).select_from(Request).where(Request.state == RequestState.PREPARED)
    cited = select(func.count()).select_from(Basis)
    free = select(func.count()).select_from(Item).where(Item.request_id.is_(None))
    return tuple(session.scalar(query) or 0 for query in (prepared, cited, free))  # type: ignore[return-value]
