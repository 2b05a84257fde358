"""A request read once: many cost no more questions to the database than one, and nothing sealed is opened twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.domain.lifecycle import Answer
from portal.models.items import Item
from portal.services.cases.opening import UnknownNumber
from portal.services.ports import Ports
from portal.services.requests.dossier import Dossier, read_dossier, read_dossiers
from portal.services.requests.escalation import escalation_view, list_escalation
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send
from tests.services.people import fresh
from tests.statements import counted

SITES = 12


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def work(session: Session, ports: Ports) -> CaseWork:
    """A case with requests to many sites, two of them sent, one of these answered, seen two days later."""
    links = " ".join(f"https://invented-{number}.org/album/7" for number in range(SITES))
    opened = make_case(session, ports, links=links)
    send(session, opened, ports)
    send(session, opened, ports, 2)
    log_answer(opened.at(NOW + DAY), 2, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY))
    return fresh(opened).at(NOW + 2 * DAY)


def read_all(dossier: Dossier) -> None:
    """Everything that a page or a letter takes from a dossier."""
    assert dossier.content.places
    assert dossier.citations
    assert len(dossier.clocks) >= len(dossier.answers)
    assert dossier.last_letter is dossier.sent_letter
    assert dossier.reminders == []
    assert not dossier.complaints
    list_escalation(dossier)


def test_many_requests_are_read_with_as_many_statements_as_one(work: CaseWork) -> None:
    with counted(work.session) as count_one:
        read_all(read_dossier(work, 2))
        one = count_one()
    work = fresh(work)
    with counted(work.session) as count_all:
        for dossier in read_dossiers(work):
            read_all(dossier)
        assert count_all() == one
    assert one <= 9


def test_what_is_sealed_is_opened_once(work: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: Counter[SealContext] = Counter()
    open_values = vault.open_values

    def note(key: bytes, context: SealContext, sealed: bytes) -> dict[str, object]:
        opened[context] += 1
        return open_values(key, context, sealed)

    monkeypatch.setattr(vault, "open_values", note)
    dossiers = read_dossiers(work)
    for dossier in [*dossiers, *dossiers]:
        read_all(dossier)
    assert {context.table for context in opened} >= {"cases", "items", "requests"}
    assert all(times == 1 for context, times in opened.items() if context.table in {"cases", "items", "requests"})


def test_a_number_that_is_not_there_is_unknown(work: CaseWork) -> None:
    with pytest.raises(UnknownNumber):
        read_dossier(work, SITES + 1)


@pytest.mark.parametrize(
    ("country", "name"),
    [("IE", "Coimisiún na Meán"), ("AT", "Austrian Communications Authority (Digital Services Coordinator)")],
)
def test_an_authority_that_is_known_is_told_by_its_own_name(
    session: Session, ports: Ports, country: str, name: str
) -> None:
    opened = make_case(session, ports, country=country, links="https://www.instagram.com/p/Abc123/")
    send(session, opened, ports)
    log_answer(opened.at(NOW + DAY), 1, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY))
    dossier = read_dossier(fresh(opened).at(NOW + 2 * DAY), 1)
    bodies = [escalation_view(dossier, option).body for option in list_escalation(dossier)]
    assert name in bodies
    assert "The Digital Services Coordinator of your country" not in bodies


def test_a_report_is_opened_once_as_long_as_it_is_the_same(work: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[SealContext] = []
    open_values = vault.open_values

    def note(key: bytes, context: SealContext, sealed: bytes) -> dict[str, object]:
        opened.append(context)
        return open_values(key, context, sealed)

    monkeypatch.setattr(vault, "open_values", note)
    first = work.report
    assert work.report is first
    assert len(opened) == 1
    work.write_report(replace(first, country="IE"))
    assert work.report.country == "IE"


def test_an_id_that_stands_in_many_rows_is_made_once(work: CaseWork) -> None:
    ids = work.session.scalars(select(Item.__table__.c.case_id)).all()
    assert len(ids) == SITES
    is_text = work.session.get_bind().dialect.name == "sqlite"  # the other driver gives ids itself
    assert not is_text or all(each is ids[0] for each in ids)
