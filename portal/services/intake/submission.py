"""Handing in a report: a draft becomes a case with its links and its first requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, select

from portal.adapters import vault
from portal.domain.intake import Missing, missing
from portal.domain.lifecycle import CaseStatus, Filer, Handler, History, ItemState, Path, require_submitted
from portal.domain.report import RejectedText, Report, ReportedLink, ReportedPlace, YesNo
from portal.models.cases import Case, Mandate
from portal.models.items import Item
from portal.services.cases.consent import set_consent
from portal.services.cases.handover import hand_to_team, open_to_record
from portal.services.history.events import NewEvent
from portal.services.intake.drafts import sort_links, with_links
from portal.services.law.applicability import blocking_needs, platform_column
from portal.services.requests import preparing
from portal.services.tracking.answers import mark_back
from portal.services.work import CaseWork


class Incomplete(ValueError):
    """The report cannot be handed in yet. `missing` names each answer, its step and the law that asks for it."""

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

    `added` and `over` are addresses; every link of the text counts in one of the first four.
    """

    added: tuple[str, ...]
    back: int
    known: int
    over: tuple[str, ...]
    rejected: tuple[RejectedText, ...]

    @property
    def has_links(self) -> bool:
        return bool(self.added or self.back or self.known or self.over)

    @property
    def left(self) -> str:
        """What of the text is in no link of the case, one piece a line."""
        return "\n".join((*self.over, *(one.text for one in self.rejected)))


def submit(work: CaseWork) -> Receipt:
    """Hand the report in: the draft becomes a case, its links become items, its requests are prepared.

    Raises Incomplete.
    """
    report = replace(work.report, signed_at=work.now)
    if found := missing(report, blocking_needs(report, now=work.now, ports=work.ports)):
        raise Incomplete(found)
    _fill_columns(work.case, report, now=work.now)
    _keep_consents(work, report)
    work.write(report=msgspec.to_builtins(report), words=None)  # drafts from before had them there
    digest = digest_report(report)
    _add_rows(work, report.links, report.places)
    work.record(NewEvent(kind=History.SUBMITTED, at=work.now, detail={"digest": digest}))
    if report.handler is Handler.TEAM and report.team_id:
        hand_to_team(work, UUID(report.team_id))
    if report.path is not Path.THREAT:
        preparing.group_links_into_requests(work)
    return Receipt(work.reference, work.now, digest)


def add_items(work: CaseWork, text: str) -> AddedLinks:
    """Links added to a case later. They get requests of their own; one that was marked as gone is marked as back.

    A threat that has come true is a case of removal from then on. What did not fit or was not understood is kept in the
    report. Raises StepRefused for a case that was erased.
    """
    require_submitted(work.case.status)
    report = work.report
    pasted = sort_links(report, text, ports=work.ports)
    back = _list_gone(work, pasted.known)
    if pasted.fresh or back:
        open_to_record(work)
    if pasted.fresh and report.path is Path.THREAT:
        report = replace(report, is_online=YesNo.YES)
        work.case.path = report.path
    rejected = tuple(dict.fromkeys(report.rejected + pasted.rejected + pasted.over))
    work.write_report(with_links(report, text, pasted, rejected=rejected))
    if pasted.fresh:
        _add_rows(work, pasted.fresh, ())
        work.record(NewEvent(kind=History.ITEMS_ADDED, at=work.now, facts={"count": len(pasted.fresh)}))
        preparing.group_links_into_requests(work)
    if back:
        mark_back(work, *back)
    return AddedLinks(
        added=tuple(link.url for link in pasted.fresh),
        back=len(back),
        known=len(pasted.known) - len(back),
        over=tuple(one.text for one in pasted.over),
        rejected=pasted.rejected,
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


def _fill_columns(case: Case, report: Report, *, now: datetime) -> None:
    case.status, case.submitted_at, case.retention_until = CaseStatus.OPEN, now, None
    case.path, case.depiction = report.path, report.depiction
    case.filer = report.filer or Filer.SELF
    case.country, case.subdivision = report.country or None, report.subdivision or None
    case.under_18 = {YesNo.YES: True, YesNo.NO: False}.get(report.under_18) if report.under_18 else None


def _keep_consents(work: CaseWork, report: Report) -> None:
    for recipient, given in (
        ("platforms", report.share_with_platforms),
        ("regulators", report.share_with_regulators),
    ):
        if given:
            set_consent(work.session, work.case, recipient, given=True, now=work.now)
    if report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}:
        row = Mandate(id=uuid4(), case_id=work.case.id, ends_on=report.authority_ends_on, created_at=work.now)
        row.sealed = work.sealed_for(row, {"authority": report.authority})
        work.session.add(row)


def _add_rows(work: CaseWork, links: tuple[ReportedLink, ...], places: tuple[ReportedPlace, ...]) -> None:
    """Items for links and places, numbered on from those already there."""
    case = work.case
    last = work.session.scalar(select(func.max(Item.number)).where(Item.case_id == case.id)) or 0
    reported: tuple[ReportedLink | ReportedPlace, ...] = (*links, *places)
    for number, one in enumerate(reported, start=last + 1):
        row = Item(
            id=uuid4(), case_id=case.id, number=number, state=ItemState.REPORTED, added_at=work.now, changed_at=work.now
        )
        if isinstance(one, ReportedLink):
            row.url_index = vault.blind_index(work.key, one.url)
            values = {"url": one.url, "host": one.host, "platform": one.platform}
        else:
            values = {"description": one.text, "platform": one.platform}
        row.platform = platform_column(work.key, one.platform, work.ports.registry)
        row.sealed = work.sealed_for(row, values)
        work.session.add(row)
        case.item_count += 1
    work.session.flush()
