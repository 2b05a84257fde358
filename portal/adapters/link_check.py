"""One polite look at one web address: no cookies, no redirects followed, nothing kept, never into a private network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from portal.adapters.outward import Answer, NotAllowed, NotReached, Outlet, is_public


class ProbeResult(StrEnum):
    """What an address answered."""

    WORKS = "works"
    MOVED = "moved"
    GONE = "gone"
    REFUSED = "refused"  # it answers, but not to a program: a person has to look
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not asked"  # no web address, or one of a private network


@dataclass(frozen=True)
class Probe:
    """The answer, with where it has moved or why it could not be asked."""

    found: ProbeResult
    detail: str = ""


_GONE = frozenset({404, 410})
_NO_HEAD = frozenset({400, 403, 405, 501})


def probe(address: str, *, agent: str, may_be_local: bool = False) -> Probe:
    """Ask for the head of the page, and for its first byte where the server wants that. `agent` says who asks.

    `may_be_local` is for tests against a server of their own.
    """
    outlet = Outlet(agent=agent, is_allowed=(lambda _address: True) if may_be_local else is_public)
    try:
        answer = ask_for_head(outlet, address)
    except NotAllowed as error:
        return Probe(ProbeResult.NOT_ASKED, str(error))
    except NotReached as error:
        return Probe(ProbeResult.UNREACHABLE, str(error))
    return _judge(answer.status, urljoin(address, answer.location) if answer.location else "")


def ask_for_head(outlet: Outlet, address: str) -> Answer:
    """What a page answers, of which nothing is read. Raises NotAllowed, NotReached."""
    answer = outlet.ask("HEAD", address)
    return outlet.ask("GET", address, headers={"Range": "bytes=0-0"}) if answer.status in _NO_HEAD else answer


def _judge(status: int, target: str) -> Probe:
    if 200 <= status < 300:
        return Probe(ProbeResult.WORKS)
    if 300 <= status < 400 and target:
        return Probe(ProbeResult.MOVED, target)
    if status in _GONE:
        return Probe(ProbeResult.GONE, str(status))
    return Probe(ProbeResult.REFUSED if status < 500 else ProbeResult.UNREACHABLE, str(status))
