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

from portal.adapters.fonts import _is_drawn, faces_of, name_undrawn
from portal.adapters.mail import read_address
from portal.domain.letters.blocks import Paragraph, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.phrases import English
from portal.web.fields import read_day
from portal.web.person.forms.mail import MailAddressForm
from portal.web.person.forms.reach import ContactForm
from tests.letters.samples import notice
from tests.public.test_public_cases import CASES
from tests.web.conftest import TestClock
from tests.web.pages import Page, Visitor
from tests.web.person.journey import begin, go_to, hand_in, step_of

WEB: Mapping[str, Mapping[str, Any]] = MappingProxyType({case["id"]: case for case in CASES if case["kind"] == "web"})
# Played where such cases are played: authorities of territories, and files that are handed in.
ELSEWHERE = frozenset(
    {"web-authorities-ax", "web-authorities-nf", "web-authorities-gi"}
    | {"web-upload-mbox", "web-upload-no-words", "web-upload-umlaut-words"}
)
Play = Callable[[Visitor, TestClock, Mapping[str, Any]], None]
PLAYS: dict[str, Play] = {}


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
    make_letter(visitor)


@plays("web-odia-name", "web-dhivehi-name")
def play_name_in_a_letter(visitor: Visitor, _clock: TestClock, given: Mapping[str, Any]) -> None:
    name = {"name_kind": "legal", "name": given["text"]}
    signed = {"states_no_consent": "y", "states_good_faith": "y", "states_accuracy": "y", "signature": given["text"]}
    hand_in(visitor, name=name, statement=signed)
    make_letter(visitor)


def make_letter(visitor: Visitor) -> None:
    """The first letter is made, and is a PDF."""
    visitor.go("/case/requests/1")
    page = visitor.press("Make the letter")
    address = next(href for words, href in page.links().items() if words.startswith("Download (PDF)"))
    assert visitor.client.get(address).data.startswith(b"%PDF-")


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
    assert step_of(visitor.press("Continue", contact_by="email", email=given["text"])) == "address"
    assert MailAddressForm.address.kwargs["validators"][-1] is ContactForm.email.kwargs["validators"][-1]
    with visitor.app.test_request_context(method="POST", data={"address": given["text"]}):
        assert MailAddressForm(meta={"csrf": False}).validate()


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
