"""What the lines of a table say, what is wrong in each, and what to do about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.domain.imports import Column, DayOrder, guess_columns
from portal.domain.lifecycle import AgeBand, Depiction
from portal.domain.report import YesNo
from portal.domain.tables import make_table, split_text
from portal.services.importing.reading import NO_LINK, NOTHING, Reading, read_cases
from portal.services.ports import Ports
from tests.services.factories import make_ports
from tests.services.importing.tables import NAMES, write_rows

LINK = "https://www.instagram.com/p/Invented1/"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Ports:
    return make_ports(tmp_path_factory.mktemp("ports"))


def read(ports: Ports, *rows: str, head: str, order: DayOrder = DayOrder.DAY_FIRST) -> Reading:
    table = make_table(split_text(write_rows(*rows, head=head)))
    return read_cases(table, guess_columns(table.headings), order, NAMES, today=TODAY, ports=ports)


@pytest.mark.parametrize(
    ("head", "cell", "column"),
    [
        ("Country", "Atlantis", Column.COUNTRY),
        ("Under 18", "seventeen", Column.UNDER_18),
        ("What", "holiday", Column.WHAT),
        ("E-mail", "ana at example", Column.EMAIL),
        ("Found on", "31.11.2026", Column.FOUND_ON),
        ("Sent on", "2026-12-24", Column.SENT_ON),
        ("Sent on", "2024-01-01", Column.SENT_ON),
        ("Status", "perhaps", Column.STATE),
        ("Status", "yes", Column.STATE),
        ("Ticket", "T-1", Column.SENT_ON),
        ("Name", "A" * 301, Column.NAME),
        ("Age", "young", Column.AGE),
        ("Age", "under 18", Column.AGE),
        ("Age", "2009", Column.AGE),
    ],
)
def test_a_cell_that_cannot_be_read_keeps_its_case_back(known: Ports, head: str, cell: str, column: Column) -> None:
    reading = read(known, f"H1,{LINK},{cell}", f"H1,{LINK}?x=2,", f"H2,{LINK},", head=f"Case,Link,{head}")
    assert [(fault.line, fault.column) for fault in reading.faults] == [(2, column)]
    assert [case.number for case in reading.cases] == ["H2"]
    assert reading.left == 2, "no case is imported by half"


@pytest.mark.parametrize(
    ("head", "cell", "name", "value"),
    [
        ("Country", "new zealand", "country", "NZ"),
        ("Under 18", "NEIN", "under_18", YesNo.NO),
        ("What", "Deepfake", "depiction", Depiction.SYNTHETIC),
        ("Found on", "June 2026", "found_on", date(2026, 6, 1)),
        ("Found on", "02.11.2026", "found_on", date(2026, 11, 2)),
        ("Found on", "2026-11-02 09:30", "found_on", date(2026, 11, 2)),
        ("Name", "=HYPERLINK(1)", "name", "=HYPERLINK(1)"),
        ("Age", "15", "age", AgeBand.FROM_13),
        ("Age", "under 13", "age", AgeBand.UNDER_13),
        ("Age", "16/17", "age", AgeBand.FROM_16),
        ("Age when made", "18+", "age", AgeBand.ADULT),
        ("Age", "17 years", "under_18", YesNo.YES),
        ("Age", "34", "under_18", YesNo.NO),
    ],
)
def test_a_cell_is_read(known: Ports, head: str, cell: str, name: str, value: Any) -> None:
    reading = read(known, f"{LINK},{cell}", head=f"Link,{head}")
    assert reading.faults == ()
    assert [getattr(case, name) for case in reading.cases] == [value]


def test_a_line_without_a_place_says_what_to_do(known: Ports) -> None:
    reading = read(known, "H1,see chat,", "H2,,", "H3,,threat", head="Case,Link,What")
    assert [(fault.line, fault.text) for fault in reading.faults] == [(2, NO_LINK), (3, NOTHING)]
    assert [(case.number, case.is_threat) for case in reading.cases] == [("H3", True)]


def test_two_lines_of_a_case_that_differ_are_told(known: Ports) -> None:
    reading = read(known, f"H1,{LINK},NZ", f"H1,{LINK}?a=1,", f"H1,{LINK}?b=1,IE", head="Case,Link,Country")
    assert [(fault.line, fault.column) for fault in reading.faults] == [(4, Column.COUNTRY)]
    assert reading.cases == ()


def test_an_age_that_does_not_fit_the_answer_is_told(known: Ports) -> None:
    rows = (f"{LINK},yes,34", f"{LINK}2,no,12", f"{LINK}3,unknown,12", f"{LINK}4,,12")
    reading = read(known, *rows, head="Link,Under 18,Age")
    assert [(fault.line, fault.column) for fault in reading.faults] == [(2, Column.AGE), (3, Column.AGE)]
    assert [case.under_18 for case in reading.cases] == [YesNo.YES, YesNo.YES]


def test_a_part_of_a_country_counts_where_the_law_asks(known: Ports) -> None:
    reading = read(known, f"{LINK},AU,nsw", f"{LINK}2,NZ,Otago", f"{LINK}3,AU,Nowhere", head="Link,Country,Region")
    assert [case.subdivision for case in reading.cases] == ["NSW", ""]
    assert [(fault.line, fault.column) for fault in reading.faults] == [(4, Column.REGION)]


def test_the_headings_are_guessed(known: Ports) -> None:
    heads = ("Case number", "URL", "Country of residence", "Sent on", "Ticket no.", "Unheard of", "Url")
    assert guess_columns(heads) == (
        Column.NUMBER, Column.LINK, Column.COUNTRY, Column.SENT_ON, Column.TICKET, None, None,
    )  # fmt: skip
