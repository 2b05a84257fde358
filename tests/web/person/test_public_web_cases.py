"""The cases of `tests/data/public-cases.yaml` that are about pages, each played on the page it names.

Those about files are in `tests/web/test_documents.py`, those about authorities in `tests/web/open/test_territories.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask

from portal.adapters.mail import read_address
from portal.adapters.papers.fonts import _is_drawn, faces_of, name_undrawn
from portal.domain.letters.blocks import Paragraph, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.phrases import English
from portal.web.fields import read_day
from portal.web.person.forms.mail import MailAddressForm
from tests.letters.samples import notice
from tests.public.test_public_cases import CASES
from tests.web.conftest import TestClock
from tests.web.pages import Page, Visitor
from tests.web.person.journey import SAVE, STATEMENT, add_facts, begin, go_to, save_report, step_of

WEB: Mapping[str, Mapping[str, Any]] = MappingProxyType({case["id"]: case for case in CASES if case["kind"] == "web"})
# Played where such cases are played: authorities of territories, and files that are handed in.
ELSEWHERE = frozenset(
    {"web-authorities-ax", "web-authorities-nf", "web-authorities-gi"}
    | {"web-upload-mbox", "web-upload-no-words", "web-upload-umlaut-words"}
)
Play = Callable[[Visitor, TestClock, Mapping[str, Any]], None]
PLAYS: dict[str, Play] = {}
FACTS_PAGE = "/case/facts"
MARKS = "\u202b\u202c"
STATED: dict[str, Any] = {
    "said_no_consent": "y",
    "said_good_faith": "y",
    "said_accuracy": "y",
    "signature": "Ana Exemplar",
}


def plays(*ids: str) -> Callable[[Play], Play]:
    def note(play: Play) -> Play:
        PLAYS.update(dict.fromkeys(ids, play))
        return play

    return note


@pytest.mark.parametrize("case_id", sorted(WEB.keys() - ELSEWHERE))
def test_a_page_answers_as_the_case_says(visitor: Visitor, clock: TestClock, case_id: str) -> None:
    PLAYS[case_id](visitor, clock, WEB[case_id]["input"])


def come_to(visitor: Visitor, step: str, **changes: dict[str, str]) -> Page:
    begin(visitor)
    return go_to(visitor, step, **changes)


def come_to_facts(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """The page on which the day and the name are given now: once the report is saved."""
    save_report(visitor, **changes)
    return visitor.go(FACTS_PAGE)


def come_to_authority(visitor: Visitor) -> Page:
    """The step that takes a day in three boxes."""
    return come_to(visitor, "authority", who={"filer": "representative"})


def type_end(visitor: Visitor, words: str, *, status: int = 200) -> Page:
    """A day in its three boxes, beside what is asked with it."""
    names = ("authority_ends_on-day", "authority_ends_on-month", "authority_ends_on-year")
    boxes: dict[str, Any] = dict(zip(names, words.split(), strict=True))
    return visitor.press("Continue", status=status, authority="She asked me.", **boxes)


@plays("web-today-refused-nz", "web-yesterday-nz")
def play_own_day(visitor: Visitor, clock: TestClock, given: Mapping[str, Any]) -> None:
    clock.now = datetime(2026, 11, 29, 21, 21, tzinfo=UTC)
    come_to_facts(visitor, country={"country": given["country"]})
    assert visitor.press("Save", found_words=given["day"]).path == "/case"


@plays("web-today-refused-statement")
def play_statement(visitor: Visitor, clock: TestClock, given: Mapping[str, Any]) -> None:
    """The person's own today is taken in numbers and as a word; her tomorrow is not."""
    clock.now = datetime(2026, 11, 29, 21, 21, tzinfo=UTC)
    save_report(visitor)
    for words, status in (("today", 200), ("30 11 2026", 200), ("1 12 2026", 400)):
        visitor.go(given["page"])
        visitor.press("Save", status=status, found_words=words)


@plays("web-arabic-digits", "web-month-word")
def play_day_taken(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to_authority(visitor)
    assert step_of(type_end(visitor, given["day"])) != "authority"
    assert "20 November 2026" in go_to(visitor, "review").text
    visitor.press(SAVE)
    visitor.go(FACTS_PAGE)
    assert visitor.press("Save", found_words=given["day"]).path == "/case"
    assert f'value="{given["day"]}"' in visitor.go(FACTS_PAGE).answer.text


@plays("web-buddhist-year")
def play_year_ahead(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to_authority(visitor)
    (told,) = type_end(visitor, given["day"], status=400).errors
    assert type_end(visitor, "20 11 2026").status == 200
    go_to(visitor, "review")
    visitor.press(SAVE)
    visitor.go(FACTS_PAGE)
    (told_too,) = visitor.press("Save", status=400, found_words=given["day"]).errors
    assert told == told_too
    assert "2569" in told
    assert "lies ahead" in told


@plays("web-impossible-day")
def play_impossible_day(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to_authority(visitor)
    assert "not in the calendar" in type_end(visitor, given["day"], status=400).errors[0]
    type_end(visitor, "20 11 2026")
    go_to(visitor, "review")
    visitor.press(SAVE)
    visitor.go(FACTS_PAGE)
    assert "not in the calendar" in visitor.press("Save", status=400, found_words=given["day"]).errors[0]


@plays("web-kosovo")
def play_kosovo(visitor: Visitor, _clock: TestClock, _given: Mapping[str, Any]) -> None:
    page = come_to(visitor, "country")
    assert "XK" in {each.get("value") for each in page.root.iter("option")}
    assert "Kosovo" in visitor.go("/authorities?country=XK").text


@plays("web-emoji-own-words", "web-heart-symbol")
def play_own_words(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    save_report(visitor)
    add_facts(visitor, explanation=given["text"])
    make_letter(visitor)


@plays("web-odia-name", "web-dhivehi-name")
def play_name_in_a_letter(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    save_report(visitor)
    add_facts(visitor, name=given["text"])
    make_letter(visitor, signature=given["text"])


def make_letter(visitor: Visitor, **typed: Any) -> None:
    """The first letter is made, and is a PDF."""
    visitor.go("/case/requests/1/letter/notice")
    page = visitor.press("Make the letter", **dict[str, Any](STATEMENT, **typed))
    address = next(href for words, href in page.links().items() if words.startswith("Download (PDF)"))
    assert visitor.client.get(address).data.startswith(b"%PDF-")


@plays("web-names-scripts")
def play_names(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    save_report(visitor)
    for name in given["text"]:
        add_facts(visitor, name=name)
        assert f'value="{name}"' in visitor.go(FACTS_PAGE).answer.text
        assert f'value="{name}"' in visitor.go("/case/requests/1/details").answer.text


@plays("web-name-direction-marks")
def play_direction_marks(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    save_report(visitor)
    add_facts(visitor, name=given["text"])
    pages = [visitor.go(FACTS_PAGE), visitor.go("/case/requests/1/details")]
    visitor.press("Save", name=given["text"])
    pages.append(visitor.go("/case/requests/1/details"))
    for page in pages:
        assert f'value="{given["text"].strip(MARKS)}"' in page.answer.text
        assert not set(MARKS) & set(page.answer.text)


@plays("web-mail-trailing-comma")
def play_comma(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    visitor.press("Continue", email=given["text"])
    assert 'value="ana@example.net"' in visitor.go("/report/contact").answer.text
    for path in give_address(visitor, given["text"]):
        assert 'value="ana@example.net"' in visitor.go(path).answer.text


@plays("web-mail-idn")
def play_idn(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    assert step_of(visitor.press("Continue", email=given["text"])) != "contact"
    for path in give_address(visitor, given["text"]):
        assert f'value="{given["text"]}"' in visitor.go(path).answer.text
    with visitor.app.test_request_context(method="POST", data={"address": given["text"]}):
        assert MailAddressForm(meta={"csrf": False}).validate()


def give_address(visitor: Visitor, address: str) -> tuple[str, str]:
    """From the report to the pages of the case that take an address, which are returned."""
    pages = (FACTS_PAGE, "/case/requests/1/details")
    go_to(visitor, "review")
    visitor.press(SAVE)
    for path in pages:
        visitor.go(path)
        visitor.press("Save", email=address)
    return pages


@plays("web-mail-angle")
def play_angle(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "contact")
    assert visitor.press("Continue", status=400, email=given["text"]).errors
    visitor.press("Continue", email="ana@example.net")
    go_to(visitor, "review")
    visitor.press(SAVE)
    for path in (FACTS_PAGE, "/case/requests/1/details"):
        visitor.go(path)
        assert visitor.press("Save", status=400, email=given["text"]).errors


@plays("web-short-link-alone")
def play_short_link(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    come_to(visitor, "links")
    page = visitor.press("Add these links", pasted=given["text"])
    assert "short link" in page.text
    assert "add the address" in page.text


def test_every_case_is_played() -> None:
    assert PLAYS.keys() | ELSEWHERE == WEB.keys()


@pytest.mark.parametrize("text", ["ཚེ་རིང", "ᏣᎳᎩ", "ߒߞߏ", "𞤀𞤣𞤤𞤢𞤥", "ᠮᠣᠩᠭᠣᠯ", "ᐃᓄᒃᑎᑐᑦ", "ⵜⴰⵎⴰⵣⵉⵖⵜ"])
def test_a_name_in_any_living_script_is_drawn(text: str) -> None:
    faces = faces_of("en")
    assert [sign for sign in text if not _is_drawn(ord(sign), faces)] == []


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("I cry 😢 now", "I cry [crying face] now"),
        ("👍🏽", "👍"),
        ("🤞🏿 please", "[hand with index and middle fingers crossed] please"),
        ("½ ₹ ✓", "½ ₹ ✓"),
    ],
)
def test_a_picture_that_no_font_draws_is_written_out(typed: str, written: str) -> None:
    letter = replace(build_letter(notice(), English()), blocks=(Paragraph(text=typed),))
    assert plain_text(name_undrawn(letter))[0] == written


@pytest.mark.parametrize(
    ("typed", "want"),
    [
        (("٢٠", "١١", "٢٠٢٦"), date(2026, 11, 20)),
        (("२०", "११", "२०२६"), date(2026, 11, 20)),
        (("20", "nov.", "2026"), date(2026, 11, 20)),
        (("1", "May", "2026"), date(2026, 5, 1)),
        (("1", "DECEMBER", "2026"), date(2026, 12, 1)),
    ],
)
def test_a_day_is_read_as_people_write_it(app: Flask, typed: tuple[str, str, str], want: date) -> None:
    with app.test_request_context():
        assert read_day(dict(zip(("day", "month", "year"), typed, strict=True))) == want


@pytest.mark.parametrize(("year", "told"), [("1405", "long ago"), ("5787", "lies ahead"), ("26", "four numbers")])
def test_a_year_of_another_calendar_is_told_what_to_write(app: Flask, year: str, told: str) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match=told):
        read_day({"day": "1", "month": "2", "year": year})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ana@example.net,", "ana@example.net"),
        (" ana@example.net; ", "ana@example.net"),
        ("<ana@example.net>", "ana@example.net"),
        ("\u2068ana@example.net\u2069", "ana@example.net"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_read_as_it_was_copied(app: Flask, typed: str, read: str) -> None:
    with app.test_request_context(method="POST", data={"address": typed}):
        form = MailAddressForm(meta={"csrf": False})
        assert form.validate()
        assert read_address(form.address.data) == read


@pytest.mark.parametrize("typed", ["", "ana", "a@b@example.net", "ána@example.net", "ana@example.net, bo@example.net"])
def test_what_is_no_address_is_refused(app: Flask, typed: str) -> None:
    with app.test_request_context(method="POST", data={"address": typed}):
        assert not MailAddressForm(meta={"csrf": False}).validate()
