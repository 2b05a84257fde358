"""From the front page to ten letters that are sent, on a small phone, counted: every press, paste and page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Route, expect

from portal.domain.directory import AddressOutcome
from portal.services.directory.address_checks import note_outcome
from tests.browser.conftest import Admit
from tests.browser.site import Site
from tests.browser.story import MAIL, NAME, PASTED
from tests.browser.visitor import Visitor
from tests.services.factories import make_work

pytestmark = pytest.mark.usefixtures("quick_printing")

MAIN = ".button:not(.button--second, .button--quiet, .button--danger):visible"
PHONE = {"width": 360, "height": 740}
MOST_TAPS, MOST_PASTES, MOST_PAGES = 12, 2, 13
MOST_TAPS_BY_MAIL, MOST_PAGES_BY_MAIL = 38, 36
MOST_TAPS_OF_ALL, MOST_PAGES_OF_ALL, MOST_TAPS_A_PLATFORM = 60, 12, 5
WAY = (
    "Get something taken down", "Begin", "I wrote them down", "Me", "No, 18 or older", "New Zealand",
    "A real private picture or video", "Yes, or it was sent to others",
)  # fmt: skip
PLATFORMS = (
    "www.instagram.com/p/Invented{}/", "x.com/invented/status/100000000000000000{}",
    "www.reddit.com/r/invented/comments/inv00{}/no_such_post/", "www.tiktok.com/@invented/video/700000000000000000{}",
    "www.pornhub.com/view_video.php?viewkey=invented000{}", "www.facebook.com/invented.page/posts/10000{}",
    "www.youtube.com/watch?v=Invented00{}", "www.xvideos.com/video.invented{}/no_such_video",
    "www.pinterest.com/pin/10000000000000000{}/", "vk.com/wall-1000_{}",
)  # fmt: skip
THIRTY = "\n".join(f"https://{each.format(number)}" for each in PLATFORMS for number in (1, 2, 3))
TAKE_MAIL = {  # platforms that take mail and have no form, with an address of the directory
    "imgur": ("imgur.com/a/Invented{}", "abuse@imgur.com"),
    "catbox": ("catbox.moe/c/inv00{}", "admin@catbox.moe"),
    "cyberdrop": ("cyberdrop.me/a/inv00{}", "abuse@cyberdrop.me"),
    "erome": ("www.erome.com/a/Inv0000{}", "contact@erome.com"),
    "gab": ("gab.com/invented/posts/10000{}", "support@gab.com"),
    "noodlemagazine": ("noodlemagazine.com/watch/-1_10000{}", "abuse@noodlemagazine.com"),
    "odysee": ("odysee.com/@invented/{}", "help@odysee.com"),
    "rentry": ("rentry.co/invented{}", "support@rentry.co"),
    "scrolller": ("scrolller.com/invented-{}", "report@scrolller.com"),
    "voe": ("voe.sx/invented{}", "abuse@voe.sx"),
}
THIRTY_BY_MAIL = "\n".join(f"https://{link.format(number)}" for link, _to in TAKE_MAIL.values() for number in (1, 2, 3))
THEIR_FORM = "<!doctype html><html lang=en><title>Report</title><h1>Their own form</h1></html>"


@dataclass
class Counting:
    """A visitor whose taps are counted. A page is one that the window shows."""

    visitor: Visitor
    taps: int = 0
    pastes: int = 0
    pages: int = 0
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitor.page.on("framenavigated", self._see_page)

    def tap(self, name: str) -> None:
        page = self.visitor.page
        found = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name))
        found.first.click()
        self.taps += 1

    def paste(self, label: str, text: str) -> None:
        self.visitor.fill(label, text)
        self.pastes += 1

    def tick(self, label: str) -> None:
        self.visitor.choose(label)
        self.taps += 1

    def _see_page(self, _frame: object) -> None:
        self.pages += 1
        self.shown.append(self.visitor.path)


def report(counting: Counting, links: str) -> None:
    """From the front page to the receipt."""
    visitor = counting.visitor
    visitor.open("/")
    for name in WAY:
        counting.tap(name)
    visitor.is_at("Where is it?")
    counting.paste("Paste the links", links)
    counting.tap("Add these links")
    visitor.sees("30 links found")
    counting.tap("Continue")
    visitor.sees("Without an address for their answer we can’t make any of your")
    counting.paste("Your e-mail address", MAIL)
    counting.tap("Continue")
    visitor.is_at("Check your answers")
    counting.tap("Save my report")
    visitor.is_at("Your report is saved")
    visitor.sees("Nothing has been sent yet.")


def send_one(counting: Counting, number: int, *, has_scripts: bool) -> None:
    """Open their form, copy, paste their number, say that it is sent: everything a person does here for a platform."""
    visitor, before = counting.visitor, counting.taps + counting.pastes
    visitor.sees(f"Letter {number} of 10")
    with visitor.context.expect_page() as opened:
        counting.tap("Open their form")
    opened.value.wait_for_load_state()
    opened.value.close()
    if has_scripts:
        counting.tap("Copy the whole letter")
        visitor.sees("Copied")
    else:
        visitor.page.get_by_label("The whole letter").click()  # by hand: all of it is selected there, and copied
        counting.taps += 1
    assert "What I ask you to do" in visitor.page.get_by_label("The whole letter").input_value()
    counting.paste("Their number for it, if they gave you one", f"INV-{number}")
    counting.tap("I sent it. Next letter" if number < len(PLATFORMS) else "I sent it")
    assert counting.taps + counting.pastes - before <= MOST_TAPS_A_PLATFORM


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_report_is_saved_in_few_taps(admit: Admit, has_scripts: bool) -> None:
    visitor = admit(viewport=PHONE, java_script_enabled=has_scripts, locale="en-NZ")
    counting = Counting(visitor)
    report(counting, PASTED)
    assert counting.taps <= MOST_TAPS
    assert counting.pastes <= MOST_PASTES
    assert counting.pages <= MOST_PAGES


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_ten_letters_are_sent_in_few_taps(site: Site, admit: Admit, has_scripts: bool) -> None:
    """Taps and pastes are counted together. A page that is shown again is one page; their own forms are not counted."""
    visitor = admit(viewport=PHONE, java_script_enabled=has_scripts, locale="en-NZ")
    visitor.context.route("https://**", answer_for_them)
    counting = Counting(visitor)
    report(counting, THIRTY)
    counting.tap("They are on paper. Send my letters")
    visitor.is_at("Send my letters")
    counting.tick("This is true. I say it today, for each letter named here.")
    counting.paste("Your signature: type your name", NAME)
    visitor.press("Begin with", exact=False)
    counting.taps += 1
    assert site.work() == len(PLATFORMS)
    if not has_scripts:
        counting.tap("Look again")
    for number in range(1, len(PLATFORMS) + 1):
        send_one(counting, number, has_scripts=has_scripts)
    visitor.is_at("Your letters are sent")
    visitor.sees("10 letters are sent")
    assert counting.taps + counting.pastes <= MOST_TAPS_OF_ALL
    others = {path for path in counting.shown if not path.startswith("/case/send")}
    assert len(others) <= MOST_PAGES_OF_ALL, others
    # Their forms were asked for because they were opened; nothing else left.
    asked = [trouble for trouble in visitor.troubles if trouble.startswith("a request left the host: https://")]
    assert len(asked) == len(PLATFORMS)
    visitor.troubles[:] = [trouble for trouble in visitor.troubles if trouble not in asked]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_ten_letters_by_mail_take_two_taps_each(site: Site, admit: Admit, has_scripts: bool) -> None:
    """One to read it, one to send it. Nobody opens a form, copies, or comes back with a number."""
    check_addresses(site)
    visitor = admit(viewport=PHONE, java_script_enabled=has_scripts, locale="en-NZ")
    counting = Counting(visitor)
    report(counting, THIRTY_BY_MAIL)
    counting.tap("They are on paper. Send my letters")
    counting.tick("This is true. I say it today, for each letter named here.")
    counting.paste("Your signature: type your name", NAME)
    visitor.press("Begin with", exact=False)
    counting.taps += 1
    assert site.work() == len(TAKE_MAIL)
    if not has_scripts:
        counting.tap("Look again")
    for number in range(1, len(TAKE_MAIL) + 1):
        visitor.sees(f"Letter {number} of 10")
        tall = visitor.page.evaluate("document.documentElement.scrollHeight")
        assert tall <= 2 * PHONE["height"], f"{tall / PHONE['height']:.2f} screens"
        expect(visitor.page.locator("main").locator(MAIN)).to_have_count(1)  # once the letter is there
        counting.tap("Send it for me")
        visitor.is_at("Send it for me")
        assert "What I ask you to do" in visitor.page.get_by_label("The whole letter").input_value()
        counting.tap("Yes, send it")
    visitor.is_at("Your letters are on their way")
    assert counting.taps + counting.pastes <= MOST_TAPS_BY_MAIL + (not has_scripts)
    assert counting.pages <= MOST_PAGES_BY_MAIL + (not has_scripts)
    counting.tap("Go to my case")
    visitor.sees("10 waiting")
    visitor.sees("See what is on its way")


def check_addresses(site: Site) -> None:
    """Somebody wrote to each of them today, and it worked: only then is a person offered to have it sent."""
    with site.parts.sessions.begin() as session:
        work = make_work(session, site.parts.ports, now=site.clock())
        for platform, (_link, address) in TAKE_MAIL.items():
            note_outcome(work, platform, address, AddressOutcome.WORKED)


def answer_for_them(route: Route) -> None:
    """No test reaches another machine."""
    route.fulfill(content_type="text/html", body=THEIR_FORM)
