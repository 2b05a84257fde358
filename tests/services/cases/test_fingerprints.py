"""Fingerprints in a case: only digits, only the person's choice, sealed, and never in a child's case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.fingerprints import BadFingerprint, FileFingerprint, Media, PictureFingerprint
from portal.domain.letters.facts import NoticeFacts
from portal.domain.lifecycle import ActorKind, History, LetterKind, StepRefused
from portal.domain.report import YesNo
from portal.models.events import Event
from portal.models.fingerprints import Fingerprint as Row
from portal.services.cases import fingerprints
from portal.services.cases.erasure import erase
from portal.services.letters import letters
from portal.services.ports import Actor, Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case

PHOTO = FileFingerprint(
    media=Media.PHOTO,
    md5="ab" * 16,
    sha256="cd" * 32,
    pictures=(PictureFingerprint(pdq="ef" * 32, quality=90),),
)
VIDEO = FileFingerprint(
    media=Media.VIDEO,
    md5="01" * 16,
    sha256="23" * 32,
    pictures=(PictureFingerprint(pdq="45" * 32, quality=100), PictureFingerprint(pdq="67" * 32, quality=3, at=1.5)),
)


def opened(session: Session, ports: Ports, **answers: Any) -> CaseWork:
    return make_case(session, ports, **answers).at(NOW)


def test_what_is_kept_comes_back_as_it_was_and_lies_sealed(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    assert fingerprints.keep(work, [PHOTO, VIDEO]) == 2
    session.flush()
    assert [one.digits for one in fingerprints.list_kept(work)] == [PHOTO, VIDEO]
    rows = session.scalars(select(Row).where(Row.case_id == work.case.id)).all()
    assert [row.number for row in rows] == [1, 2]
    for row in rows:
        assert row.guard, "the row is guarded as all rows of a case are"
        assert not any(digits.encode() in (row.sealed or b"") for digits in (PHOTO.sha256, PHOTO.md5, "ef" * 32))


def test_a_file_is_kept_once_however_often_it_is_sent(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    assert fingerprints.keep(work, [PHOTO, PHOTO]) == 1
    session.flush()
    assert fingerprints.keep(work, [PHOTO, VIDEO]) == 1
    session.flush()
    assert fingerprints.keep(work, [VIDEO]) == 0


def test_keeping_choosing_and_removing_are_events_whose_open_part_tells_nothing(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO])
    session.flush()
    fingerprints.choose_letters(work, [1])
    assert fingerprints.remove_all(work) == 1
    own = select(Event).where(Event.case_id == work.case.id).order_by(Event.sequence)
    last = session.scalars(own).all()[-3:]
    assert [event.kind for event in last] == [
        History.FINGERPRINTS_KEPT,
        History.FINGERPRINTS_CHOSEN,
        History.FINGERPRINTS_REMOVED,
    ]
    assert all(not event.facts for event in last)


@pytest.mark.parametrize("age", [YesNo.YES, YesNo.UNSURE])
def test_a_case_of_a_child_keeps_none_and_names_none(session: Session, ports: Ports, age: YesNo) -> None:
    work = opened(session, ports, under_18=age)
    with pytest.raises(StepRefused, match="under 18"):
        fingerprints.keep(work, [PHOTO])
    assert fingerprints.list_for_letter(work, 1) == ()
    assert session.scalars(select(Row)).all() == []


def test_nobody_but_the_person_keeps_chooses_or_removes_them(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO])
    session.flush()
    staff = replace(work, actor=Actor(kind=ActorKind.STAFF))
    for act in (
        lambda: fingerprints.keep(staff, [VIDEO]),
        lambda: fingerprints.choose_letters(staff, [1]),
        lambda: fingerprints.remove_all(staff),
    ):
        with pytest.raises(StepRefused, match="Only the person"):
            act()


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "null",
        '[{"media":"photo","md5":"zz","sha256":"' + "0" * 64 + '"}]',
        msgspec.json.encode([replace(PHOTO, sha256="CD" * 32)]).decode(),
        msgspec.json.encode([replace(PHOTO, md5="ab" * 16 + "\n")]).decode(),
        msgspec.json.encode([replace(PHOTO, pictures=PHOTO.pictures * 2)]).decode(),
        msgspec.json.encode([replace(PHOTO, pictures=(PictureFingerprint(pdq="ef" * 32, quality=101),))]).decode(),
        msgspec.json.encode([replace(VIDEO, pictures=VIDEO.pictures * 40)]).decode(),
        "\ud800",
    ],
)
def test_anything_but_digits_of_the_right_number_is_refused(wrong: str) -> None:
    with pytest.raises(BadFingerprint):
        fingerprints.read_digits(wrong)


def test_what_the_page_writes_is_read() -> None:
    assert fingerprints.read_digits(msgspec.json.encode([PHOTO, VIDEO]).decode()) == (PHOTO, VIDEO)


def test_a_notice_names_them_only_where_the_person_chose_it(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO, VIDEO])
    session.flush()
    (first, _name), (second, _other), *_rest = fingerprints.list_requests(work)
    fingerprints.choose_letters(work, [first])
    session.flush()
    named, silent = (_make_notice(work, number) for number in (first, second))
    assert [(one.media, one.sha256, one.md5, one.pdq) for one in named.copies] == [
        ("photo", PHOTO.sha256, PHOTO.md5, "ef" * 32),
        ("video", VIDEO.sha256, VIDEO.md5, None),
    ]
    assert silent.copies == ()


def test_a_number_that_no_notice_has_is_refused(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO])
    with pytest.raises(StepRefused, match="not there any more"):
        fingerprints.choose_letters(work, [99])


def test_they_are_gone_with_the_case(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO])
    session.flush()
    erase(work)
    assert session.scalars(select(Row)).all() == []


def test_what_was_removed_leaves_its_number_and_nothing_else(session: Session, ports: Ports) -> None:
    work = opened(session, ports)
    fingerprints.keep(work, [PHOTO])
    session.flush()
    fingerprints.remove_all(work)
    session.flush()
    fingerprints.keep(work, [VIDEO])
    session.flush()
    rows = session.scalars(select(Row).order_by(Row.number)).all()
    assert [(row.number, row.sealed is None) for row in rows] == [(1, True), (2, False)]


def _make_notice(work: CaseWork, number: int) -> NoticeFacts:
    facts = letters.plan_letter(work, LetterKind.NOTICE, number).facts
    assert isinstance(facts, NoticeFacts)
    return facts
