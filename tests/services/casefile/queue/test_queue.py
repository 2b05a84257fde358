"""The team's list: own cases only, nearest date first, plain columns only."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, History, Path, Role, StepRefused
from portal.domain.safe_hours import EVERY_DAY, SafeHours
from portal.models.accounts import Team
from portal.models.cases import Case, CaseKey
from portal.models.safe_contacts import SafeContact
from portal.services.background import safe_hours
from portal.services.background.safe_hours import Carried
from portal.services.casefile import sharing
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.queue.filters import News, QueueChoice, QueueFilter, Risk, WaitsFor, Whose
from portal.services.casefile.queue.listing import ContactWindow, QueuePage
from portal.services.casefile.queue.today import SECTIONS
from portal.services.cases import handover, messages, opening
from portal.services.intake import drafts, submission
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.services.factories import NOW, make_team, make_work
from tests.services.fakes import DAY
from tests.services.people import share_case
from tests.statements import counted

LATER = NOW + timedelta(hours=2)


def add_case(session: Session, team: Team, number: int, **columns: object) -> Case:
    """A row as it stands after submitting; nothing sealed is needed for a list."""
    values: dict[str, object] = {
        "status": CaseStatus.OPEN,
        "path": Path.REMOVAL,
        "country": "NZ",
        "language": "en",
        "handler": Handler.TEAM,
        "team_id": team.id,
        "created_at": NOW,
        "submitted_at": NOW + timedelta(seconds=number),
        "sealed": b"sealed",
    }
    case = Case(id=uuid4(), reference=f"CASE-{number:04}", **{**values, **columns})
    session.add(case)
    session.flush()
    return case


def add_member(session: Session, team: Team, key: bytes, login: str = "tui") -> Actor:
    new = NewStaff(login=login, name=login.title(), role=Role.ADVOCATE, password="a long enough password")
    staff = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, staff, team, key, now=NOW)
    return Actor(kind=ActorKind.STAFF, staff_id=staff.id, role=Role.ADVOCATE, name=staff.name)


def listed(
    session: Session, ports: Ports, actor: Actor, team: Team, filter: QueueFilter = QueueFilter.ALL, page: int = 1
) -> QueuePage:
    choice = QueueChoice(show=filter)
    return queue.list_queue(make_work(session, ports, actor=actor), team_ids=(team.id,), choice=choice, page=page)


def test_what_can_be_saved_comes_first_and_what_is_long_dead_last(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    mine = {"assignee_id": actor.staff_id}
    add_case(session, team, 1, next_due_at=NOW - 92 * DAY, **mine)
    add_case(session, team, 2, next_due_at=NOW - DAY, **mine)
    add_case(session, team, 3, **mine)
    add_case(session, team, 4)
    add_case(session, team, 5, path=Path.THREAT)
    add_case(session, team, 6, under_18=True)
    add_case(session, team, 7, news_at=NOW, **mine)
    add_case(session, team, 8, next_due_at=NOW - 92 * DAY, running_due_at=NOW + 2 * DAY, **mine)
    add_case(session, team, 9, next_due_at=NOW + DAY)
    rows = listed(session, ports, actor, team).rows
    assert "".join(row.reference[-1] for row in rows) == "987654321"
    assert [row.is_overdue for row in rows] == [False] * 7 + [True] * 2
    assert rows[1].due_at == NOW + 2 * DAY, "the date that can still be kept, and not the one that is 92 days dead"


def test_a_far_date_does_not_hide_that_a_nearer_one_was_missed(session: Session, ports: Ports) -> None:
    """The person's own time limit runs for half a year: nothing of it can be saved today."""
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, next_due_at=NOW - DAY, running_due_at=NOW + 180 * DAY, assignee_id=actor.staff_id)
    add_case(session, team, 2, next_due_at=NOW + 180 * DAY, running_due_at=NOW + 180 * DAY)
    for number, days in ((3, 29), (4, 31)):
        add_case(session, team, number, next_due_at=NOW - DAY, running_due_at=NOW + days * DAY)
    rows = listed(session, ports, actor, team).rows
    assert [(row.reference[-1], row.is_overdue) for row in rows] == [
        ("3", False),
        ("2", False),
        ("4", True),
        ("1", True),
    ]
    assert listed(session, ports, actor, team, QueueFilter.RUNNING).total == 2


def test_a_case_that_was_taken_and_has_no_date_yet_stays_in_sight_with_the_risk_first(
    session: Session, ports: Ports
) -> None:
    """Taken, it is unassigned no more; nothing is sent, so no deadline shows it either."""
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, assignee_id=actor.staff_id)
    add_case(session, team, 2, assignee_id=actor.staff_id, path=Path.THREAT)
    add_case(session, team, 3, assignee_id=add_member(session, team, key, "mira").staff_id)
    add_case(session, team, 4, assignee_id=actor.staff_id, next_due_at=NOW + DAY)
    assert [row.reference[-1] for row in listed(session, ports, actor, team, QueueFilter.YOURS).rows] == ["2", "1"]
    assert {QueueFilter.YOURS, QueueFilter.UNASSIGNED} < set(SECTIONS)


def test_each_view_finds_its_cases_and_their_number(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, assignee_id=actor.staff_id)
    add_case(session, team, 2, next_due_at=NOW - DAY)
    add_case(session, team, 3, status=CaseStatus.CLOSED)
    add_case(session, team, 4, assignee_id=actor.staff_id, next_due_at=NOW + timedelta(minutes=5))
    found = {
        each: "".join(row.reference[-1] for row in listed(session, ports, actor, team, each).rows)
        for each in QueueFilter
    }
    assert found == {
        QueueFilter.ALL: "421",
        QueueFilter.RUNNING: "4",
        QueueFilter.TODAY: "4",
        QueueFilter.ANSWER: "",
        QueueFilter.APPROVAL: "",
        QueueFilter.HANDED: "",
        QueueFilter.UNASSIGNED: "2",
        QueueFilter.MINE: "41",
        QueueFilter.YOURS: "1",
        QueueFilter.PROMISED: "",
        QueueFilter.OVERDUE: "2",
        QueueFilter.MAIL: "",
        QueueFilter.STUCK: "2",
        QueueFilter.CLOSED: "3",
    }
    assert listed(session, ports, actor, team).counts == {each: len(numbers) for each, numbers in found.items()}


def test_what_narrows_a_view_counts_together(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, under_18=True, country="IE", language="ga")
    add_case(session, team, 2, under_18=True, country="IE", assignee_id=actor.staff_id)
    add_case(session, team, 3, path=Path.THREAT, country="IE")
    add_case(session, team, 4, country="DE")

    def find(**chosen: object) -> str:
        choice = QueueChoice(**chosen)  # type: ignore[arg-type]
        page = queue.list_queue(make_work(session, ports, actor=actor), team_ids=(team.id,), choice=choice, page=1)
        assert page.counts[choice.show] == page.total == len(page.rows)
        return "".join(sorted(row.reference[-1] for row in page.rows))

    assert find(risk=Risk.CHILD) == "12"
    assert find(risk=Risk.CHILD, whose=Whose.NOBODY) == "1"
    assert find(risk=Risk.THREAT, country="IE") == "3"
    assert find(country="IE", whose=Whose.MINE) == "2"
    assert find(language="ga") == "1"
    assert find(show=QueueFilter.MINE, risk=Risk.CHILD, country="DE") == ""
    assert find(is_stale=True) == "1234", "nothing was ever done in these"
    assert find(since=NOW - DAY) == ""


def test_a_person_who_writes_adds_links_or_withdraws_is_seen_until_a_member_looks(
    session: Session, ports: Ports
) -> None:
    shared = share_case(session, ports)
    team_id = shared.person.case.team_id
    assert team_id is not None

    def find(news: News | None = None, show: QueueFilter = QueueFilter.ANSWER, **chosen: object) -> QueuePage:
        choice = QueueChoice(show=show, news=news, **chosen)  # type: ignore[arg-type]
        return queue.list_queue(shared.first.at(LATER), team_ids=(team_id,), choice=choice, page=1)

    assert find().total == 0
    messages.send_message(shared.person.at(NOW), "He reads my mail.")
    assert [row.unread for row in find(News.WROTE).rows] == [1]
    assert find(News.LINKS).total == 0

    read = drafts.read_text("https://invented-new.org/1", ports=ports)
    submission.keep_items(shared.person.at(LATER), submission.plan_items(shared.person.at(LATER), read))
    sharing.change_consent(shared.person.at(LATER), "platforms", given=False)
    session.flush()
    (row,) = find(News.LINKS).rows
    assert row.news == (History.ITEMS_ADDED, History.CONSENT_WITHDRAWN)
    assert find(News.CONSENT).total == find(waits=WaitsFor.TEAM).total == 1

    opening.record_opening(shared.first.at(LATER))
    messages.mark_read(shared.first.at(LATER))
    session.flush()
    assert find().total == 0
    assert find(show=QueueFilter.ALL).rows[0].news == ()


def test_the_list_says_when_it_may_be_written_to_the_person(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    hours = {
        1: None,
        2: SafeHours(days=EVERY_DAY, first=time(0), last=time(23, 59), zone="UTC"),
        3: SafeHours(days=EVERY_DAY, first=time(23, 58), last=time(23, 59), zone="UTC"),
        4: SafeHours(days=EVERY_DAY, first=time(8), last=time(9), zone="UTC"),
    }
    for number, each in hours.items():
        case = add_case(session, team, number)
        contact = SafeContact(id=uuid4(), case_id=case.id, sealed=b"sealed")
        safe_hours.seal_carried(contact, Carried(hours=each), ports.keys)
        if number == 4:
            contact.carried = b"under a lost secret"
        session.add(contact)
    add_case(session, team, 5)
    session.flush()
    rows = listed(session, ports, actor, team).rows
    told = [
        ContactWindow.ANY_TIME,
        ContactWindow.NOW,
        ContactWindow.LATER,
        ContactWindow.UNKNOWN,
        ContactWindow.ANY_TIME,
    ]
    assert [row.contact for row in rows] == told
    assert rows[2].hours == hours[3]


def test_the_list_asks_as_much_for_many_cases_as_for_one(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1)
    with counted(session) as for_one:
        listed(session, ports, actor, team)
        once = for_one()
    for number in range(2, 90):
        add_case(session, team, number, news_at=NOW, next_due_at=NOW - DAY)
    with counted(session) as for_many:
        listed(session, ports, actor, team, page=2)
        asked = for_many()
    assert asked == once == 7


def test_a_team_sees_its_own_cases_only_and_nobody_without_a_team_sees_any(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    other, _ = accounts.create_team(session, "Elsewhere", now=NOW)
    actor = add_member(session, team, key)
    add_case(session, other, 1)
    assert listed(session, ports, actor, team).total == 0
    nothing = queue.list_queue(make_work(session, ports, actor=actor), team_ids=(), choice=QueueChoice(), page=1)
    assert nothing.rows == ()


def test_drafts_and_erased_cases_are_in_no_list(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, status=CaseStatus.DRAFT)
    add_case(session, team, 2, status=CaseStatus.ERASED, sealed=None)
    assert set(listed(session, ports, actor, team).counts.values()) == {0}


def test_a_page_has_thirty_cases_and_one_past_the_end_gives_the_last(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    for number in range(61):
        add_case(session, team, number)
    sizes = [len(listed(session, ports, actor, team, page=page).rows) for page in (1, 2, 3)]
    assert sizes == [30, 30, 1]
    last = listed(session, ports, actor, team, page=99)
    assert (last.page, last.pages, last.total) == (3, 3, 61)


def test_a_case_is_given_to_members_of_its_team_only(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    other, other_key = accounts.create_team(session, "Elsewhere", now=NOW)
    actor = add_member(session, team, key)
    stranger = add_member(session, other, other_key, "kea")
    opened = make_work(session, ports, actor=actor).on(add_case(session, team, 1), b"\0" * 32)
    queue.take_case(opened.at(NOW))
    assert opened.case.assignee_id == actor.staff_id
    with pytest.raises(StepRefused, match="not in the team"):
        queue.assign(opened.at(NOW), stranger.staff_id)
    queue.assign(opened.at(NOW), None)
    assert opened.case.assignee_id is None


def test_a_case_that_was_taken_back_is_nobodys_when_a_team_gets_it_again(session: Session, ports: Ports) -> None:
    """Else whoever had it would read it as their own, although nobody gave it to them this time."""
    shared = share_case(session, ports)
    team_id = shared.person.case.team_id
    assert team_id is not None
    queue.take_case(shared.first.at(NOW))
    handover.take_back(shared.person.at(NOW))
    left = select(CaseKey.holder).where(CaseKey.case_id == shared.person.case.id)
    assert session.scalars(left).all() == [Handler.PERSON], "the team's wrap of the key is destroyed"
    handover.hand_to_team(shared.person.at(NOW), team_id)
    assert shared.person.case.assignee_id is None


def test_the_person_assigns_nobody(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_work(session, ports).on(add_case(session, team, 1), b"\0" * 32)
    with pytest.raises(StepRefused):
        queue.assign(opened.at(NOW), UUID(int=1))
