"""Letters to take along: the files inside them, all of them as one ZIP and one PDF, and the sheet for the sender."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy.orm import Session

from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE, encode_links, encode_notice
from portal.domain.letters.facts import NoticeFacts
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.services.cases import consent
from portal.services.cases.consent import NoConsent
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import collecting, cover_sheets, kept_letters, letters
from portal.services.letters.cover_sheets import Learned
from portal.services.letters.drafting import read_facts
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from portal.services.tracking.request_page import request_view
from portal.services.work import CaseWork
from tests.letters.reading import read_text
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, send
from tests.services.people import share_case

X_AND_INSTAGRAM = "https://x.com/someone/status/1111 https://www.instagram.com/p/Abc123/"


def make_letters(session: Session, ports: Ports) -> CaseWork:
    """One that left, one that did not, one that was put aside."""
    opened = make_case(session, ports, links=X_AND_INSTAGRAM)
    send(session, opened, ports)
    letters.make_letter(opened.at(NOW + DAY), LetterKind.NOTICE, 2)
    letters.make_letter(opened.at(NOW + 4 * DAY), LetterKind.REMINDER, 1)
    letters.discard_letter(opened.at(NOW + 4 * DAY), 3)
    return opened.at(NOW + 5 * DAY)


def test_the_files_inside_a_letter_are_given_byte_for_byte(session: Session, ports: Ports) -> None:
    opened = make_letters(session, ports)
    facts = read_facts(opened, kept_letters.find_letter(opened, 1))
    assert isinstance(facts, NoticeFacts)
    assert collecting.read_enclosed(opened, 1, LINKS_FILE) == encode_links(facts)
    assert collecting.read_enclosed(opened, 1, NOTICE_FILE) == encode_notice(facts, English())
    with pytest.raises(UnknownNumber):
        collecting.read_enclosed(opened, 3, NOTICE_FILE)  # a reminder is no notice
    with pytest.raises(UnknownNumber):
        collecting.read_enclosed(opened, 99, LINKS_FILE)


def test_all_letters_are_one_archive_with_files_named_by_platform_and_day(session: Session, ports: Ports) -> None:
    opened = make_letters(session, ports)
    content = collecting.write_archive(opened)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["x-twitter-2026-11-23-notice-1.pdf", "instagram-2026-11-24-notice-2.pdf"]
    assert archive.read(archive.namelist()[0]) == kept_letters.read_letter(opened, 1, redacted=False)
    assert collecting.write_archive(opened) == content


def test_all_letters_are_one_pdf_with_a_bookmark_for_each(session: Session, ports: Ports) -> None:
    opened = make_letters(session, ports)
    content = collecting.write_volume(opened)
    with pikepdf.open(io.BytesIO(content)) as volume:
        pages = [view.pages for view in kept_letters.letter_views(opened) if view.discarded_at is None]
        assert len(volume.pages) == sum(pages)
        with volume.open_outline() as outline:
            assert [item.title for item in outline.root] == [
                "x-twitter-2026-11-23-notice-1",
                "instagram-2026-11-24-notice-2",
            ]
        assert not volume.attachments
    text = read_text(content)
    assert text.index(f"{opened.reference}-1") < text.index(f"{opened.reference}-2")
    assert collecting.write_volume(opened) == content


def test_without_a_letter_there_is_nothing_to_take(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for write in (collecting.write_archive, collecting.write_volume):
        with pytest.raises(StepRefused, match="no letter yet"):
            write(opened)


def test_the_team_takes_only_what_it_may_still_send_or_what_has_left(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    opened = shared.first
    send(session, opened, ports)
    letters.make_letter(opened.at(NOW + DAY), LetterKind.NOTICE, 2)
    assert len(zipfile.ZipFile(io.BytesIO(collecting.write_archive(opened))).namelist()) == 2
    consent.set_consent(session, opened.case, "platforms", given=False, now=NOW + DAY)
    assert len(zipfile.ZipFile(io.BytesIO(collecting.write_archive(opened))).namelist()) == 1
    with pytest.raises(NoConsent):
        collecting.read_enclosed(opened, 2, LINKS_FILE, for_team=True)
    assert len(zipfile.ZipFile(io.BytesIO(collecting.write_archive(shared.person))).namelist()) == 2


def test_the_text_to_copy_has_the_reference_of_the_letter_that_was_made(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_AND_INSTAGRAM)
    letters.make_letter(opened, LetterKind.NOTICE, 2)
    letters.make_letter(opened, LetterKind.NOTICE, 1)
    later = opened.at(NOW + timedelta(hours=1))
    draft = letters.draft(read_dossier(later, 2))
    assert set(re.findall(rf"{opened.reference}-\d+", draft.text)) == {f"{opened.reference}-1"}
    (text,) = [field.value for field in request_view(later, 2).fields if field.label == "The whole letter as text"]
    assert text == draft.text


def test_the_sheet_for_the_sender_says_what_the_letter_does_not(session: Session, ports: Ports) -> None:
    opened = make_letters(session, ports)
    sheet = cover_sheets.read_cover_sheet(opened, 1)
    facts = read_facts(opened, kept_letters.find_letter(opened, 1))
    assert {Learned.NAME, Learned.LINKS, Learned.COUNTRY} <= set(sheet.learns)
    assert Learned.PSEUDONYM not in sheet.learns
    assert (Learned.EMAIL in sheet.learns) == bool(facts.frame.reporter.email)
    assert [each.name for each in sheet.records] == [each.name for each in facts.bases]
    assert sheet.may_pass_identity is False  # nothing was allowed, and the notice asks to keep the name
    assert sheet.digest == kept_letters.find_letter(opened, 1).digest
    text = read_text(kept_letters.read_letter(opened, 1, redacted=False))
    for record in sheet.records:
        assert record.version not in text
        assert record.version.split()[-1] not in text
    assert "legal advice" not in text
