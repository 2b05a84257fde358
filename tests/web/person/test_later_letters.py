"""Letters after the first one, and papers against a threat, as a person makes them and writes down that they left."""

from __future__ import annotations

import pytest

from tests.letters.reading import read_text
from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import save_report, words_on
from tests.web.person.test_case import REFUSED, send_request


def read_paper(visitor: Visitor, label: str = "Download (PDF)") -> str:
    address = [href for words, href in visitor.page.links().items() if words.startswith(label)][-1]
    return read_text(visitor.client.get(address).data)


@pytest.fixture
def threatened(visitor: Visitor) -> Visitor:
    """A case in which nothing is online, on the case page."""
    save_report(visitor, online={"is_online": "no"}, links={"pasted": ""})
    assert words_on(visitor.page)
    visitor.press("I wrote them down")
    return visitor


def test_a_threats_papers_are_offered_on_the_case_and_ask_only_what_they_need(threatened: Visitor) -> None:
    threatened.follow("Papers against the threat")
    threatened.follow("Make a sheet for the police")
    names = {each.get("name") for each in threatened.page.root.iter() if each.tag in {"input", "textarea"}}
    assert names - {"csrf_token"} == {"accounts", "threatened_on", "threat"}
    page = threatened.press("Make the sheet", status=400)
    assert page.errors == ["Type at least one account, number or address."]
    threatened.press("Make the sheet", accounts="@night.clips\n+64 20 0000 1", threat="He says he will post it.")
    assert "The paper is ready" in threatened.page.text
    text = read_paper(threatened)
    for expected in ("@night.clips", "+64 20 0000 1", "He says he will post it.", "Record this report"):
        assert expected in text
    notes = threatened.go("/case/letters/1/notes").text
    assert "Take the PDF to the police." in notes
    assert "It goes to" not in notes
    assert "What you wrote in your own words" in notes
    assert "tell your name" not in notes  # the sheet says nothing of it, so its notes claim nothing


def test_the_letter_to_keep_evidence_goes_to_the_platform_that_is_meant_and_is_recorded(
    threatened: Visitor, clock: TestClock
) -> None:
    threatened.follow("Papers against the threat")
    threatened.follow("Write to the app or site")
    assert threatened.press("Make the letter", accounts="@x", status=400).errors == [
        "Type the name of the app or site, such as Instagram."
    ]
    threatened.press("Make the letter", accounts="@x", recipient="insta")
    text = read_paper(threatened)
    assert "Instagram" in text
    assert "insta " not in text
    clock.move(minutes=10)
    threatened.follow("I sent it letter 1")
    threatened.press("Save", channel="form", proof="ticket", status=400)
    threatened.press("Save", channel="form", proof="ticket", ticket="IG-9")
    assert "An authority will see that you sent it." in threatened.page.text
    assert "sent" in threatened.go("/case/threat").text
    assert "A further letter was sent." in threatened.go("/case/history").text


def test_an_answer_to_a_refusal_is_recorded_with_its_door_and_proof(visitor: Visitor, clock: TestClock) -> None:
    save_report(visitor)
    visitor.press("I wrote them down")
    send_request(visitor)
    clock.move(minutes=10)
    visitor.follow("They answered")
    visitor.press("Save", **REFUSED)
    visitor.follow("A search engine")
    assert visitor.press("Make the letter", status=400).errors == [
        "Type the name of the company, so that the letter goes to it."
    ]
    visitor.go("/case/requests/1")
    visitor.follow("They say it doesn’t break their rules")
    visitor.press("Make the letter", given="It shows my body.")
    clock.move(minutes=5)
    visitor.follow("I sent it letter 2")
    page = visitor.press("Save", status=400, channel="", proof="")
    assert len(page.errors) == 2
    visitor.press("Save", channel="email", address="appeals@example.com", proof="confirmation", confirmation="Got it.")
    assert "Answer to the platform, sent:" in visitor.page.text
    assert "I sent it letter 2" not in visitor.page.links()


def test_other_kinds_of_letters_have_no_page_there(threatened: Visitor) -> None:
    threatened.go("/case/threat/notice", status=404)
    threatened.go("/case/letters/1/sent", status=404)
