"""First letters by e-mail from here: offered, given to the outbox, taken back. And every letter written down that left.

What leaves is the very letter that was looked at. The request counts as sent from the moment at which the mail server
took it, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import (
    UNSENT,
    ActorKind,
    SendingChannel,
    StepRefused,
    require_open,
    require_unsent,
)
from portal.models.cases import Case
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.background import letter_turns
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.cases.approvals import use_for_sending
from portal.services.cases.mandates import require_permission
from portal.services.letters import letters
from portal.services.ports import PERSON, Actor, Ports
from portal.services.requests.channels import channel_views, list_warnings
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.lookup import find_request
from portal.services.requests.views import ChannelView
from portal.services.tracking import later_letters, parcels, sending
from portal.services.tracking.parcels import LetterMailView, MailCommand, MailOffer, Parcel
from portal.services.tracking.sending import MailedCommand
from portal.services.work import CaseWork, Work

NO_LETTER = "Make the letter first, and look at it."
OUTDATED = "Something was changed after this letter was made. Make it again, and look at it."


def can_offer(dossier: Dossier, mails: Sequence[LetterMailView]) -> bool:
    """Whether there is a mail server, a letter to send, and none on its way (`list_mails`)."""
    is_unsent = dossier.request.state in UNSENT and dossier.last_letter is not None
    return dossier.work.ports.config.mail is not None and is_unsent and not (mails and mails[0].is_on_its_way)


def read_offer(work: CaseWork, number: int) -> MailOffer:
    """Raises UnknownNumber, and StepRefused where there is nothing to offer."""
    dossier = read_dossier(work, number)
    parcels.require_server(work)
    require_unsent(dossier.request.state)
    letter = dossier.last_letter
    if letter is None:
        raise StepRefused(NO_LETTER)
    newest = _newest(dossier)
    return parcels.make_offer(
        work,
        letter,
        parcels.find_places(dossier),
        list_addresses(dossier),
        list(list_warnings(dossier)),
        find_problem(dossier, letter),
        newest,
    )


def send_letter(work: CaseWork, number: int, command: MailCommand) -> None:
    """Give the letter to the outbox, for whoever holds the case. It leaves when its turn comes.

    Raises StepRefused, NoConsent, MandateOver, Unchecked, RecordsDisagree.
    """
    parcels.require_server(work)
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    require_permission(work, "platforms")
    letter = _require_letter(dossier, command)
    address = parcels.require_address(command, channel_views(dossier))
    use_for_sending(work, number, letter.number)
    answers_at, returns_at = parcels.find_places(dossier)
    parcel = Parcel(letter=letter, address=address, answers_at=answers_at, returns_at=returns_at, is_later=False)
    parcels.put_into_outbox(work, parcel)


def take_back(work: CaseWork, number: int) -> None:
    """The letter that waits, for whoever holds the case. Raises StepRefused where none waits any more."""
    parcels.take_back(work, letter_turns.list_waiting(work.session, find_request(work, number).id))


def list_mails(dossier: Dossier) -> tuple[LetterMailView, ...]:
    """A request's first letters by e-mail, the newest first."""
    first = (LetterMail.request_id == dossier.request.id, LetterMail.is_later == false())
    return parcels.list_views(dossier.work, *first)


def list_all_mails(dossier: Dossier) -> tuple[tuple[LetterMailView, ...], tuple[LetterMailView, ...]]:
    """A request's first letters by e-mail, and its later ones, the newest first."""
    found = parcels.list_views(dossier.work, LetterMail.request_id == dossier.request.id)
    return tuple(each for each in found if not each.is_later), tuple(each for each in found if each.is_later)


def list_addresses(dossier: Dossier) -> tuple[ChannelView, ...]:
    """The recipient's e-mail addresses in the order in which to try them."""
    return tuple(view for view in channel_views(dossier) if view.via is SendingChannel.EMAIL)


def record_left(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: a letter that has left is written down as sent, at the moment the mail server took it."""

    def finish(session: Session, now: datetime) -> None:
        case = session.get(Case, job.case_id, with_for_update=True)
        mail = session.get(LetterMail, job.subject_id)
        if case is None or mail is None or mail.left_at is None or mail.recorded_at is not None:
            return
        actor = Actor(kind=ActorKind.STAFF, staff_id=mail.staff_id) if mail.staff_id else PERSON
        work = Work(session=session, actor=actor, now=now, ports=ports).on(case, job.key)
        try:
            _record(work, mail, mail.left_at)
        except StepRefused as refused:
            raise Stopped(str(refused)) from refused
        mail.recorded_at = now

    return finish


def _record(work: CaseWork, mail: LetterMail, left_at: datetime) -> None:
    """Raises StepRefused where the case was closed at the very moment."""
    values = work.read_sealed(mail)
    command = MailedCommand(
        letter=mail.letter_number,
        address=values["address"],
        message_id=mail.message_id,
        at=left_at,
        said=values["answer"],
    )
    request = work.session.get(Request, mail.request_id) if mail.request_id else None
    if mail.is_later:
        later_letters.record_mailed(work, command)
    elif request is not None and request.state in UNSENT:
        sending.record_mailed(work, request.number, command)


def _require_letter(dossier: Dossier, command: MailCommand) -> Letter:
    """The letter that was looked at, if it is still the one to send. Raises StepRefused."""
    letter = dossier.last_letter
    if letter is None:
        raise StepRefused(NO_LETTER)
    if letter.number != command.letter:
        raise StepRefused(parcels.ANOTHER)
    if problem := find_problem(dossier, letter):
        raise StepRefused(problem)
    parcels.require_certain(_newest(dossier), command)
    return letter


def find_problem(dossier: Dossier, letter: Letter) -> str:
    """Why this letter cannot leave as things stand; empty where it can."""
    return OUTDATED if letters.is_outdated(dossier, letter) else parcels.say_why_not(_newest(dossier))


def may_have_left(dossier: Dossier) -> bool:
    """Whether the newest first letter by e-mail may have left, so that somebody has to say that it did not."""
    newest = _newest(dossier)
    return newest is not None and newest.state is LetterMailState.UNCLEAR


def _newest(dossier: Dossier) -> LetterMail | None:
    first = (LetterMail.request_id == dossier.request.id, LetterMail.is_later == false())
    return parcels.find_newest(dossier.work, *first)
