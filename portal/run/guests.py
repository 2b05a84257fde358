"""Who is connected, and how many of one address: nobody fills the house, and nobody shuts out their own neighbours.

Where it is full, the one that has been waited for longest goes, of the address that has the most, and never one whose
request is being answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto
from ipaddress import ip_address, ip_network

IPV6_BITS = 56  # one line of a household has all of them


class Stage(Enum):
    """What is waited for."""

    WAITING = auto()  # for a request, or for the rest of its head
    READING = auto()  # for the rest of its body
    QUEUED = auto()  # for a thread
    WORKING = auto()  # for our own answer
    WRITING = auto()  # until the answer is taken


class Guest:
    """One connection. `name` is empty while nobody knows whose it is."""

    def __init__(self, name: str, send_away: Callable[[], object]) -> None:
        self.name = name
        self.stage = Stage.WAITING
        self.send_away = send_away


class Guests:
    """All connections of this process: at most `most`, and at most `most_of_one` under one name."""

    def __init__(self, *, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._by_name: dict[str, dict[Guest, None]] = {}  # each in the order in which they came
        self._count = 0

    def __iter__(self) -> Iterator[Guest]:
        return iter([guest for of_one in self._by_name.values() for guest in of_one])

    def __len__(self) -> int:
        return self._count

    def admit(self, guest: Guest) -> bool:
        """Take one more in. False where there is no room and nobody can be sent away for it."""
        if self._is_crowded(guest.name) and not self._send_away_from(guest.name):
            return False
        if self._count >= self._most and not self._send_away_from(max(self._by_name, key=self._count_of)):
            return False
        self._by_name.setdefault(guest.name, {})[guest] = None
        self._count += 1
        return True

    def rename(self, guest: Guest, name: str) -> bool:
        """Now it is known whose it is, or no longer. False as in `admit`: then the guest is out."""
        if guest.name == name:
            return True
        self.leave(guest)
        guest.name = name
        return self.admit(guest)

    def leave(self, guest: Guest) -> None:
        """It is gone. Nothing happens where it had been sent away."""
        of_one = self._by_name.get(guest.name, {})
        if guest in of_one:
            del of_one[guest]
            self._count -= 1
        if not of_one:
            self._by_name.pop(guest.name, None)

    def _count_of(self, name: str) -> int:
        return len(self._by_name.get(name, {}))

    def _is_crowded(self, name: str) -> bool:
        return bool(name) and self._count_of(name) >= self._most_of_one

    def _send_away_from(self, name: str) -> bool:
        for guest in self._by_name.get(name, {}):
            if guest.stage is not Stage.WORKING:
                self.leave(guest)
                guest.send_away()
                return True
        return False


def name_guest(address: str) -> str:
    """Under which name an address is counted: itself, or the network of an IPv6 line; what is none, as it is."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    plain = getattr(found, "ipv4_mapped", None) or found
    return str(plain) if plain.version == 4 else str(ip_network((plain, IPV6_BITS), strict=False))


def find_client(forwarded: str, peer: str, *, proxies: int) -> str:
    """Whose request it is, where so many proxies of ours wrote into `X-Forwarded-For` whom each of them saw."""
    seen = [each.strip() for each in forwarded.split(",")]
    return seen[-proxies] if proxies and len(seen) >= proxies and seen[-proxies] else peer
