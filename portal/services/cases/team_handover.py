"""Handing a case to another team of this portal, which takes the person's yes and the other team's.

The person is asked on the page of their case, or a member writes down that they said yes. From then on the other team
holds a wrap of the case's key, and the case opens for it only once one of its members has accepted: `team_id` says who
has it. Where a last day was named, the first team keeps its own wrap, so that the case comes back by itself; else it is
destroyed when the case goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.handovers import ConsentBy, HandoverKind, HandoverReason
from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, History, StepRefused, require_open
from portal.models.accounts import Team
from portal.models.cases import Case, CaseKey
from portal.models.handovers import Handover
from portal.services.cases import finding
from portal.services.cases.approvals import end_all
from portal.services.cases.keys import end_partners, find_key_row, lock_key, unlock_key
from portal.services.cases.messages import staff_names
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent, hold_case, record
from portal.services.staff.team_keys import unwrap_for_team
from portal.services.work import CaseWork, Work

LONGEST = 2_000
FURTHEST = timedelta(days=366)
GONE = "This is not offered any more."


@dataclass(frozen=True, kw_only=True, repr=False)
class TeamHandover:
    """To whom, why, until when; `told`: what the person said and when, where they were asked by a member."""

    team_id: UUID
    reason: HandoverReason
    note: str
    ends_on: date | None = None
    told: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Offer:
    """One handing on between teams, for a page. `note` is empty where the reader's team has not the case's key."""

    id: UUID
    reference: str
    country: str | None
    language: str
    links: int
    reason: HandoverReason
    note: str
    answer: str
    from_team: str
    to_team: str
    asked_by: str
    asked_at: datetime
    ends_on: date | None
    is_agreed: bool  # by the person
    is_ours: bool  # the reader's team handed it on
    is_accepted: bool | None


def offer_to_team(work: CaseWork, new: TeamHandover) -> None:
    """Ask the person, or write down that they said yes. Raises StepRefused, NoRoom."""
    member = _require_staff(work)
    require_open(work.case.status)
    own, team = work.case.team_id, work.session.get(Team, new.team_id)
    if own is None or team is None or team.id == own or not team.takes_cases or team.shown_at is None:
        raise StepRefused("This team cannot take the case. Choose another.")
    if find_current(work) is not None:
        raise StepRefused("It is being handed on already. Take that back first.")
    today = work.now.astimezone(work.ports.config.time_zone).date()
    if new.ends_on is not None and not today < new.ends_on <= today + FURTHEST:
        raise StepRefused("The last day has to be after today and within a year.")
    require_room_for_words(work, new.note, new.told)
    row = Handover(id=uuid4(), case_id=work.case.id, kind=HandoverKind.TEAM, reason=new.reason, asked_by=member)
    row.asked_at, row.from_team_id, row.to_team_id, row.ends_on = work.now, own, team.id, new.ends_on
    row.sealed = work.sealed_for(row, {"note": new.note.strip()[:LONGEST], "answer": ""})
    work.session.add(row)
    work.session.flush()
    _record(work, History.HANDOVER_ASKED, row, f"To the team {team.name}.")
    if new.told.strip():
        _agree(work, row, ConsentBy.TOLD, new.told.strip())


def agree(work: CaseWork, handover_id: UUID) -> None:
    """The person says yes on their page. Raises StepRefused."""
    row = _of_person(work, handover_id)
    if row.consent_at is None:
        _agree(work, row, ConsentBy.PAGE, "")


def refuse(work: CaseWork, handover_id: UUID) -> None:
    """The person says no, or takes their yes back before the other team has accepted. Raises StepRefused."""
    row = _of_person(work, handover_id)
    _drop_wrap(work.session, row)
    row.over_at = work.now
    _record(work, History.HANDOVER_REFUSED, row, "")


def _of_person(work: CaseWork, handover_id: UUID) -> Handover:
    row = find_current(work)
    if work.actor.kind is not ActorKind.PERSON or row is None or row.id != handover_id or row.is_accepted:
        raise StepRefused("Your team does not ask this any more.")
    return row


def _agree(work: CaseWork, row: Handover, by: ConsentBy, words: str) -> None:
    # While the team changes its key, this waits: a wrap for the old key would be made too late to be renewed.
    team = work.session.get(Team, row.to_team_id, with_for_update={"read": True})
    if team is None:
        raise StepRefused(GONE)
    wrap = CaseKey(id=uuid4(), case_id=work.case.id, holder=Handler.TEAM, team_id=team.id, created_at=work.now)
    wrap.generation = team.generation
    wrap.wrapped = vault.wrap_for_public_key(lock_key(wrap, work.key, ports=work.ports), team.public_key)
    work.session.add(wrap)
    row.consent_by, row.consent_at = by, work.now
    _record(work, History.HANDOVER_AGREED, row, words)


def find_current(work: CaseWork) -> Handover | None:
    """The handing on to another team that is asked, agreed to or running with a last day."""
    query = select(Handover).where(
        Handover.case_id == work.case.id, Handover.kind == HandoverKind.TEAM, Handover.over_at.is_(None)
    )
    found = work.session.scalars(query.order_by(Handover.asked_at.desc()).limit(1)).one_or_none()
    if found is not None and found.is_accepted is False:
        return None
    return found


def read_current(work: CaseWork) -> Offer | None:
    """The same for a page of the case."""
    row = find_current(work) or next(iter(_list_declined(work)), None)
    return _view(work, row, work.case, work.read_sealed(row)["note"]) if row else None


def _list_declined(work: CaseWork) -> Sequence[Handover]:
    """What another team did not take, and the first team has not read."""
    query = select(Handover).where(Handover.case_id == work.case.id, Handover.kind == HandoverKind.TEAM)
    return work.session.scalars(query.where(Handover.is_accepted.is_(False), Handover.over_at.is_(None))).all()


def withdraw(work: CaseWork) -> None:
    """The first team takes it back before it was accepted. Raises StepRefused."""
    _require_staff(work)
    row = find_current(work)
    if row is None or row.is_accepted or row.from_team_id != work.case.team_id:
        raise StepRefused(GONE)
    _drop_wrap(work.session, row)
    row.over_at = work.now
    _record(work, History.HANDOVER_WITHDRAWN, row, "")


def list_offers(work: Work, team_keys: Mapping[UUID, bytes]) -> tuple[Offer, ...]:
    """What is offered to these teams and agreed to by the person, and what these teams handed on: the oldest first."""
    query = select(Handover, Case).join(Case, Case.id == Handover.case_id)
    query = query.where(Handover.kind == HandoverKind.TEAM, Handover.over_at.is_(None), Case.status == CaseStatus.OPEN)
    to_us = Handover.to_team_id.in_(team_keys) & Handover.consent_at.is_not(None) & Handover.is_accepted.is_(None)
    query = query.where(to_us | Handover.from_team_id.in_(team_keys)).order_by(Handover.asked_at, Handover.id)
    return tuple(_list_view(work, row, case, team_keys) for row, case in work.session.execute(query))


def count_offers(work: Work, team_ids: Collection[UUID]) -> int:
    """How many cases wait for these teams to accept them. No case is opened."""
    query = select(func.count()).select_from(Handover).join(Case, Case.id == Handover.case_id)
    query = query.where(Handover.to_team_id.in_(team_ids), Handover.over_at.is_(None), Case.status == CaseStatus.OPEN)
    query = query.where(Handover.consent_at.is_not(None), Handover.is_accepted.is_(None))
    return work.session.scalar(query) or 0


def answer(work: Work, handover_id: UUID, team_keys: Mapping[UUID, bytes], *, accepts: bool, words: str) -> str:
    """A member of the other team accepts, or declines with a reason. Returns the case's reference.

    Raises StepRefused.
    """
    row = work.session.get(Handover, handover_id)
    if row is None or row.to_team_id not in team_keys:
        raise StepRefused(GONE)
    opened = _open_offered(work, row, team_keys, to_change=True)
    work.session.refresh(row)
    if row.over_at is not None or row.is_accepted is not None or opened.case.team_id != row.from_team_id:
        raise StepRefused(GONE)
    if not accepts and not words.strip():
        raise StepRefused("Say in a few words why not.")
    row.answered_by, row.answered_at, row.is_accepted = work.actor.staff_id, work.now, accepts
    row.sealed = opened.sealed_for(row, {**opened.read_sealed(row), "answer": words.strip()[:LONGEST]})
    if accepts:
        _move(opened, row)
    else:
        _drop_wrap(work.session, row)
    _record(opened, History.HANDOVER_ACCEPTED if accepts else History.HANDOVER_DECLINED, row, "")
    return opened.reference


def _move(opened: CaseWork, row: Handover) -> None:
    case = opened.case
    finding.forget_marks(opened)
    if row.ends_on is None:
        query = delete(CaseKey).where(CaseKey.case_id == case.id, CaseKey.team_id == row.from_team_id)
        opened.session.execute(query)
        end_partners(opened)
        row.over_at = opened.now
    end_all(opened)
    case.team_id, case.assignee_id = row.to_team_id, None
    finding.mark_case(opened)


def put_away(work: CaseWork) -> None:
    """The first team has read that it was declined. Raises StepRefused."""
    _require_staff(work)
    for row in _list_declined(work):
        row.over_at = work.now


def give_back(work: CaseWork) -> None:
    """The team that has the case for a while gives it back before the last day. Raises StepRefused."""
    _require_staff(work)
    row = find_current(work)
    if row is None or not row.is_accepted or row.to_team_id != work.case.team_id:
        raise StepRefused("This case was not handed over for a while.")
    _return(work, row, work.case)


def recall(work: Work, handover_id: UUID, team_keys: Mapping[UUID, bytes]) -> None:
    """The first team calls a case back that it handed over for a while. Raises StepRefused."""
    row = work.session.get(Handover, handover_id)
    if row is None or row.from_team_id not in team_keys:
        raise StepRefused(GONE)
    _return_row(work, row)


def return_over(work: Work) -> int:
    """Every case whose last day with another team is over goes back. Nobody has to be signed in: no key is needed."""
    today = work.now.astimezone(work.ports.config.time_zone).date()
    query = select(Handover).where(Handover.is_accepted.is_(True), Handover.over_at.is_(None), Handover.ends_on < today)
    rows = work.session.scalars(query).all()
    for row in rows:
        _return_row(work, row)
    return len(rows)


def _return_row(work: Work, row: Handover) -> None:
    hold_case(work.session, row.case_id)
    work.session.refresh(row)
    case = work.session.get_one(Case, row.case_id, populate_existing=True)
    if row.over_at is not None or not row.is_accepted:
        raise StepRefused(GONE)
    if case.team_id != row.to_team_id:
        row.over_at = work.now  # the person took the case back meanwhile
        return
    _return(work, row, case)


def _return(work: Work, row: Handover, case: Case) -> None:
    query = delete(CaseKey).where(CaseKey.case_id == case.id, CaseKey.team_id == row.to_team_id)
    work.session.execute(query)
    finding.forget_marks(work.on(case, b""))
    case.team_id, case.assignee_id = row.from_team_id, row.asked_by
    row.over_at = work.now
    event = NewEvent(kind=History.HANDOVER_RETURNED, at=work.now)
    record(work.session, case.id, None, event, actor=work.actor, now=work.now)


def _open_offered(work: Work, row: Handover, team_keys: Mapping[UUID, bytes], *, to_change: bool) -> CaseWork:
    """Raises StepRefused where the key does not open."""
    if to_change:
        hold_case(work.session, row.case_id)
    case = work.session.get_one(Case, row.case_id, populate_existing=to_change)
    wrap = find_key_row(work.session, case, Handler.TEAM, row.to_team_id)
    if wrap is None or row.to_team_id is None:
        raise StepRefused(GONE)
    try:
        inner = unwrap_for_team(work.session, wrap, team_keys[row.to_team_id])
        return work.on(case, unlock_key(wrap, inner, ports=work.ports))
    except CannotOpen as error:
        raise StepRefused(GONE) from error


def _list_view(work: Work, row: Handover, case: Case, team_keys: Mapping[UUID, bytes]) -> Offer:
    if row.to_team_id in team_keys and row.consent_at is not None:
        opened = _open_offered(work, row, team_keys, to_change=False)
        return _view(opened, row, case, opened.read_sealed(row)["note"], is_ours=False)
    return _view(work, row, case, "")


def _view(work: Work, row: Handover, case: Case, note: str, *, is_ours: bool = True) -> Offer:
    teams = {team.id: team.name for team in work.session.scalars(select(Team))}
    return Offer(
        id=row.id,
        reference=case.reference,
        country=case.country,
        language=case.language,
        links=case.item_count,
        reason=row.reason,
        note=note,
        answer=work.read_sealed(row)["answer"] if isinstance(work, CaseWork) else "",
        from_team=teams.get(row.from_team_id, ""),
        to_team=teams.get(row.to_team_id, "") if row.to_team_id else "",
        asked_by=staff_names(work.session, [row.asked_by]).get(row.asked_by, ""),
        asked_at=row.asked_at,
        ends_on=row.ends_on,
        is_agreed=row.consent_at is not None,
        is_ours=is_ours,
        is_accepted=row.is_accepted,
    )


def _drop_wrap(session: Session, row: Handover) -> None:
    session.execute(delete(CaseKey).where(CaseKey.case_id == row.case_id, CaseKey.team_id == row.to_team_id))


def _require_staff(work: CaseWork) -> UUID:
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id is None:
        raise StepRefused("Only the team hands a case on.")
    return work.actor.staff_id


def _record(work: CaseWork, kind: History, row: Handover, words: str) -> None:
    detail = {"text": words} if words else {}
    facts = {"why": row.reason.value, "to": row.kind.value}
    work.record(NewEvent(kind=kind, at=work.now, facts=facts, detail=detail))
