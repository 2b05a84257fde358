"""The correspondence of a case: each message with its words, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, History
from portal.services.casefile.page import list_events
from portal.services.casefile.thread import Beside, Owed, read_beside
from portal.services.casefile.timeline import TimelineKind, read_timeline
from portal.services.cases import messages
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossiers
from portal.services.tracking import answers, corrections
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.corrections import CorrectionCommand
from portal.services.work import CaseWork
from tests.services.fakes import DAY, HOUR, send
from tests.services.people import share_case

ZONE = ZoneInfo("Pacific/Auckland")


def read(work: CaseWork) -> list[tuple[History, Beside | None]]:
    """The thread, newest first."""
    part = read_timeline(work, kind=TimelineKind.THREAD, request_number=None, zone=ZONE, page=1)
    rows = [row for day in part.rows for row in day.rows]
    beside: Mapping[int, Beside] = read_beside(work, rows, read_dossiers(work))
    return [(row.kind, beside.get(row.sequence)) for row in rows]


def refuse(work: CaseWork, at: datetime) -> None:
    answers.log_answer(work.at(at + HOUR), 1, AnswerCommand(answer=Answer.REFUSED, at=at, text="No."))


def test_a_message_of_the_person_waits_until_the_team_writes(session: Session, ports: Ports) -> None:
    both = share_case(session, ports)
    later = both.person.now + HOUR
    messages.send_message(both.person.at(later), "He reads my mail.")
    kind, beside = read(both.first.at(later))[0]
    assert kind is History.MESSAGE
    assert beside == Beside(message="He reads my mail.", owed=Owed.MESSAGE)

    messages.send_message(both.first.at(later + HOUR), "We know. We wait.")
    found = read(both.first.at(later + HOUR))
    assert [beside.message for _kind, beside in found[:2] if beside] == ["We know. We wait.", "He reads my mail."]
    assert not any(beside.owed for _kind, beside in found if beside)


def test_a_refusal_waits_and_one_that_was_corrected_is_not_there(session: Session, ports: Ports) -> None:
    both = share_case(session, ports)
    work = both.first
    send(session, work, ports, 1)
    refuse(work, work.now + DAY)
    after = work.at(work.now + 2 * DAY)
    found = read(after)
    assert found[0][0] is History.ANSWERED
    assert found[0][1] is not None
    assert found[0][1].owed is Owed.LETTER
    assert found[0][1].topic is not None
    assert [kind for kind, _beside in found].count(History.ANSWERED) == 1
    wrong = next(event for event in list_events(after) if event.kind is History.ANSWERED)
    corrections.correct(after, CorrectionCommand(sequence=wrong.sequence, never=True))
    assert History.ANSWERED not in [kind for kind, _beside in read(after)]
