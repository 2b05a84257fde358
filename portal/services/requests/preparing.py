"""Requests before they leave: links grouped by platform, laws picked, details given, further requests prepared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, func, select

from portal.domain.lifecycle import (
    SETTLED,
    UNSENT,
    ActorKind,
    Handler,
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
from portal.domain.report import Report, YesNo
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases.instants import check_instant
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.requests.citations import Citation, pick, write_bases
from portal.services.requests.content import Details, RequestContent
from portal.services.requests.dossier import Dossier, dossier_of, read_dossier, read_dossiers
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.requests.lookup import find_organisation, find_request, list_requests
from portal.services.work import CaseWork

DetailsCommand = Details

LONGEST = 20_000


class DetailsRefused(ValueError):
    """A detail cannot be used. The message says why, fit for a page."""


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestPlan:
    """Notices that are to be prepared, and which links go into which. Nothing of it is in a table yet."""

    new: Sequence[Request]
    moved: Sequence[tuple[Item, UUID]]  # each with the request that it goes into
    cited: Sequence[tuple[UUID, Sequence[Citation]]]


def group_links_into_requests(work: CaseWork) -> None:
    """Prepare a notice to each platform for the links that have none yet. Doing it again changes nothing."""
    plan = plan_requests(work, work.report, handler=work.case.handler)
    add_requests(work, plan)
    for item, request_id in plan.moved:
        item.request_id = request_id
    work.session.flush()
    cite_laws(work, plan)


def plan_requests(work: CaseWork, report: Report, *, handler: Handler, fresh: Sequence[OpenedItem] = ()) -> RequestPlan:
    """Which notices the case's links need that have none, those of `fresh` included, which are in no table yet.

    Reads only, so it needs no lock; `report` and `handler` are as they will be when it is written down.
    """
    waiting: dict[str, list[OpenedItem]] = {}
    for item in (*(() if work.is_draft else _list_waiting(work)), *fresh):
        waiting.setdefault(item.row.platform, []).append(item)
    if not waiting:
        return RequestPlan(new=(), moved=(), cited=())
    unwritten = {} if work.is_draft else _list_unwritten(work)
    open_ones = {name: request for name, request in unwritten.items() if name in waiting}
    missing = [(name, {"name": _name_of(work, group[0])}) for name, group in waiting.items() if name not in open_ones]
    new = _make_requests(work, RequestKind.NOTICE, missing)
    requests = open_ones | {request.platform: request for request in new}
    cited = list(_cite_new(work, report, handler, [(request, waiting[request.platform]) for request in new]))
    for dossier in read_dossiers(work, open_ones.values()):
        places = (*dossier.content.places, *(item.text for item in waiting[dossier.request.platform]))
        content = replace(dossier.content, report=report, places=places)
        cited.append((dossier.request.id, _pick(work, content, dossier.request.platform)))
    moved = [(item.row, requests[name].id) for name, group in waiting.items() for item in group]
    return RequestPlan(new=new, moved=moved, cited=cited)


def add_requests(work: CaseWork, plan: RequestPlan) -> None:
    """The rows of what was planned."""
    work.session.add_all(plan.new)
    work.session.flush()


def cite_laws(work: CaseWork, plan: RequestPlan) -> None:
    """The laws of what was planned, and that its requests were prepared: once their links are in their tables."""
    if events := list_prepared(plan.new, now=work.now):
        work.record_all(events)
    keep_citations(work, plan)


def list_prepared(requests: Iterable[Request], *, now: datetime) -> list[NewEvent]:
    """What the history says of requests that were prepared."""
    return [NewEvent(kind=History.REQUEST_PREPARED, at=now, request_id=each.id) for each in requests]


def keep_citations(work: CaseWork, plan: RequestPlan) -> None:
    """The laws of what was planned, once its requests are in their tables."""
    write_bases(work, plan.cited, fresh={request.id for request in plan.new})


def set_details(work: CaseWork, number: int, command: DetailsCommand) -> None:
    """What a law asks for this request and the report did not give. Raises StepRefused, DetailsRefused."""
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    if any(isinstance(value, str) and len(value) > LONGEST for value in vars(command).values()):
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, *(value for value in vars(command).values() if isinstance(value, str)))
    kept = dossier.details.merged(command)
    given = {name: value for name, value in vars(kept).items() if value is not None}
    dossier.write_sealed(details=given)
    _refresh_bases(work, [dossier_of(work, dossier.request)])


@dataclass(frozen=True, kw_only=True, repr=False)
class NameCommand:
    """Whether the recipient may pass the person's name on. The team says when and how the person said so."""

    may_pass_on: bool
    said_at: datetime | None = None
    how: str = ""


def choose_name(work: CaseWork, number: int, command: NameCommand) -> None:
    """Written down by the person, or by the team only as the person said it. Raises StepRefused, BadInstant."""
    is_team = work.actor.kind is not ActorKind.PERSON
    if is_team and (command.said_at is None or not command.how.strip()):
        raise StepRefused("Only the person decides this. Write when and how they said so.")
    said_at = check_instant(command.said_at, work.case, now=work.now) if command.said_at and is_team else work.now
    require_room_for_words(work, command.how)
    set_details(work, number, DetailsCommand(release_to_poster=command.may_pass_on))
    chosen = NewEvent(
        kind=History.NAME_CHOSEN,
        at=said_at,
        request_id=find_request(work, number).id,
        facts={"may_pass_on": command.may_pass_on},
        detail={"how": command.how.strip()} if is_team else {},
    )
    work.record(chosen)


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
    write_bases(work, [(request.id, citations)])
    return request.number


def prepare_copyright(work: CaseWork, number: int) -> int:
    """A copyright notice of its own to the platform of this notice, for who took the picture. Returns its number.

    Nothing is claimed by it yet: its letter is made only once the person has sworn for that very letter that the
    work is theirs. Raises StepRefused, DetailsRefused.
    """
    require_open(work.case.status)
    notice = read_dossier(work, number)
    if work.report.took_it is not YesNo.YES:
        raise DetailsRefused(
            "The person who took the picture has the copyright. Your report does not say that you took it."
        )
    if notice.request.kind is not RequestKind.NOTICE:
        raise StepRefused("A copyright notice is prepared from a request to take something down.")
    if under_way := find_under_way(work, RequestKind.COPYRIGHT, notice.request.platform):
        raise StepRefused(f"There is already a copyright notice: request {under_way.number}.")
    content = replace(notice.content, kind=RequestKind.COPYRIGHT)
    citations = pick(content, RequestKind.COPYRIGHT, notice.request.platform, now=work.now, ports=work.ports)
    places = [item.row.number for item in notice.items if item.row.state is not ItemState.REMOVED]
    if not citations or not places:
        raise StepRefused("No copyright law that is known here can be used for this request.")
    values: dict[str, object] = {"name": notice.name, "items": places, "details": {}}
    request = _add_request(work, RequestKind.COPYRIGHT, notice.request.platform, values)
    write_bases(work, [(request.id, citations)])
    return request.number


def prepare_again(work: CaseWork, number: int) -> int:
    """A new notice for the links of a sent one that are still there. Its number."""
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
    _refresh_bases(work, [dossier_of(work, request)])
    return request.number


def find_erasure(work: CaseWork, platform: str) -> Request | None:
    """The erasure request to this platform that is under way."""
    return find_under_way(work, RequestKind.ERASURE, platform)


def find_under_way(work: CaseWork, kind: RequestKind, platform: str) -> Request | None:
    """The first request of this kind to this platform that is not settled."""
    own = (Request.case_id == work.case.id, Request.platform == platform, Request.kind == kind)
    query = select(Request).where(*own, Request.state.not_in(SETTLED))
    return work.session.scalars(query.order_by(Request.number).limit(1)).one_or_none()


def pick_for_erasure(notice: Dossier) -> list[Citation]:
    """The data-protection laws that can be used against the company behind the platform of this notice."""
    work = notice.work
    return pick(notice.content, RequestKind.ERASURE, notice.request.platform, now=work.now, ports=work.ports)


def pick_anew(work: CaseWork) -> None:
    """The laws of every request that has not gone, after an answer changed by which they are picked."""
    _refresh_bases(work, read_dossiers(work, [each for each in list_requests(work) if each.state in UNSENT]))


def _refresh_bases(work: CaseWork, dossiers: Iterable[Dossier]) -> None:
    write_bases(work, [(dossier.request.id, _pick_for(dossier)) for dossier in dossiers])


def _pick_for(dossier: Dossier) -> list[Citation]:
    request, work = dossier.request, dossier.work
    return pick(dossier.content, request.kind, request.platform, now=work.now, ports=work.ports)


def _pick(work: CaseWork, content: RequestContent, platform: str) -> list[Citation]:
    return pick(content, RequestKind.NOTICE, platform, now=work.now, ports=work.ports)


def _cite_new(
    work: CaseWork, report: Report, handler: Handler, asked: Iterable[tuple[Request, Sequence[OpenedItem]]]
) -> Iterator[tuple[UUID, Sequence[Citation]]]:
    """The laws of new requests. Of sites outside the directory nothing is known, so one judgement is that of all."""
    judged: dict[str, Sequence[Citation]] = {}
    organisation = find_organisation(work, handler, UUID(report.team_id) if report.team_id else None)
    for request, items in asked:
        known = request.platform if request.platform in work.ports.registry.platforms else ""
        if known not in judged:
            places = tuple(item.text for item in items)
            content = RequestContent(report=report, details=Details(), places=places, organisation=organisation)
            judged[known] = _pick(work, content, request.platform)
        yield request.id, judged[known]


def _list_waiting(work: CaseWork) -> list[OpenedItem]:
    query = select(Item).where(Item.case_id == work.case.id, Item.request_id.is_(None))
    rows = work.session.scalars(query.where(Item.state != ItemState.REMOVED).order_by(Item.number))
    return [OpenedItem(row, work) for row in rows]


def _name_of(work: CaseWork, item: OpenedItem) -> str:
    """The platform's name, or for one outside the directory the domain the link is on."""
    known = work.ports.registry.platforms.get(item.row.platform)
    return known.name if known else item.platform_name


def _list_unwritten(work: CaseWork) -> dict[str, Request]:
    """By platform, the first notice that no letter exists for yet: what a letter says must not change behind it."""
    kept = (Letter.kind == LetterKind.NOTICE, Letter.discarded_at.is_(None))
    written = exists().where(Letter.request_id == Request.id, *kept)
    own = (Request.case_id == work.case.id, Request.kind == RequestKind.NOTICE, Request.state.in_(UNSENT))
    query = select(Request).where(*own, ~written).order_by(Request.number.desc())
    return {request.platform: request for request in work.session.scalars(query)}


def _add_request(work: CaseWork, kind: RequestKind, platform: str, values: Mapping[str, object]) -> Request:
    (request,) = _make_requests(work, kind, [(platform, values)])
    work.session.add(request)
    work.session.flush()
    work.record_all(list_prepared([request], now=work.now))
    return request


def _make_requests(
    work: CaseWork, kind: RequestKind, wanted: Sequence[tuple[str, Mapping[str, object]]]
) -> list[Request]:
    """New requests, each with its platform and what is sealed in its row, numbered on. They are in no table yet."""
    if not wanted:
        return []
    query = select(func.max(Request.number)).where(Request.case_id == work.case.id)
    last = 0 if work.is_draft else work.session.scalar(query) or 0
    requests = []
    for number, (platform, values) in enumerate(wanted, start=last + 1):
        request = Request(id=uuid4(), case_id=work.case.id, number=number, platform=platform, kind=kind)
        request.state, request.prepared_at = RequestState.PREPARED, work.now
        request.sealed = work.sealed_for(request, {"ticket": "", "details": {}, **values})
        requests.append(request)
    return requests


def _move(items: Iterable[Item], request: Request) -> None:
    for item in items:
        item.request_id = request.id
