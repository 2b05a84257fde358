"""What still holds of a case's history: an entry that was corrected holds no more, and what replaced it takes its turn.

The history is only ever appended to. A correction names the entries that were wrong; where something else is true
instead, new entries of the same kinds follow it, each naming the one whose turn it takes. Whoever reads what happened,
to show or to count it, reads it through `keep_valid`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from portal.domain.lifecycle import History

INSTEAD = "instead_of"  # fact of an entry that replaces another: the other's sequence
WRONG = "events"  # fact of a correction: the sequences of the entries that were wrong


class Entry(Protocol):
    """What is looked at: a row of the table, or these columns of it."""

    @property
    def sequence(self) -> int: ...
    @property
    def kind(self) -> History: ...
    @property
    def facts(self) -> dict[str, Any]: ...


E = TypeVar("E", bound=Entry)


def keep_valid(events: Iterable[E]) -> list[E]:
    """The entries that hold, each in its turn. Corrections themselves stay, so reading twice changes nothing.

    The corrections of the entries given have to be among them.
    """
    known = list(events)
    wrong = list_wrong(known)
    if not wrong and not any(INSTEAD in event.facts for event in known):
        return known
    turns = {event.sequence: event.facts[INSTEAD] for event in known if INSTEAD in event.facts}
    held = [event for event in known if event.sequence not in wrong]
    return sorted(held, key=lambda event: (find_turn(event.sequence, turns), event.sequence))


def list_wrong(events: Iterable[Entry]) -> frozenset[int]:
    """The sequences of the entries that were corrected."""
    return frozenset(
        number for event in events if event.kind is History.CORRECTED for number in event.facts.get(WRONG, ())
    )


def find_turn(sequence: int, turns: dict[int, int]) -> int:
    """The place in the history that an entry stands for: its own, or that of what it replaced, however often."""
    while sequence in turns:
        sequence = turns[sequence]
    return sequence
