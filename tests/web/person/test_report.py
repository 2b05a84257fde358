"""The report from the first question to the receipt, as a browser without JavaScript goes through it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.services.cases import retention
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.pages import HEAVIEST, Visitor, weigh
from tests.web.person.journey import (
    LINKS,
    SAVE,
    add_facts,
    answer,
    begin,
    go_to,
    save_report,
    step_of,
    words_on,
)


def test_the_whole_report_leads_to_a_receipt_with_the_words_of_the_start(visitor: Visitor) -> None:
    words = words_on(begin(visitor))
    go_to(visitor, "review")
    page = visitor.press(SAVE)
    assert page.path == "/case/receipt"
    assert words_on(page) == words
    assert "not legal advice" in page.text


def test_the_receipt_as_a_file_holds_nothing_of_the_content(visitor: Visitor) -> None:
    words = words_on(save_report(visitor))
    text = visitor.client.get(at("/case/receipt.txt")).text
    assert words in text
    rest = text.replace(words, "")  # one of the drawn words may well be or hold "work"
    for content in ("instagram", "Ana", "example.net", "work"):
        assert content not in rest


def test_the_words_are_gone_once_they_are_kept(visitor: Visitor) -> None:
    words = words_on(save_report(visitor))
    assert visitor.press("I wrote them down").path == "/case"
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
    visitor.press("I wrote them down")
    while step_of(visitor.page) != "review":
        labels = [" ".join("".join(each.itertext()).split()) for each in visitor.page.root.iter("button")]
        wanted = ("Skip this question", "Go on without an address", "I have no link", "I don’t know where it is")
        visitor.press(next(one for one in wanted if one in labels))
    page = visitor.press(SAVE, status=400)
    assert any("Add one link" in each for each in page.errors)
    assert page.links()[page.errors[0]].startswith("/p/22/")


def test_going_back_shows_the_answer_that_was_given(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "country")
    page = visitor.follow("Back")
    assert step_of(page) == "age"
    given = [" ".join("".join(each.itertext()).split()) for each in page.root.iter("button")]
    assert "No, 18 or older Your answer so far" in given


def test_a_change_from_the_review_leads_back_to_the_review(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "review")
    visitor.follow("Change How to reach you")
    page = visitor.press("Continue", email="other@example.net")
    assert step_of(page) == "review"
    assert "other@example.net" in page.text


def test_a_change_that_opens_a_new_question_asks_it_first(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "review")
    visitor.follow("Change Country")
    assert step_of(visitor.press("Continue", country="CA")) == "state"


def test_a_child_is_shown_who_helps_before_any_detail(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "child", age={"under_18": "yes"}, country={"country": "GB"}, state={"subdivision": "ENG"})
    for sentence in ("You are not in trouble. This is not your fault.", "Take It Down", "Report Remove"):
        assert sentence in page.text
    assert step_of(visitor.press("Go on with my report")) == "what"


def test_a_parent_is_spoken_to_as_one(visitor: Visitor) -> None:
    begin(visitor)
    parent = {"who": {"filer": "parent"}}
    assert go_to(visitor, "age", **parent).heading == "Was your child under 18 when it was made?"
    page = go_to(visitor, "child", age={"under_18": "yes"}, **parent)
    assert "Your child is not in trouble." in page.text
    assert "private facts about my child" in go_to(visitor, "what").text.lower()


def test_a_childs_report_can_be_saved_without_a_name_or_a_link(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "review", age={"under_18": "yes"}, links={"pasted": ""}, contact={})
    page = visitor.press(SAVE)
    assert page.path == "/case/receipt"
    assert "If you find a link, come back" in page.text  # it is online already, they said


def test_a_child_who_is_threatened_is_told_what_helps_against_it(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "threat", age={"under_18": "yes"}, online={"is_online": "no"})
    assert "Take It Down is free" in page.text
    assert "StopNCII" not in page.text
    go_to(visitor, "review")
    page = visitor.press(SAVE)
    assert page.path == "/case/receipt"
    assert "If it is posted, come back" in page.text


def test_a_threat_is_told_what_helps_and_is_asked_for_no_link(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "threat", online={"is_online": "no"})
    for sentence in ("Don’t pay", "StopNCII", "This is not your fault", "Call 111", "A sheet for the police"):
        assert sentence in page.text
    assert [href for href in page.links().values() if href.startswith("tel:")], "somebody can be called with one tap"
    assert step_of(visitor.press("Go on with my report")) == "contact"


def test_a_threat_is_told_what_the_police_can_do_and_that_no_link_is_needed(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "threat", country={"country": "GB"}, online={"is_online": "no"})
    assert "Sexual Offences Act 2003, s 66B" in page.text
    assert "A threat is enough" in page.text
    assert "tel:999" in page.links().values()
    for words in ("What to bring", "What to keep", "Keep the whole chat"):
        assert words in page.text


def test_a_threat_can_be_kept_as_a_case_without_letters(visitor: Visitor) -> None:
    page = save_report(visitor, online={"is_online": "no"})
    assert page.path == "/case/receipt"
    assert "Nothing has been sent yet." in page.text
    assert "Nothing is online yet" in visitor.go("/case").text


def test_a_threat_in_australia_can_be_complained_of_in_the_shape_of_the_authoritys_form(visitor: Visitor) -> None:
    save_report(visitor, country={"country": "AU"}, online={"is_online": "no"})
    page = visitor.go("/case")
    assert "See the authorities" in page.text
    assert "Going to the police" in page.text
    assert "The fastest ways" not in page.text
    options = visitor.go("/case/complaints")
    assert "eSafety Commissioner" in options.text
    assert "Prepare this complaint" in options.text
    visitor.follow("Prepare this complaint")
    assert "eSafety" in visitor.page.text


def test_a_case_shows_the_fastest_ways_and_the_police_where_the_person_lives(visitor: Visitor) -> None:
    save_report(visitor, country={"country": "IT"})
    text = visitor.go("/case").text
    assert "The fastest laws where you live" in text
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
    assert "2 links found" in visitor.press("Remove").text
    assert "@someone" not in visitor.press("Hide").text


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
        "We keep this with your report.",
        "I found it last week",
    ):
        assert sentence in " ".join(page.text.split()), sentence


def test_own_words_can_be_put_away_without_what_stands_before_them(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="I found it last week\n@someone\n")
    page = visitor.press("Hide")  # the first button is that of the question, which stands second in the report
    assert "@someone" not in page.text
    assert "I found it last week" in page.text


def test_adding_nothing_says_what_to_do(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    page = visitor.press("Add these links", pasted=" ", status=400)
    assert page.text.count("Paste at least one link first.") == 2, "on top, and at the field"


def test_what_was_not_understood_stays_when_more_is_pasted(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="@someone")
    assert "@someone" in visitor.press("Add these links", pasted="https://x.com/a/status/2").text


def test_something_without_a_link_is_asked_for_where_there_is_none_and_more_on_demand(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "places", links={"pasted": ""})
    assert page.text.count("Which app or site") == 1
    typed: dict[str, Any] = {"places-0-platform": "Telegram", "places-0-text": "a group"}
    page = visitor.press("Add another", **typed)
    assert page.text.count("Which app or site") == 2
    assert "Telegram" in page.answer.text
    page = go_to(visitor, "review")
    assert "Telegram: a group" in page.text


def test_whoever_has_links_is_asked_for_no_other_place_but_can_add_one(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted=LINKS)
    assert step_of(visitor.press("It is also somewhere without a link")) == "places"
    typed: dict[str, Any] = {"places-0-platform": "whats app", "places-0-text": "a group"}
    visitor.press("Continue", **typed)
    page = go_to(visitor, "review")
    assert "whats app: a group" in page.text


def test_a_place_needs_the_name_of_its_app(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "places", links={"pasted": ""})
    typed: dict[str, Any] = {"places-0-text": "a group"}
    page = visitor.press("Continue", status=400, **typed)
    assert "Type the name of the app" in page.errors[0]
    assert "a group" in page.answer.text


def test_the_page_of_contact_says_how_many_letters_need_an_address(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "contact")
    assert "Without an address for their answer we can’t make any of your 3 letters." in page.text


def test_where_no_letter_needs_an_address_the_page_says_so(visitor: Visitor) -> None:
    begin(visitor)
    page = go_to(visitor, "contact", country={"country": "IN"})
    assert "All your letters can go without it." in page.text


def test_the_common_way_asks_at_most_eight_questions(visitor: Visitor) -> None:
    begin(visitor)
    asked = []
    while step_of(visitor.page) != "review":
        asked += [step_of(visitor.page)]
        answer(visitor)
    assert asked[1:] == ["who", "age", "country", "what", "online", "links", "contact"], "no team here, so no more"


def test_a_browser_that_names_a_country_offers_it_as_one_press(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-NZ,en;q=0.8"
    begin(visitor)
    go_to(visitor, "country")
    assert step_of(visitor.press("New Zealand")) == "what"


def test_a_draft_can_be_erased_at_once(visitor: Visitor) -> None:
    words = words_on(begin(visitor))
    go_to(visitor, "contact")
    visitor.follow("Erase my answers")
    assert "Everything is erased" in visitor.press("Erase now").heading
    visitor.go("/return")
    visitor.press("Go on", status=400, words=words)


def test_what_makes_letters_stronger_is_asked_once_and_fills_every_letter(visitor: Visitor) -> None:
    save_report(visitor)
    page = visitor.go("/case")
    assert "A name would make 3 letters stronger." in page.text, "what is stated belongs to each letter"
    folds = [each.findtext("summary") for each in visitor.go("/case/facts").root.iter("details")]
    assert "If you like, add more" in folds, "what no letter lacks does not stand before Save"
    add_facts(visitor)
    assert "would make" not in visitor.page.text
    visitor.go("/case/links")
    visitor.press("Add", pasted="https://www.tiktok.com/@invented/video/7000000000000000001")
    assert "would make" not in visitor.go("/case").text, "links that come later say it too"


def test_the_receipt_names_what_is_to_be_added_and_how_long_a_letter_takes(visitor: Visitor) -> None:
    page = save_report(visitor)
    assert "Add what makes your letters stronger: a name." in page.text
    assert "Send 3 letters, one by one. Each one takes about 5 minutes." in page.text


def test_all_that_is_wrong_is_said_at_once_beside_its_field(visitor: Visitor) -> None:
    save_report(visitor)
    visitor.go("/case/facts")
    page = visitor.press("Save", status=400, email="no address", name="Ana", name_kind="", found_words="whenever")
    assert len(page.errors) == 3
    assert all(page.links()[error].startswith("#") for error in page.errors)
    assert "whenever" in page.answer.text


def test_a_rough_day_is_kept_in_the_words_it_was_given_in(visitor: Visitor) -> None:
    save_report(visitor)
    visitor.go("/case/facts")
    visitor.press("Save", found_words="last week")
    assert 'value="last week"' in visitor.go("/case/facts").answer.text


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
    visitor.press(SAVE)
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age is None


def test_the_page_of_the_words_shows_no_empty_box_once_they_are_gone(visitor: Visitor) -> None:
    begin(visitor)
    assert visitor.page.heading == "Keep these six words"
    with visitor.client.session_transaction() as session:
        session.pop("words")
    page = visitor.go("/report/start")
    assert page.heading == "You have your six words"
    assert not [each for each in page.root.iter("p") if each.get("class") == "words"]
    assert "you can make a second set of words" in page.text
    assert step_of(visitor.press("Go on")) == "who"
