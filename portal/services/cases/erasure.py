"""Erasing a case or a draft: its rows, its lock, its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from portal.db import Base, after_commit
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, Handler, History
from portal.models.accounts import WebSession
from portal.models.answer_links import AnswerLink, LinkAnswer
from portal.models.approvals import Approval
from portal.models.bulk_steps import BulkStep
from portal.models.case_links import CaseLink, NamedPoster
from portal.models.cases import Case, CaseKey, Consent, Mandate
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.contacts import Contact, MailLink
from portal.models.deadline_notices import DeadlineNotice
from portal.models.documents import Document
from portal.models.events import Event
from portal.models.find_marks import FindMark
from portal.models.fingerprints import Fingerprint
from portal.models.follow_ups import FollowUpDate
from portal.models.guards import StoredFile
from portal.models.handovers import Handover
from portal.models.holds import Hold
from portal.models.imports import ImportMark
from portal.models.incoming import InboxKey, IncomingMail
from portal.models.items import Item
from portal.models.jobs import Job
from portal.models.journal import JournalEntry
from portal.models.letter_mails import LetterMail
from portal.models.letters import Letter
from portal.models.link_looks import LinkLook
from portal.models.messages import Message, Note
from portal.models.name_marks import NameMark
from portal.models.officers import OfficerLink
from portal.models.origins import CaseOrigin
from portal.models.outbox import OutboxMail
from portal.models.partners import PartnerCase
from portal.models.referrals import Referral
from portal.models.reissues import CaseCheck, Reissue
from portal.models.requests import Request
from portal.models.risk_marks import RiskMark
from portal.models.safe_contacts import SafeContact
from portal.models.tags import CaseTag
from portal.models.webhooks import WebhookDelivery
from portal.services.background.duties import do_each
from portal.services.cases import finding
from portal.services.figures import years
from portal.services.history import guards, journal
from portal.services.history.events import NewEvent, forget_ends, record
from portal.services.ports import SYSTEM, Ports
from portal.services.work import CaseWork, Work

CHILDREN: tuple[type[Base], ...] = (
    LinkLook, DeadlineNotice, Clock, FollowUpDate, LinkAnswer, AnswerLink,
    IncomingMail, Document, Letter, OfficerLink, Complaint, Item, Request, Job, Message, Note, Consent,
    Mandate, InboxKey,
    CaseKey, CaseCheck, Reissue, SafeContact, Contact, MailLink, OutboxMail, Hold, Fingerprint, Event, WebSession,
    FindMark, StoredFile, BulkStep, Approval, RiskMark, Handover, CaseOrigin,
    Referral, ImportMark, LetterMail, PartnerCase, CaseLink, NamedPoster, CaseTag, NameMark, WebhookDelivery,
)  # fmt: skip


def erase(work: CaseWork) -> None:
    """Destroy the case's lock, its rows and its files. A tombstone with reference and day stays, nothing else.

    Without the lock no wrap opens, not even one that is brought back from a backup.
    """
    case = work.case
    if case.status is CaseStatus.DRAFT:
        delete_drafts(work, [case])
        return
    years.keep_counts(work, [case.id])
    finding.forget_links_to(work)
    work.session.flush()
    _delete_rows(work.session, [case.id])
    _empty(case, now=work.now)
    record(work.session, case.id, None, NewEvent(kind=History.ERASED, at=work.now), actor=SYSTEM, now=work.now)
    case_ids = [case.id]
    _destroy_after_commit(work, case_ids)


def is_wholly_gone(case_id: UUID, *, ports: Ports) -> bool:
    """Whether nothing of an erased case is left: its files deleted, and the bytes of its lock overwritten.

    False as well where the locks' database cannot say so.
    """
    return ports.locks.can_overwrite and not ports.locks.is_left(case_id)


def delete_drafts(work: Work, drafts: Sequence[Case]) -> None:
    """Destroy drafts as `erase` destroys a case, many with one statement a table. No tombstone stays."""
    case_ids = [case.id for case in drafts]
    _delete_rows(work.session, case_ids)
    for case in drafts:
        work.session.delete(case)
        journal.note(work.session, Noted.DRAFT_DELETED, case_id=case.id, now=work.now)
    _destroy_after_commit(work, case_ids)


def purge_locks(work: Work) -> int:
    """Destroy the locks and files of cases that were erased, where a crash came between, the storage did not answer, or
    somebody was reading the locks, so that their bytes could not be overwritten.

    Returns how many cases are wholly gone now.

    Only of a case that this database says was erased: one that it does not know may stand in another, because this is
    an older copy or the wrong one, and no lock can be made again. A lock whose case was never saved opens nothing.
    """
    erased = set(work.session.scalars(select(Case.id).where(Case.status == CaseStatus.ERASED)))
    deleted = select(JournalEntry.case_id).where(JournalEntry.kind == Noted.DRAFT_DELETED)
    left = work.ports.locks.list_cases() & (erased | set(work.session.scalars(deleted)))
    return do_each(sorted(left), lambda case_id: _destroy_apart([case_id], work.ports), what="erasing the rest").done


def is_held(today: date) -> ColumnElement[bool]:
    """Whether two members have put a hold on a case that still counts. The person's own erasing asks nobody."""
    counts = (Hold.confirmed_at.is_not(None), Hold.over_at.is_(None), Hold.ends_on >= today)
    return exists().where(Hold.case_id == Case.id, *counts)


def _destroy_after_commit(work: Work, case_ids: Sequence[UUID]) -> None:
    """Where that fails, the cases are erased all the same, and `purge_locks` does the rest."""

    def destroy(those: Sequence[UUID]) -> int:
        return _destroy_apart(those, work.ports)

    after_commit(work.session, lambda: do_each([case_ids], destroy, what="destroying the locks of erased cases"))


def _destroy_apart(case_ids: Sequence[UUID], ports: Ports) -> int:
    """What of cases stands outside the database: the locks first, because they alone are enough. How many are gone.

    Files that cannot be deleted now are sealed for good; the destroyed lock stands for them until `purge_locks` comes,
    and stands too as long as its bytes could not be overwritten.
    """
    ports.locks.destroy(case_ids)
    is_overwritten = ports.locks.overwrite()
    gone: list[UUID] = []

    def delete_files(case_id: UUID) -> int:
        ports.storage.delete(str(case_id))
        gone.append(case_id)
        return 1

    done = do_each(case_ids, delete_files, what="deleting the files of an erased case").done
    if not is_overwritten:
        return 0
    ports.locks.forget(gone)
    return done


def _empty(case: Case, *, now: datetime) -> None:
    case.status, case.closed_at = CaseStatus.ERASED, now
    case.handler, case.team_id, case.assignee_id = Handler.PERSON, None, None
    case.path = case.country = case.subdivision = case.depiction = case.filer = case.under_18 = None
    case.age_band = None
    case.next_due_at = case.running_due_at = case.news_at = None
    case.retention_until = case.sealed = case.submitted_at = None
    case.item_count, case.next_due_estimated, case.language = 0, False, "und"


def _delete_rows(session: Session, case_ids: Sequence[UUID]) -> None:
    guards.forget(session, case_ids)
    forget_ends(session)
    for table in CHILDREN:
        whole = delete(table).where(table.case_id.in_(case_ids))  # type: ignore[attr-defined]
        session.execute(whole, execution_options={guards.FORGOTTEN: True})
