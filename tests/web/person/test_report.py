"""The report from the first question to the receipt, as a browser without JavaScript goes through it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.services.cases import retention
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.pages import HEAVIEST, Visitor, weigh
from tests.web.person.journey import LINKS, answer, begin, go_to, hand_in, step_of, words_on


def test_the_whole_report_leads_to_a_receipt_with_the_words_of_the_start(visitor: Visitor) -> None:
    words = words_on(begin(visitor))
    go_to(visitor, "review")
    page = visitor.press("Hand it in")
    assert page.path == "/case/receipt"
    assert words_on(page) == words
    assert "not legal advice" in page.text


def test_the_receipt_as_a_file_holds_nothing_of_the_content(visitor: Visitor) -> None:
    words = words_on(hand_in(visitor))
    text = visitor.client.get(at("/case/receipt.txt")).text
    assert words in text
    rest = text.replace(words, "")  # one of the drawn words may well be or hold "work"
    for content in ("instagram", "Ana", "example.net", "work"):
        assert content not in rest


def test_the_words_are_gone_once_they_are_kept(visitor: Visitor) -> None:
    words = words_on(hand_in(visitor))
    assert visitor.press("I have kept it").path == "/case"
    assert visitor.go("/case/receipt").path == "/case"
    assert words not in visitor.page.answer.text


def test_every_page_of_the_report_is_light(visitor: Visitor) -> None:
    begin(visitor)
    while step_of(visitor.page) != "review":
        assert weigh(visitor) < HEAVIEST, visitor.page.path
        answer(visitor)
    assert weigh(visitor) < HEAVIEST


def test_every_question_can_be_skipped_but_a_place_is_needed_in_the_end(visitor: Visitor) -> None:
    begin(visitor)
    visitor.press("I have kept them")
    while step_of(visitor.page) != "review":
        labels = [" ".join("".join(each.itertext()).split()) for each in visitor.page.root.iter("button")]
        wanted = ("Skip this question", "Go on without it", "I have no links", "No, there is none", "Continue")
        visitor.press(next(one for one in wanted if one in labels))
    page = visitor.press("Hand it in", status=400)
    assert any("At least one link" in each for each in page.errors)
    assert page.links()[page.errors[0]].startswith("/p/22/")


def test_going_back_shows_the_answer_that_was_given(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "country")
    page = visitor.follow("Back")
    assert step_of(page) == "age"
    chosen = [each.get("value") for each in page.root.iter("input") if each.get("checked") is not None]
    assert chosen == ["no"]


def test_a_change_from_the_review_leads_back_to_the_review(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "review")
    visitor.follow("Change Why it should come down")
    page = visitor.press("Continue", explanation="Other words.")
    assert step_of(page) == "review"
    assert "Other words." in page.text


def test_a_change_that_opens_a_new_question_asks_it_first(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "review")
    visitor.follow("Change Country")
    assert step_of(visitor.press("Continue", country="CA")) == "state"


def test_a_child_is_shown_hotlines_before_any_detail(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "child", age={"under_18": "yes"}, country={"country": "GB"}, state={"subdivision": "ENG"})
    assert "Take It Down" in page.text
    assert "Report Remove" in page.text
    assert "no picture is uploaded" in page.text
    assert step_of(visitor.press("Go on with the report")) == "links"


def test_a_childs_report_can_be_handed_in_without_a_name_or_a_link(visitor: Visitor) -> None:
    begin(visitor)
    skipped: dict[str, dict[str, str]] = {"links": {"pasted": ""}, "name": {}, "statement": {}, "contact": {}}
    go_to(visitor, "review", age={"under_18": "yes"}, **skipped)
    assert visitor.press("Hand it in").path == "/case/receipt"


def test_a_threat_is_told_what_helps_and_is_asked_for_no_link(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "threat", online={"is_online": "no"})
    assert "Do not pay" in page.text
    assert "StopNCII" in page.text
    assert step_of(visitor.press("Keep a case")) == "contact"


def test_a_threat_is_told_what_the_police_can_do_and_that_no_link_is_needed(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "threat", country={"country": "GB"}, online={"is_online": "no"})
    assert "Sexual Offences Act 2003, s 66B" in page.text
    assert "A threat is enough" in page.text
    assert "tel:999" in page.links().values()
    for words in ("What to bring", "What to keep", "Keep the whole chat"):
        assert words in page.text


def test_a_threat_can_be_kept_as_a_case_without_letters(visitor: Visitor) -> None:
    page = hand_in(visitor, online={"is_online": "no"})
    assert page.path == "/case/receipt"
    assert "Nothing is online yet" in visitor.go("/case").text


def test_a_threat_in_australia_can_be_complained_of_in_the_shape_of_the_authoritys_form(visitor: Visitor) -> None:
    hand_in(visitor, country={"country": "AU"}, online={"is_online": "no"})
    page = visitor.go("/case")
    assert "See who takes a report of a threat" in page.text
    assert "Going to the police" in page.text
    assert "The fastest ways" not in page.text
    options = visitor.go("/case/complaints")
    assert "eSafety Commissioner" in options.text
    assert "open now" in options.text
    visitor.follow("Prepare this complaint")
    assert "eSafety" in visitor.page.text


def test_a_case_shows_the_fastest_ways_and_the_police_where_the_person_lives(visitor: Visitor) -> None:
    hand_in(visitor, country={"country": "IT"})
    text = visitor.go("/case").text
    assert "The fastest ways where you live" in text
    assert "Italian Garante, urgent report on intimate images" in text
    assert "Codice penale, art. 612-ter" in text


def test_germany_is_asked_for_its_land(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "state", country={"country": "DE"})
    assert "Bavaria" in page.text


def test_links_are_shown_back_by_platform_and_the_rest_with_its_reason(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    page = visitor.press("Add these links", pasted=LINKS + "\n@someone\n")
    assert "3 links found" in page.text
    for name in ("Instagram", "X (Twitter)", "example.org", "@someone"):
        assert name in page.text


def test_a_link_can_be_taken_out_and_a_text_put_away(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted=LINKS + "\n@someone\n")
    assert "2 links found" in visitor.press("Take out").text
    assert "@someone" not in visitor.press("Put away").text


def test_what_was_done_to_a_link_is_said_beside_it_and_own_words_are_kept(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    wrapped = "https://l.facebook.com/l.php?u=https%3A%2F%2Ftube-site.com%2Fv%2F1"
    pasted = f"{wrapped}\nhttps://bit.ly/3abcdE\nI found it last week\nhttps://www.instagram.com/\n"
    page = visitor.press("Add these links", pasted=pasted)
    for sentence in (
        "https://tube-site.com/v/1 We took this out of a longer address",
        f"You pasted: {wrapped}",
        "Open it and add the address it leads to",
        "this is the front page of a whole site",
        "We keep these as notes.",
        "I found it last week",
    ):
        assert sentence in " ".join(page.text.split()), sentence


def test_own_words_can_be_put_away_without_what_stands_before_them(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="I found it last week\n@someone\n")
    page = visitor.press("Put away")  # the first button is that of the question, which stands second in the report
    assert "@someone" not in page.text
    assert "I found it last week" in page.text


def test_what_was_not_understood_stays_when_more_is_pasted(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="@someone")
    assert "@someone" in visitor.press("Add these links", pasted="https://x.com/a/status/2").text


def test_places_without_a_link_have_blank_rows_and_more_on_demand(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "places")
    assert page.text.count("Which app or site") == 3
    typed: dict[str, Any] = {"places-0-platform": "Telegram", "places-0-text": "a group"}
    page = visitor.press("Add another place", **typed)
    assert page.text.count("Which app or site") == 6
    assert "Telegram" in page.answer.text
    page = go_to(visitor, "review")
    assert "Telegram: a group" in page.text


def test_a_place_needs_the_name_of_its_app(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "places")
    typed: dict[str, Any] = {"places-0-text": "a group"}
    page = visitor.press("Continue", status=400, **typed)
    assert "Say which app or site" in page.errors[0]
    assert "a group" in page.answer.text


def test_a_law_that_needs_an_address_is_named(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "address")
    assert "Harmful Digital Communications" in page.text


def test_the_page_of_the_name_says_which_law_wants_one(visitor: Visitor) -> None:
    begin(visitor)
    assert "These laws want a name" in go_to(visitor, "name").text


def test_another_browser_does_not_see_the_draft(app: Flask, visitor: Visitor) -> None:
    begin(visitor)
    assert Visitor(app).go("/report/who").path == "/return"


def test_a_step_that_is_not_on_the_way_leads_to_the_one_that_is(visitor: Visitor) -> None:
    begin(visitor)
    for path in ("/report/threat", "/report/upload"):
        assert step_of(visitor.go(path)) == "start"


def test_a_draft_is_there_for_seven_days_and_then_opens_no_more(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    words = words_on(begin(visitor))
    visitor.client.get("/leave")
    clock.move(days=6)
    visitor.go("/return")
    visitor.press("Go on", words=words)
    visitor.client.get("/leave")
    clock.move(days=2)
    with app.app_context():
        assert retention.run(parts().sessions, now=clock.now, ports=parts().ports).gone == 1
    visitor.go("/return")
    visitor.press("Go on", status=400, words=words)


def test_a_draft_may_stay_in_the_browser_for_days_but_a_case_may_not(visitor: Visitor) -> None:
    visitor.go("/report")
    visitor.press("Begin", keep="y")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age == 7 * 24 * 60 * 60
    go_to(visitor, "review")
    visitor.press("Hand it in")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age is None
