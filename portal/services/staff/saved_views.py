"""The views of the list that a member named: each is what stands in an address, so it shows the cases of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.models.saved_views import SavedView
from portal.services.history import guards
from portal.services.work import Work

LONGEST_NAME = 60
LONGEST = 600  # of what is asked
MOST = 30  # of one member


class ViewRefused(ValueError):
    """The view cannot be kept. The message says why, fit for a page."""


@dataclass(frozen=True, kw_only=True)
class ViewSaved:
    """`asked` is what stands behind the question mark of the list's address."""

    id: UUID
    name: str
    asked: str


def list_views(work: Work) -> tuple[ViewSaved, ...]:
    """The member's own, by name. One that is not as it was written is left out."""
    rows = guards.read_rows(work.session, SavedView, SavedView.staff_id == work.actor.staff_id)
    views = (ViewSaved(id=row["id"], name=row["name"], asked=row["asked"]) for row, fits in rows if fits)
    return tuple(sorted(views, key=lambda each: each.name.casefold()))


def save_view(work: Work, name: str, asked: str) -> None:
    """Under this name; one of the same name is replaced. Raises ViewRefused."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise ViewRefused(f"Give it a name of 1 to {LONGEST_NAME} characters.")
    if len(asked) > LONGEST or work.actor.staff_id is None:
        raise ViewRefused("This view cannot be saved.")
    mine = work.session.scalars(select(SavedView).where(SavedView.staff_id == work.actor.staff_id)).all()
    row = next((each for each in mine if each.name.casefold() == name.casefold()), None)
    if row is None and len(mine) >= MOST:
        raise ViewRefused(f"A member may save {MOST} views. Delete one first.")
    if row is None:
        row = SavedView(id=uuid4(), staff_id=work.actor.staff_id)
        work.session.add(row)
    row.name, row.asked, row.saved_at = name, asked, work.now
    work.session.flush()


def drop_view(work: Work, view_id: UUID) -> None:
    """Delete one of the member's own; nothing where it is another's."""
    query = select(SavedView).where(SavedView.id == view_id, SavedView.staff_id == work.actor.staff_id)
    if (row := work.session.scalars(query).one_or_none()) is not None:
        work.session.delete(row)
