"""A case at a glance: what its first page shows of it, and nothing that is read or judged for another page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from portal.domain.lifecycle import ActorKind
from portal.domain.paging import cut
from portal.models.accounts import Team
from portal.models.messages import Message
from portal.services.casefile.views import CaseOverview, RequestLine
from portal.services.cases.consent import has_consent
from portal.services.cases.messages import staff_names
from portal.services.clocks.agreement import list_bent
from portal.services.clocks.snapshot import first_clock
from portal.services.complaints.complaints import list_lines
from portal.services.complaints.options import list_options
from portal.services.requests.dossier import OpenedItem, list_items
from portal.services.requests.escalation import EscalatedRequest, find_next_step, find_turn, read_escalated
from portal.services.requests.proofs import view_proof
from portal.services.tracking.request_page import views_of_items
from portal.services.work import CaseWork

REQUESTS_A_PAGE = 40


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Which parts of the long lists are shown: pages from 1, `items_a_page` links on each.

    `link` is the number of a link whose page is meant instead of `items`.
    """

    requests: int = 1
    items: int = 1
    items_a_page: int
    link: int | None = None


def read_overview(work: CaseWork, parts: Parts, escalated: tuple[EscalatedRequest, ...] | None = None) -> CaseOverview:
    """The case with some of its links, and some of its requests with the next step of each.

    Where the requests do not fit on one page, those that somebody has to do something about come first. For staff also
    how many complaints are open now: that judges every request under every law. `escalated` are all requests of the
    case, where the caller has them already.
    """
    case = work.case
    team = work.session.get(Team, case.team_id) if case.team_id else None
    known = read_escalated(work) if escalated is None else escalated
    items = list_items(work)
    numbers = {each.dossier.request.id: each.dossier.number for each in known}
    consents = has_consent(work.session, case, "platforms")
    shown = cut(_order(known), parts.requests, REQUESTS_A_PAGE)
    listed = cut(items, _page_of(items, parts), parts.items_a_page)
    view = CaseOverview(
        reference=case.reference,
        status=case.status,
        path=case.path,
        country=case.country,
        team_name=team.name if team else None,
        assignee=staff_names(work.session, [case.assignee_id]).get(case.assignee_id) if case.assignee_id else None,
        report=work.report,
        submitted_at=case.submitted_at,
        next_due_at=case.next_due_at,
        next_due_estimated=case.next_due_estimated,
        retention_until=case.retention_until,
        requests=shown.with_rows([_describe_request(work, each, has_consent=consents) for each in shown.rows]),
        complaints=list_lines(work),
        open_options=_count_open(work, known),
        items=listed.with_rows(views_of_items(work, listed.rows, numbers)),
        item_states=tuple(Counter(item.row.state for item in items).most_common()),
        has_free_items=any(item.row.request_id is None for item in items),
        unread=_count_unread(work),
        unfit=(),
    )
    # Only now, when every row has been read that is shown.
    return replace(view, unfit=tuple(str(each) for each in list_bent(work)))


def _order(escalated: Sequence[EscalatedRequest]) -> Sequence[EscalatedRequest]:
    """By number as long as all fit on a page."""
    if len(escalated) <= REQUESTS_A_PAGE:
        return escalated
    return sorted(escalated, key=lambda each: find_turn(each.dossier))


def _page_of(items: Sequence[OpenedItem], parts: Parts) -> int:
    if parts.link is None:
        return parts.items
    before = sum(1 for item in items if item.row.number < parts.link)
    return before // parts.items_a_page + 1


def _describe_request(work: CaseWork, escalated: EscalatedRequest, *, has_consent: bool) -> RequestLine:
    dossier, request = escalated.dossier, escalated.dossier.request
    return RequestLine(
        number=request.number,
        platform_name=dossier.name,
        kind=request.kind,
        state=request.state,
        ticket=dossier.ticket,
        sent_at=request.sent_at,
        item_count=len(dossier.items),
        main_clock=first_clock(dossier.clocks, work.ports),
        next_step=find_next_step(escalated, has_consent=has_consent),
        proof=view_proof(dossier),
    )


def _count_open(work: CaseWork, escalated: tuple[EscalatedRequest, ...]) -> int | None:
    if work.actor.kind is not ActorKind.STAFF:
        return None
    return sum(option.is_open for option in list_options(work, escalated))


def _count_unread(work: CaseWork) -> int:
    """Messages of the other side that nobody has read."""
    query = select(func.count()).select_from(Message).where(Message.case_id == work.case.id)
    unread = query.where(Message.read_at.is_(None), Message.author != work.actor.kind)
    return work.session.scalar(unread) or 0
