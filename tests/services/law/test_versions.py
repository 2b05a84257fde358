"""A notice keeps the law with which it was made, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.regimes import Regime
from portal.models.laws import LawVersion
from portal.services.law.versions import find_law, keep_laws
from portal.services.ports import Ports
from portal.services.requests.dossier import dossier_of
from portal.services.requests.lookup import find_request
from tests.services.factories import NOW, make_case

X_LINK = "https://x.com/someone/status/1"


def change_law(ports: Ports, regime: Regime) -> Ports:
    """The same portal after a new record of one law was loaded."""
    regimes = MappingProxyType({**ports.registry.regimes, regime.id: regime})
    return replace(ports, registry=replace(ports.registry, regimes=regimes))


def test_a_request_keeps_the_law_with_which_it_was_made(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    request = find_request(opened, 1)
    before = dossier_of(opened, request).citations
    old = ports.registry.regime("us-take-it-down")
    later = change_law(ports, replace(old, basis="Something else.", version="2027-01-01.1"))
    after = dossier_of(replace(opened, ports=later), request).citations
    assert [citation.regime for citation in after] == [citation.regime for citation in before]
    assert old in [citation.regime for citation in after]


def test_a_version_is_kept_once_and_read_back_whole(session: Session, ports: Ports) -> None:
    regimes = list(ports.registry.regimes.values())
    keep_laws(session, regimes, now=NOW)
    keep_laws(session, regimes, now=NOW)
    empty = replace(ports.registry, regimes=MappingProxyType({}))
    assert [find_law(session, regime.id, regime.version, empty) for regime in regimes] == regimes


def test_two_who_keep_the_same_version_at_once_do_not_stop_each_other(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    regimes = list(ports.registry.regimes.values())[:3]

    def keep_too() -> None:
        with sessions.begin() as second:
            keep_laws(second, regimes[::-1], now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as first:
            keep_laws(first, regimes, now=NOW)
            running = pool.submit(keep_too)
            time.sleep(0.3)
            assert not running.done()
        running.result()
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(LawVersion)) == len(regimes)


def test_a_law_nobody_kept_is_read_as_it_is_today_or_not_at_all(session: Session, ports: Ports) -> None:
    today = ports.registry.regime("je-dpjl")
    assert find_law(session, "je-dpjl", "1999-01-01.1", ports.registry) is today
    assert find_law(session, "xx-none", "1999-01-01.1", ports.registry) is None
