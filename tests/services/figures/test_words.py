"""The organisation's words in a report: kept once, never over a colleague's, and a start for the year after."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.figures.reports import LONGEST_PART, PARTS, Part, ReportKind
from portal.domain.lifecycle import ActorKind, Role, StepRefused
from portal.services.figures.words import keep_words, read_words
from portal.services.ports import PERSON, Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import Work
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_work

KIND = ReportKind.FLAGGER


def make_lead(session: Session) -> Actor:
    new = NewStaff(login="ines", name="Ines", role=Role.SUPERVISOR, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    session.flush()
    return Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.SUPERVISOR)


def words(text: str) -> dict[Part, str]:
    return dict.fromkeys(PARTS[KIND], text)


@pytest.fixture
def work(session: Session, ports: Ports) -> Work:
    return make_work(session, ports, actor=make_lead(session))


def test_words_are_kept_and_begin_the_year_after(session: Session, work: Work) -> None:
    keep_words(work, KIND, 2025, words("Ours."), version=0)
    assert read_words(session, KIND, 2025).version == 1
    assert read_words(session, KIND, 2026).words == words("Ours.")
    assert read_words(session, KIND, 2026).version == 0
    assert read_words(session, KIND, 2024).words[Part.WHO].startswith("[")


def test_a_version_that_was_overtaken_is_refused(session: Session, work: Work) -> None:
    keep_words(work, KIND, 2025, words("First."), version=0)
    with pytest.raises(StepRefused, match="colleague"):
        keep_words(work, KIND, 2025, words("Second."), version=0)
    keep_words(work, KIND, 2025, words("Second."), version=1)
    assert read_words(session, KIND, 2025).words == words("Second.")


def test_what_is_too_long_and_whoever_is_no_member_is_refused(work: Work, session: Session, ports: Ports) -> None:
    with pytest.raises(StepRefused, match="too long"):
        keep_words(work, KIND, 2025, words("x" * (LONGEST_PART + 1)), version=0)
    with pytest.raises(StepRefused, match="member of staff"):
        keep_words(make_work(session, ports, actor=PERSON), KIND, 2025, words("Mine."), version=0)


def test_of_two_who_write_at_once_the_second_is_told(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        lead = make_lead(session)

    def act(text: str) -> None:
        with sessions.begin() as own:
            keep_words(make_work(own, ports, actor=lead), KIND, 2025, words(text), version=0)

    found = do_at_once(sessions, [lambda: act("One."), lambda: act("Two.")], after="FROM report_words")
    assert [type(each) for each in found if each is not None] == [StepRefused]
    with sessions() as session:
        assert read_words(session, KIND, 2025).version == 1
