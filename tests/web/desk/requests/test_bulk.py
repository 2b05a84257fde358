"""Several requests of a case at once: seen before, done once, told for each."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select as choose

from portal.domain.lifecycle import SendingChannel
from portal.models.requests import Request
from portal.run import worker
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk

BY_FORM: dict[str, Any] = {"channel-3": "form"}  # the third platform has no address that is known


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def reference(desk: Desk) -> str:
    return desk.add_case()


@pytest.fixture
def colleague(desk: Desk, reference: str) -> Colleague:
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}")
    return visitor


def together(reference: str, action: str, query: str = "pick=all") -> str:
    return f"/desk/cases/{reference}/together/{action}?{query}"


def send_all(desk: Desk, colleague: Colleague, reference: str) -> None:
    colleague.go(together(reference, "letters"))
    colleague.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)
    colleague.go(together(reference, "sent"))
    colleague.press("Record as sent: 3", has_checked="y", **BY_FORM)


def test_letters_are_prepared_and_recorded_as_sent_for_all(desk: Desk, colleague: Colleague, reference: str) -> None:
    page = colleague.go(together(reference, "letters"))
    assert "It will be done for 3 requests" in page.text
    colleague.press("Prepare letters: 3")
    assert "Done for 3 of 3 requests." in colleague.page.text
    assert "Being made" in colleague.page.text

    worker.run_left_jobs(desk.parts)
    colleague.go(colleague.page.path)
    assert "Ready" in colleague.page.text
    colleague.follow("Record as sent")
    colleague.press("Record as sent: 3", has_checked="y", **BY_FORM)

    assert "Done for 3 of 3 requests." in colleague.page.text
    assert "A letter was made." in colleague.go(f"/desk/cases/{reference}/history").text
    assert "Mira Anker" in colleague.page.text


def test_pressing_twice_does_nothing_twice(desk: Desk, colleague: Colleague, reference: str) -> None:
    send_all(desk, colleague, reference)
    asking = colleague.go(together(reference, "answer"))
    for _press in range(2):
        colleague.seen.append(asking)
        colleague.press("Log the same answer: 3", answer="refused", text="Not ours.")
        assert "Done for 3 of 3 requests." in colleague.page.text

    assert colleague.go(f"/desk/cases/{reference}/history").text.count("They said no. Not ours.") == 3


def test_what_cannot_be_done_is_told_before_and_left(desk: Desk, colleague: Colleague, reference: str) -> None:
    page = colleague.go(together(reference, "remind"))

    assert "3 requests stay as they are" in page.text
    assert page.text.count("No deadline has passed.") == 3


def test_letters_that_want_a_statement_are_left_out_with_the_reason(desk: Desk) -> None:
    reference = desk.add_case(states_accuracy=False, signature="")
    visitor = desk.visit("mira")

    page = visitor.go(together(reference, "letters"))

    assert "Nobody has said yet what the letter states above the signature." in page.text
    assert f"/desk/cases/{reference}/requests/1/stated" in visitor.anchors, "where it is written down"


def test_by_state_and_by_platform(desk: Desk, colleague: Colleague, reference: str) -> None:
    assert "for 1 request" in colleague.go(together(reference, "letters", "platform=x")).text
    assert "for 3 requests" in colleague.go(together(reference, "letters", "state=prepared")).text
    assert "No request was chosen." in colleague.go(together(reference, "letters", "state=refused")).text


def test_a_step_with_nothing_ticked_asks_for_what(colleague: Colleague, reference: str) -> None:
    page = colleague.go(f"/desk/cases/{reference}/together?action=letters")
    assert "Nothing was ticked." in page.text
    form, _button = page.form_with("Prepare letters")
    assert [each.get("value") for each in form.iter("input") if each.get("name") == "pick"] == ["all"]


def test_the_rest_of_the_links_is_gone(desk: Desk) -> None:
    reference = desk.add_case(links=" ".join(f"https://x.com/someone/status/{each}" for each in range(1, 6)))
    visitor = desk.visit("mira")
    send_one(desk, visitor, reference)
    visitor.go(together(reference, "gone"))
    visitor.press("Links are gone: 1", which="rest", links=["2"])

    links = visitor.go(f"/desk/cases/{reference}").text
    assert links.count("It is back") == 4
    visitor.go(together(reference, "back"))
    visitor.press("Links are back: 1", which="ticked", links=["4"])
    assert visitor.go(f"/desk/cases/{reference}").text.count("It is back") == 3


def test_a_running_duty_is_not_closed_by_the_way(desk: Desk, colleague: Colleague, reference: str) -> None:
    send_all(desk, colleague, reference)
    asking = colleague.go(together(reference, "close"))
    assert "A deadline of the platform still runs." in asking.text
    colleague.press("Close requests: 3", reason="wished")
    assert "Left as it is: A deadline of the platform still runs." in colleague.page.text

    colleague.go(together(reference, "close", "requests=1"))
    colleague.press("Close requests: 1", reason="wished", is_certain="y", note="By phone.")
    assert "Done for 1 of 1 requests." in colleague.page.text
    history = colleague.go(f"/desk/cases/{reference}/history").text
    assert "The request was closed. The person asked for it. By phone." in history


def test_reminders_are_made_and_recorded(desk: Desk, colleague: Colleague, reference: str, clock: TestClock) -> None:
    send_all(desk, colleague, reference)
    clock.move(days=10)
    colleague.sign_in_again(together(reference, "remind"))
    assert "It will be done for" in colleague.page.text
    made = len(colleague.page.root.findall(".//input[@name='requests']"))
    colleague.press(f"Make reminders: {made}")
    worker.run_left_jobs(desk.parts)
    colleague.go(together(reference, "reminded"))
    colleague.press(f"Record reminders as sent: {made}", **BY_FORM)

    assert f"Done for {made} of" in colleague.page.text
    assert colleague.go(f"/desk/cases/{reference}/history").text.count("A reminder was sent.") == made


def test_history_is_whole_after_one_of_many_was_refused(desk: Desk, colleague: Colleague, reference: str) -> None:
    colleague.go(together(reference, "letters"))
    colleague.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)
    colleague.go(together(reference, "sent"))
    colleague.press("Record as sent: 3", **BY_FORM, at="2020-01-01T10:00")

    assert "Done for 0 of 3 requests." in colleague.page.text
    assert "The request was sent." not in colleague.go(f"/desk/cases/{reference}/history").text


def send_one(desk: Desk, visitor: Colleague, reference: str) -> None:
    visitor.go(together(reference, "letters"))
    visitor.press("Prepare letters: 1")
    worker.run_left_jobs(desk.parts)
    visitor.go(together(reference, "sent"))
    visitor.press("Record as sent: 1", has_checked="y")


def test_an_answer_about_pasted_links_alone(desk: Desk, colleague: Colleague, reference: str) -> None:
    send_all(desk, colleague, reference)
    colleague.go(together(reference, "answer"))
    colleague.press("Log the same answer: 3", answer="refused", pasted="https://nobody.example/x", status=400)
    assert "Not a link of these requests: https://nobody.example/x" in colleague.page.errors
    item = colleague.go(f"/desk/cases/{reference}/requests/2")
    (link,) = [each.text for each in item.root.iter("p") if each.get("class") == "item-url"][:1]
    colleague.go(together(reference, "answer"))
    colleague.press("Log the same answer: 3", answer="refused", pasted=f"Their words: {link}")

    assert "Done for 1 of 3 requests." in colleague.page.text
    assert colleague.page.text.count("Left as it is: The answer is about none of its links.") == 2
    assert "They refuse" in colleague.go(f"/desk/cases/{reference}/requests/2").text


def test_what_a_letter_lacks_is_named_with_where_to_give_it(desk: Desk) -> None:
    reference = desk.add_case(country="", links="https://pictures.example.org/7", depiction=None)
    page = desk.visit("mira").go(together(reference, "letters"))

    left = [each for each in page.root.iter("li") if "asks for this" in "".join(each.itertext())]
    assert left
    for number, entry in enumerate(left, 1):
        hrefs = {each.get("href", "") for each in entry.iter("a")}
        assert f"/desk/cases/{reference}/requests/{number}/details" in hrefs


def test_a_postal_address_is_recorded_as_it_was_chosen(desk: Desk, colleague: Colleague, reference: str) -> None:
    colleague.go(together(reference, "letters"))
    colleague.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)
    page = colleague.go(together(reference, "sent"))
    (select,) = [each for each in page.root.iter("select") if each.get("name") == "door-1"]
    post = next(each.get("value", "") for each in select.iter("option") if "\n" in each.get("value", ""))
    typed: dict[str, Any] = {**BY_FORM, "door-1": post.replace("\n", "\r\n")}
    colleague.press("Record as sent: 3", has_checked="y", **typed)

    with desk.parts.sessions() as session:
        request = session.scalars(choose(Request).where(Request.number == 1)).one()
        assert request.channel is SendingChannel.POST
