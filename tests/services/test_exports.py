"""Taking everything along: a page to read, the letters, and the data for machines."""

from __future__ import annotations

import io
import json
import zipfile

import html5lib
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, History
from portal.models.events import Event
from portal.services import exports, requests
from portal.services.ports import Ports
from portal.services.requests import AnswerCommand
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send

HOSTILE = "<script>alert(1)</script> & 'words'"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def archive(session: Session, ports: Ports) -> zipfile.ZipFile:
    opened = make_case(session, ports, links="https://x.com/a/status/1", explanation=HOSTILE)
    send(session, opened, ports)
    answer = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text=HOSTILE)
    requests.log_answer(session, opened, 1, answer, now=NOW + DAY, ports=ports)
    return zipfile.ZipFile(io.BytesIO(exports.export_case(session, opened, now=NOW + DAY, ports=ports)))


def test_the_archive_holds_the_page_the_data_and_every_letter(archive: zipfile.ZipFile) -> None:
    assert archive.namelist() == [
        "case.html",
        "case.json",
        "letters/1-notice.pdf",
        "letters/1-notice-redacted.pdf",
    ]


def test_the_data_say_everything_the_case_page_says(archive: zipfile.ZipFile) -> None:
    data = json.loads(archive.read("case.json"))
    assert data["report"]["explanation"] == HOSTILE
    assert data["requests"][0]["answers"][0]["text"] == HOSTILE
    assert data["requests"][0]["clocks"][0]["steps"]
    assert data["items"][0]["url"] == "https://x.com/a/status/1"
    assert data["notes"] == []


def test_the_page_is_well_formed_and_runs_nothing(archive: zipfile.ZipFile) -> None:
    text = archive.read("case.html").decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text
    assert "&lt;script&gt;" in text
    assert "https://x.com/a/status/1" in text


def test_taking_it_out_stands_in_the_history(session: Session, archive: zipfile.ZipFile) -> None:
    kinds = session.scalars(select(Event.kind).order_by(Event.sequence.desc()).limit(1)).all()
    assert kinds == [History.EXPORTED]
