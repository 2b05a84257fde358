"""A complaint on the desk: who and why, the bundle made in the background, lodged, answered."""

from __future__ import annotations

import io
import zipfile

from portal.run import worker
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk


def refuse_first_request(colleague: Colleague, reference: str) -> None:
    """Sent, refused an hour later."""
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press(
        "It was sent", has_checked="y", channel="form", sent_at="2026-11-23 07:30", received_at="2026-11-23 07:31"
    )
    colleague.follow("Log an answer")
    colleague.press("Log the answer", answer="refused", at="2026-11-23 08:30", text="It does not go against our rules.")


def test_options_are_shown_with_reason_and_conditions(desk: Desk) -> None:
    reference, colleague = desk.add_case(country="IE"), desk.visit("mira")
    refuse_first_request(colleague, reference)

    page = colleague.go(f"/desk/cases/{reference}/complaints")

    assert "Digital Services Coordinator" in page.text
    assert "Opens:" in page.text
    assert "Prepare this complaint" in page.text


def test_a_complaint_goes_from_its_preparation_to_the_answer(desk: Desk, clock: TestClock) -> None:
    reference, colleague = desk.add_case(country="IE"), desk.visit("mira")
    refuse_first_request(colleague, reference)
    colleague.go(f"/desk/cases/{reference}/complaints/prepare/ie-cnam-dsa/ie-cnam")
    colleague.press("Prepare the complaint", wish="That it is blocked.")
    path = colleague.page.path
    assert "That it is blocked." in colleague.page.text
    assert "waiting" in colleague.page.text

    assert worker.run_left_jobs(desk.parts) == 1
    colleague.go(path)
    assert "Complaint bundle" in colleague.page.text, colleague.page.text
    packed = colleague.client.get(colleague.page.links()["the bundle with every exhibit (ZIP)"])
    assert "complaint.pdf" in zipfile.ZipFile(io.BytesIO(packed.data)).namelist()

    colleague.follow("Record that it was lodged")
    assert colleague.press("It was lodged", has_checked="y", at="soon", ticket="kept", status=400).errors
    colleague.press("It was lodged", has_checked="y", at="2026-11-23 08:50", ticket="CNAM-1")
    assert "Their case number: CNAM-1." in colleague.page.text
    assert "sent to the authority" in colleague.page.text

    clock.move(days=20)
    colleague.sign_in_again(path)
    colleague.follow("Log an answer")
    colleague.press(
        "Log the answer", meaning="decided", at="2026-12-10 10:00", text="We ordered the platform to block it."
    )
    assert "answered" in colleague.page.text
    assert "We ordered the platform" in colleague.go(f"/desk/cases/{reference}/history").text


def test_a_complaint_without_a_request_is_asked_for_one(desk: Desk) -> None:
    reference, colleague = desk.add_case(country="IE"), desk.visit("mira")
    refuse_first_request(colleague, reference)
    colleague.go(f"/desk/cases/{reference}/complaints/prepare/ie-cnam-dsa/ie-cnam")

    page = colleague.press("Prepare the complaint", requests=[], wish="kept wish", status=400)

    assert page.errors == ["Choose at least one request."]
    assert "kept wish" in page.text


def test_a_complaint_without_consent_is_not_lodged(desk: Desk) -> None:
    reference, colleague = desk.add_case(country="IE", share_with_regulators=False), desk.visit("mira")
    refuse_first_request(colleague, reference)
    colleague.go(f"/desk/cases/{reference}/complaints/prepare/ie-cnam-dsa/ie-cnam")
    colleague.press("Prepare the complaint")
    colleague.follow("Record that it was lodged")

    page = colleague.press("It was lodged", has_checked="y", at="2026-11-23 08:50", status=400)

    assert "The person has not allowed this sharing" in page.errors[0]


def test_every_body_that_takes_a_complaint_now_is_a_link_from_its_request(desk: Desk) -> None:
    reference, colleague = desk.add_case(), desk.visit("mira")
    refuse_first_request(colleague, reference)
    page = colleague.go(f"/desk/cases/{reference}/requests/1")
    start = f"/desk/cases/{reference}/complaints/prepare/"
    bodies = [each for each in page.root.iter("a") if each.get("href", "").startswith(start)]
    assert bodies
    names = ["".join(each.itertext()) for each in bodies]
    assert len(names) == len(set(names)), "each once"
    said = page.text.partition("A complaint can be made now:")[2].partition("See what each can do")[0]
    assert [each.strip() for each in said.split(",")] == names, "and nobody who can only be read of"
    for each in bodies:
        assert colleague.go(each.get("href", "")).heading.startswith("Prepare the complaint to ")
