"""How many complaints are open is counted without putting them together, and comes to the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer
from portal.services.casefile.overview import ShownParts, read_overview
from portal.services.complaints.options import count_open, list_options
from portal.services.directory.competence import find_regulators
from portal.services.ports import Ports
from portal.services.requests import dossier as dossiers
from portal.services.requests.dossier_rows import list_items
from portal.services.requests.escalation import read_escalated
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send
from tests.services.people import fresh

LINKS = "https://www.instagram.com/p/Abc123/ " + " ".join(f"https://invented-{each}.org/album/7" for each in range(6))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_refused(session: Session, ports: Ports, country: str) -> CaseWork:
    """Two requests are sent, one of them refused; the others wait."""
    opened = make_case(session, ports, country=country, links=LINKS)
    send(session, opened, ports)
    send(session, opened, ports, 2)
    log_answer(opened.at(NOW + DAY), 1, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY))
    return fresh(opened)


@pytest.mark.parametrize("days", [0, 2, 40, 400])
@pytest.mark.parametrize("country", ["NZ", "IE", "US", "DE"])
def test_as_many_are_open_as_are_listed_as_open(session: Session, ports: Ports, country: str, days: int) -> None:
    work = make_refused(session, ports, country).at(NOW + days * DAY)
    escalated = read_escalated(work)
    listed = sum(option.is_open for option in list_options(work, escalated))
    assert count_open(work, escalated, list_items(work)) == listed
    assert listed or days < 2 or country == "US"


def test_authorities_are_looked_up_once_for_all_sites_outside_the_directory(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_refused(session, ports, "NZ").at(NOW + 2 * DAY)
    for number in range(3, 8):
        send(session, work.at(NOW), ports, number)
    asked: list[tuple[str, bool]] = []

    def note(regime: object, case: object, platforms: list[str], registry: object) -> object:
        asked.append((regime.id, platforms[0] in registry.platforms))  # type: ignore[attr-defined]
        return find_regulators(regime, case, platforms, registry)  # type: ignore[arg-type]

    monkeypatch.setattr(dossiers, "find_regulators", note)
    again = fresh(work).at(NOW + 2 * DAY)
    assert list_options(again)
    assert asked
    assert len(asked) == len(set(asked))


def test_the_links_of_a_case_are_read_once_for_its_first_page(session: Session, ports: Ports) -> None:
    work = make_refused(session, ports, "IE").at(NOW + 2 * DAY)
    seen: list[str] = []
    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    assert read_overview(work, ShownParts(items_a_page=50)).link_count == 7
    assert len([each for each in seen if "FROM items" in each and "items.sealed" in each]) == 1
