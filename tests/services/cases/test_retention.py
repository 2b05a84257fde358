"""What goes by itself and when, the warning before, keeping it for longer, and holds by two members."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_session_factory
from portal.domain.lifecycle import CaseStatus, CloseReason, History, StepRefused
from portal.models.cases import Case
from portal.models.holds import Hold
from portal.models.outbox import MailKind, OutboxMail
from portal.services.cases import erasure, handover, holds, retention
from portal.services.cases.retention import Fate, RetentionResult
from portal.services.intake import drafts
from portal.services.operations import sweep
from portal.services.ports import Ports
from portal.services.signin import sessions as web_sessions
from portal.services.work import CaseWork
from tests.services.cases.test_mail_contact import confirm
from tests.services.factories import NOW, guarded, make_case, make_draft, make_work
from tests.services.people import Shared, kinds, make_mail_ports, share_case

DAY = timedelta(days=1)
LAST_DAY = date(2027, 6, 30)
LONG_AFTER = NOW + 200 * DAY  # the closed case's 90 days are over, the hold is not
AFTER_HOLD = datetime(2027, 7, 1, 0, 0, tzinfo=NOW.tzinfo)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)


def close(session: Session, opened: CaseWork, ports: Ports, *, now: datetime = NOW) -> None:
    handover.close(opened.at(now), reason=CloseReason.REMOVED)
    session.flush()


def run(session: Session, *, now: datetime, ports: Ports) -> RetentionResult:
    """As the worker does it: in transactions of its own, after what the test has written."""
    session.commit()
    done = retention.run(guarded(make_session_factory(session.get_bind())), now=now, ports=ports)  # type: ignore[arg-type]
    session.expire_all()
    return done


def count_warnings(session: Session) -> int:
    query = select(func.count()).select_from(OutboxMail).where(OutboxMail.kind == MailKind.RETENTION)
    return session.scalar(query) or 0


def held(session: Session, ports: Ports, *, confirmed: bool = True) -> Shared:
    shared = share_case(session, ports)
    holds.ask_hold(shared.first.at(NOW), "A court asked.", LAST_DAY)
    if confirmed:
        holds.confirm_hold(shared.second.at(NOW))
    close(session, shared.person, ports)
    return shared


def test_the_list_says_what_goes_what_is_near_and_what_is_held(session: Session, ports: Ports) -> None:
    draft, _ = make_draft(session, ports)
    shared = held(session, ports)
    near = make_case(session, ports)
    close(session, near, ports, now=LONG_AFTER - 80 * DAY)
    stays = make_case(session, ports)
    close(session, stays, ports, now=LONG_AFTER)
    make_case(session, ports)
    rows = retention.list_rows(make_work(session, ports, now=LONG_AFTER))
    assert {row.reference: row.fate for row in rows} == {
        draft.reference: Fate.GOES,
        shared.person.reference: Fate.HELD,
        near.reference: Fate.WARNED,
        stays.reference: Fate.STAYS,
    }


def test_the_person_is_warned_once_from_fourteen_days_before(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    close(session, opened, ports)
    day_before = NOW + 76 * DAY - timedelta(minutes=1)
    assert run(session, now=day_before, ports=ports).warned == 0
    assert not retention.is_near(opened.case, now=day_before)
    assert retention.is_near(opened.case, now=NOW + 76 * DAY)
    assert run(session, now=NOW + 76 * DAY, ports=ports).warned == 1
    for days in (76, 77, 89):
        assert run(session, now=NOW + days * DAY, ports=ports).warned == 0
    assert count_warnings(session) == 1
    assert opened.case.retention_until == NOW + 90 * DAY
    assert kinds(session, opened)[-1] is History.RETENTION_WARNED


def test_a_warning_that_comes_late_still_leaves_fourteen_days(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    close(session, opened, ports)
    done = run(session, now=LONG_AFTER, ports=ports)
    assert (done.warned, done.gone) == (1, 0)
    assert opened.case.retention_until == LONG_AFTER + 14 * DAY
    assert run(session, now=LONG_AFTER + 13 * DAY, ports=ports).gone == 0
    assert run(session, now=LONG_AFTER + 15 * DAY, ports=ports).gone == 1


def test_a_case_that_is_kept_is_warned_of_anew(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    close(session, opened, ports)
    run(session, now=NOW + 80 * DAY, ports=ports)
    until = retention.keep_longer(opened.at(NOW + 81 * DAY))
    assert until == NOW + 171 * DAY
    assert run(session, now=NOW + 91 * DAY, ports=ports).gone == 0
    assert run(session, now=until - 14 * DAY, ports=ports).warned == 1
    assert count_warnings(session) == 2


def test_only_a_closed_case_can_be_kept_for_longer(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused):
        retention.keep_longer(opened.at(NOW))


def test_the_sweep_warns_and_lets_go_and_a_second_one_changes_nothing(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        close(session, opened, ports)
    assert sweep.sweep(sessions, now=LONG_AFTER, ports=ports).purged == 1
    assert sweep.sweep(sessions, now=LONG_AFTER, ports=ports).purged == 0
    with sessions() as session:
        assert session.get_one(Case, opened.case.id).status is CaseStatus.ERASED


def test_drafts_go_after_their_days_and_cases_do_not(session: Session, ports: Ports) -> None:
    make_draft(session, ports)
    kept = make_case(session, ports)
    assert run(session, now=NOW + 6 * DAY, ports=ports).gone == 0
    assert run(session, now=NOW + 8 * DAY, ports=ports).gone == 1
    assert session.scalars(select(Case.id)).all() == [kept.case.id]


def test_a_closed_case_is_erased_after_its_days_unless_it_is_opened_again(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    close(session, opened, ports)
    handover.reopen(opened.at(NOW))
    assert run(session, now=NOW + 400 * DAY, ports=ports).gone == 0
    close(session, opened, ports)
    assert run(session, now=NOW + 91 * DAY, ports=ports).gone == 1


def test_a_held_case_is_erased_only_after_the_holds_last_day(session: Session, ports: Ports) -> None:
    shared = held(session, ports)
    assert run(session, now=LONG_AFTER, ports=ports).gone == 0
    assert run(session, now=AFTER_HOLD - timedelta(minutes=1), ports=ports).gone == 0
    assert run(session, now=AFTER_HOLD, ports=ports).gone == 1
    assert shared.person.case.status is CaseStatus.ERASED


def test_one_member_alone_holds_nothing(session: Session, ports: Ports) -> None:
    shared = held(session, ports, confirmed=False)
    with pytest.raises(StepRefused, match="nother member"):
        holds.confirm_hold(shared.first.at(NOW))
    assert run(session, now=LONG_AFTER, ports=ports).gone == 1


def test_the_persons_own_erasing_works_while_a_hold_counts(session: Session, ports: Ports) -> None:
    shared = held(session, ports)
    erasure.erase(shared.person.at(NOW))
    session.flush()
    assert shared.person.case.status is CaseStatus.ERASED
    assert session.scalar(select(func.count()).select_from(Hold)) == 0


def test_a_hold_is_visible_to_the_person_and_can_be_lifted(session: Session, ports: Ports) -> None:
    shared = held(session, ports)
    holds.end_hold(shared.first.at(NOW))
    assert holds.hold_view(shared.person.at(NOW)) is None
    assert run(session, now=LONG_AFTER, ports=ports).gone == 1
    with pytest.raises(StepRefused):
        holds.end_hold(shared.first.at(NOW))


@pytest.mark.parametrize("ends_on", [None, NOW.date(), date(2027, 11, 25)])
def test_a_hold_has_a_last_day_after_today_and_within_a_year(
    session: Session, ports: Ports, ends_on: date | None
) -> None:
    shared = share_case(session, ports)
    with pytest.raises(StepRefused, match="within a year"):
        holds.ask_hold(shared.first.at(NOW), "A court asked.", ends_on)
    holds.ask_hold(shared.first.at(NOW), "A court asked.", date(2027, 11, 24))
    with pytest.raises(StepRefused, match="already"):
        holds.ask_hold(shared.second.at(NOW), "Again.", LAST_DAY)


def test_a_hold_counts_on_its_last_day_and_is_gone_the_day_after(session: Session, ports: Ports) -> None:
    shared = held(session, ports)
    assert holds.hold_view(shared.person.at(AFTER_HOLD - timedelta(seconds=1))) is not None
    assert holds.hold_view(shared.person.at(AFTER_HOLD)) is None


def test_the_person_sees_who_asked_and_until_when(session: Session, ports: Ports) -> None:
    shared = held(session, ports)
    view = holds.hold_view(shared.person.at(NOW))
    assert view is not None
    assert (view.reason, view.ends_on, view.asked_by, view.is_confirmed) == ("A court asked.", LAST_DAY, "Mere", True)
    assert not view.may_confirm


def test_a_case_that_was_warned_of_and_then_held_is_warned_of_anew(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports)
    close(session, shared.person, ports)
    assert run(session, now=NOW + 80 * DAY, ports=ports).warned == 1
    later = NOW + 85 * DAY
    holds.ask_hold(shared.first.at(later), "A court asked.", LAST_DAY)
    holds.confirm_hold(shared.second.at(later))
    assert run(session, now=AFTER_HOLD - DAY, ports=ports) == RetentionResult(warned=0, gone=0)
    assert run(session, now=AFTER_HOLD, ports=ports) == RetentionResult(warned=1, gone=0)
    assert run(session, now=AFTER_HOLD + 15 * DAY, ports=ports) == RetentionResult(warned=0, gone=1)


def test_one_case_that_cannot_be_erased_holds_up_no_other(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [make_draft(session, ports)[0].case.id for _ in range(4)]
    erase, broken = erasure.erase, sorted(drafts)[1]

    def erase_some(work: CaseWork) -> None:
        erase(work)
        if work.case.id == broken:
            raise OSError("the disk is full")

    monkeypatch.setattr(retention, "erase", erase_some)
    assert run(session, now=LONG_AFTER, ports=ports) == RetentionResult(warned=0, gone=3, failed=1)
    assert session.scalars(select(Case.id)).all() == [broken]
    assert {lock.case_id for lock in ports.locks.list_all()} == {broken}, "nothing of it was destroyed by halves"
    monkeypatch.setattr(retention, "erase", erase)
    assert run(session, now=LONG_AFTER, ports=ports) == RetentionResult(warned=0, gone=1)


def test_a_purge_that_is_killed_half_way_keeps_what_it_did(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        make_draft(session, ports)
    erase, seen = erasure.erase, []

    def die(work: CaseWork) -> None:
        seen.append(work.case.id)
        if len(seen) == 3:
            raise KeyboardInterrupt
        erase(work)

    monkeypatch.setattr(retention, "erase", die)
    with pytest.raises(KeyboardInterrupt):
        run(session, now=LONG_AFTER, ports=ports)
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_what_is_due_is_read_in_parts_and_each_once(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        make_draft(session, ports)
    monkeypatch.setattr(retention, "erase", lambda *_given, **_named: None)  # they stay due
    assert run(session, now=LONG_AFTER, ports=ports).gone == 5


def test_a_draft_that_is_worked_on_has_its_days_anew(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports)
    drafts.save_report(opened.at(NOW + 6 * DAY), opened.report, version=None)
    assert run(session, now=NOW + 12 * DAY, ports=ports).gone == 0
    assert run(session, now=NOW + 14 * DAY, ports=ports).gone == 1


def test_nothing_goes_while_somebody_has_it_open(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports)
    values = {"case_id": str(opened.case.id), "case_key": opened.key.hex()}
    seen_at = NOW + 8 * DAY
    web_sessions.save(session, web_sessions.new_token(), values, now=seen_at, lasts=7 * DAY)
    assert run(session, now=seen_at + timedelta(minutes=59), ports=ports).gone == 0
    assert run(session, now=seen_at + timedelta(minutes=61), ports=ports).gone == 1
