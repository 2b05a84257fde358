"""Letters sent by e-mail from here: offered, given to the outbox, taken back, and written down once they have left.

What leaves is the very letter that was looked at: the PDF, the two files inside it, and its text, which stands by
itself. The request counts as sent from the moment at which the mail server took it, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import pdf_enclosures
from portal.adapters.mail import AttachedFile, BadAddress, make_message_id, read_address
from portal.adapters.notice_json import LINKS_FILE, NOTICE_FILE
from portal.config import MailServer
from portal.domain.lifecycle import (
    UNSENT,
    ActorKind,
    SendingChannel,
    StepRefused,
    require_open,
    require_unsent,
)
from portal.domain.reply_addresses import make_token
from portal.models.cases import Case
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.models.outbox import MailKind, OutboxMail
from portal.models.requests import Request
from portal.services.background import letter_turns, outbox
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.background.outbox import LetterParts, NewMail
from portal.services.cases.approvals import use_for_sending
from portal.services.cases.mandates import find_end, require_permission
from portal.services.cases.messages import staff_names
from portal.services.letters import letters
from portal.services.ports import PERSON, Actor, Ports
from portal.services.requests.channels import UNCHECKED, Unchecked, channel_views, list_warnings
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.lookup import find_request
from portal.services.requests.views import ChannelView
from portal.services.tracking import sending
from portal.services.tracking.sending import MailedCommand
from portal.services.work import CaseWork, Work

LARGEST = 15 * 1024 * 1024  # bytes of all files: a third more on the way, and many servers take 20 to 25 MB
ENCLOSED: Mapping[str, str] = {NOTICE_FILE: "application/json", LINKS_FILE: "text/plain"}
NOT_SWITCHED_ON = "E-mail is not switched on here."
NO_LETTER = "Make the letter first, and look at it."
OUTDATED = "Something was changed after this letter was made. Make it again, and look at it."
ANOTHER = "Another letter was made meanwhile. Look at it, and send it then."
ON_ITS_WAY = "A letter is on its way already. Take it back first."
LEFT = "The letter has left. In a moment it is written down as sent; if not, record it yourself."
MAY_HAVE_LEFT = (
    "A letter may have left already. Ask them, or look into the mail server's log, and tick that it did not arrive."
)
TOO_LARGE = "The letter is too large for an e-mail. Use their form, or send it by post."


@dataclass(frozen=True, kw_only=True, repr=False)
class MailOffer:
    """What would leave, for looking at it first. `problem`: why it cannot leave as things stand, empty where it can.

    `is_kept_here`: mail goes into a folder of this machine, and reaches nobody. `may_have_left`: so may one before.
    """

    letter: int
    subject: str
    text: str
    files: tuple[str, ...]
    sender: str
    reply_to: str
    addresses: tuple[ChannelView, ...]
    warnings: tuple[str, ...]
    is_kept_here: bool
    may_have_left: bool
    problem: str


@dataclass(frozen=True, kw_only=True, repr=False)
class MailCommand:
    """Send this letter to this address. `is_certain`: one that may have left before did not arrive."""

    letter: int
    address: str
    has_checked: bool = False
    is_certain: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class LetterMailView:
    """A letter on its way or gone. `said` is what the mail server answered, `next_try_at` when it is tried next."""

    letter: int
    state: LetterMailState
    address: str
    message_id: str
    by: str
    made_at: datetime
    left_at: datetime | None
    over_at: datetime | None
    next_try_at: datetime | None
    is_recorded: bool
    said: str

    @property
    def is_on_its_way(self) -> bool:
        """Whether it waits, or has left and is not written down yet."""
        is_to_record = self.state is LetterMailState.ACCEPTED and not self.is_recorded
        return is_to_record or self.state in letter_turns.WAITING


def can_offer(dossier: Dossier, mails: Sequence[LetterMailView]) -> bool:
    """Whether there is a mail server, a letter to send, and none on its way (`list_mails`)."""
    is_unsent = dossier.request.state in UNSENT and dossier.last_letter is not None
    return dossier.work.ports.config.mail is not None and is_unsent and not (mails and mails[0].is_on_its_way)


def read_offer(work: CaseWork, number: int) -> MailOffer:
    """Raises UnknownNumber, and StepRefused where there is nothing to offer."""
    dossier, server = read_dossier(work, number), _require_server(work)
    require_unsent(dossier.request.state)
    letter = dossier.last_letter
    if letter is None:
        raise StepRefused(NO_LETTER)
    words = letters.read_words(work, letter)
    newest = _newest(work.session, dossier.request.id)
    return MailOffer(
        letter=letter.number,
        subject=words.subject,
        text=words.text,
        files=(_name_pdf(work, letter), *ENCLOSED),
        sender=server.sender,
        reply_to=_find_places(dossier)[0],
        addresses=tuple(view for view in channel_views(dossier) if view.via is SendingChannel.EMAIL),
        warnings=tuple(list_warnings(dossier)),
        is_kept_here=server.folder is not None,
        may_have_left=newest is not None and newest.state is LetterMailState.UNCLEAR,
        problem=_find_problem(dossier, letter),
    )


def send_letter(work: CaseWork, number: int, command: MailCommand) -> None:
    """Give the letter to the outbox, for whoever holds the case. It leaves when its turn comes.

    Raises StepRefused, NoConsent, MandateOver, Unchecked, RecordsDisagree.
    """
    server = _require_server(work)
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    require_permission(work, "platforms")
    letter = _require_letter(dossier, command)
    address = _require_address(dossier, command)
    files = _read_files(work, letter)
    use_for_sending(work, number, letter.number)
    row = LetterMail(id=uuid4(), case_id=work.case.id, request_id=dossier.request.id, letter_number=letter.number)
    row.message_id, row.state = make_message_id(server, row.id), LetterMailState.QUEUED
    row.staff_id, row.made_at = work.actor.staff_id, work.now
    row.recipient = letter_turns.mark_domain(work.ports.keys, address)
    row.sealed = work.sealed_for(row, {"address": address, "answer": ""})
    work.session.add(row)
    work.session.flush()
    words = letters.read_words(work, letter)
    reply_to, returns_to = _find_places(dossier)
    new = NewMail(
        case_id=work.case.id,
        kind=MailKind.LETTER,
        cause=f"letter:{row.id}",
        to=address,
        subject=words.subject,
        text=words.text,
        expires_at=find_end(work),
        letter=LetterParts(id=row.id, reply_to=reply_to, returns_to=returns_to, files=files, key=work.key),
    )
    outbox.put(work, new)


def take_back(work: CaseWork, number: int) -> None:
    """The letter that waits, for whoever holds the case. Raises StepRefused where none waits any more."""
    request = find_request(work, number)
    if not outbox.cancel_letters(work.session, request.id, now=work.now):
        raise StepRefused("It is leaving at this moment, or has left. Look again in a minute.")


def list_mails(dossier: Dossier) -> tuple[LetterMailView, ...]:
    """The letters of a request by e-mail, the newest first."""
    work = dossier.work
    query = (
        select(LetterMail, OutboxMail.next_try_at)
        .outerjoin(OutboxMail, OutboxMail.id == LetterMail.id)
        .where(LetterMail.request_id == dossier.request.id)
        .order_by(LetterMail.made_at.desc(), LetterMail.id)
    )
    found = work.session.execute(query).all()
    names = staff_names(work.session, [mail.staff_id for mail, _ in found])
    return tuple(_view(work, mail, next_try_at, names.get(mail.staff_id, "")) for mail, next_try_at in found)


def record_left(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: the request of a letter that has left is written down as sent, at the moment the mail server took it."""

    def finish(session: Session, now: datetime) -> None:
        case = session.get(Case, job.case_id, with_for_update=True)
        mail = session.get(LetterMail, job.subject_id)
        if case is None or mail is None or mail.left_at is None or mail.recorded_at is not None:
            return
        actor = Actor(kind=ActorKind.STAFF, staff_id=mail.staff_id) if mail.staff_id else PERSON
        work = Work(session=session, actor=actor, now=now, ports=ports).on(case, job.key)
        request = session.get_one(Request, mail.request_id)
        if request.state in UNSENT:
            _record(work, request, mail, mail.left_at)
        mail.recorded_at = now

    return finish


def _record(work: CaseWork, request: Request, mail: LetterMail, left_at: datetime) -> None:
    """Raises Stopped where the case was closed at the very moment."""
    values = work.read_sealed(mail)
    command = MailedCommand(
        letter=mail.letter_number,
        address=values["address"],
        message_id=mail.message_id,
        at=left_at,
        said=values["answer"],
    )
    try:
        sending.record_mailed(work, request.number, command)
    except StepRefused as refused:
        raise Stopped(str(refused)) from refused


def _view(work: CaseWork, mail: LetterMail, next_try_at: datetime | None, by: str) -> LetterMailView:
    values = work.read_sealed(mail)
    return LetterMailView(
        letter=mail.letter_number,
        state=mail.state,
        address=values["address"],
        message_id=mail.message_id,
        by=by,
        made_at=mail.made_at,
        left_at=mail.left_at,
        over_at=mail.over_at,
        next_try_at=next_try_at if mail.state in letter_turns.WAITING else None,
        is_recorded=mail.recorded_at is not None,
        said=values["answer"],
    )


def _require_server(work: CaseWork) -> MailServer:
    server = work.ports.config.mail
    if server is None:
        raise StepRefused(NOT_SWITCHED_ON)
    return server


def _require_letter(dossier: Dossier, command: MailCommand) -> Letter:
    """The letter that was looked at, if it is still the one to send. Raises StepRefused."""
    letter = dossier.last_letter
    if letter is None:
        raise StepRefused(NO_LETTER)
    if letter.number != command.letter:
        raise StepRefused(ANOTHER)
    if problem := _find_problem(dossier, letter):
        raise StepRefused(problem)
    newest = _newest(dossier.work.session, dossier.request.id)
    if newest is not None and newest.state is LetterMailState.UNCLEAR and not command.is_certain:
        raise StepRefused(MAY_HAVE_LEFT)
    return letter


def _find_problem(dossier: Dossier, letter: Letter) -> str:
    if letters.is_outdated(dossier, letter):
        return OUTDATED
    newest = _newest(dossier.work.session, dossier.request.id)
    if newest is not None and newest.state in letter_turns.WAITING:
        return ON_ITS_WAY
    if newest is not None and newest.state is LetterMailState.ACCEPTED and newest.recorded_at is None:
        return LEFT
    return ""


def _require_address(dossier: Dossier, command: MailCommand) -> str:
    """One plain address; where nobody checked it for a while, or the directory has it not, somebody has to look.

    Raises StepRefused.
    """
    try:
        address = read_address(command.address)
    except BadAddress as error:
        raise StepRefused(str(error)) from error
    known = [view for view in channel_views(dossier) if view.address.lower() == address.lower()]
    if not command.has_checked and not any(not view.is_stale for view in known):
        raise Unchecked(UNCHECKED)
    return address


def _find_places(dossier: Dossier) -> tuple[str, str]:
    """Where answers go, and where a mail server sends what it could not deliver: the request's own address where the
    organisation takes answers in. Whoever chose to get the answers gets them. The second is empty for the sender.
    """
    place, content = dossier.work.ports.config.replies, dossier.content
    if place is None:
        return content.reply_email, ""
    own = place.write(make_token(dossier.work.ports.keys.replies, dossier.request.id))
    return (content.view.email if content.view.answers_to_me and content.view.email else own), own


def _read_files(work: CaseWork, letter: Letter) -> tuple[AttachedFile, ...]:
    """The PDF and what is inside it, the very bytes. Raises StepRefused, CannotOpen, RecordsDisagree."""
    pdf = letters.take_letter(work, letter.number, redacted=False)
    files = [AttachedFile(_name_pdf(work, letter), "application/pdf", pdf)]
    for name, media_type in ENCLOSED.items():
        content = pdf_enclosures.read_enclosed(pdf, name)
        if content is not None:
            files.append(AttachedFile(name, media_type, content))
    if sum(len(file.content) for file in files) > LARGEST:
        raise StepRefused(TOO_LARGE)
    return tuple(files)


def _name_pdf(work: CaseWork, letter: Letter) -> str:
    """By its reference alone, which both sides name it by."""
    return f"{work.reference}-{letter.number}.pdf"


def _newest(session: Session, request_id: UUID) -> LetterMail | None:
    query = select(LetterMail).where(LetterMail.request_id == request_id)
    return session.scalars(query.order_by(LetterMail.made_at.desc(), LetterMail.id).limit(1)).one_or_none()
