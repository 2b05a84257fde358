"""The figures on the desk: page, CSV and JSON say the same, and nothing small."""

from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import update

from portal.models.figures import YearRow
from tests.statements import counted
from tests.web.desk.colleague import Desk
from tests.web.filled_years import fill_year


@pytest.fixture
def filled(desk: Desk) -> Desk:
    with desk.parts.sessions.begin() as session:
        fill_year(session)
    return desk


def test_before_the_first_count_the_page_says_so(desk: Desk) -> None:
    assert "have not been counted yet" in desk.visit("mira").go("/desk/statistics").text


def test_the_page_has_the_year_its_outcomes_and_times(filled: Desk) -> None:
    page = filled.visit("mira").go("/desk/statistics?by=platform")
    assert "Statistics 2025" in page.text
    assert "Removed in time" in page.text
    assert "Instagram" in page.text
    assert "Half were gone after" in page.text
    assert "Others (2)" in page.text  # four and three alone would be told apart


def test_a_year_without_figures_is_not_there(filled: Desk) -> None:
    filled.visit("mira").go("/desk/statistics?year=1999", status=404)


def test_teams_are_told_apart_and_by_name(filled: Desk) -> None:
    page = filled.visit("mira").go("/desk/statistics?by=team")
    assert "Without a team" in page.text
    assert "A team that is gone, or not known" in page.text


def test_an_unknown_property_is_the_first_one(filled: Desk) -> None:
    assert "By month" in filled.visit("mira").go("/desk/statistics?by=person").text


def test_csv_json_and_page_say_the_same(filled: Desk) -> None:
    member = filled.visit("mira")
    page = member.go("/desk/statistics?by=country").text
    table = list(csv.reader(io.StringIO(member.client.get("/desk/statistics/table.csv?by=country").text)))
    told = json.loads(member.client.get("/desk/statistics/figures.json").text)
    names = [row["name"] for row in told["requests"]["country"]["rows"]]
    assert [row[0] for row in table[1:-1]] == names
    assert all(name in page for name in names)
    shown = [
        [*("…" if cell is None else str(cell) for cell in row["cells"])] for row in told["requests"]["country"]["rows"]
    ]
    assert [row[1 : 1 + len(shown[0])] for row in table[1:-1]] == shown
    assert table[-1][len(shown[0]) + 1] == str(told["requests"]["country"]["total"])


def test_no_number_under_five_leaves(filled: Desk) -> None:
    told = json.loads(filled.visit("mira").client.get("/desk/statistics/figures.json").text)
    for tables in (told["requests"], told["cases"]):
        for table in tables.values():
            numbers = [table["total"], *table["column_totals"]]
            for row in table["rows"]:
                numbers += [row["total"], *(cell for cell in row["cells"] if cell is not None)]
            assert not [number for number in numbers if 0 < number < 5]
    assert told["method"]["hidden_below"] == 5
    assert len(told["method"]["text"]) > 5


def test_figures_that_were_bent_are_marked(filled: Desk) -> None:
    with filled.parts.sessions() as session, session.get_bind().connect() as connection:  # type: ignore[union-attr]
        connection.execute(update(YearRow.__table__).values(published_at=None))  # type: ignore[arg-type]
        connection.commit()
    assert "changed from outside" in filled.visit("mira").go("/desk/statistics").text


def test_the_page_takes_few_statements(filled: Desk) -> None:
    member = filled.visit("mira")
    with filled.parts.sessions() as session, counted(session) as seen:
        member.go("/desk/statistics?by=law")
    assert seen() <= 12
