"""Cases that a partner's system opens for a person, reads, and records in: by the same use cases as the desk.

A partner's key opens the cases that it opened itself, and of those the ones that its team still has. That is no rule
of a page: the case's key is wrapped for it when it opens the case, and at no other time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.lifecycle import CaseStatus, Handler, History, StepRefused
from portal.domain.report import RejectedText, Report, YesNo
from portal.models.cases import Case, CaseKey
from portal.models.events import Event
from portal.models.partners import PartnerCase
from portal.services.cases.instants import check_instant
from portal.services.cases.keys import lock_at, unlock_at, wrap_for_words
from portal.services.cases.opening import Changed, NoAccess
from portal.services.history.events import NewEvent
from portal.services.intake import drafts, submission
from portal.services.intake.drafts import ReadText
from portal.services.intake.submission import BY_PARTNER
from portal.services.letters import kept_letters
from portal.services.partners.keys import Caller
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork, Work

READ_EVERY = timedelta(hours=1)  # that a partner read a case is written down once in this time
_LOOKS = frozenset({History.OPENED, History.EXPORTED})


@dataclass(frozen=True, kw_only=True, repr=False)
class ToldByPartner:
    """What the person was told before the partner passed it on, word for word, when they agreed, and to what."""

    text: str
    at: datetime
    to_platforms: bool
    to_authorities: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class PartnerOrder:
    """A case to open. `links` is any text with links in it; in the report nothing is stated in the person's name."""

    report: Report
    links: str
    told: ToldByPartner
    language: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Prepared:
    """What takes long about a new case, done before anything is locked. Nothing of it is in a table."""

    draft: CaseWork
    way_back: CaseKey
    words: str
    read: ReadText


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenedCase:
    """A case that was opened, the six words that open it for the person, and what of the links was not understood."""

    work: CaseWork
    submitted_at: datetime
    words: str
    digest: str
    rejected: tuple[RejectedText, ...]


def prepare_case(work: Work, order: PartnerOrder) -> Prepared:
    """The key, the words with their Argon2id, and the links read."""
    draft = drafts.make_draft(work, language=order.language)
    words = work.ports.words.draw()
    way_back = wrap_for_words(draft.case.id, draft.key, words, now=work.now, ports=work.ports)
    return Prepared(draft=draft, way_back=way_back, words=words, read=drafts.read_text(order.links, ports=work.ports))


def open_case(work: Work, caller: Caller, prepared: Prepared, order: PartnerOrder) -> OpenedCase:
    """A case of the caller's team, with a way back for the person.

    Raises StepRefused, BadInstant, Incomplete, NoRoom.
    """
    if not order.told.text.strip():
        raise StepRefused("Send the text that the person was told and agreed to. Without a yes no case is opened.")
    opened = work.on(prepared.draft.case, prepared.draft.key)
    told_at = check_instant(order.told.at, opened.case, now=work.now)
    told = (
        NewEvent(kind=History.CONSENT_TOLD, at=told_at, detail={"text": order.told.text.strip()}),
        NewEvent(kind=History.FIRST_WORDS_MADE, at=work.now),
    )
    report = drafts.add_read_links(_make_report(order, caller), prepared.read)
    plan = submission.plan_submission(opened, told=report, by=BY_PARTNER)
    opened.case.news_at = work.now
    receipt = submission.keep_submission(opened, plan, told=told)
    work.session.add_all((prepared.way_back, _wrap(opened, caller)))
    work.session.flush()
    return OpenedCase(
        work=opened,
        submitted_at=receipt.submitted_at,
        words=prepared.words,
        digest=receipt.digest,
        rejected=report.rejected,
    )


def open_own(work: Work, caller: Caller, reference: str, *, to_change: bool) -> CaseWork:
    """A case that this key opened, while its team has it. `to_change` takes the row's lock. Raises NoAccess."""
    query = select(Case).where(
        Case.reference == reference,
        Case.team_id == caller.team_id,
        Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED)),
    )
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    case = work.session.scalars(query).one_or_none()
    wraps = select(PartnerCase).where(PartnerCase.key_id == caller.key_id)
    row = work.session.scalars(wraps.where(PartnerCase.case_id == case.id)).one_or_none() if case else None
    if case is None or row is None:
        raise NoAccess
    try:
        inner = vault.open_sealed(caller.cases_key, _place(row), row.wrapped)
        return work.on(case, unlock_at(_place(row), case.id, inner, ports=work.ports))
    except CannotOpen as error:
        raise NoAccess from error


def list_own(work: Work, caller: Caller) -> Sequence[Case]:
    """The cases that this key opens, the newest first. Only what is plain of them can be read."""
    query = select(Case).join(PartnerCase, PartnerCase.case_id == Case.id)
    query = query.where(PartnerCase.key_id == caller.key_id, Case.team_id == caller.team_id)
    query = query.where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED)))
    return work.session.scalars(query.order_by(Case.submitted_at.desc(), Case.id)).all()


def is_new(work: CaseWork, kind: History, **facts: object) -> bool:
    """Whether it is to be written down that the partner looked: once an hour is enough to know."""
    query = select(Event.facts).where(
        Event.case_id == work.case.id, Event.kind == kind, Event.at > work.now - READ_EVERY
    )
    own = {"partner": str(work.actor.partner_id), **facts}
    return all(found != own for found in work.session.scalars(query))


def record_reading(work: CaseWork) -> None:
    """That the partner reads the case."""
    if is_new(work, History.OPENED):
        work.record(NewEvent(kind=History.OPENED, at=work.now))


def take_paper(work: CaseWork, number: int) -> bytes:
    """A letter as PDF, which the history says was taken. Raises UnknownNumber, NoConsent, MandateOver, CannotOpen."""
    pdf = kept_letters.take_letter(work, number, redacted=False)
    if is_new(work, History.EXPORTED, paper=number):
        work.record(NewEvent(kind=History.EXPORTED, at=work.now, facts={"paper": number}))
    return pdf


def log_answer(work: CaseWork, number: int, command: AnswerCommand, *, version: str) -> None:
    """What a platform answered, into the case as the partner has read it. Raises Changed, and as the desk's step."""
    if version != read_version(work):
        raise Changed
    answers.log_answer(work, number, command)


def read_version(work: CaseWork) -> str:
    """By which a partner says on which state it acts: how far the case's history had come. Looking moves nothing."""
    query = select(func.max(Event.sequence)).where(Event.case_id == work.case.id, Event.kind.not_in(_LOOKS))
    return str(work.session.scalar(query) or 0)


def _make_report(order: PartnerOrder, caller: Caller) -> Report:
    """Nothing is stated in it: what stands above a signature the person says, never who passes a report on."""
    report = order.report
    return replace(
        report,
        share_with_platforms=order.told.to_platforms,
        share_with_regulators=order.told.to_authorities,
        is_online=report.is_online or YesNo.YES,
        handler=Handler.TEAM,
        team_id=str(caller.team_id),
    )


def _wrap(work: CaseWork, caller: Caller) -> PartnerCase:
    row = PartnerCase(id=uuid4(), key_id=caller.key_id, case_id=work.case.id, created_at=work.now)
    locked = lock_at(_place(row), work.case.id, work.key, now=work.now, ports=work.ports)
    row.wrapped = vault.seal(caller.cases_key, _place(row), locked)
    return row


def _place(row: PartnerCase) -> SealContext:
    return SealContext("partner_cases", str(row.id), str(row.case_id))
