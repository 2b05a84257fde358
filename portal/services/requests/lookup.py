"""Reading the parts of one open case: its requests, their links, what they contain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import Organisation
from portal.domain.lifecycle import Handler
from portal.models.accounts import Team
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases.opening import UnknownNumber
from portal.services.requests.content import for_team
from portal.services.work import CaseWork


def find_organisation(
    work: CaseWork, handler: Handler | None = None, team_id: UUID | None = None
) -> Organisation | None:
    """The organisation that sends the letters, with the address that its team gave for answers; None where the person
    does. A handler and a team that are named are those the case will have.
    """
    chosen = team_id or work.case.team_id
    team = work.session.get(Team, chosen) if chosen else None
    return for_team(handler or work.case.handler, work.ports.config.organisation, team.email if team else None)


def find_request(work: CaseWork, number: int) -> Request:
    """Raises UnknownNumber."""
    query = select(Request).where(Request.case_id == work.case.id, Request.number == number)
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no request {number}.")
    return found


def find_complaint(work: CaseWork, number: int) -> Complaint:
    """Raises UnknownNumber."""
    query = select(Complaint).where(Complaint.case_id == work.case.id, Complaint.number == number)
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no complaint {number}.")
    return found


def find_item(work: CaseWork, number: int) -> Item:
    """Raises UnknownNumber."""
    found = work.session.scalars(select(Item).where(Item.case_id == work.case.id, Item.number == number)).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no place {number}.")
    return found


def find_items(work: CaseWork, numbers: Sequence[int]) -> list[Item]:
    """The places of these numbers, in their order, read together. Raises UnknownNumber."""
    rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id, Item.number.in_(numbers)))
    found = {row.number: row for row in rows}
    if unknown := [number for number in numbers if number not in found]:
        raise UnknownNumber(f"There is no place {unknown[0]}.")
    return [found[number] for number in numbers]


def list_requests(work: CaseWork) -> Sequence[Request]:
    """All requests of the case by number."""
    return work.session.scalars(select(Request).where(Request.case_id == work.case.id).order_by(Request.number)).all()


def list_complaints(work: CaseWork) -> Sequence[Complaint]:
    """All complaints of the case by number."""
    query = select(Complaint).where(Complaint.case_id == work.case.id)
    return work.session.scalars(query.order_by(Complaint.number)).all()


def requests_of(session: Session, complaint: Complaint) -> Sequence[Request]:
    """The requests a complaint rests on, by number."""
    return session.scalars(
        select(Request)
        .join(ComplaintRequest, ComplaintRequest.request_id == Request.id)
        .where(ComplaintRequest.complaint_id == complaint.id)
        .order_by(Request.number)
    ).all()


def numbers_of_requests(session: Session, complaint_ids: Collection[UUID]) -> Mapping[UUID, list[int]]:
    """By complaint, the numbers of the requests it rests on."""
    found: dict[UUID, list[int]] = defaultdict(list)
    query = select(ComplaintRequest.complaint_id, Request.number).join(Request)
    query = query.where(ComplaintRequest.complaint_id.in_(complaint_ids)).order_by(Request.number)
    for complaint_id, number in session.execute(query):
        found[complaint_id].append(number)
    return found
