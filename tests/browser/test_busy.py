"""A busy network in a real browser: the small sum is done beside the page; and what a browser forgets on leaving."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from portal.domain.quotas import FREE, Counted
from portal.models.quotas import Quota
from portal.services.signin.quotas import KEPT
from portal.web.network import name_bucket
from tests.browser.conftest import Admit
from tests.browser.site import Site
from tests.browser.visitor import Visitor


@pytest.fixture
def busy(site: Site) -> None:
    """Today's free reports of this network are used up."""
    bucket = name_bucket(site.parts.ports.keys.forms, "127.0.0.1", now=site.clock.now)
    with site.parts.sessions.begin() as session:
        row = Quota(bucket=bucket, counted=Counted.DRAFT, used=FREE[Counted.DRAFT], ends_at=site.clock.now + KEPT)
        session.merge(row)


def test_the_sum_is_done_while_the_page_is_read(admit: Admit, busy: None) -> None:
    visitor = admit()
    visitor.open("/report")
    expect(visitor.page.get_by_text("Ready. You can go on.")).to_be_visible()
    visitor.press("Begin")
    visitor.is_at("Keep these six words")


def test_who_begins_before_the_sum_is_done_is_taken_on_by_it(admit: Admit, busy: None) -> None:
    visitor = admit()
    visitor.page.route("**/work.js", lambda route: route.abort(), times=1)  # as if there had been no time for it
    visitor.open("/report")
    visitor.press("Begin")
    visitor.is_at("Keep these six words")


def test_without_javascript_the_wait_is_enough(admit: Admit, site: Site, busy: None) -> None:
    visitor = admit(java_script_enabled=False)
    visitor.open("/report")
    visitor.press("Begin")
    visitor.is_at("Please wait a moment")
    site.clock.move(seconds=20)
    visitor.press("Go on")
    visitor.is_at("Keep these six words")


def keep_things(visitor: Visitor) -> None:
    """A cookie and an entry in each store, as if a later version of a page had made them."""
    visitor.page.evaluate("localStorage.setItem('a', 'b'); sessionStorage.setItem('a', 'b')")
    visitor.page.evaluate("caches.open('a').then((kept) => kept.put('/a', new Response('b')))")


def count_kept(visitor: Visitor) -> list[int]:
    return [
        len(visitor.context.cookies(visitor.address)),
        visitor.page.evaluate("localStorage.length"),
        visitor.page.evaluate("caches.keys().then((names) => names.length)"),
    ]


def test_leaving_is_quick_and_the_browser_keeps_nothing(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/report")
    keep_things(visitor)
    assert count_kept(visitor) == [1, 1, 1]
    began = time.monotonic()
    visitor.leave()
    took = time.monotonic() - began
    assert took < 3, f"leaving took {took:.1f} s"
    visitor.open("/static/favicon.svg")
    assert count_kept(visitor) == [0, 0, 0]
    visitor.page.go_back()
    visitor.page.go_back()
    expect(visitor.page.locator("p.words")).to_have_count(0)
