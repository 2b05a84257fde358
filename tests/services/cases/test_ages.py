"""How old the person was, where it was told: for the figures, never against what the report says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.figures.facts import Age, age_of
from portal.domain.lifecycle import AgeBand, CloseReason, History, StepRefused
from portal.domain.report import YesNo
from portal.services.casefile.page import history_rows
from portal.services.cases import ages, erasure, handover
from portal.services.ports import PERSON, Ports
from tests.services.people import kinds, share_case


def test_it_is_written_down_once_and_taken_back(session: Session, ports: Ports) -> None:
    work = share_case(session, ports, under_18=YesNo.YES).first
    for _press in range(2):
        ages.set_age(work, AgeBand.FROM_13)
    assert work.case.age_band is AgeBand.FROM_13
    assert kinds(session, work).count(History.AGE_TOLD) == 1
    assert any("13 to 15." in row.text for row in history_rows(work)), "the person takes it along"
    ages.set_age(work, None)
    assert work.case.age_band is None


@pytest.mark.parametrize(
    ("said", "band"),
    [(YesNo.YES, AgeBand.ADULT), (YesNo.NO, AgeBand.FROM_16), (None, AgeBand.UNDER_13)],
)
def test_what_the_report_says_otherwise_is_refused(
    session: Session, ports: Ports, said: YesNo | None, band: AgeBand
) -> None:
    work = share_case(session, ports, under_18=said).first
    with pytest.raises(StepRefused, match="Ask the person"):
        ages.set_age(work, band)
    assert work.case.age_band is None


def test_only_the_team_writes_it_and_only_in_an_open_case(session: Session, ports: Ports) -> None:
    both = share_case(session, ports, under_18=YesNo.NO)
    with pytest.raises(StepRefused):
        ages.set_age(replace(both.first, actor=PERSON), AgeBand.ADULT)
    handover.close(both.first, reason=CloseReason.WISHED)
    with pytest.raises(StepRefused):
        ages.set_age(both.first, AgeBand.ADULT)


def test_it_goes_with_the_case(session: Session, ports: Ports) -> None:
    both = share_case(session, ports, under_18=YesNo.YES)
    ages.set_age(both.first, AgeBand.UNDER_13)
    erasure.erase(both.person.at(both.person.now + timedelta(hours=1)))
    assert both.person.case.age_band is None


def test_the_figures_tell_what_is_known_and_no_more() -> None:
    assert age_of(True, AgeBand.FROM_16) is Age.FROM_16
    assert age_of(True) is Age.UNDER_18
    assert age_of(False) is Age.ADULT
    assert age_of(None) is Age.UNKNOWN
    assert all(Age(band.value) for band in AgeBand)
