"""The cases of `tests/data/public-cases.yaml` that are about pages, each played on the page it names.

Cases of a file are played with the file's own case of the kind `upload`; those about authorities are in
`tests/web/open/test_territories.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from tests.public.test_public_cases import CASES, PICTURE, make_file
from tests.web.conftest import TestClock
from tests.web.pages import Page, Visitor
from tests.web.person.journey import begin, go_to, hand_in, step_of

WEB: Mapping[str, Mapping[str, Any]] = MappingProxyType({case["id"]: case for case in CASES if case["kind"] == "web"})
FILES = {case["id"]: case["input"] for case in CASES if case["kind"] == "upload"}
ELSEWHERE = {"web-authorities-ax", "web-authorities-nf", "web-authorities-gi"}
Play = Callable[[Visitor, TestClock, Mapping[str, Any]], None]
PLAYS: dict[str, Play] = {}


def plays(*ids: str) -> Callable[[Play], Play]:
    def note(play: Play) -> Play:
        PLAYS.update(dict.fromkeys(ids, play))
        return play

    return note


@pytest.mark.parametrize("case_id", sorted(WEB))
def test_a_page_answers_as_the_case_says(visitor: Visitor, clock: TestClock, case_id: str) -> None:
    if case_id in ELSEWHERE:
        assert WEB[case_id]["fault"] == "territory-of-a-country"  # played in tests/web/open/test_territories.py
        return
    PLAYS[case_id](visitor, clock, WEB[case_id]["input"])


def come_to(visitor: Visitor, step: str, **changes: dict[str, str]) -> Page:
    begin(visitor)
    return go_to(visitor, step, **changes)


def type_day(visitor: Visitor, words: str, *, status: int = 200) -> Page:
    """A day in its three boxes."""
    names = ("found_on-day", "found_on-month", "found_on-year")
    return visitor.press("Continue", status=status, **dict(zip(names, words.split(), strict=True)))


@plays("web-today-refused-nz", "web-yesterday-nz")
def play_own_day(visitor: Visitor, clock: TestClock, given: Mapping[str, Any]) -> None:
    clock.now = datetime(2026, 11, 29, 21, 21, tzinfo=UTC)
    come_to(visitor, "found", country={"country": given["country"]})
    assert step_of(type_day(visitor, given["day"])) == "harm"


@plays("web-today-refused-statement")
def play_statement(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    """There is no day to type on that page, so none can be refused."""
    hand_in(visitor)
    page = visitor.go(given["page"])
    assert not [each for each in page.root.iter("input") if "day" in each.get("name", "")]


@plays("web-arabic-digits", "web-month-word")
def play_day_taken(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "found")
    assert step_of(type_day(visitor, given["day"])) == "harm"
    assert "20 November 2026" in go_to(visitor, "review").text


@plays("web-buddhist-year")
def play_year_ahead(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "found")
    (told,) = type_day(visitor, given["day"], status=400).errors
    assert "2569" in told
    assert "lies ahead" in told


@plays("web-impossible-day")
def play_impossible_day(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "found")
    assert "not in the calendar" in type_day(visitor, given["day"], status=400).errors[0]


@plays("web-kosovo")
def play_kosovo(visitor: Visitor, _clock: TestClock, _given: Mapping[str, Any]) -> None:
    page = come_to(visitor, "country")
    assert "XK" in {each.get("value") for each in page.root.iter("option")}
    assert "Kosovo" in visitor.go("/authorities?country=XK").text


@plays("web-emoji-own-words", "web-heart-symbol")
def play_own_words(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    hand_in(visitor, harm={"explanation": given["text"]})
    make_every_letter(visitor)


@plays("web-odia-name", "web-dhivehi-name")
def play_name_in_a_letter(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    name = {"name_kind": "legal", "name": given["text"]}
    signed = {"states_no_consent": "y", "states_good_faith": "y", "states_accuracy": "y", "signature": given["text"]}
    hand_in(visitor, name=name, statement=signed)
    make_every_letter(visitor)


def make_every_letter(visitor: Visitor) -> None:
    """Each request's letter is made and is a PDF."""
    from tests.web.person.letters import read_letter

    assert read_letter(visitor).startswith(b"%PDF")


@plays("web-names-scripts")
def play_names(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "name")
    for name in given["text"]:
        go_back = visitor.page.path
        assert step_of(visitor.press("Continue", name_kind="legal", name=name)) == "statement"
        assert name in visitor.go(go_back).answer.text


@plays("web-name-direction-marks")
def play_direction_marks(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "name")
    visitor.press("Continue", name_kind="legal", name=given["text"])
    shown = visitor.go("/report/name").answer.text
    assert given["text"].strip("\u202b\u202c") in shown
    assert "\u202b" not in shown
    assert "\u202c" not in shown


@plays("web-mail-trailing-comma")
def play_comma(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    visitor.press("Continue", contact_by="email", email=given["text"])
    assert 'value="ana@example.net"' in visitor.go("/report/contact").answer.text


@plays("web-mail-idn")
def play_idn(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    in_report = visitor.client.get("/")  # keeps the session; both pages are asked below
    assert in_report.status_code in {200, 302}
    page = visitor.press("Continue", status=400, contact_by="email", email=given["text"])
    (told,) = page.errors
    other = Visitor(visitor.app)
    hand_in(other)
    other.go("/case/mail")
    assert other.press("Save", status=400, address=given["text"]).errors[0] == told


@plays("web-mail-angle")
def play_angle(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    assert visitor.press("Continue", status=400, contact_by="email", email=given["text"]).errors


@plays("web-short-link-alone")
def play_short_link(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "links")
    page = visitor.press("Add these links", pasted=given["text"])
    assert "short link" in page.text
    assert "add the address" in page.text


@plays("web-upload-mbox", "web-upload-no-words", "web-upload-umlaut-words")
def play_upload(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    hand_in(visitor)
    content = make_file(FILES[given["file"]])
    visitor.go("/case/documents")
    page = visitor.press("Add this file", document=(io.BytesIO(content), "answer.eml"))  # type: ignore[arg-type]
    assert page.status == 200
    assert not PICTURE.search(page.answer.data)
