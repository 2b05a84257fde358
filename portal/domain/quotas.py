"""How much comes from one network before each further one takes a little longer. Nothing is ever refused for good.

Everything is per network and day. Within the free number nothing is asked. Above it each further one is paid for with
work of the device, or, without JavaScript, with waiting; both grow with what the network has had, up to an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class Counted(StrEnum):
    """What is counted."""

    DRAFT = "draft"
    MESSAGE = "message"
    LINKS = "links"
    PASTED = "pasted"  # in kilobytes of text that was read for links
    LETTER = "letter"
    MAIL = "mail"  # to one address or of one case; above the free number nothing is sent


# How many a day are free for one network: a school or a helpline has many people behind one address.
FREE: Mapping[Counted, int] = MappingProxyType(
    {
        Counted.DRAFT: 20,
        Counted.MESSAGE: 60,
        Counted.LINKS: 60,
        Counted.PASTED: 4_000,
        Counted.LETTER: 300,
        Counted.MAIL: 12,
    }
)
# By level, which rises by one for each further free number: the wait without JavaScript.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (20, 40, 80, 160, 320, 600))
# By level: the most tries of the work. A try is TRY_COST rounds of PBKDF2, about a third of a millisecond on a laptop.
TRIES = (2_000, 4_000, 8_000, 16_000, 32_000, 64_000)
TRY_COST = 1_000
TOP = len(WAITS) - 1
LASTS = timedelta(hours=1)  # how long a begun wait or work can still be used, above the wait itself


def find_level(counted: Counted, used: int) -> int | None:
    """The level of the next one after `used` today; None while it is free."""
    over = used - FREE[counted]
    return None if over < 0 else min(over // FREE[counted], TOP)


def is_enough(paid: int, asked: int) -> bool:
    """Whether what was begun at one level still counts at another: the level may have risen once in the meantime."""
    return paid >= asked - 1
