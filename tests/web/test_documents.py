"""Files on the pages of the person and of the desk: handed in, saved, removed, refused in words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.adapters.readers import documents as adapter
from portal.domain import documents as limits
from portal.models.cases import Case
from portal.models.documents import Document
from portal.models.tables import metadata
from portal.services.cases.documents import HandIn
from portal.web.documents import REFUSALS, TAKEN_OUT, DocumentForm
from tests.public.test_public_cases import CASES, PICTURE, make_file
from tests.web.addresses import at
from tests.web.desk.colleague import Colleague
from tests.web.pages import Page
from tests.web.world import TITLE, Caller, World, let_in, make_world

PERSON, DESK = at("/case/documents"), "/desk/cases/{}/documents"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("documents")) as world:
        yield world


@pytest.fixture
def world(made: World) -> Iterator[World]:
    yield made
    made.restore()


def come_as(world: World, caller: Caller) -> tuple[Colleague, str]:
    visitor = Colleague(world.app, TITLE)
    let_in(visitor.client, world.cookies[caller])
    return visitor, PERSON if caller is Caller.PERSON else DESK.format(world.reference)


def send_file(visitor: Colleague, path: str, content: bytes, name: str = "answer.pdf", **typed: str) -> TestResponse:
    form, _button = visitor.go(path).form_with("Add the file")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")
    values: dict[str, Any] = {"csrf_token": token, "about": "request-1", "label": "", **typed}
    values["file"] = FileStorage(io.BytesIO(content), name, "file")
    boundary, body = encode_multipart(values)  # by ourselves, because the client would leave a file of its own open
    return visitor.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def shown(visitor: Colleague, answer: TestResponse, status: int) -> Page:
    return visitor._show(answer, status)


def make_png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (30, 10), "blue").save(stream, "PNG", pnginfo=None)
    return stream.getvalue()


@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
def test_a_file_is_handed_in_saved_and_removed(world: World, caller: Caller) -> None:
    visitor, path = come_as(world, caller)
    remove = "/2/1" if caller is Caller.PERSON else "/2/remove"
    assert send_file(visitor, path, make_png(), "../../<script>.exe", label="Their refusal").status_code == 303
    page = visitor.go(path)
    assert "Their refusal" in page.text
    assert "<script>.exe" not in page.text
    saved = visitor.client.get(f"{path}/2")
    assert Image.open(io.BytesIO(saved.data)).size == (30, 10)
    form = next(each for each in page.root.iter("form") if each.get("action", "").endswith(remove))
    token = next(each.get("value", "") for each in form.iter("input"))
    visitor.send(f"{path}{remove}", {"csrf_token": token})
    assert visitor.client.get(f"{path}/2").status_code == 404


def test_both_sides_see_the_same_files(world: World) -> None:
    person, path = come_as(world, Caller.PERSON)
    send_file(person, path, b"We will not remove it.", label="By the person")
    advocate, desk = come_as(world, Caller.ADVOCATE)
    assert "By the person" in advocate.go(desk).text
    stranger, _ = come_as(world, Caller.STRANGER)
    assert stranger.client.get(f"{desk}/1").status_code == 404


@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
def test_a_saved_file_can_do_nothing_in_the_browser(world: World, caller: Caller) -> None:
    visitor, path = come_as(world, caller)
    send_file(visitor, path, b"<html><script>alert(1)</script></html>", "page.html")
    for number, name in ((1, "document-1.txt"), (2, "document-2.txt")):
        answer = visitor.client.get(f"{path}/{number}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "text/plain"


@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"GIF89a\x01\x00\x01\x00\x00", "kind of file"),
        (b"%PDF-1.7 nothing", "cannot be read"),
        (b"x" * (limits.LARGEST + 1), "too large"),
    ],
    ids=["empty", "unknown", "broken", "large"],
)
def test_a_refusal_says_what_to_do_and_keeps_what_was_typed(
    world: World, caller: Caller, content: bytes, told: str
) -> None:
    visitor, path = come_as(world, caller)
    page = shown(visitor, send_file(visitor, path, content, label="Do not lose me"), 400)
    assert any(told in error for error in page.errors)
    assert 'value="Do not lose me"' in page.answer.text
    with world.parts.sessions() as session:
        assert len(session.scalars(select(Document)).all()) == 1


def test_every_refusal_and_everything_that_is_taken_out_has_words() -> None:
    assert REFUSALS.keys() == set(limits.Refusal)
    assert TAKEN_OUT.keys() == set(limits.Cleaned) - {limits.Cleaned.NO_WORDS}, "that one is a sentence of its own"


HEAD = b"From: Trust Team <support@platform.example>\r\nSubject: Your report 4711\r\nMIME-Version: 1.0\r\n"


@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
def test_an_email_is_saved_as_it_came_as_well(world: World, caller: Caller) -> None:
    visitor, path = come_as(world, caller)
    mail = HEAD + b"\r\nWe removed it.\r\n"
    send_file(visitor, path, mail, "answer.eml")
    page = visitor.go(path)
    assert "It proves what they sent." in page.text
    answer = visitor.client.get(f"{path}/2/2" if caller is Caller.PERSON else f"{path}/2/original")
    assert answer.data == mail
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document-2-original.eml"'
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["id"].startswith("web-upload")], ids=lambda case: case["id"]
)
@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
def test_what_people_really_hand_in_shows_what_became_of_it(world: World, caller: Caller, case: dict[str, Any]) -> None:
    ways = {
        "web-upload-mbox": ("upload-mbox-from", "not kept", "cannot be seen"),
        "web-upload-no-words": ("upload-pgp", "No words could be read in this e-mail", "cannot be seen"),
        "web-upload-umlaut-words": ("upload-no-charset-latin1", "E-mail, its words only", "could not be read"),
    }
    file, told, untold = ways[case["id"]]
    (given,) = (each["input"] for each in CASES if each["id"] == file)
    visitor, path = come_as(world, caller)
    assert send_file(visitor, path, make_file(given), "answer.eml").status_code == 303
    page = visitor.go(path)
    assert told in page.text
    assert untold not in page.text
    saved = visitor.client.get(f"{path}/2").data
    assert not PICTURE.search(saved)
    assert ("gelöscht" in saved.decode()) is (file == "upload-no-charset-latin1")


def test_where_no_file_can_be_opened_safely_the_page_asks_for_the_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        adapter, "_ask_child", lambda _content, *_: b'{"missing": ["seccomp"], "refused": "unconfined"}\n'
    )
    visitor, path = come_as(world, Caller.PERSON)
    assert "Write down the words" in shown(visitor, send_file(visitor, path, b"Words."), 400).text


def test_the_operator_may_have_files_opened_unconfined(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    real = adapter._ask_child

    def ask(content: bytes, *arguments: str) -> bytes:
        asked.append(arguments)
        return real(content, *arguments)

    monkeypatch.setattr(adapter, "_ask_child", ask)
    visitor, path = come_as(world, Caller.PERSON)
    assert send_file(visitor, path, b"Words.").status_code == 303
    ports = world.parts.ports
    monkeypatch.setitem(
        vars(world.parts), "ports", replace(ports, config=replace(ports.config, takes_files_unconfined=True))
    )
    assert send_file(visitor, path, b"Other words.").status_code == 303
    assert asked == [("txt",), ("txt", "--anyway")]


def test_a_form_without_a_file_or_about_nothing_is_refused(world: World) -> None:
    visitor, path = come_as(world, Caller.PERSON)
    assert "Choose a file first." in shown(visitor, send_file(visitor, path, b"", ""), 400).errors
    for about in ("", "request-99", "complaint-99", "case-1", "request-1e1"):
        assert shown(visitor, send_file(visitor, path, b"Words.", about=about), 400).errors


def test_more_than_a_file_is_not_even_read(world: World) -> None:
    visitor, path = come_as(world, Caller.PERSON)
    answer = send_file(visitor, path, b"x" * (limits.LARGEST + 1024 * 1024))
    assert "10 MB" in shown(visitor, answer, 413).text


def test_ten_megabytes_are_for_files_only(world: World) -> None:
    visitor, _path = come_as(world, Caller.PERSON)
    answer = visitor.client.post(at("/case/messages"), data={"text": "x" * (5 * 1024 * 1024)})
    assert answer.status_code == 413


@pytest.mark.parametrize("caller", [Caller.PERSON, Caller.ADVOCATE])
def test_in_a_case_about_somebody_under_18_there_is_no_field_and_no_way_in(world: World, caller: Caller) -> None:
    visitor, path = come_as(world, caller)
    page = visitor.go(path)
    token = next(each.get("value", "") for each in page.root.iter("input") if each.get("name") == "csrf_token")
    with world.parts.sessions.begin() as session:
        session.scalars(select(Case).where(Case.reference == world.reference)).one().under_18 = True
    page = visitor.go(path)
    assert "under 18" in page.text
    assert 'type="file"' not in page.answer.text
    data = {"csrf_token": token, "about": "request-1", "file": (io.BytesIO(b"Words."), "a.txt")}
    answer = visitor.client.post(path, data=data, content_type="multipart/form-data")
    assert "under 18" in shown(visitor, answer, 400).text
    with world.parts.sessions() as session:
        assert len(session.scalars(select(Document)).all()) == 1


def test_nobody_waits_for_the_case_while_a_file_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the child works, another writer gets in: on SQLite a held transaction would stop the whole portal."""
    real, waited = adapter._ask_child, []

    def ask(content: bytes, *arguments: str) -> bytes:
        with world.parts.sessions.begin() as session:
            session.connection().exec_driver_sql("PRAGMA busy_timeout=100")
            session.connection().execute(update(metadata.tables["cases"]).values(language="en"))
        waited.append(arguments)
        return real(content, *arguments)

    monkeypatch.setattr(adapter, "_ask_child", ask)
    visitor, path = come_as(world, Caller.PERSON)
    assert send_file(visitor, path, b"Words.").status_code == 303
    assert waited


def test_a_file_that_comes_in_never_lies_open_on_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The web framework's own way is a temporary file for all above half a megabyte."""
    visitor, path = come_as(world, Caller.PERSON)
    held = []
    real = DocumentForm.command

    def look(form: DocumentForm) -> HandIn:
        held.append(form.file.data.stream)
        return real(form)

    monkeypatch.setattr(DocumentForm, "command", look)
    assert send_file(visitor, path, b"words " * 150_000).status_code == 303
    assert [type(stream) for stream in held] == [io.BytesIO]
