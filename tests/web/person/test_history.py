"""What has happened so far: by day, with the name of each platform, and the same things in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from portal.domain.lifecycle import ActorKind, Answer, History
from portal.services.casefile.views import HistoryRow
from portal.web.person.case.history import HistoryDay, fold_history
from tests.web.pages import Visitor
from tests.web.person.journey import hand_in
from tests.web.person.test_case import REFUSED, send_request

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # 23:00 in Auckland
NAMES = {1: "Instagram", 2: "TikTok"}
ABOUT = {1: "Reddit"}
SENT = HistoryRow(
    sequence=1, at=AT, recorded_at=AT, kind=History.SENT, answer=None, sentence="The request was sent.", ticket="",
    words="", is_corrected=False, actor=ActorKind.PERSON, actor_name="", is_visible=True, request_number=1,
    complaint_number=None,
)  # fmt: skip


def fold(app: Flask, *rows: HistoryRow) -> tuple[HistoryDay, ...]:
    with app.test_request_context():
        return fold_history(rows, NAMES, ABOUT, "Pacific/Auckland")


def row(**changes: Any) -> HistoryRow:
    return replace(SENT, **changes)


def test_what_happened_to_many_platforms_on_one_day_is_one_line(app: Flask) -> None:
    later = AT + timedelta(minutes=30)
    (day,) = fold(app, row(ticket="INV-1"), row(request_number=2, at=later))
    (line,) = day.lines
    assert line.sentence == "Your letters were sent: Instagram (INV-1), TikTok."
    assert line.time == "23:00 to 23:30"


def test_of_many_names_two_are_in_the_sentence_and_the_others_beside_it(app: Flask) -> None:
    names = {number: f"Site {number}" for number in range(1, 6)}
    with app.test_request_context():
        ((line,),) = (
            day.lines
            for day in fold_history([row(request_number=each) for each in names], names, {}, "Pacific/Auckland")
        )
    assert line.sentence == "Your letters were sent: Site 5, Site 4 and 3 more."
    assert line.others == ("Site 3", "Site 2", "Site 1")


def test_a_number_that_was_saved_and_none_at_all_are_two_things(app: Flask) -> None:
    asked = {"kind": History.TICKET_GIVEN, "sentence": "Their number was saved, or that they gave none."}
    (day,) = fold(app, row(**asked, ticket="INV-1"), row(**asked, request_number=2, sequence=2))
    assert {line.sentence for line in day.lines} == {
        "Their number was saved: Instagram (INV-1).",
        "TikTok gave no number.",
    }


def test_a_day_is_a_day_of_the_reader(app: Flask) -> None:
    days = fold(app, row(), row(at=AT + timedelta(hours=2)), row(request_number=2, sequence=2))
    assert [f"{each.day}" for each in days] == ["2026-11-25", "2026-11-24"]
    assert [line.sentence for line in days[1].lines] == ["Your letters were sent: Instagram, TikTok."]


def test_what_is_not_the_same_is_not_folded(app: Flask) -> None:
    answered = {"kind": History.ANSWERED, "sentence": "They said no.", "answer": Answer.REFUSED}
    (day,) = fold(
        app, row(sequence=9), row(sequence=8, is_corrected=True), row(sequence=7, actor_name="Mere"),
        row(**answered, words="Not here."),
        row(**answered, request_number=2, sequence=2, words="It stays."),
    )  # fmt: skip
    assert [each.sentence for each in day.lines] == [
        *["Your letter was sent: Instagram."] * 3,
        "Instagram, TikTok said no.",
    ]
    assert day.lines[-1].words == (("Instagram", "Not here."), ("TikTok", "It stays."))


def test_links_and_complaints_are_named_by_their_company_and_the_rest_keeps_its_words(app: Flask) -> None:
    gone = {"kind": History.ITEM_GONE, "sentence": "A link was marked as gone."}
    paper = {"kind": History.LETTER_MADE, "sentence": "A letter was made.", "request_number": None}
    note = {"kind": History.HOLD_ASKED, "sentence": "It is held.", "request_number": None}
    (day,) = fold(
        app, row(**gone), row(**gone), row(**paper, complaint_number=1), row(**note, words="A court asked."),
        row(**note, words="A court asked."), row(**note, words="Another court."), row(kind=History.NAME_CHOSEN),
    )  # fmt: skip
    assert [each.sentence for each in day.lines] == [
        "Marked as gone: Instagram (2 links).",
        "The papers of a complaint were made: Reddit.",
        "It is held. (2 times)",
        "It is held.",
        "Instagram: The request was sent.",
    ]


def test_the_page_names_each_platform(visitor: Visitor) -> None:
    hand_in(visitor)
    visitor.press("I wrote them down")
    for name in ("Instagram", "X (Twitter)"):
        send_request(visitor, name)
    visitor.follow("They answered")
    visitor.press("Save", **REFUSED)
    text = visitor.go("/case/history").text
    assert "Your letters were sent: Instagram, X (Twitter)." in text.replace(" (T-100)", "")
    assert "X (Twitter) said no." in text
    assert "Letters were made: Instagram, X (Twitter)." in text
    assert "Times are Auckland time." in text
