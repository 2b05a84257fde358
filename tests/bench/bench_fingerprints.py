"""Fingerprints of 100 photos of twelve million pixels, in a real browser on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from portal.run.system import find_browser
from tests.bench.table import Row, keep_below
from tests.browser.conftest import ARGUMENTS
from tests.browser.site import start_site
from tests.pdq_pictures import draw

PHOTOS = 100
SIZE = (4000, 3000)
PATIENCE_MS = 400_000


def rows() -> list[Row]:
    with TemporaryDirectory() as folder, start_site(Path(folder) / "var") as site, sync_playwright() as playwright:
        files = list(make_photos(Path(folder)))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto(f"{site.address}/fingerprint")
        seconds = measure(page, files)
        browser.close()
    return [keep_below(f"fingerprints of {PHOTOS} photos of 12 MP", seconds, at_most=60, unit="s")]


def make_photos(folder: Path) -> Iterator[Path]:
    """Files of some 3 MB each, as a telephone makes them. They differ in their last bytes, so each is read whole."""
    first = folder / "photo.jpg"
    grain = Image.effect_noise(SIZE, 12).convert("RGB")
    Image.blend(draw(0).resize(SIZE, Image.Resampling.BICUBIC), grain, 0.2).save(first, quality=88)
    data = first.read_bytes()
    for number in range(PHOTOS):
        path = folder / f"{number}.jpg"
        path.write_bytes(data + number.to_bytes(4))
        yield path


def measure(page: Page, files: list[Path]) -> float:
    """Seconds from the choice to the last fingerprint."""
    page.get_by_label("Choose photos or videos").set_input_files(files[:2])
    page.locator("[data-fingerprint-after]").wait_for(timeout=PATIENCE_MS)
    page.reload()
    started = perf_counter()
    page.get_by_label("Choose photos or videos").set_input_files(files)
    page.locator("[data-fingerprint-after]").wait_for(timeout=PATIENCE_MS)
    seconds = perf_counter() - started
    made = page.locator("[data-fingerprint-list] > li details").count()
    if made != len(files):
        raise AssertionError(f"{made} of {len(files)} photos have a fingerprint")
    return seconds
