"""What a team has to know first about a case, on its pages: the mark, whom to call, and the list."""

from __future__ import annotations

from tests.web.desk.colleague import Desk

WHY = "He knows where she lives and is on his way."


def test_a_risk_stands_on_every_page_of_the_case_with_whom_to_call_and_first_in_the_list(desk: Desk) -> None:
    reference, other = desk.add_case(country="NZ"), desk.add_case(country="NZ")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/risk")
    assert "Write why" in colleague.press("Save", danger="y", status=400).text
    colleague.press("Save", danger="y", reason=WHY)
    for page in ("", "/report", "/messages", "/history", "/notes"):
        text = colleague.go(f"/desk/cases/{reference}{page}").text
        assert "In danger now:" in text, page
        assert "111" in text, "the emergency number of New Zealand"
        assert WHY in text
        assert "Mira Anker" in text
    assert WHY not in colleague.go(f"/desk/cases/{other}").text
    today = colleague.go("/desk/today").text
    assert "in danger now" in today
    assert today.index(reference) < today.index(other)
    found = colleague.go("/desk?risk=danger").text
    assert reference in found
    assert other not in found
    colleague.go(f"/desk/cases/{reference}/risk")
    colleague.press("Save", danger="", reason="The police were there.")
    assert WHY not in colleague.page.text


def test_the_age_that_was_told_is_kept_beside_and_never_against_the_report(desk: Desk) -> None:
    reference = desk.add_case(country="NZ", under_18="yes")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/risk")
    page = colleague.press("Save", age="adult", status=400)
    assert "The report says that the person was under 18." in page.text
    colleague.press("Save", age="from_13")
    assert "age was saved" in colleague.go(f"/desk/cases/{reference}/history").text
    inputs = colleague.go(f"/desk/cases/{reference}/risk").root.iter("input")
    boxes = [each for each in inputs if each.get("name") == "age"]
    chosen = [each.get("value") for each in boxes if "checked" in each.attrib]
    assert chosen == ["from_13"]


def test_a_case_of_a_child_says_whom_to_call_without_a_mark(desk: Desk) -> None:
    reference = desk.add_case(country="NZ", under_18="yes")
    text = desk.visit("mira").go(f"/desk/cases/{reference}").text
    assert "Someone to talk to:" in text
