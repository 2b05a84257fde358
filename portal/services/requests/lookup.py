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
from portal.services.cases.case_work import OpenCase
from portal.services.cases.opening import UnknownNumber
from portal.services.ports import Ports
from portal.services.requests.content import Details, RequestContent, for_team


def find_request(session: Session, opened: OpenCase, number: int) -> Request:
    """Raises UnknownNumber."""
    query = select(Request).where(Request.case_id == opened.case.id, Request.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no request {number}.")
    return found


def find_complaint(session: Session, opened: OpenCase, number: int) -> Complaint:
    """Raises UnknownNumber."""
    query = select(Complaint).where(Complaint.case_id == opened.case.id, Complaint.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no complaint {number}.")
    return found


def find_item(session: Session, opened: OpenCase, number: int) -> Item:
    """Raises UnknownNumber."""
    found = session.scalars(select(Item).where(Item.case_id == opened.case.id, Item.number == number)).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no place {number}.")
    return found


def list_requests(session: Session, opened: OpenCase) -> Sequence[Request]:
    """All requests of the case by number."""
    return session.scalars(select(Request).where(Request.case_id == opened.case.id).order_by(Request.number)).all()


def list_complaints(session: Session, opened: OpenCase) -> Sequence[Complaint]:
    """All complaints of the case by number."""
    query = select(Complaint).where(Complaint.case_id == opened.case.id)
    return session.scalars(query.order_by(Complaint.number)).all()


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


def items_of(session: Session, opened: OpenCase, request: Request) -> Sequence[Item]:
    """The links a request is about. What has been sent, and every erasure request, keeps its own list of them."""
    query = select(Item).where(Item.case_id == opened.case.id).order_by(Item.number)
    listed = opened.read_sealed(request).get("items")
    return session.scalars(
        query.where(Item.request_id == request.id if listed is None else Item.number.in_(listed))
    ).all()


def details_of(opened: OpenCase, request: Request) -> Details:
    """What was given for this request only."""
    return msgspec.convert(opened.read_sealed(request).get("details", {}), Details)


def read_content(session: Session, opened: OpenCase, request: Request, ports: Ports) -> RequestContent:
    """Everything the request says as things stand."""
    return RequestContent(
        report=opened.report,
        details=details_of(opened, request),
        places=tuple(place_text(opened.read_sealed(item)) for item in items_of(session, opened, request)),
        organisation=for_team(opened.case.handler, ports.config.organisation),
    )


def place_text(values: dict[str, Any]) -> str:
    """A link, or the words that describe the place."""
    return str(values.get("url") or values.get("description") or "")


def platform_name(opened: OpenCase, item: Item, ports: Ports) -> str:
    """The platform's name, or for one outside the directory the domain the link is on."""
    known = ports.registry.platforms.get(item.platform)
    return known.name if known else str(opened.read_sealed(item).get("platform") or "")
