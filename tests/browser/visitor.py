"""A person at a real browser. Whatever they do, nothing may leave the host, break, or be blocked by our own policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.web.addresses import at, name_of

PATIENCE_MS = 15_000
NOT_ASKED_FOR = re.compile(r"Failed to load resource")  # the browser's own remark on an answer of 400 and up
# What a browser says of single names of the header: each version, and each trial it takes part in, knows other ones.
# That the header cannot be read at all it says in other words.
UNKNOWN_ABILITY = re.compile(r"Permissions-Policy header: (?!Parse of)")

# Whether a link leads to another page in this window. A click on one returns before that page has come.
LEADS_AWAY = """(link) => !link.target && !link.hasAttribute("download")
  && link.href.split("#")[0] !== location.href.split("#")[0]"""


@dataclass
class Visitor:
    """One browser window with a session of its own. `troubles` collects what must never happen."""

    context: BrowserContext
    address: str
    elsewhere: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        self.context.on("request", self._see_request)
        self.context.on("response", self._see_response)
        self.context.on("console", self._see_console)
        self.context.on("weberror", lambda error: self.troubles.append(f"a script failed: {error.error}"))
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> None:
        """Type an address, or open the page of that name."""
        self.page.goto(self.address + at(path))

    @property
    def path(self) -> str:
        """The page's name, or its address where it has none."""
        return name_of(urlsplit(self.page.url).path)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        """What can be read in the page's main part, with single spaces."""
        return " ".join(self.page.locator("main").inner_text().split())

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press the button of that name; of several alike the first."""
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Follow the link of that name, of several alike the first, until the page it leads to is there."""
        link = self.page.get_by_role("link", name=name, exact=exact).first
        if link.evaluate(LEADS_AWAY):
            with self.page.expect_navigation(wait_until="domcontentloaded"):
                link.click()
        else:
            link.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, answer: str) -> None:
        """Choose an answer or tick a box by its label."""
        self.page.get_by_label(answer, exact=True).check()

    def fill_moment(self, question: str, day: int, month: int, year: int, time: str | None = None) -> None:
        """A day, and a time where one is asked for, in the boxes under that question."""
        group = self.page.get_by_role("group", name=question, exact=True)
        for label, text in (("Day", day), ("Month", month), ("Year", year)):
            group.get_by_label(label, exact=True).fill(str(text))
        if time is not None:
            group.get_by_label("Time (24 hours)", exact=True).fill(time)

    def sees(self, text: str) -> None:
        """That the main part of the page says so, now or in a moment."""
        expect(self.page.locator("main")).to_contain_text(text)

    def is_at(self, heading: str) -> None:
        """That the page with this heading is shown, now or in a moment."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def entries(self) -> Locator:
        """The entries of the page's lists: links, requests, letters, messages."""
        return self.page.locator("main .entry")

    def download(self, name: str, *, exact: bool = True) -> bytes:
        """The file that a link or a button of that name gives."""
        found = self.page.get_by_role("link", name=name, exact=exact).or_(
            self.page.get_by_role("button", name=name, exact=exact)
        )
        with self.page.expect_download() as started:
            found.first.click()
        return started.value.path().read_bytes()

    def fetch(self, name: str, *, last: bool = False, exact: bool = True) -> bytes:
        """What stands behind the first link of that name, or the last, without opening it in the window. It may be
        folded.
        """
        found = self.page.get_by_role("link", name=name, exact=exact, include_hidden=True)
        address = (found.last if last else found.first).get_attribute("href")
        answer = self.context.request.get(f"{self.address}{address}")
        assert answer.ok, f"{answer.status} at {address}"
        return answer.body()

    def leave(self) -> None:
        """Press the control that every page has."""
        self.follow("Leave this page")
        self.page.wait_for_url(self.elsewhere + "/")

    def come_back(self, words: str) -> None:
        """To the case, from the front page, with six words."""
        self.open("/")
        self.follow("Come back to my case", exact=False)
        self.fill("Your six words", words)
        self.press("Go on")

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", self.elsewhere + "/", "data:", "blob:")):
            self.troubles.append(f"a request left the host: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} at {response.url}")

    def _see_console(self, message: ConsoleMessage) -> None:
        is_remark = NOT_ASKED_FOR.search(message.text) or UNKNOWN_ABILITY.search(message.text)
        if message.type == "error" and not is_remark:
            self.troubles.append(f"the browser said: {message.text}")
