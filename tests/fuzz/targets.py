"""What is fuzzed: for each reader of foreign input one function that takes any bytes and raises where a promise breaks.

The promises are the readers' own: no fault but the one they name, no time without end, nothing dropped, nothing hidden.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from flask import Flask

from portal.adapters.document_child import clean_mail
from portal.adapters.mail_reader import DEEPEST, LONGEST_VALUE, MOST_PARTS, read_mail, write_mail
from portal.adapters.urls import LIMIT, find_links
from portal.adapters.web_addresses import is_hidden
from portal.config import load_config
from portal.domain import intake
from portal.domain.documents import LONGEST_TEXT, DocumentRefused, recognise_kind
from portal.domain.intake import StepId
from portal.domain.readable import UNREADABLE
from portal.domain.report import Report
from portal.factory import create_app
from portal.models.tables import metadata
from portal.reference.registry import load_regimes, load_registry
from portal.reference.strict import BadReference
from portal.web.unit_of_work import EXTENSION
from tests.fuzz.forms import check_forms
from tests.services.factories import NOW

FOUND = Path(__file__).parent / "found"


def check_links(data: bytes) -> None:
    """Any text: each line that says something leads to a link or is shown back; a link is clean and found again."""
    text = data.decode("utf-8", "replace")
    index = load_registry().hosts
    found = find_links(text, index)
    assert len(found.items) <= LIMIT
    if any(map(str.isalnum, text)):
        assert found.items or found.rejected or found.duplicates, "something was dropped"
    for item in found.items:
        assert item.url.startswith(("http://", "https://")), item.url
        assert not any(sign.isspace() or is_hidden(sign) for sign in item.url), ascii(item.url)
        again = find_links(item.url, index)
        assert [each.url for each in again.items] == [item.url], (item.url, again)


def check_mail(data: bytes) -> None:
    """Any bytes: a reading within the limits, in which nothing is hidden and no line is forged."""
    mail = read_mail(data)
    assert len(mail.text) <= LONGEST_TEXT
    assert len(mail.attachments) <= MOST_PARTS
    assert DEEPEST < MOST_PARTS
    for line in (mail.sender, mail.to, mail.subject, mail.date, mail.message_id, *mail.attachments):
        assert len(line) <= 2 * LONGEST_VALUE + 2
        assert not UNREADABLE.search(line)
        assert len(line.splitlines()) <= 1, ascii(line)
    assert not UNREADABLE.search(mail.text)
    written = write_mail(mail)
    written.encode()
    assert clean_mail(data).content.decode() == written
    with suppress(DocumentRefused):
        recognise_kind(data)


def check_packs(data: bytes) -> None:
    """Any bytes as a file of laws: regimes, or the one refusal there is."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.yaml").write_bytes(data)
        with suppress(BadReference):
            load_regimes(Path(folder))


def check_wizard(data: bytes) -> None:
    """Any bytes as answers: a report that can be made has a next step, and the pages answer whatever is sent."""
    report = make_report(data)
    way = [step.id for step in intake.steps_for(report)]
    assert intake.first_open_step(report) in way
    for step in way[:-1]:
        assert way.index(intake.next_step(report, step)) > way.index(step), "it goes on, never round"
        assert intake.skip(report, step).visited >= report.visited
        at, of = intake.progress(report, step)
        assert 0 <= at <= of
    assert all(each.step in way for each in intake.missing(report)), "what is missing can be reached"
    answer_a_page(data)


def make_report(data: bytes) -> Report:
    """A report with answers chosen by the bytes: each field of a vocabulary gets one of its words or none."""
    values: dict[str, Any] = {}
    hints = get_type_hints(Report)
    for byte, field in zip(data, fields(Report), strict=False):
        words = [each for part in (hints[field.name], *get_args(hints[field.name])) for each in _words_of(part)]
        if words:
            values[field.name] = words[byte % len(words)]
    report = Report(**values)
    assert msgspec.convert(msgspec.to_builtins(report), Report) == report
    return report


def _words_of(kind: Any) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)
    return [True, False] if kind is bool else []


@cache
def make_site() -> tuple[Flask, Any]:
    """A portal of its own in a folder that goes with the process, and a browser that has begun a report."""
    folder = tempfile.mkdtemp(prefix="recourse-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:"}), clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False
    metadata.create_all(app.extensions[EXTENSION].engine)
    browser = app.test_client()
    browser.post("/report")
    return app, browser


def answer_a_page(data: bytes) -> None:
    """The first byte chooses the step, the rest is the form. No answer is a failure of ours."""
    _app, browser = make_site()
    step = list(StepId)[data[0] % len(StepId)] if data else StepId.WHO
    if step is StepId.REVIEW:
        return
    answer = browser.post(f"/report/{step.value}", data=data[1:], content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 303, 400, 409}, f"{answer.status_code} at {step}"
    shown = browser.get(f"/report/{step.value}")
    assert shown.status_code in {200, 303}, f"{shown.status_code} after {step}"


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "forms": check_forms,
    "links": check_links,
    "mail": check_mail,
    "packs": check_packs,
    "wizard": check_wizard,
}
