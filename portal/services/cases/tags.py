"""A team's own words for its cases: the list that its supervisor keeps, and which case has which.

The words are plain, so the list of cases is narrowed by them with no case open. Rows are guarded; what was put in or
bent from outside is not shown, and its case is marked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.models.accounts import Team
from portal.models.tags import CaseTag, TeamTag
from portal.services.history import guards
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork, Work

LONGEST = 40
MOST = 100  # of one team
MOST_ON_CASE = 20


class TagRefused(ValueError):
    """The tag cannot be kept. The message says why, fit for a page."""


@dataclass(frozen=True, kw_only=True)
class TagView:
    id: UUID
    team_id: UUID
    team: str
    name: str


def list_tags(work: Work, team_ids: Collection[UUID]) -> tuple[TagView, ...]:
    """Of these teams, by team and name. One that is not as it was written is left out."""
    query = select(TeamTag.__table__, Team.name.label("team")).join(Team, Team.id == TeamTag.team_id)
    found = work.session.execute(query.where(TeamTag.team_id.in_(team_ids))).all()
    rows = ((*guards.look_at(work.session, TeamTag, each), each.team) for each in found)
    views = (
        TagView(id=row["id"], team_id=row["team_id"], team=team, name=row["name"]) for row, fits, team in rows if fits
    )
    return tuple(sorted(views, key=lambda each: (each.team, each.name.casefold())))


def keep_tag(work: Work, team_id: UUID, name: str, team_ids: Collection[UUID], tag_id: UUID | None = None) -> None:
    """Keep a new tag of a team, or give one another name. Raises TagRefused."""
    name = " ".join(name.split())
    if team_id not in team_ids or (by := work.actor.staff_id) is None:
        raise TagRefused("This is not one of your teams.")
    if not 0 < len(name) <= LONGEST:
        raise TagRefused(f"A tag has 1 to {LONGEST} characters.")
    others = [each for each in list_tags(work, [team_id]) if each.id != tag_id]
    if any(each.name.casefold() == name.casefold() for each in others):
        raise TagRefused("The team has this tag already.")
    if tag_id is None and len(others) >= MOST:
        raise TagRefused(f"A team may have {MOST} tags. Delete one first.")
    row = _find(work, tag_id, team_ids) if tag_id else None
    if row is None:
        row = TeamTag(id=uuid4(), team_id=team_id)
        work.session.add(row)
    row.name, row.changed_at, row.changed_by = name, work.now, by
    work.session.flush()


def drop_tag(work: Work, tag_id: UUID, team_ids: Collection[UUID]) -> None:
    """Delete a tag of these teams, and take it from every case."""
    row = _find(work, tag_id, team_ids)
    if row is None:
        return
    for each in work.session.scalars(select(CaseTag).where(CaseTag.tag_id == tag_id)):
        work.session.delete(each)
    work.session.flush()
    work.session.delete(row)


def change_tags(work: CaseWork, *, add: Collection[UUID] = (), remove: Collection[UUID] = ()) -> None:
    """Give the case tags of its team and take others from it; what it has already stays. Raises StepRefused."""
    if work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        raise StepRefused("Only the team that has a case gives it tags.")
    known = {each.id for each in list_tags(work, [work.case.team_id])}
    if not known.issuperset({*add, *remove}):
        raise StepRefused("This tag is not one of the team that has the case.")
    rows = {row.tag_id: row for row in work.session.scalars(select(CaseTag).where(CaseTag.case_id == work.case.id))}
    added = [each for each in dict.fromkeys(add) if each not in rows]
    removed = [each for each in dict.fromkeys(remove) if each in rows]
    if len(rows) + len(added) - len(removed) > MOST_ON_CASE:
        raise StepRefused(f"A case may have {MOST_ON_CASE} tags.")
    for tag_id in removed:
        work.session.delete(rows[tag_id])
    for tag_id in added:
        row = CaseTag(id=uuid4(), case_id=work.case.id, tag_id=tag_id, staff_id=work.actor.staff_id, set_at=work.now)
        work.session.add(row)
    if added or removed:
        facts = {"added": [str(each) for each in added], "removed": [str(each) for each in removed]}
        work.record(NewEvent(kind=History.TAGS_CHANGED, at=work.now, facts=facts))


def set_tags(work: CaseWork, wanted: Collection[UUID]) -> None:
    """The case has these tags of its team, and no others. Raises StepRefused."""
    change_tags(work, add=wanted, remove=set(list_ids(work)) - set(wanted))


def list_ids(work: CaseWork) -> tuple[UUID, ...]:
    """The tags of the case; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    return tuple(work.session.scalars(select(CaseTag.tag_id).where(CaseTag.case_id == work.case.id)))


def read_names(session: Session, case_ids: Collection[UUID]) -> tuple[Mapping[UUID, tuple[str, ...]], frozenset[UUID]]:
    """The tags of these cases by name, with none of them open, and the cases of which one is not as it was written."""
    query = select(CaseTag.__table__, TeamTag.__table__).outerjoin(TeamTag, TeamTag.id == CaseTag.tag_id)
    found: dict[UUID, list[str]] = {}
    bent = set[UUID]()
    for each in session.execute(query.where(CaseTag.case_id.in_(case_ids))):
        (row, row_fits), (tag, tag_fits) = (guards.look_at(session, model, each) for model in (CaseTag, TeamTag))
        if row_fits and tag_fits:
            found.setdefault(row["case_id"], []).append(tag["name"])
        else:
            bent.add(row["case_id"])
    return {case_id: tuple(sorted(each, key=str.casefold)) for case_id, each in found.items()}, frozenset(bent)


def _find(work: Work, tag_id: UUID, team_ids: Collection[UUID]) -> TeamTag | None:
    query = select(TeamTag).where(TeamTag.id == tag_id, TeamTag.team_id.in_(team_ids))
    return work.session.scalars(query).one_or_none()
