"""What a page may ask the browser for: the browser's own answer, not the header's text."""

from __future__ import annotations

from portal.web.security import ABILITIES
from tests.browser.conftest import Admit
from tests.browser.visitor import UNKNOWN_ABILITY

ASKED_FOR = "geolocation"  # as browsers have asked the person for, for many years; this one has allowed it
TRY = """async () => {
    const place = () => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, fail));
    return {
        place: await place().then(() => "found", (error) => error.code === 1 ? "refused" : error.message),
        fullscreen: document.fullscreenEnabled,
    };
}"""


def test_a_page_gets_nothing_of_what_is_refused_though_the_person_has_allowed_it(admit: Admit) -> None:
    visitor = admit(geolocation={"latitude": -36.8, "longitude": 174.8}, permissions=[ASKED_FOR])
    said: list[str] = []
    visitor.page.goto(visitor.elsewhere)
    assert visitor.page.evaluate(TRY) == {"place": "found", "fullscreen": True}, "where no header refuses it"
    visitor.page.on("console", lambda message: said.append(message.text))
    visitor.open("/")
    assert [text for text in said if not UNKNOWN_ABILITY.search(text)] == [], "the header is well-formed"
    assert {ASKED_FOR, "fullscreen"} <= set(ABILITIES.split())
    assert visitor.page.evaluate(TRY) == {"place": "refused", "fullscreen": False}
    visitor.troubles.clear()  # the browser said that it refuses, as it should


def test_of_the_abilities_that_this_browser_knows_none_that_is_refused_is_allowed(admit: Admit) -> None:
    """Browsers differ in what they know and change it with each version; a name that one does not know does nothing."""
    visitor = admit()
    visitor.open("/")
    allowed = set(visitor.page.evaluate("document.featurePolicy?.allowedFeatures() ?? []"))
    assert not set(ABILITIES.split()) & allowed


def test_nothing_of_another_site_can_be_loaded_or_reached_from_a_page(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    blocked = visitor.page.evaluate(
        """async (elsewhere) => {
            const found = [];
            document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
            await fetch(elsewhere + "/").catch(() => {});
            document.body.append(Object.assign(new Image(), { src: elsewhere + "/a.png" }));
            document.body.append(Object.assign(document.createElement("script"), { src: elsewhere + "/a.js" }));
            document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" }));
            document.body.append(Object.assign(document.createElement("iframe"), { src: elsewhere + "/" }));
            document.body.setAttribute("style", "color: red");
            await new Promise((done) => setTimeout(done, 500));
            return { found: found.sort(), ran: window.ran ?? 0 };
        }""",
        visitor.elsewhere,
    )
    visitor.troubles.clear()  # the browser said so on its console each time, as it should
    assert blocked["ran"] == 0
    assert set(blocked["found"]) == {
        "connect-src", "img-src", "script-src-elem", "frame-src", "style-src-attr"
    }  # fmt: skip
