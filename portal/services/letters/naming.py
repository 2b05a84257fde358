"""Letters by what they are and whom they go to, for lists that show them beside others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.domain.lifecycle import LetterKind
from portal.models.complaints import Complaint
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.letters.drafting import read_facts
from portal.services.work import CaseWork

# Whom these go to stands in them alone: not the recipient of their request, or they have none.
_OWN_RECIPIENT = frozenset({LetterKind.SUPPLIER, LetterKind.PRESERVATION})


@dataclass(frozen=True, kw_only=True, repr=False)
class NamedLetter:
    """What a letter is called by: its kind, whom it goes to (empty where nobody is named) and when it was made."""

    number: int
    kind: LetterKind
    made_at: datetime
    recipient: str


def name_letters(
    work: CaseWork,
    requests: Iterable[Request],
    complaints: Iterable[Complaint],
    numbers: Collection[int] | None = None,
) -> Mapping[int, NamedLetter]:
    """The case's letters by number; only those of `numbers` where some are named.

    `requests` and `complaints` are all of the case, which the caller has in hand.
    """
    query = select(Letter).where(Letter.case_id == work.case.id).order_by(Letter.number)
    if numbers is not None:
        query = query.where(Letter.number.in_(numbers))
    names = {row.id: str(work.read_sealed(row)["name"]) for row in requests}
    names |= {row.id: str(work.read_sealed(row)["name"]) for row in complaints}
    return {row.number: _name(work, row, names) for row in work.session.scalars(query)}


def _name(work: CaseWork, row: Letter, names: Mapping[UUID, str]) -> NamedLetter:
    if row.kind in _OWN_RECIPIENT:
        found = read_facts(work, row).frame.recipient
        recipient = found.service or found.name
    else:
        owner = row.complaint_id or row.request_id
        recipient = names.get(owner, "") if owner else ""
    return NamedLetter(number=row.number, kind=row.kind, made_at=row.made_at, recipient=recipient)
