"""Taking everything along: a page to read, the letters, and the data for machines."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, time
from pathlib import Path

import html5lib
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import (
    Answer,
    ComplaintState,
    Depiction,
    Filer,
    Handler,
    History,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
)
from portal.domain.report import ContactBy, NameKind, Report, YesNo
from portal.domain.safe_hours import SafeHours
from portal.models.events import Event
from portal.reference.zones import PACKAGE
from portal.services.casefile import sharing as case_sharing
from portal.services.casefile.export import archive as case_export
from portal.services.casefile.export.words import NOT_ASKED, QUESTIONS, describe
from portal.services.cases import holds, mail_contact, messages, recovery_words, safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.history.events import read_history
from portal.services.ports import Ports
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, send
from tests.services.people import make_mail_ports, share_case

HOSTILE = "<script>alert(1)</script> & 'words'"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def archive(session: Session, ports: Ports) -> zipfile.ZipFile:
    opened = make_case(session, ports, links="https://x.com/a/status/1", explanation=HOSTILE)
    send(session, opened, ports)
    answer = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text=HOSTILE)
    answers.log_answer(opened.at(NOW + DAY), 1, answer)
    return zipfile.ZipFile(io.BytesIO(case_export.export_case(opened.at(NOW + DAY))))


def test_the_archive_holds_the_page_the_data_and_every_letter(archive: zipfile.ZipFile) -> None:
    assert archive.namelist() == [
        "case.html",
        "case.json",
        "case.schema.json",
        "letters/1-notice.pdf",
        "letters/1-notice-redacted.pdf",
    ]


def test_the_data_say_everything_the_case_page_says(archive: zipfile.ZipFile) -> None:
    data = json.loads(archive.read("case.json"))
    assert data["report"]["explanation"] == HOSTILE
    assert data["requests"][0]["answers"][0]["text"] == HOSTILE
    assert data["requests"][0]["clocks"][0]["steps"]
    assert data["requests"][0]["clocks"][0]["zone_version"] == PACKAGE
    assert data["items"][0]["url"] == "https://x.com/a/status/1"
    assert data["notes"] == []


def test_the_page_is_well_formed_and_runs_nothing(archive: zipfile.ZipFile) -> None:
    text = archive.read("case.html").decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert "<script" not in text
    assert "src=" not in text
    linked = re.findall(r'href="([^"]*)"', text)
    assert linked, "the letters are linked"
    assert set(linked) <= set(archive.namelist())
    assert set(linked) == {name for name in archive.namelist() if name.endswith(".pdf")}
    assert "Why this date" in text
    assert "&lt;script&gt;" in text
    assert "https://x.com/a/status/1" in text


def test_the_data_fit_their_schema_and_the_schema_is_strict(archive: zipfile.ZipFile) -> None:
    schema, data = json.loads(archive.read("case.schema.json")), json.loads(archive.read("case.json"))
    Draft202012Validator.check_schema(schema)
    checker = Draft202012Validator(schema)
    assert list(checker.iter_errors(data)) == []
    for name in data:
        assert list(checker.iter_errors({key: value for key, value in data.items() if key != name})), name


def test_everything_the_case_holds_is_in_it(session: Session, tmp_path: Path) -> None:
    ports = make_mail_ports(tmp_path)
    shared = share_case(session, ports, filer=Filer.REPRESENTATIVE, authority="A signed letter.")
    person = shared.person
    messages.send_message(shared.first.at(NOW), "Kia ora.")
    mail_contact.set_address(person.at(NOW), "ana.example@example.net")
    recovery_words.set_check(person.at(NOW), "Which boat?", "the red canoe")
    holds.ask_hold(shared.first.at(NOW), "A court asked.", date(2027, 3, 31))
    case_sharing.change_consent(person.at(NOW), "regulators", given=False)
    messages.add_note(shared.first.at(NOW), "Only for the team.")
    taken = zipfile.ZipFile(io.BytesIO(case_export.export_case(person.at(NOW))))
    data, page = json.loads(taken.read("case.json")), taken.read("case.html").decode()
    assert data["mandates"][0]["authority"] == "A signed letter."
    assert data["messages"][0]["text"] == "Kia ora."
    assert data["hold"]["reason"] == "A court asked."
    assert {one["recipient"]: bool(one["withdrawn_at"]) for one in data["consents"]} == {
        "platforms": False, "regulators": True, "team": False,
    }  # fmt: skip
    events = read_history(session, person.case.id)
    assert [one["digest"] for one in data["chain"]] == [event.digest.hex() for event in events]
    for text in ("A signed letter.", "Kia ora.", "ana.example@example.net", "Which boat?", events[-1].digest.hex()):
        assert text in page
    for secret in ("red canoe", "redcanoe", "Only for the team.", person.key.hex(), shared.words):
        assert secret not in page + json.dumps(data)


def test_taking_it_out_stands_in_the_history(session: Session, archive: zipfile.ZipFile) -> None:
    kinds = session.scalars(select(Event.kind).order_by(Event.sequence.desc()).limit(1)).all()
    assert kinds == [History.EXPORTED]


def test_the_page_speaks_as_people_do_and_fits_a_phone(archive: zipfile.ZipFile) -> None:
    page = archive.read("case.html").decode()
    assert 'name="viewport"' in page
    assert "0 of 1 links gone." in page
    assert "Who is this about?</dt><dd>Me" in page
    assert "They said no" in page
    assert "(Auckland time)" in page
    for code in ("filer", "self</dd>", "+00:00</", "UTC", "notice_received", "share_with"):
        assert code not in re.sub(r"<details>.*?</details>", "", page), code
    assert re.search(r"https?://", page.replace("https://x.com/a/status/1", "")) is None, "nothing from elsewhere"


def test_every_answer_and_every_state_has_its_words() -> None:
    assert set(QUESTIONS) | NOT_ASKED == set(Report.__dataclass_fields__)
    assert not set(QUESTIONS) & NOT_ASKED
    kinds = (YesNo, Filer, Depiction, ContactBy, Handler, NameKind, ItemState, RequestState, RequestKind)
    for kind in (*kinds, ComplaintState, Answer, LetterKind):
        for word in kind:
            assert describe(word), word


def test_the_calendar_address_is_not_in_the_unlocked_file(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    hours = SafeHours(days=frozenset({0}), first=time(9), last=time(12), zone="Pacific/Auckland")
    safe_contact.save_choices(opened.at(NOW), Choices(hours=hours, words="Say dentist.", title="Call back"))
    safe_contact.make_feed(opened.at(NOW))
    feed = safe_contact.read_safe_contact(opened).feed
    assert feed is not None
    taken = zipfile.ZipFile(io.BytesIO(case_export.export_case(opened.at(NOW))))
    page, data = taken.read("case.html").decode(), taken.read("case.json").decode()
    assert "Say dentist." in page
    assert "Monday, 09:00 to 12:00" in page
    assert json.loads(data)["safe_contact"]["hours"]["days"] == [0]
    assert feed.token not in page + data
