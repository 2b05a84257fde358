"""What the background does for many, each by itself: one that fails is logged with its place, the others are done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from portal.logs import describe_error

Each = TypeVar("Each")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """What was done, as each counted it, and how many failed."""

    done: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.done + other.done, self.failed + other.failed)


def do_each(those: Iterable[Each], act: Callable[[Each], int], *, what: str) -> Tally:
    """Do `act` for each of those and add up what it returns. Whatever goes wrong with one, the others have their turn.

    `what` says in the log what was done; each of those is an id, a row, which prints its id, or a name of our own.
    """
    tally = Tally()
    for one in those:
        try:
            tally += Tally(done=act(one))
        except Exception as error:
            log.error("%s failed for %s: %s", what, one, describe_error(error))
            tally += Tally(failed=1)
    return tally


def do_together(those: Sequence[Each], act: Callable[[Sequence[Each]], int], *, what: str) -> Tally:
    """Do `act` for all of those at once, in one transaction of its own; where that fails, for each in its own."""
    try:
        return Tally(done=act(those))
    except Exception:  # told below, with the one that it comes from
        return do_each(those, lambda one: act([one]), what=what)
