"""Complaints: who is competent and why, when each opens, the bundle, lodging and the body's own clock."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.papers.bundle_check import check_bundle
from portal.adapters.papers.letter_content import Progress
from portal.adapters.papers.letter_json import decode_facts
from portal.domain.bundle_checks import FileState
from portal.domain.clocks import ClockState
from portal.domain.directory import AddressOutcome
from portal.domain.documents import CleanDocument, DocumentKind
from portal.domain.letters.facts import ComplaintFacts, LetterFacts
from portal.domain.lifecycle import Answer, ComplaintState, LetterKind, StepRefused
from portal.models.answer_links import AnswerLink
from portal.models.complaints import Complaint
from portal.models.jobs import JobState
from portal.models.letters import Letter
from portal.services.cases import documents
from portal.services.cases.consent import NoConsent
from portal.services.cases.documents import HandIn
from portal.services.cases.instants import BadInstant
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints import bundle, bundle_files, complaints, reading
from portal.services.complaints.checking import DateState, HistoryState, check_file
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.directory.address_checks import list_contacts, note_outcome
from portal.services.letters import letters
from portal.services.letters.drafting import number_of
from portal.services.letters.printing import Printed
from portal.services.ports import Ports
from portal.services.requests import answer_links, preparing
from portal.services.requests.channels import Unchecked
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_ports
from tests.services.fakes import DAY, HOUR, print_as_json, print_quickly, reopen, run_job, send
from tests.services.people import share_case

X_LINK = "https://x.com/someone/status/1111"
LATE = NOW + 3 * DAY


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def pairs(session: Session, opened: CaseWork, ports: Ports, now: object = LATE) -> dict[tuple[str, str], bool]:
    found = complaints.options(opened.at(now))  # type: ignore[arg-type]
    return {(option.regime, option.regulator): option.is_open for option in found}


def prepare(session: Session, opened: CaseWork, ports: Ports, **more: str) -> int:
    return complaints.prepare(opened.at(LATE), "us-take-it-down", "us-ftc", (1,), **more)


def job_of(session: Session, opened: CaseWork, ports: Ports) -> UUID:
    job = reading.complaint_view(opened.at(LATE), 1).job
    assert job is not None
    return job.id


@pytest.mark.usefixtures("quick")
class TestOptions:
    def test_a_missed_clock_opens_the_authority_and_not_before(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        assert pairs(session, opened, ports, NOW + 2 * HOUR)[("us-take-it-down", "us-ftc")] is False
        assert pairs(session, opened, ports)[("us-take-it-down", "us-ftc")] is True

    def test_the_authority_of_the_persons_own_country_is_competent(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IE")
        send(session, opened, ports)
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY)
        answers.log_answer(opened.at(NOW + DAY), 1, refused)
        found = pairs(session, opened, ports)
        assert found[("ie-cnam-dsa", "ie-cnam")] is True
        assert found[("eu-dsa-20", "platform-x")] is True
        assert not any(regulator == "ie-dpc" for _, regulator in found)

    def test_a_data_protection_request_leads_to_the_data_protection_authority(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IE")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number)
        found = pairs(session, opened, ports)
        assert ("ie-dpc", "ie-dpc") in found
        assert not any(regime in {"eu-gdpr-77", "eu-dsa-53"} for regime, _ in found)

    def test_the_authority_of_the_state_is_competent_in_its_territory(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK, country="AX")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports)
        send(session, opened, ports, number)
        answers.log_answer(opened.at(NOW + DAY), 1, AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY))
        found = pairs(session, opened, ports)
        assert ("eu-gdpr-77", "fi-tietosuoja") in found
        assert ("eu-dsa-53", "fi-traficom-dsc") in found

    def test_outside_the_union_the_authority_where_the_platforms_one_company_sits_is_competent(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links="https://xhamster.com/videos/1", country="NZ")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number)
        found = pairs(session, opened, ports)
        assert ("eu-gdpr-77", "cy-cpdp") in found
        assert ("nz-opc-complaint", "nz-opc") in found
        assert ("eu-gdpr-77", "nz-opc") not in found

    def test_outside_the_union_no_authority_there_is_competent_for_what_another_company_answers_for(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=X_LINK, country="NZ")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number)
        assert not [regime for regime, _ in pairs(session, opened, ports) if regime.startswith("eu-")]

    def test_some_authorities_can_be_asked_without_any_request_before(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IT")
        assert pairs(session, opened, ports)[("it-garante-144bis", "it-garante")] is True

    def test_an_option_says_why_what_comes_first_and_until_when(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        option = next(each for each in complaints.options(opened.at(LATE)) if each.is_open)
        assert option.why
        assert option.what
        assert option.request_numbers == (1,)
        assert option.name

    def test_before_anything_is_sent_only_those_that_want_no_request_can_be_asked(
        self, session: Session, ports: Ports
    ) -> None:
        assert pairs(session, make_case(session, ports, links=X_LINK), ports) == {("nz-netsafe", "nz-netsafe"): True}


@pytest.mark.usefixtures("quick")
class TestSteps:
    def test_preparing_starts_the_bundle_in_the_background(self, sessions: sessionmaker[Session], ports: Ports) -> None:
        with sessions.begin() as session:
            opened = make_case(session, ports, links=X_LINK)
            send(session, opened, ports)
            assert prepare(session, opened, ports, wish="Please look into it.") == 1
            job_id = job_of(session, opened, ports)
        assert run_job(sessions, job_id, ports, now=LATE)
        with sessions() as session:
            opened = reopen(session, opened)
            view = reading.complaint_view(opened.at(LATE), 1)
            assert view.job is not None
            assert (view.job.state, view.job.percent) == (JobState.DONE, 100)
            assert len(view.letters) == 1
            facts = read_bundle_facts(session, opened, ports)
            assert facts.wish == "Please look into it."
            assert facts.bases[0].regime_id == "us-take-it-down"
            assert facts.history_digest

    def test_a_complaint_that_is_not_open_or_not_offered_is_refused(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        with pytest.raises(StepRefused, match="not open yet"):
            complaints.prepare(opened.at(NOW + 2 * HOUR), "us-take-it-down", "us-ftc", (1,))
        with pytest.raises(StepRefused, match="can’t be used in this case"):
            complaints.prepare(opened.at(LATE), "eu-gdpr-77", "ie-dpc", (1,))
        with pytest.raises(StepRefused, match="cannot be part"):
            complaints.prepare(opened.at(LATE), "us-take-it-down", "us-ftc", (1, 7))

    def test_lodging_needs_consent_and_a_time_that_can_be_right(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK, share_with_regulators=False)
        send(session, opened, ports)
        number = prepare(session, opened, ports)
        with pytest.raises(NoConsent):
            complaints.record_lodged(opened.at(LATE), number, LodgedCommand(has_checked=True, at=LATE))
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        number = prepare(session, opened, ports)
        with pytest.raises(BadInstant):
            complaints.record_lodged(opened.at(LATE), number, LodgedCommand(has_checked=True, at=NOW))

    def test_an_authority_that_was_looked_at_lately_is_not_asked_about_again(
        self, session: Session, ports: Ports
    ) -> None:
        opened = share_case(session, ports, links=X_LINK, country="IT").first
        number = complaints.prepare(opened.at(NOW), "it-garante-144bis", "it-garante", ())
        with pytest.raises(Unchecked):
            complaints.record_lodged(opened.at(NOW + 300 * DAY), number, LodgedCommand(at=NOW + HOUR))
        contact = next(each for each in list_contacts(ports.registry) if each.subject == "it-garante")
        seen = opened.at(NOW + 299 * DAY)
        note_outcome(seen, "it-garante", contact.address, AddressOutcome.WORKED)
        complaints.record_lodged(opened.at(NOW + 300 * DAY), number, LodgedCommand(at=NOW + HOUR))
        assert reading.complaint_view(opened.at(NOW + 300 * DAY), number).state is ComplaintState.LODGED

    def test_a_person_says_that_it_was_sent_and_nobody_asks_who_looked_at_the_address(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IT")
        number = complaints.prepare(opened.at(NOW), "it-garante-144bis", "it-garante", ())
        complaints.record_lodged(opened.at(NOW + 300 * DAY), number, LodgedCommand(at=NOW + HOUR))
        assert reading.complaint_view(opened.at(NOW + 300 * DAY), number).state is ComplaintState.LODGED

    def test_the_bodys_own_clock_runs_from_receipt_and_a_decision_meets_it(
        self, session: Session, ports: Ports
    ) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IT")
        number = complaints.prepare(opened.at(NOW), "it-garante-144bis", "it-garante", ())
        lodged = LodgedCommand(has_checked=True, at=NOW + HOUR, ticket="G-1", received_at=NOW + 2 * HOUR)
        complaints.record_lodged(opened.at(NOW + 2 * HOUR), number, lodged)
        view = reading.complaint_view(opened.at(NOW + 2 * HOUR), number)
        (clock,) = view.clocks
        assert (clock.due_at, clock.zone, clock.estimated) == (NOW + 50 * HOUR, "Europe/Rome", False)
        assert opened.case.next_due_at == clock.due_at
        decided = ComplaintAnswerCommand(at=NOW + 5 * HOUR, text="Blocked.", is_final=True)
        complaints.log_complaint_answer(opened.at(NOW + 5 * HOUR), number, decided)
        view = reading.complaint_view(opened.at(NOW + 5 * HOUR), number)
        assert view.state is ComplaintState.ANSWERED
        assert view.clocks[0].state is ClockState.MET
        assert view.ticket == "G-1"

    def test_a_plain_confirmation_ends_no_clock(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK, country="IE")
        number = preparing.prepare_erasure(opened.at(NOW), 1)
        send(session, opened, ports, number)
        late = NOW + timedelta(days=45)
        filed = complaints.prepare(opened.at(late), "ie-dpc", "ie-dpc", (number,))
        complaints.record_lodged(opened.at(late), filed, LodgedCommand(has_checked=True, at=late))
        for meaning, state in (
            (ComplaintAnswer.ACKNOWLEDGED, ClockState.RUNNING),
            (ComplaintAnswer.PROGRESS, ClockState.MET),
        ):
            answer = ComplaintAnswerCommand(at=late + DAY, meaning=meaning)
            complaints.log_complaint_answer(opened.at(late + DAY), filed, answer)
            view = reading.complaint_view(opened.at(late + DAY), filed)
            assert view.clocks[0].state is state
        assert view.clocks[0].last_day == date(2027, 4, 7)

    def test_a_lodged_complaint_keeps_its_papers(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        number = prepare(session, opened, ports)
        complaints.record_lodged(opened.at(LATE), number, LodgedCommand(has_checked=True, at=LATE))
        with pytest.raises(StepRefused, match="was sent"):
            bundle_files.start_bundle(opened.at(LATE), number)
        with pytest.raises(StepRefused, match="already know"):
            complaints.record_lodged(opened.at(LATE), number, LodgedCommand(has_checked=True, at=LATE))

    def test_no_connection_is_in_use_while_a_bundle_is_printed(
        self, sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_use: list[int] = []

        def print_letter(facts: LetterFacts, progress: Progress | None = None) -> Printed:
            in_use.append(sessions.kw["bind"].pool.checkedout())
            return print_as_json(facts, progress)

        with sessions.begin() as session:
            opened = make_case(session, ports, links=X_LINK)
            send(session, opened, ports)
            prepare(session, opened, ports)
            job_id = job_of(session, opened, ports)
        monkeypatch.setattr(bundle, "print_letter", print_letter)
        assert run_job(sessions, job_id, ports, now=LATE)
        assert in_use == [0]

    def test_a_letter_that_is_made_while_a_bundle_is_printed_does_not_make_it_again(
        self, sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed: list[int] = []

        def print_letter(facts: LetterFacts, progress: Progress | None = None) -> Printed:
            printed.append(number_of(facts))
            with sessions.begin() as session:
                letters.make_letter(reopen(session, opened).at(LATE), LetterKind.NOTICE, 2)
            return print_as_json(facts, progress)

        with sessions.begin() as session:
            opened = make_case(session, ports, links=f"{X_LINK} https://www.instagram.com/p/Abc123/")
            send(session, opened, ports)
            prepare(session, opened, ports)
            job_id = job_of(session, opened, ports)
        monkeypatch.setattr(bundle, "print_letter", print_letter)
        assert run_job(sessions, job_id, ports, now=LATE)
        assert printed == [2]
        with sessions() as session:
            assert session.scalars(select(Letter.number).order_by(Letter.number)).all() == [1, 2, 3]

    def test_an_answer_that_comes_while_a_bundle_is_printed_makes_it_again(
        self, sessions: sessionmaker[Session], ports: Ports, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answered: list[bool] = []

        def print_letter(facts: LetterFacts, progress: Progress | None = None) -> Printed:
            assert isinstance(facts, ComplaintFacts)
            answered.append(bool(facts.answers))
            if not facts.answers:
                with sessions.begin() as session:
                    command = AnswerCommand(answer=Answer.REFUSED, at=LATE, text="No.")
                    answers.log_answer(reopen(session, opened).at(LATE), 1, command)
            return print_as_json(facts, progress)

        with sessions.begin() as session:
            opened = make_case(session, ports, links=X_LINK)
            send(session, opened, ports)
            prepare(session, opened, ports)
            job_id = job_of(session, opened, ports)
        monkeypatch.setattr(bundle, "print_letter", print_letter)
        run_job(sessions, job_id, ports, now=LATE)
        run_job(sessions, job_id, ports, now=LATE + HOUR)
        assert answered == [False, True]
        with sessions() as session:
            assert reading.complaint_view(reopen(session, opened).at(LATE + HOUR), 1).letters

    def test_a_problem_fails_the_bundle_and_is_told(self, sessions: sessionmaker[Session], ports: Ports) -> None:
        with sessions.begin() as session:
            opened = make_case(session, ports, links=X_LINK)
            send(session, opened, ports)
            prepare(session, opened, ports, wish="I ask [[what]].")
            job_id = job_of(session, opened, ports)
        run_job(sessions, job_id, ports, now=LATE)
        with sessions() as session:
            opened = reopen(session, opened)
            job = reading.complaint_view(opened.at(LATE), 1).job
            assert job is not None
            assert job.state is JobState.FAILED
            assert "unfilled" in job.problems[0]

    def test_the_table_holds_nothing_a_person_wrote(self, session: Session, ports: Ports) -> None:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        prepare(session, opened, ports, wish="Ana wishes it.")
        row = session.scalars(select(Complaint)).one()
        assert b"Ana" not in row.sealed


def test_the_bundle_is_a_pdf_with_its_facts_inside_and_every_exhibit_beside_it(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    """The one test that prints for real: the whole way to an archive an officer can check."""
    with sessions.begin() as session:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="It breaks no rule of ours.")
        answers.log_answer(opened.at(NOW + DAY), 1, refused)
        picture = CleanDocument(kind=DocumentKind.PNG, content=b"a screenshot of their words")
        handed = HandIn(request_number=1, given=b"x", label="Screenshot")
        documents.hand_in(opened.at(NOW + DAY), handed, picture)
        prepare(session, opened, ports)
        job_id = job_of(session, opened, ports)
    assert run_job(sessions, job_id, ports, now=LATE)
    with sessions() as session:
        opened = reopen(session, opened)
        later = CleanDocument(kind=DocumentKind.TEXT, content=b"It came after the bundle.")
        documents.hand_in(opened.at(LATE), HandIn(request_number=1, given=b"x"), later)
        archive = zipfile.ZipFile(io.BytesIO(bundle_files.read_bundle(opened, 1, redacted=False)))
        facts = embedded_facts(archive.read("complaint.pdf"))
        exhibits = ["exhibit-1.pdf", "exhibit-2.txt", "exhibit-3.png"]
        assert archive.namelist() == ["complaint.pdf", "case.json", *exhibits, "HOW-TO-CHECK.txt", "SHA256SUMS"]
        assert check_sums(archive) == set(archive.namelist()) - {"SHA256SUMS"}
        assert read_enclosed(archive.read("complaint.pdf")) == {
            name: archive.read(name) for name in ("case.json", *exhibits)
        }
        for exhibit, name in zip(facts.exhibits, exhibits, strict=True):
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == exhibit.digest
            assert len(content) == exhibit.size
        assert facts.notices[0].exhibit == 1
        assert facts.answers[0].exhibit == 2
        assert facts.answers[0].text == "It breaks no rule of ours."
        assert check_bundle(bundle_files.read_bundle(opened, 1, redacted=False), now=LATE).signature is not None
        twin = zipfile.ZipFile(io.BytesIO(bundle_files.read_bundle(opened, 1, redacted=True)))
        sheets = ["exhibit-2.txt", "exhibit-3.txt"]  # of the answer and of the screenshot, which could name the person
        shown = ["case.json", "exhibit-1.pdf", *sheets]
        assert twin.namelist() == ["complaint.pdf", *shown, "HOW-TO-CHECK.txt", "SHA256SUMS"]
        assert check_sums(twin) == set(twin.namelist()) - {"SHA256SUMS"}
        assert twin.read("exhibit-1.pdf") != archive.read("exhibit-1.pdf")
        assert set(read_enclosed(twin.read("complaint.pdf"))) == set(shown)
        for exhibit in embedded_facts(twin.read("complaint.pdf")).exhibits:
            assert hashlib.sha256(twin.read(exhibit.name or "")).hexdigest() == exhibit.digest
        for sheet in sheets:
            assert "left out of this redacted copy" in twin.read(sheet).decode()
            assert "breaks no rule" not in twin.read(sheet).decode()
        states = check_bundle(bundle_files.read_bundle(opened, 1, redacted=True), now=LATE).exhibits
        assert {each.state for each in states} == {FileState.SAME}
        report = check_file(opened.at(LATE), bundle_files.read_bundle(opened, 1, redacted=False))
        assert (report.is_whole, report.is_ours, report.history) == (True, True, HistoryState.KNOWN)
        assert [each.state for each in report.dates] == [DateState.SAME]


@pytest.mark.usefixtures("quick")
def test_the_link_for_answers_stands_in_the_letter_as_it_was_sent_and_nowhere_else_in_a_bundle(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    """What was sent is not changed for the authority, who checks its digest; the redacted copy is without it."""
    ports = make_ports(tmp_path, RECOURSE_BASE_URL="https://portal.example")
    with sessions.begin() as session:
        opened = make_case(session, ports, links=X_LINK)
        send(session, opened, ports)
        token = answer_links.name_link(ports, session.scalars(select(AnswerLink.request_id)).one()).encode()
        prepare(session, opened, ports)
        job_id = job_of(session, opened, ports)
    assert run_job(sessions, job_id, ports, now=LATE)
    with sessions() as session:
        opened = reopen(session, opened)
        whole, twin = (
            zipfile.ZipFile(io.BytesIO(bundle_files.read_bundle(opened, 1, redacted=redacted)))
            for redacted in (False, True)
        )
        assert [name for name in whole.namelist() if token in whole.read(name)] == ["exhibit-1.pdf"]
        assert [name for name in twin.namelist() if token in twin.read(name)] == []


def read_bundle_facts(session: Session, opened: CaseWork, ports: Ports) -> ComplaintFacts:
    content = bundle_files.read_bundle(opened, 1, redacted=False)
    facts = decode_facts(zipfile.ZipFile(io.BytesIO(content)).read("complaint.pdf"))
    assert isinstance(facts, ComplaintFacts)
    return facts


def check_sums(archive: zipfile.ZipFile) -> set[str]:
    """The names in SHA256SUMS, each looked at as `sha256sum --check` does."""
    named = set()
    for line in archive.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        named.add(name)
    return named


def read_enclosed(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def embedded_facts(pdf: bytes) -> ComplaintFacts:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        facts = decode_facts(opened.attachments["case.json"].get_file().read_bytes())
    assert isinstance(facts, ComplaintFacts)
    return facts
