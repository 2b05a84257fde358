"""What a browser keeps of a person's pages: numbers, whatever they did; and an old address tells nobody anything."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from portal.domain.intake import StepId
from portal.domain.lifecycle import LetterKind
from portal.web.blueprints import PERSON
from portal.web.converters import LetterConverter, StepConverter
from portal.web.person.addresses import NEUTRAL, ONCE, PUBLISHED, ROOT
from tests.web.addresses import at
from tests.web.pages import OWN_PAGE, Visitor
from tests.web.person.journey import STATEMENT, hand_in
from tests.web.world import Caller, World, make_world

NUMBERS_ONLY = re.compile(
    r"/p(/\d+|/<(int:number|int:letter_number|step:step|letter:kind|letter:paper|topic:topic|option)>)*"
)
ASKED = re.compile(r"/p(/\d+|/6/[0-9a-f]{16})*")
# What stood in a history before, what stands there now, and what nobody ever had.
OLD = """
    /case /case/erase /case/complaints/new/us-take-it-down/us-ftc /case/never /report/harm /report/never /erased /p
    /p/19 /p/6/0123456789abcdef /p/22/13 /p/22/99 /p/4/1 /p/4/1/9/2 /p/99 /p/99/ /p/never
    /p/4/1000001 /p/4/9999999999999999999999 /p/4/1/9/77 /case/letters/1.pdf
"""
OPEN_PAGES = (
    "/case /case/requests/1 /case/requests/1/details /case/links /case/words /case/complaints /case/ways /case/mail"
)


def test_every_address_of_a_persons_pages_is_published_or_a_number(app: Flask) -> None:
    names = {blueprint.name for blueprint in PERSON}
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    assert len(rules) > 60
    assert [rule for rule in rules if rule not in {*PUBLISHED, *ONCE} and not NUMBERS_ONLY.fullmatch(rule)] == []


def test_no_number_stands_for_two_pages_and_every_word_has_one() -> None:
    assert len(set(NEUTRAL.values())) == len(NEUTRAL)
    assert set(StepConverter.numbers) == set(StepId)
    assert set(LetterConverter.numbers) == set(LetterKind)
    for numbers in (StepConverter.numbers, LetterConverter.numbers):
        assert len(set(numbers.values())) == len(numbers)


def test_a_whole_report_and_its_case_leave_only_numbers_behind(visitor: Visitor) -> None:
    hand_in(visitor)
    visitor.press("I wrote them down")
    for name in OPEN_PAGES.split():
        visitor.go(name)
    visitor.go("/case/complaints")
    visitor.go("/case/requests/1")
    visitor.follow("Make the letter")
    visitor.press("Make the letter", **STATEMENT)
    paths = {step.request.path for page in visitor.seen for step in (*page.answer.history, page.answer)}
    assert len(paths) > 18
    assert {path for path in paths if not ASKED.fullmatch(path)} == {"/report"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    with make_world(tmp_path_factory.mktemp("addresses")) as made:
        return made


@pytest.mark.parametrize("path", OLD.split())
def test_an_old_address_answers_everybody_who_has_nothing_open_alike(world: World, path: str) -> None:
    """Whether it is a page, was one, or never was; whether the case of this browser is over, or there never was one."""
    usual = world.app.test_client().get("/p/1")
    for cookie in ("", "A" * 43, world.cookies[Caller.ADVOCATE]):
        client = world.app.test_client()
        if cookie:
            client.set_cookie("session", cookie)
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"], answer.data) == (303, "/return", usual.data)
        assert set(answer.headers.keys()) - {"Set-Cookie"} == set(usual.headers.keys()) - {"Set-Cookie"}
        posted = client.post(path, headers=OWN_PAGE)
        assert posted.status_code == world.app.test_client().post("/p/1", headers=OWN_PAGE).status_code
    assert "Enter your six words to go on" not in world.app.test_client().get(path, follow_redirects=True).text


def test_whoever_has_a_case_open_is_led_to_it_from_an_old_address(world: World) -> None:
    for path in ("/case", "/case/erase", "/report/harm", "/erased", "/p/99"):
        client = world.app.test_client()
        client.set_cookie("session", world.cookies[Caller.PERSON])
        assert client.get(path).headers["Location"] == at("/case")


def test_the_address_of_a_complaint_tells_no_law_and_fits_one_case_only(world: World) -> None:
    assert re.fullmatch("[0-9a-f]{16}", world.option)
    assert world.ask(Caller.PERSON, "GET", f"{ROOT}/6/{world.option}").status_code == 200
    assert world.ask(Caller.PERSON, "GET", f"{ROOT}/6/{'0' * 16}").status_code == 404
