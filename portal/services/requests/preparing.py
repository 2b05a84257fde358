"""Requests before they leave: links grouped by platform, laws picked, details given, further requests prepared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from sqlalchemy import exists, func, select

from portal.domain.lifecycle import (
    SETTLED,
    UNSENT,
    History,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
    StepRefused,
    require_open,
    require_sent,
    require_unsent,
)
from portal.domain.report import YesNo
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.history.events import NewEvent
from portal.services.requests.citations import Citation, pick, write_bases
from portal.services.requests.content import Details
from portal.services.requests.dossier import Dossier, dossier_of, read_dossier, read_dossiers
from portal.services.requests.lookup import platform_name
from portal.services.work import CaseWork

DetailsCommand = Details

LONGEST = 20_000


class DetailsRefused(ValueError):
    """A detail cannot be used. The message says why, fit for a page."""


def group_links_into_requests(work: CaseWork) -> None:
    """Prepare a notice to each platform for the links that have none yet. Doing it again changes nothing."""
    query = select(Item).where(Item.case_id == work.case.id, Item.request_id.is_(None))
    waiting: dict[str, list[Item]] = {}
    for item in work.session.scalars(query.where(Item.state != ItemState.REMOVED).order_by(Item.number)):
        waiting.setdefault(item.platform, []).append(item)
    if not waiting:
        return
    requests = _list_unwritten(work)
    new = {platform: {"name": platform_name(work, group[0])} for platform, group in waiting.items()}
    missing = [(platform, values) for platform, values in new.items() if platform not in requests]
    requests |= {request.platform: request for request in _add_requests(work, RequestKind.NOTICE, missing)}
    for platform, group in waiting.items():
        _move(group, requests[platform])
    work.session.flush()
    _refresh_bases(work, read_dossiers(work, [requests[platform] for platform in waiting]))


def set_details(work: CaseWork, number: int, command: DetailsCommand) -> None:
    """What a law asks for this request and the report did not give. Raises StepRefused, DetailsRefused."""
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    if any(isinstance(value, str) and len(value) > LONGEST for value in vars(command).values()):
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    if command.use_copyright and work.report.took_it is not YesNo.YES:
        raise DetailsRefused("Copyright belongs to whoever took the picture, and the report does not say that you did.")
    kept = dossier.details.merged(command)
    given = {name: value for name, value in vars(kept).items() if value is not None}
    dossier.write_sealed(details=given)
    _refresh_bases(work, [dossier_of(work, dossier.request)])


def prepare_erasure(work: CaseWork, number: int) -> int:
    """A data-protection request to the company behind the platform of this notice. Returns its number.

    Raises StepRefused where there is one already, or where no such law can be used.
    """
    require_open(work.case.status)
    notice = read_dossier(work, number)
    if under_way := find_erasure(work, notice.request.platform):
        raise StepRefused(f"There is already a request to erase the data: request {under_way.number}.")
    citations = pick_for_erasure(notice)
    if not citations:
        raise StepRefused("No data-protection law that is known here can be used for this request.")
    places = [item.row.number for item in notice.items if item.row.state is not ItemState.REMOVED]
    values: dict[str, object] = {"name": notice.name, "items": places, "details": {}}
    request = _add_request(work, RequestKind.ERASURE, notice.request.platform, values)
    write_bases(work, [(request, citations)])
    return request.number


def prepare_again(work: CaseWork, number: int, *, use_copyright: bool = False) -> int:
    """A new notice for the links of a sent one that are still there, with copyright added if chosen. Its number."""
    require_open(work.case.status)
    old = read_dossier(work, number)
    require_sent(old.request.state)
    left = [item.row for item in old.items if item.row.state is not ItemState.REMOVED]
    if not left or old.request.kind is not RequestKind.NOTICE:
        raise StepRefused("Nothing of this request is left to ask for.")
    values = {"name": old.name, "details": old.sealed.get("details", {})}
    request = _add_request(work, RequestKind.NOTICE, old.request.platform, values)
    _move(left, request)
    work.session.flush()
    set_details(work, request.number, DetailsCommand(use_copyright=use_copyright or None))
    return request.number


def find_erasure(work: CaseWork, platform: str) -> Request | None:
    """The erasure request to this platform that is under way."""
    own = (Request.case_id == work.case.id, Request.platform == platform, Request.kind == RequestKind.ERASURE)
    query = select(Request).where(*own, Request.state.not_in(SETTLED))
    return work.session.scalars(query.order_by(Request.number).limit(1)).one_or_none()


def pick_for_erasure(notice: Dossier) -> list[Citation]:
    """The data-protection laws that can be used against the company behind the platform of this notice."""
    work = notice.work
    return pick(notice.content, RequestKind.ERASURE, notice.request.platform, now=work.now, ports=work.ports)


def _refresh_bases(work: CaseWork, dossiers: Iterable[Dossier]) -> None:
    write_bases(work, [(dossier.request, _pick_for(dossier)) for dossier in dossiers])


def _pick_for(dossier: Dossier) -> list[Citation]:
    request, work = dossier.request, dossier.work
    return pick(dossier.content, request.kind, request.platform, now=work.now, ports=work.ports)


def _list_unwritten(work: CaseWork) -> dict[str, Request]:
    """By platform, the first notice that no letter exists for yet: what a letter says must not change behind it."""
    written = exists().where(Letter.request_id == Request.id, Letter.kind == LetterKind.NOTICE)
    own = (Request.case_id == work.case.id, Request.kind == RequestKind.NOTICE, Request.state.in_(UNSENT))
    query = select(Request).where(*own, ~written).order_by(Request.number.desc())
    return {request.platform: request for request in work.session.scalars(query)}


def _add_request(work: CaseWork, kind: RequestKind, platform: str, values: Mapping[str, object]) -> Request:
    (request,) = _add_requests(work, kind, [(platform, values)])
    return request


def _add_requests(
    work: CaseWork, kind: RequestKind, wanted: Sequence[tuple[str, Mapping[str, object]]]
) -> list[Request]:
    """New requests, each with its platform and what is sealed in its row, with as many statements as for one."""
    if not wanted:
        return []
    last = work.session.scalar(select(func.max(Request.number)).where(Request.case_id == work.case.id)) or 0
    requests = []
    for number, (platform, values) in enumerate(wanted, start=last + 1):
        request = Request(id=uuid4(), case_id=work.case.id, number=number, platform=platform, kind=kind)
        request.state, request.prepared_at = RequestState.PREPARED, work.now
        request.sealed = work.sealed_for(request, {"ticket": "", "details": {}, **values})
        requests.append(request)
    work.session.add_all(requests)
    work.session.flush()
    prepared = [NewEvent(kind=History.REQUEST_PREPARED, at=work.now, request_id=each.id) for each in requests]
    work.record_all(prepared)
    return requests


def _move(items: Iterable[Item], request: Request) -> None:
    for item in items:
        item.request_id = request.id
