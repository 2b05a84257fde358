"""What would make letters stronger: counted over the letters, asked once, filled in everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Depiction, Filer
from portal.domain.report import YesNo
from portal.services.cases.mandates import mandate_view
from portal.services.cases.opening import Changed
from portal.services.intake import facts, submission
from portal.services.intake.facts import Topic, find_missing_facts
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossiers
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case

NOTHING: dict[str, Any] = {
    "states_no_consent": False,
    "states_good_faith": False,
    "states_accuracy": False,
    "signature": "",
    "name": "",
    "name_kind": None,
}
SAID: dict[str, Any] = {"name": "Ana Exemplar"}


def add(work: CaseWork, **answers: Any) -> CaseWork:
    plan = facts.plan_facts(work, replace(work.report, **answers), version=work.case.version)
    facts.keep_facts(work, plan)
    work.session.flush()
    return work


def test_things_and_letters_are_counted(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, **NOTHING).at(NOW)
    found = find_missing_facts(work)
    assert found.topics == {Topic.NAME}, "what is stated belongs to each letter and is not asked here"
    assert "Instagram" in found.facts[0].platforms
    assert not found.facts[0].is_vital, "there are laws that do without it"


def test_one_answer_fills_every_letter_and_those_of_later_links(session: Session, ports: Ports) -> None:
    work = add(make_case(session, ports, **NOTHING).at(NOW), **SAID)
    assert find_missing_facts(work).facts == ()
    submission.add_items(work, "https://www.reddit.com/r/x/comments/abc/")
    session.flush()
    assert find_missing_facts(work).facts == ()
    assert all(any(each.waits_for_statement for each in dossier.citations) for dossier in read_dossiers(work))
    assert work.report.signed_at is None, "an answer is no signature"


def test_nobody_is_asked_for_an_address_where_a_law_can_do_without(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, postal_address="", phone="").at(NOW)
    assert not find_missing_facts(work).topics & {Topic.ADDRESS, Topic.PHONE}


def test_an_answer_by_which_laws_are_picked_picks_them_anew(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, depiction=None, under_18=YesNo.YES, country="US", subdivision="CA").at(NOW)
    before = {dossier.number: [each.regime.id for each in dossier.citations] for dossier in read_dossiers(work)}
    add(work, depiction=Depiction.REAL)
    after = {dossier.number: [each.regime.id for each in dossier.citations] for dossier in read_dossiers(work)}
    assert any("us-take-it-down" in laws for laws in after.values())
    assert before != after


def test_who_acts_for_another_says_who_asked_them(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, filer=Filer.REPRESENTATIVE, authority="").at(NOW)
    add(work.at(NOW + timedelta(hours=1)), authority="She signed a letter.")
    view = mandate_view(work)
    assert view is not None
    assert view.authority == "She signed a letter."


def test_an_answer_over_a_newer_one_is_refused(session: Session, ports: Ports) -> None:
    work = make_case(session, ports, **NOTHING).at(NOW)
    seen = work.case.version
    add(work, **SAID)
    with pytest.raises(Changed):
        facts.plan_facts(work, work.report, version=seen)
