"""A thief of database, files and queue finds nothing: canaries are planted, then the raw bytes are searched."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.config import MailServer
from portal.domain.lifecycle import ActorKind, Answer, Filer, Handler, Role, SendingChannel
from portal.domain.report import ReportedPlace
from portal.services.cases import holds, mail_contact, messages, opening, recovery_words
from portal.services.complaints import complaints
from portal.services.intake import submission
from portal.services.letters import kept_letters, letters
from portal.services.ports import Actor, Ports
from portal.services.requests import preparing
from portal.services.requests.preparing import DetailsCommand
from portal.services.signin import sessions
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.postgres import PROGRAMS
from tests.services.factories import NOW, make_draft, make_team, make_work

LATER = NOW + timedelta(days=4)
CANARIES = (
    "canary-name", "canary-mail", "canary-phone", "canary-street", "canary-link", "canary-site", "canary-words",
    "canary-harm", "canary-place", "canary-ticket", "canary-answer", "canary-message", "canary-note",
    "canary-authority", "canary-safe", "canary-wish", "canary-confirm", "canary-pasted",
    "canary-question", "canary-check", "canarycheck", "canary-address", "canary-hold",
)  # fmt: skip
REPORT: dict[str, Any] = {
    "filer": Filer.REPRESENTATIVE,
    "authority": "canary-authority",
    "name": "canary-name",
    "signature": "canary-name",
    "email": "canary-mail@example.net",
    "phone": "canary-phone",
    "postal_address": "canary-street 1",
    "how_found": "canary-words",
    "explanation": "canary-harm",
    "safe_contact": "canary-safe",
    "places": (ReportedPlace(platform="instagram", text="canary-place"),),
}
LINKS = "https://x.com/canary-link/status/1 https://canary-site.example.org/album\ncanary-pasted is not a link"


@pytest.fixture
def planted(sessions: sessionmaker[Session], ports: Ports) -> list[str]:
    """A draft and a case that has been through everything, committed. Returns the secrets that must not be found."""
    with sessions.begin() as session:
        _, draft_words = make_draft(session, ports, links=LINKS, **REPORT)
        team, team_key = make_team(session)
        new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="canary-password-long")
        member = accounts.add_staff(session, new, now=NOW)
        accounts.add_membership(session, member, team, team_key, now=NOW)
        opened, words = make_draft(session, ports, links=LINKS, handler=Handler.TEAM, team_id=str(team.id), **REPORT)
        submission.submit(opened.at(NOW))
        actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Mere")
        theirs = opening.open_for_staff(
            make_work(session, ports, actor=actor), opened.reference, team_keys={team.id: team_key}, to_change=True
        )
        go_through_everything(session, theirs, ports)
        choose_ways_in(session, opened, ports)
        holds.ask_hold(theirs.at(LATER), "canary-hold", date(2027, 3, 31))
        token = _sign_in(session, theirs)
    return [words, draft_words, token, opened.key.hex(), team_key.hex(), "canary-password-long"]


def go_through_everything(session: Session, opened: CaseWork, ports: Ports) -> None:
    preparing.set_details(opened.at(NOW), 1, DetailsCommand(explanation="canary-harm"))
    sent = SentCommand(
        has_checked=True, channel=SendingChannel.FORM, sent_at=NOW, received_at=NOW, ticket="canary-ticket"
    )
    letters.make_missing_letter(opened.at(NOW), 1)
    sending.record_sent(opened.at(NOW), 1, sent)
    answer = AnswerCommand(answer=Answer.REFUSED, at=LATER, text="canary-answer")
    answers.log_answer(opened.at(LATER), 1, answer)
    messages.send_message(opened.at(LATER), "canary-message")
    messages.add_note(opened.at(LATER), "canary-note")
    option = next(one for one in complaints.options(opened.at(LATER)) if one.request_numbers)
    complaints.prepare(opened.at(LATER), option.regime, option.regulator, option.request_numbers)
    assert kept_letters.read_letter(opened, 1, redacted=False).startswith(b"%PDF")


def choose_ways_in(session: Session, opened: CaseWork, ports: Ports) -> None:
    """A question for new words, an address, and a mail to it that still waits."""
    server = MailServer(host="127.0.0.1", port=25, has_tls=False, user="", password="", sender="portal@example.org")
    with_mail = replace(ports, config=replace(ports.config, mail=server))
    recovery_words.set_check(replace(opened, now=LATER, ports=with_mail), "canary-question", "canary-check")
    mail_contact.set_address(replace(opened, now=LATER, ports=with_mail), "canary-address@example.net")


def _sign_in(session: Session, opened: CaseWork) -> str:
    token = sessions.new_token()
    values = {"case_id": str(opened.case.id), "case_key": opened.key.hex()}
    sessions.save(session, token, values, now=LATER, lasts=None)
    return token


def read_everything(folder: Path, database_url: str) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of every file below the data folder, and a dump where the database is a server."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    if database_url.startswith("postgres"):
        yield "dump", subprocess.run([PROGRAMS / "pg_dump", database_url], capture_output=True, check=True).stdout


def test_raw_bytes_hold_none_of_what_a_person_wrote(planted: list[str], database_url: str, tmp_path: Path) -> None:
    found = []
    for name, content in read_everything(tmp_path, database_url):
        lowered = content.lower()
        for canary in (*CANARIES, *planted):
            forms = (canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode())
            found += [(name, canary) for form in forms if form.lower() in lowered]
    assert found == []


def test_the_search_would_find_a_leak(tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"..canary-name..")
    assert any(b"canary-name" in content for _, content in read_everything(tmp_path, "sqlite://"))
