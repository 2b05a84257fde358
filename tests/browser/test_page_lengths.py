"""How long the person's pages are on a phone of 360 by 740, and whether the main button is in the first screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, Filer
from portal.domain.report import YesNo
from portal.services.complaints import complaints
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.browser.scenes import hold_open
from tests.browser.site import NOW, Site
from tests.browser.test_case_page import PHONE, send_all
from tests.browser.test_few_taps import THIRTY
from tests.browser.visitor import Visitor
from tests.services.factories import make_case, make_draft

pytestmark = pytest.mark.usefixtures("quick_printing")

LONGEST = {  # pages, each by whose case is open and its address, with the most screens of a phone
    ("receipt of a child", "/case/receipt"): 2.0,
    ("receipt of a parent", "/case/receipt"): 2.0,
    ("receipt", "/case/receipt"): 2.0,
    ("ten", "/case"): 2.0,
    ("ten", "/case/history"): 3.0,
    ("ten", "/case/complaints"): 2.0,
    ("ten", "/case/complaints/1"): 2.0,
    ("ten", "/case/complaints/1/together"): 2.0,
    ("ten", "/case/requests/6/reminded"): 2.0,
    ("ten", "/case/reminders"): 2.0,
    ("ten", "/case/requests/1"): 2.7,
    ("ten", "/case/requests/1/answer"): 2.1,
    ("ten", "/case/requests/3"): 2.7,
    ("ten", "/case/requests/3/sent"): 2.0,
    ("ten", "/case/letters"): 3.0,
    ("ten", "/case/links"): 2.8,
    ("ten", "/case/prints"): 2.6,
    ("threat", "/report/threat"): 3.0,
    ("threat", "/help"): 3.0,
    ("threat", "/"): 2.4,
    ("child", "/report/child"): 2.6,
}
BEGAN = NOW - timedelta(days=8)
MAIN = ".button:not(.button--second, .button--quiet, .button--danger)"


def make_ten(session: Session, ports: Ports) -> CaseWork:
    """Ten letters of last week, of which some were answered; complaints about the rest are prepared."""
    opened = make_case(session, ports, links=THIRTY, country="US", subdivision="CA", now=BEGAN)
    for number in range(1, 11):
        letters.make_missing_letter(opened.at(BEGAN), number)
    send_all(opened, *range(1, 11), at=BEGAN)
    at = BEGAN + timedelta(days=2)
    for number, what in enumerate((Answer.ACKNOWLEDGED, Answer.REMOVED, Answer.REFUSED, Answer.PARTLY), start=1):
        answers.log_answer(opened.at(at), number, AnswerCommand(answer=what, at=at, text="As we see it."))
    together = next(one for one in complaints.options(opened.at(NOW)) if one.is_open and len(one.request_numbers) > 1)
    numbers = together.request_numbers
    complaints.prepare_each(opened.at(NOW), together.regime, together.regulator, numbers, wish="Take it down.")
    return opened


@pytest.fixture(scope="module")
def holders(chromium: Browser, site: Site) -> Iterator[dict[str, Visitor]]:
    """A phone for each scene. At the end none of them may have met trouble."""
    ports = site.parts.ports
    with site.parts.sessions.begin() as session:
        child = make_case(session, ports, links=THIRTY, country="GB", now=NOW, under_18=YesNo.YES)
        parent = make_case(
            session, ports, links=THIRTY, country="DE", now=NOW, under_18=YesNo.YES, filer=Filer.PARENT,
            authority="Her mother.",
        )  # fmt: skip
        adult = make_case(session, ports, links=THIRTY, country="US", subdivision="CA", now=NOW)
        threat, _ = make_draft(session, ports, links="", country="DE", is_online=YesNo.NO, now=NOW)
        young, _ = make_draft(session, ports, country="GB", under_18=YesNo.YES, now=NOW)
        cookies = {
            "receipt of a child": hold_open(session, child, with_receipt=True),
            "receipt of a parent": hold_open(session, parent, with_receipt=True),
            "receipt": hold_open(session, adult, with_receipt=True),
            "ten": hold_open(session, make_ten(session, ports)),
            "threat": hold_open(session, threat),
            "child": hold_open(session, young),
        }
    site.work()
    site.pass_time()
    made = {name: Visitor(chromium.new_context(viewport=PHONE), site.address, site.elsewhere) for name in cookies}
    for name, visitor in made.items():
        visitor.context.add_cookies([{"name": "session", "value": cookies[name], "url": site.address}])
    yield made
    for visitor in made.values():
        visitor.context.close()
    assert [trouble for visitor in made.values() for trouble in visitor.troubles] == []


@pytest.mark.parametrize(("scene", "path"), LONGEST, ids=[f"{scene} {path}" for scene, path in LONGEST])
def test_no_page_is_longer_than_it_has_to_be(holders: dict[str, Visitor], scene: str, path: str) -> None:
    visitor = holders[scene]
    visitor.open(path)
    tall = visitor.page.evaluate("document.documentElement.scrollHeight")
    assert tall <= LONGEST[scene, path] * PHONE["height"], f"{tall / PHONE['height']:.2f} screens"


def test_a_request_with_every_fold_pressed_stays_short(holders: dict[str, Visitor]) -> None:
    visitor = holders["ten"]
    visitor.open("/case/requests/3")
    visitor.page.locator("summary", has_text="Everything else").click()
    folds = visitor.page.locator("details[name=rest] > summary")
    assert folds.count() > 3
    for number in range(folds.count()):
        folds.nth(number).click()
    assert visitor.page.locator("details[name=rest][open]").count() == 1
    tall = visitor.page.evaluate("document.documentElement.scrollHeight")
    assert tall <= 5 * PHONE["height"], f"{tall / PHONE['height']:.2f} screens"


@pytest.mark.parametrize("scene", ["receipt of a child", "receipt of a parent", "receipt"])
def test_the_main_button_of_the_receipt_is_in_the_first_screen(holders: dict[str, Visitor], scene: str) -> None:
    visitor = holders[scene]
    visitor.open("/case/receipt")
    buttons = visitor.page.locator("main").locator(MAIN)
    assert buttons.count() == 1
    box = buttons.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]


def test_the_receipt_names_nobody_of_another_country(holders: dict[str, Visitor]) -> None:
    german, british = holders["receipt of a parent"], holders["receipt of a child"]
    for visitor in (german, british):
        visitor.open("/case/receipt")
        assert "CyberTipline" not in visitor.text
    assert german.text.index("Nummer gegen Kummer") < german.text.index("Telefonseelsorge")
    assert british.text.index("Report Remove") < british.text.index("Samaritans")
