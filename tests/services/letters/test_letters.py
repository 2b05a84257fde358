"""Letters from a case: checked, made in both forms, sealed, read back, never changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.papers.letter_json import decode_facts
from portal.adapters.vault import CannotOpen
from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import ErasureFacts, LetterFacts, NoticeFacts, ReminderFacts
from portal.domain.letters.kinds import Statement
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Answer, Filer, Handler, LetterKind, StepRefused
from portal.domain.report import ContactBy, NameKind
from portal.models.letters import Letter
from portal.services.cases.handover import hand_to_team
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts, reminder_facts, request_facts
from portal.services.letters.printing import LetterStopped
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.dossier import read_dossier
from portal.services.requests.preparing import DetailsCommand
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_ports, make_team
from tests.services.fakes import DAY, HOUR, print_quickly, send

ONE_LINK = "https://pictures.example.org/album/7"
SECRETS = ("Exemplar", "ana.example@example.net", "+64 20 0000 0000", "Invented Street", "album/7")


def make(
    session: Session, opened: CaseWork, ports: Ports, kind: LetterKind = LetterKind.NOTICE, number: int = 1
) -> int:
    return letters.make_letter(opened.at(NOW), kind, number).number


def text_of(facts: LetterFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def facts_of(session: Session, opened: CaseWork, number: int = 1) -> object:
    return read_facts(opened, session.scalars(select(Letter).where(Letter.number == number)).one())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def test_a_letter_is_made_whole_as_pdf_in_both_forms_and_stored_sealed(
    session: Session, ports: Ports, tmp_path: Path
) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    shown = letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    full = kept_letters.read_letter(opened, 1, redacted=False)
    twin = kept_letters.read_letter(opened, 1, redacted=True)
    assert full.startswith(b"%PDF")
    assert twin.startswith(b"%PDF")
    assert hashlib.sha256(full).hexdigest() == shown.digest
    assert hashlib.sha256(twin).hexdigest() == shown.redacted_digest
    assert shown.pages >= 1
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and str(opened.case.id) in str(path)]
    assert len(stored) == 2
    assert not any(b"%PDF" in content for content in stored)


@pytest.mark.usefixtures("quick")
class TestWhatALetterSays:
    def test_the_notice_cites_the_laws_and_lists_the_places(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        make(session, opened, ports)
        facts = facts_of(session, opened)
        assert isinstance(facts, NoticeFacts)
        assert [basis.regime_id for basis in facts.bases] == ["us-take-it-down", "nz-hdca-24"]
        assert [link.url for link in facts.links] == [ONE_LINK]
        assert facts.bases[0].identical_copies
        first = facts.bases[0].clocks[0]
        assert (first.started_at, first.due_at, first.estimated, first.state) == (NOW, NOW + 2 * DAY, True, None)
        assert facts.statements == (Statement.GOOD_FAITH, Statement.ACCURACY)
        assert facts.frame.reference == f"{opened.reference}-1"
        assert facts.frame.zone == "Pacific/Auckland"

    def test_the_redacted_twin_holds_nothing_of_the_person(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK, explanation="Ana Exemplar is in it.")
        make(session, opened, ports)
        full = kept_letters.read_letter(opened, 1, redacted=False).decode()
        twin = kept_letters.read_letter(opened, 1, redacted=True).decode()
        assert all(secret in full for secret in SECRETS)
        assert not any(secret in twin for secret in SECRETS)

    def test_the_row_tells_the_kind_and_the_digest_only(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        make(session, opened, ports)
        row = session.scalars(select(Letter)).one()
        assert b"Exemplar" not in row.sealed
        assert row.digest == kept_letters.letter_views(opened)[0].digest

    def test_a_pseudonym_is_named_as_one(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK, name="Kea", signature="Kea", name_kind=NameKind.PSEUDONYM)
        make(session, opened, ports)
        facts = facts_of(session, opened)
        assert isinstance(facts, NoticeFacts)
        assert facts.frame.reporter.is_pseudonym
        assert [basis.regime_id for basis in facts.bases] == ["us-take-it-down"]

    def test_the_organisation_stands_in_letters_of_a_team_only(self, session: Session, tmp_path: Path) -> None:
        ports = make_ports(tmp_path, RECOURSE_ORG_EMAIL="desk@harbour.example")
        opened = make_case(session, ports, links=ONE_LINK, email="", contact_by=ContactBy.PHONE)
        make(session, opened, ports)
        alone = facts_of(session, opened, 1)
        team, _ = make_team(session)
        hand_to_team(opened.at(NOW), team.id)
        assert opened.case.handler is Handler.TEAM
        make(session, opened, ports)
        helped = facts_of(session, opened, 2)
        assert isinstance(alone, NoticeFacts)
        assert isinstance(helped, NoticeFacts)
        assert alone.frame.organisation is None
        assert helped.frame.organisation is not None
        assert helped.frame.organisation.email == "desk@harbour.example"

    def test_an_erasure_request_is_a_letter_of_its_own(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        made = make(session, opened, ports, LetterKind.ERASURE, number)
        facts = facts_of(session, opened, made)
        assert isinstance(facts, ErasureFacts)
        assert [basis.regime_id for basis in facts.bases] == ["nz-privacy-act-2020"]

    def test_words_on_who_asks_stand_in_the_erasure_request_alone(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        words = DetailsCommand(identity_offer="My passport is LX 1234567.")
        preparing.set_details(opened.at(NOW), number, words)
        make(session, opened, ports, LetterKind.ERASURE, number)
        full = kept_letters.read_letter(opened, 1, redacted=False).decode()
        twin = kept_letters.read_letter(opened, 1, redacted=True).decode()
        assert "LX 1234567" in full
        assert "LX 1234567" not in twin

    @pytest.mark.parametrize(
        ("filer", "said"),
        [
            (Filer.SELF, "without my consent"),
            (Filer.REPRESENTATIVE, "without the consent of the person concerned"),
        ],
    )
    def test_grounds_are_said_in_the_voice_of_whoever_writes(
        self, session: Session, ports: Ports, filer: Filer, said: str
    ) -> None:
        opened = make_case(
            session, ports, links="https://x.com/a/status/1", country="KR", filer=filer, authority="Yes."
        )
        number = preparing.prepare_erasure(opened, 1)
        facts = request_facts(read_dossier(opened, number), number=1)
        assert isinstance(facts, ErasureFacts)
        assert said in " ".join(facts.grounds)

    def test_a_reminder_names_the_notice_and_how_its_clocks_stand(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        answer = AnswerCommand(answer=Answer.ACKNOWLEDGED, at=NOW + 2 * HOUR, text="We look at it.")
        answers.log_answer(opened.at(NOW + 3 * DAY), 1, answer)
        made = letters.make_letter(opened.at(NOW + 3 * DAY), LetterKind.REMINDER, 1)
        facts = facts_of(session, opened, made.number)
        assert isinstance(facts, ReminderFacts)
        assert facts.notice.reference == f"{opened.reference}-1"
        assert facts.notice.ticket == "T-1"
        assert facts.answers[0].text == "We look at it."
        assert facts.bases[0].clocks[0].state == "missed"
        assert facts.bases[0].clocks[0].steps
        assert facts.next_steps

    def test_a_reminder_judges_the_dates_when_it_is_made_and_waits_for_no_sweep(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        send(session, opened, ports)
        rows = {clock.rule: clock.state for clock in read_dossier(opened, 1).clocks}
        assert rows["remove"] is ClockState.RUNNING  # and nothing looks again
        for later, state in ((2 * DAY, ClockState.RUNNING), (2 * DAY + 2 * HOUR, ClockState.MISSED)):
            facts = reminder_facts(read_dossier(opened.at(NOW + later), 1), number=9)
            found = {clock.rule_id: clock.state for basis in facts.bases for clock in basis.clocks}
            assert found["remove"] is state
            assert ("What is overdue" in text_of(facts)) is (state is ClockState.MISSED)
        without = replace(ports, registry=replace(ports.registry, regimes=MappingProxyType({})))
        late = replace(opened, ports=without).at(NOW + 4 * DAY)
        states = set(read_dossier(late, 1).clock_states.values())
        assert ClockState.MISSED not in states  # of a law that has left the records nobody can say it

    @pytest.mark.parametrize(
        ("country", "coordinator"), [("DE", "Federal Network Agency (Digital Services Coordinator)"), ("FR", None)]
    )
    def test_a_reminder_names_bodies_outside_by_their_own_names(
        self, session: Session, ports: Ports, country: str, coordinator: str | None
    ) -> None:
        """The law's record speaks to the person ("of your country"); the letter speaks to the platform."""
        opened = make_case(session, ports, links="https://x.com/someone/status/1111", country=country)
        send(session, opened, ports)
        answer = AnswerCommand(answer=Answer.REFUSED, at=NOW + 2 * HOUR, text="It stays.")
        answers.log_answer(opened.at(NOW + 3 * DAY), 1, answer)
        made = letters.make_letter(opened.at(NOW + 3 * DAY), LetterKind.REMINDER, 1)
        facts = facts_of(session, opened, made.number)
        assert isinstance(facts, ReminderFacts)
        named = [step.body for step in facts.next_steps]
        assert named
        assert (coordinator in named) is (coordinator is not None)
        assert not [name for name in named if re.search(r"\byour\b|platform", name)]

    def test_the_text_of_a_letter_can_be_copied(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        make(session, opened, ports)
        text = kept_letters.letter_text(opened, 1)
        assert ONE_LINK in text
        assert "48 hours" in text

    def test_a_letter_of_another_kind_or_stage_is_refused(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        with pytest.raises(StepRefused):
            make(session, opened, ports, LetterKind.REMINDER)
        with pytest.raises(StepRefused):
            make(session, opened, ports, LetterKind.ERASURE)
        send(session, opened, ports)
        with pytest.raises(StepRefused):
            make(session, opened, ports)
        with pytest.raises(UnknownNumber):
            kept_letters.read_letter(opened, 9, redacted=False)

    def test_a_placeholder_stops_the_letter_with_its_reason(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK, explanation="I am [[name]].")
        found = letters.letter_problems(opened.at(NOW), LetterKind.NOTICE, 1)
        assert [problem.code for problem in found] == ["placeholder"]
        with pytest.raises(LetterStopped, match="placeholder") as stopped:
            make(session, opened, ports)
        assert stopped.value.problems == found
        assert session.scalars(select(Letter)).all() == []

    def test_a_file_that_was_changed_or_moved_does_not_open(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        make(session, opened, ports)
        row = session.scalars(select(Letter)).one()
        key = f"{opened.case.id}/{row.id}-full"
        ports.storage.put(f"{opened.case.id}/{row.id}-redacted", ports.storage.get(key))
        with pytest.raises(CannotOpen):
            kept_letters.read_letter(opened, 1, redacted=True)

    def test_the_stored_facts_are_the_ones_the_letter_was_made_from(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=ONE_LINK)
        make(session, opened, ports)
        printed = kept_letters.read_letter(opened, 1, redacted=False)
        assert decode_facts(printed) == facts_of(session, opened)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("received_at", "hours"),
    [
        (datetime(2026, 2, 19, 18, 29, 59, tzinfo=UTC), 24),  # the last second of 19 February in India
        (datetime(2026, 2, 19, 18, 30, tzinfo=UTC), 2),
    ],
)
def test_a_reminder_names_the_rule_that_was_law_when_its_clock_began(
    session: Session, ports: Ports, received_at: datetime, hours: int
) -> None:
    early = received_at - HOUR
    opened = make_case(session, ports, links=ONE_LINK, now=early, country="IN", subdivision="")
    send(session, opened, ports, at=early, received_at=received_at, now=received_at)
    late = opened.at(received_at + 30 * HOUR)
    facts = facts_of(session, opened, letters.make_letter(late, LetterKind.REMINDER, 1).number)
    assert isinstance(facts, ReminderFacts)
    clocks = [clock for basis in facts.bases for clock in basis.clocks if clock.regime_id == "in-it-rules-3-2-b"]
    (removal,) = [clock for clock in clocks if clock.rule_id == "remove"]
    assert (removal.amount, removal.due_at) == (hours, received_at + hours * HOUR)
