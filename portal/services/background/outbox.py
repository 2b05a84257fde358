"""Mail that has to leave: written with its cause, handed over by the worker, at most once.

Every mail to a person waits for the hours that are safe for them, and comes under the title that they chose; both are
looked up when it is written, and the hours once more when it is claimed, because they may have changed meanwhile.

A mail is claimed under a lease, everything but its text is agreed with the mail server, then the row says "sending"
in a transaction of its own, and only then the text leaves. A worker that dies before that has sent nothing, so another
takes the row up. One that dies after it may have sent: such a row becomes "unclear", is shown, and is never sent again
by itself, because the same mail twice tells more to whoever looks over a shoulder than a mail that is missing.

Mail to staff waits for no hours. A letter to a platform waits for none either, but for its turn;
`portal.services.background.letter_turns` keeps what became of it. Whoever changes a letter's row holds its case first.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.mail import AttachedFile, Delayed, Mailer, OutgoingMail, Refused, Unclear
from portal.adapters.vault import CannotOpen, SealContext, seal_values
from portal.logs import describe_error
from portal.models.cases import Case
from portal.models.outbox import TO_PERSON, TO_STAFF, MailKind, MailState, OutboxMail
from portal.services.background import letter_turns, safe_hours
from portal.services.background.jobs import enqueue_after_commit
from portal.services.ports import Ports
from portal.services.work import Work

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
MAX_TRIES = 12  # with the waits between them a little more than a day
OPEN = (MailState.WAITING, MailState.SENDING)

log = logging.getLogger(__name__)


class Delivery(StrEnum):
    """What became of one try."""

    NOT_OURS = "not ours"
    SENT = "sent"
    LATER = "later"
    FAILED = "failed"
    UNCLEAR = "unclear"


class MailNotClaimed(LookupError):
    """The mail is over, was cancelled, or is in another worker's hands."""


@dataclass(frozen=True, kw_only=True, repr=False)
class NewMail:
    """A mail to be written. `cause` names what caused it: a second mail with the same cause is not made. `case_id` is
    empty for mail to staff.
    """

    case_id: UUID | None
    kind: MailKind
    cause: str
    to: str
    subject: str
    text: str
    expires_at: datetime | None = None
    letter: LetterParts | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class LetterParts:
    """What a letter has beyond other mail. `id` is that of its row among the letter mails, `key` the case's."""

    id: UUID
    reply_to: str
    returns_to: str
    files: tuple[AttachedFile, ...]
    key: bytes


@dataclass(frozen=True, repr=False)
class _Claim:
    """A mail in a worker's hands; `tries` tells this claim from a later one."""

    row_id: UUID
    case_id: UUID | None
    kind: MailKind
    tries: int
    created_at: datetime
    sealed: bytes
    place: SealContext


@dataclass(frozen=True, repr=False)
class _Told:
    """How a try ended. `said` is what the mail server said when it took the mail, `key` that of a letter's case."""

    outcome: Delivery
    said: str = ""
    key: bytes = b""


def put(work: Work, new: NewMail) -> bool:
    """Write the mail in the transaction of its cause. False where that cause has made its mail already."""
    if work.session.scalars(select(OutboxMail.id).where(OutboxMail.cause == new.cause)).first() is not None:
        return False
    row_id = new.letter.id if new.letter else uuid4()
    row = OutboxMail(id=row_id, case_id=new.case_id, kind=new.kind, cause=new.cause, state=MailState.WAITING)
    row.tries, row.created_at, row.expires_at = 0, work.now, new.expires_at
    row.next_try_at = _find_moment(work.session, row, work.now, work.ports)
    subject = _find_title(work.session, row, work.ports) or new.subject
    values = {"to": new.to, "subject": subject, "text": new.text, **_write_parts(new.letter)}
    row.sealed = seal_values(work.ports.keys.outbox, _seal_context(row), values)
    work.session.add(row)
    work.session.flush()
    enqueue_after_commit(work.session, row.id, work.ports)
    return True


def cancel(session: Session, case_id: UUID, *kinds: MailKind, now: datetime) -> int:
    """Take back what has not left yet, of these kinds or of all to the person. Returns how many."""
    query = select(OutboxMail).where(OutboxMail.case_id == case_id, OutboxMail.state == MailState.WAITING)
    rows = session.scalars(query.where(OutboxMail.kind.in_(kinds or TO_PERSON))).all()
    for row in rows:
        _end(session, row, MailState.CANCELLED, now)
    return len(rows)


def cancel_letters(session: Session, waiting: Collection[UUID], *, now: datetime) -> int:
    """Take back letters that wait, for whoever holds their case. Returns how many; what is leaving at this moment is
    not among them.
    """
    found = select(OutboxMail).where(OutboxMail.id.in_(waiting), OutboxMail.state == MailState.WAITING)
    rows = session.scalars(found.with_for_update()).all()
    for row in rows:
        _end(session, row, MailState.CANCELLED, now)
    return len(rows)


def is_waiting(session: Session, cause: str) -> bool:
    """Whether the mail of this cause was written and has not left yet."""
    query = select(OutboxMail.id).where(OutboxMail.cause == cause, OutboxMail.state == MailState.WAITING)
    return session.scalars(query).first() is not None


def list_due(session: Session, *, now: datetime) -> list[UUID]:
    """What waits for its next try and is in nobody's hands."""
    free = or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until < now)
    query = select(OutboxMail.id).where(OutboxMail.state == MailState.WAITING, OutboxMail.next_try_at <= now, free)
    return list(session.scalars(query.order_by(OutboxMail.next_try_at, OutboxMail.id)))


def has_stuck_mail(session: Session, *, now: datetime) -> bool:
    """Whether a worker died while it was handing a mail over."""
    return session.scalars(select(OutboxMail.id).where(_is_stuck(now)).limit(1)).first() is not None


def give_up_unclear(session: Session, *, now: datetime) -> int:
    """Mark what a worker was handing over when it died. Returns how many."""
    of_letters = select(OutboxMail.case_id).where(_is_stuck(now), OutboxMail.kind == MailKind.LETTER)
    session.execute(select(Case.id).where(Case.id.in_(of_letters)).order_by(Case.id).with_for_update())
    rows = session.scalars(select(OutboxMail).where(_is_stuck(now)).with_for_update()).all()
    for row in rows:
        _end(session, row, MailState.UNCLEAR, now)
    return len(rows)


def has_trouble(session: Session, case_id: UUID) -> bool:
    """Whether the newest mail to the person that is over did not surely arrive."""
    query = select(OutboxMail.state).where(
        OutboxMail.case_id == case_id,
        OutboxMail.kind.in_(TO_PERSON),
        OutboxMail.state.in_((MailState.SENT, MailState.FAILED, MailState.UNCLEAR)),
    )
    newest = session.scalars(query.order_by(OutboxMail.over_at.desc()).limit(1)).one_or_none()
    return newest in {MailState.FAILED, MailState.UNCLEAR}


def deliver(
    sessions: sessionmaker[Session], row_id: UUID, *, mailer: Mailer, clock: Callable[[], datetime], ports: Ports
) -> Delivery:
    """One try to hand one mail over. Nothing is locked while the mail server is talked to.

    A mail that cannot be opened, because the server's secret is not the one it was sealed under, waits like one that
    the mail server puts off.
    """
    try:
        claim = _claim(sessions, row_id, clock(), ports)
        told = _try(sessions, claim, mailer, clock, ports)
    except MailNotClaimed:
        return Delivery.NOT_OURS
    return _finish(sessions, claim, told, clock(), ports)


def _try(
    sessions: sessionmaker[Session], claim: _Claim, mailer: Mailer, clock: Callable[[], datetime], ports: Ports
) -> _Told:
    """How it ended. Raises MailNotClaimed."""
    try:
        mail, key = _open(claim, ports)
        said = mailer(mail, lambda: _hand_over(sessions, claim, clock()))
    except CannotOpen as error:
        log.error("a mail cannot be opened: %s", describe_error(error))
        return _Told(Delivery.LATER)
    except Delayed as error:
        log.warning("a mail was put off: %s", error)
        return _Told(Delivery.LATER)
    except Refused as error:
        log.warning("a mail was refused: %s", error)
        return _Told(Delivery.FAILED)
    except Unclear as error:
        log.warning("whether a mail left is not known: %s", error)
        return _Told(Delivery.UNCLEAR)
    return _Told(Delivery.SENT, said, key)


def _claim(sessions: sessionmaker[Session], row_id: UUID, now: datetime, ports: Ports) -> _Claim:
    """Take the lease. Raises MailNotClaimed, also where it has to wait for safer hours."""
    with sessions.begin() as session:
        row = session.get(OutboxMail, row_id, with_for_update=True)
        if row is None or row.sealed is None or not _is_free(row, now):
            raise MailNotClaimed
        if row.expires_at is not None and row.expires_at <= now:
            _end(session, row, MailState.CANCELLED, now)
        elif (moment := _find_moment(session, row, now, ports)) > now:
            row.next_try_at = moment
        else:
            row.tries, row.lease_until = row.tries + 1, now + LEASE
            place = _seal_context(row)
            return _Claim(row.id, row.case_id, row.kind, row.tries, row.created_at, row.sealed, place)
    raise MailNotClaimed


def _find_moment(session: Session, row: OutboxMail, now: datetime, ports: Ports) -> datetime:
    """When it may leave; where the hours cannot be read, not now."""
    if row.kind is MailKind.LETTER:
        pace = letter_turns.find_pace(session, row.id, ports)
        return letter_turns.find_turn(session, row.id, pace=pace, now=now)
    if row.kind in TO_STAFF or row.case_id is None:
        return now
    try:
        return safe_hours.find_moment(session, row.case_id, row.kind, ports.keys, now=now)
    except CannotOpen as error:
        log.error("hours cannot be opened: %s", describe_error(error))
        return now + LONGEST_WAIT


def _find_title(session: Session, row: OutboxMail, ports: Ports) -> str:
    """The title that its person chose; empty where there is none that can be read, and for mail to others."""
    if row.kind is MailKind.LETTER or row.kind in TO_STAFF or row.case_id is None:
        return ""
    try:
        return safe_hours.read_carried(session, row.case_id, ports.keys).title
    except CannotOpen:
        return ""


def _open(claim: _Claim, ports: Ports) -> tuple[OutgoingMail, bytes]:
    """What is to be sent, and for a letter the case's key. Raises CannotOpen."""
    values = json.loads(ports.keys.open_outbox(claim.place, claim.sealed))
    mail = OutgoingMail(claim.row_id, values["to"], values["subject"], values["text"], claim.created_at)
    if claim.kind is not MailKind.LETTER:
        return mail, b""
    files = tuple(AttachedFile(name, kind, b64decode(content)) for name, kind, content in values["files"])
    places = {name: values[name] for name in ("reply_to", "returns_to")}
    return replace(mail, **places, files=files, is_letter=True), b64decode(values["key"])


def _write_parts(letter: LetterParts | None) -> Mapping[str, object]:
    """As plain values, to be sealed."""
    if letter is None:
        return {}
    files = [[file.name, file.media_type, b64encode(file.content).decode()] for file in letter.files]
    places = {"reply_to": letter.reply_to, "returns_to": letter.returns_to}
    return {**places, "files": files, "key": b64encode(letter.key).decode()}


def _is_free(row: OutboxMail, now: datetime) -> bool:
    is_left = row.lease_until is None or row.lease_until < now
    return row.state is MailState.WAITING and row.next_try_at <= now and is_left


def _hold(session: Session, claim: _Claim) -> OutboxMail | None:
    """The row, held; of a letter the case before it, which whoever takes the letter back holds too."""
    if claim.kind is MailKind.LETTER:
        session.get(Case, claim.case_id, with_for_update=True)
    return session.get(OutboxMail, claim.row_id, with_for_update=True)


def _hand_over(sessions: sessionmaker[Session], claim: _Claim, now: datetime) -> None:
    """The last moment to cancel it. Raises MailNotClaimed where that was done, or another worker took it up."""
    with sessions.begin() as session:
        row = _hold(session, claim)
        if row is None or row.state is not MailState.WAITING or row.tries != claim.tries:
            raise MailNotClaimed
        may_leave = row.kind is not MailKind.LETTER or letter_turns.may_leave(session, row.id)
        if may_leave:
            row.state, row.lease_until = MailState.SENDING, now + LEASE
        else:
            _end(session, row, MailState.CANCELLED, now)
    if not may_leave:
        raise MailNotClaimed


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMail.state == MailState.SENDING, OutboxMail.lease_until < now)


_ENDS: Mapping[Delivery, MailState] = {
    Delivery.SENT: MailState.SENT,
    Delivery.FAILED: MailState.FAILED,
    Delivery.UNCLEAR: MailState.UNCLEAR,
}


def _finish(sessions: sessionmaker[Session], claim: _Claim, told: _Told, now: datetime, ports: Ports) -> Delivery:
    with sessions.begin() as session:
        row = _hold(session, claim)
        if row is None or row.tries != claim.tries or row.state not in {*OPEN, MailState.UNCLEAR}:
            return Delivery.NOT_OURS  # the case was erased meanwhile, or the mail cancelled before its text left
        if told.outcome is Delivery.SENT and row.kind is MailKind.LETTER:
            letter_turns.note_accepted(session, row.id, said=told.said, key=told.key, now=now, ports=ports)
        if told.outcome is not Delivery.LATER:
            _end(session, row, _ENDS[told.outcome], now)
            return told.outcome
        if row.tries >= MAX_TRIES or row.sealed is None:  # given up as unclear meanwhile: its text is gone
            _end(session, row, MailState.FAILED, now)
            return Delivery.FAILED
        row.state, row.lease_until = MailState.WAITING, None
        row.next_try_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (row.tries - 1))
        if row.kind is MailKind.LETTER:
            letter_turns.note_delayed(session, row.id)
    return Delivery.LATER


def _end(session: Session, row: OutboxMail, state: MailState, now: datetime) -> None:
    row.state, row.over_at, row.lease_until, row.sealed = state, now, None, None
    if row.kind is MailKind.LETTER and state is not MailState.SENT:
        letter_turns.note_over(session, row.id, state, now=now)


def _seal_context(row: OutboxMail) -> SealContext:
    return SealContext("outbox", str(row.id), str(row.case_id))
