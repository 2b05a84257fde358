"""Whose request a thread takes up next: those of one name after each other, and the names in turn.

So whoever asks on many connections, or without waiting for answers, waits behind their own requests and not others
behind them.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """So many may work at a time. Belongs to one loop, and is used in its thread alone."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}  # in the order in which the names have their turns

    @property
    def is_free(self) -> bool:
        """Whether somebody who came now would not have to wait."""
        return self._free > 0

    async def take(self, name: str) -> None:
        """Wait for a turn. Each that was taken is to be given back; one that is given up while it waits is none."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back()  # it came at the very moment
            raise

    def give_back(self) -> None:
        """The next one's turn."""
        while self._waiting:
            name = next(iter(self._waiting))
            of_one = self._waiting.pop(name)
            turn = of_one.popleft()
            if of_one:
                self._waiting[name] = of_one  # behind all others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
