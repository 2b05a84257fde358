"""A written mandate names what it covers: anything else is refused with what to do, and papers cite exactly that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.letters.facts import NoticeFacts
from portal.domain.letters.kinds import StatedBy
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import Answer, LetterKind, MandateAct, SendingChannel, SentAs, StepRefused
from portal.domain.regimes import NoticeField
from portal.services.cases import team_mandates
from portal.services.cases.team_mandates import TeamMandateCommand, find_team_mandate
from portal.services.complaints import stating
from portal.services.letters import letters
from portal.services.letters.further import FurtherWords
from portal.services.ports import Ports
from portal.services.requests import statements
from portal.services.requests.dossier import read_dossier
from portal.services.requests.statements import StatedThere
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from tests.services.cases.test_team_mandates import ALL, ONE_LINK, make, mandated
from tests.services.complaints.test_stating import UNSAID
from tests.services.factories import NOW
from tests.services.fakes import DAY, HOUR, print_quickly, send
from tests.services.letters.test_statements import text_of
from tests.services.people import Shared, share_case

EVERYTHING = frozenset(MandateAct)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def shared(session: Session, ports: Ports) -> Shared:
    return share_case(session, ports, links=ONE_LINK, **UNSAID)


def give(shared: Shared, *covers: MandateAct, limit: str = "") -> None:
    command = TeamMandateCommand(signature="Ana Exemplar", covers=frozenset(covers), limit=limit)
    team_mandates.give_team_mandate(shared.person.at(NOW), command)


def test_what_it_does_not_cover_is_refused_with_what_to_do(shared: Shared) -> None:
    give(shared, MandateAct.COMPLAINTS, MandateAct.BELIEF)
    with pytest.raises(StepRefused, match=r"does not cover this: letters to platforms\. Ask the person"):
        statements.state(shared.first.at(NOW + HOUR), mandated())


def test_a_belief_is_stated_only_where_it_covers_beliefs(shared: Shared) -> None:
    give(shared, MandateAct.LETTERS)
    with pytest.raises(StepRefused, match="statements of what the person believes"):
        statements.state(shared.first.at(NOW + HOUR), mandated())
    statements.state(shared.first.at(NOW + HOUR), mandated(what=ALL - {NoticeField.GOOD_FAITH}))


def test_complaints_are_an_act_of_their_own(shared: Shared, session: Session, ports: Ports) -> None:
    give(shared, MandateAct.LETTERS, MandateAct.BELIEF)
    statements.state(shared.first.at(NOW + HOUR), mandated())
    dossier = read_dossier(shared.first.at(NOW + HOUR), 1)
    regime = ports.registry.regime("us-take-it-down")
    assert stating.find_common([dossier], regime) is None
    assert dossier.statement is not None
    assert dossier.statement.covers == (MandateAct.LETTERS, MandateAct.BELIEF)
    team_mandates.end_team_mandate(shared.person.at(NOW + 2 * HOUR))
    give(shared, *EVERYTHING)
    statements.state(shared.first.at(NOW + 3 * HOUR), mandated())
    assert stating.find_common([read_dossier(shared.first.at(NOW + 3 * HOUR), 1)], regime) is not None


def test_papers_cite_what_it_covers_and_its_limit_and_the_twin_bars_the_words(shared: Shared) -> None:
    give(shared, MandateAct.LETTERS, MandateAct.BELIEF, limit="Only X, and only about Ana.")
    statements.state(shared.first.at(NOW + DAY), mandated())
    facts = make(shared.first.at(NOW + DAY + HOUR))
    assert isinstance(facts, NoticeFacts)
    scope = "(it covers letters to platforms, statements of what I believe; its limit: Only X, and only about Ana)"
    assert f"under my written mandate of 23 November 2026 {scope}, on 24 November 2026: " in text_of(facts)
    assert "about Ana" not in str(redacted(facts))
    found = find_team_mandate(shared.first.at(NOW + DAY))
    assert found is not None
    assert (found.covers, found.limit) == ((MandateAct.LETTERS, MandateAct.BELIEF), "Only X, and only about Ana.")


def test_answers_to_what_they_write_back_rest_on_it_only_where_it_covers_them(
    shared: Shared, session: Session, ports: Ports
) -> None:
    give(shared, MandateAct.LETTERS, MandateAct.BELIEF)
    team = shared.first
    statements.state(team.at(NOW), mandated())
    send(session, team, ports)
    refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + 2 * HOUR, text="No.")
    answers.log_answer(team.at(NOW + 2 * HOUR), 1, refused)
    words = FurtherWords(topic="not_violation")
    with pytest.raises(StepRefused, match="answers to what they write back"):
        letters.make_letter(team.at(NOW + 3 * HOUR), LetterKind.FOLLOW_UP, 1, words=words)
    give(shared, *EVERYTHING)
    letters.make_letter(team.at(NOW + 3 * HOUR), LetterKind.FOLLOW_UP, 1, words=words)


def test_what_was_sent_in_other_words_is_held_to_it_too(shared: Shared) -> None:
    give(shared, MandateAct.COMPLAINTS)
    command = SentCommand(
        channel=SendingChannel.FORM,
        sent_at=NOW + timedelta(minutes=30),
        has_checked=True,
        sent_as=SentAs.OTHER,
        stated=StatedThere(statements=ALL, by=StatedBy.MANDATED),
    )
    with pytest.raises(StepRefused, match="letters to platforms"):
        sending.record_sent(shared.first.at(NOW + HOUR), 1, command)


def test_it_covers_something(shared: Shared) -> None:
    with pytest.raises(StepRefused, match="at least one"):
        give(shared)
