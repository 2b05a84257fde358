"""The person reads what a platform said over the link, saves it or puts it aside, and may leave the link out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.config import load_config
from portal.domain.lifecycle import LetterKind, RequestState, SendingChannel
from portal.factory import create_app
from portal.models.requests import Request
from portal.services.cases.keys import add_words
from portal.services.letters import letters
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.web.unit_of_work import parts
from tests.services.factories import make_case
from tests.services.fakes import print_quickly
from tests.sqlite import copy_tables
from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.world import say_over_link


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def visitor(tmp_path: Path, clock: TestClock) -> Visitor:
    """With a case whose first letter was answered over its link, on a portal that has an address of its own."""
    env = {
        "RECOURSE_DATA": str(tmp_path / "var"),
        "RECOURSE_TITLE": "Recourse",
        "RECOURSE_BASE_URL": "https://p.example",
    }
    copy_tables(tmp_path / "var" / "recourse.db")
    app = create_app(load_config(env), clock=clock)
    app.testing = True
    app.session_interface._is_secure = False  # type: ignore[attr-defined]  # the tests' browser speaks plain HTTP
    with app.app_context():
        made = parts()
    with made.sessions.begin() as session:
        work = make_case(session, made.ports, links="https://x.com/a/status/1", now=clock())
        words = made.ports.words.draw()
        add_words(work, work.case, work.key, words)
        letters.make_letter(work, LetterKind.NOTICE, 1)
        sending.record_sent(work, 1, SentCommand(channel=SendingChannel.EMAIL, sent_at=clock(), has_checked=True))
        request_id = session.scalars(select(Request.id)).one()
        say_over_link(made.work(session), work.case.id, request_id, is_new=False)
    found = Visitor(app)
    found.go("/return")
    found.press("Go on", words=words)
    return found


def state(visitor: Visitor) -> RequestState:
    with visitor.app.app_context(), parts().sessions() as session:
        return session.scalars(select(Request.state)).one()


def test_an_answer_is_read_from_the_case_page_and_saved(visitor: Visitor) -> None:
    visitor.go("/case")
    visitor.follow("A platform answered over the link")
    assert "They say it doesn’t break their rules" in visitor.page.text
    visitor.press("Save it as their answer")
    assert state(visitor) is RequestState.REFUSED
    assert "over the link in your letter" in visitor.page.text
    visitor.go("/case")
    assert "A platform answered over the link" not in visitor.page.text
    visitor.go("/case/said/1")
    assert "Saved as their answer" in visitor.page.text


def test_an_answer_is_put_aside(visitor: Visitor) -> None:
    visitor.go("/case/said/1")
    visitor.press("Put it aside")
    assert state(visitor) is RequestState.SENT
    assert "put aside" in visitor.page.text
    visitor.go("/case/said/7", status=404)


def test_the_link_is_left_out_at_the_wish_of_the_person(visitor: Visitor) -> None:
    visitor.go("/case/sharing")
    visitor.press("Change to no the link")
    visitor.go("/case/sharing")
    visitor.press("Change to yes the link")
    assert "Saved" in visitor.page.text
