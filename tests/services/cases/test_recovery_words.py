"""A second set of words, and new words from two members of the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import CannotOpen, open_sealed, open_values
from portal.domain.lifecycle import History, StepRefused
from portal.models.accounts import WebSession
from portal.models.cases import Case
from portal.models.contacts import MailLink
from portal.models.reissues import CaseCheck
from portal.services.cases import erasure, mail_contact, opening, recovery_words
from portal.services.cases.opening import NoAccess, WordsUnknown
from portal.services.intake import submission
from portal.services.ports import Ports, ServerKeys
from portal.services.signin import sessions
from portal.services.work import CaseWork
from tests.cost import REAL_COST
from tests.services.cases.test_mail_contact import confirm
from tests.services.factories import NOW, make_case, make_draft, make_work
from tests.services.people import Shared, kinds, make_mail_ports, share_case

ANSWER = "The blue kayak, 1987"


def opens(session: Session, typed: str, ports: Ports) -> bool:
    try:
        opening.open_by_words(make_work(session, ports), typed)
    except WordsUnknown:
        return False
    return True


def shared_with_check(session: Session, ports: Ports) -> Shared:
    shared = share_case(session, ports)
    recovery_words.set_check(shared.person.at(NOW), "What did we paddle?", ANSWER)
    return shared


@REAL_COST
def test_a_second_set_opens_the_case_beside_the_first_and_can_be_stopped(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    second = recovery_words.make_second_set(shared.person.at(NOW + timedelta(days=1)))
    session.flush()
    assert opens(session, shared.words, ports)
    assert opening.open_by_words(make_work(session, ports), second).key == shared.person.key
    recovery_words.stop_set(shared.person.at(NOW), 1, token="")
    assert not opens(session, shared.words, ports)
    assert opens(session, second, ports)
    assert kinds(session, shared.person)[-2:] == [History.WORDS_ADDED, History.WORDS_STOPPED]


def test_there_are_never_more_than_two_sets_and_never_none(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="only set"):
        recovery_words.stop_set(opened.at(NOW), 1, token="")
    recovery_words.make_second_set(opened.at(NOW))
    session.flush()
    with pytest.raises(StepRefused, match="two sets"):
        recovery_words.make_second_set(opened.at(NOW))
    assert [each.number for each in recovery_words.list_sets(opened)] == [1, 2]


@REAL_COST
def test_two_members_give_out_new_words_and_every_older_way_in_ends(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    second_set = recovery_words.make_second_set(shared.person.at(NOW))
    token = sessions.new_token()
    values = {"case_id": str(shared.person.case.id), "case_key": shared.person.key.hex()}
    sessions.save(session, token, values, now=NOW, lasts=None)
    assert recovery_words.start_reissue(shared.first.at(NOW), "the BLUE kayak 1987")
    assert opens(session, shared.words, ports), "nothing changes before the second member"
    new = recovery_words.confirm_reissue(shared.second.at(NOW))
    session.flush()
    assert opening.open_by_words(make_work(session, ports), new).key == shared.person.key
    assert not opens(session, shared.words, ports)
    assert not opens(session, second_set, ports)
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    told = [event for event in kinds(session, shared.person) if event.value.startswith("words_")]
    assert told[-2:] == [History.WORDS_ASKED, History.WORDS_GIVEN_OUT]


def test_the_member_who_heard_the_answer_cannot_give_out_the_words(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    with pytest.raises(StepRefused, match="nother member"):
        recovery_words.confirm_reissue(shared.first.at(NOW))
    assert opens(session, shared.words, ports)


def test_nobody_gives_out_words_without_a_start_nor_a_day_after_it(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    with pytest.raises(StepRefused, match="Nobody has started"):
        recovery_words.confirm_reissue(shared.second.at(NOW))
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    with pytest.raises(StepRefused, match="Nobody has started"):
        recovery_words.confirm_reissue(shared.second.at(NOW + recovery_words.REISSUE_LASTS))


def test_words_are_given_out_once(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    recovery_words.confirm_reissue(shared.second.at(NOW))
    with pytest.raises(StepRefused, match="Nobody has started"):
        recovery_words.confirm_reissue(shared.second.at(NOW))


def test_five_wrong_answers_end_the_check_even_for_the_right_one(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    for _ in range(5):
        assert not recovery_words.start_reissue(shared.first.at(NOW), "a red canoe")
    with pytest.raises(StepRefused, match="five wrong answers"):
        recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    assert kinds(session, shared.person).count(History.CHECK_FAILED) == 5
    recovery_words.set_check(shared.person.at(NOW), "And again?", ANSWER)
    assert recovery_words.start_reissue(shared.first.at(NOW), ANSWER)


def test_without_a_check_chosen_by_the_person_it_is_refused(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    with pytest.raises(StepRefused, match="chose no check"):
        recovery_words.start_reissue(shared.first.at(NOW), ANSWER)


def test_the_team_reads_the_question_but_nothing_by_which_to_try_answers(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    view = recovery_words.check_view(shared.first)
    assert view is not None
    assert view.question == "What did we paddle?"
    row = session.scalars(select(CaseCheck)).one()
    assert open_values(shared.first.key, shared.first._place_of(row), row.sealed) == {"question": view.question}
    with pytest.raises(CannotOpen):
        open_sealed(shared.first.key, recovery_words._verifier_context(row), row.verifier)


def test_a_check_stays_good_when_the_server_has_a_new_secret(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    both = ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])
    new_only = ServerKeys.from_secrets([b"\x08" * 32])
    later = ports.__class__(**{**vars(ports), "keys": both})
    assert recovery_words.move_to_new_secret(make_work(session, later)) == 1
    assert recovery_words.move_to_new_secret(make_work(session, later)) == 0
    alone = ports.__class__(**{**vars(ports), "keys": new_only})
    assert recovery_words.start_reissue(replace(shared.first, now=NOW, ports=alone), ANSWER)


@pytest.mark.parametrize("answer", ["", "kayak", " - . - "])
def test_an_answer_that_is_easily_guessed_is_refused(session: Session, ports: Ports, answer: str) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="at least"):
        recovery_words.set_check(opened.at(NOW), "What?", answer)


def test_each_side_has_its_own_steps(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    for step in (
        lambda opened: recovery_words.make_second_set(opened.at(NOW)),
        lambda opened: recovery_words.set_check(opened.at(NOW), "What?", ANSWER),
        lambda opened: recovery_words.stop_set(opened.at(NOW), 1, token=""),
    ):
        with pytest.raises(StepRefused, match="Only the person"):
            step(shared.first)
    with pytest.raises(StepRefused, match="Only the team"):
        recovery_words.start_reissue(shared.person.at(NOW), ANSWER)


def test_a_new_check_ends_what_was_started_on_the_one_before(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    recovery_words.set_check(shared.person.at(NOW), "And the cat?", "another answer")
    with pytest.raises(StepRefused, match="Nobody has started"):
        recovery_words.confirm_reissue(shared.second.at(NOW))


def test_new_words_end_every_mailed_link_also_one_that_waits_to_confirm(session: Session, tmp_path: Path) -> None:
    ports = make_mail_ports(tmp_path)
    shared = shared_with_check(session, ports)
    mail_contact.set_address(shared.person.at(NOW), "somebody@mail.example")
    assert session.scalar(select(func.count()).select_from(MailLink)) == 1
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    recovery_words.confirm_reissue(shared.second.at(NOW))
    assert session.scalar(select(func.count()).select_from(MailLink)) == 0


def test_new_words_end_the_way_back_by_mail(session: Session, tmp_path: Path) -> None:
    ports = make_mail_ports(tmp_path)
    shared = shared_with_check(session, ports)
    confirm(session, shared.person, ports, link=True)
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    recovery_words.confirm_reissue(shared.second.at(NOW))
    view = mail_contact.contact_view(shared.person)
    assert view is not None
    assert (view.is_confirmed, view.has_link) == (True, False)


def test_the_right_answer_forgives_the_wrong_ones_before_it(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    for _ in range(4):
        recovery_words.start_reissue(shared.first.at(NOW), "a red canoe")
    assert recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    view = recovery_words.check_view(shared.first)
    assert view is not None
    assert view.tries_left == 5


def test_what_is_called_off_or_taken_away_stands_in_the_history(session: Session, ports: Ports) -> None:
    shared = shared_with_check(session, ports)
    recovery_words.cancel_reissue(shared.second.at(NOW))
    recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    recovery_words.cancel_reissue(shared.second.at(NOW))
    with pytest.raises(StepRefused, match="Nobody has started"):
        recovery_words.confirm_reissue(shared.second.at(NOW))
    recovery_words.remove_check(shared.person.at(NOW))
    recovery_words.remove_check(shared.person.at(NOW))
    with pytest.raises(StepRefused, match="chose no check"):
        recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
    told = kinds(session, shared.person)
    assert told[-2:] == [History.WORDS_CANCELLED, History.CHECK_REMOVED]
    assert (told.count(History.WORDS_CANCELLED), told.count(History.CHECK_REMOVED)) == (1, 1)


def test_an_erased_case_leaves_no_check(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        shared = shared_with_check(session, ports)
        recovery_words.start_reissue(shared.first.at(NOW), ANSWER)
        person: CaseWork = shared.person
    with sessions.begin() as session:
        erasure.erase(replace(person, session=session, case=session.get_one(Case, person.case.id), key=b"").at(NOW))
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(CaseCheck)) == 0


def test_whoever_was_coming_in_by_stopped_words_at_that_moment_comes_too_late(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    """They had read the words before, and the session is written after: nothing could be deleted in between."""
    with sessions.begin() as session:
        opened, words = make_draft(session, ports)
        submission.submit(opened.at(NOW))
        recovery_words.make_second_set(opened.at(NOW + timedelta(days=1)))
        case_id, key = opened.case.id, opened.key
    with sessions() as session:
        late = opening.open_by_words(make_work(session, ports), words).case.ways_ended
    with sessions.begin() as session:
        mine = opening.open_for_person(make_work(session, ports), case_id, key, to_change=True, ways_ended=late)
        recovery_words.stop_set(mine, 1, token="")
        kept = mine.case.ways_ended
    with sessions.begin() as session:
        for to_change in (False, True):
            with pytest.raises(NoAccess):
                opening.open_for_person(make_work(session, ports), case_id, key, to_change=to_change, ways_ended=late)
            opening.open_for_person(make_work(session, ports), case_id, key, to_change=to_change, ways_ended=kept)
