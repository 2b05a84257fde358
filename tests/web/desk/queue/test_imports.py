"""A table becomes cases: looked at first, what was typed stays, one press, and what came of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.imports import TableImport
from portal.run import worker
from tests.web.desk.colleague import Colleague, Desk

HEAD = "Case,Link,Country,Under 18,Name,Sent on,Found"
GOOD = f"{HEAD}\nH1,https://www.instagram.com/p/Invented1/,New Zealand,no,Ana Exemplar,,03/04/2026\nH2,https://x.com/a/status/1,NZ,no,,2026-11-20,\n"
BAD = f"{HEAD}\nH1,https://www.instagram.com/p/Invented1/,Atlantis,no,,,\nH2,https://x.com/a/status/1,NZ,no,,,\n"
WORD: dict[str, Any] = {"told": "Told on the phone on 2 November; each agreed.", "to_platforms": "y"}


def hand_in(colleague: Colleague, content: str | bytes, name: str = "cases.csv", *, status: int = 200) -> str:
    """The page of the table; its address."""
    colleague.go("/desk/import")
    raw = content.encode() if isinstance(content, str) else content
    files: Any = (io.BytesIO(raw), name)
    colleague.press("Look at the table", status=status, file=files)
    return colleague.page.path


def run_worker(desk: Desk) -> None:
    worker.run_left_jobs(desk.parts)


def test_from_the_file_to_the_open_case(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk")
    colleague.follow("Cases from a table")
    assert "up to 5,000 rows and 5 MB" in colleague.page.text, "limits are told beforehand"
    address = hand_in(colleague, GOOD)
    assert "Instagram 1, X (Twitter) 1" in colleague.page.text
    with desk.parts.sessions() as session:
        assert session.scalars(select(Case)).all() == [], "nothing is saved yet"
    colleague.press("Import 2 cases", status=400, told=WORD["told"])
    assert "Say how, and that the people allowed it." in colleague.page.text
    colleague.go(address)
    assert WORD["told"] in colleague.page.text, "what was typed stays"
    colleague.press("Import 2 cases", **WORD, channel="form", order="month_first")
    assert "It was read anew." in colleague.page.text, "what is imported was looked at"
    colleague.press("Import 2 cases")
    assert "The table is being imported" in colleague.page.text
    run_worker(desk)
    assert "2 new cases" in colleague.go(address).text
    colleague.follow("To the new cases")
    with desk.parts.sessions() as session:
        found = session.scalars(select(Case).where(Case.country == "NZ")).all()
        assert [case.status for case in found] == [CaseStatus.OPEN] * 2
    histories = [colleague.go(f"/desk/cases/{case.reference}/history").text for case in found]
    assert all("The report came with a table of cases that the team imported." in each for each in histories)
    assert all(WORD["told"] in each for each in histories)
    assert "Ana Exemplar" in "".join(colleague.go(f"/desk/cases/{case.reference}/report").text for case in found)


def test_the_same_file_again_makes_nothing_twice(desk: Desk) -> None:
    colleague = desk.visit("mira")
    for expected in ("2 new cases", "2 cases were there before"):
        address = hand_in(colleague, GOOD)
        colleague.press("Import 2 cases", **WORD, channel="form")
        run_worker(desk)
        assert expected in colleague.go(address).text


def test_what_is_wrong_is_told_by_line_and_can_be_mapped_anew(desk: Desk) -> None:
    colleague = desk.visit("mira")
    address = hand_in(colleague, BAD)
    assert "Line 2, country: This country is not known." in " ".join(colleague.page.text.split())
    columns = ["number", "link", "", "under_18", "name", "sent_on", "found_on"]
    colleague.press("Read it anew", column=columns, told="half a sent")
    assert colleague.page.path == address
    assert "Import 2 cases" in colleague.page.text
    assert "half a sent" in colleague.page.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There are no rows in it."),
        (b"\x89PNG\r\n\x1a\n\x00", "This cannot be read as a table."),
        (b"PK\x03\x04 and nothing", "This cannot be read as a table."),
        (b"a,b\n" * 5_002, "There are more than 5,000 rows."),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "Save it as XLSX or CSV."),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(desk: Desk, content: bytes, sentence: str) -> None:
    colleague = desk.visit("mira")
    hand_in(colleague, content, status=400)
    assert sentence in colleague.page.text
    with desk.parts.sessions() as session:
        assert session.scalars(select(TableImport)).all() == []


def test_pasted_rows_do_and_a_bad_file_keeps_them(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/import")
    files: Any = (io.BytesIO(b"\x89PNG\x00"), "a.csv")
    colleague.press("Look at the table", status=400, file=files, pasted=GOOD)
    assert "This cannot be read as a table." in colleague.page.text
    assert "Ana Exemplar" in colleague.page.text
    colleague.press("Look at the table", pasted=GOOD)
    assert "Import 2 cases" in colleague.page.text


def test_nobody_else_sees_the_table_also_not_of_the_team(desk: Desk) -> None:
    address = hand_in(desk.visit("mira"), GOOD)
    for login in ("tane", "ines", "odd"):
        other = desk.visit(login)
        assert other.go(address).path == "/desk/import"
        assert "This table is not here any more." in other.page.text
        assert "Ana Exemplar" not in other.page.text


def test_a_table_that_is_thrown_away_is_gone(desk: Desk) -> None:
    colleague = desk.visit("mira")
    hand_in(colleague, GOOD)
    colleague.press("Throw the table away")
    with desk.parts.sessions() as session:
        assert session.scalars(select(TableImport)).all() == []


def test_the_worker_forgets_what_nobody_said_a_word_to(desk: Desk, clock: Any) -> None:
    hand_in(desk.visit("mira"), GOOD)
    clock.move(hours=25)
    worker.purge_imports(desk.parts)
    with desk.parts.sessions() as session:
        assert session.scalars(select(TableImport.state)).all() == []
