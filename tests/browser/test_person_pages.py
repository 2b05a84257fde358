"""Every page of the person's side, in its main states: axe, narrow and wide, light and dark, and what it weighs."""

from __future__ import annotations

import pytest

from portal.web.blueprints import OPEN, PERSON
from tests.browser.looks import look_at
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.web.addresses import at

PAGES = {
    "nobody": """/ /help /return /report /not/here /api/v1/ /return/mail /mail/over /papers/over
        /law /law?country=NZ /law/us-take-it-down /clock
        /law?country=GB&platform=instagram /statistics?by=platform /law/changes /law/eu-gdpr-17/versions
        /law/eu-gdpr-17/2026-11-23.1
        /platforms/instagram/versions
        /platforms/instagram/2026-11-22.1 /authorities/us-ftc/versions /authorities/us-ftc/2026-11-22.1 /data
        /embed/country?country=IE /embed/clock?regime=eu-gdpr-17&day=2026-03-05
        /clock?home=IE&waiting=erase&day=2026-03-05
        /clock?regime=eu-gdpr-17&day=2026-03-05 /authorities?country=IE /platforms /platforms/instagram
        /check /fingerprint""",
    "draft": """
        / /report/start /report/who /report/age /report/country /report/state /report/child /report/what
        /report/online /report/links /report/places /report/contact /report/help /report/authority /report/review
        /report/erase
    """,
    "draft of a child": "/report/child /report/review",
    "draft of a threat": "/report/threat /report/review",
    "large draft": "/report/links /report/links?page=3 /report/review",
    "receipt": "/case/receipt /case",
    "new case": """
        /case /case/facts /case/requests/1 /case/send /case/send/1 /case/send/7
        /case/requests/1/details /case/requests/1/sent
        /case/requests/1/letter/notice /case/requests/7/letter/copyright /case/requests/1/name
        /case/requests/1/copyright
        /case/letters /case/messages /case/help /case/sharing /case/reminders
    """,
    "case": """
        /case /case/links /case/facts /case/history /case/letters /case/letters/1/notes /case/messages /case/help
        /case/sharing /case/words /case/ways /case/mail /case/reminders /case/documents /case/prints
        /case/take-along /case/erase /case/requests/1 /case/requests/2 /case/requests/3 /case/requests/3/received
        /case/requests/1/answer /case/requests/1/given /case/requests/1/ticket
        /case/correct/11 /case/correct/12 /case/correct/20 /case/correct/24
        /case/came/1 /case/came/2 /case/said/1
        /case/requests/1/reminded /case/requests/8 /case/send/end /case/complaints
        /case/complaints/1 /case/complaints/1/sent /case/complaints/2 /case/complaints/2/answer
        /case/complaints/1/stated /case/complaints/1/together /case/mandate /case/hand-on
        /case/requests/1/further/not_violation /case/requests/1/further/search /case/letters/6/sent
        /case/letters/6/mail /case/letters/6/address
    """,
    "large case": """
        /case /case/links /case/links?page=13 /case/requests/1 /case/send /case/send/1 /case/requests/1/answer
        /case/history
    """,
    "closed case": "/case /case/requests/1",
    "sending": "/case/send/1 /case/send/1/mail /case/send/3?after=2 /case/send/4 /case/send/end?after=2",
    "sending of a child": "/case/send /case/send/1",
    "case of a parent": "/case /case/authority",
    "case of a threat": "/case /case/threat /case/threat/preservation /case/threat/police /case/letters/1/sent",
}
ROWS = [(scene, path) for scene, paths in PAGES.items() for path in paths.split()]
# No pages: files, and addresses that lead on.
NO_PAGES = {"start.leave", "start.style", "report.resume", "case.receipt_text", "letters.read", "letters.read_redacted"}
NO_PAGES |= {"complaint.bundle", "complaint.bundles", "reminders.show_file", "reminders.read_feed"}
NO_PAGES |= {"letters.read_notice", "letters.read_links", "letters.read_archive", "letters.read_volume"}
NO_PAGES |= {"documents.read", "documents.original", "start.meet_old_address", "well_known.security"}
FOLLOWED = {"complaint.begin"}  # its address is of the case; a test of its own follows the link
MACHINES = {
    "statistics.as_csv",
    "statistics.as_json",
    "clock.as_json",
    "clock.as_calendar",
    "changes.feed",
    "downloads.read",
}  # and what the API gives beside its own page


@pytest.mark.parametrize(("scene", "path"), ROWS, ids=[f"{scene} {path}" for scene, path in ROWS])
def test_nothing_is_wrong_with_the_page(visitors: dict[str, Visitor], scene: str, path: str) -> None:
    visitor = visitors[scene]
    visitor.open(path)
    assert visitor.page.url == visitor.address + at(path)
    assert visitor.page.title() == "Recourse"
    assert look_at(visitor, f"person {scene} {path}") == []


def test_every_page_of_the_persons_side_is_looked_at(site: Site) -> None:
    names = {blueprint.name for blueprint in (*PERSON, *OPEN)}
    adapter = site.app.url_map.bind("")
    seen = {adapter.match(at(path.partition("?")[0]))[0] for _scene, path in ROWS if path != "/not/here"}
    pages = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and rule.endpoint.partition(".")[0] in names
    }
    machines = MACHINES | {endpoint for endpoint in pages if endpoint.startswith("api.") and endpoint != "api.show"}
    assert pages - NO_PAGES - machines - FOLLOWED == seen


def test_the_review_tells_not_sure_of_the_age_apart_from_not_sure_of_the_picture(visitors: dict[str, Visitor]) -> None:
    visitor = visitors["draft"]
    visitor.open("/report/review")
    visitor.sees("Under 18 when it was made")
    row = visitor.page.locator(".summary-list__row", has_text="Under 18 when it was made")
    assert "Not sure" in row.inner_text()


def test_nothing_is_wrong_with_the_page_that_begins_a_complaint(visitors: dict[str, Visitor]) -> None:
    visitor = visitors["case"]
    visitor.open("/case/complaints")
    visitor.follow("Prepare this complaint", exact=False)
    visitor.is_at("Prepare a complaint")
    assert look_at(visitor, "person case begin complaint") == []


@pytest.mark.parametrize("words", ["We reviewed the post and have removed it. Case number: ZX-90210.", "See our tips."])
def test_nothing_is_wrong_with_an_answer_that_was_read(visitors: dict[str, Visitor], words: str) -> None:
    visitor = visitors["case"]
    visitor.open("/case/requests/1/answer")
    visitor.page.get_by_label("Paste what they wrote").fill(words)
    visitor.press("Read it for me")
    is_clear = "removed" in words
    visitor.sees("We think it says: They took it down" if is_clear else "We can’t tell what they mean")
    assert look_at(visitor, f"person answer read {is_clear}") == []
