"""A complaint states what somebody stated: for itself, or in every letter that it tells of, each with its day."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.checks import ProblemCode
from portal.domain.letters.facts import ComplaintFacts
from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import Filer, StepRefused
from portal.domain.regimes import NoticeField
from portal.models.complaints import Complaint
from portal.services.complaints import bundle, complaints, stating
from portal.services.letters.printing import check
from portal.services.ports import Ports
from portal.services.requests import preparing, statements
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.statements import StatementCommand
from portal.services.work import CaseWork
from tests.services.complaints.bundle_stories import X_LINK, complain
from tests.services.complaints.test_bundle_facts import text_of
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly, send
from tests.services.people import share_case

pytestmark = pytest.mark.usefixtures("quick")

UNSAID: dict[str, Any] = {
    "states_no_consent": False,
    "states_good_faith": False,
    "states_accuracy": False,
    "signature": "",
}
ALL = frozenset({NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY})
LATE = NOW + 40 * DAY


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def said(*numbers: int, what: frozenset[NoticeField] = ALL, **more: Any) -> StatementCommand:
    return StatementCommand(numbers=numbers, statements=what, **{"signature": "Ana Exemplar", **more})


def gather(work: CaseWork, number: int) -> ComplaintFacts:
    complaint = work.session.scalars(select(Complaint).where(Complaint.number == number)).one()
    return bundle.gather(work, complaint, number=9)


def lacks_element(facts: ComplaintFacts) -> bool:
    return any(problem.code == ProblemCode.ELEMENT_MISSING for problem in check(facts))


def tell_garante(session: Session, ports: Ports, **report: Any) -> tuple[CaseWork, int]:
    """A complaint that needs no request before; its law wants it stated that nobody agreed."""
    opened = make_case(session, ports, links=X_LINK, country="IT", **{**UNSAID, **report})
    ending = complain(opened, "it-garante-144bis", "it-garante", (), NOW + DAY)
    return opened, ending.number


def test_what_nobody_stated_meets_no_law_and_is_stated_for_the_complaint_itself(session: Session, ports: Ports) -> None:
    opened, number = tell_garante(session, ports)
    assert lacks_element(gather(opened.at(NOW + DAY), number))
    stating.state(opened.at(NOW + 2 * DAY), said(number, what=frozenset({NoticeField.NO_CONSENT})))
    facts = gather(opened.at(NOW + 2 * DAY), number)
    assert not lacks_element(facts)
    assert "Signed electronically on 25 November 2026" in text_of(facts)


def test_a_statement_for_another_complaint_or_letter_is_none_for_this_one(session: Session, ports: Ports) -> None:
    opened, number = tell_garante(session, ports)
    statements.state(opened.at(NOW + DAY), said(1))
    assert lacks_element(gather(opened.at(NOW + DAY), number)), "this complaint tells of no letter"


def test_what_was_stated_in_each_letter_counts_with_its_day(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, country="IE", **UNSAID)
    statements.state(opened.at(NOW + DAY), said(1))
    send(session, opened, ports, at=NOW + DAY + HOUR)
    number = preparing.prepare_erasure(opened.at(NOW + 2 * DAY), 1)
    statements.state(opened.at(NOW + 2 * DAY), said(number))
    send(session, opened, ports, number, at=NOW + 2 * DAY + HOUR)
    facts = gather(opened.at(LATE), complain(opened, "ie-dpc", "ie-dpc", (number,), LATE).number)
    text = text_of(facts)
    assert {(each.at, each.by, each.is_for_letter) for each in facts.stated} == {
        (NOW + 2 * DAY, StatedBy.PERSON, False)
    }
    assert "As I stated on 25 November 2026: What I said is true and complete as far as I know." in text
    assert "before this letter was written" in text
    assert "What this letter says is true" not in text


def test_what_was_stated_for_one_letter_only_says_nothing_of_the_other(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, country="IE", **UNSAID)
    statements.state(opened.at(NOW + DAY), said(1))
    send(session, opened, ports, at=NOW + DAY + HOUR)
    number = preparing.prepare_erasure(opened.at(NOW + 2 * DAY), 1)
    statements.state(opened.at(NOW + 2 * DAY), said(number, what=frozenset({NoticeField.ACCURACY})))
    both = read_dossiers(opened.at(LATE))
    dpc = ports.registry.regime("ie-dpc")
    common = stating.find_common(both, dpc)
    assert common is not None
    assert common.statements == {NoticeField.ACCURACY}
    assert stating.find_common([part for part in both if part.number == number], dpc) is not None
    other = make_case(session, ports, **UNSAID)
    statements.state(other.at(NOW), said(1))
    assert stating.find_common(read_dossiers(other.at(NOW)), dpc) is None


def test_a_report_of_before_keeps_what_it_stated_with_its_day(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, country="IE")
    send(session, opened, ports)
    number = preparing.prepare_erasure(opened.at(NOW + DAY), 1)
    send(session, opened, ports, number, at=NOW + DAY)
    facts = gather(opened.at(LATE), complain(opened, "ie-dpc", "ie-dpc", (number,), LATE).number)
    assert {each.at for each in facts.stated} == {NOW}
    assert "As I stated on 23 November 2026: I believe in good faith" in text_of(facts)


def test_what_a_complaint_asks_to_be_stated_is_what_its_law_wants(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, **UNSAID)
    wanted = {
        regime: stating.list_wanted(opened, ports.registry.regime(regime))
        for regime in ("ph-npc", "sg-osra-osc", "it-garante-144bis", "nz-netsafe")
    }
    assert wanted == {
        "ph-npc": (NoticeField.ACCURACY,),
        "sg-osra-osc": (NoticeField.NO_CONSENT, NoticeField.ACCURACY),
        "it-garante-144bis": (NoticeField.NO_CONSENT,),
        "nz-netsafe": (NoticeField.NO_CONSENT,),
    }


def test_the_team_writes_down_what_it_was_told_and_signs_nothing(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports, links=X_LINK, country="IT", **UNSAID)
    number = complain(shared.first, "it-garante-144bis", "it-garante", (), NOW + DAY).number
    told = said(number, what=frozenset({NoticeField.NO_CONSENT}), signature="", told_at=NOW + DAY)
    stating.state(shared.first.at(NOW + 2 * DAY), told)
    facts = gather(shared.first.at(NOW + 2 * DAY), number)
    assert not lacks_element(facts)
    assert facts.frame.signature is None


def test_nothing_is_stated_for_a_complaint_that_left_or_without_a_signature(session: Session, ports: Ports) -> None:
    opened, number = tell_garante(session, ports)
    with pytest.raises(StepRefused, match="sign"):
        stating.state(opened.at(NOW + DAY), said(number, signature=""))
    with pytest.raises(StepRefused, match="Nothing is stated"):
        stating.state(opened.at(NOW + DAY), said(number, what=frozenset()))
    lodged = complaints.LodgedCommand(at=NOW + 2 * DAY, has_checked=True)
    complaints.record_lodged(opened.at(NOW + 2 * DAY), number, lodged)
    with pytest.raises(StepRefused, match="was sent"):
        stating.state(opened.at(NOW + 3 * DAY), said(number))


def test_who_acts_for_another_states_it_as_that(session: Session, ports: Ports) -> None:
    opened, number = tell_garante(session, ports, filer=Filer.REPRESENTATIVE, authority="A mandate.")
    stating.state(opened.at(NOW + DAY), said(number, what=ALL))
    assert {each.by for each in gather(opened.at(NOW + DAY), number).stated} == {StatedBy.REPRESENTATIVE}


def test_a_letter_that_lacks_nothing_else_waits_for_what_is_stated(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK, **UNSAID)
    (dossier,) = read_dossiers(opened.at(NOW))
    assert not any(citation.is_complete for citation in dossier.citations)
    assert any(citation.waits_for_statement for citation in dossier.citations)
    statements.state(opened.at(NOW), said(1))
    (dossier,) = read_dossiers(opened.at(NOW))
    assert any(citation.is_complete for citation in dossier.citations)
