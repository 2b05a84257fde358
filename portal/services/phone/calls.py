"""A call that is being taken down: kept for its team while it is half-filled, gone on with, and thrown away.

It is a draft like the person's own, sealed under a key of its own, that opens with the team's key and with no words.
What was typed is kept as it was typed; it becomes a report when the case is opened (`opening.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import CaseStatus, Handler
from portal.models.accounts import Staff
from portal.models.cases import Case, CaseKey
from portal.services.cases import handover
from portal.services.cases.keys import unlock_key
from portal.services.cases.opening import Changed, NoAccess, seen_by
from portal.services.intake import drafts
from portal.services.staff.team_keys import unwrap_for_team
from portal.services.work import CaseWork, Work

MOST_LISTED = 50

Typed = Mapping[str, list[str]]  # the values of each field by its name, as they were typed


@dataclass(frozen=True, kw_only=True)
class UnfinishedCall:
    """A call in the list of its team. Nothing of what was said is in it."""

    reference: str
    began_at: datetime
    saved_at: datetime
    by: str


def begin_call(work: Work, typed: Typed, *, team_id: UUID, language: str) -> CaseWork:
    """A new call with what was typed so far. Raises StepRefused where the team takes no cases."""
    team = handover.find_taking_team(work, team_id)
    opened = drafts.make_draft(work, language=language)
    opened.case.assignee_id = work.actor.staff_id
    work.session.add(opened.case)
    work.session.flush()
    handover.give_key(opened, team)
    _keep(opened, typed)
    work.session.flush()
    return opened


def open_call(work: Work, reference: str, *, team_keys: Mapping[UUID, bytes], to_change: bool) -> CaseWork:
    """A call of one of the member's teams that they see. `to_change` takes the row's lock. Raises NoAccess."""
    query = select(Case).where(Case.reference == reference, Case.status == CaseStatus.DRAFT, seen_by(work.actor))
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    case = work.session.scalars(query).one_or_none()
    rows = select(CaseKey).where(CaseKey.holder == Handler.TEAM, CaseKey.team_id.in_(team_keys))
    row = work.session.scalars(rows.where(CaseKey.case_id == case.id)).first() if case else None
    if case is None or row is None or row.team_id is None:
        raise NoAccess
    try:
        inner = unwrap_for_team(work.session, row, team_keys[row.team_id])
        return work.on(case, unlock_key(row, inner, ports=work.ports))
    except CannotOpen as error:
        raise NoAccess from error


def team_of(work: CaseWork) -> UUID:
    """The team whose call it is."""
    query = select(CaseKey.team_id).where(CaseKey.case_id == work.case.id, CaseKey.holder == Handler.TEAM)
    found = work.session.scalars(query).one()
    if found is None:
        raise NoAccess
    return found


def read_typed(work: CaseWork) -> Typed:
    """What was typed so far."""
    found: Typed = work.read().get("typed", {})
    return found


def save_call(work: CaseWork, typed: Typed, *, version: int | None) -> None:
    """Keep what is typed now; the days of the call begin anew. For whoever holds the case.

    Raises Changed where it was saved elsewhere since `version`, or is a case by now.
    """
    if work.case.status is not CaseStatus.DRAFT or version not in {None, work.case.version}:
        raise Changed
    _keep(work, typed)
    work.session.flush()


def discard_call(work: CaseWork) -> None:
    """Destroy it now, with all that was typed. Raises Changed where it is a case by now."""
    drafts.erase_draft(work)


def list_unfinished(work: Work, *, team_ids: Collection[UUID]) -> tuple[UnfinishedCall, ...]:
    """The calls of these teams that the member sees, the newest first. One statement."""
    query = select(Case, Staff.name).join(CaseKey, CaseKey.case_id == Case.id)
    query = query.outerjoin(Staff, Staff.id == Case.assignee_id).where(Case.status == CaseStatus.DRAFT)
    query = query.where(CaseKey.holder == Handler.TEAM, CaseKey.team_id.in_(team_ids), seen_by(work.actor))
    rows = work.session.execute(query.order_by(Case.created_at.desc(), Case.id).limit(MOST_LISTED))
    lasts = timedelta(days=work.ports.config.draft_days)
    return tuple(
        UnfinishedCall(
            reference=case.reference,
            began_at=case.created_at,
            saved_at=(case.retention_until or case.created_at + lasts) - lasts,
            by=name or "",
        )
        for case, name in rows
    )


def _keep(work: CaseWork, typed: Typed) -> None:
    work.write(typed={name: list(values) for name, values in typed.items()})
    work.case.retention_until = drafts.keep_until(work)
