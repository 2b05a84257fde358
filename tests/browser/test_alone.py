"""The whole journey of a person who carries the case alone, in a browser without JavaScript."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from tests.browser import story
from tests.browser.conftest import Admit
from tests.browser.papers import count_pages, read_facts, read_text, read_title
from tests.browser.site import Site
from tests.browser.visitor import Visitor

AUTHORITY = "Federal Trade Commission"


def test_a_person_alone_goes_from_the_links_to_the_complaint(site: Site, admit: Admit) -> None:
    visitor = admit(java_script_enabled=False)
    words = report_thirty_links(visitor)
    send_six_requests(visitor)
    visitor.leave()
    site.pass_time(days=3)
    visitor.come_back(words)
    see_that_all_are_late(visitor)
    bundle = make_complaint(visitor, site)
    check_bundle(bundle)
    lodge_and_hear(visitor, site, words)
    take_everything_along(visitor, bundle)
    erase(visitor, words)


def report_thirty_links(visitor: Visitor) -> str:
    """Returns the six words."""
    words = story.begin(visitor)
    story.answer_first(visitor, "New Zealand")
    story.paste_links(visitor)
    visitor.sees("30 links found")
    for name, count in story.LINKS_EACH.items():
        visitor.sees(f"{name} ({count})")
    story.answer_rest(visitor, "")
    story.hand_in(visitor)
    return words


def send_six_requests(visitor: Visitor) -> None:
    """Each platform has its letter, which the person sends with the platform's own form."""
    for number, name in enumerate(story.LINKS_EACH, start=1):
        visitor.open("/case")
        visitor.follow(name)
        visitor.is_at(name)
        visitor.sees("5 links")
        visitor.follow("Make the letter")
        if number == 1:
            story.state(visitor)
        visitor.press("Make the letter")
        visitor.sees("The letter is ready")
        letter = visitor.download("Download (PDF)", exact=False)
        text = read_text(letter)
        assert story.NAME in text
        assert story.NAME not in read_text(visitor.fetch("Without names (PDF)", exact=False))
        assert story.NAME not in read_title(letter)
        visitor.follow("I sent it by other means")
        visitor.choose("With the form on their site")
        visitor.fill("Their number for it, if they gave one", f"INV-{number}")
        visitor.press("Save")
        visitor.sees("Saved. We watch the deadline now.")
        # Two days from the sending: 9:00 UTC is 22:00 in Auckland.
        visitor.sees("has until Wednesday 22:00, in 48 hours.")
        visitor.sees("Wednesday 25 November 2026, 22:00 (Auckland time)")
        visitor.sees("our best guess")
        assert visitor.page.get_by_text("Why this date?").count() >= 1
    visitor.open("/case")
    visitor.sees("0 of 6 gone")
    visitor.sees("6 waiting")


def open_more(visitor: Visitor) -> None:
    """What is not the next thing is folded on the case page."""
    visitor.page.get_by_text("More: letters, help and laws").click()


def see_that_all_are_late(visitor: Visitor) -> None:
    visitor.is_at("Your case")
    visitor.sees("6 overdue")
    assert visitor.text.count("since Wednesday 22:00") == len(story.LINKS_EACH)
    open_more(visitor)
    visitor.follow("What has happened so far")
    late = visitor.page.locator(".turn", has_text="A deadline passed without an answer:").first.text_content()
    assert late is not None
    assert all(name in late for name in story.LINKS_EACH), "one line names them all, some of them one press away"


def make_complaint(visitor: Visitor, site: Site) -> bytes:
    """The papers for the authority. Without JavaScript the progress is looked at by hand."""
    visitor.open("/case")
    open_more(visitor)
    visitor.follow("Complain to an authority")
    visitor.follow(f"Prepare this complaint {AUTHORITY}")
    visitor.sees(f"To: {AUTHORITY}")
    visitor.page.get_by_label("What do you want them to do", exact=False).fill("Have it taken down.")
    visitor.press("Make the papers")
    visitor.is_at(AUTHORITY)
    visitor.sees("Some papers are still being made.")
    assert site.work() == len(story.LINKS_EACH), "one complaint about each organisation"
    visitor.follow("Look again")
    visitor.sees("Download all in one file (ZIP)")
    visitor.follow("Open Instagram")
    visitor.is_at(f"{AUTHORITY} about Instagram")
    return visitor.download("Download (PDF)", exact=False)


def check_bundle(bundle: bytes) -> None:
    """An officer reads it back: the same facts in the text and in the file inside, and no name in the title."""
    text, facts = read_text(bundle), read_facts(bundle)
    assert story.NAME not in read_title(bundle)
    assert count_pages(bundle) >= 4
    assert facts["frame"]["recipient"]["name"] == f"{AUTHORITY} (TAKE IT DOWN Act complaints)"
    assert facts["frame"]["reporter"]["name"] == story.NAME
    assert len(facts["links"]) == 5
    assert all(link["url"] in text.replace(" ", "") for link in facts["links"])
    assert [notice["ticket"] for notice in facts["notices"]] == ["INV-2"]
    assert {notice["sent_at"] for notice in facts["notices"]} == {"2026-11-23T09:00:00Z"}
    assert all(notice["digest"] in text.replace(" ", "") for notice in facts["notices"])
    assert "25 November 2026, 09:00" in text or "25 November 2026, 22:00" in text
    assert "Have it taken down." in text


def lodge_and_hear(visitor: Visitor, site: Site, words: str) -> None:
    visitor.follow("I sent it")
    visitor.fill("Their number for it, if they gave one", "FTC-INV-9")
    visitor.press("Save")
    visitor.sees("sent to the authority")
    site.pass_time(days=2)
    visitor.come_back(words)
    visitor.follow(f"Complaint to the {AUTHORITY} about Instagram")
    visitor.follow("They answered")
    visitor.choose("No, they only confirmed they got it")
    visitor.press("Save")
    visitor.sees("Their answer is saved.")


def take_everything_along(visitor: Visitor, bundle: bytes) -> None:
    visitor.open("/case")
    open_more(visitor)
    visitor.follow("Take everything with you")
    archive = zipfile.ZipFile(io.BytesIO(visitor.download("Download the file")))
    digests = {hashlib.sha256(archive.read(name)).digest() for name in archive.namelist()}
    assert hashlib.sha256(bundle).digest() in digests
    facts = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith("case.json"))))
    assert story.NAME in json.dumps(facts)


def erase(visitor: Visitor, words: str) -> None:
    visitor.open("/case")
    open_more(visitor)
    visitor.follow("Erase everything")
    visitor.press("Erase everything")
    visitor.sees("Tick this box to erase, or go back.")
    visitor.choose("Yes, erase everything. I know it can’t be brought back.")
    visitor.press("Erase everything")
    visitor.is_at("Everything is erased")
    visitor.come_back(words)
    visitor.sees("We could not find a case with these words.")
