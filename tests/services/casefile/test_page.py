"""The page of a whole case: as many statements for a hundred requests as for ten, also where much has happened."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer
from portal.services.casefile.page import case_view
from portal.services.ports import Ports
from portal.services.tracking.answers import AnswerCommand, log_answer
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send
from tests.services.people import fresh
from tests.statements import counted

LIMIT = 25


@pytest.mark.parametrize("sites", [10, 100])
def test_a_case_page_takes_few_statements(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch, sites: int
) -> None:
    print_quickly(monkeypatch)
    links = " ".join(f"https://invented-{number}.org/album/7" for number in range(sites))
    opened = make_case(session, ports, links=links)
    for number in (1, 2, 3):
        send(session, opened, ports, number)
    log_answer(opened.at(NOW + DAY), 1, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY))
    work = fresh(opened).at(NOW + 4 * DAY)
    with counted(session) as count:
        view = case_view(work)
    assert len(view.requests) == sites
    assert count() <= LIMIT
