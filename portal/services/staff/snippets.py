"""Sentences that a team writes again and again, with places that are filled in when one is used."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.models.accounts import Team
from portal.models.snippets import Snippet, SnippetUse
from portal.services.history import guards
from portal.services.work import Work

LONGEST_TITLE = 80
LONGEST_TEXT = 5_000
MOST = 200  # of one team
_PLACE = re.compile(r"\{([a-z ]{1,40})\}")


class Placeholder(StrEnum):
    """What may stand in braces in a snippet."""

    REFERENCE = "reference"  # of the case
    MEMBER = "my name"
    TEAM = "team"
    TODAY = "today"


class SnippetRefused(ValueError):
    """The snippet cannot be kept. The message says why, fit for a page."""


@dataclass(frozen=True, kw_only=True)
class SnippetView:
    id: UUID
    team_id: UUID
    team: str
    use: SnippetUse
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SnippetCommand:
    """A snippet as it was typed; `id` is None for a new one."""

    team_id: UUID
    use: SnippetUse
    title: str
    text: str
    id: UUID | None = None


def list_snippets(work: Work, team_ids: Collection[UUID], use: SnippetUse | None = None) -> tuple[SnippetView, ...]:
    """Of these teams, by use and title. One that is not as it was written is left out."""
    chosen = [Snippet.team_id.in_(team_ids)] + ([Snippet.use == use] if use else [])
    rows = [row for row, fits in guards.read_rows(work.session, Snippet, *chosen) if fits]
    teams = select(Team.id, Team.name).where(Team.id.in_(team_ids))
    names = {row.id: row.name for row in work.session.execute(teams)} if rows else {}
    views = [
        SnippetView(
            id=row["id"],
            team_id=row["team_id"],
            team=names[row["team_id"]],
            use=row["use"],
            title=row["title"],
            text=row["text"],
        )
        for row in rows
    ]
    return tuple(sorted(views, key=lambda each: (each.team, each.use, each.title.casefold())))


def keep(work: Work, command: SnippetCommand, team_ids: Collection[UUID]) -> None:
    """Keep a new snippet, or change one. Raises SnippetRefused."""
    title, text = " ".join(command.title.split()), command.text.strip()
    _check(work, command, title, text, team_ids)
    if (by := work.actor.staff_id) is None:
        raise SnippetRefused("Only staff keeps ready texts.")
    row = _find(work, command.id, team_ids) if command.id else None
    if row is None:
        row = Snippet(id=uuid4())
        work.session.add(row)
    row.team_id, row.use, row.title, row.text = command.team_id, command.use, title, text
    row.changed_at, row.changed_by = work.now, by
    work.session.flush()


def drop(work: Work, snippet_id: UUID, team_ids: Collection[UUID]) -> None:
    """Delete a snippet of these teams; what was written with it stays as it was written."""
    row = _find(work, snippet_id, team_ids)
    if row is not None:
        work.session.delete(row)


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with its places filled in; one that is not known stays as it is, to be seen."""
    known = {place.value: value for place, value in values.items()}
    return _PLACE.sub(lambda found: known.get(found[1], found[0]), text)


def list_unknown(text: str) -> list[str]:
    """What stands in braces and is no place, in its order."""
    known = {place.value for place in Placeholder}
    return [found[0] for found in _PLACE.finditer(text) if found[1] not in known]


def _find(work: Work, snippet_id: UUID, team_ids: Collection[UUID]) -> Snippet | None:
    query = select(Snippet).where(Snippet.id == snippet_id, Snippet.team_id.in_(team_ids))
    return work.session.scalars(query).one_or_none()


def _check(work: Work, command: SnippetCommand, title: str, text: str, team_ids: Collection[UUID]) -> None:
    if command.team_id not in team_ids:
        raise SnippetRefused("This is not one of your teams.")
    if not title or not text:
        raise SnippetRefused("A snippet needs a title and a text.")
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        raise SnippetRefused(f"A title may have {LONGEST_TITLE} characters, a text {LONGEST_TEXT:,}.")
    if unknown := list_unknown(text):
        places = ", ".join(f"{{{place}}}" for place in Placeholder)
        raise SnippetRefused(f"{unknown[0]} cannot be filled in. These can: {places}.")
    others = [each for each in list_snippets(work, [command.team_id]) if each.id != command.id]
    if any((each.use, each.title.casefold()) == (command.use, title.casefold()) for each in others):
        raise SnippetRefused("The team has a snippet of this title already.")
    if command.id is None and len(others) >= MOST:
        raise SnippetRefused(f"A team may have {MOST} snippets. Delete one first.")
