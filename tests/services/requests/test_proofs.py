"""What the person kept of what was online: said per request, by whom and when, and told to an authority where true."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import KeptProof
from portal.services.cases.opening import UnknownNumber
from portal.services.complaints.chronology import Told, write_chronology
from portal.services.history.events import read_history
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.proofs import say_kept, view_proof
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import send
from tests.services.people import share_case

TOLD = "What was kept of the content before its removal was asked for was written down."


def tell(work: CaseWork, number: int) -> list[tuple[str, str]]:
    """The rows of a complaint's chronology that speak of what was kept."""
    story = [read_dossier(work, number)]
    rows = write_chronology(work, read_history(work.session, work.case.id), Told(story, {}, ()))
    return [(row.what, row.source) for row in rows if row.what == TOLD]


def test_nobody_has_said_anything_at_first_and_the_last_word_counts(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    assert view_proof(read_dossier(work, 1)) is None
    say_kept(work, 1, [KeptProof.LINK, KeptProof.MOMENT])
    say_kept(work.at(NOW + timedelta(hours=1)), 1, [KeptProof.ACCOUNT, KeptProof.LINK])
    found = view_proof(read_dossier(work, 1))
    assert found is not None
    assert found.kept == (KeptProof.LINK, KeptProof.ACCOUNT)
    assert found.by_person
    assert found.said_at == NOW + timedelta(hours=1)
    assert view_proof(read_dossier(work, 2)) is None, "of another request nothing was said"
    with pytest.raises(UnknownNumber):
        say_kept(work, 99, [KeptProof.LINK])


def test_it_can_be_said_for_all_at_once_and_overwrites_nothing(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    say_kept(work, 2, [])
    assert say_kept(work, 1, [KeptProof.LINK], for_all=True) == 2
    kept = [found.kept for each in read_dossiers(work) if (found := view_proof(each))]
    assert kept == [(KeptProof.LINK,), (), (KeptProof.LINK,)]


def test_a_complaint_tells_it_only_where_it_was_said_before_the_request_left(session: Session, ports: Ports) -> None:
    work = make_case(session, ports)
    say_kept(work, 1, [KeptProof.LINK])
    say_kept(work, 2, [])
    for number in (1, 2, 3):
        send(session, work, ports, number)
    say_kept(work.at(NOW + timedelta(hours=2)), 3, [KeptProof.LINK])
    assert tell(work, 1) == [(TOLD, "recorded by the person")]
    assert tell(work, 2) == [], "nothing was kept"
    assert tell(work, 3) == [], "it was said too late to be known as kept before"
    found = view_proof(read_dossier(work, 3))
    assert found is not None
    assert not found.was_before


def test_what_the_team_writes_down_is_told_as_the_teams(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    say_kept(shared.first, 1, [KeptProof.LINK])
    found = view_proof(read_dossier(replace(shared.person), 1))
    assert found is not None
    assert not found.by_person
    assert tell(shared.person, 1) == [(TOLD, "recorded by the helpline")]
