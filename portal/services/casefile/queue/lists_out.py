"""Lists that leave: the cases of a view, and the links or requests of one case, as rows of plain values.

Nothing about a person is among them unless it was asked for; then each case is opened, and its history says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.domain.journal import Noted
from portal.domain.lifecycle import History, StepRefused
from portal.models.cases import Case
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.queue.filters import QueueChoice
from portal.services.casefile.queue.listing import QueueRow
from portal.services.cases.opening import NoAccess, open_for_staff
from portal.services.history import journal
from portal.services.history.events import NewEvent, record
from portal.services.requests.dossier import read_dossiers
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork, Work

MOST_CASES = 5_000
MOST_OPENED = 200  # where something is taken from within each case
OF_LINKS = ("number", "link", "words", "platform", "state", "request", "added_at", "changed_at")
OF_REQUESTS = (
    "number", "platform", "kind", "state", "links", "channel", "ticket", "sent_at", "received_at", "answered_at",
)  # fmt: skip
LIST = "list"  # in the event of a case of which something was taken out


class ListColumn(StrEnum):
    """What a list of cases can say of each. In their order in the file."""

    REFERENCE = "reference"
    STATUS = "status"
    PATH = "path"
    CHILD = "child"
    COUNTRY = "country"
    LANGUAGE = "language"
    TEAM = "team"
    ASSIGNEE = "assignee"
    LINK_COUNT = "link_count"
    REPORTED_AT = "reported_at"
    DUE_AT = "due_at"
    IS_OVERDUE = "is_overdue"
    MISSED = "missed"
    UNREAD = "unread"
    NAME = "name"
    LINKS = "links"


SEALED = frozenset({ListColumn.NAME, ListColumn.LINKS})  # about the person, so never unless chosen


class CaseListKind(StrEnum):
    """What can be taken out of one case."""

    LINKS = "links"
    REQUESTS = "requests"


@dataclass(frozen=True, kw_only=True, repr=False)
class ListOut:
    """A list that leaves: the names of its columns, and a value for each in every row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def as_records(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def make_list(
    work: Work, columns: Sequence[ListColumn], choice: QueueChoice, *, team_keys: Mapping[UUID, bytes]
) -> ListOut:
    """The cases of a view in its order. Raises StepRefused where there are too many, or no column was chosen."""
    if not columns:
        raise StepRefused("Choose at least one column.")
    asked, opens = [each for each in ListColumn if each in columns], bool(SEALED & set(columns))
    most = MOST_OPENED if opens else MOST_CASES
    rows, total = queue.list_whole(work, team_ids=tuple(team_keys), choice=choice, most=most)
    if total > most:
        raise StepRefused(
            f"These are {total:,} cases, and a list with these columns has {most:,}. Narrow the list first."
        )
    within = {row.reference: _look_within(work, row.reference, asked, team_keys) for row in rows} if opens else {}
    return ListOut(
        columns=tuple(each.value for each in asked),
        rows=tuple(tuple(_value(row, each, within.get(row.reference, {})) for each in asked) for row in rows),
    )


def note_list(work: Work, columns: Collection[ListColumn], choice: QueueChoice, references: Sequence[str]) -> None:
    """That it was taken out: in the journal, and in the history of each case from which something about the person was.

    For a session that writes.
    """
    facts = {
        "what": LIST,
        "view": choice.show.value,
        "cases": len(references),
        "names": ListColumn.NAME in columns,
        "links": ListColumn.LINKS in columns,
    }
    journal.note(work.session, Noted.EXPORTED, staff_id=work.actor.staff_id, facts=facts, now=work.now)
    if SEALED & set(columns):
        event = NewEvent(kind=History.EXPORTED, at=work.now, facts={"what": LIST})
        query = select(Case.id).where(Case.reference.in_(references)).order_by(Case.id)
        for case_id in work.session.scalars(query).all():
            record(work.session, case_id, None, event, actor=work.actor, now=work.now)


def list_case(work: CaseWork, what: CaseListKind) -> ListOut:
    """The links or the requests of one case, by number."""
    if what is CaseListKind.LINKS:
        rows: Sequence[tuple[Any, ...]] = [
            (
                item.number,
                item.url,
                "" if item.url else item.description,
                item.platform_name,
                item.state.value,
                item.request_number,
                _write(item.added_at),
                _write(item.changed_at),
            )
            for item in item_views(work)
        ]
        return ListOut(columns=OF_LINKS, rows=tuple(rows))
    rows = [
        (
            each.number,
            each.name,
            each.request.kind.value,
            each.request.state.value,
            len(each.items),
            each.request.channel.value if each.request.channel else None,
            each.ticket,
            _write(each.request.sent_at),
            _write(each.request.received_at),
            _write(each.request.answered_at),
        )
        for each in read_dossiers(work)
    ]
    return ListOut(columns=OF_REQUESTS, rows=tuple(rows))


def _look_within(
    work: Work, reference: str, asked: Collection[ListColumn], team_keys: Mapping[UUID, bytes]
) -> Mapping[ListColumn, Any]:
    """What is sealed in a case; nothing where it was taken back at this moment."""
    with suppress(NoAccess):
        opened = open_for_staff(work, reference, team_keys=team_keys, to_change=False)
        found: dict[ListColumn, Any] = {ListColumn.NAME: opened.report.name}
        if ListColumn.LINKS in asked:
            found[ListColumn.LINKS] = tuple(item.url or item.description for item in item_views(opened))
        return found
    return {}


def _value(row: QueueRow, column: ListColumn, within: Mapping[ListColumn, Any]) -> Any:
    if column in SEALED:
        return within.get(column)
    plain: Mapping[ListColumn, Any] = {
        ListColumn.REFERENCE: row.reference,
        ListColumn.STATUS: row.status.value,
        ListColumn.PATH: row.path.value if row.path else None,
        ListColumn.CHILD: row.is_child,
        ListColumn.COUNTRY: row.country,
        ListColumn.LANGUAGE: row.language,
        ListColumn.TEAM: row.team_name,
        ListColumn.ASSIGNEE: row.assignee,
        ListColumn.LINK_COUNT: row.item_count,
        ListColumn.REPORTED_AT: _write(row.submitted_at),
        ListColumn.DUE_AT: _write(row.due_at),
        ListColumn.IS_OVERDUE: row.is_overdue,
        ListColumn.MISSED: row.missed_count,
        ListColumn.UNREAD: row.unread,
    }
    return plain[column]


def _write(at: datetime | None) -> str | None:
    """In UTC, as every reader of dates takes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
