"""The looking itself is looked at: a page with faults is not passed."""

from __future__ import annotations

from tests.browser.conftest import Admit
from tests.browser.looks import look_at, weigh


def test_faults_that_are_put_into_a_page_are_found(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    assert look_at(visitor, "planted before") == []
    visitor.page.evaluate("""() => {
      const wide = document.createElement("p");
      wide.textContent = "w".repeat(90);
      wide.style.overflowWrap = "normal";
      const pale = document.createElement("p");
      pale.textContent = "hard to read";
      pale.style.color = "#777";
      pale.style.background = "#888";
      document.querySelector("main").append(wide, pale, document.createElement("textarea"));
    }""")
    found = " ".join(look_at(visitor, "planted after"))
    assert "px wide at 360 px" in found
    assert "light: color-contrast" in found
    assert "dark: color-contrast" in found
    assert "light: label" in found


def test_the_weight_counts_what_the_page_loads(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    answers = [visitor.context.request.get(f"{visitor.address}{path}").body() for path in ("/", "/style.css")]
    assert weigh(visitor) > sum(len(answer) for answer in answers)
