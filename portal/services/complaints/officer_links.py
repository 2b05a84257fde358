"""The regulator's officer: no account, one bundle of one complaint, by a link that ends and works once.

The bundle is sealed anew under a random key that stands in the link and nowhere else, so that the server alone, and
whoever has its disk, cannot open it. The link is signed, so that nothing but a link made here is ever looked up.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.storage import FileMissing
from portal.adapters.vault import SealContext, derive_subkey
from portal.db import after_commit, begin_reading
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, History, StepRefused, require_open
from portal.domain.rights import Right, may
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.officers import OfficerLink
from portal.services.background.duties import do_each
from portal.services.cases.consent import has_consent
from portal.services.cases.mandates import has_mandate, require_permission
from portal.services.complaints.bundle_files import read_bundle
from portal.services.history import journal, stored_files
from portal.services.history.events import NewEvent, hold_case, record
from portal.services.ports import OFFICER, SYSTEM, Ports, ServerKeys
from portal.services.requests.lookup import find_complaint
from portal.services.work import CaseWork, Work

DAYS = (3, 7, 14, 30)
PURPOSE = "officer-link"
TAKEN_AGAIN = timedelta(minutes=30)  # how long whoever has taken the papers can take them again: downloads break
FILES_RETRIED = timedelta(days=7)  # how long the worker goes on deleting a file that should be gone


class OfficerLinkOver(LookupError):
    """The link does not work: it was never made, used, taken back or is over. Nothing tells which."""


@dataclass(frozen=True, kw_only=True)
class OfficerLinkView:
    """A link as the desk shows it; the link itself is not known any more."""

    made_by: str
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None
    ended_at: datetime | None
    is_open: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class OfficerPapers:
    """What the officer takes: a ZIP."""

    link_id: str
    name: str
    content: bytes


def make_link(work: CaseWork, number: int, *, days: int) -> str:
    """The token of a new link to the newest bundle of complaint `number`. It is shown once and kept nowhere.

    Raises UnknownNumber, StepRefused while there is no bundle or for anybody but a supervisor, NoConsent, MandateOver.
    """
    actor = work.actor
    if actor.role is None or actor.staff_id is None or not may(actor.role, Right.SHARE_WITH_OFFICER):
        raise StepRefused("Only a supervisor of the team makes a link for an officer.")
    if days not in DAYS:
        raise StepRefused("Choose how many days the link works.")
    require_open(work.case.status)
    complaint = find_complaint(work, number)
    require_permission(work, "regulators")
    content = read_bundle(work, number, redacted=False)
    key = vault.new_key()
    row = OfficerLink(id=uuid4(), case_id=work.case.id, complaint_id=complaint.id, made_by=actor.staff_id)
    row.proof, row.made_at, row.ends_at = hashlib.sha256(key).digest(), work.now, work.now + timedelta(days=days)
    sealed = vault.seal(key, _seal_context(row), content)
    stored_files.keep(work.session, work.ports.storage, _file_key(row), sealed, case_id=row.case_id)
    work.session.add(row)
    made = NewEvent(kind=History.OFFICER_LINK_MADE, at=work.now, complaint_id=complaint.id)
    work.record(made)
    return _signer(work.ports.keys).dumps({"l": row.id.hex, "k": urlsafe_b64encode(key).decode()})


@dataclass(frozen=True, kw_only=True)
class OpenOfficerLink:
    """A link that works. `id` is for the session of the browser that takes the papers."""

    id: str
    until: datetime
    is_taken: bool  # by this very browser, and can be taken once more


def find_open(work: Work, token: str, *, taken_here: Collection[str] = ()) -> OpenOfficerLink:
    """The link, if it works; looking does not use it up. `taken_here` are the ids of the links whose papers this
    browser has taken. Raises OfficerLinkOver.
    """
    row, _key = _read(work, token, to_change=False)
    _check_open(work, row, is_same_reader=row.id.hex in taken_here)
    until = row.used_at + TAKEN_AGAIN if row.used_at else row.ends_at
    return OpenOfficerLink(id=row.id.hex, until=until, is_taken=row.used_at is not None)


def take_papers(work: Work, token: str, *, taken_here: Collection[str] = ()) -> OfficerPapers:
    """The bundle, once; and for half an hour again for the browser that took it, whose download may have broken.

    A refusal of a link that was real stands in the journal. Raises OfficerLinkOver.
    """
    row, key = _read(work, token, to_change=True)
    try:
        _check_open(work, row, is_same_reader=row.id.hex in taken_here)
        content = vault.open_sealed(key, _seal_context(row), work.ports.storage.get(_file_key(row)))
    except (OfficerLinkOver, FileMissing) as error:
        journal.note(work.session, Noted.LINK_REFUSED, case_id=row.case_id, now=work.now)
        raise OfficerLinkOver from error
    row.used_at = row.used_at or work.now
    used = NewEvent(kind=History.OFFICER_LINK_USED, at=work.now, complaint_id=row.complaint_id)
    record(work.session, row.case_id, None, used, actor=OFFICER, now=work.now)
    case = work.session.get_one(Case, row.case_id)
    return OfficerPapers(link_id=row.id.hex, name=f"{case.reference}-complaint.zip", content=content)


def end_links(work: CaseWork, number: int) -> int:
    """Take back every link of complaint `number` that still works. Returns how many. Raises UnknownNumber."""
    return _end(work, _list(work.session, find_complaint(work, number).id))


def end_links_of_case(work: CaseWork) -> int:
    """The same for every complaint of the case."""
    rows = work.session.scalars(select(OfficerLink).where(OfficerLink.case_id == work.case.id).order_by(OfficerLink.id))
    return _end(work, rows.all())


def purge_links(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> int:
    """End links whose days are over, and destroy what they would have opened. Returns how many.

    Each has its own transaction: one that cannot be ended holds up no other.
    """
    over = (OfficerLink.ends_at <= now, OfficerLink.used_at.is_(None), OfficerLink.ended_at.is_(None))
    with factory() as session:
        begin_reading(session)
        waiting = session.scalars(select(OfficerLink.id).where(*over).order_by(OfficerLink.ends_at)).all()

    def end(link_id: UUID) -> int:
        with factory.begin() as session:
            work = Work(session=session, actor=SYSTEM, now=now, ports=ports)
            case_id = session.scalar(select(OfficerLink.case_id).where(OfficerLink.id == link_id))
            if case_id is None:
                return 0  # erased meanwhile
            hold_case(session, case_id)
            row = session.scalars(select(OfficerLink).where(OfficerLink.id == link_id, *over)).one_or_none()
            if row is None:
                return 0  # used or taken back meanwhile
            row.ended_at = now
            ended = NewEvent(kind=History.OFFICER_LINK_ENDED, at=now, complaint_id=row.complaint_id)
            record(session, row.case_id, None, ended, actor=SYSTEM, now=now)
            _drop_file(work, row)
        return 1

    return do_each(waiting, end, what="ending an officer's link").done


def purge_files(work: Work) -> None:
    """Destroy the files of links that were used half an hour ago; and of those that have ended, where the storage did
    not answer at that moment.
    """
    lately = work.now - FILES_RETRIED
    is_used = and_(OfficerLink.used_at > lately, OfficerLink.used_at <= work.now - TAKEN_AGAIN)
    query = select(OfficerLink).where(or_(is_used, OfficerLink.ended_at > lately))
    do_each(work.session.scalars(query).all(), partial(_delete_file, work), what="deleting an officer's file")


def list_links(work: CaseWork, number: int) -> tuple[OfficerLinkView, ...]:
    """Every link ever made for complaint `number`, the newest first. Raises UnknownNumber."""
    rows = _list(work.session, find_complaint(work, number).id)
    names = {
        row.id: row.name for row in work.session.scalars(select(Staff).where(Staff.id.in_({r.made_by for r in rows})))
    }
    return tuple(
        OfficerLinkView(
            made_by=names[row.made_by],
            made_at=row.made_at,
            ends_at=row.ends_at,
            used_at=row.used_at,
            ended_at=row.ended_at,
            is_open=_is_live(row, work.now),
        )
        for row in rows
    )


def _read(work: Work, token: str, *, to_change: bool) -> tuple[OfficerLink, bytes]:
    """The row of a link and the key in it. Raises OfficerLinkOver."""
    link_id, key = _parse(token, work.ports)
    if to_change and (case_id := work.session.scalar(select(OfficerLink.case_id).where(OfficerLink.id == link_id))):
        hold_case(work.session, case_id)
    row = work.session.get(OfficerLink, link_id, with_for_update=to_change or None, populate_existing=True)
    if row is None or not hmac.compare_digest(hashlib.sha256(key).digest(), row.proof):
        raise OfficerLinkOver
    return row, key


def _parse(token: str, ports: Ports) -> tuple[UUID, bytes]:
    for keys in ports.keys.every():
        try:
            values = _signer(keys).loads(token)
        except BadData:
            continue
        return UUID(values["l"]), urlsafe_b64decode(values["k"])
    raise OfficerLinkOver


def _check_open(work: Work, row: OfficerLink, *, is_same_reader: bool) -> None:
    """Raises OfficerLinkOver, also where the consent was taken back since or the authority to act is over."""
    case = work.session.get_one(Case, row.case_id)
    is_open = _is_live(row, work.now) or (is_same_reader and _is_taken_lately(row, work.now))
    if not is_open or case.status is CaseStatus.ERASED:
        raise OfficerLinkOver
    if not has_consent(work.session, case, "regulators") or not has_mandate(work, case):
        raise OfficerLinkOver


def _is_live(row: OfficerLink, now: datetime) -> bool:
    return row.used_at is None and row.ended_at is None and now < row.ends_at


def _is_taken_lately(row: OfficerLink, now: datetime) -> bool:
    """Whether its papers are kept for another download."""
    return row.used_at is not None and row.ended_at is None and now < row.used_at + TAKEN_AGAIN


def _end(work: CaseWork, rows: Sequence[OfficerLink]) -> int:
    live = [row for row in rows if _is_live(row, work.now) or _is_taken_lately(row, work.now)]
    for row in live:
        row.ended_at = work.now
        _drop_file(work, row)
        ended = NewEvent(kind=History.OFFICER_LINK_ENDED, at=work.now, complaint_id=row.complaint_id)
        work.record(ended)
    return len(live)


def _list(session: Session, complaint_id: UUID) -> list[OfficerLink]:
    query = select(OfficerLink).where(OfficerLink.complaint_id == complaint_id)
    return list(session.scalars(query.order_by(OfficerLink.made_at.desc(), OfficerLink.id)))


def _drop_file(work: Work, row: OfficerLink) -> None:
    stored_files.note_gone(work.session, _file_key(row))
    after_commit(work.session, lambda: do_each([row], partial(_delete_file, work), what="deleting an officer's file"))


def _delete_file(work: Work, row: OfficerLink) -> int:
    work.ports.storage.delete(_file_key(row))
    return 1


def _signer(keys: ServerKeys) -> URLSafeSerializer:
    return URLSafeSerializer(derive_subkey(keys.forms, PURPOSE))


def _file_key(row: OfficerLink) -> str:
    return f"{row.case_id}/{row.id}-officer"


def _seal_context(row: OfficerLink) -> SealContext:
    return SealContext("officer_links", str(row.id), str(row.case_id))
