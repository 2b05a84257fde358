"""Making a letter while nobody waits for it: no transaction is open as long as it is printed."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from portal.domain.lifecycle import LetterKind, StepRefused
from portal.services.cases.opening import open_again
from portal.services.letters import letters
from portal.services.letters.letters import LetterOrder
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from portal.web.unit_of_work import unit

TRIES = 3  # each time somebody wrote something down while it was printed


def make_letter(work: CaseWork, kind: LetterKind, number: int) -> None:
    """A notice, an erasure request or a reminder about request `number`. Raises as `letters.order_letter`."""
    _make(work, lambda: letters.order_letter(work, kind, number))


def record_sent(work: CaseWork, number: int, command: SentCommand) -> None:
    """That a request has left, its letter made before if there is none. Raises LetterStopped too."""
    sending.require_sendable(work, number, command)
    make_missing_letter(work, number)
    sending.record_sent(work, number, command)


def make_missing_letter(work: CaseWork, number: int) -> None:
    """The letter that a request is sent with, unless there is one. Raises as `letters.order_letter`."""
    _make(work, lambda: letters.order_missing_letter(work, number))


def _make(work: CaseWork, decide: Callable[[], LetterOrder | None]) -> None:
    """Decide what the letter says, print and keep it; again where something was written down meanwhile."""
    for _try in range(TRIES):
        order = decide()
        if order is None or _keep(work, order):
            return
    raise StepRefused(_("The case was changed while the letter was made. Make it again."))


def _keep(work: CaseWork, order: LetterOrder) -> bool:
    """Print and keep it. False where it does not say what is so any more."""
    unit().end_transaction()
    printed = letters.print_order(order)
    open_again(work)
    try:
        letters.keep_letter(work, order, printed)
    except letters.FactsChanged:
        return False
    return True
