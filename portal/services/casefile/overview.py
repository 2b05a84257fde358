"""A case at a glance: what its first page shows of it, and nothing that is read or judged for another page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.domain.directory import Platform
from portal.domain.lifecycle import ActorKind, ItemState
from portal.domain.paging import ListPart, cut
from portal.models.accounts import Team
from portal.services.casefile import pane
from portal.services.casefile.views import CaseOverview, LinkGroup
from portal.services.cases.messages import staff_names
from portal.services.clocks.agreement import list_bent
from portal.services.complaints.options import count_open
from portal.services.complaints.reading import list_lines
from portal.services.requests.dossier_rows import OpenedItem, list_items
from portal.services.requests.escalation import EscalatedRequest, read_escalated
from portal.services.tracking.request_page import views_of_items
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True)
class ShownParts:
    """Which parts of the long lists are shown: pages from 1, `items_a_page` links on each.

    `link` is the number of a link whose platform and page are meant instead of `platform` and `items`. Where all links
    fit on a page they are shown whole, by platform; else those of `platform` alone.
    """

    requests: int = 1
    items: int = 1
    items_a_page: int
    link: int | None = None
    platform: str = ""


def read_overview(
    work: CaseWork, parts: ShownParts, escalated: tuple[EscalatedRequest, ...] | None = None
) -> CaseOverview:
    """The case with some of its links, and some of its requests with the next step of each.

    Where the requests do not fit on one page, those that somebody has to do something about come first. For staff also
    how many complaints are open now: that judges every request under every law. `escalated` are all requests of the
    case, where the caller has them already.
    """
    case = work.case
    team = work.session.get(Team, case.team_id) if case.team_id else None
    known = read_escalated(work) if escalated is None else escalated
    items = known[0].dossier.case_items if known else list_items(work)
    numbers = {each.dossier.request.id: each.dossier.number for each in known}
    listed, unfolded = _cut_items(items, parts)
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
        requests=pane.list_lines(work, parts.requests, known),
        complaints=list_lines(work),
        open_options=_count_open(work, known, items),
        link_count=len(items),
        link_groups=_list_groups(items, work.ports.registry.platforms),
        unfolded=unfolded,
        items=listed.with_rows(views_of_items(work, listed.rows, numbers)),
        has_free_items=any(item.row.request_id is None for item in items),
        unfit=(),
    )
    # Only now, when every row has been read that is shown.
    return replace(view, unfit=tuple(str(each) for each in list_bent(work)))


def _list_groups(items: Sequence[OpenedItem], known: Mapping[str, Platform]) -> tuple[LinkGroup, ...]:
    """The platforms of the links, in the order in which they came."""
    groups: dict[str, list[OpenedItem]] = defaultdict(list)
    for item in items:
        groups[item.row.platform].append(item)
    return tuple(
        LinkGroup(
            platform=slug,
            name=known[slug].name if slug in known else rows[0].platform_name,
            total=len(rows),
            gone=sum(1 for item in rows if item.row.state is ItemState.REMOVED),
        )
        for slug, rows in groups.items()
    )


def _cut_items(items: Sequence[OpenedItem], parts: ShownParts) -> tuple[ListPart[OpenedItem], str]:
    """The links that are shown, and the platform that is unfolded; empty where none is."""
    pointed = next((item for item in items if item.row.number == parts.link), None)
    platform = pointed.row.platform if pointed else parts.platform
    slugs = {item.row.platform for item in items}
    if len(slugs) == 1 and parts.items > 1:
        platform = items[0].row.platform
    if len(items) <= parts.items_a_page:
        return cut(items, 1, parts.items_a_page), platform
    rows = [item for item in items if item.row.platform == platform or len(slugs) == 1]
    before = sum(1 for item in rows if pointed and item.row.number < pointed.row.number)
    page = before // parts.items_a_page + 1 if pointed else parts.items
    return cut(rows, page, parts.items_a_page), platform


def _count_open(work: CaseWork, escalated: tuple[EscalatedRequest, ...], items: Sequence[OpenedItem]) -> int | None:
    if work.actor.kind is not ActorKind.STAFF:
        return None
    return count_open(work, escalated, items)
