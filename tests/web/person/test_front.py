"""The front page, first help, coming back, leaving."""

from __future__ import annotations

from tests.web.pages import Visitor, weigh
from tests.web.person.journey import begin, go_to, step_of, words_on


def test_the_front_page_shows_three_ways_and_asks_for_no_picture(visitor: Visitor) -> None:
    page = visitor.go("/")
    for way in ("/report", "/return", "/help"):
        assert way in page.links().values()
    assert "We never ask for the picture" in page.text
    assert "can’t clean the whole internet" in page.text
    assert "It is free." in page.text
    assert "runs this site" in page.text


def test_the_front_page_begins_no_session(visitor: Visitor) -> None:
    visitor.go("/")
    assert "Set-Cookie" not in visitor.page.answer.headers


def test_every_page_can_be_left_by_a_plain_link(visitor: Visitor) -> None:
    for path in ("/", "/help", "/return", "/report"):
        assert visitor.go(path).links()["Leave this page"] == "/leave"


def test_leaving_ends_the_session_and_goes_elsewhere(visitor: Visitor) -> None:
    begin(visitor)
    answer = visitor.client.get("/leave")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://")
    assert visitor.go("/report/who").path == "/return"


def test_first_help_names_people_who_help_with_numbers_to_press(visitor: Visitor) -> None:
    page = visitor.go("/help")
    assert "StopNCII" in page.text
    assert "Don’t pay" in page.text
    assert "day and night" in page.text
    assert "tel:116123" in page.links().values()
    assert "could not check" not in page.text


def test_somebody_to_talk_to_stands_beside_what_is_said_of_threats(visitor: Visitor) -> None:
    html = visitor.go("/help").answer.text
    beside = html[html.index("If someone threatens you") : html.index("Stop copies before they spread")]
    assert "https://findahelpline.com" in beside


def test_first_help_shows_the_police_and_the_fastest_ways_of_a_country(visitor: Visitor) -> None:
    assert "Police: what you can report" not in visitor.go("/help").text
    page = visitor.go("/help?country=AU")
    assert "tel:000" in page.links().values()
    assert "s 474.17A" in page.text
    assert "eSafety image-based abuse scheme" in page.text
    assert "Police: what you can report" not in visitor.go("/help?country=ZZ").text


def test_the_words_lead_back_to_the_draft(visitor: Visitor) -> None:
    words = words_on(begin(visitor))
    go_to(visitor, "age")
    visitor.client.get("/leave")
    visitor.go("/return")
    page = visitor.press("Go on", words=f"  {words.upper().replace(' ', ', ')} ")
    assert step_of(page) == "age"


def test_a_mistyped_word_is_named_with_words_that_look_alike(visitor: Visitor) -> None:
    words = words_on(begin(visitor)).split()
    visitor.client.get("/leave")
    visitor.go("/return")
    page = visitor.press("Go on", status=400, words=" ".join([words[0] + "x", *words[1:]]))
    assert "Word 1" in page.errors[0]
    assert words[0] in page.errors[0]


def test_words_that_open_nothing_say_so_and_stay_on_the_page(visitor: Visitor) -> None:
    visitor.go("/return")
    page = visitor.press("Go on", status=400, words="abacus abdomen abdominal abide abiding ability")
    assert "could not find a case" in page.errors[0]
    assert "abacus abdomen" in page.answer.text


def test_too_few_words_are_counted(visitor: Visitor) -> None:
    visitor.go("/return")
    assert "You wrote 2" in visitor.press("Go on", status=400, words="abacus abdomen").errors[0]


def test_a_page_that_is_not_there_is_a_page_too(visitor: Visitor) -> None:
    assert "not here" in visitor.go("/nowhere", status=404).heading


def test_the_first_pages_are_light(visitor: Visitor) -> None:
    for path in ("/", "/help", "/return", "/report"):
        visitor.go(path)
        assert weigh(visitor) < 60_000, path
