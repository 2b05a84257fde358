"""Letters by e-mail for many requests at once: which would go, where to, why another does not, and sending them.

A first letter goes where an e-mail address is the best way to its recipient; a form that a platform made for this
comes before it. A later letter goes to where the first one went, or to the address that it names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import LATER_TO_OTHERS, UNSENT, LetterKind, SendingChannel, StepRefused
from portal.services.cases.approvals import list_waiting
from portal.services.requests.channels import channel_views
from portal.services.requests.dossier import Dossier
from portal.services.tracking import later_mailing, mailing, parcels
from portal.services.tracking.parcels import MailCommand, MailOffer
from portal.services.work import CaseWork

BY_FORM = "Goes by their form or by post. Where we know an e-mail address too, the request’s page offers it."
SENT_ALREADY = "It was sent already."
NO_LETTER = "No letter is ready. Prepare it first."
NOTHING_WAITS = "No later letter waits to be sent."
NO_ADDRESS = "No e-mail address of it is known. Send it on its own page."


@dataclass(frozen=True, kw_only=True)
class Goes:
    """A letter that would leave by e-mail. `is_stale`: nobody has checked the address for a while."""

    letter: int
    kind: LetterKind
    address: str
    is_stale: bool


@dataclass(frozen=True)
class MailLook:
    """What would leave of one request, and why nothing will where that is so."""

    goes: tuple[Goes, ...] = ()
    why: str = ""


def look_at_first(dossier: Dossier, forbidden: str, waits: Mapping[int, str]) -> MailLook:
    """The first letter of a request; `forbidden` and `waits` say what stops all, or one by its number."""
    why = _why_not_first(dossier, forbidden, waits)
    letter = dossier.last_letter
    if why or letter is None:
        return MailLook(why=why)
    door = channel_views(dossier)[0]
    return MailLook((Goes(letter=letter.number, kind=letter.kind, address=door.address, is_stale=door.is_stale),))


def look_at_later(dossier: Dossier, forbidden: str) -> MailLook:
    """The later letters of a request that wait, as far as they can leave."""
    if dossier.work.ports.config.mail is None:
        return MailLook(why=parcels.NOT_SWITCHED_ON)
    if forbidden:
        return MailLook(why=forbidden)
    numbers = [letter.number for letter in later_mailing.list_sendable(dossier)]
    waits = list_waiting(dossier.work, Approvable.LATER, numbers) if numbers else {}
    offers = {number: later_mailing.read_offer(dossier.work, number) for number in numbers}
    whys = {number: waits.get(number) or _why_not_later(offer) for number, offer in offers.items()}
    kinds = {letter.number: letter.kind for letter in dossier.letters}
    goes = tuple(_goes(offer, kinds[number]) for number, offer in offers.items() if not whys[number])
    return MailLook(goes, "" if goes else next(iter(whys.values()), NOTHING_WAITS))


def send(
    work: CaseWork, number: int, goes: Sequence[Goes], *, letters: Collection[int] | None, has_checked: bool
) -> None:
    """Give these letters of a request to the outbox. `letters` are those that somebody looked at; None for any.

    Raises StepRefused; as the single steps do.
    """
    if letters is not None and any(each.letter not in letters for each in goes):
        raise StepRefused(parcels.ANOTHER)
    for each in goes:
        command = MailCommand(letter=each.letter, address=each.address, has_checked=has_checked)
        if each.kind in LATER_TO_OTHERS:
            later_mailing.send_letter(work, command)
        else:
            mailing.send_letter(work, number, command)


def _why_not_first(dossier: Dossier, forbidden: str, waits: Mapping[int, str]) -> str:
    letter = dossier.last_letter
    if dossier.work.ports.config.mail is None:
        return parcels.NOT_SWITCHED_ON
    if dossier.request.state not in UNSENT:
        return SENT_ALREADY
    if forbidden or letter is None:
        return forbidden or NO_LETTER
    doors = channel_views(dossier)
    if not doors or doors[0].via is not SendingChannel.EMAIL:
        return BY_FORM
    unsure = parcels.MAY_HAVE_LEFT if mailing.may_have_left(dossier) else ""
    return mailing.find_problem(dossier, letter) or unsure or waits.get(dossier.number, "")


def _why_not_later(offer: MailOffer) -> str:
    if offer.problem:
        return offer.problem
    if offer.may_have_left:
        return parcels.MAY_HAVE_LEFT
    return "" if offer.addresses else NO_ADDRESS


def _goes(offer: MailOffer, kind: LetterKind) -> Goes:
    best = offer.addresses[0]
    return Goes(letter=offer.letter, kind=kind, address=best.address, is_stale=best.is_stale)
