"""Taking a case's lock late: what is slow is done on what was read, and written only if that is still so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from portal.services.cases.opening import CaseStamp, look_again, open_again, read_stamp
from portal.services.work import CaseWork
from portal.web.unit_of_work import unit

TRIES = 3  # each time somebody changed the case while it was planned


class Plan(Protocol):
    """What was worked out from a case as it stood at `stamp`."""

    @property
    def stamp(self) -> CaseStamp: ...


P = TypeVar("P", bound=Plan)
T = TypeVar("T")


def hold_case(work: CaseWork) -> None:
    """Hold the case from here on, for a view that has only read so far. What it read may have changed since.

    Raises StepRefused where the case was erased or taken back meanwhile.
    """
    unit().end_transaction()
    open_again(work)


def plan_and_keep(work: CaseWork, plan: Callable[[], P], keep: Callable[[P], T]) -> T:
    """Plan without a lock, then keep it in a short transaction; again where somebody changed the case in between.

    The last time the case is held for both, so that nobody's input is lost, however busy the case is. Raises as
    `hold_case`, `plan` and `keep`.
    """
    for _try in range(TRIES):
        planned = plan()
        hold_case(work)
        if read_stamp(work) == planned.stamp:
            return keep(planned)
        let_go(work)
    hold_case(work)
    return keep(plan())


def let_go(work: CaseWork) -> None:
    """Write what was changed, if anything was, and go on reading the case as it is now, without its lock."""
    unit().read_again()
    look_again(work)
