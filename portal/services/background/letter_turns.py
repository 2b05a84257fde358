"""Letters on their way by e-mail: when each may leave, and what became of it. The outbox asks and tells.

A first letter leaves only while its request is still to be sent, a later one only until it is closed. Of those to one
domain no more than a few leave in an hour, so that no server takes the organisation for a sender of bulk mail; the
others wait behind. A recipient's record may say fewer, or at which hours all that waits leaves together. What the mail
server has taken is written down in the transaction that says so, together with the job that records the letter as sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import SealContext, derive_subkey
from portal.domain.approvals import Approvable
from portal.domain.lifecycle import UNSENT, CaseStatus, LetterKind, RequestState
from portal.domain.recipes import MailPace
from portal.models.approvals import Approval
from portal.models.cases import Case, Consent
from portal.models.jobs import JobKind
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.models.outbox import MailState, OutboxMail
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.work import Work

HOUR = timedelta(hours=1)
MOMENT = timedelta(minutes=1)
LOCK = 4_732_658  # of PostgreSQL, for the turns of one domain
TO_SUPPLIERS = (LetterKind.SUPPLIER, LetterKind.PRESERVATION)
WAITING = (LetterMailState.QUEUED, LetterMailState.DELAYED)
MAY_HAVE_LEFT = (LetterMailState.ACCEPTED, LetterMailState.UNCLEAR, LetterMailState.RETURNED)

_ENDS: Mapping[MailState, LetterMailState] = {
    MailState.FAILED: LetterMailState.FAILED,
    MailState.UNCLEAR: LetterMailState.UNCLEAR,
    MailState.CANCELLED: LetterMailState.CANCELLED,
}


def mark_domain(keys: ServerKeys, address: str) -> bytes:
    """By which letters to one domain are counted, and nobody reads the domain."""
    domain = address.rpartition("@")[2].lower()
    return vault.blind_index(derive_subkey(keys.outbox, "domains of recipients"), domain)


@dataclass(frozen=True)
class Pace:
    """At which letters leave to one recipient: so many to its domain in an hour, gathered at hours of `own`."""

    most: int
    own: MailPace | None = None

    def find_round(self, given_at: datetime) -> datetime:
        """The first instant at which a letter that was given to the outbox at this one may leave."""
        return self.own.find_round(given_at) if self.own else given_at


def pace_of(platform: str | None, ports: Ports) -> Pace:
    """As the recipient's record says, never more in an hour than the organisation's own number."""
    recipe = ports.registry.recipes.get(platform) if platform else None
    own, most = recipe.pace if recipe else None, ports.config.letters_an_hour
    return Pace(min(most, own.letters_an_hour) if own and own.letters_an_hour else most, own)


def find_pace(session: Session, letter_mail_id: UUID, ports: Ports) -> Pace:
    """That of a letter's recipient. A letter to a company behind the site goes to another one than the request."""
    query = select(Request.platform).join(LetterMail, LetterMail.request_id == Request.id)
    query = query.join(Letter, and_(Letter.case_id == LetterMail.case_id, Letter.number == LetterMail.letter_number))
    query = query.where(LetterMail.id == letter_mail_id, Letter.kind.not_in(TO_SUPPLIERS))
    return pace_of(session.scalars(query).one_or_none(), ports)


def find_turn(session: Session, letter_mail_id: UUID, *, pace: Pace, now: datetime) -> datetime:
    """The first instant from `now` on at which it may leave at this pace.

    Two workers ask one after the other, so that both do not take the last place.
    """
    mail = session.get(LetterMail, letter_mail_id)
    if mail is None:
        return now
    if (begins_at := pace.find_round(mail.made_at)) > now:
        return begins_at
    if session.get_bind().dialect.name == "postgresql":
        domain = int.from_bytes(mail.recipient[:4], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:lock, :domain)"), {"lock": LOCK, "domain": domain})
    others = (LetterMail.recipient == mail.recipient, LetterMail.id != mail.id)
    left = select(LetterMail.over_at).where(
        *others, LetterMail.over_at > now - HOUR, LetterMail.state.in_(MAY_HAVE_LEFT)
    )
    leaving = select(OutboxMail.id).join(LetterMail, LetterMail.id == OutboxMail.id)
    leaving = leaving.where(*others, OutboxMail.lease_until > now)
    gone = sorted(at for at in session.scalars(left) if at is not None)
    held = len(session.scalars(leaving).all())
    if len(gone) + held < pace.most:
        return now
    # The place of whichever was the first too many; while others are leaving, a moment says more than an hour.
    free = len(gone) + held - pace.most
    return gone[free] + HOUR if free < len(gone) else now + MOMENT


def foresee_turn(session: Session, recipient: bytes, *, pace: Pace, now: datetime) -> datetime:
    """When a letter that is given to the outbox now is likely to leave, behind those that wait for the same domain."""
    own = LetterMail.recipient == recipient
    left = (own, LetterMail.over_at > now - HOUR, LetterMail.state.in_(MAY_HAVE_LEFT))
    turns = sorted(at for at in session.scalars(select(LetterMail.over_at).where(*left)) if at is not None)
    waiting = session.scalar(select(func.count()).where(own, LetterMail.state.in_(WAITING))) or 0
    begins_at = pace.find_round(now)
    for _each in range(waiting + 1):
        free = turns[-pace.most] + HOUR if len(turns) >= pace.most else begins_at
        turns.append(max(free, begins_at))
    return turns[-1]


def may_leave(session: Session, letter_mail_id: UUID) -> bool:
    """Whether it is still to be sent, and still allowed, for whoever holds its case."""
    mail = session.get(LetterMail, letter_mail_id)
    if mail is None or mail.state not in WAITING:
        return False
    letter = select(Letter.discarded_at, Letter.left_at).where(
        Letter.case_id == mail.case_id, Letter.number == mail.letter_number
    )
    found = session.execute(letter).one_or_none()
    is_there = found is not None and found.discarded_at is None and found.left_at is None
    case = session.get(Case, mail.case_id)
    request = session.get(Request, mail.request_id) if mail.request_id else None
    is_open = case is not None and case.status is CaseStatus.OPEN
    allowed = select(Consent.id).where(
        Consent.case_id == mail.case_id, Consent.recipient == "platforms", Consent.withdrawn_at.is_(None)
    )
    is_allowed = session.scalars(allowed).first() is not None
    return is_there and is_open and is_allowed and _is_wanted(mail, request)


def _is_wanted(mail: LetterMail, request: Request | None) -> bool:
    """Whether the letter still has its place: a first one before its request was sent, a later one until its request is
    closed, a paper of a threat at any time.
    """
    if request is None:
        return mail.is_later and mail.request_id is None
    if mail.is_later:
        return request.state not in {*UNSENT, RequestState.CLOSED}
    return request.state in UNSENT


def list_waiting(session: Session, request_id: UUID) -> list[UUID]:
    """The letters of a request that have not left, nor surely failed."""
    waiting = select(LetterMail.id).where(LetterMail.request_id == request_id, LetterMail.state.in_(WAITING))
    return list(session.scalars(waiting))


def list_waiting_copies(session: Session, case_id: UUID, letter_number: int) -> list[UUID]:
    """The same of one letter of a case."""
    own = (LetterMail.case_id == case_id, LetterMail.letter_number == letter_number)
    return list(session.scalars(select(LetterMail.id).where(*own, LetterMail.state.in_(WAITING))))


def note_delayed(session: Session, letter_mail_id: UUID) -> None:
    """The mail server put it off."""
    mail = session.get(LetterMail, letter_mail_id)
    if mail is not None:
        mail.state = LetterMailState.DELAYED


def note_over(session: Session, letter_mail_id: UUID, state: MailState, *, now: datetime) -> None:
    """It will not leave any more, or nobody knows. What a second member agreed to can be used again."""
    mail = session.get(LetterMail, letter_mail_id)
    if mail is None:
        return
    mail.state, mail.over_at = _ENDS[state], now
    _give_approval_back(session, mail)


def note_accepted(
    session: Session, letter_mail_id: UUID, *, said: str, key: bytes, now: datetime, ports: Ports
) -> None:
    """The mail server has taken it: from here it counts as sent. The job that writes it down is in the same
    transaction, so that neither is there without the other.
    """
    mail = session.get(LetterMail, letter_mail_id)
    if mail is None:
        return
    mail.state, mail.left_at, mail.over_at = LetterMailState.ACCEPTED, now, now
    _use_approval_again(session, mail)
    place = SealContext(mail.__tablename__, str(mail.id), str(mail.case_id))
    values = vault.open_values(key, place, mail.sealed)
    mail.sealed = vault.seal_values(key, place, {**values, "answer": said})
    work = Work(session=session, actor=SYSTEM, now=now, ports=ports)
    jobs.add_job(work, JobKind.MAILED, case_id=mail.case_id, subject_id=mail.id, key=key)


def has_lost(session: Session) -> bool:
    """Whether a letter waits that is in no outbox, as after a database was brought back."""
    return session.scalars(_lost().limit(1)).first() is not None


def give_up_lost(session: Session, *, now: datetime) -> int:
    """Mark those. Returns how many."""
    cases = select(Case.id).where(Case.id.in_(_lost().with_only_columns(LetterMail.case_id)))
    session.execute(cases.order_by(Case.id).with_for_update())
    found = session.scalars(_lost()).all()
    for mail_id in found:
        note_over(session, mail_id, MailState.UNCLEAR, now=now)
    return len(found)


def _lost() -> Select[UUID]:
    kept = select(OutboxMail.id).where(OutboxMail.id == LetterMail.id).exists()
    return select(LetterMail.id).where(LetterMail.state.in_(WAITING), ~kept)


def _give_approval_back(session: Session, mail: LetterMail) -> None:
    """The yes that was used when the letter was given to the outbox, at that very moment."""
    for row in _list_approvals(session, mail, Approval.over_at == mail.made_at):
        row.over_at = None


def _use_approval_again(session: Session, mail: LetterMail) -> None:
    """Of a letter that was taken for lost, and had left after all."""
    for row in _list_approvals(session, mail, Approval.over_at.is_(None)):
        row.over_at = mail.left_at


def _list_approvals(session: Session, mail: LetterMail, which: ColumnElement[bool]) -> Sequence[Approval]:
    if mail.is_later:
        subject, number = Approvable.LATER, mail.letter_number
    else:
        first = select(Request.number).where(Request.id == mail.request_id)
        subject, number = Approvable.SENDING, session.scalars(first).one_or_none() or 0
    own = (Approval.case_id == mail.case_id, Approval.subject == subject, Approval.number == number)
    return session.scalars(select(Approval).where(*own, which)).all()
