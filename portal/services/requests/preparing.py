"""Requests before they leave: links grouped by platform, laws picked, details given, further requests prepared."""

from __future__ import annotations

from collections.abc import Iterable
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
from portal.services.history.events import NewEvent
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
from portal.services.work import CaseWork

DetailsCommand = Details

LONGEST = 20_000
REQUEST_LETTERS = {RequestKind.NOTICE: LetterKind.NOTICE, RequestKind.ERASURE: LetterKind.ERASURE}


class DetailsRefused(ValueError):
    """A detail cannot be used. The message says why, fit for a page."""


def group_links_into_requests(work: CaseWork) -> None:
    """Prepare a notice to each platform for the links that have none yet. Doing it again changes nothing."""
    query = select(Item).where(Item.case_id == work.case.id, Item.request_id.is_(None))
    waiting = work.session.scalars(query.where(Item.state != ItemState.REMOVED).order_by(Item.number)).all()
    for platform in dict.fromkeys(item.platform for item in waiting):
        group = [item for item in waiting if item.platform == platform]
        request = _find_unwritten(work, platform)
        if request is None:
            name = platform_name(work, group[0])
            request = _add_request(work, RequestKind.NOTICE, platform, {"name": name})
        _move(group, request)
        work.session.flush()
        _refresh_bases(work, request)


def set_details(work: CaseWork, number: int, command: DetailsCommand) -> None:
    """What a law asks for this request and the report did not give. Raises StepRefused, DetailsRefused."""
    request = find_request(work, number)
    require_unsent(request.state)
    if any(isinstance(value, str) and len(value) > LONGEST for value in vars(command).values()):
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    if command.use_copyright and work.report.took_it is not YesNo.YES:
        raise DetailsRefused("Copyright belongs to whoever took the picture, and the report does not say that you did.")
    kept = details_of(work, request).merged(command)
    given = {name: value for name, value in vars(kept).items() if value is not None}
    write_sealed(work, request, details=given)
    _refresh_bases(work, request)


def prepare_erasure(work: CaseWork, number: int) -> int:
    """A data-protection request to the company behind the platform of this notice. Returns its number.

    Raises StepRefused where there is one already, or where no such law can be used.
    """
    notice = find_request(work, number)
    for other in list_requests(work):
        if other.kind is RequestKind.ERASURE and other.platform == notice.platform and other.state not in SETTLED:
            raise StepRefused(f"There is already a request to erase the data: request {other.number}.")
    contents = read_content(work, notice)
    citations = pick(contents, RequestKind.ERASURE, notice.platform, now=work.now, ports=work.ports)
    if not citations:
        raise StepRefused("No data-protection law that is known here can be used for this request.")
    places = [item.number for item in items_of(work, notice) if item.state is not ItemState.REMOVED]
    values = {"name": work.read_sealed(notice)["name"], "items": places, "details": {}}
    request = _add_request(work, RequestKind.ERASURE, notice.platform, values)
    write_bases(work.session, request, citations, now=work.now)
    return request.number


def prepare_again(work: CaseWork, number: int, *, use_copyright: bool = False) -> int:
    """A new notice for the links of a sent one that are still there, with copyright added if chosen. Its number."""
    old = find_request(work, number)
    require_sent(old.state)
    left = [item for item in items_of(work, old) if item.state is not ItemState.REMOVED]
    if not left or old.kind is not RequestKind.NOTICE:
        raise StepRefused("Nothing of this request is left to ask for.")
    values = {"name": work.read_sealed(old)["name"], "details": work.read_sealed(old).get("details", {})}
    request = _add_request(work, RequestKind.NOTICE, old.platform, values)
    _move(left, request)
    work.session.flush()
    set_details(work, request.number, DetailsCommand(use_copyright=use_copyright or None))
    return request.number


def _refresh_bases(work: CaseWork, request: Request) -> None:
    contents = read_content(work, request)
    found = pick(contents, request.kind, request.platform, now=work.now, ports=work.ports)
    write_bases(work.session, request, found, now=work.now)


def _find_unwritten(work: CaseWork, platform: str) -> Request | None:
    """A notice to this platform that no letter exists for yet: what a letter says must not change behind it."""
    for request in list_requests(work):
        same = request.platform == platform and request.kind is RequestKind.NOTICE and request.state in UNSENT
        if same and last_letter(work.session, request) is None:
            return request
    return None


def _add_request(work: CaseWork, kind: RequestKind, platform: str, values: dict[str, object]) -> Request:
    last = work.session.scalar(select(func.max(Request.number)).where(Request.case_id == work.case.id)) or 0
    request = Request(id=uuid4(), case_id=work.case.id, number=last + 1, platform=platform, kind=kind)
    request.state, request.prepared_at = RequestState.PREPARED, work.now
    request.sealed = work.sealed_for(request, {"ticket": "", "details": {}, **values})
    work.session.add(request)
    work.session.flush()
    work.record(NewEvent(kind=History.REQUEST_PREPARED, at=work.now, request_id=request.id))
    return request


def _move(items: Iterable[Item], request: Request) -> None:
    for item in items:
        item.request_id = request.id


def write_sealed(work: CaseWork, request: Request, **values: object) -> None:
    """Replace some of what is sealed in the request's row."""
    request.sealed = work.sealed_for(request, {**work.read_sealed(request), **values})


def last_letter(session: Session, request: Request) -> Letter | None:
    """The newest letter a request could be sent with."""
    query = select(Letter).where(Letter.request_id == request.id, Letter.kind == REQUEST_LETTERS[request.kind])
    return session.scalars(query.order_by(Letter.number.desc()).limit(1)).one_or_none()
