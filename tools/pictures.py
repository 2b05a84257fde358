"""The README's pictures, made from the invented cases: `make pictures` writes docs/pictures/*.png.

The portal runs on a port and in a folder of its own for that; nothing else on the machine is touched.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from portal.run.system import BROWSER, SystemPart, describe_remedy, find_browser, find_missing, is_program
from portal.services.demo.fill import ADVOCATE, Filled, fill
from portal.services.demo.stories import SHOWN, make_stories
from tests.browser import story
from tests.browser.site import Site, start_site
from tests.browser.visitor import Visitor

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PRINTER = SystemPart(partial(is_program, "pdftoppm"), "poppler-utils", "poppler-utils", "poppler")
PHONE, DESK = ViewportSize(width=390, height=780), ViewportSize(width=1000, height=780)
COLOURS = 48  # pages of text need no more, and the files stay small
LETTER_DOTS = 90  # dots per inch


def main() -> int:
    missing = find_missing((*BROWSER, PRINTER))
    if missing:
        print(f"The pictures need a browser and a program that draws PDF pages. {describe_remedy(missing)}")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, start_site(Path(folder) / "var") as site:
        now = site.clock()
        filled = fill(site.parts.sessions, make_stories(now.date()), shown=SHOWN, now=now, ports=site.parts.ports)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            take_report(browser, site)
            take_case(browser, site, filled)
            take_desk(browser, site, filled)
            browser.close()
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.relative_to(FOLDER.parent.parent)}: {path.stat().st_size // 1024} kB")
    return 0


def take_report(browser: Browser, site: Site) -> None:
    """The front page, and the step of a report where links are pasted."""
    visitor = Visitor(browser.new_context(viewport=PHONE), site.address, site.elsewhere)
    visitor.open("/")
    keep(visitor, "front")
    story.begin(visitor)
    story.answer_first(visitor, "New Zealand")
    story.paste_links(visitor)
    visitor.page.evaluate("scrollTo(0, 0)")
    keep(visitor, "links")


def take_case(browser: Browser, site: Site, filled: Filled) -> None:
    """A person's case, and one of its requests with its clocks."""
    visitor = Visitor(browser.new_context(viewport=PHONE), site.address, site.elsewhere)
    visitor.come_back(filled.words)
    visitor.is_at("Your case")
    keep(visitor, "case")
    visitor.open("/case/requests/1")
    visitor.page.locator("details").first.evaluate("each => each.open = true")
    visitor.page.locator("#clocks").evaluate("each => scrollTo(0, each.offsetTop - 70)")
    keep(visitor, "request")


def take_desk(browser: Browser, site: Site, filled: Filled) -> None:
    """The queue, a case, and the first page of its first letter."""
    visitor = Visitor(browser.new_context(viewport=DESK), site.address, site.elsewhere)
    advocate = next(one for one in filled.sign_ins if one.login == ADVOCATE[0])
    visitor.open("/desk/sign-in")
    visitor.fill("Sign-in name", advocate.login)
    visitor.fill("Password", advocate.password)
    visitor.press("Sign in")
    visitor.fill("Code", advocate.codes[0])
    visitor.press("Go on")
    visitor.is_at("Today")
    visitor.open("/desk")
    keep(visitor, "queue")
    visitor.follow(filled.reference)
    visitor.is_at("What to do")
    keep(visitor, "desk-case")
    visitor.open(f"/desk/cases/{filled.reference}/requests/1")
    save(draw_first_page(visitor.fetch("Full letter (PDF)")), "letter")


def keep(visitor: Visitor, name: str) -> None:
    """What the window shows now."""
    save(visitor.page.screenshot(), name)


def draw_first_page(content: bytes) -> bytes:
    """The first page of a PDF as a picture."""
    command = ["pdftoppm", "-png", "-singlefile", "-r", str(LETTER_DOTS), "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def save(picture: bytes, name: str) -> None:
    """In few colours."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
