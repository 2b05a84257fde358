"""What a complaint's papers say, read as properties over complaints to quite different bodies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import translations
from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import BAR, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.clock_sheets import is_shown
from portal.domain.letters.facts import ComplaintFacts
from portal.domain.letters.kinds import ExhibitKind
from portal.domain.letters.phrases import English, format_day
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import LetterKind, Proof, SendingChannel, SentAs, StepRefused
from portal.domain.regimes import NoticeField
from portal.models.complaints import Complaint
from portal.services.complaints import bundle, complaints, reading
from portal.services.complaints.bundle import leads_to
from portal.services.complaints.enclosing import read_enclosures
from portal.services.complaints.exhibits import TEXT
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.printing import print_letter
from portal.services.ports import Ports
from portal.services.requests import statements
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.lookup import find_complaint
from portal.services.requests.statements import StatementCommand
from portal.services.tracking import sending
from portal.services.tracking.sending import ReceiptCommand, RemindedCommand, SentCommand
from tests.services.complaints.bundle_stories import (
    INSTAGRAM,
    STORIES,
    X_LINK,
    Ending,
    complain,
    tell_dpc,
    tell_ftc,
    tell_ico,
    tell_ofcom,
)
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, print_quickly, reopen, run_job, send

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def facts_of(session: Session, ending: Ending) -> ComplaintFacts:
    complaint = session.scalars(select(Complaint).where(Complaint.number == ending.number)).one()
    return bundle.gather(ending.work.at(ending.at), complaint, number=9)


def text_of(facts: ComplaintFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


@pytest.fixture(params=list(STORIES))
def story(request: pytest.FixtureRequest, session: Session, ports: Ports) -> tuple[str, ComplaintFacts]:
    return request.param, facts_of(session, STORIES[request.param](session, ports))


def test_the_papers_hold_what_they_promise(story: tuple[str, ComplaintFacts], ports: Ports) -> None:
    _name, facts = story
    numbers = {exhibit.number for exhibit in facts.exhibits}
    cited = {row.exhibit for row in facts.chronology} | {row.exhibit for row in facts.notices}
    assert (cited | {row.exhibit for row in facts.answers}) - {None} <= numbers
    assert {link.platform for link in facts.links} == {facts.party.name}  # one organisation
    regime = ports.registry.regime(facts.competence.regime_id)
    body = next(each.id for each in ports.registry.regulators.values() if each.name == facts.frame.recipient.name)
    for basis in facts.bases:  # only laws that this authority applies
        assert leads_to(ports.registry.regimes[basis.regime_id], regime, body) or basis.regime_id == regime.id
    missed = [row for row in facts.chronology if row.what == "A period ran out."]
    shown = [
        clock
        for basis in facts.bases
        for clock in basis.clocks
        if is_shown(clock) and clock.state in {ClockState.MISSED, ClockState.MET_LATE}
    ]
    assert len(missed) == len(shown)
    text = text_of(facts)
    assert "A friend told me." in text
    assert "20 November 2026" in text
    for basis in (facts.competence, *facts.bases):
        assert basis.regime_id not in text
    for never in ("how it goes on", "legal advice", "proven", "sixty", "!", "(seen on 20", "Save the exhibits"):
        assert never not in text


def test_what_had_to_come_before_is_told_and_what_another_authority_was_told_is_not(
    session: Session, ports: Ports
) -> None:
    facts = facts_of(session, tell_ico(session, ports))
    (before,) = facts.earlier
    assert (before.body, before.ticket, before.answer) == ("X (Twitter)", "T-platform-x", None)
    for shown in (facts, redacted(facts)):
        text = text_of(shown)
        assert "Complained before:" in text
        assert "to X (Twitter), under Data Protection Act 2018, section 164A" in text
        assert "No answer to it was recorded." in text
        assert "Ofcom" not in text
    assert "T-platform-x" not in text
    told = [row.what for row in facts.chronology if "164A" in (row.about or "")]
    assert told == ["A complaint was made.", "The receipt of a complaint was recorded."]
    assert sum(row.what == "The receipt of a letter was recorded." for row in facts.chronology) == 1


@pytest.mark.parametrize("is_late", [False, True])
def test_the_papers_of_the_complaint_before_are_an_exhibit_where_they_were_there_when_it_was_made(
    session: Session, ports: Ports, is_late: bool
) -> None:
    ending = tell_ico(session, ports)
    before = session.scalars(select(Complaint).where(Complaint.regulator == "platform-x")).one()
    made = ending.work.at((before.lodged_at or NOW) + DAY if is_late else before.prepared_at)
    papers = bundle.gather(made, before, number=90)
    letters.store_letter(made, LetterKind.COMPLAINT, papers, print_letter(papers), complaint_id=before.id)
    facts = facts_of(session, ending)
    (told,) = facts.earlier
    title = "Earlier complaint, as its papers stood when it was made"
    enclosed = [exhibit for exhibit in facts.exhibits if exhibit.title == title]
    shown = [row.exhibit for row in facts.chronology if row.what == "A complaint was made."]
    assert [exhibit.number for exhibit in enclosed] == ([] if is_late else [len(facts.exhibits)])
    assert [told.exhibit] == shown == [enclosed[0].number if enclosed else None]
    assert ("Its papers: exhibit" in text_of(facts)) is not is_late
    full, twins = read_enclosures(ending.work.at(ending.at), find_complaint(ending.work, ending.number))
    assert [file.name for file in full] == [exhibit.name for exhibit in facts.exhibits]
    assert len(twins) == len(full)


def test_of_what_was_refused_in_time_the_first_page_does_not_say_that_it_was_done(
    session: Session, ports: Ports
) -> None:
    first, _, _ = text_of(facts_of(session, tell_ofcom(session, ports))).partition("Why I turn to you")
    assert "refused before then" in first
    assert "done in time" not in first
    assert "shown by what they answered" in first


def test_a_complaint_under_another_law_is_not_told_to_this_authority(session: Session, ports: Ports) -> None:
    """Ofcom reads nothing of the complaint under data protection law that went to the same organisation."""
    ending = tell_ico(session, ports)
    ofcom = session.scalars(select(Complaint).where(Complaint.regulator == "gb-ofcom")).one()
    facts = bundle.gather(ending.work.at(ending.at), ofcom, number=9)
    assert not facts.earlier
    assert "164A" not in text_of(facts)


@pytest.mark.parametrize(
    ("name", "asked", "never"),
    [
        ("ofcom", "you do not decide individual complaints", ("Look into", "removed.", "Confirm receipt")),
        ("ftc", "record and investigate this failure to comply with 47 U.S.C. 223a(a)(3)", ("Use your powers",)),
        ("netsafe", "receive and assess this complaint", ("Order", "Use your powers")),
        ("garante", "I ask for a decision within the 48 hours of Article 144-bis", ("48 hours within", "You must")),
        ("cnam", "Assess whether the organisation kept the duties", ("is removed", "Order that")),
        ("dpc", "Order that the personal data at the links listed in part 1 be erased", ("tell the person how far",)),
    ],
)
def test_each_body_is_asked_for_what_it_can_do(
    session: Session, ports: Ports, name: str, asked: str, never: tuple[str, ...]
) -> None:
    text = text_of(facts_of(session, STORIES[name](session, ports)))
    asks = text[text.index("What I ask of you:") : text.index("Why I turn to you")]
    assert asked in asks
    for each in never:
        assert each not in asks


def test_a_reminder_that_never_left_is_no_exhibit_and_one_that_left_is_counted(session: Session, ports: Ports) -> None:
    facts = facts_of(session, tell_ftc(session, ports))
    reminders = [each for each in facts.notices if each.kind is LetterKind.REMINDER]
    papers = [each for each in facts.exhibits if each.kind is ExhibitKind.REMINDER]
    assert len(reminders) == len(papers) == 1
    assert reminders[0].exhibit == papers[0].number
    (row,) = [row for row in facts.chronology if row.what == "A reminder was sent."]
    assert row.exhibit == papers[0].number


def test_an_earlier_refusal_of_the_same_organisation_is_told(session: Session, ports: Ports) -> None:
    facts = facts_of(session, tell_dpc(session, ports))
    assert [each.kind for each in facts.notices] == [LetterKind.NOTICE, LetterKind.ERASURE]
    assert facts.answers[0].text == "It breaks no rule of ours."
    assert "The organisation refused." in [row.what for row in facts.chronology]
    assert {basis.letter for basis in facts.bases} == {facts.notices[1].reference}  # the law of data, of that letter


def test_the_company_that_answers_for_the_person_is_named_and_no_other(session: Session, ports: Ports) -> None:
    facts = facts_of(session, tell_dpc(session, ports))
    assert ";" not in (facts.party.legal_name or "")
    assert facts.party.country == "Ireland"


def test_a_complaint_is_about_one_organisation(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=f"{X_LINK} {INSTAGRAM}")
    for number in (1, 2):
        send(session, opened, ports, number)
    late = opened.at(NOW + 6 * DAY)
    with pytest.raises(StepRefused, match="one company"):
        complaints.prepare(late, "us-take-it-down", "us-ftc", (1, 2))
    made = complaints.prepare_each(late, "us-take-it-down", "us-ftc", (1, 2))
    assert [reading.complaint_view(late, number).request_numbers for number in made] == [(1,), (2,)]
    with pytest.raises(StepRefused, match="at least one"):
        complaints.prepare_each(late, "us-take-it-down", "us-ftc", ())


def test_without_a_request_each_organisation_gets_its_own_complaint(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=f"{X_LINK} {INSTAGRAM}", country="IT")
    made = complaints.prepare_each(opened.at(NOW + DAY), "it-garante-144bis", "it-garante", ())
    parties = [facts_of(session, Ending(opened, number, NOW + DAY)).party.name for number in made]
    assert sorted(parties) == ["Instagram", "X (Twitter)"]


def test_requests_are_offered_by_name_and_only_what_is_overdue_or_refused_is_ripe(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports, links=f"{X_LINK} {INSTAGRAM}")
    names = {each.number: each.name for each in read_dossiers(opened)}
    send(session, opened, ports, 1)
    send(session, opened, ports, 2, at=NOW + 5 * DAY)
    found = complaints.options(opened.at(NOW + 5 * DAY + DAY))
    option = next(each for each in found if each.regulator == "nz-netsafe")
    assert [(each.name, each.is_ripe) for each in option.requests] == [(names[1], True), (names[2], False)]


def test_what_left_in_other_words_is_an_exhibit_and_is_not_called_a_letter(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    typed = SentCommand(
        channel=SendingChannel.FORM, sent_at=NOW, sent_as=SentAs.OTHER, text="Typed into their form.", has_checked=True
    )
    sending.record_sent(opened, 1, typed)
    again = RemindedCommand(at=NOW + 4 * DAY, channel=SendingChannel.FORM, text="I asked once more.")
    sending.record_reminded(opened.at(NOW + 4 * DAY), 1, again)
    facts = facts_of(session, complain(opened, "us-take-it-down", "us-ftc", (1,), NOW + 6 * DAY))
    assert [(each.sent_as, each.exhibit) for each in facts.notices] == [(SentAs.OTHER, 1), (SentAs.OTHER, 2)]
    assert [each.media for each in facts.exhibits] == [TEXT, TEXT]
    assert [each.kind for each in facts.exhibits] == [ExhibitKind.NOTICE, ExhibitKind.REMINDER]
    told = {row.exhibit: row.what for row in facts.chronology if row.exhibit}
    assert told == {
        1: "The request was sent in other words or by their form.",
        2: "A reminder was sent in other words or by their form.",
    }
    assert "in other words or by their form" in text_of(facts)


def test_what_was_stated_numbers_and_pasted_confirmations_are_told_and_shown(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    stated = StatementCommand(numbers=(1,), statements=frozenset({NoticeField.ACCURACY}), signature="Anna")
    statements.state(opened, stated)
    send(session, opened, ports)
    at = NOW + DAY
    receipt = ReceiptCommand(at=at, proof=Proof.CONFIRMATION, text="We have received your report.")
    sending.record_received(opened.at(at), 1, receipt)
    sending.record_ticket(opened.at(at), 1, "T-77")
    facts = facts_of(session, complain(opened, "us-take-it-down", "us-ftc", (1,), NOW + 6 * DAY))
    told = {row.what: row for row in facts.chronology}
    assert "The statements above the signature of a letter were made." in told
    assert told["The recipient's number for a letter was written down."].detail == "T-77"
    assert told["A letter was sent."].detail is None
    shown = told["The receipt of a letter was recorded."]
    exhibit = next(each for each in facts.exhibits if each.number == shown.exhibit)
    assert (exhibit.kind, exhibit.media) == (ExhibitKind.PROOF, TEXT)
    assert shown.detail is None  # it is the exhibit, and is not printed once more


def test_that_a_period_ran_out_is_told_in_the_zone_of_who_owed_it(session: Session, ports: Ports) -> None:
    """An officer who reads an end of day in Dublin must not read the day after, told in Rome, in the chronology."""
    facts = facts_of(session, tell_dpc(session, ports))
    (row,) = [row for row in facts.chronology if row.what == "A period ran out."]
    (clock,) = [clock for basis in facts.bases for clock in basis.clocks if clock.state is ClockState.MISSED]
    assert row.zone == clock.zone
    moved = replace(facts, frame=replace(facts.frame, zone="Pacific/Auckland"))
    assert clock.last_day is not None
    told = format_day(clock.last_day, English())
    text = text_of(moved)
    assert f"When: {told}" in text[text.index("2. Chronology\n") :]


def test_what_ran_out_since_the_last_sweep_is_told_and_counted(
    session: Session, ports: Ports, sessions: sessionmaker[Session]
) -> None:
    opened = make_case(session, ports, links=X_LINK)
    send(session, opened, ports)
    at = NOW + 6 * DAY
    number = complaints.prepare(opened.at(at), "us-take-it-down", "us-ftc", (1,))
    job = reading.complaint_view(opened.at(at), number).job
    session.commit()
    assert job is not None
    assert run_job(sessions, job.id, ports, now=at)
    with sessions() as other:
        again = reopen(other, opened).at(at)
        (paper,) = reading.complaint_view(again, number).letters
        facts = read_facts(again, kept_letters.find_letter(again, paper.number))
    assert isinstance(facts, ComplaintFacts)
    assert "A period ran out." in [row.what for row in facts.chronology]
    assert {clock.state for basis in facts.bases for clock in basis.clocks if is_shown(clock)} == {ClockState.MISSED}


def test_where_an_authoritys_form_was_seen_its_fields_are_told_in_its_order(session: Session, ports: Ports) -> None:
    words = "They put it there in August."
    opened = make_case(session, ports, links=X_LINK, country="AU", explanation=words)
    facts = facts_of(session, complain(opened, "au-osa-iba", "au-esafety", (), NOW + DAY))
    own = ports.registry.regulators["au-esafety"].form_fields
    assert [each.label for each in facts.form] == [field.label for field in own if field.is_for("au-osa-iba")]
    text = text_of(facts)
    places = [text.index(each.label) for each in facts.form]
    assert places == sorted(places)
    assert text.count(words) == 1  # it is pointed at, and not printed twice
    twin = redacted(facts)
    assert {each.value for each in twin.form} == {BAR, "in the statement of the one who complains, in this part"}


def test_where_nothing_was_said_in_own_words_the_form_points_at_none(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, country="AU")
    (*_, evidence) = facts_of(session, complain(opened, "au-osa-iba", "au-esafety", (), NOW + DAY)).form
    assert evidence.value == "Intimate imagery of the person, published without consent."


def test_where_nobody_saw_the_form_none_is_told(session: Session, ports: Ports) -> None:
    assert facts_of(session, tell_ofcom(session, ports)).form == ()


@pytest.mark.parametrize(("proof", "shown"), [(Proof.REGISTERED, "shown by the post's receipt"), (None, "as noted")])
def test_a_receipt_names_what_shows_it(session: Session, ports: Ports, proof: Proof | None, shown: str) -> None:
    facts = facts_of(session, tell_ftc(session, ports))
    first, *others = facts.notices
    received = replace(first, received_at=first.sent_at, is_receipt_proven=proof is not None, proof=proof)
    assert shown in text_of(replace(facts, notices=(received, *others)))


def test_a_complaint_points_at_its_own_parts_and_at_no_annex(story: tuple[str, ComplaintFacts]) -> None:
    """The elements of the complaint's own law stand in the complaint; those of a letter stand in the letter."""
    name, facts = story
    text = text_of(replace(facts, bases=(facts.competence,)))
    assert "Annex A" not in text, name
    assert "the letter's" not in text, name


def test_a_complaint_names_the_languages_of_its_body_and_is_written_in_one_of_them(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(session, STORIES["garante"](session, ports))
    assert (facts.frame.recipient.languages, facts.frame.language) == (("it",), "en")  # until there is a catalogue
    monkeypatch.setattr(translations, "list_languages", lambda: ("en", "it"))
    assert translations.choose_letter_language(facts.frame.recipient.languages) == "it"
    assert translations.choose_letter_language(("ga", "en")) == "en"
