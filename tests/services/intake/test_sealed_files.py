"""A case goes to another portal in a sealed file: only its receiver opens it, once, and both sides write it down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import sealed_files
from portal.adapters.vault import CannotOpen, new_key_pair
from portal.domain.handovers import HandoverReason
from portal.domain.lifecycle import ActorKind, History, Role, StepRefused
from portal.services.casefile.sealed_files import FileOrder, list_files, make_file, record_outcome
from portal.services.casefile.sharing import change_consent
from portal.services.cases import erasure, messages, opening
from portal.services.intake import sealed_files as taking
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork, Work
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_work
from tests.services.people import kinds, share_case

PAIR = new_key_pair()


def order(public: bytes = PAIR.public, **changes: str) -> FileOrder:
    made = FileOrder(
        receiver="Hill Helpline",
        key=sealed_files.write_key(public),
        heard=sealed_files.fingerprint(public).replace(" ", "-").upper(),
        reason=HandoverReason.PLACE,
        note="She moved.",
        told="By phone on Monday: yes, all of it.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def make_receiver(session: Session, ports: Ports) -> tuple[Work, dict[UUID, bytes], bytes]:
    """A member of a team, with its private and its public key."""
    team, key = accounts.create_team(session, "Hill", now=NOW, is_shown=True)
    new = NewStaff(login="odd", name="Odd", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    session.flush()
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Odd")
    return make_work(session, ports, now=NOW, actor=actor), {team.id: key}, team.public_key


def open_taken(work: Work, keys: dict[UUID, bytes], reference: str) -> CaseWork:
    work.session.flush()
    return opening.open_for_staff(work, reference, team_keys=keys, to_change=True)


def test_a_case_is_there_with_its_links_and_its_history_to_read(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    change_consent(shared.person, "regulators", given=False)
    messages.add_note(shared.first, "Only for us.")
    there, keys, public = make_receiver(session, ports)
    content = make_file(shared.first, order(public))
    assert b"Ana Exemplar" not in content
    taken = taking.take_in(there, content, keys)
    new = open_taken(there, keys, taken.reference)
    assert taken.reference != shared.first.reference
    assert (new.report.name, len(new.report.links), new.case.item_count) == ("Ana Exemplar", 3, 3)
    assert new.report.signed_at == shared.first.report.signed_at
    assert new.report.share_with_regulators is False, "what was withdrawn there is not allowed here"
    origin = taking.read_origin(new)
    assert origin is not None
    assert (origin.reference, origin.note) == (shared.first.reference, "She moved.")
    assert "The report was saved." in " ".join(text for _at, text, _who in origin.history)
    assert "Only for us." not in str(origin.history)
    assert opening.open_by_words(make_work(session, ports), taken.words).reference == taken.reference
    assert kinds(session, new)[-1] is History.TAKEN_IN
    assert kinds(session, shared.first)[-2:] == [History.HANDOVER_ASKED, History.HANDOVER_AGREED]
    assert [each.file for each in list_files(shared.first)] == [taken.fingerprint], "both sides read out the same"
    record_outcome(shared.first, is_accepted=True)
    record_outcome(shared.first, is_accepted=False)
    assert kinds(session, shared.first)[-2:] == [History.HANDOVER_ACCEPTED, History.HANDOVER_RETURNED]
    assert not list_files(shared.first)


def test_nothing_is_made_without_the_persons_yes_or_for_a_key_that_was_not_compared(
    session: Session, ports: Ports
) -> None:
    shared = share_case(session, ports)
    for wrong, why in (
        (order(told=" "), "said yes"),
        (order(key="abc"), "not a key"),
        (order(heard=sealed_files.fingerprint(new_key_pair().public)), "fingerprint"),
    ):
        with pytest.raises(StepRefused, match=why):
            make_file(shared.first, wrong)
    assert History.HANDOVER_ASKED not in kinds(session, shared.first)


def test_a_file_that_was_changed_anywhere_or_is_for_another_does_not_open(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    there, keys, public = make_receiver(session, ports)
    content = make_file(shared.first, order(public))
    places = range(0, len(content), len(content) // 40)
    for bent in (
        *(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in places),
        content[:-1],
        content[:40],
        b"",
        content + b"x",
        make_file(shared.first, order()),
    ):
        with pytest.raises(StepRefused, match="does not open"):
            taking.take_in(there, bent, keys)
    with pytest.raises(CannotOpen):
        sealed_files.open_file(content, PAIR.private)


def test_a_file_makes_one_case_once_also_after_that_was_erased(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    there, keys, public = make_receiver(session, ports)
    content = make_file(shared.first, order(public))
    taken = taking.take_in(there, content, keys)
    with pytest.raises(StepRefused, match="taken in before"):
        taking.take_in(there, content, keys)
    erasure.erase(open_taken(there, keys, taken.reference))
    session.flush()
    with pytest.raises(StepRefused, match="taken in before"):
        taking.take_in(there, content, keys)
    later = make_file(shared.first, order(public))
    with pytest.raises(StepRefused, match="too old"):
        taking.take_in(there.at(NOW + timedelta(days=61)), later, keys)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_two_who_take_it_in_at_the_same_moment_make_one_case(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        shared = share_case(session, ports)
        there, keys, public = make_receiver(session, ports)
        content = make_file(shared.first, order(public))

    def take() -> str:
        with sessions.begin() as session:
            return taking.take_in(make_work(session, ports, now=NOW, actor=there.actor), content, keys).reference

    found = do_at_once(sessions, [take, take], after="taken_files")
    assert sorted(isinstance(each, StepRefused) for each in found) == [False, True]


def test_a_key_is_read_however_it_was_spaced(tmp_path: Path) -> None:
    text = sealed_files.write_key(PAIR.public)
    assert sealed_files.read_key(f"  {text.upper()}\n") == PAIR.public
    for wrong in ("", text[:-1], text + "0", "z" * 64):
        with pytest.raises(ValueError, match="not a key"):
            sealed_files.read_key(wrong)
