"""What is to be known before anything is done in a case, and its timeline, on both databases."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from portal.domain.safe_hours import SafeHours
from portal.services.casefile.marks import read_marks
from portal.services.casefile.queue.listing import ContactWindow
from portal.services.casefile.timeline import TimelineKind, read_timeline
from portal.services.cases import safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.ports import Ports
from tests.services.factories import NOW, make_case
from tests.services.fakes import send


@pytest.mark.parametrize(
    ("day", "contact"), [(NOW.weekday(), ContactWindow.NOW), ((NOW.weekday() + 2) % 7, ContactWindow.LATER)]
)
def test_the_window_is_judged_at_this_moment(session: Session, ports: Ports, day: int, contact: ContactWindow) -> None:
    opened = make_case(session, ports, safe_contact="Not after four.")
    assert read_marks(opened).contact is ContactWindow.ANY_TIME
    hours = SafeHours(days=frozenset({day}), first=time(0), last=time(23, 59), zone="UTC")
    safe_contact.save_choices(opened, Choices(hours=hours, words="Say that you are from the dentist."))
    marks = read_marks(opened.at(NOW))
    assert marks.contact is contact
    assert marks.words == ("Say that you are from the dentist.", "Not after four.")
    assert (marks.is_child, marks.is_threat, marks.unread) == (False, False, 0)


def test_the_timeline_is_of_one_kind_and_names_its_letters(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    found = read_timeline(opened, kind=TimelineKind.LETTERS, request_number=1, zone=ZoneInfo("UTC"), page=1)
    rows = [row for day in found.rows for row in day.rows]
    assert {row.request_number for row in rows} == {1}
    assert {row.letter.recipient for row in rows if row.letter} == {"X (Twitter)"}
    assert not any(row.text == "The report was saved." for row in rows)
