"""What a step stands for at this moment, as a digest: a second member's yes counts for that and for nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import LATER_TO_OTHERS
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.work import CaseWork


def prints_of(work: CaseWork, subject: Approvable) -> dict[int, str]:
    """A digest of what each step of this kind stands for now, by number; as many statements for many as for one."""
    if subject is Approvable.CLOSING:
        return {0: _digest(_closing_parts(work))}
    parts = _PARTS[subject](work)
    return {number: _digest(each) for number, each in parts}


def _sending_parts(work: CaseWork) -> Iterator[tuple[int, list[Any]]]:
    """The newest letter, the links and the details. What is sealed is written anew whenever it changes."""
    letters = newest_letters(work, Letter.request_id)
    items: dict[UUID | None, list[Any]] = {}
    for item in work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number)):
        items.setdefault(item.request_id, []).append((item.number, item.sealed))
    for row in work.session.scalars(select(Request).where(Request.case_id == work.case.id)):
        letter = letters.get(row.id)
        # Without a letter, what is typed into a form comes from the report, so that counts as well.
        yield row.number, [row.id, row.sealed, items.get(row.id, []), letter or work.case.sealed]


def _later_parts(work: CaseWork) -> Iterator[tuple[int, list[Any]]]:
    """The very paper: a later letter never changes, and another has another number."""
    query = select(Letter.number, Letter.digest).where(Letter.case_id == work.case.id, Letter.discarded_at.is_(None))
    for number, digest in work.session.execute(query.where(Letter.kind.in_(LATER_TO_OTHERS))):
        yield number, [number, digest]


def _complaint_parts(work: CaseWork) -> Iterator[tuple[int, list[Any]]]:
    letters = newest_letters(work, Letter.complaint_id)
    rests: dict[UUID, list[str]] = {}
    query = select(ComplaintRequest).join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
    for each in work.session.scalars(query.where(Complaint.case_id == work.case.id)):
        rests.setdefault(each.complaint_id, []).append(str(each.request_id))
    for row in work.session.scalars(select(Complaint).where(Complaint.case_id == work.case.id)):
        yield row.number, [row.id, row.sealed, sorted(rests.get(row.id, [])), letters.get(row.id)]


def _closing_parts(work: CaseWork) -> list[Any]:
    """How far every link, request and complaint has come."""
    return [_list_states(work, model) for model in (Item, Request, Complaint)]


def _list_states(work: CaseWork, model: Any) -> list[Any]:
    query = select(model.number, model.state).where(model.case_id == work.case.id).order_by(model.number)
    return [(number, state.value) for number, state in work.session.execute(query)]


def newest_letters(work: CaseWork, owner: Any) -> dict[UUID | None, tuple[int, str]]:
    """Number and digest of the newest paper that was not put aside, by what it is about, as the column `owner` says."""
    query = select(owner, Letter.number, Letter.digest).where(Letter.case_id == work.case.id, owner.is_not(None))
    rows = work.session.execute(query.where(Letter.discarded_at.is_(None)).order_by(Letter.number))
    return {about: (number, digest) for about, number, digest in rows}


_PARTS: Mapping[Approvable, Callable[[CaseWork], Iterator[tuple[int, list[Any]]]]] = MappingProxyType(
    {
        Approvable.SENDING: _sending_parts,
        Approvable.LATER: _later_parts,
        Approvable.COMPLAINT: _complaint_parts,
    }
)


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
