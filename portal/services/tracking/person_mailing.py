"""A person's letter by e-mail from here, where the organisation offers to send for persons.

Nobody looks it over before it leaves, so less is allowed than a member of staff may do: only to an address of the
directory that was checked not long ago, only a letter whose sentences she said herself, only a few an hour. The letter
is the one that she looked at, by its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from portal.domain.letters.facts import StatedBy
from portal.domain.lifecycle import StepRefused
from portal.models.letter_mails import LetterMail
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.statements import list_uncovered
from portal.services.requests.views import ChannelView
from portal.services.tracking import later_mailing, mailing
from portal.services.tracking.parcels import MailCommand, MailOffer
from portal.services.work import CaseWork

MOST_AN_HOUR = 20  # letters of one case
HOUR = timedelta(hours=1)
NOT_OFFERED = "Letters can’t be sent from here. Send it from your own mailbox, or use their form."
NO_ADDRESS = "We haven’t checked an e-mail address of theirs lately. Use their form, or send it from your own mailbox."
NOT_YOURS = "Say first in your own name what this letter says."
TOO_MANY = "You sent many letters in the last hour. Wait an hour, then send this one."


def is_offered(work: CaseWork) -> bool:
    """Whether the organisation sends letters for persons."""
    config = work.ports.config
    return config.sends_for_persons and config.mail is not None and config.replies is not None


def find_address(work: CaseWork, number: int) -> str:
    """Where a request's first letter may go for a person; empty where no address was checked lately, or nothing is
    offered. Raises UnknownNumber.
    """
    return _pick(mailing.list_addresses(read_dossier(work, number))) if is_offered(work) else ""


def find_later_address(work: CaseWork, letter_number: int) -> str:
    """The same of a later letter. Raises UnknownNumber, StepRefused where it has left."""
    return _pick(later_mailing.read_offer(work, letter_number).addresses) if is_offered(work) else ""


def read_offer(work: CaseWork, number: int) -> MailOffer:
    """A request's first letter, as it would leave. Raises UnknownNumber, StepRefused."""
    _require_offered(work)
    return mailing.read_offer(work, number)


def read_later_offer(work: CaseWork, letter_number: int) -> MailOffer:
    """The same of a later letter. Raises UnknownNumber, StepRefused."""
    _require_offered(work)
    return later_mailing.read_offer(work, letter_number)


def send_letter(work: CaseWork, number: int, letter: int) -> None:
    """A request's first letter, for whoever holds the case. Raises as `mailing.send_letter`."""
    _require_offered(work)
    dossier = read_dossier(work, number)
    _require_own_words(dossier)
    _require_few(work)
    address = _require(_pick(mailing.list_addresses(dossier)))
    mailing.send_letter(work, number, MailCommand(letter=letter, address=address))


def send_later_letter(work: CaseWork, letter: int) -> None:
    """A later letter, for whoever holds the case. Raises as `later_mailing.send_letter`."""
    _require_offered(work)
    _require_few(work)
    address = _require(_pick(later_mailing.read_offer(work, letter).addresses))
    later_mailing.send_letter(work, MailCommand(letter=letter, address=address))


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
