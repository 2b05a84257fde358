"""Tags, columns and named views of the list, and what is done to many cases with them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models.tags import TeamTag
from tests.web.desk.colleague import Colleague, Desk


@pytest.fixture
def tag(desk: Desk) -> str:
    supervisor = desk.visit("ines")
    supervisor.go("/desk/team/tags/new")
    supervisor.press("Keep it", name="Wave of May")
    assert "Wave of May" in supervisor.page.text
    with desk.parts.sessions() as session:
        return str(session.scalars(select(TeamTag.id)).one())


def together(action: str, references: list[str]) -> str:
    return f"/desk/together?action={action}" + "".join(f"&cases={each}" for each in references)


def headings(page: Colleague) -> list[str]:
    return ["".join(each.itertext()).strip() for each in page.page.root.iter("th") if each.get("scope") == "col"]


def test_many_cases_get_a_tag_at_once_are_found_by_it_and_lose_it_again(desk: Desk, tag: str) -> None:
    one, other, third = (desk.add_case() for _each in range(3))
    colleague = desk.visit("mira")
    colleague.go(together("tag", [one, other]))
    colleague.press("Change the tags", change="add", status=400)
    colleague.press("Change the tags", change="add", tags=tag)
    assert "Done in 2 of 2 cases" in colleague.page.text
    listed = colleague.go("/desk").text
    assert listed.count("Wave of May") == 3  # two rows, and the choice that narrows the list
    narrowed = colleague.go(f"/desk?tag={tag}").text
    assert one in narrowed
    assert other in narrowed
    assert third not in narrowed
    colleague.go(together("tag", [one]))
    colleague.press("Change the tags", change="remove", tags=tag)
    assert one not in colleague.go(f"/desk?tag={tag}").text
    colleague.go(f"/desk/cases/{third}/tags")
    colleague.press("Save the tags", tags=tag)
    assert third in colleague.go(f"/desk?tag={tag}").text
    assert "The tags of the case were changed." in colleague.go(f"/desk/cases/{third}/history").text


def test_a_follow_up_date_is_set_in_many_cases_at_once(desk: Desk) -> None:
    references = [desk.add_case(), desk.add_case()]
    colleague = desk.visit("mira")
    colleague.go(together("follow_up", references))
    colleague.press("Set the follow-up date", due="2020-01-01")
    assert "Done in 0 of 2 cases" in colleague.page.text
    colleague.go(together("follow_up", references))
    colleague.press("Set the follow-up date", due="2026-11-26", note="Ask how the hearing went.")
    assert "Done in 2 of 2 cases" in colleague.page.text
    for reference in references:
        assert "Ask how the hearing went." in colleague.go(f"/desk/cases/{reference}/follow-ups").text


def test_columns_stand_in_the_address_and_are_kept_as_the_members_own(desk: Desk) -> None:
    desk.add_case()
    colleague = desk.visit("mira")
    colleague.go("/desk")
    assert headings(colleague) == [
        "Choose", "Case", "Next date", "What to know", "Contact", "Country", "Links", "Assigned to",
    ]  # fmt: skip
    colleague.go("/desk?columns=team&columns=due&columns=nonsense")
    assert headings(colleague) == ["Choose", "Case", "Next date", "Team"]
    assert "Harbour" in colleague.page.text
    colleague.press("Always show these columns")
    assert headings(colleague) == ["Choose", "Case", "Next date", "Team"]
    colleague.go("/desk/today")
    assert headings(colleague)[:3] == ["Case", "Next date", "Team"]
    tane = desk.visit("tane")
    tane.go("/desk")
    assert "Contact" in headings(tane), "each member has their own"


def test_a_named_view_stands_on_today_and_above_the_list_for_its_member_alone(desk: Desk, tag: str) -> None:
    reference, other = desk.add_case(country="NZ"), desk.add_case(country="FR")
    colleague = desk.visit("mira")
    colleague.go("/desk?country=NZ&show=unassigned&columns=due")
    assert "Give it a name" in colleague.press("Save this view", name=" ").text
    colleague.press("Save this view", name="Kiwis")
    for page in ("/desk/today", "/desk"):
        colleague.go(page)
        colleague.follow("Kiwis")
        assert reference in colleague.page.text
        assert other not in colleague.page.text
        assert headings(colleague) == ["Choose", "Case", "Next date"]
    assert "Kiwis" not in desk.visit("tane").go("/desk").text
    colleague.press("Delete the view “Kiwis”")
    assert "Kiwis" not in colleague.go("/desk").text
