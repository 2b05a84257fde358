"""What leaves by e-mail of one letter, the first or a later one: its files, its address, its row, and how it goes.

What is sent is the very letter that was looked at: the PDF, the two files inside it, and its text, which stands by
itself. Whether it may be sent is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, false, or_, select

from portal.adapters.mail import AttachedFile, BadAddress, make_message_id, read_address
from portal.adapters.papers import pdf_enclosures
from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE
from portal.config import MailServer
from portal.domain.lifecycle import StepRefused
from portal.domain.reply_addresses import make_token
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.models.outbox import MailKind, OutboxMail
from portal.models.requests import Request
from portal.services.background import letter_turns, outbox
from portal.services.background.outbox import LetterParts, NewMail
from portal.services.cases.mandates import find_end
from portal.services.cases.messages import staff_names
from portal.services.inbox.case_keys import ensure_inbox
from portal.services.letters import kept_letters, letters
from portal.services.requests.channels import UNCHECKED, Unchecked
from portal.services.requests.dossier import Dossier
from portal.services.requests.views import ChannelView
from portal.services.work import CaseWork

LARGEST = 15 * 1024 * 1024  # bytes of all files: a third more on the way, and many servers take 20 to 25 MB
ENCLOSED: Mapping[str, str] = {NOTICE_FILE: "application/json", LINKS_FILE: "text/plain"}
NOT_SWITCHED_ON = "E-mail is not switched on here."
ANOTHER = "Another letter was made meanwhile. Look at it, and send it then."
ON_ITS_WAY = "A letter is on its way already. Take it back first."
LEFT = "The letter has left. In a moment it is written down as sent; if not, record it yourself."
LEAVING = "It is leaving at this moment, or has left. Look again in a minute."
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
    leaves_at: datetime | None = None  # where it has to wait for its turn, when that is likely to come


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
    is_later: bool
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

    @property
    def waits_until(self) -> datetime | None:
        """When its turn comes, where it was given to the outbox before that; None where it leaves at once."""
        is_queued = self.state is LetterMailState.QUEUED and self.next_try_at is not None
        return self.next_try_at if is_queued and self.next_try_at != self.made_at else None


@dataclass(frozen=True, kw_only=True, repr=False)
class Parcel:
    """One letter to one address. `answers_at` is where its answers go; `returns_at` where a mail server sends what it
    could not deliver, empty for the sender.
    """

    letter: Letter
    address: str
    answers_at: str
    returns_at: str
    is_later: bool


def require_server(work: CaseWork) -> MailServer:
    """Raises StepRefused."""
    server = work.ports.config.mail
    if server is None:
        raise StepRefused(NOT_SWITCHED_ON)
    return server


def make_offer(
    work: CaseWork,
    letter: Letter,
    places: tuple[str, str],
    addresses: Sequence[ChannelView],
    warnings: Sequence[str],
    problem: str,
    newest: LetterMail | None,
) -> MailOffer:
    """What would leave of this letter. Raises StepRefused where e-mail is not switched on."""
    server, words = require_server(work), letters.read_words(work, letter)
    return MailOffer(
        letter=letter.number,
        subject=words.subject,
        text=words.text,
        files=(_name_pdf(work, letter), *ENCLOSED),
        sender=server.sender,
        reply_to=places[0],
        addresses=tuple(addresses),
        warnings=tuple(warnings),
        is_kept_here=server.folder is not None,
        may_have_left=newest is not None and newest.state is LetterMailState.UNCLEAR,
        problem=problem,
        leaves_at=_foresee(work, letter, addresses[0].address if addresses else ""),
    )


def _foresee(work: CaseWork, letter: Letter, address: str) -> datetime | None:
    """When its turn is likely to come at this address; None where that is at once."""
    request = work.session.get(Request, letter.request_id) if letter.request_id else None
    is_theirs = request is not None and letter.kind not in letter_turns.TO_SUPPLIERS
    pace = letter_turns.pace_of(request.platform if request and is_theirs else None, work.ports)
    recipient = letter_turns.mark_domain(work.ports.keys, address)
    turn = letter_turns.foresee_turn(work.session, recipient, pace=pace, now=work.now)
    return turn if turn > work.now else None


def put_into_outbox(work: CaseWork, parcel: Parcel) -> None:
    """It leaves when its turn comes. Raises StepRefused where it is too large, CannotOpen, RecordsDisagree."""
    letter, server = parcel.letter, require_server(work)
    files = _read_files(work, letter)
    row = LetterMail(id=uuid4(), case_id=work.case.id, request_id=letter.request_id, letter_number=letter.number)
    row.message_id, row.state, row.is_later = make_message_id(server, row.id), LetterMailState.QUEUED, parcel.is_later
    row.staff_id, row.made_at = work.actor.staff_id, work.now
    row.recipient = letter_turns.mark_domain(work.ports.keys, parcel.address)
    row.sealed = work.sealed_for(row, {"address": parcel.address, "answer": ""})
    work.session.add(row)
    work.session.flush()
    ensure_inbox(work)  # before anybody can answer
    words = letters.read_words(work, letter)
    new = NewMail(
        case_id=work.case.id,
        kind=MailKind.LETTER,
        cause=f"letter:{row.id}",
        to=parcel.address,
        subject=words.subject,
        text=words.text,
        expires_at=find_end(work),
        letter=LetterParts(
            id=row.id, reply_to=parcel.answers_at, returns_to=parcel.returns_at, files=files, key=work.key
        ),
    )
    outbox.put(work, new)


def take_back(work: CaseWork, waiting: Sequence[UUID]) -> None:
    """Letters that wait, for whoever holds the case. Raises StepRefused where none waits any more."""
    if not outbox.cancel_letters(work.session, waiting, now=work.now):
        raise StepRefused(LEAVING)


def list_views(work: CaseWork, *criteria: ColumnElement[bool]) -> tuple[LetterMailView, ...]:
    """The letters by e-mail of the case that fit, the newest first."""
    query = (
        select(LetterMail, OutboxMail.next_try_at)
        .outerjoin(OutboxMail, OutboxMail.id == LetterMail.id)
        .where(LetterMail.case_id == work.case.id, *criteria)
        .order_by(LetterMail.made_at.desc(), LetterMail.id)
    )
    found = work.session.execute(query).all()
    senders = [mail.staff_id for mail, _ in found]
    names = staff_names(work.session, senders) if any(senders) else {}
    return tuple(_view(work, mail, next_try_at, names.get(mail.staff_id, "")) for mail, next_try_at in found)


def find_newest(work: CaseWork, *criteria: ColumnElement[bool]) -> LetterMail | None:
    """The newest letter by e-mail of the case that fits."""
    query = select(LetterMail).where(LetterMail.case_id == work.case.id, *criteria)
    return work.session.scalars(query.order_by(LetterMail.made_at.desc(), LetterMail.id).limit(1)).one_or_none()


def list_leaving(work: CaseWork) -> frozenset[UUID]:
    """The requests whose first letter waits to leave, or has left and is not written down yet."""
    is_to_record = and_(LetterMail.state == LetterMailState.ACCEPTED, LetterMail.recorded_at.is_(None))
    leaving = or_(LetterMail.state.in_(letter_turns.WAITING), is_to_record)
    own = (LetterMail.case_id == work.case.id, LetterMail.is_later == false(), leaving)
    return frozenset(found for found in work.session.scalars(select(LetterMail.request_id).where(*own)) if found)


def say_why_not(newest: LetterMail | None) -> str:
    """Why no second one may leave beside the newest; empty where one may."""
    if newest is not None and newest.state in letter_turns.WAITING:
        return ON_ITS_WAY
    if newest is not None and newest.state is LetterMailState.ACCEPTED and newest.recorded_at is None:
        return LEFT
    return ""


def require_certain(newest: LetterMail | None, command: MailCommand) -> None:
    """Raises StepRefused where one before may have left, and nobody says that it did not arrive."""
    if newest is not None and newest.state is LetterMailState.UNCLEAR and not command.is_certain:
        raise StepRefused(MAY_HAVE_LEFT)


def require_address(command: MailCommand, known: Sequence[ChannelView]) -> str:
    """One plain address; where nobody checked it for a while, or the directory has it not, somebody has to look.

    Raises StepRefused, Unchecked.
    """
    try:
        address = read_address(command.address)
    except BadAddress as error:
        raise StepRefused(str(error)) from error
    same = [view for view in known if view.address.lower() == address.lower()]
    if not command.has_checked and not any(not view.is_stale for view in same):
        raise Unchecked(UNCHECKED)
    return address


def find_places(dossier: Dossier) -> tuple[str, str]:
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
    pdf = kept_letters.take_letter(work, letter.number, redacted=False)
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


def _view(work: CaseWork, mail: LetterMail, next_try_at: datetime | None, by: str) -> LetterMailView:
    values = work.read_sealed(mail)
    return LetterMailView(
        letter=mail.letter_number,
        is_later=mail.is_later,
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
