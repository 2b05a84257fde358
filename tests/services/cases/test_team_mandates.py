"""Under the person's written mandate a team states what a law lets a representative state, named and with the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.papers.letter_json import decode_facts, encode_facts
from portal.domain.letters.facts import LetterFacts, NoticeFacts
from portal.domain.letters.kinds import StatedBy
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import Filer, History, LetterKind, StepRefused
from portal.domain.regimes import NoticeField
from portal.domain.report import YesNo
from portal.models.letters import Letter
from portal.services.cases import handover, team_mandates
from portal.services.cases.team_mandates import TeamMandateCommand
from portal.services.letters import letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.printing import LetterStopped
from portal.services.ports import Ports
from portal.services.requests import preparing, statements
from portal.services.requests.citations import WRITTEN, lets_represent
from portal.services.requests.dossier import read_dossier
from portal.services.requests.preparing import NameCommand
from portal.services.requests.statements import StatementCommand
from portal.services.tracking import request_page
from portal.services.work import CaseWork
from tests.services.complaints.test_stating import UNSAID
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly
from tests.services.letters.test_statements import text_of
from tests.services.people import Shared, share_case

ONE_LINK = "https://x.com/someone/status/1111"
ALL = frozenset({NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def shared(session: Session, ports: Ports) -> Shared:
    return share_case(session, ports, links=ONE_LINK, **UNSAID)


def by_person(work: CaseWork, **more: Any) -> None:
    team_mandates.give_team_mandate(work.at(NOW), TeamMandateCommand(signature="Ana Exemplar", **more))


def mandated(*numbers: int, what: frozenset[NoticeField] = ALL) -> StatementCommand:
    return StatementCommand(numbers=numbers or (1,), statements=what, is_mandated=True)


def make(work: CaseWork, kind: LetterKind = LetterKind.NOTICE, number: int = 1) -> LetterFacts:
    made = letters.make_letter(work, kind, number).number
    return read_facts(work, work.session.scalars(select(Letter).where(Letter.number == made)).one())


def test_without_a_mandate_the_team_states_nothing_as_representative(shared: Shared) -> None:
    with pytest.raises(StepRefused, match="no written mandate"):
        statements.state(shared.first.at(NOW), mandated())


def test_under_it_a_member_is_named_with_the_day_and_the_day_of_the_mandate(shared: Shared) -> None:
    by_person(shared.person)
    statements.state(shared.first.at(NOW + DAY), mandated())
    facts = make(shared.first.at(NOW + DAY + HOUR))
    assert isinstance(facts, NoticeFacts)
    assert {(each.by, each.speaker, each.mandated_on) for each in facts.stated} == {
        (StatedBy.MANDATED, "Mere", date(2026, 11, 23))
    }
    text = text_of(facts)
    said = (
        "Mere states as my representative, under my written mandate of 23 November 2026 (it covers letters to "
        "platforms, statements of what I believe, complaints to authorities, answers to what they write back), on 24 "
        "November 2026: "
    )
    assert f"{said}The identifiable individual for whom I act has a good faith belief" in text
    assert "As representative of Ana Exemplar." in text or "as representative of Ana Exemplar." in text
    assert "I have a good faith belief" not in text, "nothing is stated as if the person had said it"
    assert decode_facts(encode_facts(facts)) == facts
    assert "Mere" not in text_of(redacted(facts))


def test_a_letter_that_says_nothing_of_it_is_kept_as_it_always_was(session: Session, ports: Ports) -> None:
    facts = make(make_case(session, ports, links=ONE_LINK).at(NOW))
    assert b"mandated" not in encode_facts(facts)
    assert b"speaker" not in encode_facts(facts)


def test_a_law_that_lets_no_representative_state_it_is_not_cited_by_it(shared: Shared) -> None:
    by_person(shared.person)
    statements.state(shared.first.at(NOW + DAY), mandated())
    for citation in read_dossier(shared.first.at(NOW + DAY), 1).citations:
        wants = any(set(element.element.proofs) & (ALL | WRITTEN) for element in citation.checked if element.demanded)
        assert citation.is_complete is (lets_represent(citation.regime) or not wants), citation.regime.id
    regime = read_dossier(shared.first, 1).citations[0].regime
    with pytest.raises(StepRefused, match="No law of this paper"):
        statements.require_represented([])
    statements.require_represented([regime])


def test_nobody_of_the_team_swears_and_no_tick_is_the_persons_own(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports, links=ONE_LINK, took_it=YesNo.YES)
    by_person(shared.person)
    number = preparing.prepare_copyright(shared.first.at(NOW), 1)
    sworn = frozenset({NoticeField.GOOD_FAITH, NoticeField.ACCURACY, NoticeField.PERJURY})
    with pytest.raises(StepRefused, match="perjury"):
        statements.state(shared.first.at(NOW), mandated(number, what=sworn))
    with pytest.raises(LetterStopped, match="not_stated"):
        make(shared.first.at(NOW), LetterKind.COPYRIGHT, number)


@pytest.mark.parametrize("how", ["ended", "over", "taken back"])
def test_it_ends(shared: Shared, how: str) -> None:
    by_person(shared.person, ends_on=(NOW + 3 * DAY).date())
    assert team_mandates.find_team_mandate(shared.person.at(NOW + DAY)) is not None
    if how == "ended":
        team_mandates.end_team_mandate(shared.person.at(NOW + DAY))
    if how == "taken back":
        handover.take_back(shared.person.at(NOW + DAY))
    at = NOW + (9 * DAY if how == "over" else 2 * DAY)
    assert team_mandates.find_team_mandate(shared.person.at(at)) is None


def test_the_team_records_a_signed_paper_with_its_day_and_where_it_is(shared: Shared) -> None:
    paper = TeamMandateCommand(signed_on=date(2026, 11, 20), kept="One page, binder 4.")
    team_mandates.give_team_mandate(shared.first.at(NOW), paper)
    found = team_mandates.find_team_mandate(shared.person.at(NOW))
    assert found is not None
    assert (found.signed_on, found.kept) == (date(2026, 11, 20), "One page, binder 4.")
    for wrong in (
        TeamMandateCommand(kept="One page."),
        TeamMandateCommand(signed_on=date(2026, 11, 30), kept="One page."),
        TeamMandateCommand(signed_on=date(2026, 11, 20), kept=" "),
    ):
        with pytest.raises(StepRefused):
            team_mandates.give_team_mandate(shared.first.at(NOW), wrong)


def test_who_acts_for_somebody_cannot_pass_it_on(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports, links=ONE_LINK, filer=Filer.REPRESENTATIVE, authority="A mandate.")
    with pytest.raises(StepRefused, match="cannot pass that on"):
        by_person(shared.person)


def test_a_name_is_passed_on_only_as_the_person_said_it_with_its_day_and_how(shared: Shared) -> None:
    with pytest.raises(StepRefused, match="Only the person"):
        preparing.choose_name(shared.first.at(NOW), 1, NameCommand(may_pass_on=True))
    said = NameCommand(may_pass_on=True, said_at=NOW - timedelta(hours=2), how="On the telephone.")
    preparing.choose_name(shared.first.at(NOW), 1, said)
    view = request_page.request_view(shared.first.at(NOW), 1)
    assert view.details.release_to_poster
    assert view.name_choice is not None
    assert (view.name_choice.at, view.name_choice.how) == (NOW - timedelta(hours=2), "On the telephone.")
    preparing.choose_name(shared.person.at(NOW + HOUR), 1, NameCommand(may_pass_on=False))
    view = request_page.request_view(shared.first.at(NOW + HOUR), 1)
    assert view.name_choice is not None
    assert not view.name_choice.may_pass_on
    chosen = [event for event in read_dossier(shared.first, 1).events if event.kind is History.NAME_CHOSEN]
    assert len(chosen) == 2
