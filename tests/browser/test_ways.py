"""The other ways on a small phone, counted: a child, a parent, who acts for somebody, a threat; and each comes back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Admit
from tests.browser.story import MAIL
from tests.browser.test_few_taps import PHONE, THIRTY, Counting
from tests.web.addresses import name_of

PATIENCE = 14  # steps between the first question and the review, at most


@dataclass(frozen=True)
class Way:
    """Whose way it is, what is answered, what the pages say on it, and in how many taps and pastes it is saved."""

    who: str
    age: str
    online: str = "Yes, or it was sent to others"
    told: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    most: int = 15


NEEDS_LETTERS = ("Nothing has been sent yet.", "Send 10 letters, one by one.")
WAYS = {
    "child": Way(
        who="Me",
        age="Yes, under 18",
        told=(
            "You are not in trouble. This is not your fault.",
            "Don’t send the picture to anyone",
            "Don’t pay anyone",
        ),
        after=NEEDS_LETTERS,
    ),
    "parent": Way(
        who="My child",
        age="Yes, under 18",
        told=("Your child is not in trouble. This is not their fault, and not yours.", "Don’t delete your messages."),
        after=NEEDS_LETTERS,
    ),
    "representative": Way(
        who="Someone else, who asked me to help", age="No, 18 or older", after=NEEDS_LETTERS, most=16
    ),
    "threat": Way(
        who="Me",
        age="No, 18 or older",
        online="No, but someone says they will post it",
        told=("This is not your fault. You are not alone.", "Don’t pay.", "Don’t send more pictures.", "Keep the chat"),
        after=("Keep your proof", "If it is posted, come back with your six words and add the link."),
    ),
}


def report(counting: Counting, way: Way) -> tuple[str, str]:
    """From the front page to the receipt. Returns the six words, and all that the page of help said."""
    visitor = counting.visitor
    visitor.open("/")
    counting.tap("Get something taken down")
    counting.tap("Begin")
    visitor.is_at("Keep these six words")
    words = visitor.page.locator(".words").inner_text()
    counting.tap("I wrote them down")
    answers = {
        "who": way.who,
        "age": way.age,
        "country": "New Zealand",
        "what": "A real private picture or video",
        "online": way.online,
        "child": "Go on with my report",
        "threat": "Go on with my report",
    }
    told = ""
    for _step in range(PATIENCE):
        here = visitor.path
        step = here.rpartition("/")[2]
        if step == "review":
            break
        if step in {"child", "threat"}:
            told += visitor.text
            assert visitor.page.locator("main a[href^='tel:']").count(), "nobody can be called with one tap"
        if step in answers:
            counting.tap(answers[step])
        elif step == "links":
            counting.paste("Paste the links", THIRTY)
            counting.tap("Add these links")
            visitor.sees("30 links found")
            counting.tap("Continue")
        elif step == "contact":
            counting.paste("Your e-mail address", MAIL)
            counting.tap("Continue")
        else:
            visitor.page.locator("main textarea, main input[type=text]").first.fill("She asked me on 2 March.")
            counting.pastes += 1
            counting.tap("Continue")
        visitor.page.wait_for_url(partial(is_elsewhere, here))
    visitor.is_at("Check your answers")
    counting.tap("Save my report")
    visitor.is_at("Your report is saved")
    return words, told


def is_elsewhere(here: str, address: str) -> bool:
    """Whether an address is of another page than the one with this name."""
    return name_of(urlsplit(address).path) != here


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("name", WAYS)
def test_a_report_is_saved_and_found_again(admit: Admit, name: str, has_scripts: bool) -> None:
    way = WAYS[name]
    visitor = admit(viewport=PHONE, java_script_enabled=has_scripts, locale="en-NZ")
    counting = Counting(visitor)
    words, told = report(counting, way)
    for sentence in way.told:
        assert sentence in told
    for sentence in way.after:
        visitor.sees(sentence)
    assert counting.taps + counting.pastes <= way.most, counting.taps + counting.pastes
    visitor.leave()
    visitor.come_back(words)
    visitor.is_at("Your case")
    visitor.sees("10 need you" if way.after is NEEDS_LETTERS else "Nothing is online yet.")
