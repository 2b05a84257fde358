"""Making a letter while nobody waits for it: slow work is done without a lock, printing without a transaction.

The case is held twice for a moment: to give the letter its number, and to write down that it was made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from flask_babel import gettext as _

from portal.adapters.papers.press import NotPrinted
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.services.letters import letters, threats
from portal.services.letters.further import NO_WORDS, FurtherWords
from portal.services.letters.letters import LetterOrder, LetterRows, PrintedLetter
from portal.services.letters.threats import ThreatCommand
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from portal.web.late_writing import hold_case, let_go, plan_and_keep
from portal.web.unit_of_work import unit

log = logging.getLogger(__name__)

TRIES = 3  # each time somebody wrote something down while it was printed


def make_letter(work: CaseWork, kind: LetterKind, number: int, *, words: FurtherWords = NO_WORDS) -> None:
    """A letter about request `number`, a further one with its words; the case is held afterwards.

    Raises as `letters.plan_letter`.
    """
    for _try in range(TRIES):
        order = plan_and_keep(
            work,
            lambda: letters.plan_letter(work, kind, number, words=words),
            lambda plan: letters.reserve_letter(work, plan),
        )
        if _print_and_keep(work, order, partial(letters.confirm_letter, work, order)):
            return
    raise StepRefused(_("The case was changed while the letter was made. Make it again."))


def record_sent(work: CaseWork, number: int, command: SentCommand) -> None:
    """That a request has left. No letter is made for it afterwards: what was not there was not sent."""
    hold_case(work)
    sending.record_sent(work, number, command)


def make_threat_paper(work: CaseWork, command: ThreatCommand) -> None:
    """A paper against a threat; the case is held afterwards. Raises as `threats.plan_threat_paper`."""
    for _try in range(TRIES):
        order = plan_and_keep(
            work,
            lambda: threats.plan_threat_paper(work, command),
            lambda plan: threats.reserve_threat_paper(work, plan),
        )
        if _print_and_keep(work, order, partial(threats.confirm_threat_paper, work, command, order)):
            return
    raise StepRefused(_("The case was changed while the letter was made. Make it again."))


def _print_and_keep(work: CaseWork, order: LetterOrder, confirm: Callable[[LetterRows], PrintedLetter]) -> bool:
    """Print and keep it. False where it does not say what is so any more."""
    unit().end_transaction()
    try:
        printed = letters.print_order(order)
    except NotPrinted as error:
        log.error("a letter was not made: %s", error)
        raise StepRefused(_("The letter could not be made just now, and nothing was changed. Try it again.")) from error
    let_go(work)
    rows = letters.put_files(work, order.kind, order.facts, printed)
    is_kept = False
    try:
        plan_and_keep(work, lambda: confirm(rows), lambda _found: letters.add_letter(work, rows))
        is_kept = True
    except letters.FactsChanged:
        let_go(work)
    finally:
        if not is_kept:
            letters.drop_files(work, rows)
    return is_kept
