"""Whatever way a letter goes, it is named by one reference: that of its PDF."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import LetterKind
from portal.services.complaints import complaints, reading
from portal.services.complaints.form_rows import form_rows
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.letters import add_reference
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import request_page, send_round
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import HOUR, print_quickly, send

X_LINK = "https://x.com/someone/status/1111"
OWN_WORDS = "It was sent to my whole class."


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def opened(session: Session, ports: Ports) -> CaseWork:
    return make_case(session, ports, links=X_LINK, explanation=OWN_WORDS)


def reference_on(work: CaseWork, number: int = 1) -> str:
    """That of the PDF."""
    return read_facts(work, kept_letters.find_letter(work, number)).frame.reference


def fields_of(work: CaseWork) -> dict[str, str]:
    return {field.label: field.value for field in request_page.request_view(work, 1).fields}


def test_fields_text_and_mail_of_a_letter_have_the_reference_of_its_pdf(opened: CaseWork) -> None:
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    reference = reference_on(opened)
    step = send_round.read_step(opened.at(NOW + HOUR), 1)
    assert step.words is not None
    assert reference in step.words.subject
    assert reference in step.words.text
    in_round = {field.label: field.value for field in step.fields}
    for fields in (fields_of(opened.at(NOW + HOUR)), in_round):
        assert fields["Your reference for it"] == reference
        assert fields["In your own words"] == f"{OWN_WORDS}\n\nOur reference: {reference}"
    assert reference in fields_of(opened.at(NOW + HOUR))["The whole letter as text"]


def test_once_it_was_sent_they_keep_it_whatever_is_made_later(opened: CaseWork, session: Session, ports: Ports) -> None:
    send(session, opened, ports)
    reference = reference_on(opened)
    letters.make_letter(opened.at(NOW + 2 * HOUR), LetterKind.REMINDER, 1)
    assert fields_of(opened.at(NOW + 3 * HOUR))["Your reference for it"] == reference


def test_before_there_is_a_letter_the_fields_agree_with_the_text_beside_them(opened: CaseWork) -> None:
    fields = fields_of(opened)
    assert fields["Your reference for it"] in fields["The whole letter as text"]
    assert letters.find_reference(read_dossier(opened, 1)) == ""


def test_the_fields_of_an_authority_have_that_of_the_complaint(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, links=X_LINK, country="AU", explanation=OWN_WORDS).at(NOW)
    view = reading.complaint_view(work, complaints.prepare(work, "au-osa-iba", "au-esafety", ()))
    assert not any("Our reference" in row.value for row in form_rows(work, view))
    letters.make_letter(work, LetterKind.NOTICE, 1)
    bundle = replace(kept_letters.letter_views(work)[0], number=7)
    told = [row.value for row in form_rows(work, replace(view, letters=(bundle,))) if "Our reference" in row.value]
    assert told == [f"{OWN_WORDS}\n\nOur reference: {work.reference}-7"]


def test_a_field_without_room_for_it_keeps_what_was_written() -> None:
    assert add_reference("Some words.", "R-1-1", 11) == "Some words."
    assert add_reference("Some words.", "R-1-1", 200).endswith("Our reference: R-1-1")
    assert add_reference("", "R-1-1") == ""
