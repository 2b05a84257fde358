"""Requests before they leave: links grouped by platform, laws picked, details given, further requests prepared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import (
    SETTLED,
    UNSENT,
    History,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
    StepRefused,
    require_sent,
    require_unsent,
)
from portal.domain.report import YesNo
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases.case_work import OpenCase
from portal.services.history.events import NewEvent
from portal.services.ports import Ports
from portal.services.requests.citations import pick, write_bases
from portal.services.requests.content import Details
from portal.services.requests.lookup import (
    details_of,
    find_request,
    items_of,
    list_requests,
    platform_name,
    read_content,
)

DetailsCommand = Details

LONGEST = 20_000
REQUEST_LETTERS = {RequestKind.NOTICE: LetterKind.NOTICE, RequestKind.ERASURE: LetterKind.ERASURE}


class DetailsRefused(ValueError):
    """A detail cannot be used. The message says why, fit for a page."""


def group_links_into_requests(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> None:
    """Prepare a notice to each platform for the links that have none yet. Doing it again changes nothing."""
    query = select(Item).where(Item.case_id == opened.case.id, Item.request_id.is_(None))
    waiting = session.scalars(query.where(Item.state != ItemState.REMOVED).order_by(Item.number)).all()
    for platform in dict.fromkeys(item.platform for item in waiting):
        group = [item for item in waiting if item.platform == platform]
        request = _find_unwritten(session, opened, platform)
        if request is None:
            name = platform_name(opened, group[0], ports)
            request = _add_request(session, opened, RequestKind.NOTICE, platform, {"name": name}, now=now)
        _move(group, request)
        session.flush()
        _refresh_bases(session, opened, request, now=now, ports=ports)


def set_details(
    session: Session, opened: OpenCase, number: int, command: DetailsCommand, *, now: datetime, ports: Ports
) -> None:
    """What a law asks for this request and the report did not give. Raises StepRefused, DetailsRefused."""
    request = find_request(session, opened, number)
    require_unsent(request.state)
    if any(isinstance(value, str) and len(value) > LONGEST for value in vars(command).values()):
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    if command.use_copyright and opened.report.took_it is not YesNo.YES:
        raise DetailsRefused("Copyright belongs to whoever took the picture, and the report does not say that you did.")
    kept = details_of(opened, request).merged(command)
    given = {name: value for name, value in vars(kept).items() if value is not None}
    write_sealed(opened, request, details=given)
    _refresh_bases(session, opened, request, now=now, ports=ports)


def prepare_erasure(session: Session, opened: OpenCase, number: int, *, now: datetime, ports: Ports) -> int:
    """A data-protection request to the company behind the platform of this notice. Returns its number.

    Raises StepRefused where there is one already, or where no such law can be used.
    """
    notice = find_request(session, opened, number)
    for other in list_requests(session, opened):
        if other.kind is RequestKind.ERASURE and other.platform == notice.platform and other.state not in SETTLED:
            raise StepRefused(f"There is already a request to erase the data: request {other.number}.")
    contents = read_content(session, opened, notice, ports)
    citations = pick(contents, RequestKind.ERASURE, notice.platform, now=now, ports=ports)
    if not citations:
        raise StepRefused("No data-protection law that is known here can be used for this request.")
    places = [item.number for item in items_of(session, opened, notice) if item.state is not ItemState.REMOVED]
    values = {"name": opened.read_sealed(notice)["name"], "items": places, "details": {}}
    request = _add_request(session, opened, RequestKind.ERASURE, notice.platform, values, now=now)
    write_bases(session, request, citations, now=now)
    return request.number


def prepare_again(
    session: Session, opened: OpenCase, number: int, *, use_copyright: bool = False, now: datetime, ports: Ports
) -> int:
    """A new notice for the links of a sent one that are still there, with copyright added if chosen. Its number."""
    old = find_request(session, opened, number)
    require_sent(old.state)
    left = [item for item in items_of(session, opened, old) if item.state is not ItemState.REMOVED]
    if not left or old.kind is not RequestKind.NOTICE:
        raise StepRefused("Nothing of this request is left to ask for.")
    values = {"name": opened.read_sealed(old)["name"], "details": opened.read_sealed(old).get("details", {})}
    request = _add_request(session, opened, RequestKind.NOTICE, old.platform, values, now=now)
    _move(left, request)
    session.flush()
    set_details(
        session, opened, request.number, DetailsCommand(use_copyright=use_copyright or None), now=now, ports=ports
    )
    return request.number


def _refresh_bases(session: Session, opened: OpenCase, request: Request, *, now: datetime, ports: Ports) -> None:
    contents = read_content(session, opened, request, ports)
    found = pick(contents, request.kind, request.platform, now=now, ports=ports)
    write_bases(session, request, found, now=now)


def _find_unwritten(session: Session, opened: OpenCase, platform: str) -> Request | None:
    """A notice to this platform that no letter exists for yet: what a letter says must not change behind it."""
    for request in list_requests(session, opened):
        same = request.platform == platform and request.kind is RequestKind.NOTICE and request.state in UNSENT
        if same and last_letter(session, request) is None:
            return request
    return None


def _add_request(
    session: Session, opened: OpenCase, kind: RequestKind, platform: str, values: dict[str, object], *, now: datetime
) -> Request:
    last = session.scalar(select(func.max(Request.number)).where(Request.case_id == opened.case.id)) or 0
    request = Request(id=uuid4(), case_id=opened.case.id, number=last + 1, platform=platform, kind=kind)
    request.state, request.prepared_at = RequestState.PREPARED, now
    request.sealed = opened.sealed_for(request, {"ticket": "", "details": {}, **values})
    session.add(request)
    session.flush()
    opened.record(session, NewEvent(kind=History.REQUEST_PREPARED, at=now, request_id=request.id), now=now)
    return request


def _move(items: Iterable[Item], request: Request) -> None:
    for item in items:
        item.request_id = request.id


def write_sealed(opened: OpenCase, request: Request, **values: object) -> None:
    """Replace some of what is sealed in the request's row."""
    request.sealed = opened.sealed_for(request, {**opened.read_sealed(request), **values})


def last_letter(session: Session, request: Request) -> Letter | None:
    """The newest letter a request could be sent with."""
    query = select(Letter).where(Letter.request_id == request.id, Letter.kind == REQUEST_LETTERS[request.kind])
    return session.scalars(query.order_by(Letter.number.desc()).limit(1)).one_or_none()
