"""Everything hostile into every field of every form: an answer that makes sense, and nothing typed is lost.

What single forms say about single mistakes is tested beside their pages, in `person` and `desk`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

import pytest
from werkzeug.datastructures import MultiDict

from portal.domain.readable import show_unreadable
from tests.web.addresses import at
from tests.web.desk.colleague import Colleague
from tests.web.pages import OWN_PAGE, Page
from tests.web.world import TITLE, Caller, World, let_in, make_world

HOSTILE: Mapping[str, str] = MappingProxyType(
    {
        "a NUL": "before\0after",
        "a text turned around": "picture\u202egpj.exe",
        "control characters": "\x1b[31mred\x07\x7f",
        "markup": "<script>alert(1)</script>\"'><b>&amp;",
        "a template": "{{ 7 * 7 }} {% raw %} %(name)s %s ${x}",
        "many code points for one letter": "Z\u0334\u0351\u0310a\u0335l\u0336 \U0001f469\u200d\U0001f467 \ufdfd",
        "more than fits": "many words " * 2000,
        "no text at all": " \n\t\u3000 ",
    }
)
PAGES: Mapping[Caller, str] = MappingProxyType(
    {
        Caller.NOBODY: "/return /desk/sign-in",
        Caller.DRAFT: """
            /report/links /report/places /report/contact
        """,
        Caller.PERSON: """
            /case/facts /case/links /case/messages /case/requests/2/sent /case/requests/1/answer
            /case/requests/2/details /case/complaints/1/sent /case/complaints/new/{option}
        """,
        Caller.ADVOCATE: """
            {case}/close {case}/links/add {case}/messages {case}/notes {case}/requests/2/details {case}/requests/2/sent
            {case}/requests/1/answer {case}/complaints/1/lodged {case}/complaints/prepare/us-take-it-down/us-ftc
        """,
    }
)
ROWS = [(caller, path) for caller, paths in PAGES.items() for path in paths.split()]
NOBODY_WROTE = """
    /not/here /report/../../etc/passwd /case/requests/999999999999999999999 /case/requests/-1 /%00 /%ff /report/who%00
    /desk/cases/%E2%80%AE /static/../app.py /?page=%00 /help?page=-1 /case/links?page=9e9 /case/letters/1.pdf.exe
    /desk?page=0&show=<script> /case/complaints/new/none/nobody
"""
FREE = frozenset({"text", "email", "password", "datetime-local", "date"})
BOXES = ("-day", "-month", "-year", "-time")  # of a date: long nonsense in them is cut


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("bad-input")) as made:
        yield made


@pytest.fixture
def browse(world: World) -> Iterator[World]:
    yield world
    world.restore()


def come_as(world: World, caller: Caller) -> Colleague:
    visitor = Colleague(world.app, TITLE)
    let_in(visitor.client, world.cookies[caller])
    return visitor


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize(("caller", "path"), ROWS, ids=[f"{caller} {path}" for caller, path in ROWS])
def test_whatever_is_typed_is_answered_and_not_lost(browse: World, caller: Caller, path: str, kind: str) -> None:
    visitor = come_as(browse, caller)
    page = visitor.go(path.replace("{case}", f"/desk/cases/{browse.reference}").replace("{option}", browse.option))
    form = next(each for each in page.root.iter("form") if list(_free_fields(each)))
    typed = _fill(form, HOSTILE[kind])
    answer = visitor.client.post(form.get("action") or page.path, data=typed, follow_redirects=True)
    assert answer.status_code in {200, 400, 409}, f"{answer.status_code}: {answer.text[:2000]}"
    shown = visitor._show(answer, answer.status_code)
    if answer.status_code != 200:
        assert _says_what_to_do(shown)
        for name in _kept_fields(form):
            assert _is_there(HOSTILE[kind], answer.text), f"{name} was lost"


def _free_fields(form: Element) -> Iterator[Element]:
    for each in form.iter():
        if each.tag == "textarea" or (each.tag == "input" and each.get("type", "text") in FREE):
            yield each


def _kept_fields(form: Element) -> list[str]:
    """The fields whose text has to come back; a password never does."""
    names = [(each.get("name", ""), each.get("type", "text")) for each in _free_fields(form)]
    return [name for name, kind in names if kind != "password" and not name.endswith(BOXES)]


def _fill(form: Element, text: str) -> MultiDict[str, str]:
    """The text in every free field, the first answer to every question, and the form's own hidden values."""
    typed: MultiDict[str, str] = MultiDict()
    for each in form.iter():
        name, kind = each.get("name", ""), each.get("type", "text")
        if each in list(_free_fields(form)):
            typed[name] = text
        elif each.tag == "input" and (kind == "hidden" or (kind in {"radio", "checkbox"} and name not in typed)):
            typed[name] = each.get("value", "")
        elif each.tag == "select":
            typed[name] = "NZ"
    button = list(form.iter("button"))[-1]  # the main one; others before it only help to fill the form in
    if button.get("name"):
        typed[button.get("name", "")] = button.get("value", "")
    return typed


def _is_there(text: str, page: str) -> bool:
    """Whether the text stands on the page, with a mark for each character that cannot be seen."""
    seen = " ".join(html.unescape(page).split())
    return " ".join(show_unreadable(text).split()) in seen or " ".join(text.split()) in seen


def _says_what_to_do(page: Page) -> bool:
    return bool(page.errors) or "another window" in page.text


@pytest.mark.parametrize("path", NOBODY_WROTE.split())
@pytest.mark.parametrize("caller", [Caller.NOBODY, Caller.DRAFT, Caller.PERSON, Caller.ADVOCATE])
def test_an_address_that_nobody_wrote_gets_a_page(world: World, caller: Caller, path: str) -> None:
    visitor = come_as(world, caller)
    answer = visitor.client.get(path, follow_redirects=True)
    assert answer.status_code in {200, 404}, f"{answer.status_code} at {path}"
    visitor._show(answer, answer.status_code)


def test_a_file_that_nobody_asked_for_is_not_taken(browse: World) -> None:
    """No form takes a file; one that is sent all the same is left unread, and the rest of the form counts."""
    visitor = come_as(browse, Caller.PERSON)
    form, _button = visitor.go("/case/messages").form_with("Send")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")
    picture = (b"\xff\xd8\xff" + b"0" * 1000, "picture.jpg")
    answer = visitor.client.post(
        at("/case/messages"), data={"csrf_token": token, "text": "Only words.", "file": picture}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert "Only words." in answer.text
    assert "picture.jpg" not in answer.text


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "a/b"]
)
def test_a_body_that_is_no_form_is_refused_in_words(browse: World, content_type: str) -> None:
    visitor = come_as(browse, Caller.PERSON)
    answer = visitor.client.post(
        at("/case/messages"), data=b"--x\r\nnonsense", content_type=content_type, headers=OWN_PAGE
    )
    assert visitor._show(answer, 400).heading == "Please send it once more"


def test_the_same_form_sent_twice_at_once_counts_once(browse: World) -> None:
    """Two presses of a button that was slow: the second is told, and there is one request sent, not two."""
    visitor = come_as(browse, Caller.PERSON)
    visitor.go("/case/requests/2/sent")
    form = visitor.page
    visitor.press("Save", channel="form", ticket="T-2")
    visitor.seen.append(form)
    page = visitor.press("Save", status=400, channel="form", ticket="T-3")
    assert page.errors
    assert "T-3" in page.answer.text
    assert visitor.go("/case/requests/2").answer.text.count("T-3") == 0


def test_a_form_of_the_session_before_does_not_count_in_the_next(browse: World) -> None:
    """Somebody leaves, and comes back by the browser's history: the old form asks for the words first."""
    visitor = come_as(browse, Caller.PERSON)
    visitor.go("/case/messages")
    old = visitor.page
    visitor.client.get("/leave")
    visitor.seen.append(old)
    page = visitor.press("Send", status=400, text="Do not lose me.")
    assert "Do not lose me." in page.text
    assert visitor.press("Send it again").path == "/return"
