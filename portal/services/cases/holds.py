"""Legal holds: two members keep a case from being erased by itself, until a day they name. The person still can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, CaseStatus, History, StepRefused
from portal.models.holds import Hold
from portal.services.cases.messages import staff_names
from portal.services.history.events import NewEvent
from portal.services.ports import Ports
from portal.services.work import CaseWork

LONGEST = timedelta(days=366)
LONGEST_REASON = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class HoldView:
    """A hold that was asked for or counts."""

    reason: str
    ends_on: date
    asked_by: str
    asked_at: datetime
    is_confirmed: bool
    may_confirm: bool  # whoever looks is another than who asked


def ask_hold(work: CaseWork, reason: str, ends_on: date | None) -> None:
    """One member asks. Nothing is held yet. Raises StepRefused."""
    member = _require_staff(work)
    today = _today(work.now, work.ports)
    if work.case.status not in {CaseStatus.OPEN, CaseStatus.CLOSED}:
        raise StepRefused("Only a case that was reported can be held.")
    if _find(work, today) is not None:
        raise StepRefused("A hold is there already. It has to end before another is asked for.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise StepRefused(f"Say in a few words why, with {LONGEST_REASON:,} characters at most.")
    if ends_on is None or not today < ends_on <= today + LONGEST:
        raise StepRefused("A hold needs a last day after today and within a year.")
    row = Hold(id=uuid4(), case_id=work.case.id, asked_by=member, asked_at=work.now, ends_on=ends_on)
    row.sealed = work.sealed_for(row, {"reason": reason.strip()})
    work.session.add(row)
    work.session.flush()
    _record(work, History.HOLD_ASKED, row, reason=reason.strip())


def confirm_hold(work: CaseWork) -> None:
    """Another member agrees: from now on the case is held. Raises StepRefused."""
    member = _require_staff(work)
    row = _find(work, _today(work.now, work.ports))
    if row is None or row.confirmed_at is not None:
        raise StepRefused("No hold waits for a second member.")
    if row.asked_by == member:
        raise StepRefused("You asked for the hold, so another member of the team has to confirm it.")
    row.confirmed_by, row.confirmed_at = member, work.now
    _record(work, History.HOLD_CONFIRMED, row)


def end_hold(work: CaseWork) -> None:
    """One member is enough to refuse a hold or to lift it: ending it takes nothing from the person.

    Raises StepRefused.
    """
    _require_staff(work)
    row = _find(work, _today(work.now, work.ports))
    if row is None:
        raise StepRefused("There is no hold to end.")
    row.over_at = work.now
    _record(work, History.HOLD_ENDED, row)


def hold_view(work: CaseWork) -> HoldView | None:
    """The hold that was asked for or counts today."""
    row = _find(work, _today(work.now, work.ports))
    if row is None:
        return None
    return HoldView(
        reason=work.read_sealed(row)["reason"],
        ends_on=row.ends_on,
        asked_by=staff_names(work.session, [row.asked_by]).get(row.asked_by, ""),
        asked_at=row.asked_at,
        is_confirmed=row.confirmed_at is not None,
        may_confirm=row.confirmed_at is None and work.actor.staff_id not in {None, row.asked_by},
    )


def _find(work: CaseWork, today: date) -> Hold | None:
    query = select(Hold).where(Hold.case_id == work.case.id, Hold.over_at.is_(None), Hold.ends_on >= today)
    return work.session.scalars(query.order_by(Hold.asked_at.desc()).limit(1)).one_or_none()


def _require_staff(work: CaseWork) -> UUID:
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id is None:
        raise StepRefused("Only the team can hold a case.")
    return work.actor.staff_id


def _record(work: CaseWork, kind: History, row: Hold, *, reason: str | None = None) -> None:
    detail = {"reason": reason} if reason else None
    facts = {"ends_on": row.ends_on.isoformat()}
    work.record(NewEvent(kind=kind, at=work.now, facts=facts, detail=detail))


def _today(now: datetime, ports: Ports) -> date:
    return now.astimezone(ports.config.time_zone).date()
