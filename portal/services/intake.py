"""From the first question to the receipt: drafts, links, submitting, and links added later."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.urls import Found, Link, find_links
from portal.domain.intake import Missing, missing
from portal.domain.lifecycle import CaseStatus, Filer, Handler, History, ItemState, Path
from portal.domain.report import Rejected, Report, ReportedLink, ReportedPlace, YesNo
from portal.models.cases import Case, Mandate
from portal.models.items import Item
from portal.services import accounts, requests
from portal.services.bases import blocking_needs, platform_column
from portal.services.cases import (
    Changed,
    OpenCase,
    delete_drafts,
    hand_to_team,
    new_reference,
    set_consent,
    wrap_for_words,
)
from portal.services.history import Happening
from portal.services.ports import PERSON, Ports

LINK_LIMIT = 500
TEXT_LIMIT = 20_000  # characters of one free answer
EMPTY_LASTS = timedelta(days=1)  # a draft that nobody went on with; a flood of them is gone soon
FRESH = 1  # a case's version when `start_draft` is done
AT_ONCE = 50  # drafts deleted in one transaction, so that nobody who writes waits long


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


def start_draft(session: Session, *, language: str, now: datetime, ports: Ports) -> tuple[OpenCase, str]:
    """A new draft and the six words that open it. The words stay the case's words after it is handed in."""
    words = ports.words.draw()
    case = Case(
        id=uuid4(),
        reference=new_reference(),
        status=CaseStatus.DRAFT,
        language=language,
        handler=Handler.PERSON,
        created_at=now,
        retention_until=now + timedelta(days=ports.config.draft_days),
    )
    ports.locks.make(case.id, now=now)
    opened = OpenCase(case, vault.new_key(), PERSON)
    opened.write(report=msgspec.to_builtins(Report()), words=words)
    way_back = wrap_for_words(case.id, opened.key, words, now=now, ports=ports)  # slow, so before anything is locked
    session.add(case)
    session.flush()
    session.add(way_back)
    session.flush()  # from here on each change counts, also one in the same transaction
    return opened, words


def purge_empty(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> int:
    """Delete drafts that were begun a day ago and never gone on with. Returns how many."""
    query = select(Case).where(
        Case.status == CaseStatus.DRAFT, Case.version == FRESH, Case.created_at < now - EMPTY_LASTS
    )
    purged, is_more = 0, True
    while is_more:
        with factory.begin() as session:
            rows = session.scalars(query.limit(AT_ONCE)).all()
            delete_drafts(session, rows, now=now, ports=ports)
        purged, is_more = purged + len(rows), len(rows) == AT_ONCE
    return purged


def read_words(opened: OpenCase) -> str:
    """The words of a draft, for its start page. A submitted case does not know its own words."""
    return str(opened.read().get("words", ""))


def save_report(opened: OpenCase, report: Report, *, version: int | None, now: datetime, ports: Ports) -> None:
    """Save the answers so far; a draft's days begin anew. Raises Changed when another tab saved since `version`."""
    if version is not None and version != opened.case.version:
        raise Changed
    opened.write_report(report)
    if opened.case.status is CaseStatus.DRAFT:
        opened.case.retention_until = now + timedelta(days=ports.config.draft_days)


def add_links(report: Report, text: str, *, ports: Ports) -> Report:
    """The report with the links found in `text` added; what was not understood is kept to be shown.

    Links already there are not added twice; those over the limit come back as rejected.
    """
    found = find_links(text, ports.registry.hosts, limit=LINK_LIMIT)
    known = {link.url for link in report.links}
    fresh = [link for link in found.items if link.url not in known]
    room = LINK_LIMIT - len(report.links)
    over = [Rejected(text=link.url, why=f"over the limit of {LINK_LIMIT} links") for link in fresh[room:]]
    return replace(
        report,
        pasted=(report.pasted + "\n" + text).strip(),
        links=report.links + tuple(_reported(link) for link in fresh[:room]),
        rejected=tuple(Rejected(text=one.text, why=one.why) for one in found.rejected) + tuple(over),
    )


def remove_link(report: Report, url: str) -> Report:
    return replace(report, links=tuple(link for link in report.links if link.url != url))


def list_teams(session: Session, country: str) -> list[tuple[str, str]]:
    """(id, name) of the teams that take cases of this country."""
    return [(str(team.id), team.name) for team in accounts.list_teams(session, country)]


def submit(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> Receipt:
    """Hand the report in: the draft becomes a case, its links become items, its requests are prepared.

    Raises Incomplete. The words leave the sealed row here, so that whoever is given the case's key later cannot read
    them; they are shown once more on the receipt.
    """
    report = replace(opened.report, signed_at=now)
    if found := missing(report, blocking_needs(report, on=now.date(), ports=ports)):
        raise Incomplete(found)
    words = read_words(opened)
    _fill_columns(opened.case, report, now=now)
    _keep_consents(session, opened, report, now=now)
    opened.write(report=msgspec.to_builtins(report), words=None)
    digest = digest_report(report)
    _add_rows(session, opened, report.links, report.places, now=now, ports=ports)
    opened.record(session, Happening(kind=History.SUBMITTED, at=now, detail={"digest": digest}), now=now)
    if report.handler is Handler.TEAM and report.team_id:
        hand_to_team(session, opened, UUID(report.team_id), now=now, ports=ports)
    if report.path is not Path.THREAT:
        requests.plan_requests(session, opened, now=now, ports=ports)
    return Receipt(opened.reference, words, now, digest)


def add_items(session: Session, opened: OpenCase, text: str, *, now: datetime, ports: Ports) -> Found:
    """Links added to a case later. They get requests of their own. Returns what was found and what was not.

    A threat that has come true is a case of removal from then on.
    """
    found = find_links(text, ports.registry.hosts, limit=LINK_LIMIT)
    report = add_links(opened.report, text, ports=ports)
    known = {row for row in session.scalars(select(Item.url_index).where(Item.case_id == opened.case.id))}
    fresh = tuple(link for link in report.links if vault.blind_index(opened.key, link.url) not in known)
    if fresh and report.path is Path.THREAT:
        report = replace(report, is_online=YesNo.YES)
        opened.case.path = report.path
    opened.write_report(report)
    _add_rows(session, opened, fresh, (), now=now, ports=ports)
    opened.record(session, Happening(kind=History.ITEMS_ADDED, at=now, facts={"count": len(fresh)}), now=now)
    if fresh:
        requests.plan_requests(session, opened, now=now, ports=ports)
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


def _keep_consents(session: Session, opened: OpenCase, report: Report, *, now: datetime) -> None:
    for recipient, given in (
        ("platforms", report.share_with_platforms),
        ("regulators", report.share_with_regulators),
    ):
        if given:
            set_consent(session, opened.case, recipient, given=True, now=now)
    if report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}:
        row = Mandate(id=uuid4(), case_id=opened.case.id, ends_on=report.authority_ends_on, created_at=now)
        row.sealed = opened.sealed_for(row, {"authority": report.authority})
        session.add(row)


def _add_rows(
    session: Session,
    opened: OpenCase,
    links: tuple[ReportedLink, ...],
    places: tuple[ReportedPlace, ...],
    *,
    now: datetime,
    ports: Ports,
) -> None:
    """Items for links and places, numbered on from those already there."""
    case = opened.case
    last = session.scalar(select(func.max(Item.number)).where(Item.case_id == case.id)) or 0
    reported: tuple[ReportedLink | ReportedPlace, ...] = (*links, *places)
    for number, one in enumerate(reported, start=last + 1):
        row = Item(id=uuid4(), case_id=case.id, number=number, state=ItemState.REPORTED, added_at=now, changed_at=now)
        if isinstance(one, ReportedLink):
            row.url_index = vault.blind_index(opened.key, one.url)
            values = {"url": one.url, "host": one.host, "platform": one.platform}
        else:
            values = {"description": one.text, "platform": one.platform}
        row.platform = platform_column(opened.key, one.platform, ports.registry)
        row.sealed = opened.sealed_for(row, values)
        session.add(row)
        case.item_count += 1
    session.flush()


def _reported(link: Link) -> ReportedLink:
    return ReportedLink(url=link.url, host=link.host, platform=link.platform_key)
