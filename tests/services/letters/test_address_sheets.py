"""The postal address of a letter for the window of an envelope: as the letter names it, else as the directory does."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import letters, threats
from portal.services.letters.address_sheets import read_address_sheet
from portal.services.letters.further import FurtherWords
from portal.services.letters.threats import ThreatCommand
from portal.services.ports import Ports
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_as_json, print_quickly, send


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    monkeypatch.setattr(threats, "print_letter", print_as_json)


def test_the_company_of_the_directory_with_its_address(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://www.instagram.com/p/Abc123/").at(NOW)
    letters.make_missing_letter(opened, 1)
    sheet = read_address_sheet(opened, 1)
    assert (sheet.request_number, sheet.paper) == (1, Paper.A4)
    assert "Merrion Road" in sheet.lines
    assert sheet.reference.startswith(opened.reference)


@pytest.mark.parametrize(("country", "name"), [("IE", "Meta Platforms Ireland Limited"), ("NZ", "Instagram")])
def test_an_envelope_names_one_company_at_its_own_address(
    session: Session, ports: Ports, country: str, name: str
) -> None:
    """Where the company that answers has no known address, the service is named and no other company."""
    opened = make_case(session, ports, links="https://www.instagram.com/p/Abc123/", country=country).at(NOW)
    letters.make_missing_letter(opened, 1)
    assert read_address_sheet(opened, 1).lines[0] == name


def test_where_no_postal_address_is_known_it_says_so(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://pictures.example.org/album/7").at(NOW)
    letters.make_missing_letter(opened, 1)
    with pytest.raises(StepRefused, match="no postal address"):
        read_address_sheet(opened, 1)


def test_a_company_behind_the_site_is_written_to_where_the_letter_says_and_nowhere_else(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports, links="https://www.instagram.com/p/Abc123/")
    send(session, opened, ports)
    late = opened.at(NOW + DAY)
    posted = FurtherWords(topic="search", company="Find It", address="1 Long Road\nDublin")
    mailed = FurtherWords(topic="search", company="Find It", address="abuse@find.example")
    first = letters.make_letter(late, LetterKind.SUPPLIER, 1, words=posted).number
    second = letters.make_letter(late, LetterKind.SUPPLIER, 1, words=mailed).number
    assert read_address_sheet(late, first).lines == ("Find It", "1 Long Road", "Dublin")
    with pytest.raises(StepRefused, match="no postal address"):
        read_address_sheet(late, second)


def test_a_sheet_for_the_police_is_posted_to_nobody(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports).at(NOW)
    paper = threats.make_threat_paper(opened, ThreatCommand(accounts=("@night.clips",), threat="He says he will."))
    with pytest.raises(UnknownNumber):
        read_address_sheet(opened, paper.number)
