"""One polite look at one web address: no cookies, no redirects followed, nothing kept, never into a private network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from portal.adapters.outward import NotAllowed, NotReached, Outlet, OutwardAnswer, is_public


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


def ask_for_head(outlet: Outlet, address: str) -> OutwardAnswer:
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


MOST_HOPS = 3
_POINTS_ON = frozenset({301, 302, 303, 307, 308})


class LookProblem(StrEnum):
    """Why nothing can be said of an address."""

    PRIVATE = "private"  # it, or where it points to, is no place on the internet at large
    UNREACHED = "unreached"
    CIRCLES = "circles"  # it points on and on


@dataclass(frozen=True, kw_only=True)
class Look:
    """What an address answered in the end, and where it pointed to on the way; `problem` where it answered nothing."""

    status: int | None = None
    hops: tuple[str, ...] = ()
    problem: LookProblem | None = None


def look_at(outlet: Outlet, address: str) -> Look:
    """Ask for the head of a page and of whatever it points to, each place looked at anew. Nothing of a page is read."""
    hops: tuple[str, ...] = ()
    while len(hops) <= MOST_HOPS:
        try:
            answer = ask_for_head(outlet, address)
        except NotAllowed:
            return Look(hops=hops, problem=LookProblem.PRIVATE)
        except NotReached:
            return Look(hops=hops, problem=LookProblem.UNREACHED)
        if answer.status not in _POINTS_ON or not answer.location:
            return Look(status=answer.status, hops=hops)
        try:
            address = urljoin(address, answer.location)
        except ValueError:
            return Look(hops=hops, problem=LookProblem.PRIVATE)
        hops = (*hops, address)
    return Look(hops=hops, problem=LookProblem.CIRCLES)
