"""The job that makes cases of a table: each in a transaction of its own, by the same intake as every other report.

It may be begun again at any time. A case that is there is known by its mark, which is written with it or not at all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.db import begin_reading
from portal.domain.imports import ImportCase, ImportLink, ImportPlace, Sent
from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import UNSENT, ActorKind, AgeBand, CaseStatus, Handler, History, SentAs, StepRefused
from portal.domain.report import ContactBy, Report, ReportedLink, ReportedPlace, YesNo
from portal.logs import describe_error
from portal.models.cases import Case
from portal.models.imports import ImportMark, ImportState, TableImport
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.cases import ages, messages
from portal.services.cases.instants import BadInstant
from portal.services.history.events import NewEvent
from portal.services.importing.reading import Placed, list_placed
from portal.services.importing.waiting import ToldToAll, WaitingTable, find_marks, list_values, open_waiting
from portal.services.intake import drafts, submission
from portal.services.intake.submission import BY_IMPORT, Incomplete
from portal.services.ports import Actor, Ports
from portal.services.requests.preparing import DetailsRefused
from portal.services.requests.statements import SWORN, StatedThere
from portal.services.staff import accounts
from portal.services.tracking import answers, sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork, Work

SAID_ONCE = "Said once for all people of a table that was imported: they agreed that the team acts for them. "
SENT_BEFORE = "Sent before the case was imported. The words are not here. Counted from the end of that day."
NOT_YOURS = (
    "This case is there already, and you cannot open it: your team has it no longer, or it is not among your cases. "
    "Nothing was added."
)
NOT_SENT = (
    "This case has a request to the same platform that is not sent yet. Nothing was added. Add these links on the page "
    "of the case, and record there what was sent."
)
NEW_PLACE = "A place in words is new in a case that is there already. Add it on the page of the case."
BROKE = "This case could not be imported. Nothing of it is kept. Tell the people who run this portal."
END_OF_DAY = time(23, 59, 59)
_TOLD_EVERY = 20  # cases between two words of progress
_REFUSED = (StepRefused, BadInstant, DetailsRefused, Incomplete, messages.BadText)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Order:
    """What the job has to do. `keys` are those of the cases that were there when the word was given, None where it
    cannot be opened."""

    import_id: UUID
    team_id: UUID
    waiting: WaitingTable
    keys: Mapping[UUID, bytes | None]

    @property
    def word(self) -> ToldToAll:
        return self.waiting.word


def run_import(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job. Raises Stopped where the member or the table is gone."""
    actor = Actor(kind=ActorKind.STAFF, staff_id=job.staff_id)
    with sessions() as session:
        begin_reading(session)
        order = _read_order(session, job)
        todo = _list_todo(Work(session=session, actor=actor, now=now, ports=ports), order)
    refused: list[list[object]] = []
    ports = replace(ports, judged={})
    for number, case in enumerate(todo):
        if number % _TOLD_EVERY == 0:
            job.report("importing", 1 - (len(todo) - number) / len(order.waiting.reading.cases))
        if why := _try(sessions, order, case, actor, now, ports):
            refused.append([case.lines[0], why])

    def finish(session: Session, now: datetime) -> None:
        row = session.get(TableImport, job.subject_id, with_for_update=True)
        if row is not None:
            row.state, row.sealed, row.refused = ImportState.DONE, None, refused

    return finish


def _list_todo(work: Work, order: _Order) -> Sequence[ImportCase]:
    """The cases that are not done yet: by this import before it was broken off, or by another one since the word."""
    cases = order.waiting.reading.cases
    marks = find_marks(work, order.team_id, cases)
    done = {key for key, mark in marks.items() if mark.import_id == order.import_id or mark.case_id not in order.keys}
    return [case for case in cases if case.key not in done]


def _read_order(session: Session, job: RunningJob) -> _Order:
    row = session.get(TableImport, job.subject_id)
    member = accounts.read_staff(session, job.staff_id) if job.staff_id else None
    if row is None or row.sealed is None or member is None:
        raise Stopped("The table or the member who began this is not there any more.")
    given = json.loads(job.key)
    return _Order(
        import_id=row.id,
        team_id=row.team_id,
        waiting=open_waiting(row, bytes.fromhex(given["key"])),
        keys={UUID(case_id): bytes.fromhex(key) if key else None for case_id, key in given["cases"].items()},
    )


def _try(
    sessions: sessionmaker[Session], order: _Order, case: ImportCase, actor: Actor, now: datetime, ports: Ports
) -> str:
    """One case. Why it was left, else empty."""
    try:
        return _do(sessions, order, case, actor, now, ports)
    except SQLAlchemyError:
        raise  # it may be the database and not the case: the job is begun again where it stopped
    except Exception as error:
        log.error("a case of a table broke: %s", describe_error(error))
        return BROKE


def _do(
    sessions: sessionmaker[Session], order: _Order, case: ImportCase, actor: Actor, now: datetime, ports: Ports
) -> str:
    """One case, wholly or not at all. Why it was left, else empty."""
    try:
        with sessions.begin() as session:
            work = Work(session=session, actor=actor, now=now, ports=ports)
            mark = find_marks(work, order.team_id, [case]).get(case.key)
            if mark is None:
                _make(work, order, case)
            elif mark.import_id != order.import_id and mark.case_id in order.keys:
                _add(work, order, case, mark)
    except IntegrityError:
        if _is_marked(sessions, order, case, ports):
            return ""  # another import of the same table was quicker
        raise
    except _REFUSED as refused:
        return str(refused)
    return ""


def _is_marked(sessions: sessionmaker[Session], order: _Order, case: ImportCase, ports: Ports) -> bool:
    values = [value for _id, value in list_values(ports.keys, order.team_id, case)]
    with sessions() as session:
        begin_reading(session)
        return session.scalars(select(ImportMark.id).where(ImportMark.value.in_(values))).first() is not None


def _make(work: Work, order: _Order, case: ImportCase) -> None:
    """A new case. Raises as the steps of the intake."""
    opened = drafts.make_draft(work, language=order.waiting.language)
    first, *later = list_waves(case)
    plan = submission.plan_submission(opened, told=_make_report(order, case, first), by=BY_IMPORT)
    told = NewEvent(kind=History.CONSENT_TOLD, at=work.now, detail={"text": SAID_ONCE + order.word.told.strip()})
    submission.keep_submission(opened, plan, told=[told])
    work.session.add(_make_mark(opened, order, case))
    if case.age is not None and case.age is not AgeBand.ADULT:  # of an adult the report says it already
        ages.set_age(opened, case.age)
    if case.notes:
        messages.add_note(opened, "\n".join(case.notes))
    _settle(opened, order, first)
    for wave in later:
        _add_links(opened, [each for each in wave if isinstance(each, ImportLink)])
        _settle(opened, order, wave)


def _make_mark(work: CaseWork, order: _Order, case: ImportCase) -> ImportMark:
    server_key, value = next(list_values(work.ports.keys, order.team_id, case))
    return ImportMark(
        id=uuid4(),
        case_id=work.case.id,
        import_id=order.import_id,
        is_new=True,
        links=len(case.links),
        server_key=server_key,
        value=value,
    )


def _add(work: Work, order: _Order, case: ImportCase, mark: ImportMark) -> None:
    """What is new in a case that is there. Raises as the steps of the intake."""
    row = work.session.get(Case, mark.case_id, with_for_update=True)
    key = order.keys[mark.case_id]
    if (
        row is None
        or key is None
        or row.team_id != order.team_id
        or row.status not in {CaseStatus.OPEN, CaseStatus.CLOSED}
    ):
        raise StepRefused(NOT_YOURS)
    opened = work.on(row, key)
    known = {place.text for place in opened.report.places}
    if any(place.text not in known for place in case.places):
        raise StepRefused(NEW_PLACE)
    there = _list_indexes(opened)
    fresh = [link for link in case.links if vault.blind_index(opened.key, link.url) not in there]
    for wave in list_waves(replace(case, links=tuple(fresh), places=())) if fresh else ():
        _add_links(opened, [each for each in wave if isinstance(each, ImportLink)])
        _settle(opened, order, wave)
    if fresh:
        mark.import_id, mark.is_new, mark.links = order.import_id, False, len(fresh)


def _add_links(work: CaseWork, links: Sequence[ImportLink]) -> None:
    text = "\n".join(link.url for link in links)
    submission.add_items(work, text)


def _list_indexes(work: CaseWork) -> set[bytes]:
    query = select(Item.url_index).where(Item.case_id == work.case.id, Item.url_index.is_not(None))
    return {index for index in work.session.scalars(query) if index}


def list_waves(case: ImportCase) -> Sequence[Sequence[Placed]]:
    """What can go into the case at a time: of each platform what left on the same day under the same number, the
    earliest first and at last what did not leave, because one request left once. Places in words go in at first.
    """
    waves: list[list[Placed]] = [[]]
    by_platform: dict[str, dict[Sent | None, list[Placed]]] = {}
    for placed in list_placed(case):
        platform = placed.platform if isinstance(placed, ImportLink) else placed.slug
        by_platform.setdefault(platform, {}).setdefault(placed.sent, []).append(placed)
    for batches in by_platform.values():
        for number, batch in enumerate(sorted(batches.values(), key=_place_in_order)):
            if number == len(waves):
                waves.append([])
            waves[number] += batch
    return waves


def _place_in_order(batch: Sequence[Placed]) -> tuple[bool, bool, str]:
    sent = batch[0].sent
    has_place = any(isinstance(each, ImportPlace) for each in batch)
    return not has_place, sent is None, f"{sent.on} {sent.ticket}" if sent else ""


def _make_report(order: _Order, case: ImportCase, first: Sequence[Placed]) -> Report:
    """Nothing is stated in it: what stands above a signature the person says, never who imports a table."""
    links = [each for each in first if isinstance(each, ImportLink)]
    return Report(
        under_18=case.under_18,
        depiction=case.depiction,
        is_online=YesNo.NO if case.is_threat else YesNo.YES,
        country=case.country,
        subdivision=case.subdivision,
        pasted="\n".join(dict.fromkeys(link.text for link in links)),
        links=tuple(ReportedLink(**{name: getattr(each, name) for name in _OF_LINK}) for each in links),
        places=tuple(
            ReportedPlace(platform=each.platform, text=each.text) for each in first if isinstance(each, ImportPlace)
        ),
        found_on=case.found_on,
        found_words=case.found_words if case.found_on else "",
        contact_by=ContactBy.EMAIL if case.email else None,
        email=case.email,
        name=case.name,
        share_with_platforms=order.word.to_platforms,
        share_with_regulators=order.word.to_authorities,
        handler=Handler.TEAM,
        team_id=str(order.team_id),
    )


_OF_LINK = tuple(ReportedLink.__dataclass_fields__)


def _settle(work: CaseWork, order: _Order, wave: Sequence[Placed]) -> None:
    """What had left before is recorded as sent, and what is gone as gone."""
    if not any(each.sent or each.is_gone for each in wave):
        return
    numbers, requests = _find_items(work, wave)
    sent = {requests[number]: each.sent for number, each in numbers if each.sent and requests[number]}
    for request_id, what in sent.items():
        request = work.session.get_one(Request, request_id)
        if what and request.state in UNSENT and order.word.channel:
            if any(
                requests[number] == request_id for number in requests.keys() - {number for number, _each in numbers}
            ):
                raise StepRefused(NOT_SENT)
            at = datetime.combine(what.on, END_OF_DAY, work.ports.config.time_zone)
            command = SentCommand(
                channel=order.word.channel,
                sent_at=min(at, work.now),
                ticket=what.ticket,
                has_checked=True,
                sent_as=SentAs.OTHER,
                text=SENT_BEFORE,
                stated=_find_stated(order.word),
            )
            sending.record_sent(work, request.number, command)
    if gone := [number for number, each in numbers if each.is_gone]:
        answers.mark_all_gone(work, gone)


def _find_stated(word: ToldToAll) -> StatedThere | None:
    """As the people told their team. What is sworn nobody tells a team."""
    return StatedThere(statements=word.stated - SWORN, by=StatedBy.TOLD) if word.stated else None


def _find_items(
    work: CaseWork, wave: Iterable[Placed]
) -> tuple[Sequence[tuple[int, Placed]], Mapping[int, UUID | None]]:
    """The number of what stands in the case for each of these, and the request that each number is in."""
    rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number)).all()
    by_link = {row.url_index: row.number for row in rows if row.url_index}
    by_words = {work.read_sealed(row).get("description"): row.number for row in rows if not row.url_index}
    numbers = [(_find_number(work, each, by_link, by_words), each) for each in wave]
    return numbers, {row.number: row.request_id for row in rows}


def _find_number(
    work: CaseWork, placed: Placed, by_link: Mapping[bytes, int], by_words: Mapping[str | None, int]
) -> int:
    if isinstance(placed, ImportLink):
        return by_link[vault.blind_index(work.key, placed.url)]
    return by_words[placed.text]
