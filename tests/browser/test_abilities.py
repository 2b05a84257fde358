"""What a page may ask the browser for: the browser's own answer, not the header's text."""

from __future__ import annotations

from portal.web.security import ABILITIES
from tests.browser.conftest import Admit


def test_the_browser_knows_every_ability_that_is_refused_and_refuses_it(admit: Admit) -> None:
    visitor = admit()
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text))
    visitor.open("/")
    refused = set(ABILITIES.split())
    known = set(visitor.page.evaluate("document.featurePolicy.features()"))
    allowed = set(visitor.page.evaluate("document.featurePolicy.allowedFeatures()"))
    assert refused <= known
    assert not refused & allowed
    assert said == []


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
