"""Letters after the first one, and a threat's paper to a platform, by e-mail from here: offered, sent, taken back.

Once one has left it is written down by the same job as the first ones (`mailing.record_left`). It starts no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import (
    LATER_TO_OTHERS,
    UNSENT,
    LetterKind,
    RequestState,
    SendingChannel,
    StepRefused,
    require_open,
    require_sent,
)
from portal.models.letter_mails import LetterMail
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.background import letter_turns
from portal.services.cases.approvals import use_approval
from portal.services.cases.mandates import require_permission
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import kept_letters
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.views import ChannelView
from portal.services.tracking import later_letters, mailing, parcels
from portal.services.tracking.parcels import LetterMailView, MailCommand, MailOffer, Parcel
from portal.services.work import CaseWork

_TO_THE_PLATFORM = frozenset({LetterKind.REMINDER, LetterKind.FOLLOW_UP})
GONE = "This letter has left, or was put aside."


@dataclass(frozen=True, eq=False, repr=False)
class _Later:
    """A later letter with the request it is about; a paper of a threat has none."""

    work: CaseWork
    letter: Letter
    dossier: Dossier | None

    @property
    def places(self) -> tuple[str, str]:
        """Where its answers go, and what comes back. Without a request, to whom the letter itself names."""
        if self.dossier is not None:
            return parcels.find_places(self.dossier)
        frame = later_letters.read_frame(self.work, self.letter.number)
        team = frame.organisation.email if frame.organisation else None
        return team or frame.reporter.email or "", ""

    @property
    def newest(self) -> LetterMail | None:
        return parcels.find_newest(self.work, LetterMail.letter_number == self.letter.number)

    @property
    def problem(self) -> str:
        """Why it cannot leave as things stand; empty where it can."""
        if self.letter.left_at is not None or self.letter.discarded_at is not None:
            return GONE
        return parcels.say_why_not(self.newest)

    @property
    def addresses(self) -> tuple[ChannelView, ...]:
        """The address that the first letter went to, those of the directory, the one that the letter itself names."""
        known = {view.address: view for view in self._list_known()}
        door = later_letters.find_door(self.work, self.letter.number)
        named = door.address if door and door.channel is SendingChannel.EMAIL else ""
        if not named:
            return tuple(known.values())
        first = known.pop(named, None) or _unknown(named)
        return (first, *known.values())

    def _list_known(self) -> Iterable[ChannelView]:
        is_theirs = self.letter.kind in _TO_THE_PLATFORM
        return mailing.list_addresses(self.dossier) if self.dossier is not None and is_theirs else ()


def read_offer(work: CaseWork, letter_number: int) -> MailOffer:
    """Raises UnknownNumber, and StepRefused where there is nothing to offer."""
    later = _find(work, letter_number)
    if later.problem == GONE:
        raise StepRefused(GONE)
    return parcels.make_offer(work, later.letter, later.places, later.addresses, (), later.problem, later.newest)


def send_letter(work: CaseWork, command: MailCommand) -> None:
    """Give the later letter to the outbox, for whoever holds the case.

    Raises UnknownNumber, StepRefused, NoConsent, MandateOver, Unchecked, RecordsDisagree.
    """
    parcels.require_server(work)
    require_open(work.case.status)
    later = _find(work, command.letter)
    if later.dossier is not None:
        require_sent(later.dossier.request.state)
    require_permission(work, "platforms")
    if later.problem:
        raise StepRefused(later.problem)
    parcels.require_certain(later.newest, command)
    address = parcels.require_address(command, later.addresses)
    answers_at, returns_at = later.places
    use_approval(work, Approvable.LATER, command.letter)
    parcel = Parcel(letter=later.letter, address=address, answers_at=answers_at, returns_at=returns_at, is_later=True)
    parcels.put_into_outbox(work, parcel)


def take_back(work: CaseWork, letter_number: int) -> None:
    """A later letter that waits. Raises UnknownNumber, StepRefused where none waits any more."""
    later = _find(work, letter_number)
    parcels.take_back(work, letter_turns.list_waiting_copies(work.session, work.case.id, later.letter.number))


def list_unasked_mails(work: CaseWork) -> tuple[LetterMailView, ...]:
    """Those by e-mail that no request stands behind, the newest first: a threat's papers."""
    return parcels.list_views(work, LetterMail.request_id.is_(None))


def list_sendable(dossier: Dossier) -> tuple[Letter, ...]:
    """Later letters of a request that were made and have not left, the oldest first."""
    if dossier.request.state in {*UNSENT, RequestState.CLOSED}:
        return ()
    kept = (each for each in dossier.letters if each.discarded_at is None and each.left_at is None)
    return tuple(each for each in kept if each.kind in LATER_TO_OTHERS)


def _unknown(address: str) -> ChannelView:
    return ChannelView(
        kind="named",
        label="E-mail",
        via=SendingChannel.EMAIL,
        address=address,
        checked_on=None,
        is_stale=True,
        warning=None,
    )


def _find(work: CaseWork, number: int) -> _Later:
    """Raises UnknownNumber, also for a sheet for the police, which nobody sends."""
    letter = kept_letters.find_letter(work, number, LATER_TO_OTHERS)
    if letter.request_id is None:
        return _Later(work, letter, None)
    request = work.session.get(Request, letter.request_id)
    if request is None:
        raise UnknownNumber
    return _Later(work, letter, read_dossier(work, request.number))
