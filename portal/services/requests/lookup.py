"""Reading the parts of one open case: its requests, their links, what they contain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases.opening import UnknownNumber
from portal.services.requests.content import Details, RequestContent, for_team
from portal.services.work import CaseWork


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


def list_requests(work: CaseWork) -> Sequence[Request]:
    """All requests of the case by number."""
    return work.session.scalars(select(Request).where(Request.case_id == work.case.id).order_by(Request.number)).all()


def list_complaints(work: CaseWork) -> Sequence[Complaint]:
    """All complaints of the case by number."""
    query = select(Complaint).where(Complaint.case_id == work.case.id)
    return work.session.scalars(query.order_by(Complaint.number)).all()


def complaints_about(session: Session, request: Request) -> Sequence[Complaint]:
    """The complaints that a request is part of, in their order."""
    query = (
        select(Complaint)
        .join(ComplaintRequest, ComplaintRequest.complaint_id == Complaint.id)
        .where(ComplaintRequest.request_id == request.id)
        .order_by(Complaint.number)
    )
    return session.scalars(query).all()


def requests_of(session: Session, complaint: Complaint) -> Sequence[Request]:
    """The requests a complaint rests on, by number."""
    return session.scalars(
        select(Request)
        .join(ComplaintRequest, ComplaintRequest.request_id == Request.id)
        .where(ComplaintRequest.complaint_id == complaint.id)
        .order_by(Request.number)
    ).all()


def items_of(work: CaseWork, request: Request) -> Sequence[Item]:
    """The links a request is about. What has been sent, and every erasure request, keeps its own list of them."""
    query = select(Item).where(Item.case_id == work.case.id).order_by(Item.number)
    listed = work.read_sealed(request).get("items")
    return work.session.scalars(
        query.where(Item.request_id == request.id if listed is None else Item.number.in_(listed))
    ).all()


def details_of(work: CaseWork, request: Request) -> Details:
    """What was given for this request only."""
    return msgspec.convert(work.read_sealed(request).get("details", {}), Details)


def read_content(work: CaseWork, request: Request) -> RequestContent:
    """Everything the request says as things stand."""
    return RequestContent(
        report=work.report,
        details=details_of(work, request),
        places=tuple(place_text(work.read_sealed(item)) for item in items_of(work, request)),
        organisation=for_team(work.case.handler, work.ports.config.organisation),
    )


def place_text(values: dict[str, Any]) -> str:
    """A link, or the words that describe the place."""
    return str(values.get("url") or values.get("description") or "")


def platform_name(work: CaseWork, item: Item) -> str:
    """The platform's name, or for one outside the directory the domain the link is on."""
    known = work.ports.registry.platforms.get(item.platform)
    return known.name if known else str(work.read_sealed(item).get("platform") or "")
