"""Finding a team's case by a pasted link, a ticket number or an account that posted, and the cases of a team that have
a link or an account in common.

A mark is a hash under a key of the server's, over the team and the link: whoever has the database alone learns from it
only that two cases of one team share something. Marks of rows from before there were any, and from under an older
secret of the server, are made when a member opens the case next: only then is its key in hand.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CompoundSelect, and_, bindparam, func, literal, select, union_all
from sqlalchemy.orm import aliased

from portal.adapters import vault
from portal.adapters.links.urls import find_links
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import CaseStatus
from portal.models.case_links import CaseLink, NamedPoster
from portal.models.cases import Case
from portal.models.complaints import Complaint
from portal.models.find_marks import FindMark
from portal.models.items import Item
from portal.models.name_marks import NameMark
from portal.models.requests import Request
from portal.models.tags import CaseTag
from portal.services.cases.opening import seen_by
from portal.services.history import guards
from portal.services.ports import ServerKeys
from portal.services.work import CaseWork, Work

PURPOSE = "finding cases"
MOST_LINKS = 20  # of one pasted text
MOST_FOUND = 50
LONGEST = 4_000


@dataclass(frozen=True, kw_only=True)
class SharedCase:
    """Another case of the team with links that this one has too."""

    reference: str
    links: int


@dataclass(frozen=True, kw_only=True)
class FoundPlaces:
    """Where pasted links are: the ids of the items by the reference of their case, and how many links that were.

    `unknown` are in none of the cases; `unread` could not be read as links; `is_cut`: there were more.
    """

    cases: Mapping[str, frozenset[UUID]]
    links: int
    unknown: tuple[str, ...]
    unread: tuple[str, ...]
    is_cut: bool


class _Kind(StrEnum):
    """What a mark is of; the word is part of what is hashed."""

    LINK = "link"
    TICKET = "ticket"
    POSTER = "poster"


@dataclass(frozen=True)
class _Source:
    """What a mark is made of."""

    id: UUID
    text: str
    kind: _Kind


def mark_case(work: CaseWork) -> None:
    """Make the marks that this case has not: nothing where no team has it. What was marked before is not opened."""
    if work.case.team_id is not None:
        work.session.flush()
        _add(work, work.case.team_id, _list_unmarked(work))


def mark_links(work: CaseWork, links: Iterable[tuple[UUID, str]]) -> None:
    """The same for items that were just added, by their ids, whose links are known."""
    if work.case.team_id is not None:
        _add(work, work.case.team_id, (_Source(item_id, url, _Kind.LINK) for item_id, url in links))


def mark_ticket(work: CaseWork, owner_id: UUID, ticket: str) -> None:
    """A request or a complaint has this ticket number from now on, or none."""
    _mark_anew(work, _Source(owner_id, ticket, _Kind.TICKET))


def mark_poster(work: CaseWork, poster_id: UUID, account: str) -> None:
    """A row of an account that posted names this one from now on, or none."""
    _mark_anew(work, _Source(poster_id, account, _Kind.POSTER))


def plain_account(text: str) -> str:
    """The name of an account however it was written: as a link, with an @ before it, in large letters."""
    name = unicodedata.normalize("NFKC", text).strip().split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return "".join(name.casefold().lstrip("@").split())


def forget_marks(work: CaseWork) -> None:
    """The team has the case no longer: it finds it no longer, and its tags and links to other cases go."""
    session, case_id = work.session, work.case.id
    for table in (FindMark, NameMark, CaseTag, CaseLink):
        for row in session.scalars(select(table).where(table.case_id == case_id)):
            session.delete(row)
    forget_links_to(work)


def forget_links_to(work: CaseWork) -> None:
    """No other case points to this one any more. That they did stands in the history of both."""
    for row in work.session.scalars(select(CaseLink).where(CaseLink.other_id == work.case.id)):
        work.session.delete(row)


def find_cases(work: Work, text: str, *, team_ids: Collection[UUID]) -> tuple[str, ...]:
    """References of those of these teams' cases that the member sees with this link or ticket number, sorted."""
    text = text[:LONGEST]
    links = [link.url for link in find_links(text, work.ports.registry.hosts, limit=MOST_LINKS).items]
    sought = [(url, _Kind.LINK) for url in links] or [(text, _Kind.TICKET), (text, _Kind.POSTER)]
    values = {
        value
        for keys in work.ports.keys.every()
        for team_id in team_ids
        for each, kind in sought
        if (value := _value(keys, team_id, each, kind))
    }
    query = select(Case.reference).join(FindMark, FindMark.case_id == Case.id).where(FindMark.value.in_(values))
    query = query.where(Case.team_id.in_(team_ids), seen_by(work.actor), Case.status.in_(_FOUND)).distinct()
    return tuple(work.session.scalars(query.order_by(Case.reference).limit(MOST_FOUND)))


def find_places(work: Work, text: str, *, team_ids: Collection[UUID], most: int) -> FoundPlaces:
    """Where the first so many links of a text are, among the cases of these teams that the member sees."""
    read = find_links(text, work.ports.registry.hosts, limit=most)
    marks = {
        _value(keys, team_id, link.url, _Kind.LINK): link.url
        for keys in work.ports.keys.every()
        for team_id in team_ids
        for link in read.items
    }
    query = select(FindMark.value, Case.reference, FindMark.source_id).join(Case, Case.id == FindMark.case_id)
    query = query.where(FindMark.value.in_(marks), FindMark.is_link, Case.team_id.in_(team_ids))
    rows = work.session.execute(query.where(seen_by(work.actor), Case.status.in_(_FOUND)).order_by(Case.reference))
    cases = defaultdict[str, set[UUID]](set)
    known = set[str]()
    for value, reference, item_id in rows:
        cases[reference].add(item_id)
        known.add(marks[value])
    return FoundPlaces(
        cases={reference: frozenset(ids) for reference, ids in cases.items()},
        links=len(known),
        unknown=tuple(link.url for link in read.items if link.url not in known),
        unread=tuple(piece.text for piece in read.rejected),
        is_cut=bool(read.rest.strip()),
    )


def list_ticketed(work: Work, tickets: Collection[str]) -> set[UUID]:
    """Requests and complaints of any team that have one of these ticket numbers."""
    teams = work.session.scalars(select(Case.team_id).where(Case.team_id.is_not(None)).distinct()).all()
    every = ((keys, team_id, each) for keys in work.ports.keys.every() for team_id in teams for each in tickets)
    values = {
        value for keys, team_id, each in every if team_id and (value := _value(keys, team_id, each, _Kind.TICKET))
    }
    if not values:
        return set()
    return set(work.session.scalars(select(FindMark.source_id).where(FindMark.value.in_(values))))


def list_shared(work: CaseWork) -> tuple[SharedCase, ...]:
    """Other cases of the team, as far as the member sees them, with a link of this one: most in common first."""
    mine, theirs = aliased(FindMark), aliased(FindMark)
    links = func.count(theirs.value.distinct())
    query = select(Case.reference, links).select_from(mine).join(theirs, theirs.value == mine.value)
    query = query.join(Case, Case.id == theirs.case_id)
    query = query.where(mine.case_id == work.case.id, theirs.case_id != work.case.id, mine.is_link)
    query = query.where(Case.team_id == work.case.team_id, seen_by(work.actor), Case.status.in_(_FOUND))
    query = query.group_by(Case.reference).order_by(links.desc(), Case.reference).limit(MOST_FOUND)
    return tuple(SharedCase(reference=reference, links=count) for reference, count in work.session.execute(query))


def list_same_posters(work: CaseWork) -> Mapping[UUID, tuple[str, ...]]:
    """By the rows of accounts of this case: the references of the team's other cases with the same one, as far as the
    member sees them, sorted.
    """
    mine, theirs = aliased(FindMark), aliased(FindMark)
    query = select(NamedPoster.id, Case.reference).distinct().join(mine, mine.source_id == NamedPoster.id)
    query = query.join(theirs, theirs.value == mine.value).join(Case, Case.id == theirs.case_id)
    query = query.where(NamedPoster.case_id == work.case.id, theirs.case_id != work.case.id)
    query = query.where(Case.team_id == work.case.team_id, seen_by(work.actor), Case.status.in_(_FOUND))
    found: dict[UUID, list[str]] = {}
    for poster_id, reference in work.session.execute(query.order_by(Case.reference).limit(MOST_FOUND)):
        found.setdefault(poster_id, []).append(reference)
    return {poster_id: tuple(references) for poster_id, references in found.items()}


_FOUND = (CaseStatus.OPEN, CaseStatus.CLOSED)
_SOURCES: tuple[tuple[Any, str, _Kind], ...] = (
    (Item, "url", _Kind.LINK),
    (Request, "ticket", _Kind.TICKET),
    (Complaint, "ticket", _Kind.TICKET),
    (NamedPoster, "account", _Kind.POSTER),
)


def _list_unmarked(work: CaseWork) -> Iterator[_Source]:
    """Two statements where one kind alone has something new, as nearly always."""
    found: dict[int, list[UUID]] = {}
    asked = {"of_case": work.case.id, "under": work.ports.keys.id}
    for place, source_id in work.session.execute(_unmarked(), asked):
        found.setdefault(place, []).append(source_id)
    for place, ids in found.items():
        model, name, kind = _SOURCES[place]
        for row in work.session.scalars(select(model).where(model.id.in_(ids))):
            with suppress(CannotOpen):  # changed from outside, which the case's own pages say
                yield _Source(row.id, str(work.read_sealed(row).get(name) or ""), kind)


@lru_cache(maxsize=1)
def _unmarked() -> CompoundSelect[Any]:
    """What of a case has no mark under a secret: the place of its kind in `_SOURCES`, and its id."""
    parts = []
    for place, (model, _name, _kind) in enumerate(_SOURCES):
        made = and_(FindMark.source_id == model.id, FindMark.server_key == bindparam("under"))
        query = select(literal(place), model.id).outerjoin(FindMark, made)
        query = query.where(model.case_id == bindparam("of_case"), FindMark.id.is_(None))
        parts.append(query.where(Item.url_index.is_not(None)) if model is Item else query)
    return union_all(*parts)


def _mark_anew(work: CaseWork, source: _Source) -> None:
    for row in work.session.scalars(select(FindMark).where(FindMark.source_id == source.id)).all():
        work.session.delete(row)
    if work.case.team_id is not None:
        work.session.flush()
        _add(work, work.case.team_id, [source])


def _add(work: CaseWork, team_id: UUID, sources: Iterable[_Source]) -> None:
    keys = work.ports.keys
    values = ((source, _value(keys, team_id, source.text, source.kind)) for source in sources)
    rows = [
        {
            "id": uuid4(),
            "case_id": work.case.id,
            "source_id": source.id,
            "is_link": source.kind is _Kind.LINK,
            "server_key": keys.id,
            "value": value,
        }
        for source, value in values
        if value
    ]
    guards.insert_rows(work.session, FindMark, rows)


def _value(keys: ServerKeys, team_id: UUID, text: str, kind: _Kind) -> bytes:
    """The mark of a link as it was cleaned, a ticket number however it is spaced, or an account; empty for none."""
    plain = _PLAIN[kind](text)
    if not plain:
        return b""
    return vault.blind_index(vault.derive_subkey(keys.words_index, PURPOSE), f"{team_id} {kind.value} {plain}")


_PLAIN: Mapping[_Kind, Callable[[str], str]] = {
    _Kind.LINK: str,
    _Kind.TICKET: lambda text: "".join(letter for letter in text.casefold() if letter.isalnum()),
    _Kind.POSTER: plain_account,
}
