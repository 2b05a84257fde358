"""A process of the portal that does what it is told, one operation after another, until it is killed.

Every SQL statement and every commit, in the main database and in that of the locks, is a point at which it can be told
to kill itself with SIGKILL; it runs no handler then and says nothing. Letters are not set as PDF and Argon2id gets
little memory, because neither has a part in what is kept.
"""

from __future__ import annotations

import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from imapclient import IMAPClient
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.storage import ObjectStorage
from portal.config import load_config
from portal.domain.lifecycle import CaseStatus, ComplaintState, Handler, LetterKind, RequestState
from portal.models.outbox import MailKind
from portal.models.tables import metadata
from portal.run import worker
from portal.services.background import outbox
from portal.services.background.outbox import NewMail
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, BulkCommand
from portal.services.cases import messages, opening
from portal.services.complaints import complaints, reading
from portal.services.complaints.complaints import LodgedCommand
from portal.services.inbox import receiving
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.letters.further import FurtherWords
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.lookup import find_request
from portal.services.tracking import mailing
from portal.services.tracking.parcels import MailCommand
from portal.services.work import CaseWork
from portal.wiring import Parts
from tests.cost import LOW
from tests.engines import share_what_is_compiled
from tests.mailbox import SENDER
from tests.postgres import fresh_database
from tests.services.factories import NOW, make_draft, make_team, make_work
from tests.services.fakes import DAY, QUICK_PRINTING, send

LINKS = "https://x.com/someone/status/1111\nhttps://pictures.example.org/album/7\nhttps://www.instagram.com/p/Abc123/"
# Platforms that are best reached by e-mail.
BY_MAIL = "https://imgur.com/a/Abc123\nhttps://www.erome.com/a/abc\nhttps://fapello.com/someone/1/"
MANY_SITES = "\n".join(f"https://pictures{number}.example/album/7" for number in range(1, 26))
LATE = NOW + 3 * DAY  # when the platforms' clocks are over
LIFE = timedelta(minutes=10)  # longer than any lease, so that what a dead worker held is free again
THREADS = Path("/proc/self/task")  # of Linux, with those that no Python started
COMPLAINT = ("us-take-it-down", "us-ftc")


@dataclass(frozen=True)
class Setup:
    """What a life starts from. `number` counts the lives of one lane; the worker's clock goes on with it."""

    env: Mapping[str, str]
    number: int

    @property
    def now(self) -> datetime:
        return LATE + DAY + self.number * LIFE


@dataclass(frozen=True)
class Order:
    """One operation, and the point at which to die in it; 0 is to live."""

    kind: str
    values: Mapping[str, str]
    die_at: int = 0


@dataclass(frozen=True)
class Done:
    """The acknowledgement: what came out of it, and how many points it had. `error` is a trace, where it broke."""

    result: str
    points: int
    error: str = ""


class Points:
    """Counts the points of the order in hand, and dies at the one it was told."""

    def __init__(self) -> None:
        self.seen = 0
        self.die_at = 0
        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(sa.Engine, name, self.pass_one)
        for name in ("fetch", "add_flags", "move", "logout"):
            setattr(IMAPClient, name, self.around(getattr(IMAPClient, name)))

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same with a point before it and one after it: it may have reached the other side or not."""

        def pass_both(*given: Any, **named: Any) -> Any:
            self.pass_one()
            done = act(*given, **named)
            self.pass_one()
            return done

        return pass_both

    def start(self, die_at: int) -> None:
        self.seen, self.die_at = 0, die_at

    def pass_one(self, *_details: object) -> None:
        self.seen += 1
        if self.seen == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def live(line: Connection, setup: Setup) -> None:
    """Take orders until the line is closed."""
    be_quick()
    parts = make_parts(setup)
    points = Points()
    while True:
        try:
            order: Order = line.recv()
        except EOFError:
            return
        points.start(order.die_at)
        try:
            done = Done(OPERATIONS[order.kind](parts, **order.values), points.seen)
        except Exception:
            done = Done("", points.seen, traceback.format_exc())
        points.pass_one()
        line.send(done)


def be_quick() -> None:
    """No PDF is set, and Argon2id takes a moment."""
    vault.cost = LOW
    for module, name, quick in QUICK_PRINTING:
        setattr(module, name, quick)


def make_parts(setup: Setup) -> Parts:
    return Parts(load_config(setup.env), clock=lambda: setup.now)


def make_env(folder: str, database: str, mail: str) -> dict[str, str]:
    """Settings with a queue that loses every message: what is found again is found in the database."""
    return {
        "RECOURSE_DATA": folder,
        "RECOURSE_DATABASE": database,
        "RECOURSE_LOCKS": f"sqlite:///{folder}/locks.db",
        "RECOURSE_QUEUE": "memory:",
        "RECOURSE_MAIL_URL": mail,
        "RECOURSE_MAIL_FROM": SENDER,
        "RECOURSE_ORG_NAME": "Harbour Helpline",
    }


def write_draft(parts: Parts, team_id: str, links: str = LINKS) -> str:
    """The six words of a new report that asks a team for help."""
    with parts.sessions.begin() as session:
        _, words = make_draft(session, parts.ports, links=links, handler=Handler.TEAM, team_id=team_id)
    return words


def hand_in(parts: Parts, words: str) -> str:
    """As a person does who does not know whether it went through: look first. Returns the reference."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        if opened.case.status is CaseStatus.DRAFT:
            submission.submit(opened.at(NOW))
        return opened.reference


def record_sent(parts: Parts, words: str) -> str:
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        if find_request(opened, 1).state is RequestState.PREPARED:
            send(session, opened, parts.ports, 1)
    return ""


def write_message(parts: Parts, words: str) -> str:
    """A message, and in the same transaction the mail that it causes. Returns what caused it."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        cause = f"message:{opened.reference}"
        new = NewMail(
            case_id=opened.case.id,
            kind=MailKind.REPLY,
            cause=cause,
            to="ana@example.net",
            subject="A message",
            text="There is a message for you.",
        )
        if outbox.put(make_work(session, parts.ports, now=LATE), new):
            messages.send_message(opened.at(LATE), cause)
    return cause


def mail_letter(parts: Parts, words: str, number: str) -> str:
    """Make the letter of a request and give it to the outbox, unless that was done."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words).at(LATE)
        letters.make_missing_letter(opened, int(number))
        dossier = read_dossier(opened, int(number))
        if not mailing.list_mails(dossier) and dossier.last_letter is not None:
            address = f"abuse@{opened.reference.lower()}.example"
            command = MailCommand(letter=dossier.last_letter.number, address=address, has_checked=True)
            mailing.send_letter(opened, int(number), command)
    return ""


def draft_by_mail(parts: Parts, team_id: str) -> str:
    """As `write_draft`, about platforms that get their letters by e-mail."""
    return write_draft(parts, team_id, BY_MAIL)


def draft_of_many(parts: Parts, team_id: str) -> str:
    """As `write_draft`, about many sites."""
    return write_draft(parts, team_id, MANY_SITES)


def mail_together(parts: Parts, words: str) -> str:
    """One press for all letters of the case; the same press again does nothing."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words).at(LATE)
        for dossier in read_dossiers(opened):
            letters.make_missing_letter(opened, dossier.number)
        press(opened, BulkAction.MAIL, "together")
    return ""


def mail_later(parts: Parts, words: str) -> str:
    """A letter to a search engine for each request, then one press for all of them; "waits" until all were sent."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        dossiers = read_dossiers(opened)
        sent = [each.request.sent_at for each in dossiers if each.request.sent_at]
        if len(sent) < len(dossiers):
            return "waits"
        opened = opened.at(max(parts.clock(), *sent))
        search = FurtherWords(topic="search", company="Find It", address="abuse@find.example")
        if bulk.find_action(opened, "later") is None:
            for dossier in dossiers:
                letters.make_letter(opened, LetterKind.SUPPLIER, dossier.number, words=search)
        press(opened, BulkAction.MAIL_LATER, "later")
    return "mailed"


def press(opened: CaseWork, action: BulkAction, token: str) -> None:
    done = bulk.do_to_all(opened, BulkCommand(action=action, token=token, is_all=True, has_checked=True))
    assert all(each.is_done for each in done), [each.why for each in done]


def escalate(parts: Parts, words: str) -> str:
    """Prepare the complaint, which starts its bundle, unless it is there."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        if not reading.complaint_views(opened.at(LATE)):
            complaints.prepare(opened.at(LATE), *COMPLAINT, (1,))
    return ""


def lodge(parts: Parts, words: str) -> str:
    """Record that the complaint was handed in, once its bundle is made; "waits" before that."""
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        (complaint,) = reading.complaint_views(opened.at(LATE))
        if complaint.state is ComplaintState.PREPARED:
            if not complaint.letters:
                return "waits"
            command = LodgedCommand(at=LATE + DAY, ticket="C-1", has_checked=True)
            complaints.record_lodged(opened.at(LATE + DAY), 1, command)
    return "lodged"


def work(parts: Parts) -> str:
    """What the background worker does when it wakes: how many mails and jobs it had in its hands."""
    return f"{worker.deliver_due_mail(parts)} {worker.run_left_jobs(parts)}"


def take_mail(parts: Parts, number: str, address: str) -> str:
    """As a mail server does that hands a mail over until it is taken."""
    content = f"From: a@x.com\nSubject: Mail {number}\nDate: Tue, 24 Nov 2026 08:00:00 +0000\n\nWords {number}\n"
    with parts.sessions.begin() as session:
        return str(receiving.receive(parts.work(session), content.encode(), [address]))


def sort_mail(parts: Parts) -> str:
    """What the background worker does with what came in: how many mails it looked at."""
    return str(worker.take_in_mail(parts))


def fetch_mail(parts: Parts) -> str:
    """What the background worker does with its mailboxes: how many mails were new."""
    return str(worker.fetch_mailboxes(parts))


def open_case(session: Session, parts: Parts, words: str) -> CaseWork:
    opened = opening.open_by_words(make_work(session, parts.ports), words)
    return opening.open_for_person(make_work(session, parts.ports), opened.case.id, opened.key, to_change=True)


def warm_up() -> None:
    """Go each way once on both databases, before this process is copied for each life: what is read and compiled on the
    way is not read and compiled again by each. No thread may be left at the end, of no library either: the copies would
    wait for it for ever, as they would for those of the storage.
    """
    be_quick()
    share_what_is_compiled()
    with tempfile.TemporaryDirectory() as folder, fresh_database() as postgresql:
        for database in (f"sqlite:///{folder}/warm.db", postgresql):
            parts = make_parts(Setup(make_env(folder, database, "smtp://127.0.0.1:9"), 0))
            vars(parts)["ports"] = replace(parts.ports, storage=_Shelf())
            _go_each_way(parts)
    assert not THREADS.exists() or len(list(THREADS.iterdir())) == 1


class _Shelf(ObjectStorage):
    """Files that are kept by this process alone."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, content: bytes) -> None:
        self.files[key] = content

    def get(self, key: str) -> bytes:
        return self.files[key]

    def list_keys(self) -> list[str]:
        return list(self.files)

    def delete(self, prefix: str) -> None:
        self.files = {key: content for key, content in self.files.items() if not key.startswith(prefix)}


def _go_each_way(parts: Parts) -> None:
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        team, _ = make_team(session)
    words = write_draft(parts, str(team.id))
    hand_in(parts, words)
    record_sent(parts, words)
    escalate(parts, words)
    work(parts)
    assert lodge(parts, words) == "lodged"
    write_message(parts, words)
    mail_letter(parts, words, "2")
    mailed = draft_by_mail(parts, str(team.id))
    hand_in(parts, mailed)
    mail_together(parts, mailed)
    mail_later(parts, mailed)
    parts.engine.dispose()
    parts.ports.locks.dispose()


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "draft": write_draft,
    "hand in": hand_in,
    "send": record_sent,
    "message": write_message,
    "mail": mail_letter,
    "draft by mail": draft_by_mail,
    "draft of many": draft_of_many,
    "mail together": mail_together,
    "mail later": mail_later,
    "escalate": escalate,
    "lodge": lodge,
    "work": work,
    "take mail": take_mail,
    "sort mail": sort_mail,
    "fetch mail": fetch_mail,
}
