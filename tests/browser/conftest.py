"""One Chromium per test process, and visitors in it. Each module starts the sites it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from portal.run.system import BROWSER, describe_remedy, find_browser, find_missing
from tests.browser.scenes import LATER, Scenes, copy_scenes, read_scenes
from tests.browser.site import Site, start_site
from tests.browser.visitor import Visitor
from tests.services.fakes import print_quickly

# The browser's own errands (updates, safe browsing, metrics) are no business of a test machine without a network.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)
Admit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Without it the tests fail with the command that installs it."""
    missing = find_missing(BROWSER)
    if missing:
        pytest.fail(f"These tests need Chromium. {describe_remedy(missing)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A portal for the tests of one module: empty, or with all scenes where one of the tests asks for them."""
    folder: Path = tmp_path_factory.mktemp("site") / "var"
    own = (each for each in request.session.items if each.getparent(pytest.Module) is request.node)
    is_filled = any("scenes" in getattr(each, "fixturenames", ()) for each in own)
    if is_filled:
        copy_scenes(folder)
    with start_site(folder, is_filled=is_filled) as running:
        yield running


@pytest.fixture(scope="module")
def quick_printing() -> Iterator[None]:
    """Letters are not set as PDF, for a module that opens none: it would wait for each."""
    with pytest.MonkeyPatch.context() as patch:
        print_quickly(patch)
        yield


@pytest.fixture
def admit(chromium: Browser, site: Site) -> Iterator[Admit]:
    """Makes visitors: `admit(java_script_enabled=False)`. At the end none of them may have met trouble."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        visitors.append(Visitor(context, site.address, site.elsewhere))
        return visitors[-1]

    yield make
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    for visitor in visitors:
        visitor.context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def scenes(site: Site) -> Scenes:
    """The module's portal filled with reports and cases in every state."""
    site.clock.now = LATER
    return read_scenes()


@pytest.fixture(scope="module")
def visitors(chromium: Browser, site: Site, scenes: Scenes) -> Iterator[dict[str, Visitor]]:
    """A browser for each scene. At the end none of them may have met trouble."""
    made = {}
    for name, cookie in scenes.cookies.items():
        made[name] = Visitor(chromium.new_context(), site.address, site.elsewhere)
        if cookie:
            sides = ("session", "desk")  # a session is good for one of them
            made[name].context.add_cookies([{"name": side, "value": cookie, "url": site.address} for side in sides])
    yield made
    for visitor in made.values():
        visitor.context.close()
    assert [trouble for visitor in made.values() for trouble in visitor.troubles] == []
