"""Documents of a case: kept sealed, counted, given back, removed; none where somebody was under 18."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.storage import FileMissing
from portal.adapters.vault import CannotOpen
from portal.domain import documents as limits
from portal.domain.documents import (
    CleanDocument,
    Cleaned,
    DocumentKind,
    MailSignature,
    Original,
    SignatureVerdict,
)
from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.domain.lifecycle import Path as Way
from portal.domain.report import YesNo
from portal.models.documents import Document
from portal.models.guards import StoredFile
from portal.services.casefile.export import archive as case_export
from portal.services.cases import documents, erasure, opening
from portal.services.cases.documents import HandIn
from portal.services.cases.opening import UnknownNumber
from portal.services.complaints import complaints
from portal.services.history.events import read_detail, read_history
from portal.services.ports import Actor, Ports
from portal.services.tracking.request_page import request_views
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY

WORDS = b"canary-of-their-answer"
CLEAN = CleanDocument(kind=DocumentKind.TEXT, content=WORDS, cleaned=(Cleaned.ENCODING,), about="canary-of-a-sender")


def give(session: Session, opened: CaseWork, ports: Ports, **about: int) -> int:
    command = HandIn(label="canary-of-a-label", given=b"first form", **(about or {"request_number": 1}))
    return documents.hand_in(opened.at(NOW), command, CLEAN)


SIGNATURE = MailSignature(domain="a.example", selector="s1", verdict=SignatureVerdict.NO_KEY, body_fits=True)
FIRST = Original(content=b"canary-of-what-came", is_whole=True, signatures=(SIGNATURE,))


def give_mail(session: Session, opened: CaseWork, original: Original = FIRST) -> int:
    clean = replace(CLEAN, kind=DocumentKind.EMAIL, original=original)
    return documents.hand_in(opened.at(NOW), HandIn(request_number=1, given=original.content), clean)


def kinds_of(session: Session, opened: CaseWork) -> list[History]:
    return [event.kind for event in read_history(session, opened.case.id)]


def test_what_is_handed_in_is_given_back_under_a_name_that_tells_nothing(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    file = documents.read_document(opened, give(session, opened, ports))
    assert (file.name, file.media, file.content) == ("document-1.txt", "text/plain; charset=utf-8", WORDS)
    (view,) = documents.document_views(opened)
    assert (view.label, view.about, view.request_number) == ("canary-of-a-label", "canary-of-a-sender", 1)
    assert view.cleaned == (Cleaned.ENCODING,)
    assert view.digest != view.given_digest


def test_it_stands_in_the_history_with_both_digests(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    give(session, opened, ports)
    event = read_history(session, opened.case.id)[-1]
    (view,) = documents.document_views(opened)
    assert event.kind is History.DOCUMENT_ADDED
    assert event.facts == {"kind": "txt"}
    detail = read_detail(event, opened.key)
    assert detail == {"document": 1, "digest": view.digest, "given_digest": view.given_digest}


def test_it_opens_with_its_own_case_and_place_only(session: Session, ports: Ports) -> None:
    opened, other = make_case(session, ports), make_case(session, ports)
    give(session, opened, ports), give(session, opened, ports)
    rows = session.scalars(select(Document).order_by(Document.number)).all()
    keys = [f"{row.case_id}/{row.id}-document" for row in rows]
    assert WORDS not in ports.storage.get(keys[0])
    ports.storage.put(keys[0], ports.storage.get(keys[1]))
    with pytest.raises(CannotOpen):
        documents.read_document(opened, 1)
    with pytest.raises(UnknownNumber):
        documents.read_document(other, 2)


@pytest.mark.parametrize(
    ("path", "under_18"), [(Way.CHILD, None), (Way.CHILD, True), (Way.REMOVAL, True), (Way.THREAT, True)]
)
def test_a_case_about_somebody_under_18_takes_none(
    session: Session, ports: Ports, path: Way, under_18: bool | None
) -> None:
    opened = make_case(session, ports)
    opened.case.path, opened.case.under_18 = path, under_18
    assert not documents.takes_documents(opened)
    with pytest.raises(StepRefused, match="under 18"):
        give(session, opened, ports)
    assert session.scalars(select(Document)).all() == []


def test_a_report_about_a_child_leads_to_a_case_that_takes_none(session: Session, ports: Ports) -> None:
    assert not documents.takes_documents(make_case(session, ports, under_18=YesNo.YES))


def test_only_so_many_fit_and_a_removed_one_makes_room(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for _ in range(limits.MOST):
        give(session, opened, ports)
    with pytest.raises(StepRefused, match="all there"):
        give(session, opened, ports)
    documents.remove_document(opened.at(NOW), 3)
    assert give(session, opened, ports) == limits.MOST + 1, "a number is given once"


def test_only_so_much_fits_together(session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST_TOGETHER", 2 * len(WORDS))
    opened = make_case(session, ports)
    give(session, opened, ports), give(session, opened, ports)
    with pytest.raises(StepRefused, match="too large together"):
        give(session, opened, ports)


def test_a_document_is_about_one_request_or_one_complaint_of_its_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for about in ({"request_number": 99}, {"complaint_number": 1}, {"request_number": 1, "complaint_number": 1}):
        with pytest.raises(UnknownNumber):
            give(session, opened, ports, **about)
    row = Document(id=uuid4(), case_id=opened.case.id, number=1, kind=DocumentKind.TEXT, by=ActorKind.PERSON, size=1)
    row.handed_in_at, row.sealed = NOW, b"about neither"
    session.add(row)
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_removed_document_leaves_its_number_and_nothing_else(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        number = give(session, opened, ports)
        row = session.scalars(select(Document)).one()
        key = f"{row.case_id}/{row.id}-document"
    with sessions.begin() as session:
        again = replace(opened, session=session, case=session.merge(opened.case))
        documents.remove_document(again.at(NOW + DAY), number)
        assert ports.storage.get(key), "not before the row says so for good"
    with pytest.raises(FileMissing):
        ports.storage.get(key)
    with sessions() as session:
        row = session.scalars(select(Document)).one()
        assert (row.sealed, row.size, row.removed_at) == (None, 0, NOW + DAY)
        again = replace(opened, session=session, case=session.merge(opened.case))
        assert documents.document_views(again) == ()
        with pytest.raises(UnknownNumber):
            documents.read_document(again, number)
        assert kinds_of(session, again)[-2:] == [History.DOCUMENT_ADDED, History.DOCUMENT_REMOVED]


def test_erasing_the_case_takes_them_all(sessions: sessionmaker[Session], ports: Ports, tmp_path: Path) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        give(session, opened, ports)
    with sessions.begin() as session:
        erasure.erase(replace(opened, session=session, case=session.merge(opened.case)).at(NOW))
    with sessions() as session:
        assert session.scalars(select(Document)).all() == []
    assert [path for path in tmp_path.rglob("*-document") if path.is_file()] == []


def test_raw_bytes_of_database_and_storage_hold_none_of_it(
    sessions: sessionmaker[Session], ports: Ports, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        give(session, make_case(session, ports), ports)
    whole = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary-of" not in whole


def test_they_are_in_what_the_person_takes_along(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    give(session, opened, ports)
    archive = zipfile.ZipFile(io.BytesIO(case_export.export_case(opened.at(NOW))))
    assert archive.read("documents/document-1.txt") == WORDS
    (listed,) = json.loads(archive.read("documents/list.json"))
    assert listed["label"] == "canary-of-a-label"
    assert listed["given_digest"]


def test_an_answer_is_kept_as_it_came_beside_its_clean_copy(session: Session, ports: Ports, tmp_path: Path) -> None:
    opened = make_case(session, ports)
    number = give_mail(session, opened)
    file = documents.read_original(opened, number)
    assert (file.name, file.media) == ("document-1-original.eml", "application/octet-stream")
    assert file.content == FIRST.content
    (view,) = documents.document_views(opened)
    assert view.original is not None
    assert view.original.digest == view.given_digest == hashlib.sha256(FIRST.content).hexdigest()
    assert view.original.signatures == (SIGNATURE,)
    archive = zipfile.ZipFile(io.BytesIO(case_export.export_case(opened.at(NOW))))
    assert archive.read("documents/document-1-original.eml") == FIRST.content
    assert b"canary-of" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_record_of_an_answer_says_by_its_name_that_it_is_one(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    number = give_mail(session, opened, Original(content=b"a record", is_whole=False))
    assert documents.read_original(opened, number).name == "document-1-record.txt"
    with pytest.raises(UnknownNumber):
        documents.read_original(opened, give(session, opened, ports))


def test_what_came_counts_as_what_is_kept(session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = make_case(session, ports)
    monkeypatch.setattr(documents, "LARGEST_TOGETHER", 2 * (len(WORDS) + len(FIRST.content)))
    give_mail(session, opened)
    give_mail(session, opened)
    with pytest.raises(StepRefused, match="too large together"):
        give_mail(session, opened)


def test_a_removed_answer_is_removed_as_it_came_as_well(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        number = give_mail(session, opened)
        row = session.scalars(select(Document)).one()
        key = f"{row.case_id}/{row.id}-original"
        assert ports.storage.get(key)
    with sessions.begin() as session:
        documents.remove_document(replace(opened, session=session, case=session.merge(opened.case)).at(NOW), number)
    with pytest.raises(FileMissing):
        ports.storage.get(key)
    with sessions() as session:
        assert session.scalars(select(StoredFile.name).where(StoredFile.name == key)).all() == []


def test_a_case_erased_or_taken_back_while_the_file_was_looked_at_takes_none(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    opening.open_again(opened)
    theirs = replace(opened, actor=Actor(kind=ActorKind.STAFF))
    opening.open_again(theirs)
    erasure.erase(opened.at(NOW))
    session.flush()
    with pytest.raises(StepRefused, match="changed meanwhile"):
        opening.open_again(opened)


def test_what_a_document_can_be_about_are_the_requests_and_complaints_by_name(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    listed = documents.list_subjects(opened)
    names = [(each.kind, each.number, each.name) for each in listed]
    assert names == [("request", view.number, view.platform_name) for view in request_views(opened)]
    assert names
    option = next(each for each in complaints.options(opened) if each.is_open)
    complaints.prepare(opened, option.regime, option.regulator, [], respondent="instagram")
    assert documents.list_subjects(opened)[-1].about == "Instagram", "two complaints to one authority are told apart"


def test_no_transaction_is_open_while_the_file_is_looked_at(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make_case(session, ports).at(NOW)
    open_ones: list[bool] = []

    def look(given: bytes, *, may_be_unconfined: bool, keys: Mapping[str, str]) -> CleanDocument:
        assert not keys
        assert not may_be_unconfined, "unless the operator says so, a file is opened behind walls only"
        open_ones.append(session.in_transaction())
        return CLEAN

    monkeypatch.setattr(documents, "clean_document", look)
    command = HandIn(given=b"first form", request_number=1)
    number = documents.accept_document(opened, command, end_transaction=session.commit)
    assert documents.read_document(opened, number).content == WORDS
    assert open_ones == [False]


def test_a_file_for_a_case_that_takes_none_is_not_even_looked_at(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make_case(session, ports).at(NOW)
    opened.case.under_18 = True
    looked: list[bytes] = []
    monkeypatch.setattr(documents, "clean_document", looked.append)
    with pytest.raises(StepRefused, match="under 18"):
        documents.accept_document(opened, HandIn(given=b"first form", request_number=1), end_transaction=session.commit)
    assert looked == []
