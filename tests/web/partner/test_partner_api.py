"""The partner API as a system calls it: what it opens, what it is told, and what nobody gets by calling."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.domain.lifecycle import History, LetterKind, SendingChannel
from portal.domain.partners import PartnerCount, PartnerScope
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.partners import PartnerCall
from portal.services.cases.opening import open_by_words
from portal.services.letters import letters
from portal.services.partners import pace
from portal.services.partners.pace import Most
from portal.services.ports import PERSON
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork, Work
from portal.web.open.openapi import CALLS
from tests.services.factories import make_report
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Desk
from tests.web.pages import Visitor
from tests.web.partner.conftest import BASE, System, make_body, make_system


def open_for_person(session: object, desk: Desk, words: str) -> CaseWork:
    work = Work(session=session, actor=PERSON, now=desk.parts.clock(), ports=desk.parts.ports)  # type: ignore[arg-type]
    return open_by_words(work, words)


def count_cases(desk: Desk) -> int:
    with desk.parts.sessions() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def sign(work: CaseWork) -> None:
    """The person came back with the words and said what stands above a signature."""
    told = work.report
    own = {name: getattr(told, name) for name in ("links", "pasted", "places", "handler", "team_id", "country")}
    work.write_report(replace(make_report(), **own, signed_at=work.now))


def send_first(desk: Desk, words: str) -> int:
    """The first request gets its letter, and leaves. The letter's number."""
    with desk.parts.sessions.begin() as session:
        work = open_for_person(session, desk, words)
        sign(work)
        letter = letters.make_letter(work, LetterKind.NOTICE, 1)
        sent = SentCommand(channel=SendingChannel.FORM, sent_at=work.now, has_checked=True)
        sending.record_sent(work, 1, sent)
        return letter.number


def test_every_call_that_is_described_works_and_fits_its_description(system: System, clock: TestClock) -> None:
    document = system.client.get("/api/v1/openapi.json").get_json()
    made = system.open()
    reference = made["case"]["reference"]
    number = send_first(system.desk, made["words"])
    clock.move(hours=3)
    case = system.get(f"/{reference}").get_json()
    assert [paper["number"] for paper in case["papers"]] == [number]
    body = {"version": case["version"], "answer": "acknowledged", "at": clock().isoformat(), "text": "Thanks."}
    answers = {
        "open_case": system.post("", make_body(system.desk)),
        "list_cases": system.get(),
        "read_case": system.get(f"/{reference}"),
        "fetch_paper": system.get(f"/{reference}/papers/{number}"),
        "log_answer": system.post(f"/{reference}/requests/1/answers", body),
    }
    assert set(answers) == {call.name for call in CALLS if call.scope}
    for call in CALLS:
        if not call.scope:
            continue
        answer, described = answers[call.name], document["paths"][call.path][call.method]["responses"]
        assert answer.status_code == call.status, answer.text
        (media, content), *_ = described[str(call.status)]["content"].items()
        assert answer.mimetype == media
        if call.answer:
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(answer.get_json())
    assert answers["fetch_paper"].data.startswith(b"%PDF")
    first = next(each for each in answers["log_answer"].get_json()["requests"] if each["number"] == 1)
    assert (first["state"], first["proof"]) == ("acknowledged", "confirmation")
    assert first["clocks"]


def test_the_person_comes_back_with_the_words_and_reads_who_did_what(system: System, desk: Desk) -> None:
    made = system.open()
    reference = made["case"]["reference"]
    system.get(f"/{reference}")
    visitor = Visitor(desk.app)
    visitor.go("/return")
    visitor.press("Go on", words=made["words"])
    visitor.go("/case/history")
    assert "came from there" in visitor.page.text
    colleague = desk.visit("ines")
    colleague.go(f"/desk/cases/{reference}/history")
    assert "Night line" in colleague.page.text


def test_the_same_call_gets_the_same_bytes_and_another_body_is_refused(system: System, desk: Desk) -> None:
    body = make_body(desk)
    first, again = (system.post("", body, key="night-2026-17") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert count_cases(desk) == 1
    other = system.post("", {**body, "country": "IE"}, key="night-2026-17")
    assert_problem(other, 409, "Take a new one")
    missing = system.client.post(BASE, json=body, headers={"Authorization": f"Bearer {system.secret}"})
    assert_problem(missing, 400, "Idempotency-Key")
    assert count_cases(desk) == 1


def test_a_call_that_was_refused_keeps_nothing_and_may_be_sent_again(system: System, desk: Desk) -> None:
    refused = system.post("", make_body(desk, links=[]), key="night-2026-18")
    assert_problem(refused, 422, "link")
    with desk.parts.sessions() as session:
        assert session.scalars(select(PartnerCall)).all() == []
    assert system.post("", make_body(desk), key="night-2026-18").status_code == 201


@pytest.mark.parametrize("scope", PartnerScope)
def test_a_key_is_good_for_its_scopes_only(desk: Desk, scope: PartnerScope) -> None:
    system = make_system(desk, scopes=[scope])
    asked = {
        PartnerScope.OPEN: system.post("", make_body(desk)),
        PartnerScope.READ: system.get(),
        PartnerScope.PAPERS: system.get("/AAAA-AAAA/papers/1"),
        PartnerScope.ANSWERS: system.post("/AAAA-AAAA/requests/1/answers", answer_body()),
    }
    for other, answer in asked.items():
        assert (answer.status_code == 403) is (other is not scope), f"{other} with {scope}: {answer.text}"
        if other is not scope:
            assert_problem(answer, 403, other.value)


def test_a_key_of_another_team_or_another_key_of_ours_finds_nothing(system: System, desk: Desk) -> None:
    reference = system.open()["case"]["reference"]
    second = make_system(desk)
    case_of_team = desk.add_case()
    for caller, wanted in ((second, reference), (system, case_of_team), (system, "ZZZZ-ZZZZ")):
        for answer in (
            caller.get(f"/{wanted}"),
            caller.get(f"/{wanted}/papers/1"),
            caller.post(f"/{wanted}/requests/1/answers", answer_body()),
        ):
            assert_problem(answer, 404, "opened itself")
    assert second.get().get_json() == {"cases": []}


def test_a_key_that_ended_or_was_revoked_is_as_unknown_as_none(system: System, desk: Desk, clock: TestClock) -> None:
    reference = system.open()["case"]["reference"]
    for wrong in ("", "rcp_", "rcp_" + "a" * 43, "Bearer", "é", "x" * 9_000):
        assert_problem(system.get(f"/{reference}", Authorization=f"Bearer {wrong}"), 401, "revoked")
    assert_problem(system.get(Authorization="Basic " + system.secret), 401, "revoked")
    colleague = desk.visit("ines")
    colleague.go("/desk/partners")
    assert "1 case" in colleague.page.text
    colleague.press("Revoke Night line")
    assert_problem(system.get(f"/{reference}"), 401, "revoked")
    other = make_system(desk)
    clock.move(days=30)
    assert_problem(other.get(), 401, "ended")


def test_too_many_calls_are_told_how_long_to_wait(
    system: System, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "LIMITS", {PartnerCount.CALLS: Most(3, timedelta(minutes=1))})
    assert [system.get().status_code for _ in range(3)] == [200, 200, 200]
    clock.move(seconds=20)
    refused = system.get()
    assert_problem(refused, 429, "40 seconds")
    assert refused.headers["Retry-After"] == "40"
    clock.move(seconds=40)
    assert system.get().status_code == 200


def test_an_answer_needs_the_version_that_was_read(system: System, desk: Desk, clock: TestClock) -> None:
    made = system.open()
    reference = made["case"]["reference"]
    send_first(desk, made["words"])
    clock.move(hours=1)
    path, body = f"/{reference}/requests/1/answers", {**answer_body(), "at": clock().isoformat()}
    assert_problem(system.post(path, {**body, "version": made["case"]["version"]}), 409, "Read the case again")
    version = system.get(f"/{reference}").get_json()["version"]
    early = {**body, "version": version, "at": (clock() - timedelta(days=3)).isoformat()}
    assert_problem(system.post(path, early), 422, "before it was sent")
    assert_problem(
        system.post(f"/{reference}/requests/9/answers", {**body, "version": version}), 404, "lists its requests"
    )
    assert_problem(system.post(path, {**body, "version": version, "links": [77]}), 404, "77")
    assert system.post(path, {**body, "version": version}).status_code == 200
    with desk.parts.sessions() as session:
        assert len(session.scalars(select(Event).where(Event.kind == History.ANSWERED)).all()) == 1


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


BODIES = {
    "no JSON": b"country=NZ",
    "half of it": b'{"country": "NZ"',
    "a list": b"[]",
    "very deep": deep(100_000),
    "deep inside": b'{"links": ' + deep(100_000) + b"}",
    "deep in what is not known": b'{"more": ' + deep(100_000) + b"}",
    "not UTF-8": b'{"country": "\xff\xfe"}',
    "half a character": b'{"country": "\\ud800"}',
    "twice": b'{"country": "NZ", "country": 7}',
    "a number without end": b'{"country": ' + b"9" * 50_000 + b"}",
}


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
def test_what_is_no_body_of_a_call_is_refused(system: System, desk: Desk, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {system.secret}", "Idempotency-Key": "call-number-1"}
    answer = system.client.post(BASE, data=raw, content_type="application/json", headers=headers)
    assert_problem(answer, 400, "openapi.json")
    assert count_cases(desk) == 0


@pytest.mark.parametrize("size", [262_145, 2_000_000])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_giant_body_is_not_read(system: System, desk: Desk, size: int, is_told: bool) -> None:
    headers = {"Authorization": f"Bearer {system.secret}", "Idempotency-Key": "call-number-1"}
    raw = b" " * size
    if is_told:
        answer = system.client.post(BASE, data=raw, content_type="application/json", headers=headers)
    else:  # in pieces, whose sum nobody says before
        answer = system.client.post(
            BASE,
            input_stream=io.BytesIO(raw),
            content_type="application/json",
            headers={**headers, "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert_problem(answer, 413, "")
    assert count_cases(desk) == 0


@pytest.mark.parametrize(
    ("changes", "status", "parameter"),
    [
        ({"more": 1}, 400, "more"),
        ({"country": "nz"}, 400, "country"),
        ({"country": "ZZ"}, 422, "country"),
        ({"subdivision": "MARS"}, 422, "subdivision"),
        ({"email": "not one"}, 422, "email"),
        ({"explanation": "a\0b"}, 400, None),
        ({"links": ["https://x.com/a\0"]}, 400, None),
        ({"links": ["https://x.com/a/status/1"] * 501}, 400, "links"),
        ({"under_18": "perhaps"}, 400, "under_18"),
        ({"consent": None}, 400, "consent"),
        ({"found_on": "yesterday"}, 400, "found_on"),
    ],
)
def test_what_cannot_be_right_is_named(
    system: System, desk: Desk, changes: dict[str, object], status: int, parameter: str | None
) -> None:
    answer = system.post("", make_body(desk, **changes))
    assert_problem(answer, status, "")
    if parameter:
        assert parameter in str(answer.get_json())
    assert count_cases(desk) == 0


def test_a_time_without_its_offset_and_a_yes_that_is_none_are_refused(system: System, desk: Desk) -> None:
    given = make_body(desk)["consent"]
    assert isinstance(given, dict)
    for wrong in ({"given_at": "2026-11-23T09:00:00"}, {"told": "yes"}, {"given_at": "2027-01-01T00:00:00Z"}):
        assert system.post("", make_body(desk, consent={**given, **wrong})).status_code in {400, 422}
    assert count_cases(desk) == 0


def test_no_cookie_is_given_or_believed_and_no_other_site_may_call(system: System, desk: Desk) -> None:
    answer = system.get()
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    signed_in = desk.visit("ines")
    assert signed_in.client.get(BASE).status_code == 401
    foreign = system.post("", make_body(desk), Origin="https://elsewhere.example")
    assert foreign.status_code == 403
    assert count_cases(desk) == 0


def test_a_thief_with_the_database_finds_neither_key_nor_words_nor_what_was_sent(system: System, desk: Desk) -> None:
    made = system.open(explanation="Quite unlikely sentence", name="Ngaio Unlikely", email="ngaio@unlikely.example")
    raw = b"".join(
        path.read_bytes()
        for path in desk.parts.config.data_folder.rglob("*")
        if path.is_file() and "recourse.db" in path.name
    )
    for text in (system.secret, made["words"], "Quite unlikely", "Ngaio", "unlikely.example", "pictures.example.org"):
        assert text.encode() not in raw, text


def answer_body() -> dict[str, object]:
    return {"version": "1", "answer": "acknowledged", "at": "2026-11-23T09:00:00+00:00", "text": "Thanks."}


def assert_problem(answer: TestResponse, status: int, says: str) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    told = json.loads(answer.data)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert says in told["detail"], told["detail"]
