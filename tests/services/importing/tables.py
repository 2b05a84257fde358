"""A member with a table, from the file to the job that is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.imports import Column, DayOrder
from portal.domain.lifecycle import SendingChannel
from portal.domain.regimes import NoticeField
from portal.domain.tables import make_table, split_text
from portal.models.jobs import Job, JobKind
from portal.services.background import jobs
from portal.services.cases.opening import open_for_staff
from portal.services.importing import waiting
from portal.services.importing.reading import CountryNames
from portal.services.importing.running import run_import
from portal.services.importing.waiting import ImportView, OpenedImport, ToldToAll, WaitingTable
from portal.services.ports import Ports
from portal.services.staff import accounts
from portal.services.work import CaseWork, Work
from tests.services.factories import NOW, make_work
from tests.services.phone.test_calls import Taker, make_taker

NAMES = CountryNames(
    countries={"nz": "NZ", "new zealand": "NZ", "de": "DE", "au": "AU", "ie": "IE"},
    parts={"AU": {"nsw": "NSW", "new south wales": "NSW"}},
)
TOLD = "Told on the phone on 2 November by the helpline; each agreed."
STATED = frozenset({NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY})
WORD = ToldToAll(told=TOLD, to_platforms=True, channel=SendingChannel.FORM, stated=STATED)
HEAD = "Case,Link,Country,Under 18,What,Name,E-mail,Note,Sent on,Ticket,Status,Platform,Place"


class Importer:
    """An advocate, their team and a database. Each step is a transaction of its own."""

    def __init__(self, sessions: sessionmaker[Session], ports: Ports) -> None:
        self.sessions, self.ports = sessions, ports
        with sessions.begin() as session:
            self.taker: Taker = make_taker(session)
            signed_in = accounts.sign_in(session, "mere", "a long password here")
            self.private_key = signed_in.private_key

    def begin(self, text: str, *, now: datetime = NOW) -> UUID:
        with self.sessions.begin() as session:
            work = make_work(session, self.ports, now=now, actor=self.taker.actor)
            planned = waiting.plan(work, make_table(split_text(text)), names=NAMES, language="en")
            return waiting.begin(work, planned, team_id=self.taker.team_id)

    def look(self, import_id: UUID) -> WaitingTable:
        with self.sessions() as session:
            found = waiting.open_import(
                make_work(session, self.ports, actor=self.taker.actor), import_id, self.private_key
            )
            assert found.waiting
            return found.waiting

    def map(
        self, import_id: UUID, columns: Sequence[Column | None], order: DayOrder = DayOrder.DAY_FIRST
    ) -> WaitingTable:
        with self.sessions.begin() as session:
            work = make_work(session, self.ports, actor=self.taker.actor)
            opened = waiting.open_import(work, import_id, self.private_key, to_change=True)
            assert opened.waiting
            return self._keep(work, opened, columns, order, WORD)

    def _keep(
        self, work: Work, opened: OpenedImport, columns: Sequence[Column | None], order: DayOrder, word: ToldToAll
    ) -> WaitingTable:
        assert opened.waiting
        planned = waiting.plan_anew(work, opened.waiting, columns=columns, order=order, word=word, names=NAMES)
        waiting.keep(work, opened, planned)
        return planned

    def press(self, import_id: UUID, word: ToldToAll = WORD, *, now: datetime = NOW) -> None:
        with self.sessions.begin() as session:
            work = make_work(session, self.ports, now=now, actor=self.taker.actor)
            opened = waiting.open_import(work, import_id, self.private_key, to_change=True)
            assert opened.waiting
            said = self._keep(work, opened, opened.waiting.columns, opened.waiting.order, word)
            waiting.press(work, opened, said, team_keys={self.taker.team_id: self.taker.key})

    def run(self, *, now: datetime = NOW) -> None:
        with self.sessions() as session:
            ids = session.scalars(select(Job.id).where(Job.kind == JobKind.IMPORT).order_by(Job.created_at)).all()
        for job_id in ids:
            jobs.run_job(
                self.sessions, job_id, clock=lambda: now, ports=self.ports, runners={JobKind.IMPORT: run_import}
            )

    def take_in(self, text: str, word: ToldToAll = WORD, *, now: datetime = NOW) -> ImportView:
        import_id = self.begin(text, now=now)
        self.press(import_id, word, now=now)
        self.run(now=now)
        return self.view(import_id, now=now)

    def view(self, import_id: UUID, *, now: datetime = NOW) -> ImportView:
        with self.sessions() as session:
            work = make_work(session, self.ports, now=now, actor=self.taker.actor)
            return waiting.view_import(work, waiting.open_import(work, import_id, self.private_key).row)

    def open(self, session: Session, reference: str) -> CaseWork:
        work = make_work(session, self.ports, actor=self.taker.actor)
        return open_for_staff(work, reference, team_keys={self.taker.team_id: self.taker.key}, to_change=False)


def write_rows(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows))


def write_people(people: int, links: int, *, start: int = 0) -> str:
    """A table of so many people with so many links each; every third was asked for before."""
    rows = []
    for person in range(start, start + people):
        sent_on = "2026-11-20" if person % 3 == 0 else ""
        for link in range(links):
            address = f"https://www.instagram.com/p/Invented{person}x{link}/"
            rows.append(f"H{person},{address},NZ,no,AI,Ana {person},,,{sent_on},,,,")
    return write_rows(*rows)
