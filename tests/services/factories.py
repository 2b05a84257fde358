"""What the use cases' tests start from: ports with the real law and directory, and a case in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.storage import open_storage
from portal.adapters.word_list import load_words
from portal.config import load_config
from portal.domain.lifecycle import Depiction, Filer, Handler
from portal.domain.report import ContactBy, NameKind, Report, YesNo
from portal.models.accounts import Team
from portal.reference.registry import load_registry
from portal.services.case_locks import open_locks
from portal.services.history import guards
from portal.services.intake import drafts, submission
from portal.services.ports import PERSON, Actor, Ports, ServerKeys
from portal.services.staff import accounts
from portal.services.work import CaseWork, Work

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LINKS = "https://x.com/someone/status/1111 https://www.instagram.com/p/Abc123/ https://pictures.example.org/album/7"


SERVER_KEYS = ServerKeys.from_secrets([b"\x07" * 32])


def guarded(factory: sessionmaker[Session]) -> sessionmaker[Session]:
    """Sessions that guard their rows under the keys of `make_ports`."""
    return guards.watch(factory, lambda: SERVER_KEYS)


def ignore_job(_job_id: UUID) -> None:
    """A queue that loses every message."""


def make_ports(folder: Path, *, enqueue: Callable[[UUID], None] = ignore_job, **env: str) -> Ports:
    organisation = {"RECOURSE_ORG_NAME": "Harbour Helpline", "RECOURSE_ORG_EMAIL": "answers@harbour.example"}
    config = load_config({"RECOURSE_DATA": str(folder), **organisation, **env})
    return Ports(
        config=config,
        registry=load_registry(),
        storage=open_storage(config.storage_url),
        locks=open_locks(config.locks_url),
        keys=SERVER_KEYS,
        words=load_words(),
        enqueue=enqueue,
    )


def make_work(session: Session, ports: Ports, *, now: datetime = NOW, actor: Actor = PERSON) -> Work:
    """What a use case works with where no case is open yet."""
    return Work(session=session, actor=actor, now=now, ports=ports)


def make_report(**changes: Any) -> Report:
    """A whole report of an invented person in New Zealand."""
    values: dict[str, Any] = {
        "filer": Filer.SELF,
        "under_18": YesNo.NO,
        "depiction": Depiction.REAL,
        "is_online": YesNo.YES,
        "country": "NZ",
        "found_on": date(2026, 11, 20),
        "how_found": "A friend told me.",
        "took_it": YesNo.NO,
        "contact_by": ContactBy.EMAIL,
        "email": "ana.example@example.net",
        "phone": "+64 20 0000 0000",
        "postal_address": "1 Invented Street, Exampleton",
        "share_with_platforms": True,
        "share_with_regulators": True,
        "handler": Handler.PERSON,
        "name_kind": NameKind.LEGAL,
        "name": "Ana Exemplar",
        "states_no_consent": True,
        "states_good_faith": True,
        "states_accuracy": True,
        "signature": "Ana Exemplar",
    }
    return Report(**{**values, **changes})


def make_draft(
    session: Session, ports: Ports, *, links: str = LINKS, now: datetime = NOW, **changes: Any
) -> tuple[CaseWork, str]:
    """A filled-in draft and its words."""
    opened, words = drafts.start_draft(make_work(session, ports, now=now), language="en")
    report = drafts.add_links(make_report(**changes), links, ports=ports)
    drafts.save_report(opened.at(now), report, version=None)
    session.flush()
    return opened, words


def make_case(session: Session, ports: Ports, *, links: str = LINKS, now: datetime = NOW, **changes: Any) -> CaseWork:
    """A submitted case with its requests prepared."""
    opened, _ = make_draft(session, ports, links=links, now=now, **changes)
    submission.submit(opened.at(now))
    session.flush()
    return opened


def make_team(session: Session, *, name: str = "Harbour", now: datetime = NOW) -> tuple[Team, bytes]:
    """A team and its private key; the organisation's recovery key is made on the way."""
    accounts.make_recovery_key(session, now=now)
    return accounts.create_team(session, name, now=now)
