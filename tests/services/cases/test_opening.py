"""Opening, handing over, taking back, closing and erasing a case."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.word_list import UnknownWord, WrongCount
from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, History, Role, StepRefused
from portal.models.cases import Case, CaseKey
from portal.models.events import Event
from portal.models.items import Item
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import consent, erasure, handover, opening
from portal.services.cases.opening import NoAccess, WordsUnknown
from portal.services.history.events import find_break, read_history
from portal.services.intake import submission
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from tests.cost import REAL_COST
from tests.services.factories import NOW, make_case, make_draft, make_team, make_work

pytestmark = REAL_COST
ADVOCATE = Actor(kind=ActorKind.STAFF, role=Role.ADVOCATE)


def test_the_six_words_open_the_draft_and_later_the_case(session: Session, ports: Ports) -> None:
    opened, words = make_draft(session, ports)
    assert opening.open_by_words(make_work(session, ports), words.upper()).key == opened.key
    submission.submit(opened.at(NOW))
    assert opening.open_by_words(make_work(session, ports), words).report.name == "Ana Exemplar"


def test_other_words_open_nothing(session: Session, ports: Ports) -> None:
    make_case(session, ports)
    with pytest.raises(WordsUnknown):
        opening.open_by_words(make_work(session, ports), ports.words.draw())


def test_words_of_no_case_cost_as_much_as_those_of_one(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, words = make_draft(session, ports)
    counted: list[str] = []
    derive = vault.derive_from_secret

    def count(secret: str, salt: bytes) -> bytes:
        counted.append(secret)
        return derive(secret, salt)

    monkeypatch.setattr(vault, "derive_from_secret", count)
    others = ports.words.draw()
    with pytest.raises(WordsUnknown):
        opening.open_by_words(make_work(session, ports), others)
    opening.open_by_words(make_work(session, ports), words)
    assert counted == [others, words]


def test_a_mistyped_word_is_named_before_anything_is_looked_up(session: Session, ports: Ports) -> None:
    with pytest.raises(UnknownWord) as caught:
        opening.open_by_words(make_work(session, ports), "abacus abdomen abdominall abide abiding ability")
    assert caught.value.position == 3
    assert "abdominal" in caught.value.near
    with pytest.raises(WrongCount):
        opening.open_by_words(make_work(session, ports), "abacus abdomen")


def test_who_is_given_a_case_reads_its_words_in_no_older_copy_of_it(session: Session, ports: Ports) -> None:
    """A team's key opens the case's key, and that opens the row as it was in a backup from before it was handed in."""
    person, words = make_draft(session, ports)
    older = person.case.sealed
    submission.submit(person.at(NOW))
    person.case.sealed = older
    assert set(person.read()) == {"report"}
    assert words not in str(person.read())


def test_a_team_reads_the_case_only_while_it_carries_it(session: Session, ports: Ports) -> None:
    team, team_key = make_team(session)
    opened = make_case(session, ports)
    keys = {team.id: team_key}
    with pytest.raises(NoAccess):
        opening.open_for_staff(
            make_work(session, ports, actor=ADVOCATE), opened.reference, team_keys=keys, to_change=False
        )
    handover.hand_to_team(opened.at(NOW), team.id)
    session.flush()
    theirs = opening.open_for_staff(
        make_work(session, ports, actor=ADVOCATE), opened.reference, team_keys=keys, to_change=True
    )
    assert theirs.report == opened.report
    handover.take_back(opened.at(NOW))
    session.flush()
    with pytest.raises(NoAccess):
        opening.open_for_staff(
            make_work(session, ports, actor=ADVOCATE), opened.reference, team_keys=keys, to_change=False
        )
    assert opened.case.handler is Handler.PERSON


def test_another_team_gets_the_same_answer_as_for_a_case_that_is_not_there(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    other, other_key = accounts.create_team(session, "Other", now=NOW)
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    for reference in (opened.reference, "AAAA-AAAA"):
        with pytest.raises(NoAccess):
            opening.open_for_staff(
                make_work(session, ports, actor=ADVOCATE), reference, team_keys={other.id: other_key}, to_change=False
            )


def test_handing_over_twice_is_refused_with_the_reason(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    with pytest.raises(StepRefused, match="already helping"):
        handover.hand_to_team(opened.at(NOW), team.id)


def test_erasing_leaves_a_tombstone_and_nothing_else(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    ports.storage.put(f"{opened.case.id}/letter", b"sealed")
    reference, case_id = opened.reference, opened.case.id
    erasure.erase(opened.at(NOW))
    session.commit()
    tombstone = session.scalars(select(Case)).one()
    assert (tombstone.reference, tombstone.status, tombstone.sealed) == (reference, CaseStatus.ERASED, None)
    assert tombstone.country is None
    for table in (Item, CaseKey):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert [event.kind for event in session.scalars(select(Event))] == [History.ERASED]
    with pytest.raises(LookupError):
        ports.storage.get(f"{case_id}/letter")
    with pytest.raises(NoAccess):
        opening.open_for_person(make_work(session, ports), case_id, opened.key, to_change=False)


def test_files_stay_when_the_erasure_is_not_committed(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    session.commit()
    ports.storage.put(f"{opened.case.id}/letter", b"sealed")
    erasure.erase(opened.at(NOW))
    session.rollback()
    assert ports.storage.get(f"{opened.case.id}/letter") == b"sealed"


def test_consent_is_given_and_withdrawn_per_recipient(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    assert consent.has_consent(session, opened.case, "platforms")
    case_sharing.change_consent(opened.at(NOW), "platforms", given=False)
    assert not consent.has_consent(session, opened.case, "platforms")
    assert consent.has_consent(session, opened.case, "regulators")
    case_sharing.change_consent(opened.at(NOW), "platforms", given=True)
    assert consent.has_consent(session, opened.case, "platforms")


def test_every_change_of_the_history_breaks_the_chain_at_that_row(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    case_sharing.change_consent(opened.at(NOW), "platforms", given=False)
    session.commit()
    session.expire_all()
    events = list(read_history(session, opened.case.id))
    assert find_break(events) is None
    events[1].at += timedelta(seconds=1)
    assert find_break(events) is events[1]
    session.expire_all()
    events = list(read_history(session, opened.case.id))
    assert find_break([events[0], *events[2:]]) is events[2]


def test_a_sealed_value_moved_to_another_row_does_not_open(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    one, other = session.scalars(select(Item).order_by(Item.number).limit(2))
    one.sealed = other.sealed
    with pytest.raises(ValueError, match="does not fit"):
        opened.read_sealed(one)


def test_the_case_of_no_one_is_not_there(session: Session, ports: Ports) -> None:
    with pytest.raises(NoAccess):
        opening.open_for_person(make_work(session, ports), UUID(int=1), b"\0" * 32, to_change=False)
