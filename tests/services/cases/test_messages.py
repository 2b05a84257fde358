"""Words between the person and the team, and the team's own notes."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, Role, StepRefused
from portal.models.accounts import Staff
from portal.services.cases import messages
from portal.services.cases.case_work import OpenCase
from portal.services.cases.handover import hand_to_team
from portal.services.cases.messages import BadText
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.services.factories import NOW, make_case, make_team
from tests.services.fakes import HOUR


def with_team(session: Session, ports: Ports) -> tuple[OpenCase, OpenCase, UUID]:
    """A case that a team carries: as the person has it open, and as a member of staff has."""
    opened = make_case(session, ports)
    team, _ = make_team(session)
    hand_to_team(session, opened, team.id, now=NOW, ports=ports)
    new = NewStaff(login="tui", name="Tui Advocate", role=Role.ADVOCATE, password="a long enough password")
    staff: Staff = accounts.add_staff(session, new, now=NOW)
    member = Actor(kind=ActorKind.STAFF, staff_id=staff.id, role=Role.ADVOCATE, name=staff.name)
    return opened, OpenCase(opened.case, opened.key, member), staff.id


def test_person_and_team_write_to_each_other_and_see_who_wrote(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.send_message(session, person, "Kia ora.", now=NOW)
    messages.send_message(session, staff, "We are here.", now=NOW + HOUR)
    shown = messages.message_views(session, person)
    assert [(each.author, each.author_name, each.text) for each in shown] == [
        (ActorKind.PERSON, "", "Kia ora."),
        (ActorKind.STAFF, "Tui Advocate", "We are here."),
    ]


def test_reading_marks_only_what_the_other_side_wrote(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.send_message(session, person, "One.", now=NOW)
    messages.send_message(session, staff, "Two.", now=NOW)
    messages.mark_read(session, person, now=NOW + HOUR)
    assert {each.text: each.is_read for each in messages.message_views(session, person)} == {
        "One.": False,
        "Two.": True,
    }


def test_a_message_to_nobody_is_refused(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="nobody would read"):
        messages.send_message(session, opened, "Hello?", now=NOW)


@pytest.mark.parametrize(("text", "why"), [("  \n", "Write something"), ("x" * 20_001, "too long")])
def test_an_empty_and_an_endless_message_are_refused(session: Session, ports: Ports, text: str, why: str) -> None:
    person, _, _ = with_team(session, ports)
    with pytest.raises(BadText, match=why):
        messages.send_message(session, person, text, now=NOW)


def test_notes_are_the_teams_own(session: Session, ports: Ports) -> None:
    person, staff, _ = with_team(session, ports)
    messages.add_note(session, staff, "Call on Monday.", now=NOW)
    assert [note.text for note in messages.note_views(session, staff)] == ["Call on Monday."]
    assert messages.note_views(session, person) == ()
    with pytest.raises(StepRefused):
        messages.add_note(session, person, "Mine.", now=NOW)
