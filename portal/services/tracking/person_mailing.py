"""A person's letter by e-mail from here, where the organisation offers to send for persons.

Nobody looks it over before it leaves, so less is allowed than a member of staff may do: only to an address of the
directory that was checked not long ago, only a letter whose sentences she said herself, only a few an hour. The letter
is the one that she looked at, by its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import false, func, select

from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import UNSENT, SendingChannel, StepRefused
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.requests import Request
from portal.services.background import letter_turns
from portal.services.requests.channels import channel_views
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.statements import list_uncovered
from portal.services.requests.views import ChannelView
from portal.services.tracking import later_mailing, mailing
from portal.services.tracking.parcels import MailCommand, MailOffer
from portal.services.work import CaseWork

MOST_AN_HOUR = 20  # letters of one case
HOUR = timedelta(hours=1)
TROUBLES = frozenset({LetterMailState.FAILED, LetterMailState.UNCLEAR, LetterMailState.RETURNED})
NOT_OFFERED = "Letters can’t be sent from here. Send it from your own mailbox, or use their form."
NO_ADDRESS = "We haven’t checked their e-mail address lately. Use their form, or send it from your own mailbox."
NOT_YOURS = "Say first in your own name what this letter says."
NO_ANSWERS = "You would not get their answer. Send it from your own mailbox, or use their form."
UNSURE = "This letter may have left. Wait for their answer, or use their form."
TOO_MANY = "You sent many letters in the last hour. Wait an hour, then send this one."


@dataclass(frozen=True)
class MailTrouble:
    """A letter by e-mail that needs somebody."""

    number: int  # of the request
    state: LetterMailState


@dataclass(frozen=True, kw_only=True)
class FirstMails:
    """First letters by e-mail from here. `leaving`: the numbers of the requests whose letter waits to leave, or has
    left and is not written down yet. `trouble`: those whose letter did not arrive, or may not have left.
    """

    leaving: frozenset[int]
    trouble: tuple[MailTrouble, ...]


def is_offered(work: CaseWork) -> bool:
    """Whether the organisation sends letters for persons."""
    config = work.ports.config
    return config.sends_for_persons and config.mail is not None and config.replies is not None


def find_address(dossier: Dossier) -> str:
    """Where a request's first letter may go for a person; empty where no address was checked lately, where nothing is
    offered, and where one may have left.
    """
    work = dossier.work
    is_free = is_offered(work) and dossier.last_letter is not None and not mailing.may_have_left(dossier)
    return _pick(mailing.list_addresses(dossier)) if is_free else ""


def goes_by_mail(dossier: Dossier) -> bool:
    """Whether the first thing to try with a request's letter, once it is made, is to have it sent from here."""
    doors = channel_views(dossier)
    is_mail = bool(doors) and doors[0].via is SendingChannel.EMAIL
    return is_mail and is_offered(dossier.work) and bool(_pick(mailing.list_addresses(dossier)))


def find_later_address(work: CaseWork, letter_number: int) -> str:
    """The same of a later letter; empty also where it has left. Raises UnknownNumber."""
    if not is_offered(work):
        return ""
    try:
        offer = later_mailing.read_offer(work, letter_number)
    except StepRefused:
        return ""
    return "" if offer.may_have_left or not offer.reply_to else _pick(offer.addresses)


def read_offer(work: CaseWork, number: int) -> MailOffer:
    """A request's first letter as it would leave, to one address. Raises UnknownNumber, StepRefused."""
    _require_offered(work)
    return _to_one(mailing.read_offer(work, number))


def read_later_offer(work: CaseWork, letter_number: int) -> MailOffer:
    """The same of a later letter. Raises UnknownNumber, StepRefused."""
    _require_offered(work)
    return _to_one(later_mailing.read_offer(work, letter_number))


def send_letter(work: CaseWork, number: int, letter: int) -> None:
    """A request's first letter, for whoever holds the case. Raises as `mailing.send_letter`."""
    _require_offered(work)
    dossier = read_dossier(work, number)
    _require_own_words(dossier)
    _require_few(work)
    if mailing.may_have_left(dossier):
        raise StepRefused(UNSURE)
    address = _require(_pick(mailing.list_addresses(dossier)))
    mailing.send_letter(work, number, MailCommand(letter=letter, address=address))


def send_later_letter(work: CaseWork, letter: int) -> None:
    """A later letter, for whoever holds the case. Raises as `later_mailing.send_letter`."""
    _require_offered(work)
    _require_few(work)
    offer = later_mailing.read_offer(work, letter)
    if offer.may_have_left:
        raise StepRefused(UNSURE)
    if not offer.reply_to:
        raise StepRefused(NO_ANSWERS)
    address = _require(_pick(offer.addresses))
    later_mailing.send_letter(work, MailCommand(letter=letter, address=address))


def read_first_mails(work: CaseWork) -> FirstMails:
    """What became of the newest first letter by e-mail of each request; one statement."""
    is_it = LetterMail.left_at == Request.sent_at
    query = select(LetterMail.state, LetterMail.recorded_at, Request.number, Request.state, is_it)
    query = query.join(Request, Request.id == LetterMail.request_id)
    query = query.where(LetterMail.case_id == work.case.id, LetterMail.is_later == false())
    newest = {
        number: (state, recorded_at, at, is_it)
        for state, recorded_at, number, at, is_it in work.session.execute(query.order_by(LetterMail.made_at))
    }
    trouble = (
        MailTrouble(number, state)
        for number, (state, _recorded_at, request_state, is_it) in newest.items()
        if (request_state in UNSENT and state in TROUBLES) or (state is LetterMailState.RETURNED and is_it)
    )
    leaving = (
        number
        for number, (state, recorded_at, _request_state, _is_it) in newest.items()
        if state in letter_turns.WAITING or (state is LetterMailState.ACCEPTED and recorded_at is None)
    )
    return FirstMails(leaving=frozenset(leaving), trouble=tuple(trouble))


def _to_one(offer: MailOffer) -> MailOffer:
    """With the address that it would go to alone; with none where nobody checked one."""
    address = _pick(offer.addresses)
    return replace(offer, addresses=tuple(view for view in offer.addresses if view.address == address))


def _pick(addresses: Iterable[ChannelView]) -> str:
    """The first that somebody checked within its shelf life; one that was reported as not working is not."""
    return next((view.address for view in addresses if view.checked_on is not None and not view.is_stale), "")


def _require(address: str) -> str:
    if not address:
        raise StepRefused(NO_ADDRESS)
    return address


def _require_offered(work: CaseWork) -> None:
    if not is_offered(work):
        raise StepRefused(NOT_OFFERED)


def _require_own_words(dossier: Dossier) -> None:
    """What the letter says was said by her, or by who acts for her, and of every link that it lists."""
    said = dossier.content.statement
    is_hers = said is None or said.by in {StatedBy.PERSON, StatedBy.REPRESENTATIVE}
    is_signed = bool(dossier.content.signature)
    if not is_hers or not is_signed or list_uncovered(dossier):
        raise StepRefused(NOT_YOURS)


def _require_few(work: CaseWork) -> None:
    """Raises StepRefused above what one case may send in an hour, whatever became of it."""
    recent = (LetterMail.case_id == work.case.id, LetterMail.staff_id.is_(None), LetterMail.made_at > work.now - HOUR)
    if (work.session.scalar(select(func.count()).where(*recent)) or 0) >= MOST_AN_HOUR:
        raise StepRefused(TOO_MANY)
