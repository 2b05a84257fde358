"""Handing in a report: a draft becomes a case with its links and its first requests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, select

from portal.adapters import vault
from portal.adapters.urls import FoundLinks, find_links
from portal.domain.intake import Missing, missing
from portal.domain.lifecycle import CaseStatus, Filer, Handler, History, ItemState, Path
from portal.domain.report import Report, ReportedLink, ReportedPlace, YesNo
from portal.models.cases import Case, Mandate
from portal.models.items import Item
from portal.services.cases.consent import set_consent
from portal.services.cases.handover import hand_to_team, open_to_record
from portal.services.history.events import NewEvent
from portal.services.intake.drafts import LINK_LIMIT, add_links, read_words
from portal.services.law.applicability import blocking_needs, platform_column
from portal.services.requests import preparing
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
    words: str
    submitted_at: datetime
    digest: str


def submit(work: CaseWork) -> Receipt:
    """Hand the report in: the draft becomes a case, its links become items, its requests are prepared.

    Raises Incomplete. The words leave the sealed row here, so that whoever is given the case's key later cannot read
    them; they are shown once more on the receipt.
    """
    report = replace(work.report, signed_at=work.now)
    if found := missing(report, blocking_needs(report, on=work.now.date(), ports=work.ports)):
        raise Incomplete(found)
    words = read_words(work)
    _fill_columns(work.case, report, now=work.now)
    _keep_consents(work, report)
    work.write(report=msgspec.to_builtins(report), words=None)
    digest = digest_report(report)
    _add_rows(work, report.links, report.places)
    work.record(NewEvent(kind=History.SUBMITTED, at=work.now, detail={"digest": digest}))
    if report.handler is Handler.TEAM and report.team_id:
        hand_to_team(work, UUID(report.team_id))
    if report.path is not Path.THREAT:
        preparing.group_links_into_requests(work)
    return Receipt(work.reference, words, work.now, digest)


def add_items(work: CaseWork, text: str) -> FoundLinks:
    """Links added to a case later. They get requests of their own. Returns what was found and what was not.

    A threat that has come true is a case of removal from then on.
    """
    open_to_record(work)
    found = find_links(text, work.ports.registry.hosts, limit=LINK_LIMIT)
    report = add_links(work.report, text, ports=work.ports)
    known = {row for row in work.session.scalars(select(Item.url_index).where(Item.case_id == work.case.id))}
    fresh = tuple(link for link in report.links if vault.blind_index(work.key, link.url) not in known)
    if fresh and report.path is Path.THREAT:
        report = replace(report, is_online=YesNo.YES)
        work.case.path = report.path
    work.write_report(report)
    _add_rows(work, fresh, ())
    work.record(NewEvent(kind=History.ITEMS_ADDED, at=work.now, facts={"count": len(fresh)}))
    if fresh:
        preparing.group_links_into_requests(work)
    return found


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
