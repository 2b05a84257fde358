"""The night's check: it costs what came since, tells the supervisors once, and begins anew where nobody vouches."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.signing import Signer, by_id, public_keys
from portal.domain.rights import SecurityNoticeKind
from portal.models.security_notices import SecurityNotice
from portal.services.casefile import sharing
from portal.services.history import checkpoints
from portal.services.operations import audits, readiness
from portal.services.operations.audits import Audit
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW, SERVER_KEYS, make_case
from tests.services.fakes import DAY, HOUR, reopen

SEEDS = (b"\x01" * 32,)
KEYS = by_id(public_keys(SEEDS))
Sessions = sessionmaker[Session]


def live_a_day(sessions: Sessions, ports: Ports, *, now: datetime, cases: int) -> list[CaseWork]:
    with sessions.begin() as session:
        made = [make_case(session, ports, now=now) for _ in range(cases)]
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, Signer.from_seeds(SEEDS), now=now)
    return made


def check(sessions: Sessions, ports: Ports, *, now: datetime, whole: bool = False) -> Audit:
    return audits.run(sessions, keys=KEYS, whole=whole, now=now, ports=ports)


def list_notices(sessions: Sessions) -> list[SecurityNoticeKind]:
    with sessions() as session:
        return list(session.scalars(sa.select(SecurityNotice.kind)))


def test_a_night_costs_what_the_day_changed_and_a_week_everything(sessions: Sessions, ports: Ports) -> None:
    cases = live_a_day(sessions, ports, now=NOW, cases=5)
    first = check(sessions, ports, now=NOW)
    assert (first.cases, first.breaks) == (None, ())
    with sessions.begin() as session:
        sharing.change_consent(reopen(session, cases[0]).at(NOW + DAY), "regulators", given=False)
    with sessions.begin() as session:
        checkpoints.sign_checkpoint(session, Signer.from_seeds(SEEDS), now=NOW + DAY)
    second = check(sessions, ports, now=NOW + DAY)
    assert (second.cases, second.breaks) == (1, ())
    assert second.history.entries < 6 < first.history.entries
    with sessions() as session:
        assert not audits.is_due(session, SERVER_KEYS, now=NOW + DAY + HOUR)
        assert audits.is_due(session, SERVER_KEYS, now=NOW + 2 * DAY)
        assert audits.find_start(session, SERVER_KEYS, now=NOW + 6 * DAY) == second.history.place
        assert audits.find_start(session, SERVER_KEYS, now=NOW + 7 * DAY) is None
    third = check(sessions, ports, now=NOW + DAY, whole=True)
    assert (third.cases, third.breaks) == (None, ())


def test_supervisors_are_told_once_of_what_does_not_fit_and_of_what_is_new(sessions: Sessions, ports: Ports) -> None:
    live_a_day(sessions, ports, now=NOW, cases=2)
    assert check(sessions, ports, now=NOW).is_whole
    with sessions() as session:
        assert readiness.count(session, now=NOW + HOUR).breaks == 0
        assert readiness.count(session, now=NOW + HOUR).check_age == HOUR.total_seconds()
    with sessions.begin() as session:
        session.connection().execute(sa.text("UPDATE items SET state = 'removed' WHERE number = 1"))
    found = check(sessions, ports, now=NOW + HOUR, whole=True)
    assert len(found.breaks) == 2
    assert list_notices(sessions) == [SecurityNoticeKind.HISTORY_BROKEN]
    assert not check(sessions, ports, now=NOW + 2 * HOUR, whole=True).is_whole
    assert list_notices(sessions) == [SecurityNoticeKind.HISTORY_BROKEN]
    with sessions.begin() as session:
        session.connection().execute(sa.text("UPDATE items SET state = 'removed' WHERE number = 2"))
    assert len(check(sessions, ports, now=NOW + 3 * HOUR, whole=True).breaks) == 4
    assert list_notices(sessions) == [SecurityNoticeKind.HISTORY_BROKEN] * 2
    with sessions() as session:
        assert readiness.count(session, now=NOW + 4 * HOUR).breaks == 4


def test_where_something_does_not_fit_the_next_check_looks_at_it_again(sessions: Sessions, ports: Ports) -> None:
    cases = live_a_day(sessions, ports, now=NOW, cases=2)
    place = check(sessions, ports, now=NOW).history.place
    with sessions.begin() as session:
        sharing.change_consent(reopen(session, cases[0]).at(NOW + HOUR), "regulators", given=False)
    with sessions.begin() as session:
        session.connection().execute(sa.text("UPDATE consents SET withdrawn_at = NULL"))
    for hours in (1, 2):
        found = check(sessions, ports, now=NOW + hours * HOUR)
        assert [each.row.split()[0] for each in found.breaks] == ["consents"]
        with sessions() as session:
            assert audits.find_start(session, SERVER_KEYS, now=NOW + 2 * HOUR) == place


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_checks SET position = position + 1",
        "UPDATE history_checks SET whole_at = NULL",
        "UPDATE history_checks SET breaks = 9",
        "UPDATE history_checks SET guard = digest",
    ],
)
def test_a_place_that_was_bent_is_not_gone_on_from(sessions: Sessions, ports: Ports, statement: str) -> None:
    live_a_day(sessions, ports, now=NOW, cases=1)
    check(sessions, ports, now=NOW)
    with sessions.begin() as session:
        session.connection().execute(sa.text(statement))
    with sessions() as session:
        assert audits.find_start(session, SERVER_KEYS, now=NOW) is None
        assert audits.is_due(session, SERVER_KEYS, now=NOW)
