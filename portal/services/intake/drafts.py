"""A report that is being written: started, saved step by step, its links read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.links.hosts import ShownBack
from portal.adapters.links.url_rules import LinkNote
from portal.adapters.links.urls import MOST_MEANT, FoundLink, FoundLinks, find_links
from portal.db import begin_reading
from portal.domain.lifecycle import CaseStatus, Handler
from portal.domain.report import RejectedText, Report, ReportedLink
from portal.models.cases import Case
from portal.services.background.duties import do_together
from portal.services.cases.erasure import delete_drafts
from portal.services.cases.keys import wrap_for_words
from portal.services.cases.opening import FRESH, CaseStamp, Changed, new_reference, read_stamp
from portal.services.cases.room import require_room_for_pasted
from portal.services.ports import SYSTEM, Ports
from portal.services.staff import accounts
from portal.services.work import CaseWork, Work

LINK_LIMIT = 500
LONGEST_GIVEN = 300  # characters of a pasted address that is shown beside the link that stood in it
EMPTY_LASTS = timedelta(days=1)  # a draft that nobody went on with; a flood of them is gone soon
AT_ONCE = 50  # drafts deleted in one transaction, so that nobody who writes waits long


def start_draft(work: Work, *, language: str) -> tuple[CaseWork, str]:
    """A new draft and the six words that open it. The words stay the case's words once it is saved.

    They are not kept, also not sealed: an older copy of the row could be read with a key that somebody is given later.
    The browser that began the draft has them in its session, one that came back has just typed them.
    """
    words = work.ports.words.draw()
    opened = make_draft(work, language=language)
    case = opened.case
    way_back = wrap_for_words(
        case.id, opened.key, words, now=work.now, ports=work.ports
    )  # slow, so before anything is locked
    work.session.add(case)
    work.session.flush()
    work.session.add(way_back)
    work.session.flush()  # from here on each change counts, also one in the same transaction
    return opened, words


def make_draft(work: Work, *, language: str) -> CaseWork:
    """An empty draft with its lock. It is in no table yet, and nobody has a way back to it."""
    case = Case(
        id=uuid4(),
        reference=new_reference(),
        status=CaseStatus.DRAFT,
        language=language,
        handler=Handler.PERSON,
        created_at=work.now,
        retention_until=keep_until(work),
    )
    work.ports.locks.make(case.id, now=work.now)
    opened = work.on(case, vault.new_key())
    opened.write(report=msgspec.to_builtins(Report()))
    return opened


def keep_until(work: Work) -> datetime:
    """Until when a draft is kept that is saved now."""
    return work.now + timedelta(days=work.ports.config.draft_days)


def erase_draft(work: CaseWork) -> None:
    """Destroy the draft now, with its words. Nobody can bring it back. Raises Changed where it became a case."""
    if work.case.status is not CaseStatus.DRAFT:
        raise Changed
    delete_drafts(work, [work.case])


def purge_empty(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> int:
    """Delete drafts that were begun a day ago and never gone on with. Returns how many.

    One that cannot be deleted holds up no other.
    """
    empty = and_(Case.status == CaseStatus.DRAFT, Case.version == FRESH, Case.created_at < now - EMPTY_LASTS)

    def delete_some(case_ids: Sequence[UUID]) -> int:
        with factory.begin() as session:
            rows = session.scalars(select(Case).where(Case.id.in_(case_ids), empty)).all()
            delete_drafts(Work(session=session, actor=SYSTEM, now=now, ports=ports), rows)
        return len(rows)

    purged, last = 0, UUID(int=0)
    while page := _list_ids(factory, empty, after=last):
        purged += do_together(page, delete_some, what="deleting an empty draft").done
        last = page[-1]
    return purged


def _list_ids(factory: sessionmaker[Session], chosen: ColumnElement[bool], *, after: UUID) -> Sequence[UUID]:
    with factory() as session:
        begin_reading(session)
        return session.scalars(select(Case.id).where(chosen, Case.id > after).order_by(Case.id).limit(AT_ONCE)).all()


def read_old_words(work: CaseWork) -> str:
    """The words of a draft that was begun when its row still held them; else nothing."""
    return str(work.read().get("words", ""))


@dataclass(frozen=True, kw_only=True, repr=False)
class SavingPlan:
    """The answers so far, sealed, for the case as it stood at `stamp`."""

    stamp: CaseStamp
    report: Report
    sealed: bytes


def save_report(work: CaseWork, report: Report, *, version: int | None) -> None:
    """Save the answers so far, in one transaction. Raises as `plan_report`."""
    keep_report(work, plan_report(work, report, version=version))


def plan_report(work: CaseWork, report: Report, *, version: int | None) -> SavingPlan:
    """The answers as they would be saved. Reads only.

    Raises Changed when another tab saved since `version`, and NoRoom.
    """
    if version is not None and version != work.case.version:
        raise Changed
    require_room_for_pasted(work.report, report)
    return SavingPlan(stamp=read_stamp(work), report=report, sealed=work.seal_with(report=msgspec.to_builtins(report)))


def keep_report(work: CaseWork, plan: SavingPlan) -> None:
    """Write them down; a draft's days begin anew. For whoever holds the case as it stood at the plan's stamp."""
    work.case.sealed = plan.sealed
    if work.case.status is CaseStatus.DRAFT:
        work.case.retention_until = keep_until(work)


@dataclass(frozen=True, kw_only=True, repr=False)
class PastedLinks:
    """What a pasted text holds, seen from a report: what is new and fits, what it has already, and the rest."""

    fresh: tuple[ReportedLink, ...]
    known: tuple[ReportedLink, ...]
    over: tuple[RejectedText, ...]  # links that do not fit any more
    rejected: tuple[RejectedText, ...]  # what was not understood


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadText:
    """A pasted text and what was found in it, whoever's report it is for."""

    text: str
    found: FoundLinks


def read_text(text: str, *, ports: Ports) -> ReadText:
    """The slow part of adding links. It needs no database, so nothing is to be locked meanwhile."""
    return ReadText(text=text, found=find_links(text, ports.registry.hosts, limit=MOST_MEANT))


def sort_links(report: Report, read: ReadText) -> PastedLinks:
    """Every link that was read is in exactly one of the three, each once."""
    there = {link.url for link in report.links}
    links = [as_reported(link) for link in read.found.items]
    fresh = [link for link in links if link.url not in there]
    room = max(0, LINK_LIMIT - len(report.links))
    return PastedLinks(
        fresh=tuple(fresh[:room]),
        known=tuple(link for link in links if link.url in there),
        over=tuple(RejectedText(text=link.url, why=f"over the limit of {LINK_LIMIT} links") for link in fresh[room:]),
        rejected=tuple(_list_rejected(read.found)),
    )


def _list_rejected(found: FoundLinks) -> Iterator[RejectedText]:
    yield from (RejectedText(text=one.text, why=one.why) for one in found.rejected)
    if found.rest.strip():
        yield RejectedText(text=found.rest, why=ShownBack.REST.value)


def add_links(report: Report, text: str, *, ports: Ports) -> Report:
    """The report with the links found in `text` added; what was not understood is kept to be shown.

    Links already there are not added twice; those over the limit come back as rejected.
    """
    return add_read_links(report, read_text(text, ports=ports))


def add_read_links(report: Report, read: ReadText) -> Report:
    """The same of a text that was read before. Whatever the report holds by now, it only becomes more."""
    pasted = sort_links(report, read)
    return with_links(report, read.text, pasted, rejected=pasted.rejected + pasted.over)


def with_links(report: Report, text: str, pasted: PastedLinks, *, rejected: tuple[RejectedText, ...]) -> Report:
    """The report with what is new of `text`, and with these texts shown as rejected."""
    return replace(
        report,
        pasted=(report.pasted + "\n" + text).strip(),
        links=report.links + pasted.fresh,
        rejected=rejected,
    )


def remove_link(report: Report, url: str) -> Report:
    return replace(report, links=tuple(link for link in report.links if link.url != url))


def list_teams_to_ask(session: Session, country: str) -> list[tuple[str, str]]:
    """(id, name) of the teams that take cases of this country."""
    return [(str(team.id), team.name) for team in accounts.find_teams_for(session, country)]


def as_reported(link: FoundLink) -> ReportedLink:
    is_other = bool({LinkNote.UNWRAPPED, LinkNote.APP} & set(link.told))
    return ReportedLink(
        url=link.url,
        host=link.host,
        platform=link.platform_key,
        told=tuple(one.value for one in link.told),
        given=link.given[:LONGEST_GIVEN] if is_other else "",
    )
