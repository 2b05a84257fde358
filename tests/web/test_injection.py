"""Hostile words in every free text of a case, and then every page, file and letter of it: they are words everywhere."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pikepdf
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.domain import csv_text
from portal.domain.documents import CleanDocument, DocumentKind
from portal.domain.lifecycle import ActorKind, Answer, Filer, Handler, LetterKind, Role, SendingChannel
from portal.domain.report import ReportedPlace
from portal.factory import create_app
from portal.models.tables import metadata
from portal.reference import dataset
from portal.services.casefile.export import archive as case_export
from portal.services.cases import documents, messages
from portal.services.cases.documents import HandIn
from portal.services.complaints import complaints
from portal.services.intake import submission
from portal.services.letters import kept_letters, letters
from portal.services.ports import Actor
from portal.services.requests import preparing
from portal.services.requests.preparing import DetailsCommand
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from portal.web.access import enter_case
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.letters.reading import read_without_spaces
from tests.services.factories import NOW, make_draft, make_team
from tests.web.addresses import at
from tests.web.desk.colleague import PASSWORD, Colleague
from tests.web.world import VALUES

LATER = NOW + timedelta(days=4)
# Markup, three template languages, a style that fetches, a formula, a format string: each would leave its trace.
HOSTILE = (
    "<i id=inj>{{7*'zq'}}{%if 1%}zr{%endif%}${7*7}#{7*7}<%=7*7%>%(name)s</i><script>zs()</script>"
    "\"'><img src=x onerror=zt()><style>@import url(http://127.0.0.1:1/)</style>"
    "=cmd|' /C calc'!A1 {0.__class__} \\u003c"
)
# The same without the marks of templates: in a name or an address of a letter those count as a place left unfilled,
# and stop the letter.
NAMED = "<i id=inj>${7*7}</i><script>zs()</script>\"'><img src=x onerror=zt()>=cmd|' /C calc'!A1"
CASE_PAGES = """
    case.show case.links case.history sharing.ask_facts sharing.show sharing.team messages.show export.show
    erase.show request.show send.end request.details request.ask_answer request.ask_sent complaint.options
    complaint.show complaint.ask_answer letters.show documents.show
"""
ADDRESSES = """
    /law?country=NZ{}Set-Cookie:a=b /return?next={}Set-Cookie:a=b /{}Set-Cookie:a=b
    /clock.ics?regime=eu-gdpr-17{}X:y /static/{}X:y /platforms/x{}X:y
"""
DESK_PAGES = """
    /desk {case} {case}/report {case}/history {case}/messages {case}/notes {case}/documents {case}/complaints
    {case}/complaints/1 {case}/requests/1 {case}/requests/1/details {case}/requests/1/answer {case}/links/add
    {case}/close
"""
DRAFT_PAGES = "links places contact review help authority"


def full_of_it() -> dict[str, Any]:
    """Every answer of a report that is free text."""
    names = ("name", "signature", "phone", "postal_address", "authority")
    words = ("how_found", "explanation", "safe_contact")
    texts = {name: f"{name} {NAMED}" for name in names} | {name: f"{name} {HOSTILE}" for name in words}
    places = (ReportedPlace(platform=f"place {NAMED}", text=f"words {HOSTILE}"),)
    return {**texts, "filer": Filer.REPRESENTATIVE, "email": "ana@example.net", "places": places}


class Site:
    """A portal with one case and one draft that are full of hostile words, and who may look at them."""

    def __init__(self, folder: Path) -> None:
        config = load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:", "RECOURSE_TITLE": "Recourse"})
        self.app: Flask = create_app(config, clock=lambda: LATER)
        self.parts: Parts = self.app.extensions[EXTENSION]
        metadata.create_all(self.parts.engine)
        with self.parts.sessions.begin() as session:
            self.team, self.team_key = make_team(session)
            new = NewStaff(login="mere", name=f"Mere {HOSTILE}"[:200], role=Role.ADVOCATE, password=PASSWORD)
            member = accounts.add_staff(session, new, now=NOW)
            accounts.add_membership(session, member, self.team, self.team_key, now=NOW)
            links = f"https://x.com/a/status/1 https://pictures.example.org/?q=<b>{{{{7}}}}\n{HOSTILE}"
            make = {"links": links, **full_of_it()}
            self.draft, _words = make_draft(session, self.parts.ports, **make)
            self.case, _words = make_draft(
                session, self.parts.ports, handler=Handler.TEAM, team_id=str(self.team.id), **make
            )
            self._fill(session, Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name=member.name))

    def _fill(self, session: Any, actor: Actor) -> None:
        submission.submit(self.case.at(NOW))
        theirs = replace(self.case, actor=actor)
        details = DetailsCommand(explanation=HOSTILE, identity_offer=NAMED, postal_address=NAMED)
        preparing.set_details(theirs.at(NOW), 1, details)
        letters.make_letter(theirs.at(NOW), LetterKind.NOTICE, 1)
        sent = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=NOW, received_at=NOW, ticket=NAMED)
        letters.make_missing_letter(theirs.at(NOW), 1)
        sending.record_sent(theirs.at(NOW), 1, sent)
        answer = AnswerCommand(answer=Answer.REFUSED, at=LATER, text=HOSTILE)
        answers.log_answer(theirs.at(LATER), 1, answer)
        for opened in (theirs, self.case):
            messages.send_message(opened.at(LATER), HOSTILE)
        messages.add_note(theirs.at(LATER), HOSTILE)
        clean = CleanDocument(kind=DocumentKind.EMAIL, content=HOSTILE.encode(), about=HOSTILE)
        handed = HandIn(request_number=1, label=HOSTILE[:200], given=b"x")
        documents.hand_in(theirs.at(LATER), handed, clean)
        option = next(one for one in complaints.options(theirs.at(LATER)) if one.request_numbers)
        complaints.prepare(theirs.at(LATER), option.regime, option.regulator, option.request_numbers, wish=HOSTILE)

    def ask_as_holder(self, opened: CaseWork, endpoint: str, **values: Any) -> TestResponse:
        """A page, for whoever holds this case open."""
        client = self.app.test_client()
        with self.app.test_request_context():
            path = self.app.url_for(endpoint, **values)
            enter_case(opened)
            response = self.app.make_response("")
            self.app.session_interface.save_session(self.app, _session(), response)
        client.set_cookie("session", response.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
        return client.get(path)


def _session() -> Any:
    from flask import session  # noqa: PLC0415 - the one of the request that is being made up

    return session._get_current_object()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("injection"))
    yield made
    made.parts.engine.dispose()


@pytest.fixture(scope="module")
def colleague(site: Site) -> Colleague:
    made = Colleague(site.app, "Recourse")
    made.sign_in("mere", password=PASSWORD)
    return made


def find_traces(text: str) -> list[str]:
    """What of the hostile words was run or became part of the page."""
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    found = [each.tag for each in root.iter() if each.get("id") == "inj" or "onerror" in each.attrib]
    found += [each.tag for each in root.iter("script") if not each.get("src")]
    found += [each.tag for each in root.iter("style")]
    return found + [trace for trace in ("zqzq", "49%(name)s", "<class") if trace in "".join(root.itertext())]


def test_the_search_finds_what_it_looks_for() -> None:
    page = f"<!doctype html><html><head><title>t</title></head><body><i id=inj>{7 * 'zq'}</i></body></html>"
    assert find_traces(page) == ["i", "zqzq"]


@pytest.mark.parametrize("endpoint", CASE_PAGES.split())
def test_a_page_of_the_case_shows_words_and_runs_none(site: Site, endpoint: str) -> None:
    arguments = next(rule for rule in site.app.url_map.iter_rules() if rule.endpoint == endpoint).arguments
    answer = site.ask_as_holder(site.case, endpoint, **{name: VALUES[name] for name in arguments})
    assert answer.status_code == 200
    assert find_traces(answer.text) == []


@pytest.mark.parametrize("step", DRAFT_PAGES.split())
def test_a_page_of_the_report_shows_words_and_runs_none(site: Site, step: str) -> None:
    answer = site.ask_as_holder(site.draft, "report.show", step=step)
    assert answer.status_code in {200, 303}
    if answer.status_code == 200:
        assert find_traces(answer.text) == []


@pytest.mark.parametrize("page", DESK_PAGES.split())
def test_a_page_of_the_desk_shows_words_and_runs_none(site: Site, colleague: Colleague, page: str) -> None:
    shown = colleague.go(page.replace("{case}", f"/desk/cases/{site.case.reference}"))
    assert find_traces(shown.answer.text) == []


def test_the_words_are_really_on_the_desk_too(site: Site, colleague: Colleague) -> None:
    pages = [f"/desk/cases/{site.case.reference}/{name}" for name in ("report", "messages", "notes", "documents")]
    for page in pages:
        assert "{{7*&#39;zq&#39;}}" in colleague.go(page).answer.text, page


def test_the_words_are_really_on_these_pages(site: Site) -> None:
    shown = [
        endpoint
        for endpoint in ("case.links", "request.show", "request.details", "messages.show", "documents.show")
        if "{{7*&#39;zq&#39;}}" in site.ask_as_holder(site.case, endpoint, **_numbered(site, endpoint)).text
    ]
    assert len(shown) >= 4, shown


def _numbered(site: Site, endpoint: str) -> dict[str, Any]:
    rule = next(rule for rule in site.app.url_map.iter_rules() if rule.endpoint == endpoint)
    return {name: VALUES[name] for name in rule.arguments}


def test_a_letter_prints_them_and_holds_nothing_that_acts(site: Site) -> None:
    with site.parts.sessions() as session:
        pdf = kept_letters.read_letter(replace(site.case, session=session), 1, redacted=False)
    text = read_without_spaces(pdf)
    assert "{{7*'zq'}}" in text
    assert "zqzq" not in text
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert set(document.attachments) <= {"links.txt", "notice.json"}  # data, which no reader runs
        assert "/JavaScript" not in document.Root.get("/Names", {})
        assert "/OpenAction" not in document.Root


def test_what_is_taken_along_is_a_page_that_runs_none(site: Site) -> None:
    with site.parts.sessions() as session:
        opened = replace(site.case, session=session, case=session.merge(site.case.case))
        archive = zipfile.ZipFile(io.BytesIO(case_export.export_case(opened.at(LATER))))
    page = archive.read("case.html").decode()
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert not [each for each in root.iter() if each.get("id") == "inj" or each.tag in {"script", "img"}]
    assert {each.get("href") for each in root.iter("a")} <= set(archive.namelist()), "links lead to the files beside it"
    assert "zqzq" not in page
    assert json.loads(archive.read("case.json"))["report"]["explanation"] == f"explanation {HOSTILE}"
    assert all(".." not in name and not name.startswith("/") for name in archive.namelist())


def test_one_room_alone_writes_tables_for_spreadsheets() -> None:
    """A cell that begins with "=" would be run by a spreadsheet: `test_what_begins_like_a_formula_is_text`.

    What is handed in is read with the same library elsewhere, and written nowhere.
    """
    root = Path(case_export.__file__).parents[2]
    for path in set(root.rglob("*.py")) - {Path(csv_text.__file__)}:
        text = path.read_text()
        assert "csv.writer" not in text, path
        assert "csv.DictWriter" not in text, path
        assert "from csv import" not in text, path
        assert "text/csv" not in text or path == Path(dataset.__file__), path


@pytest.mark.parametrize("end", ["%0d%0a", "%0a", "%0d", "%00", "%E5%98%8A%E5%98%8D"])
@pytest.mark.parametrize("path", ADDRESSES.split())
def test_no_address_can_write_a_header(site: Site, path: str, end: str) -> None:
    answer = site.app.test_client().get(path.format(end))
    assert answer.status_code < 500
    assert "a=b" not in answer.headers.get("Set-Cookie", "")
    assert "X" not in answer.headers
    assert not any("\r" in value or "\n" in value for _name, value in answer.headers)


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
@pytest.mark.parametrize("name", ["next", "url", "redirect", "return_to", "back", "from", "continue"])
def test_no_address_leads_to_another_site(site: Site, name: str, place: str) -> None:
    client = site.app.test_client()
    for path in ("/return", "/desk/sign-in", "/leave", "/report", "/case", at("/case"), "/desk"):
        for answer in (client.get(path, query_string={name: place}), client.post(path, data={name: place})):
            assert "evil" not in answer.headers.get("Location", "")
            assert "javascript" not in answer.headers.get("Location", "")
