"""Saving a finished report: a draft becomes a case with its links and its first requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, inspect, select

from portal.adapters import vault
from portal.domain.intake import Missing, missing
from portal.domain.lifecycle import CaseStatus, Filer, Handler, History, ItemState, Path, require_submitted
from portal.domain.report import RejectedText, Report, ReportedLink, ReportedPlace, YesNo
from portal.models.accounts import Team
from portal.models.cases import Case, Mandate
from portal.models.items import Item
from portal.reference.platform_names import find_named
from portal.services.cases import finding
from portal.services.cases.consent import give_first
from portal.services.cases.handover import find_taking_team, give_key, is_key_missing, open_to_record
from portal.services.cases.opening import CaseStamp, read_stamp
from portal.services.cases.room import require_room_for_pasted
from portal.services.history import guards
from portal.services.history.events import NewEvent, begin_history
from portal.services.intake.drafts import PastedLinks, ReadText, read_text, sort_links, with_links
from portal.services.law.applicability import platform_column
from portal.services.requests import preparing
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.requests.preparing import RequestPlan
from portal.services.tracking.answers import mark_back
from portal.services.work import CaseWork

BY_PHONE = "phone"  # in the event of a report that was told on the telephone
BY_IMPORT = "import"  # and of one that stood in a table of its team
BY_PARTNER = "partner"  # and of one that a partner's system handed over


class Incomplete(ValueError):
    """The report cannot be saved as a case yet. `missing` names each answer and its step."""

    def __init__(self, found: tuple[Missing, ...]) -> None:
        super().__init__("the report is not complete")
        self.missing = found


@dataclass(frozen=True, repr=False)
class Receipt:
    """Proof that a report was handed in. `digest` is the SHA-256 of the report as the server keeps it."""

    reference: str
    submitted_at: datetime
    digest: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AddedLinks:
    """What became of a text with links: added, marked as back, there already, too many, not understood.

    `added` and `over` are addresses; every link of the text counts in one of the first four. `places` without a link
    were added besides.
    """

    added: tuple[str, ...]
    back: int
    known: int
    over: tuple[str, ...]
    rejected: tuple[RejectedText, ...]
    places: int = 0
    told: tuple[ReportedLink, ...] = ()  # of those added, the ones of which something is to be said

    @property
    def has_links(self) -> bool:
        return bool(self.added or self.back or self.known or self.over)

    @property
    def left(self) -> str:
        """What of the text is in no link of the case, one piece a line."""
        return "\n".join((*self.over, *(one.text for one in self.rejected)))


@dataclass(frozen=True, kw_only=True, repr=False)
class SubmissionPlan:
    """A report as it will be when it is handed in: all that takes long, worked out from the case as at `stamp`."""

    stamp: CaseStamp
    report: Report
    digest: str
    sealed: bytes  # of the case's own row
    items: Sequence[OpenedItem]
    requests: RequestPlan | None  # none where nothing is online yet
    by: str  # empty where the person handed it in


@dataclass(frozen=True, kw_only=True, repr=False)
class AddingPlan:
    """What a text with links adds to a case as at `stamp`."""

    stamp: CaseStamp
    report: Report
    sealed: bytes  # of the case's own row
    pasted: PastedLinks
    back: Sequence[int]
    items: Sequence[OpenedItem]
    requests: RequestPlan | None  # none where no link is new


def submit(work: CaseWork) -> Receipt:
    """Hand the report in, planned and kept in one transaction. Raises Incomplete."""
    return keep_submission(work, plan_submission(work))


def plan_submission(
    work: CaseWork,
    *,
    allows_letters: bool = False,
    told: Report | None = None,
    by: str = BY_PHONE,
    links_follow: bool = False,
) -> SubmissionPlan:
    """The draft as a case: its links as items, its requests with their laws. Reads only. Raises Incomplete.

    `allows_letters`: whoever saves it was told that letters to platforms use it, and by saving said yes. `told`: what
    was told to a member of a team and comes `by` a call or a table, instead of what the draft holds; for `links_follow`
    see `missing`.
    """
    stamp, kept = read_stamp(work), told or work.report
    report = replace(kept, signed_at=work.now if kept.signature else None)
    if allows_letters and report.share_with_platforms is None and report.path is not Path.THREAT:
        report = replace(report, share_with_platforms=True)
    if found := missing(report, links_follow=links_follow):
        raise Incomplete(found)
    items = _make_items(work, report.links, report.places)
    requests = None
    if report.path is not Path.THREAT:
        requests = preparing.plan_requests(work, report, handler=_carrier(report), fresh=items)
    return SubmissionPlan(
        stamp=stamp,
        report=report,
        digest=digest_report(report),
        # Drafts from before had words there, and a call what was typed while it went on: all of it is in the report.
        sealed=work.seal_with(report=msgspec.to_builtins(report), words=None, typed=None),
        items=items,
        requests=requests,
        by=by if told is not None else "",
    )


def keep_submission(work: CaseWork, plan: SubmissionPlan, *, told: Sequence[NewEvent] = ()) -> Receipt:
    """The draft becomes a case. For whoever holds it as it stood at the plan's stamp, also where it is in no table yet.

    `told` stands in its history behind what the portal did. Its own row is written once, and before all that hangs on
    it; its history in one statement, at last. Raises StepRefused where the team takes no cases.
    """
    report, is_new = plan.report, work.is_unwritten
    team = find_taking_team(work, UUID(report.team_id)) if _carrier(report) is Handler.TEAM else None
    needs_key = team is not None and is_key_missing(work, team)
    _fill_columns(work.case, report, team, now=work.now)
    work.case.sealed, work.case.item_count = plan.sealed, len(plan.items)
    work.session.add(work.case)
    work.session.flush()
    if is_new:
        begin_history(work.session, work.case.id)
    if team and needs_key:
        give_key(work, team)
    _keep_consents(work, report)
    _add_rows(work, plan.items, plan.requests)
    detail = {"digest": plan.digest, **({"by": plan.by} if plan.by else {})}
    events = [NewEvent(kind=History.SUBMITTED, at=work.now, detail=detail)]
    if team:
        events.append(NewEvent(kind=History.HANDED_TO_TEAM, at=work.now))
    if plan.requests:
        events += preparing.list_prepared(plan.requests.new, now=work.now)
    work.record_all([*events, *told])
    if plan.requests:
        preparing.keep_citations(work, plan.requests)
    return Receipt(work.reference, work.now, plan.digest)


def add_items(work: CaseWork, text: str) -> AddedLinks:
    """Links added to a case later, planned and kept in one transaction. Raises as `plan_items`."""
    return keep_items(work, plan_items(work, read_text(text, ports=work.ports)))


def plan_items(work: CaseWork, read: ReadText, places: Sequence[ReportedPlace] = ()) -> AddingPlan:
    """What a text that was read adds to the case, and these places that have no link. Reads only. Raises NoRoom, and
    StepRefused for an erased case.

    New links get requests of their own; one that was marked as gone is marked as back. A threat that has come true is a
    case of removal from then on. What did not fit or was not understood is kept in the report.
    """
    require_submitted(work.case.status)
    stamp, report = read_stamp(work), work.report
    pasted = sort_links(report, read)
    if (pasted.fresh or places) and report.is_online is YesNo.NO:
        report = replace(report, is_online=YesNo.YES)
    rejected = tuple(dict.fromkeys(report.rejected + pasted.rejected + pasted.over))
    report = with_links(report, read.text, pasted, rejected=rejected)
    require_room_for_pasted(work.report, report)
    items = _make_items(work, pasted.fresh, places)
    requests = preparing.plan_requests(work, report, handler=work.case.handler, fresh=items) if items else None
    return AddingPlan(
        stamp=stamp,
        report=report,
        sealed=work.seal_with(report=msgspec.to_builtins(report)),
        pasted=pasted,
        back=_list_gone(work, pasted.known),
        items=items,
        requests=requests,
    )


def keep_items(work: CaseWork, plan: AddingPlan) -> AddedLinks:
    """Write it down. For whoever holds the case as it stood at the plan's stamp."""
    pasted, back = plan.pasted, plan.back
    if plan.items or back:
        open_to_record(work)
    work.case.sealed, work.case.path = plan.sealed, plan.report.path
    if plan.requests:
        work.case.item_count += len(plan.items)
        _add_rows(work, plan.items, plan.requests)
        work.record(NewEvent(kind=History.ITEMS_ADDED, at=work.now, facts={"count": len(plan.items)}))
        preparing.cite_laws(work, plan.requests)
    if back:
        mark_back(work, *back)
    return AddedLinks(
        added=tuple(link.url for link in pasted.fresh),
        places=len(plan.items) - len(pasted.fresh),
        back=len(back),
        known=len(pasted.known) - len(back),
        over=tuple(one.text for one in pasted.over),
        rejected=pasted.rejected,
        told=tuple(link for link in pasted.fresh if link.told),
    )


def _list_gone(work: CaseWork, links: Sequence[ReportedLink]) -> list[int]:
    """The numbers of those of these links that are marked as gone."""
    indexes = {vault.blind_index(work.key, link.url) for link in links}
    gone = select(Item.number, Item.url_index).where(Item.case_id == work.case.id, Item.state == ItemState.REMOVED)
    return [number for number, index in work.session.execute(gone.order_by(Item.number)) if index in indexes]


def digest_report(report: Report) -> str:
    """SHA-256 of the report in a canonical form: sorted keys, no spaces, UTF-8."""
    plain = msgspec.to_builtins(report)
    plain["visited"] = sorted(plain["visited"])
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _fill_columns(case: Case, report: Report, team: Team | None, *, now: datetime) -> None:
    case.status, case.submitted_at, case.retention_until = CaseStatus.OPEN, now, None
    case.path, case.depiction = report.path, report.depiction
    case.filer = report.filer or Filer.SELF
    case.country, case.subdivision = report.country or None, report.subdivision or None
    if team:
        case.handler, case.team_id = Handler.TEAM, team.id
    case.under_18 = {YesNo.YES: True, YesNo.NO: False}.get(report.under_18) if report.under_18 else None


def _keep_consents(work: CaseWork, report: Report) -> None:
    given = {
        "platforms": report.share_with_platforms,
        "regulators": report.share_with_regulators,
        "team": work.case.team_id is not None,
    }
    recipients = (recipient for recipient, is_given in given.items() if is_given)
    give_first(work.session, work.case, recipients, now=work.now)
    if report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}:
        row = Mandate(id=uuid4(), case_id=work.case.id, ends_on=report.authority_ends_on, created_at=work.now)
        row.sealed = work.sealed_for(row, {"authority": report.authority})
        work.session.add(row)


def _carrier(report: Report) -> Handler:
    """Who sends the letters of the case once it is saved."""
    return Handler.TEAM if report.handler is Handler.TEAM and report.team_id else Handler.PERSON


def _make_items(work: CaseWork, links: Sequence[ReportedLink], places: Sequence[ReportedPlace]) -> Sequence[OpenedItem]:
    """Items for links and places, numbered on from those already there. They are in no table yet."""
    query = select(func.max(Item.number)).where(Item.case_id == work.case.id)
    last = 0 if work.is_draft else work.session.scalar(query) or 0
    reported: tuple[ReportedLink | ReportedPlace, ...] = (*links, *places)
    return [_make_item(work, number, one) for number, one in enumerate(reported, start=last + 1)]


def _make_item(work: CaseWork, number: int, one: ReportedLink | ReportedPlace) -> OpenedItem:
    row = Item(
        id=uuid4(),
        case_id=work.case.id,
        number=number,
        state=ItemState.REPORTED,
        added_at=work.now,
        changed_at=work.now,
        platform=platform_column(work.key, _slug_of(one, work), work.ports.registry),
    )
    if isinstance(one, ReportedLink):
        row.url_index = vault.blind_index(work.key, one.url)
        values = {"url": one.url, "host": one.host, "platform": one.platform}
    else:
        values = {"description": one.text, "platform": one.platform}
    row.sealed = work.sealed_for(row, values)
    return OpenedItem(row, work, sealed=values)


def _slug_of(one: ReportedLink | ReportedPlace, work: CaseWork) -> str:
    """The platform of a link as it was recognised; of a place by the name that the person gave it."""
    if isinstance(one, ReportedLink):
        return one.platform
    return find_named(one.platform, work.ports.registry.platforms) or one.platform


def _add_rows(work: CaseWork, items: Sequence[OpenedItem], requests: RequestPlan | None) -> None:
    """The rows of new items, each in the request that was planned for it; and of those requests, which come first.

    Written in one statement and not one by one, because everybody waits for it.
    """
    if requests:
        preparing.add_requests(work, requests)
        for row, request_id in requests.moved:
            row.request_id = request_id
    columns = [column.key for column in inspect(Item).column_attrs]
    guards.insert_rows(work.session, Item, ({name: getattr(item.row, name) for name in columns} for item in items))
    finding.mark_links(work, ((item.row.id, item.values["url"]) for item in items if item.row.url_index))
