"""What every page is looked at for: axe in light and dark, no sideways scrolling, its weight; and pictures on request.

`SCREENS=1 make test ARGS=tests/browser` leaves a picture of every page in build/screens.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (360, 1280)
HEAVIEST = 60_000  # bytes of a person's page with its style sheet, scripts and icon
_files: dict[str, int] = {}  # bytes by address
LOADED = "document.querySelectorAll('link[href]:not([rel=canonical]), script[src], img[src]')"


def look_at(visitor: Visitor, name: str, *, is_light: bool = True) -> list[str]:
    """Everything that is wrong with the page the visitor is on, with all that can be unfolded unfolded."""
    page = visitor.page
    found = [f"weighs {weight} bytes" for weight in [weigh(visitor)] if is_light and weight > HEAVIEST]
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            found += [f"is {wide} px wide at {width} px" for wide in [_measure(page)] if wide > width]
            _take_picture(page, f"{name}-{width}-{scheme}")
            if width == WIDTHS[-1]:
                found += [f"{scheme}: {trouble}" for trouble in _ask_axe(page, colours_only=scheme == "dark")]
    return found


def weigh(visitor: Visitor) -> int:
    """Bytes of the page with everything it loads, each counted as if nothing had been kept from before."""
    addresses = visitor.page.evaluate(f"[...{LOADED}].map(each => each.href || each.src)")
    return sum(_weigh_part(visitor, address) for address in (visitor.page.url, *dict.fromkeys(addresses)))


def _weigh_part(visitor: Visitor, address: str) -> int:
    """A file, and what has its version in its address, is the same for every page, and is asked for once."""
    if address in _files:
        return _files[address]
    weight = len(visitor.context.request.get(address).body())
    parts = urlsplit(address)
    if parts.path.startswith("/static/") or parts.query.startswith("v="):
        _files[address] = weight
    return weight


def _measure(page: Page) -> int:
    width: int = page.evaluate("document.scrollingElement.scrollWidth")
    return width


def _ask_axe(page: Page, *, colours_only: bool) -> list[str]:
    """The rules that are broken, with where. In the dark only colours can differ."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if colours_only:
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    broken = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']} at {[node['target'] for node in rule['nodes']][:4]}: {rule['help']}" for rule in broken]


def _take_picture(page: Page, name: str) -> None:
    if os.environ.get("SCREENS"):
        folder = ROOT / "build" / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".png"), full_page=True)
