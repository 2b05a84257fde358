"""Correcting what was written down wrongly: the history grows, the wrong entry holds no more, rows and clocks
follow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import (
    Answer,
    CloseReason,
    ComplaintState,
    History,
    ItemState,
    LetterKind,
    Proof,
    RequestState,
    SendingChannel,
    StepRefused,
)
from portal.models.clocks import Clock
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases import handover, opening
from portal.services.cases.instants import BadInstant
from portal.services.clocks.agreement import list_breaks
from portal.services.clocks.many import refresh_overdue
from portal.services.complaints import complaints
from portal.services.complaints.bundle import gather
from portal.services.complaints.complaints import LodgedCommand
from portal.services.history.events import find_break, read_history
from portal.services.history.valid_events import keep_valid
from portal.services.letters import kept_letters, letters
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.requests.lookup import find_complaint, find_item, find_request
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.correctable import Fact, list_corrections
from portal.services.tracking.corrected_rows import OpenedHistory
from portal.services.tracking.corrections import CorrectionCommand, correct
from portal.services.tracking.sending import ReceiptCommand, SentCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, HOUR, print_quickly, reminded, send

ONE_SITE = "https://www.instagram.com/p/Abc123/ https://www.instagram.com/p/Abc124/"
LATE = NOW + 10 * DAY


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def opened(session: Session, ports: Ports) -> CaseWork:
    """Two links on one platform, whose letter left an hour after the report."""
    case = make_case(session, ports, links=ONE_SITE)
    send(session, case, ports)
    return case


def entry(work: CaseWork, kind: History) -> int:
    """The sequence of the last entry of that kind that holds."""
    held = keep_valid(read_history(work.session, work.case.id))
    return max(event.sequence for event in held if event.kind is kind)


def request(work: CaseWork, number: int = 1) -> Request:
    return find_request(work, number)


def states(work: CaseWork) -> list[ItemState]:
    rows = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number))
    return [row.state for row in rows]


def clocks(work: CaseWork) -> dict[tuple[str, str], Clock]:
    rows = work.session.scalars(select(Clock).where(Clock.request_id == request(work).id))
    return {(row.regime, row.rule): row for row in rows}


def dates(work: CaseWork) -> dict[tuple[str, str], tuple[datetime, datetime | None, ClockState]]:
    return {key: (row.started_at, row.due_at, row.state) for key, row in clocks(work).items()}


def check(work: CaseWork) -> None:
    """The chain is whole, the rows say what the entries say, and going through them again gives the same rows."""
    work.session.flush()
    events = read_history(work.session, work.case.id)
    assert find_break(events) is None
    assert list_breaks(work) == []
    case = OpenedHistory(work)
    replayed = case.replay(case.happened())
    for request_id, stand in replayed.requests.items():
        row = case.dossiers[request_id].request
        told = (row.state, row.channel, row.sent_at, row.received_at, row.answered_at)
        assert told == (stand.state, stand.channel, stand.sent_at, stand.received_at, stand.answered_at)
    assert {number: row.state for number, row in case.items.items()} == replayed.items


def log(work: CaseWork, answer: Answer, *, at: datetime = NOW + DAY, items: tuple[int, ...] = ()) -> None:
    answers.log_answer(work.at(at), 1, AnswerCommand(answer=answer, at=at, text="As we see it.", items=items))


def test_another_time_of_sending_moves_every_clock_that_starts_there(opened: CaseWork) -> None:
    before = dates(opened)
    right = NOW - 5 * HOUR
    moved = correct(opened.at(NOW + DAY), CorrectionCommand(sequence=entry(opened, History.SENT), at=right))
    assert request(opened).sent_at == right
    after = dates(opened)
    assert before.keys() == after.keys()
    assert {started for started, _due, _state in after.values()} == {right}
    assert moved.before is not None
    assert moved.after is not None
    assert moved.before - moved.after == 6 * HOUR
    check(opened.at(NOW + DAY))


def test_a_correction_is_a_new_entry_and_the_wrong_one_stays_readable(opened: CaseWork) -> None:
    before = [(event.sequence, event.digest) for event in read_history(opened.session, opened.case.id)]
    wrong = entry(opened, History.SENT)
    command = CorrectionCommand(sequence=wrong, at=NOW, reason="I looked at the wrong clock.")
    correct(opened.at(NOW + DAY), command)
    events = read_history(opened.session, opened.case.id)
    assert [(event.sequence, event.digest) for event in events][: len(before)] == before
    (told,) = list_corrections(events)
    assert (told.fact, told.was_at, told.now_at) == (Fact.SENT, NOW + HOUR, NOW)
    assert wrong not in {event.sequence for event in keep_valid(events)}
    facts = [event.facts for event in events if event.kind is History.CORRECTED]
    assert all("wrong clock" not in str(each) for each in facts)


def test_the_same_correction_a_second_time_is_refused_and_changes_nothing(opened: CaseWork) -> None:
    command = CorrectionCommand(sequence=entry(opened, History.SENT), at=NOW)
    correct(opened.at(NOW + DAY), command)
    before = len(read_history(opened.session, opened.case.id))
    with pytest.raises(StepRefused, match="corrected already"):
        correct(opened.at(NOW + DAY), command)
    assert len(read_history(opened.session, opened.case.id)) == before


def test_what_was_corrected_can_be_corrected_again(opened: CaseWork) -> None:
    for at in (NOW, NOW + 2 * HOUR, NOW + HOUR):
        correct(opened.at(NOW + DAY), CorrectionCommand(sequence=entry(opened, History.SENT), at=at))
        assert request(opened).sent_at == at
    assert len(list_corrections(read_history(opened.session, opened.case.id))) == 3
    check(opened.at(NOW + DAY))


def test_what_arrived_as_it_was_sent_moves_with_the_sending(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_SITE)
    send(session, opened, ports, received_at=NOW + HOUR)
    correct(opened.at(NOW + DAY), CorrectionCommand(sequence=entry(opened, History.SENT), at=NOW))
    assert request(opened).received_at == NOW
    assert {started for started, _due, _state in dates(opened).values()} == {NOW}
    check(opened.at(NOW + DAY))


def test_a_sending_after_its_answer_is_refused_with_what_to_correct_first(opened: CaseWork) -> None:
    log(opened, Answer.REFUSED)
    late = NOW + DAY + HOUR
    with pytest.raises(StepRefused, match="an answer for a moment before this one"):
        correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.SENT), at=late))


def test_a_time_that_cannot_be_is_refused(opened: CaseWork) -> None:
    with pytest.raises(BadInstant, match="future"):
        correct(opened.at(NOW + DAY), CorrectionCommand(sequence=entry(opened, History.SENT), at=NOW + 3 * DAY))


def test_a_letter_that_never_left_can_be_sent_again(session: Session, ports: Ports, opened: CaseWork) -> None:
    correct(opened.at(NOW + DAY), CorrectionCommand(sequence=entry(opened, History.SENT), never=True))
    row = request(opened)
    assert (row.state, row.sent_at, row.channel) == (RequestState.PREPARED, None, None)
    assert states(opened) == [ItemState.REPORTED] * 2
    assert clocks(opened) == {}
    dossier = read_dossier(opened, 1)
    assert dossier.ticket == ""
    assert [letter.left_at for letter in dossier.letters] == [None]
    check(opened.at(NOW + DAY))
    command = SentCommand(has_checked=True, channel=SendingChannel.EMAIL, sent_at=NOW + DAY)
    sending.record_sent(opened.at(NOW + DAY), 1, command)
    assert request(opened).sent_at == NOW + DAY
    assert {started for started, _due, _state in dates(opened).values()} == {NOW + DAY}
    check(opened.at(NOW + DAY))


def test_a_letter_that_was_answered_did_leave(opened: CaseWork) -> None:
    log(opened, Answer.REFUSED)
    with pytest.raises(StepRefused, match="an answer after it"):
        correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.SENT), never=True))


def test_a_receipt_can_be_moved_proven_and_taken_back(opened: CaseWork) -> None:
    sending.record_received(opened.at(NOW + DAY), 1, ReceiptCommand(at=NOW + 5 * HOUR, proof=Proof.CONFIRMATION))
    sequence = entry(opened, History.RECEIPT_CONFIRMED)
    correct(opened.at(NOW + DAY), CorrectionCommand(sequence=sequence, at=NOW + 3 * HOUR, proof=Proof.NONE))
    assert request(opened).received_at == NOW + 3 * HOUR
    assert read_dossier(opened, 1).receipt_proof is Proof.NONE
    assert all(row.estimated for row in clocks(opened).values() if row.due_at)
    check(opened.at(NOW + DAY))
    never = CorrectionCommand(sequence=entry(opened, History.RECEIPT_CONFIRMED), never=True)
    correct(opened.at(NOW + DAY), never)
    assert request(opened).received_at is None
    check(opened.at(NOW + DAY))


def test_a_refusal_that_was_a_removal_closes_the_clocks(opened: CaseWork) -> None:
    log(opened, Answer.REFUSED)
    assert request(opened).state is RequestState.REFUSED
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.ANSWERED), answer=Answer.REMOVED))
    assert request(opened).state is RequestState.REMOVED
    assert states(opened) == [ItemState.REMOVED] * 2
    removal = [row for row in clocks(opened).values() if row.state in {ClockState.MET, ClockState.MET_LATE}]
    assert removal
    check(opened.at(LATE))


def test_a_removal_that_was_a_refusal_opens_the_request_again(opened: CaseWork) -> None:
    log(opened, Answer.REMOVED)
    assert request(opened).state is RequestState.REMOVED
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.ANSWERED), answer=Answer.REFUSED))
    assert request(opened).state is RequestState.REFUSED
    assert states(opened) == [ItemState.REFUSED] * 2
    assert not [row for row in clocks(opened).values() if row.rule == "removal" and row.state is ClockState.MET]
    check(opened.at(LATE))


def test_an_answer_that_never_came_is_no_receipt_either(opened: CaseWork) -> None:
    log(opened, Answer.REFUSED)
    assert request(opened).received_at is not None
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.ANSWERED), never=True))
    row = request(opened)
    assert (row.state, row.answered_at, row.received_at) == (RequestState.SENT, None, None)
    assert states(opened) == [ItemState.ASKED] * 2
    check(opened.at(LATE))


def test_an_answer_by_post_takes_its_receipt_with_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_SITE)
    command = SentCommand(has_checked=True, channel=SendingChannel.POST, sent_at=NOW)
    sending.record_sent(opened.at(NOW), 1, command)
    log(opened, Answer.REFUSED, at=NOW + 5 * DAY)
    assert request(opened).received_at == NOW + 5 * DAY
    sequence = entry(opened, History.ANSWERED)
    correct(opened.at(LATE), CorrectionCommand(sequence=sequence, at=NOW + 4 * DAY))
    assert (request(opened).answered_at, request(opened).received_at) == (NOW + 4 * DAY, NOW + 4 * DAY)
    check(opened.at(LATE))


def test_an_earlier_answer_does_not_take_the_turn_of_a_later_one(opened: CaseWork) -> None:
    log(opened, Answer.ACKNOWLEDGED)
    first = entry(opened, History.ANSWERED)
    log(opened, Answer.REFUSED, at=NOW + 2 * DAY)
    correct(opened.at(LATE), CorrectionCommand(sequence=first, at=NOW + DAY + HOUR))
    assert request(opened).state is RequestState.REFUSED
    check(opened.at(LATE))


def test_a_question_that_was_answered_stays_answered_when_its_time_is_corrected(opened: CaseWork) -> None:
    log(opened, Answer.MORE_ASKED)
    sequence = entry(opened, History.ANSWERED)
    sending.record_information_sent(opened.at(NOW + 2 * DAY), 1, NOW + 2 * DAY)
    correct(opened.at(LATE), CorrectionCommand(sequence=sequence, at=NOW + DAY + HOUR))
    assert request(opened).state is RequestState.ACKNOWLEDGED
    check(opened.at(LATE))


def test_a_link_that_was_never_gone_is_asked_for_again_and_so_is_its_request(opened: CaseWork) -> None:
    answers.mark_gone(opened.at(NOW + DAY), 1)
    first = entry(opened, History.ITEM_GONE)
    answers.mark_gone(opened.at(NOW + DAY), 2)
    assert request(opened).state is RequestState.REMOVED
    correct(opened.at(LATE), CorrectionCommand(sequence=first, never=True))
    assert states(opened) == [ItemState.ASKED, ItemState.REMOVED]
    assert request(opened).state is RequestState.SENT
    told = [event for event in keep_valid(read_history(opened.session, opened.case.id)) if event.facts.get("whole")]
    assert told == []
    check(opened.at(LATE))


def test_a_link_that_never_came_back_goes_to_its_request_again(session: Session, opened: CaseWork) -> None:
    answers.mark_gone(opened.at(NOW + DAY), 1)
    answers.mark_back(opened.at(NOW + DAY), 1)
    newer = find_item(opened, 1).request_id
    assert newer != request(opened).id
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.ITEM_BACK), never=True))
    item = find_item(opened, 1)
    assert (item.state, item.request_id) == (ItemState.REMOVED, request(opened).id)
    assert request(opened, 2).state is RequestState.CLOSED
    check(opened.at(LATE))


def test_a_link_for_which_a_new_letter_left_did_come_back(session: Session, ports: Ports, opened: CaseWork) -> None:
    answers.mark_gone(opened.at(NOW + DAY), 1)
    answers.mark_back(opened.at(NOW + DAY), 1)
    send(session, opened, ports, 2, at=NOW + DAY + HOUR)
    with pytest.raises(StepRefused, match="already sent a new letter"):
        correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.ITEM_BACK), never=True))


def test_a_number_is_corrected_where_it_was_given_with_the_sending_or_later(opened: CaseWork) -> None:
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.SENT), ticket="T-7"))
    assert read_dossier(opened, 1).ticket == "T-7"
    sending.record_ticket(opened.at(LATE), 1, "T-8")
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.TICKET_GIVEN), ticket="T-9"))
    assert read_dossier(opened, 1).ticket == "T-9"
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.TICKET_GIVEN), never=True))
    assert read_dossier(opened, 1).ticket == "T-7"
    check(opened.at(LATE))


def test_a_reminder_that_never_left_can_be_sent(opened: CaseWork) -> None:
    letter = letters.make_letter(opened.at(LATE), LetterKind.REMINDER, 1)
    sending.record_reminded(opened.at(LATE), 1, reminded(LATE, letter.number))
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.REMINDED), never=True))
    assert read_dossier(opened, 1).sent_reminders == ()
    sending.record_reminded(opened.at(LATE), 1, reminded(LATE, letter.number))
    check(opened.at(LATE))


@pytest.fixture
def lodged(opened: CaseWork) -> CaseWork:
    """A complaint about the refused letter that went to the authority on the tenth day."""
    log(opened, Answer.REFUSED)
    refresh_overdue(opened.at(LATE), [opened.case.id])
    option = next(each for each in complaints.options(opened.at(LATE)) if each.is_open)
    complaints.prepare(opened.at(LATE), option.regime, option.regulator, [1], wish="That it is taken down.")
    complaints.record_lodged(opened.at(LATE), 1, LodgedCommand(has_checked=True, at=LATE, ticket="C-1"))
    return opened


def test_a_complaint_that_left_on_another_day_has_other_dates(lodged: CaseWork) -> None:
    work = lodged.at(LATE + DAY)
    correct(work, CorrectionCommand(sequence=entry(work, History.COMPLAINT_LODGED), at=LATE - DAY, ticket="C-2"))
    row = find_complaint(work, 1)
    assert (row.state, row.lodged_at) == (ComplaintState.LODGED, LATE - DAY)
    assert work.read_sealed(row)["ticket"] == "C-2"
    starts = set(work.session.scalars(select(Clock.started_at).where(Clock.complaint_id == row.id)))
    assert starts <= {LATE - DAY}
    check(work)


def test_papers_tell_what_is_right_and_that_it_was_corrected(lodged: CaseWork) -> None:
    work = lodged.at(LATE + DAY)
    correct(work, CorrectionCommand(sequence=entry(work, History.SENT), at=NOW))
    facts = gather(work, find_complaint(work, 1), number=9)
    assert [notice.sent_at for notice in facts.notices] == [NOW]
    assert {clock.started_at for basis in facts.bases for clock in basis.clocks if clock.rule_id == "removal"} <= {NOW}
    sent = [row for row in facts.chronology if row.what == "A letter was sent."]
    assert [(row.at, row.source) for row in sent] == [(NOW, "recorded by the person, after a correction")]
    (told,) = [row for row in facts.chronology if "recorded wrongly" in row.what]
    assert told.what == "When a letter was sent had been recorded wrongly. It was corrected."
    assert told.about is not None
    assert told.about.splitlines()[-1] == "2026-11-23 23:00 → 2026-11-23 22:00"


def test_a_letter_made_after_a_correction_names_the_right_moment(opened: CaseWork) -> None:
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.SENT), at=NOW))
    made = letters.make_letter(opened.at(LATE), LetterKind.REMINDER, 1)
    assert "2026-11-23T09:00:00Z" in kept_letters.read_letter(opened.at(LATE), made.number, redacted=False).decode()


def test_a_complaint_that_never_left_is_prepared_again(lodged: CaseWork) -> None:
    work = lodged.at(LATE + DAY)
    correct(work, CorrectionCommand(sequence=entry(work, History.COMPLAINT_LODGED), never=True))
    row = find_complaint(work, 1)
    assert (row.state, row.lodged_at) == (ComplaintState.PREPARED, None)
    assert list(work.session.scalars(select(Clock).where(Clock.complaint_id == row.id))) == []
    check(work)


def test_a_letter_about_which_a_complaint_left_did_leave(lodged: CaseWork) -> None:
    work = lodged.at(LATE + DAY)
    correct(work, CorrectionCommand(sequence=entry(work, History.ANSWERED), never=True))
    with pytest.raises(StepRefused, match="complaint about this letter"):
        correct(work, CorrectionCommand(sequence=entry(work, History.SENT), never=True))


def test_a_date_that_was_missed_by_a_wrong_start_is_missed_no_more(opened: CaseWork) -> None:
    refresh_overdue(opened.at(LATE), [opened.case.id])
    assert any(row.state is ClockState.MISSED for row in clocks(opened).values())
    correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, History.SENT), at=LATE - HOUR))
    assert not any(row.state is ClockState.MISSED for row in clocks(opened).values())
    check(opened.at(LATE))
    later = opened.at(LATE + 10 * DAY)
    refresh_overdue(later, [opened.case.id])
    assert any(row.state is ClockState.MISSED for row in clocks(opened).values())
    check(later)


@pytest.mark.parametrize("kind", [History.SUBMITTED, History.LETTER_MADE])
def test_what_nobody_wrote_down_cannot_be_corrected(opened: CaseWork, kind: History) -> None:
    with pytest.raises(StepRefused, match="not one that can be"):
        correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, kind), never=True))


def test_a_closed_case_is_opened_by_a_correction(opened: CaseWork) -> None:
    from_before = entry(opened, History.SENT)
    corrections_before = len(read_history(opened.session, opened.case.id))
    handover.close(opened.at(LATE), reason=CloseReason.REMOVED)
    correct(opened.at(LATE), CorrectionCommand(sequence=from_before, at=NOW))
    assert opened.case.status.value == "open"
    assert len(read_history(opened.session, opened.case.id)) > corrections_before


Step = Callable[[CaseWork], None]
STEPS: dict[str, Step] = {
    "asked": lambda work: log(work, Answer.MORE_ASKED),
    "extended": lambda work: log(work, Answer.EXTENDED),
    "partly": lambda work: log(work, Answer.PARTLY, items=(1,)),
    "one removed": lambda work: log(work, Answer.REMOVED, items=(2,)),
    "gone": lambda work: answers.mark_gone(work.at(NOW + 2 * DAY), 1),
    "back": lambda work: answers.mark_back(work.at(NOW + 3 * DAY), 1),
    "refused": lambda work: log(work, Answer.REFUSED, at=NOW + 4 * DAY),
}


def test_after_any_step_corrected_in_any_order_the_rows_say_what_the_history_says(opened: CaseWork) -> None:
    for step in STEPS.values():
        step(opened)
        check(opened.at(LATE))
    for kind in (History.ANSWERED, History.ITEM_BACK, History.ANSWERED, History.ITEM_GONE, History.ANSWERED):
        correct(opened.at(LATE), CorrectionCommand(sequence=entry(opened, kind), never=True))
        check(opened.at(LATE))
    assert [each for each in states(opened) if each is not ItemState.ASKED] == []


def test_of_two_who_correct_one_entry_at_once_only_one_does(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        case = make_case(session, ports, links=ONE_SITE)
        send(session, case, ports)
        case_id, key, sequence = case.case.id, case.key, entry(case, History.SENT)

    def act(at: datetime) -> None:
        with sessions.begin() as session:
            work = opening.open_for_person(make_work(session, ports, now=NOW + DAY), case_id, key, to_change=True)
            correct(work, CorrectionCommand(sequence=sequence, at=at))

    found = do_at_once(sessions, [lambda: act(NOW), lambda: act(NOW - HOUR)], after="FROM cases")
    assert [type(each) for each in found if each is not None] == [StepRefused]
    with sessions() as session:
        work = opening.open_for_person(make_work(session, ports, now=NOW + DAY), case_id, key, to_change=False)
        assert len(list_corrections(read_history(session, case_id))) == 1
        check(work)


def test_of_two_who_mark_one_link_as_gone_at_once_only_one_does(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        case = make_case(session, ports, links=ONE_SITE)
        case_id, key = case.case.id, case.key

    def act() -> tuple[int, ...]:
        with sessions.begin() as session:
            work = opening.open_for_person(make_work(session, ports, now=NOW + DAY), case_id, key, to_change=True)
            return answers.mark_all_gone(work, [1, 2])

    found = do_at_once(sessions, [act, act], after="FROM cases")
    assert sorted(found, key=str) == [(), (1, 2)]
