"""While a form's slow work is done nobody waits for it, and nothing that another tab saves meanwhile is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.config import load_config
from portal.domain.lifecycle import CaseStatus
from portal.factory import create_app
from portal.models.cases import Case
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.services.intake import drafts, facts, submission
from portal.services.letters import letters
from portal.services.tracking import request_page
from portal.web.late_writing import TRIES
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.postgres import filled_database
from tests.services.factories import NOW, make_draft, make_work
from tests.services.fakes import print_as_json
from tests.sqlite import copy_tables
from tests.web.addresses import at

LINK = "https://x.com/a/status/1"
MORE = "https://x.com/a/status/2 https://some-site.de/3"
OTHER = "https://instagram.com/p/of-the-other-tab"


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    if request.param == "sqlite":
        copy_tables(tmp_path / "recourse.db")
        yield from _make_app(tmp_path, {})
    else:
        with filled_database() as url:
            yield from _make_app(
                tmp_path, {"RECOURSE_DATABASE": url, "RECOURSE_LOCKS": f"sqlite:///{tmp_path}/locks.db"}
            )


def _make_app(folder: Path, settings: dict[str, str]) -> Iterator[Flask]:
    made = create_app(
        load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:", **settings}), clock=lambda: NOW
    )
    made.config["WTF_CSRF_ENABLED"] = False
    made.testing = True
    yield made
    parts_of(made).engine.dispose()


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions[EXTENSION]
    return found


class Tabs:
    """One person's case, open in two tabs."""

    def __init__(self, app: Flask, *, is_submitted: bool) -> None:
        self.parts = parts_of(app)
        with self.parts.sessions.begin() as session:
            opened, words = make_draft(session, self.parts.ports, links=LINK)
            self.case_id = opened.case.id
            self.key = opened.key
            if is_submitted:
                submission.submit(opened.at(NOW))
        self.first, self.second = self._enter(app, words), self._enter(app, words)

    def _enter(self, app: Flask, words: str) -> FlaskClient:
        client = app.test_client()
        assert client.post("/return", data={"words": words}).status_code == 303
        return client

    def read(self) -> Case:
        with self.parts.sessions() as session:
            return session.get_one(Case, self.case_id)

    def links(self) -> set[str]:
        """Of the report as it is kept."""
        with self.parts.sessions() as session:
            case = session.get_one(Case, self.case_id)
            work = make_work(session, self.parts.ports).on(case, self.key)
            return {link.url for link in work.report.links}

    def count(self, table: Any) -> int:
        with self.parts.sessions() as session:
            query = sa.select(sa.func.count()).select_from(table).where(table.case_id == self.case_id)
            return session.scalar(query) or 0

    def is_free(self) -> bool:
        """Whether somebody else could write to this very case now, without waiting."""
        engine = self.parts.engine
        try:
            if engine.dialect.name == "sqlite":
                with closing(sqlite3.connect(engine.url.database or "", timeout=0)) as connection:
                    connection.execute("BEGIN IMMEDIATE")
            else:
                with engine.begin() as there:
                    there.execute(sa.select(Case.id).where(Case.id == self.case_id).with_for_update(nowait=True))
        except (sqlite3.OperationalError, sa.exc.OperationalError):
            return False
        return True


def during(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], object], *, times: int = 1
) -> list[object]:
    """Do something within a slow function, its first `times`. Returns what came of it."""
    came: list[object] = []
    slow = getattr(module, name)

    def with_something_else(*arguments: Any, **named: Any) -> Any:
        if len(came) < times:
            came.append(None)  # what is done there may come here again
            with ThreadPoolExecutor(1) as pool:  # a request of its own
                came[-1] = pool.submit(act).result()
        return slow(*arguments, **named)

    monkeypatch.setattr(module, name, with_something_else)
    return came


TIME = {"at-day": "23", "at-month": "11", "at-year": "2026", "at-time": f"{NOW:%H:%M}"}
SENT = {f"sent_{name}": value for name, value in TIME.items()}
SLOW: dict[str, tuple[str, dict[str, str], Any, str, bool]] = {
    "links of a report": ("/report/links", {"pasted": MORE}, drafts, "find_links", False),
    "an answer": ("/report/contact", {"safe_contact": "by chance"}, drafts, "plan_report", False),
    "handing in": ("/report/review", {}, submission, "plan_submission", False),
    "links of a case": ("/case/links", {"pasted": MORE}, drafts, "find_links", True),
    "their requests": ("/case/links", {"pasted": MORE}, submission, "plan_items", True),
    "what a letter says": ("/case/requests/1/letter/notice", {}, letters, "plan_letter", True),
    "printing": ("/case/requests/1/letter/notice", {}, letters, "print_letter", True),
    "its files": ("/case/requests/1/letter/notice", {}, letters, "put_files", True),
    "looking again": ("/case/requests/1/letter/notice", {}, letters, "confirm_letter", True),
    "a sending": (
        "/case/requests/1/sent",
        {"channel": "form", **SENT},
        request_page,
        "request_view",
        True,
    ),
    "what letters lack": ("/case/facts", {"explanation": "because"}, facts, "plan_report", True),
    "details": ("/case/requests/1/details", {"explanation": "because"}, request_page, "request_view", True),
}


@pytest.mark.parametrize("what", SLOW)
def test_nobody_waits_for_what_is_slow(app: Flask, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    path, typed, module, name, is_submitted = SLOW[what]
    tabs = Tabs(app, is_submitted=is_submitted)
    if module is letters:
        monkeypatch.setattr(letters, "print_letter", print_as_json)
    if path == "/report/review":
        typed = {"version": str(tabs.read().version)}
    free = during(monkeypatch, module, name, tabs.is_free)
    assert tabs.first.post(at(path), data=typed).status_code in {200, 303}
    assert free == [True]


def test_links_pasted_in_two_tabs_at_once_are_all_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=False)
    version = str(tabs.read().version)
    came = during(
        monkeypatch,
        drafts,
        "plan_report",
        lambda: tabs.second.post(at("/report/links"), data={"pasted": OTHER}).status_code,
    )
    answer = tabs.first.post(at("/report/links"), data={"pasted": MORE, "version": version})
    assert (answer.status_code, came) == (303, [303])
    assert tabs.links() == {LINK, *MORE.split(), OTHER}


def test_an_answer_given_while_links_are_read_stays(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=False)
    other = tabs.second
    during(
        monkeypatch, drafts, "find_links", lambda: other.post(at("/report/contact"), data={"safe_contact": "by chance"})
    )
    tabs.first.post(at("/report/links"), data={"pasted": MORE})
    assert tabs.links() == {LINK, *MORE.split()}
    assert "by chance" in tabs.first.get(at("/report/contact")).text


def test_a_report_that_is_changed_while_it_is_handed_in_is_shown_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tabs = Tabs(app, is_submitted=False)
    version = str(tabs.read().version)
    during(
        monkeypatch, submission, "digest_report", lambda: tabs.second.post(at("/report/links"), data={"pasted": OTHER})
    )
    answer = tabs.first.post(at("/report/review"), data={"version": version})
    assert answer.status_code == 409
    assert "Check it, then save it" in answer.text
    assert tabs.read().status is CaseStatus.DRAFT
    assert tabs.count(Item) == 0


def test_a_report_handed_in_twice_at_once_becomes_one_case(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=False)
    version = {"version": str(tabs.read().version)}
    during(monkeypatch, submission, "digest_report", lambda: tabs.second.post(at("/report/review"), data=version))
    answer = tabs.first.post(at("/report/review"), data=version)
    assert (answer.status_code, answer.location) == (303, at("/case"))
    assert (tabs.count(Item), tabs.count(Request)) == (1, 1)


def test_the_same_links_added_in_two_tabs_at_once_are_there_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=True)
    both = {"pasted": f"{MORE} {OTHER}"}
    came = during(
        monkeypatch, submission, "sort_links", lambda: tabs.second.post(at("/case/links"), data=both).status_code
    )
    answer = tabs.first.post(at("/case/links"), data={"pasted": MORE})
    assert (answer.status_code, came) == (303, [303])
    assert (tabs.count(Item), tabs.count(Request)) == (4, 3)


def test_a_case_that_is_never_still_keeps_what_was_pasted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=True)
    planned = during(monkeypatch, submission, "_list_gone", lambda: _touch(tabs), times=TRIES)
    assert tabs.first.post(at("/case/links"), data={"pasted": MORE}).status_code == 303
    assert len(planned) == TRIES
    assert tabs.count(Item) == 3


def _touch(tabs: Tabs) -> None:
    table = metadata.tables["cases"]
    with tabs.parts.sessions.begin() as session:
        touched = sa.update(table).where(table.c.id == tabs.case_id).values(version=table.c.version + 1)
        session.connection().execute(touched)


def test_a_letter_that_is_not_kept_leaves_no_files(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = Tabs(app, is_submitted=True)
    monkeypatch.setattr(letters, "print_letter", print_as_json)

    def withdraw() -> None:
        tabs.second.post(at("/case/sharing"), data={"withdraw": "platforms"})

    during(monkeypatch, letters, "confirm_letter", withdraw)
    assert tabs.first.post(at("/case/requests/1/letter/notice")).status_code == 400
    assert tabs.count(Letter) == 0
    assert not [key for key in tabs.parts.ports.storage.list_keys() if str(tabs.case_id) in key]
