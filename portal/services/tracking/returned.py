"""A letter that a report says came back: asked of a person, and what follows from their word.

Whoever saw a letter can write such a report, so it moves no clock by itself. Once somebody says that the letter did not
arrive, its sending holds no more: the clocks that were estimated from it never began, and the letter can be sent
another way. Once somebody says that the report is wrong, all stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import false, select

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import UNSENT, History, Proof, RequestState, StepRefused
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.requests import Request
from portal.services.cases.handover import open_to_record
from portal.services.directory.address_checks import UnknownAddress, note_outcome
from portal.services.history.events import NewEvent
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.tracking import corrections
from portal.services.tracking.corrections import CorrectionCommand, DateMoved
from portal.services.tracking.parcels import LetterMailView
from portal.services.work import CaseWork

NOT_ASKED = "Nothing is asked about this letter any more."
PROVEN = "You already saved proof that they got this letter. Correct that first, or say that the report is wrong."


def is_asked(request: Request, mails: Sequence[LetterMailView]) -> bool:
    """Whether somebody has to say if the letter that a request was sent with came back. `mails` are its first ones."""
    is_sent = request.state not in {*UNSENT, RequestState.CLOSED}
    returned = (each for each in mails if each.state is LetterMailState.RETURNED)
    return is_sent and any(each.left_at == request.sent_at for each in returned)


def confirm(work: CaseWork, number: int) -> DateMoved:
    """The letter did not arrive: no clock began with it, and the directory's address is told to be out of order.

    Raises StepRefused, also where an answer is written down.
    """
    dossier = read_dossier(work, number)
    mail = _find_returned(dossier)
    sent = dossier.sent_event
    if sent is None:
        raise StepRefused(NOT_ASKED)
    if dossier.receipt_proof not in {None, Proof.NONE}:
        raise StepRefused(PROVEN)
    moved = corrections.correct(work, CorrectionCommand(sequence=sent.sequence, never=True, came_back=True))
    with suppress(UnknownAddress):  # one that somebody typed
        note_outcome(work, dossier.request.platform, work.read_sealed(mail)["address"], AddressOutcome.BOUNCED)
    return moved


def set_aside(work: CaseWork, number: int) -> None:
    """The report is wrong, or about another letter: it counts as sent, as before. Raises StepRefused."""
    open_to_record(work)
    dossier = read_dossier(work, number)
    _find_returned(dossier).state = LetterMailState.ACCEPTED
    work.record(NewEvent(kind=History.RETURN_DOUBTED, at=work.now, request_id=dossier.request.id))


def _find_returned(dossier: Dossier) -> LetterMail:
    """The letter that is asked about. Raises StepRefused where none is."""
    request = dossier.request
    own = (LetterMail.request_id == request.id, LetterMail.is_later == false())
    asked = (LetterMail.state == LetterMailState.RETURNED, LetterMail.left_at == request.sent_at)
    found = dossier.work.session.scalars(select(LetterMail).where(*own, *asked).limit(1)).one_or_none()
    if found is None or request.state in {*UNSENT, RequestState.CLOSED}:
        raise StepRefused(NOT_ASKED)
    return found
