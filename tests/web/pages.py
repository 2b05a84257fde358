"""A browser without JavaScript for tests. Every page it is given is checked for what no page may get wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.web.addresses import at, name_of

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HEAVIEST = 60_000  # bytes of a person's page with its style sheet and scripts
OWN_NAME = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b")  # a case's reference
REFERENCES = ("aria-describedby", "aria-labelledby", "for")
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
SOME_TOKEN = "the token of this visit"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}  # as a browser says of a form on a page of ours
QUIET_INPUTS = frozenset({"hidden", "submit", "button"})


@dataclass
class Page:
    """An HTML answer, read and checked."""

    answer: TestResponse
    root: Element

    @property
    def path(self) -> str:
        """The page's name, or its address where it has none."""
        return name_of(urlsplit(self.answer.request.url).path)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def text(self) -> str:
        """What is read on the page, with single spaces."""
        return " ".join(" ".join(_find(self.root, "main").itertext()).split())

    @property
    def heading(self) -> str:
        return _text(_find(self.root, "h1"))

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        boxes = [each for each in self.root.iter() if each.get("class") == "error-summary"]
        return [_text(row) for box in boxes for row in box.iter("li")]

    def links(self) -> dict[str, str]:
        """Addresses by the words of their links."""
        return {_text(each): each.get("href", "") for each in self.root.iter("a")}

    def form_with(self, button: str) -> tuple[Element, Element]:
        """The form with a button of that name, and the button. Raises AssertionError."""
        for form in self.root.iter("form"):
            for each in form.iter("button"):
                if _text(each).startswith(button):
                    return form, each
        names = [_text(each) for each in self.root.iter("button")]
        raise AssertionError(f"no button {button!r} on {self.path}; there are {names}")


@dataclass
class Visitor:
    """One browser. `page` is the page it is on."""

    app: Flask
    title: str = "Recourse"
    seen: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def page(self) -> Page:
        return self.seen[-1]

    def go(self, path: str, *, status: int = 200) -> Page:
        """Open an address, or the page of that name, and follow where it leads."""
        return self._show(self.client.get(at(path), follow_redirects=True), status)

    def follow(self, words: str) -> Page:
        """Follow the link of that name."""
        found = [href for name, href in self.page.links().items() if name.startswith(words)]
        assert found, f"no link {words!r} on {self.page.path}"
        return self.go(found[0])

    def press(self, button: str, *, status: int = 200, **typed: str | list[str]) -> Page:
        """Press a button, with what is typed on top of what the form holds. An empty text takes a tick away."""
        form, pressed = self.page.form_with(button)
        values = MultiDict(list(_controls(form)))
        if pressed.get("name"):
            values[pressed.get("name", "")] = pressed.get("value", "")
        for name, value in typed.items():
            values.setlist(name, value if isinstance(value, list) else [value])
        return self.send(form.get("action", ""), values, status=status)

    def send(self, path: str, values: MultiDict[str, str] | dict[str, str], *, status: int = 200) -> Page:
        """Send a form as it is given and follow where it leads."""
        answer = self.client.post(at(path), data=values, headers=OWN_PAGE, follow_redirects=True)
        return self._show(answer, status)

    def _show(self, answer: TestResponse, status: int) -> Page:
        assert answer.status_code == status, f"{answer.status_code} at {answer.request.path}: {answer.text[:3000]}"
        for step in (*answer.history, answer):
            assert not OWN_NAME.search(step.request.url), step.request.url
        root = check_page(answer, self.title)
        self.seen.append(Page(answer, root))
        return self.page


def check_page(answer: TestResponse, title: str) -> Element:
    """The page's tree. Raises AssertionError with what is wrong with it."""
    check_headers(answer)
    tokens = set(TOKEN.findall(answer.text))
    if len(tokens) != 1:
        return deepcopy(_read_page(answer.text, title))
    (token,) = tokens
    root = deepcopy(_read_page(answer.text.replace(token, SOME_TOKEN), title))
    for each in root.iter("input"):
        if each.get("name") == "csrf_token":
            each.set("value", token)
    return root


@lru_cache(maxsize=300)
def _read_page(text: str, title: str) -> Element:
    """A page that was read once is copied for whoever is shown the same but for the token of its forms: to read it
    takes longer than to make it.
    """
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    assert _text(_find(root, "title")) == title, "the title has to be neutral"
    assert len(list(root.iter("h1"))) == 1, "one h1"
    check_ids(root)
    check_fields(root)
    check_forms(root)
    check_origin(root)
    return root


def check_headers(answer: TestResponse) -> None:
    for name, start in HEADERS.items():
        assert answer.headers.get(name, "").startswith(start), f"{name}: {answer.headers.get(name)}"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    if answer.headers["Cache-Control"].startswith("public"):
        check_same_for_all(answer)
    else:
        assert answer.headers["Cache-Control"] == "no-store"


def check_same_for_all(answer: TestResponse) -> None:
    """A page that may be kept tells nothing of its visitor: no cookie, no form token, nothing that hangs on them."""
    assert "Set-Cookie" not in answer.headers
    assert "csrf_token" not in answer.text
    assert answer.headers["ETag"]
    assert "Cookie" not in answer.headers.get("Vary", "")


def check_ids(root: Element) -> None:
    """No id twice, and nothing points to an id that is not there."""
    ids = [each.get("id", "") for each in root.iter() if each.get("id") is not None]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(one for one in ids if ids.count(one) > 1)}"
    for each in root.iter():
        wanted = [word for name in REFERENCES for word in each.get(name, "").split()]
        if each.get("href", "").startswith("#"):
            wanted.append(each.get("href", "")[1:])
        for one in wanted:
            assert one in ids, f"{each.tag} points to {one!r}, which is not there"


def check_fields(root: Element) -> None:
    """Every field that can be seen has a label."""
    labelled = {each.get("for") for each in root.iter("label")}
    for each in root.iter():
        is_field = each.tag in {"textarea", "select"} or (
            each.tag == "input" and each.get("type", "text") not in QUIET_INPUTS
        )
        if is_field and each.get("hidden") is None:
            assert each.get("id") in labelled or each.get("aria-label"), f"no label for {each.attrib}"


def check_forms(root: Element) -> None:
    """Every form that changes something carries a token, and stays here."""
    for form in root.iter("form"):
        assert form.get("action", "").startswith("/"), f"a form goes to {form.get('action')!r}"
        if form.get("method", "").lower() == "post":
            tokens = [each for each in form.iter("input") if each.get("name") == "csrf_token" and each.get("value")]
            assert len(tokens) == 1, f"{len(tokens)} tokens in the form of {form.get('action')}"


def check_origin(root: Element) -> None:
    """Nothing is loaded from elsewhere, and nothing stands inline."""
    for each in root.iter():
        assert each.tag != "style", "an inline style sheet"
        assert each.tag != "script" or each.get("src"), "an inline script"
        assert not [name for name in each.attrib if name == "style" or name.startswith("on")], each.attrib
        loaded = each.get("src") or (each.get("href") if each.tag == "link" else None)
        assert loaded is None or loaded.startswith("/"), f"{loaded} is loaded from elsewhere"


def weigh(visitor: Visitor) -> int:
    """Bytes of the page with all that it loads."""
    loaded = [
        each.get("src") or each.get("href") for each in visitor.page.root.iter() if each.tag in {"link", "script"}
    ]
    return len(visitor.page.answer.data) + sum(_size(visitor, address) for address in loaded if address)


def _size(visitor: Visitor, address: str) -> int:
    with visitor.client.get(address) as answer:
        return len(answer.data)


def _controls(form: Element) -> Iterator[tuple[str, str]]:
    """Names and values as a browser would send them, without the buttons."""
    for each in form.iter():
        name, kind = each.get("name"), each.get("type", "text")
        if not name:
            continue
        if each.tag == "textarea":
            yield name, "".join(each.itertext()).removeprefix("\n")
        elif each.tag == "select":
            chosen = [one for one in each.iter("option") if one.get("selected") is not None]
            yield name, chosen[0].get("value", "") if chosen else ""
        elif each.tag == "input" and (kind not in {"radio", "checkbox"} or each.get("checked") is not None):
            yield name, each.get("value", "on")


def _find(root: Element, tag: str) -> Element:
    found = next(root.iter(tag), None)
    assert found is not None, f"no {tag}"
    return found


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
