"""A recipient answers over the link in a letter: on the page and by machine, and what the sender sees of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.adapters.papers.notice_json import NOTICE_FILE
from portal.adapters.papers.pdf_enclosures import read_enclosed
from portal.domain.lifecycle import Answer, History, LetterKind, RequestState, SendingChannel
from portal.models.answer_links import LinkAnswer
from portal.models.events import Event
from portal.models.requests import Request
from portal.services.letters import kept_letters, letters
from portal.services.requests import answer_links
from portal.services.requests.dossier import read_dossier
from portal.services.signin.guess_throttle import PACES, Guess
from portal.services.tracking import sending
from portal.services.tracking.link_answers import MOST_AN_HOUR
from portal.services.tracking.sending import SentCommand
from portal.web.recipient.pages import BadNumbers, read_numbers
from portal.wiring import Parts
from tests.services.factories import make_case
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk, make_desk
from tests.web.pages import OWN_PAGE, Visitor
from tests.web.portal import open_portal, parts_of

LINKS = "https://x.com/a/status/1111 https://x.com/a/status/2222 https://x.com/a/status/3333"
SECRETS = ("Ana", "Exemplar", "ana.example", "x.com/a", "1111", "Exampleton", "NZ")
SITE = "https://portal.example"


@pytest.fixture
def app(tmp_path: Path, clock: TestClock) -> Iterator[Flask]:
    """A portal that has an address of its own."""
    settings = {"RECOURSE_BASE_URL": SITE, "RECOURSE_ORG_EMAIL": "answers@harbour.example"}
    with open_portal(tmp_path, clock, **settings) as made:
        yield made


@dataclass
class Notice:
    """A letter that has left, seen from both ends."""

    desk: Desk
    reference: str
    token: str
    letter: bytes

    @property
    def made(self) -> Parts:
        return self.desk.parts

    @property
    def page(self) -> str:
        return f"/answer/{self.token}"

    def post(self, body: object, *, token: str | None = None, **options: Any) -> TestResponse:
        path = f"/api/v1/answers/{self.token if token is None else token}"
        return self.desk.app.test_client().post(path, json=body, base_url=SITE, **options)

    def count(self, kind: History) -> int:
        with self.made.sessions() as session:
            return session.scalar(select(func.count()).select_from(Event).where(Event.kind == kind)) or 0

    def state(self) -> RequestState:
        with self.made.sessions() as session:
            return session.scalars(select(Request.state).where(Request.number == 1)).one()


@pytest.fixture
def notice(app: Flask, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> Notice:
    print_quickly(monkeypatch)
    return send(app, clock)


def send(app: Flask, clock: TestClock) -> Notice:
    desk = make_desk(app, parts_of(app))
    with desk.parts.sessions.begin() as session:
        given = {"handler": "team", "team_id": str(desk.team_id)}
        work = make_case(session, desk.parts.ports, links=LINKS, now=clock(), **given)
        letter = letters.make_letter(work, LetterKind.NOTICE, 1)
        sending.record_sent(work, 1, SentCommand(channel=SendingChannel.EMAIL, sent_at=clock(), has_checked=True))
        page = answer_links.find_page(read_dossier(work, 1)) or ""
        given_out = kept_letters.take_letter(work, letter.number, redacted=False)
    clock.move(hours=5)
    return Notice(desk, work.reference, page.rpartition("/")[2], given_out)


def test_notice_json_names_the_page_and_the_endpoint(app: Flask, clock: TestClock) -> None:
    notice = send(app, clock)
    told = json.loads(read_enclosed(notice.letter, NOTICE_FILE) or b"")
    assert told["answer"] == {
        "page": f"{SITE}/answer/{notice.token}",
        "endpoint": f"{SITE}/api/v1/answers/{notice.token}",
    }


def visit(notice: Notice) -> Visitor:
    return Visitor(notice.desk.app)


def test_the_page_says_nothing_of_the_person_and_gives_no_cookie_of_a_case(notice: Notice) -> None:
    visitor = visit(notice)
    page = visitor.go(notice.page)
    for secret in SECRETS:
        assert secret not in page.text, secret
    assert f"{notice.reference}-1" in page.text
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.answer.headers["X-Robots-Tag"]


def test_the_page_has_nothing_of_the_persons_side(notice: Notice) -> None:
    """Three presses of Shift would take an answer away from somebody who is not in danger."""
    visitor = visit(notice)
    for address in (notice.page, "/answer/nothing"):
        page = visitor.go(address, status=200 if address == notice.page else 404)
        assert "Leave this page" not in page.answer.text
        assert "What can I do now?" not in page.answer.text
        assert "leave.js" not in page.answer.text
        assert "sends notices for people" in page.answer.text


def test_an_empty_form_confirms_receipt_and_a_filled_one_waits(notice: Notice) -> None:
    visitor = visit(notice)
    visitor.go(notice.page)
    visitor.press("Send the answer")
    assert "Receipt confirmed" in visitor.page.text
    assert notice.count(History.RECEIPT_CONFIRMED) == 1
    visitor.follow("Answer for each link")
    assert "We know that you got it" in visitor.page.text
    visitor.press("Send the answer", removed="1-2", not_violation="3", text="Allowed by our rules.", ticket="X-7")
    assert "Your answer is saved" in visitor.page.text
    visitor.follow("Back to the notice")
    visitor.press("Send the answer", removed="1-2", not_violation="3", text="Allowed by our rules.", ticket="X-7")
    assert "We have this answer" in visitor.page.text
    assert "Back to the notice" in visitor.page.links()
    assert (notice.count(History.ANSWERED), notice.state()) == (0, RequestState.SENT)


def test_the_desk_reads_it_and_logs_it(notice: Notice) -> None:
    notice.post(
        {"answers": [{"answer": "removed", "links": [1, 2]}, {"answer": "not_violation", "links": [3]}], "text": "No."}
    )
    colleague = notice.desk.visit("mira")
    colleague.go(f"/desk/cases/{notice.reference}/requests/1")
    colleague.follow("Answer 1")
    assert "Nothing counts before it is logged" in colleague.page.text
    assert "The time to contest it begins" in colleague.page.text
    colleague.press("Log it as their answer")
    assert notice.count(History.ANSWERED) == 2
    assert "said over our answer link" in colleague.page.text
    colleague.go(f"/desk/cases/{notice.reference}/said/1")
    assert "Logged as their answer" in colleague.page.text
    colleague.go(f"/desk/cases/{notice.reference}/said/7", status=404)


def test_the_desk_puts_it_aside_and_nothing_changes(notice: Notice) -> None:
    notice.post({"answers": [{"answer": "removed"}]})
    colleague = notice.desk.visit("mira")
    colleague.go(f"/desk/cases/{notice.reference}/said/1")
    colleague.press("Put it aside")
    assert (notice.count(History.ANSWERED), notice.state()) == (0, RequestState.SENT)


def test_a_machine_answers_as_it_is_described(notice: Notice) -> None:
    document = notice.desk.app.test_client().get("/api/v1/openapi.json", base_url=SITE).get_json()
    described = document["paths"]["/answers/{token}"]["post"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    for body, became in (({}, "receipt"), ({"answers": [{"answer": "removed"}]}, "kept")):
        for expected in (became, {"kept": "known"}.get(became, became)):
            answer = notice.post(body)
            assert answer.status_code == 200, answer.text
            assert answer.get_json() == {"reference": f"{notice.reference}-1", "became": expected}
            Draft202012Validator({**schema, "components": document["components"]}).validate(answer.get_json())
    assert "Set-Cookie" not in answer.headers
    assert described["security"] == []


def test_a_script_in_the_text_is_text_everywhere(notice: Notice) -> None:
    text = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e"
    assert notice.post({"text": text}).status_code == 200
    colleague = notice.desk.visit("mira")
    for path in (f"/desk/cases/{notice.reference}/said/1", f"/desk/cases/{notice.reference}/requests/1"):
        page = colleague.go(path)
        assert "<script>alert" not in page.answer.text
        assert "<img src=x" not in page.answer.text
    colleague.go(f"/desk/cases/{notice.reference}/said/1")
    colleague.press("Log it as their answer")
    assert "<script>alert" not in colleague.page.answer.text
    visitor = visit(notice)
    visitor.go(notice.page)
    visitor.press("Send the answer", removed="<script>", text=text, status=400)
    assert "<script>alert" not in visitor.page.answer.text


@pytest.mark.parametrize("token", ["a", "a" * 40, "é", "%00", "a" * 4_000])
def test_a_link_that_nobody_made_takes_nothing(notice: Notice, token: str) -> None:
    answer = notice.post({"answers": [{"answer": "removed"}]}, token=token)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "Answer to the address" in answer.get_json()["detail"]
    visitor = visit(notice)
    visitor.go(f"/answer/{token}", status=404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answers": [{"answer": "removed", "links": [4]}]}, 422),
        ({"answers": [{"answer": "removed", "links": [1]}, {"answer": "not_found", "links": [1]}]}, 422),
        ({"answers": [{"answer": "not_violation"}]}, 422),
        ({"answers": [{"answer": "auto_reply"}]}, 400),
        ({"answers": [{"answer": "removed", "links": [0]}]}, 400),
        ({"answers": [{"answer": "removed"}] * 7}, 400),
        ({"answers": [{"answer": "removed", "links": [1] * 501}]}, 400),
        ({"text": "a\0b"}, 400),
        ({"text": "a" * 5_001}, 400),
        ({"file": "UEsDBA=="}, 400),
        ([], 400),
        ("x", 400),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_kept(notice: Notice, body: object, status: int) -> None:
    answer = notice.post(body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    with notice.made.sessions() as session:
        assert session.scalars(select(LinkAnswer)).all() == []
    assert notice.count(History.RECEIPT_CONFIRMED) == 0


def test_deep_giant_and_foreign_bodies_are_refused(notice: Notice) -> None:
    client, path = notice.desk.app.test_client(), f"/api/v1/answers/{notice.token}"
    deep = b'{"answers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for raw, media, status in (
        (deep, "application/json", 400),
        (b" " * 300_000, "application/json", 413),
        (b'{"text": "x"}', "text/plain", 415),
        (b"\xff\xfe", "application/json", 400),
    ):
        answer = client.post(path, data=raw, content_type=media, base_url=SITE)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    foreign = client.post(path, json={}, base_url=SITE, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403


def test_a_flood_is_told_to_wait_and_the_page_says_how_else(notice: Notice) -> None:
    for number in range(MOST_AN_HOUR):
        assert notice.post({"text": str(number)}).status_code == 200
    refused = notice.post({"text": "more"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    visitor = visit(notice)
    visitor.go(notice.page)
    visitor.press("Send the answer", text="more", status=400)
    assert "Answer by e-mail" in visitor.page.text


def test_after_closing_nothing_is_taken(notice: Notice) -> None:
    colleague = notice.desk.visit("ines")
    colleague.go(f"/desk/team/{notice.desk.team_id}/rules")
    colleague.press("Save", no_answer_link=["off"])
    assert notice.post({}).status_code == 404
    visitor = visit(notice)
    visitor.go(notice.page, status=404)
    assert "takes no answers" in visitor.page.text


def test_a_form_from_elsewhere_or_with_an_old_token_is_refused(notice: Notice) -> None:
    client = notice.desk.app.test_client()
    assert client.post(notice.page, data={"removed": "all"}, base_url=SITE, headers=OWN_PAGE).status_code == 400
    assert notice.count(History.RECEIPT_CONFIRMED) == 0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("all", ()),
        ("ALL", ()),
        ("1", (1,)),
        ("1-3, 9", (1, 2, 3, 9)),
        ("1 - 3;5 7", (1, 2, 3, 5, 7)),
        ("2–4", (2, 3, 4)),
    ],
)
def test_numbers_are_read_as_people_write_them(app: Flask, text: str, numbers: tuple[int, ...]) -> None:
    with app.test_request_context():
        assert read_numbers(text) == numbers


@pytest.mark.parametrize("text", ["one", "1-", "1-2-3", "1.5", "12345", "1-9999, 1-9999", "<1>"])
def test_what_is_no_number_is_told(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(BadNumbers):
        read_numbers(text)


def test_every_answer_of_the_page_is_a_field_and_a_word_of_the_endpoint(notice: Notice) -> None:
    page = visit(notice).go(notice.page)
    fields = {each.get("name") for each in page.root.iter("input")}
    assert {answer.value for answer in (Answer.REMOVED, Answer.NOT_FOUND, Answer.GEO_BLOCKED)} <= fields


def test_links_that_nobody_made_are_limited_per_network_and_right_ones_cost_nothing(
    notice: Notice, clock: TestClock
) -> None:
    client = notice.desk.app.test_client()
    free = PACES[Guess.ANSWER].free
    for _ in range(free + 5):
        assert client.get(notice.page, base_url=SITE).status_code == 200, "a right link is forgiven"
    for number in range(free):
        made_up = f"{number:04}{notice.token[4:]}"
        answer = client.get(f"/answer/{made_up}", base_url=SITE) if number % 2 else notice.post({}, token=made_up)
        assert answer.status_code == 404
    for answer in (client.get(notice.page, base_url=SITE), notice.post({}), notice.post({}, token="made-up")):
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get(notice.page, base_url=SITE, environ_overrides=elsewhere).status_code == 200
    clock.move(seconds=1)
    assert client.get(notice.page, base_url=SITE).status_code == 200
