"""Words between the person and the team, and the team's own notes."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, Role, StepRefused
from portal.models.accounts import Staff
from portal.services.cases import messages
from portal.services.cases.handover import hand_to_team
from portal.services.cases.messages import BadText
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_team
from tests.services.fakes import HOUR


def with_team(session: Session, ports: Ports) -> tuple[CaseWork, CaseWork, UUID]:
    """A case that a team carries: as the person has it open, and as a member of staff has."""
    opened = make_case(session, ports)
    team, _ = make_team(session)
    hand_to_team(opened.at(NOW), team.id)
    new = NewStaff(login="tui", name="Tui Advocate", role=Role.ADVOCATE, password="a long enough password")
    staff: Staff = accounts.add_staff(session, new, now=NOW)
    member = Actor(kind=ActorKind.STAFF, staff_id=staff.id, role=Role.ADVOCATE, name=staff.name)
    return opened, replace(opened, actor=member), staff.id


def test_person_and_team_write_to_each_other_and_see_who_wrote(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.send_message(person.at(NOW), "Kia ora.")
    messages.send_message(staff.at(NOW + HOUR), "We are here.")
    shown = messages.message_views(person)
    assert [(each.author, each.author_name, each.text) for each in shown] == [
        (ActorKind.PERSON, "", "Kia ora."),
        (ActorKind.STAFF, "Tui Advocate", "We are here."),
    ]


def test_reading_marks_only_what_the_other_side_wrote(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.send_message(person.at(NOW), "One.")
    messages.send_message(staff.at(NOW), "Two.")
    messages.mark_read(person.at(NOW + HOUR))
    assert {each.text: each.is_read for each in messages.message_views(person)} == {
        "One.": False,
        "Two.": True,
    }


def test_a_message_to_nobody_is_refused(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="nobody would read"):
        messages.send_message(opened.at(NOW), "Hello?")


@pytest.mark.parametrize(("text", "why"), [("  \n", "Write something"), ("x" * 20_001, "too long")])
def test_an_empty_and_an_endless_message_are_refused(session: Session, ports: Ports, text: str, why: str) -> None:
    person, _, _ = with_team(session, ports)
    with pytest.raises(BadText, match=why):
        messages.send_message(person.at(NOW), text)


def test_notes_are_the_teams_own(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.add_note(staff.at(NOW), "Call on Monday.")
    assert [note.text for note in messages.note_views(staff)] == ["Call on Monday."]
    assert messages.note_views(person) == ()
    with pytest.raises(StepRefused):
        messages.add_note(person.at(NOW), "Mine.")
