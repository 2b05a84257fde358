"""Steps that wait for a second member: asked for, given to what it was asked about and to nothing else, used once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import CloseReason, History, LetterKind, Role, SendingChannel, SentAs, StepRefused
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.services.casefile.bulk import many_cases
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, BulkCommand, Choice
from portal.services.casefile.bulk.many_cases import CaseAction, CasesCommand
from portal.services.cases import approvals, handover
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.preparing import DetailsCommand
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, send
from tests.services.people import Shared, kinds, share_case

LATER = NOW + HOUR
BY_FORM = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=LATER, ticket="T-1")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def shared(session: Session, ports: Ports) -> Shared:
    return share(session, ports)


def share(session: Session, ports: Ports, *subjects: Approvable) -> Shared:
    """A case whose team lets these steps wait; all of them where none is named."""
    made = share_case(session, ports)
    session.get_one(Team, made.person.case.team_id).approvals = [each.value for each in subjects or Approvable]
    session.flush()
    return Shared(made.person.at(LATER), made.first.at(LATER), made.second.at(LATER), made.words)


def ask(work: CaseWork, subject: Approvable, number: int = 0) -> approvals.ApprovalView:
    approvals.ask_approval(work, subject, number, "Is the address right?")
    return approvals.list_approvals(work)[-1]


def agree(work: CaseWork, row: approvals.ApprovalView) -> None:
    approvals.decide(work, row.id, is_given=True, reason="")


def send_letter(work: CaseWork, number: int = 1) -> None:
    sending.record_sent(work, number, BY_FORM)


def test_a_request_waits_until_another_member_has_agreed(session: Session, shared: Shared) -> None:
    letters.make_missing_letter(shared.first, 1)
    with pytest.raises(StepRefused, match="has to agree first"):
        send_letter(shared.first)
    row = ask(shared.first, Approvable.SENDING, 1)
    with pytest.raises(StepRefused, match="waits for a second member"):
        send_letter(shared.first)
    with pytest.raises(StepRefused, match="Whoever asked cannot agree"):
        agree(shared.first, row)
    agree(shared.second, row)
    send_letter(shared.first)
    assert not approvals.list_approvals(shared.first), "a yes is used once"
    happened = kinds(session, shared.first)
    assert [kind for kind in happened if kind.value.startswith("approval")] == [
        History.APPROVAL_ASKED,
        History.APPROVAL_GIVEN,
    ]
    assert happened[-1] is not History.APPROVAL_ASKED


def test_the_person_never_waits(shared: Shared) -> None:
    letters.make_missing_letter(shared.person, 1)
    send_letter(shared.person)
    handover.close(shared.person, reason=CloseReason.WISHED)


def test_what_one_team_agreed_to_counts_for_no_other(session: Session, shared: Shared) -> None:
    agree(shared.second, ask(shared.first, Approvable.CLOSING))
    team = shared.first.case.team_id
    assert team is not None
    handover.take_back(shared.person)
    handover.hand_to_team(shared.person, team)
    session.flush()
    with pytest.raises(StepRefused, match="has to agree first"):
        handover.close(shared.first, reason=CloseReason.REMOVED)


def test_nobody_waits_where_the_team_does_not_want_it(session: Session, ports: Ports) -> None:
    shared = share(session, ports, Approvable.CLOSING)
    letters.make_missing_letter(shared.first, 1)
    send_letter(shared.first)
    with pytest.raises(StepRefused, match="does not ask for a second look"):
        ask(shared.first, Approvable.COMPLAINT, 1)


def change_letter(work: CaseWork) -> None:
    preparing.set_details(work, 1, DetailsCommand(name="Another Name"))
    letters.make_letter(work, LetterKind.NOTICE, 1)


def change_details(work: CaseWork) -> None:
    preparing.set_details(work, 1, DetailsCommand(name="Another Name"))


def make_another_letter(work: CaseWork) -> None:
    letters.make_letter(work, LetterKind.NOTICE, 1)


@pytest.mark.parametrize("change", [change_letter, change_details, make_another_letter])
def test_a_change_after_the_yes_makes_it_void(shared: Shared, change: Callable[[CaseWork], None]) -> None:
    letters.make_missing_letter(shared.first, 1)
    agree(shared.second, ask(shared.first, Approvable.SENDING, 1))
    change(shared.first)
    with pytest.raises(StepRefused, match="was changed after a second member agreed"):
        send_letter(shared.first)
    assert approvals.list_approvals(shared.first)[0].is_void
    again = ask(shared.first, Approvable.SENDING, 1)
    agree(shared.second, again)
    send_letter(shared.first)


def test_nobody_agrees_to_what_was_changed_since_it_was_asked(shared: Shared) -> None:
    letters.make_missing_letter(shared.first, 1)
    row = ask(shared.first, Approvable.SENDING, 1)
    change_letter(shared.first)
    with pytest.raises(StepRefused, match="changed after it was asked"):
        agree(shared.second, row)


def test_a_yes_to_the_letter_is_none_to_other_words_or_to_an_older_letter(shared: Shared) -> None:
    letters.make_missing_letter(shared.first, 1)
    letters.make_letter(shared.first.at(LATER + 2 * HOUR), LetterKind.NOTICE, 1)
    late = shared.first.at(LATER + 3 * HOUR)
    agree(shared.second.at(late.now), ask(late, Approvable.SENDING, 1))
    other = replace(BY_FORM, sent_at=late.now, sent_as=SentAs.OTHER, text="Please remove it.")
    for command in (other, replace(BY_FORM, sent_at=LATER + HOUR)):
        with pytest.raises(StepRefused, match="agreed to is the letter"), late.session.begin_nested():
            sending.record_sent(late, 1, command)
    sending.record_sent(late, 1, replace(BY_FORM, sent_at=late.now))


def test_a_no_needs_a_reason_and_can_be_asked_again(session: Session, shared: Shared) -> None:
    row = ask(shared.first, Approvable.CLOSING)
    with pytest.raises(StepRefused, match="why not"):
        approvals.decide(shared.second, row.id, is_given=False, reason=" ")
    approvals.decide(shared.second, row.id, is_given=False, reason="A link is online.")
    with pytest.raises(StepRefused, match="said no"):
        handover.close(shared.first, reason=CloseReason.REMOVED)
    (declined,) = approvals.list_approvals(shared.first)
    assert (declined.is_given, declined.reason, declined.decided_by) == (False, "A link is online.", "Tane")
    agree(shared.second, ask(shared.first, Approvable.CLOSING))
    handover.close(shared.first, reason=CloseReason.REMOVED)
    assert kinds(session, shared.first)[-1] is History.CLOSED


def test_a_supervisor_can_write_down_what_was_done_without_a_second_member(shared: Shared) -> None:
    letters.make_missing_letter(shared.first, 1)
    with pytest.raises(StepRefused, match="for others of the team"):
        approvals.pass_over(shared.first, Approvable.SENDING, 1, "It was urgent.")
    ask(shared.first, Approvable.SENDING, 1)
    lead = replace(shared.second, actor=replace(shared.second.actor, role=Role.SUPERVISOR))
    with pytest.raises(StepRefused, match="why"):
        approvals.pass_over(lead, Approvable.SENDING, 1, " ")
    approvals.pass_over(lead, Approvable.SENDING, 1, "It was urgent.")
    other = replace(BY_FORM, sent_as=SentAs.OTHER, text="Please remove it.")
    sending.record_sent(shared.first, 1, other)
    assert History.APPROVAL_PASSED_OVER in kinds(shared.first.session, shared.first)


def test_many_at_once_say_what_waits_and_leave_it(shared: Shared) -> None:
    for number in (1, 2):
        letters.make_missing_letter(shared.first, number)
    agree(shared.second, ask(shared.first, Approvable.SENDING, 1))
    looks = bulk.foresee(shared.first, BulkAction.SENT, Choice(numbers=frozenset({1, 2})))
    assert [(look.number, look.why) for look in looks] == [(1, ""), (2, approvals.ASKING)]
    command = BulkCommand(action=BulkAction.SENT, token="t" * 32, numbers=(1, 2), at=LATER, has_checked=True)
    results = bulk.do_to_all(shared.first, command)
    assert [(each.number, each.is_done, each.why) for each in results] == [(1, True, ""), (2, False, approvals.ASKING)]
    assert many_cases.foresee_in_case(shared.first, CaseAction.CLOSE).why == approvals.ASKING
    close = CasesCommand(action=CaseAction.CLOSE, token="c" * 32, reason=CloseReason.REMOVED, is_certain=True)
    many_cases.do_in_case(shared.first, close)
    assert many_cases.read_done(shared.first, "c" * 32).results[0].why == approvals.ASKING


def test_two_who_answer_at_the_same_moment_answer_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        shared = share(session, ports)
        row = ask(shared.first, Approvable.CLOSING)

    def answer(is_given: bool) -> bool:
        with sessions.begin() as session:
            session.connection()
            work = hold(session, shared.second)
            approvals.decide(work, row.id, is_given=is_given, reason="I looked.")
            return is_given

    found = do_at_once(sessions, [lambda: answer(True), lambda: answer(False)], after="FROM cases")
    assert [type(each) for each in found if isinstance(each, Exception)] == [StepRefused]
    with sessions() as session:
        happened = kinds(session, shared.first)
    assert sum(kind in {History.APPROVAL_GIVEN, History.APPROVAL_DECLINED} for kind in happened) == 1


def test_two_who_use_one_yes_at_the_same_moment_close_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        shared = share(session, ports)
        agree(shared.second, ask(shared.first, Approvable.CLOSING))

    def close() -> bool:
        with sessions.begin() as session:
            handover.close(hold(session, shared.first), reason=CloseReason.REMOVED)
            return True

    found = do_at_once(sessions, [close, close], after="FROM cases")
    assert [each for each in found if not isinstance(each, Exception)] == [True]


def hold(session: Session, work: CaseWork) -> CaseWork:
    """The same case with its row's lock, as whoever opens it to change it has."""
    session.get(Case, work.case.id, with_for_update=True)
    return reopen(session, work)


def test_a_complaint_waits(session: Session, ports: Ports) -> None:
    made = share_case(session, ports, country="US", links="https://x.com/someone/status/1111")
    send(session, made.person, ports)
    session.get_one(Team, made.person.case.team_id).approvals = [Approvable.COMPLAINT.value]
    first, second = made.first.at(NOW + 3 * DAY), made.second.at(NOW + 3 * DAY)
    number = complaints.prepare(first, "us-take-it-down", "us-ftc", [1])
    lodged = LodgedCommand(at=first.now, has_checked=True)
    with pytest.raises(StepRefused, match="has to agree first"):
        complaints.record_lodged(first, number, lodged)
    agree(second, ask(first, Approvable.COMPLAINT, number))
    complaints.record_lodged(first, number, lodged)
    assert History.COMPLAINT_LODGED in kinds(session, first)
