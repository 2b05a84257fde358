"""Lists that leave: what was chosen and nothing more, safe in a spreadsheet, noted, and shown to the auditor."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.journal import Noted
from portal.domain.lifecycle import History
from portal.models.events import Event
from portal.models.journal import JournalEntry
from portal.services.casefile.queue import lists_out
from tests.second_factor import give_code
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.desk.account.test_second_factor import find_token
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import OWN_PAGE

NAME = "=Ana+Exemplar"


def take(colleague: Colleague, *columns: str, view: str = "show=all", kind: str = "csv") -> Any:
    token = find_token(colleague.go("/desk/list"))
    data = {"csrf_token": token, "view": view, "kind": kind, "column": list(columns)}
    return colleague.client.post(at("/desk/list"), data=data, headers=OWN_PAGE)


def read_csv(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.DictReader(io.StringIO(answer.text)))


def list_exports(desk: Desk) -> tuple[list[dict[str, Any]], int]:
    with desk.parts.sessions() as session:
        noted = session.scalars(select(JournalEntry.facts).where(JournalEntry.kind == Noted.EXPORTED.value)).all()
        events = session.scalars(select(Event.id).where(Event.kind == History.EXPORTED)).all()
        return [facts for facts in noted if facts], len(events)


def test_the_view_in_the_address_leaves_with_the_columns_that_were_chosen(desk: Desk) -> None:
    here = desk.add_case(country="NZ", name=NAME)
    desk.add_case(country="DE", name=NAME)
    colleague = desk.visit("mira")
    colleague.go("/desk?show=all&country=NZ")
    colleague.follow("Take this list out as a file")
    assert "1 case" in colleague.page.text
    rows = read_csv(take(colleague, "country", "link_count", view="show=all&country=NZ"))
    assert rows == [{"reference": here, "country": "NZ", "link_count": "3"}]
    assert NAME not in take(colleague, "country", "status", kind="json").text, "no name leaves that was not chosen"
    noted, events = list_exports(desk)
    assert noted[0] == {"what": "list", "view": "all", "cases": 1, "names": False, "links": False}
    assert events == 0


def test_names_and_links_leave_where_chosen_as_text_and_stand_in_each_history(desk: Desk) -> None:
    references = {desk.add_case(name=NAME), desk.add_case(name=NAME)}
    colleague = desk.visit("mira")
    rows = read_csv(take(colleague, "name", "links"))
    assert {row["reference"] for row in rows} == references
    assert {row["name"] for row in rows} == {f"'{NAME}"}, "no spreadsheet runs it"
    assert all("https://x.com/someone/status/1111" in row["links"] for row in rows)
    assert list_exports(desk)[1] == 2
    auditor = desk.visit("otto")
    page = auditor.go("/desk/audit").text
    assert "1 list of cases was taken out" in page
    assert "Mira Anker" in page
    assert "2 cases, with names, with links" in page
    assert NAME not in page


def test_it_asks_for_the_second_factor_and_goes_on_with_what_was_chosen(desk: Desk, clock: TestClock) -> None:
    here = desk.add_case(country="NZ")
    desk.add_case(country="DE")
    colleague = desk.visit("mira")
    colleague.go("/desk/list?show=all&country=NZ")
    clock.move(minutes=6)
    colleague.press("Make the file", column=["country", "links"], kind="json", status=403)
    assert list_exports(desk) == ([], 0)
    form, _button = colleague.page.form_with("Go on")
    fields = [(each.get("name"), each.get("value")) for each in form.iter("input") if each.get("name")]
    with desk.parts.sessions.begin() as session:
        code = give_code(session, "mira")
    data: dict[str, Any] = {}
    for name, value in fields:
        data.setdefault(str(name), []).append(value)
    answer = colleague.client.post(at(form.get("action", "")), data={**data, "second_code": code}, headers=OWN_PAGE)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.json
    assert [row["reference"] for row in answer.json] == [here]
    assert set(answer.json[0]) == {"reference", "country", "links"}


def test_a_list_that_is_too_long_is_refused_with_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists_out, "MOST_OPENED", 1)
    desk.add_case()
    desk.add_case()
    colleague = desk.visit("mira")
    answer = take(colleague, "name")
    assert answer.status_code == 400
    assert "Narrow the list first." in answer.text
    assert read_csv(take(colleague, "country"))
    assert len(list_exports(desk)[0]) == 1


def test_no_other_teams_case_leaves(desk: Desk) -> None:
    desk.add_case()
    assert read_csv(take(desk.visit("odd"), "country", "name")) == []


@pytest.mark.parametrize(("what", "count", "name"), [("links", 3, "link"), ("requests", 3, "state")])
def test_the_links_and_requests_of_a_case_leave_and_its_history_says_so(
    desk: Desk, what: str, count: int, name: str
) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    address = f"/desk/cases/{reference}/{what}"
    rows = read_csv(colleague.client.get(at(f"{address}.csv")))
    records = colleague.client.get(at(f"{address}.json")).json
    assert records
    assert [row[name] for row in rows] == [record[name] for record in records]
    assert len(rows) == count
    assert list_exports(desk)[1] == 2
    assert "A copy of the case or of its papers was saved." in colleague.go(f"/desk/cases/{reference}/history").text
    assert desk.visit("odd").client.get(at(f"{address}.csv")).status_code == 404
