"""Cases that a team carries, as the person and as two of its members have them open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, Handler, History, Role
from portal.models.cases import Case
from portal.services.cases import opening
from portal.services.history.events import read_history
from portal.services.intake import submission
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork
from tests.mailbox import SENDER
from tests.services.factories import NOW, ignore_job, make_draft, make_ports, make_team, make_work

MAIL = {"RECOURSE_MAIL_URL": "smtp://127.0.0.1:2525", "RECOURSE_MAIL_FROM": SENDER}


@dataclass(frozen=True)
class Shared:
    """One case, held open by the person and by two members of the team. `words` opened it first."""

    person: CaseWork
    first: CaseWork
    second: CaseWork
    words: str


def make_mail_ports(folder: Path) -> Ports:
    """Ports of a portal that writes e-mail."""
    return make_ports(folder, enqueue=ignore_job, **MAIL)


def share_case(session: Session, ports: Ports, *, now: datetime = NOW, **changes: Any) -> Shared:
    team, team_key = make_team(session, now=now)
    person, words = make_draft(session, ports, now=now, handler=Handler.TEAM, team_id=str(team.id), **changes)
    submission.submit(person.at(now))
    theirs = []
    for login in ("mere", "tane"):
        new = NewStaff(login=login, name=login.capitalize(), role=Role.ADVOCATE, password="a long password here")
        member = accounts.add_staff(session, new, now=now)
        accounts.add_membership(session, member, team, team_key, now=now)
        actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name=member.name)
        theirs.append(
            opening.open_for_staff(
                make_work(session, ports, actor=actor), person.reference, team_keys={team.id: team_key}, to_change=True
            )
        )
    session.flush()
    return Shared(person, theirs[0], theirs[1], words)


def kinds(session: Session, opened: CaseWork) -> list[History]:
    """The kinds of what happened, oldest first."""
    return [event.kind for event in read_history(session, opened.case.id)]


def fresh(opened: CaseWork) -> CaseWork:
    """The same case read anew, so that nothing of it lies in the session already."""
    opened.session.flush()
    opened.session.expunge_all()
    return opened.on(opened.session.get_one(Case, opened.case.id), opened.key)
