"""Sending letter after letter: the order, what is said for each, letters made ahead, what dates the directory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.papers.letter_content import Progress
from portal.domain.directory import AddressOutcome
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import ActorKind, Filer, History, SendingChannel, StepRefused
from portal.domain.regimes import NoticeField
from portal.domain.report import ContactBy, YesNo
from portal.models.events import Event
from portal.models.jobs import Job, JobState
from portal.models.letters import Letter
from portal.models.observations import Observation
from portal.services.casefile.sharing import change_consent
from portal.services.directory.address_checks import note_outcome, read_statuses
from portal.services.letters import letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.printing import Printed
from portal.services.ports import Actor, Ports
from portal.services.requests import preparing
from portal.services.requests.channels import Unchecked
from portal.services.requests.dossier import read_dossier
from portal.services.requests.preparing import DetailsCommand
from portal.services.tracking import answers, send_round, send_views, sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import DAY, HOUR, print_as_json, print_quickly, reopen, run_job, send
from tests.services.people import fresh, share_case
from tests.statements import counted

STATES = ("states_no_consent", "states_good_faith", "states_accuracy")
UNSAID: dict[str, Any] = {"signature": "", **dict.fromkeys(STATES, False)}
MOST_STATEMENTS = 25
X_LINK = "https://x.com/someone/status/1"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def say_all(opened: CaseWork, signature: str = "Ana Exemplar") -> None:
    _found, to_say, _name = send_round.read_start(opened)
    send_round.begin_round(opened, to_say, signature)


def do_jobs(session: Session, sessions: sessionmaker[Session], ports: Ports, *, now: datetime = NOW) -> list[JobState]:
    """What the worker would do; how each job ended."""
    session.commit()
    with sessions() as other:
        waiting = list(other.scalars(select(Job.id).where(Job.state == JobState.WAITING)))
    for job_id in waiting:
        run_job(sessions, job_id, ports, now=now)
    session.expire_all()
    return list(session.scalars(select(Job.state)))


def count_letters(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Letter)) or 0


@pytest.mark.parametrize("sites", [10, 60])
def test_a_step_takes_few_statements(session: Session, ports: Ports, sites: int) -> None:
    links = " ".join(f"https://invented-{number}.org/album/7" for number in range(sites))
    opened = make_case(session, ports, links=links)
    for number in (1, 2, 3):
        letters.make_missing_letter(opened.at(NOW), number)
    send(session, opened, ports, 1)
    work = fresh(opened).at(NOW + HOUR)
    with counted(session) as count:
        view = send_round.read_step(work, 2, after=1)
    assert (view.total, view.words is not None, view.just_sent is not None) == (sites, True, True)
    assert count() <= MOST_STATEMENTS


def test_what_a_law_makes_fastest_comes_first_and_what_lacks_something_last(session: Session, ports: Ports) -> None:
    """For Google Search no law of that country gives hours. Without an address for the answer no letter can be made."""
    links = f"https://www.google.com/search?q=invented {X_LINK}"
    opened = make_case(session, ports, links=links)
    names = [line.platform_name for line in send_round.read_round(opened).waiting]
    assert names == ["X (Twitter)", "Google Search"]
    silent = make_case(session, ports, links=links, contact_by=ContactBy.NONE, email="", phone="", postal_address="")
    waiting = send_round.read_round(silent).waiting
    assert [(line.platform_name, line.is_blocked) for line in waiting][-1] == ("X (Twitter)", True)
    step = send_round.read_step(silent, waiting[-1].number)
    assert NoticeField.CONTACT in step.lacking or NoticeField.EMAIL in step.lacking


def test_each_letter_gets_its_own_statement_with_its_day(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, **UNSAID)
    found, to_say, _name = send_round.read_start(opened)
    assert sorted(number for each in to_say for number in each.numbers) == sorted(one.number for one in found.waiting)
    send_round.begin_round(opened.at(NOW + HOUR), to_say, "Ana Exemplar")
    for line in found.waiting:
        said = read_dossier(opened, line.number).statement
        assert said is not None
        assert (said.at, said.by, said.signature) == (NOW + HOUR, StatedBy.PERSON, "Ana Exemplar")
    assert send_round.read_start(opened.at(NOW + HOUR))[1] == ()


def test_the_sentences_shown_are_those_that_the_letter_prints(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    (to_say,) = send_round.read_start(opened)[1]
    say_all(opened)
    letters.make_missing_letter(opened.at(NOW), 1)
    words = letters.read_words(opened, read_dossier(opened, 1).letters[0]).text
    assert to_say.sentences
    assert all(sentence in words for sentence in to_say.sentences)


def test_another_link_makes_other_sentences_so_that_nobody_says_what_was_not_shown(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    both = make_case(session, ports, links=f"{X_LINK} https://www.instagram.com/p/Abc123/", **UNSAID)
    one, two = (send_views.name_all(send_round.read_start(each)[1]) for each in (opened, both))
    assert one != two


def test_what_was_said_yesterday_is_asked_again_and_what_was_said_today_is_not(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    assert send_round.read_start(opened.at(NOW + HOUR))[1] == ()
    assert send_round.read_start(opened.at(NOW + 2 * DAY))[1] != ()


@pytest.mark.parametrize("filer", [Filer.SELF, Filer.PARENT])
def test_nothing_is_said_about_consent_where_a_child_is_shown(session: Session, ports: Ports, filer: Filer) -> None:
    opened = make_case(session, ports, links=X_LINK, under_18=YesNo.YES, filer=filer, authority="Her mother.", **UNSAID)
    (to_say,) = send_round.read_start(opened)[1]
    assert NoticeField.NO_CONSENT not in to_say.statements
    assert not [sentence for sentence in to_say.sentences if "consent" in sentence.lower()]
    assert send_round.read_step(opened, 1).is_child


def test_letters_are_made_ahead_and_none_of_them_twice(
    session: Session, sessions: sessionmaker[Session], ports: Ports
) -> None:
    opened = make_case(session, ports, **UNSAID)
    say_all(opened)
    say_all(opened)
    number = send_round.read_round(opened).first
    assert number is not None
    job = send_round.read_step(opened, number).job
    assert job is not None
    assert not job.is_finished
    assert set(do_jobs(session, sessions, ports)) == {JobState.DONE}
    assert count_letters(session) == 3
    made = session.scalars(select(Event.actor).where(Event.kind == History.LETTER_MADE)).all()
    assert set(made) == {ActorKind.PERSON}
    step = send_round.read_step(opened, number)
    assert (step.job, step.is_outdated, step.letter is not None, step.to_say) == (None, False, True, ())
    send_round.renew_letter(opened.at(NOW), number)
    assert set(do_jobs(session, sessions, ports)) == {JobState.DONE}
    assert count_letters(session) == 3, "it says already what is so"


def test_a_letter_that_says_something_else_by_now_is_made_again(
    session: Session, sessions: sessionmaker[Session], ports: Ports
) -> None:
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    say_all(opened)
    do_jobs(session, sessions, ports)
    preparing.set_details(opened.at(NOW + HOUR), 1, DetailsCommand(release_to_poster=True))
    assert send_round.read_step(opened.at(NOW + HOUR), 1).is_outdated
    send_round.renew_letter(opened.at(NOW + HOUR), 1)
    do_jobs(session, sessions, ports, now=NOW + HOUR)
    assert not send_round.read_step(opened.at(NOW + HOUR), 1).is_outdated
    newest = read_dossier(opened, 1).last_letter
    assert newest is not None
    assert getattr(read_facts(opened, newest), "may_pass_identity", None) is True


def test_no_letter_is_made_for_platforms_that_may_not_be_told_any_more(
    session: Session, sessions: sessionmaker[Session], ports: Ports
) -> None:
    opened = make_case(session, ports, **UNSAID)
    say_all(opened)
    change_consent(opened, "platforms", given=False)
    assert set(do_jobs(session, sessions, ports)) == {JobState.FAILED}
    assert count_letters(session) == 0
    assert not send_round.read_round(opened).is_allowed


def test_a_letter_that_went_while_it_was_made_is_not_made_again(
    session: Session, sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody did not wait: the letter was made at once, and is sent while the job still prints."""
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    say_all(opened)
    session.commit()
    number_of_prints: list[int] = []

    def print_slowly(facts: LetterFacts, progress: Progress | None = None) -> Printed:
        if not number_of_prints:
            number_of_prints.append(1)
            with sessions.begin() as other:
                send(other, reopen(other, opened), ports, 1, at=NOW)
        return print_as_json(facts, progress)

    monkeypatch.setattr(letters, "print_letter", print_slowly)
    assert do_jobs(session, sessions, ports) == [JobState.DONE]
    assert count_letters(session) == 1


def test_a_yes_that_is_taken_back_while_a_letter_is_made_stops_it(
    session: Session, sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    say_all(opened)
    session.commit()

    def print_slowly(facts: LetterFacts, progress: Progress | None = None) -> Printed:
        with sessions.begin() as other:
            change_consent(reopen(other, opened), "platforms", given=False)
        return print_as_json(facts, progress)

    monkeypatch.setattr(letters, "print_letter", print_slowly)
    assert do_jobs(session, sessions, ports) == [JobState.FAILED]
    assert count_letters(session) == 0


def test_taking_back_the_yes_to_authorities_leaves_letters_to_platforms_alone(
    session: Session, sessions: sessionmaker[Session], ports: Ports
) -> None:
    opened = make_case(session, ports, **UNSAID)
    say_all(opened)
    change_consent(opened, "regulators", given=False)
    assert set(do_jobs(session, sessions, ports)) == {JobState.DONE}


def test_a_letter_about_links_that_are_all_gone_does_not_wait(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    assert send_round.read_round(opened).first == 1
    for item in read_dossier(opened, 1).items:
        answers.mark_gone(opened, item.row.number)
    assert send_round.read_round(opened).first is None


def test_a_copyright_letter_is_never_one_of_the_others(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, took_it=YesNo.YES)
    number = preparing.prepare_copyright(opened, 1)
    assert number not in [line.number for line in send_round.read_round(opened).waiting]
    assert send_round.read_step(opened, number).next_number is None


def test_what_follows_is_the_same_whether_a_letter_was_sent_or_left_out(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    order = [line.number for line in send_round.read_round(opened).waiting]
    following = [send_round.read_step(opened, number).next_number for number in order]
    assert following == [*order[1:], None]
    send(session, opened, ports, order[0], at=NOW)
    assert [line.number for line in send_round.read_round(opened).waiting] == order[1:]
    with pytest.raises(StepRefused):
        send_round.read_step(opened, order[0])


def test_the_next_date_is_the_first_of_all(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 2, at=NOW)
    send(session, opened, ports, 1, at=NOW + HOUR, now=NOW + 2 * HOUR)
    found = send_round.read_round(opened.at(NOW + 2 * HOUR))
    assert [line.number for line in found.sent] == [1, 2]
    assert found.next_date is not None
    assert found.next_date.number == 2


def sent_by_form(opened: CaseWork, number: int = 1) -> str:
    """A letter that went by the form on its page. Returns its address."""
    door = send_round.read_step(opened, number).door
    assert door is not None
    command = SentCommand(channel=door.via, sent_at=NOW, address=door.address)
    sending.record_sent(opened.at(NOW), number, command)
    return door.address


def test_whether_an_address_worked_dates_the_directory_once_for_each_letter(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    address = sent_by_form(opened)
    just = send_round.read_round(opened, after=1).just_sent
    assert just is not None
    assert just.asks_for == address
    send_round.note_door(opened, 1, AddressOutcome.WORKED)
    with pytest.raises(StepRefused):
        send_round.note_door(opened, 1, AddressOutcome.BOUNCED)
    again = send_round.read_round(opened, after=1).just_sent
    assert again is not None
    assert again.asks_for == ""
    assert read_statuses(session)["x", address].worked_on == NOW.date()
    (row,) = session.scalars(select(Observation))
    assert row.by_person


def test_an_address_that_is_not_in_the_directory_is_not_asked_about(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    sending.record_sent(
        opened.at(NOW), 1, SentCommand(channel=SendingChannel.FORM, sent_at=NOW, address="https://x.example/own")
    )
    just = send_round.read_round(opened, after=1).just_sent
    assert just is not None
    assert just.asks_for == ""
    with pytest.raises(StepRefused):
        send_round.note_door(opened, 1, AddressOutcome.WORKED)


@pytest.mark.parametrize("trouble", [AddressOutcome.BOUNCED, AddressOutcome.ASKED_ELSE])
def test_one_person_cannot_talk_away_what_worked_for_others_that_day(
    session: Session, ports: Ports, trouble: AddressOutcome
) -> None:
    opened = make_case(session, ports, links=X_LINK)
    address = sent_by_form(opened)
    person, desk = make_work(session, ports), make_work(session, ports, actor=Actor(kind=ActorKind.STAFF))
    note_outcome(person, "x", address, AddressOutcome.WORKED)
    note_outcome(person, "x", address, trouble)
    assert read_statuses(session)["x", address].trouble is None
    note_outcome(desk, "x", address, trouble)
    assert read_statuses(session)["x", address].trouble is trouble
    note_outcome(person.at(NOW + DAY), "x", address, AddressOutcome.WORKED)
    assert read_statuses(session)["x", address].trouble is None
    note_outcome(person.at(NOW + 2 * DAY), "x", address, trouble)
    assert read_statuses(session)["x", address].trouble is trouble, "a later day is news"


def test_the_team_is_asked_whether_an_old_address_was_looked_at_and_the_person_is_not(
    session: Session, ports: Ports
) -> None:
    shared = share_case(session, ports, links=X_LINK)
    sent = SentCommand(channel=SendingChannel.FORM, sent_at=NOW)
    with pytest.raises(Unchecked):
        sending.record_sent(shared.first.at(NOW), 1, sent)
    sending.record_sent(shared.person.at(NOW), 1, sent)
