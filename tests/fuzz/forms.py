"""Every form of the portal, the person's and the desk's, sent with invented values: no fault, nothing typed is lost.

A portal is made once, with a case in which much has happened and a draft on each way that a report can take. Its pages
are asked for, and each form on them is one to send, with the fields, the choices and the token that it really has.
Steps that no page has a form for, such as those that wait for somebody else first, are sent to with names of others.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from portal.adapters import vault
from portal.domain.intake import StepId
from portal.domain.lifecycle import Filer
from portal.domain.readable import show_unreadable
from portal.domain.report import YesNo
from tests.cost import LOW
from tests.services.factories import NOW, make_draft
from tests.services.fakes import print_quickly
from tests.web.addresses import at, name_of
from tests.web.pages import OWN_PAGE
from tests.web.world import VALUES, Caller, World, let_in, make_world

ANSWERS = frozenset({200, 302, 303, 400, 403, 404, 405, 409, 413, 429})
OF_MACHINES = frozenset({401, 415, 422})  # what a form gets as well where a program is awaited
MARK = "kept7f3a"  # in every text of ours, so that it can be found again
TEXTS: Sequence[str] = (
    f"{MARK} words",
    f"https://x.com/{MARK}/status/1",
    f"{MARK}\r\nsecond line\n\n",
    f"  {MARK}  ",
    f"<b>{MARK}</b>&amp;\"'",
    f"{MARK}\u202eabc\x00\x07",
    f"{MARK}🙂é数\u200b",
    f"{MARK} " + "long " * 4_100,
    f"{MARK}@example.org",
)
OTHERS: Sequence[str] = (
    "", "0", "-1", "1", "2", "99999999999999999999", "٣", "y", "yes", "no", "all", "2026-11-24", "2026-11-24T09:00",
    "2026-02-30T25:61", "23", "11", "2026", "14:05", "NZ", "US", "US-CA", "XX", "refused", "extended", "form", "email",
    "request-1", "complaint-1", "none", "\x00", "%00", "../../etc", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
NAMES = (
    "text",
    "reason",
    "pasted",
    "links",
    "number",
    "answer",
    "sent_at",
    "version",
    "items",
    "team",
    "login",
    "link",
)
BOXES = ("-day", "-month", "-year", "-time")
SOMEBODY = UUID(int=1)  # an id that nobody has
ENDING = frozenset({"start.leave"})  # pages that end what a browser has open
# What is never shown again, whatever else was wrong: it opens something.
SECRETS = frozenset({"password", "new_password", "words", "code", "second_code", "answer", "again", "csrf_token"})
WAYS: Mapping[str, dict[str, Any]] = {
    "removal": {"took_it": YesNo.YES, "country": "US", "subdivision": "CA", "postal_address": "", "phone": ""},
    "child": {"filer": Filer.PARENT, "under_18": YesNo.YES},
    "threat": {"is_online": YesNo.NO},
    "representative": {"filer": Filer.REPRESENTATIVE, "authority": "She asked me to."},
}
STAFF = (Caller.ADVOCATE, Caller.SUPERVISOR, Caller.ADMINISTRATOR, Caller.REVIEWER, Caller.AUDITOR)


@dataclass(frozen=True)
class Control:
    """One field: its name, what it holds, what it offers, and whether somebody types in it."""

    name: str
    held: str
    offered: tuple[str, ...] = ()
    is_typed: bool = False


@dataclass(frozen=True)
class SentForm:
    """A form of one browser, and where it is sent to. `is_shown`: one of its pages has it."""

    who: str
    action: str
    controls: tuple[Control, ...]
    is_shown: bool = True


@dataclass
class Site:
    """The portal, a cookie for each browser, and every form that they were shown."""

    world: World
    cookies: dict[str, str]
    forms: tuple[SentForm, ...]
    files: Mapping[str, bytes]  # in the storage

    def browse(self, who: str) -> FlaskClient:
        return browse(self.world, self.cookies[who])

    def restore(self) -> None:
        """As it was before anything was sent, files included."""
        if not self.world.restore():
            return
        storage = self.world.parts.ports.storage
        there = set(storage.list_keys())
        for key in self.files.keys() - there:
            storage.put(key, self.files[key])
        for key in there - self.files.keys():
            storage.delete(key)


def check_forms(data: bytes) -> None:
    """The first two bytes choose the form, each next one what stands in a field."""
    site = make_site()
    chosen = site.forms[int.from_bytes(data[:2], "big") % len(site.forms)]
    typed = MultiDict(fill(chosen, data[2:]))
    client = site.browse(chosen.who)
    try:
        with working_little():
            answer = client.post(chosen.action, data=typed, headers=OWN_PAGE)
        is_for_machines = name_of(chosen.action).startswith(("/api/", "/hooks/"))
        fine = ANSWERS | OF_MACHINES if is_for_machines else ANSWERS
        assert answer.status_code in fine, f"{answer.status_code} for {chosen.action} of {chosen.who}"
        if answer.status_code == 400:
            check_kept(answer, typed)
        elif answer.status_code in {302, 303} and answer.location:
            check_next(client, answer, typed)
    finally:
        site.restore()


def check_kept(answer: TestResponse, typed: MultiDict[str, str]) -> None:
    """What was typed into a field that is shown again is in it still."""
    for control in list_controls(parse(answer)):
        value = typed.get(control.name, "")
        is_box = control.name.endswith(BOXES)  # of a day: what no day can need is cut off
        if control.is_typed and MARK in value and control.name not in SECRETS and not is_box:
            shown = "".join(control.held.split())
            assert MARK in shown, f"{control.name} is empty at {answer.request.path}"
            whole = "".join(show_unreadable(value).split())
            assert whole.startswith(shown) or shown in whole, f"{control.name} is another at {answer.request.path}"


def check_next(client: FlaskClient, answer: TestResponse, typed: MultiDict[str, str]) -> None:
    """Where it leads to is a page; links that were taken or shown back are on it."""
    where = urlsplit(answer.location)
    if where.netloc:
        return  # out of here, as "leave" does
    page = client.get(answer.location, follow_redirects=True)
    assert page.status_code in ANSWERS, f"{page.status_code} at {answer.location}"
    pasted = typed.get("pasted", "")
    if (
        name_of(where.path) == "/report/links"
        and where.fragment == "found"
        and not {"remove", "dismiss"} & typed.keys()
    ):
        assert MARK in page.text or MARK not in pasted, "nothing of what was pasted is on the page"


def fill(form: SentForm, data: bytes) -> Iterator[tuple[str, str]]:
    """Name and value of each field; without a byte for it, it is sent as it was."""
    for place, control in enumerate(form.controls):
        byte = data[place] if place < len(data) else 0
        if (control.name == "csrf_token" and byte < 250) or byte < 60:
            yield control.name, control.held
        elif byte < 130 and control.offered:
            yield control.name, control.offered[byte % len(control.offered)]
        elif byte < 200:
            yield control.name, TEXTS[byte % len(TEXTS)]
        elif byte < 250:
            yield control.name, OTHERS[byte % len(OTHERS)]


@cache
def make_site() -> Site:
    """In a folder that goes with the process."""
    folder = tempfile.mkdtemp(prefix="recourse-forms-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = ExitStack()
    atexit.register(kept.close)
    with working_little():
        return _make_site(kept.enter_context(make_world(Path(folder))))


@contextmanager
def working_little() -> Iterator[None]:
    """Passwords cost little and letters are printed as JSON, which is read like one too: nothing that is looked for
    here depends on either.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault, "cost", LOW)
        print_quickly(patch)
        yield


def _make_site(world: World) -> Site:
    cookies = {caller.name: cookie for caller, cookie in world.cookies.items()}
    cookies |= {f"draft {way}": begin(world, changes) for way, changes in WAYS.items()}
    found = (form for who, cookie in cookies.items() for form in collect(world, who, cookie))
    forms = {(form.who, form.action, tuple(one.name for one in form.controls)): form for form in found}
    bare = list(list_bare(world, cookies, {form.action for form in forms.values()}))
    world.keep()
    storage = world.parts.ports.storage
    files = {key: storage.get(key) for key in storage.list_keys()}
    return Site(world, cookies, (*forms.values(), *bare), files)


def begin(world: World, changes: Mapping[str, Any]) -> str:
    """The cookie of somebody with a draft of these answers."""
    with world.parts.sessions.begin() as session:
        _opened, words = make_draft(session, world.parts.ports, now=NOW, **changes)
    world.app.config["WTF_CSRF_ENABLED"] = False
    client = world.app.test_client()
    assert client.post("/return", data={"words": words}).status_code == 303
    world.app.config["WTF_CSRF_ENABLED"] = True
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def browse(world: World, cookie: str) -> FlaskClient:
    client = world.app.test_client()
    let_in(client, cookie)
    return client


def collect(world: World, who: str, cookie: str) -> Iterator[SentForm]:
    """The forms on every page that somebody may see."""
    for path in list_paths(world, "GET", who):
        page = browse(world, cookie).get(path)
        if page.status_code != 200 or page.mimetype != "text/html":
            continue
        for form in parse(page).iter("form"):
            if form.get("method", "").lower() == "post":
                yield SentForm(who, form.get("action", ""), tuple(list_controls(form)))


def list_bare(world: World, cookies: Mapping[str, str], actions: set[str]) -> Iterator[SentForm]:
    """Steps that no page had a form for, sent by whoever may come near them, with names of other forms."""
    tokens = {who: read_token(world, cookie) for who, cookie in cookies.items()}
    for who in cookies:
        for path in list_paths(world, "POST", who):
            if path not in actions:
                names = (Control("csrf_token", tokens[who]), *(Control(name, "") for name in NAMES))
                yield SentForm(who, path, names, is_shown=False)


def read_token(world: World, cookie: str) -> str:
    for path in ("/report/who", "/case/links", "/desk/account", "/return"):
        page = browse(world, cookie).get(at(path))
        if page.status_code == 200:
            return next((one.held for one in list_controls(parse(page)) if one.name == "csrf_token"), "")
    return ""


def list_paths(world: World, method: str, who: str) -> Iterator[str]:
    """The addresses of all routes on somebody's side, filled in with what the world has."""
    for rule in world.app.url_map.iter_rules():
        is_asked = method in (rule.methods or ()) and (method == "POST" or rule.endpoint not in ENDING)
        if is_asked and rule.rule.startswith("/desk") is (who in {one.name for one in STAFF}):
            yield from fill_rule(world, rule, is_draft=who.startswith("draft"))


def fill_rule(world: World, rule: Rule, *, is_draft: bool) -> Iterator[str]:
    steps: Sequence[str] = [step.value for step in StepId] if is_draft and "step" in rule.arguments else ["who"]
    with world.app.test_request_context():
        for step in steps:
            given = {**VALUES, "step": step, "reference": world.reference, "membership": world.membership}
            values = {name: given.get(name, SOMEBODY) for name in rule.arguments}
            try:
                yield world.app.url_map.bind("localhost").build(rule.endpoint, values)
            except BuildError:
                continue


def parse(answer: TestResponse) -> Element:
    parsed: Element = html5lib.parse(answer.text, namespaceHTMLElements=False)
    return parsed


def list_controls(root: Element) -> Iterator[Control]:
    """The fields of a form or a page, its buttons with a name among them."""
    choices: dict[str, list[str]] = {}
    for each in root.iter():
        name, kind = each.get("name", ""), each.get("type", "text")
        if not name:
            continue
        if each.tag == "textarea":
            yield Control(name, "".join(each.itertext()).removeprefix("\n"), is_typed=True)
        elif each.tag == "select":
            yield Control(name, "", tuple(one.get("value", "") for one in each.iter("option")))
        elif each.tag == "button" or kind in {"radio", "checkbox", "submit"}:
            choices.setdefault(name, []).append(each.get("value", "on"))
        elif each.tag == "input":
            yield Control(name, each.get("value", ""), is_typed=kind in {"text", "email", "tel", "search"})
    yield from (Control(name, "", tuple(offered)) for name, offered in choices.items())
