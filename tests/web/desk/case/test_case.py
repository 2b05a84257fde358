"""A case on the desk: shown as text, carried, handed over, closed; its links, words and history."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from portal.domain.lifecycle import Handler, History
from portal.domain.report import YesNo
from portal.models.events import Event
from portal.services.cases import messages, room
from tests.services.factories import make_case
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk


def count_openings(desk: Desk) -> int:
    with desk.parts.sessions() as session:
        return len(session.scalars(select(Event).where(Event.kind == History.OPENED)).all())


def test_the_links_of_a_case_are_text_and_lead_nowhere(desk: Desk) -> None:
    colleague = desk.visit("mira")
    reference = desk.add_case()
    for page in ("", "/report", "/requests/1", "/complaints", "/history"):
        colleague.go(f"/desk/cases/{reference}{page}")

        assert [each for each in colleague.anchors if not each.startswith(("/", "#"))] == []
        assert not list(colleague.page.root.iter("img"))


def test_the_report_is_shown_as_it_was_written(desk: Desk) -> None:
    reference = desk.add_case(how_found="<b>A friend</b> told me.\nTwice.", safe_contact="Not after four.")

    page = desk.visit("mira").go(f"/desk/cases/{reference}/report")

    assert "<b>A friend</b> told me. Twice." in page.text
    assert "Not after four." in page.text
    assert "ana.example@example.net" in page.text


def test_who_read_a_case_is_written_down_once_an_hour(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")

    colleague.go(f"/desk/cases/{reference}")
    colleague.go(f"/desk/cases/{reference}/requests/1")
    desk.visit("tane").go(f"/desk/cases/{reference}/report")
    assert count_openings(desk) == 2

    clock.move(hours=2)
    colleague.sign_in_again(f"/desk/cases/{reference}/requests/1")
    assert count_openings(desk) == 3


def test_a_case_is_taken_handed_over_and_left_to_nobody(desk: Desk) -> None:
    desk.add("tane")
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")
    colleague.press("Take this case")
    assert "Assigned to you" in colleague.page.text

    colleague.follow("Hand over")
    choices = [each for each in colleague.page.root.iter("input") if each.get("type") == "radio"]
    tane = next(each.get("value", "") for each in choices if each.get("checked") is None)
    colleague.press("Hand over", colleague=tane)
    assert "Assigned to Tane Boje" in colleague.page.text

    colleague.follow("Hand over")
    colleague.press("Hand over", colleague="nobody")
    assert "Unassigned in the team Harbour." in colleague.page.text


def test_a_colleague_of_another_team_cannot_be_chosen(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/hand-over")

    page = colleague.press("Hand over", colleague="00000000-0000-4000-8000-000000000000", status=400)

    assert page.errors


def test_a_case_is_closed_with_a_reason_and_opened_again(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/close")
    assert "3 links are not gone. Not sent: 1. X (Twitter), 2. Instagram, 3. example.org." in colleague.page.text
    assert colleague.press("Close the case", status=400).errors == [
        "Choose why.",
        "Something is not at its end. Tick this if it is to be closed all the same.",
    ]

    colleague.press("Close the case", reason="wished", note="All is gone.", is_certain="y")
    assert "It is erased on" in colleague.page.text
    assert reference in colleague.go("/desk?show=closed").text

    colleague.go(f"/desk/cases/{reference}")
    colleague.press("Open the case again")
    assert "All is gone." in colleague.go(f"/desk/cases/{reference}/history").text


def test_closing_a_closed_case_is_refused_and_keeps_what_was_typed(desk: Desk) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    for colleague in (first, second):
        colleague.go(f"/desk/cases/{reference}/close")
    first.press("Close the case", reason="wished", is_certain="y")

    page = second.press("Close the case", reason="wished", note="I think so too.", is_certain="y", status=400)

    assert "Mira Anker: The case was closed. The person asked for it." in page.errors[0]
    assert "I think so too." in page.text
    page = second.press("Close the case", reason="wished", note="I think so too.", is_certain="y", status=400)
    assert page.errors == ["This case is not open."]
    assert "I think so too." in page.text


def test_links_are_added_and_what_is_not_understood_is_shown(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/links/add")

    colleague.press("Add links", links="see https://www.tiktok.com/@invented/video/7000000000000000001 and http://")

    assert "https://www.tiktok.com/@invented/video/7000000000000000001" in colleague.page.text
    colleague.follow("Back to the case")
    assert "TikTok" in colleague.page.text
    assert "4. TikTok" in colleague.page.text


def test_the_desk_sees_what_was_done_to_an_added_link(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/links/add")
    wrapped = "https://l.instagram.com/?u=https%3A%2F%2Ftube-site.com%2Fv%2F4&e=x"

    colleague.press("Add links", links=f"{wrapped} https://bit.ly/3abcdE https://x.com/")

    for sentence in (
        "We took this out of a longer address",
        f"Pasted as: {wrapped}",
        "This is a short link.",
        "this is the front page of a whole site",
    ):
        assert sentence in colleague.page.text, sentence


def test_a_link_is_marked_as_gone_and_as_back(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")

    colleague.press("It is gone")
    assert "removed" in colleague.page.text
    colleague.press("It is back")

    assert "back again" in colleague.page.text


def test_a_private_note_is_read_by_its_writer_alone(desk: Desk) -> None:
    reference, colleague = desk.add_case(), desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/notes")
    page = colleague.press("Keep the note", text="I was shaken by this call.", is_private="y")
    assert "I was shaken by this call." in page.text
    assert "only you read it" in page.text
    for login in ("tane", "ines"):
        page = desk.visit(login).go(f"/desk/cases/{reference}/notes")
        assert "shaken" not in page.text
        assert "There is no note yet." in page.text


def test_a_case_names_its_present_page_on_the_fold_of_a_narrow_screen(desk: Desk) -> None:
    reference, colleague = desk.add_case(), desk.visit("mira")
    for path, words in (("", "More"), ("/complaints", "Complaints · More")):
        page = colleague.go(f"/desk/cases/{reference}{path}")
        (fold,) = [each for each in page.root.iter("details") if each.get("class") == "tabs__more"]
        assert fold.get("open") is None
        assert " ".join("".join(next(fold.iter("summary")).itertext()).split()) == words


def test_a_message_and_a_note_are_kept_and_an_empty_one_is_not(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/messages")
    assert colleague.press("Send the message", text=" ", status=400).errors == ["Write something first."]
    assert "not read yet" in colleague.press("Send the message", text="We sent it today.").text

    colleague.go(f"/desk/cases/{reference}/notes")
    assert "Call before noon." in colleague.press("Keep the note", text="Call before noon.").text

    history = colleague.go(f"/desk/cases/{reference}/history").text
    assert "not shown to the person" in history
    assert "Call before noon." not in colleague.go(f"/desk/cases/{reference}/messages").text


def test_a_child_case_warns_and_a_threat_has_no_letter(desk: Desk) -> None:
    child = desk.add_case(under_18=YesNo.YES)
    threat = desk.add_case(is_online=YesNo.NO, links="")
    colleague = desk.visit("mira")

    assert "Never open a link of this case" in colleague.go(f"/desk/cases/{child}").text
    page = colleague.go(f"/desk/cases/{threat}")
    assert "Nothing is online yet" in page.text
    assert "Prepare requests" not in page.text


def test_what_is_to_be_known_stands_on_top_of_every_page_of_the_case(desk: Desk, clock: TestClock) -> None:
    said = {"under_18": YesNo.YES, "country": "GB", "safe_contact": "Not after four."}
    with desk.parts.sessions.begin() as session:
        opened = make_case(
            session, desk.parts.ports, now=clock.now, handler=Handler.TEAM, team_id=str(desk.team_id), **said
        )
        messages.send_message(opened, "He reads my mail.")
        child = opened.reference
    threat = desk.add_case(is_online=YesNo.NO, links="")
    colleague = desk.visit("mira")
    for page in ("", "/report", "/requests/1", "/complaints", "/documents", "/history", "/notes", "/hand-over"):
        colleague.go(f"/desk/cases/{child}{page}")
        head = colleague.page.text.partition("What to do")[0]
        for mark in ("child", "1 unread message", "Safe contact: read how first"):
            assert mark in head, f"{mark} on {page}"
    assert "threat" in colleague.go(f"/desk/cases/{threat}").text.partition("What to do")[0]
    text = colleague.go(f"/desk/cases/{child}").text
    assert "lives in the United Kingdom" in text
    assert "Take It Down" in text
    assert "Report Remove" in text


def test_what_the_case_does_not_have_is_not_found(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")

    assert "of this number" in colleague.go(f"/desk/cases/{reference}/requests/99", status=404).text
    colleague.go(f"/desk/cases/{reference}/letters/99-full.pdf", status=404)
    colleague.go(f"/desk/cases/{reference}/complaints/99", status=404)
    colleague.go(f"/desk/cases/{reference}/complaints/prepare/no-law/nobody", status=404)


def test_the_team_has_room_left_in_a_case_that_its_person_has_filled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = desk.add_case()
    monkeypatch.setattr(room, "LARGEST_WORDS", 1)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/notes")
    colleague.press("Keep the note", text="Called back.")
    assert "Called back." in colleague.page.text
    monkeypatch.setattr(room, "LARGEST_WORDS_OF_STAFF", 1)
    page = colleague.press("Keep the note", status=400, text="Called again.")
    assert "do not fit any more" in page.text


def test_a_case_that_was_changed_in_the_database_says_so(desk: Desk) -> None:
    reference = desk.add_case()
    assert "changed from outside" not in desk.visit("mira").go(f"/desk/cases/{reference}").text
    with desk.parts.sessions.begin() as session:
        session.connection().execute(text("UPDATE items SET state = 'removed'"))

    page = desk.visit("mira").go(f"/desk/cases/{reference}")

    assert "This case was changed from outside" in page.text
    assert "no paper is made from it" in page.text


def test_the_team_sees_on_top_how_it_is_safe(desk: Desk) -> None:
    reference = desk.add_case(safe_contact="Not after four.")
    page = desk.visit("mira").go(f"/desk/cases/{reference}")
    head, _, rest = page.text.partition("Not after four.")
    assert "Safe contact" in head
    assert "No deadline is running." in rest
    assert "Safe contact" not in desk.visit("mira").go(f"/desk/cases/{desk.add_case()}").text
