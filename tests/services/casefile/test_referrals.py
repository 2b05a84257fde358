"""Referrals to others who help: with the person's yes, and told is what was agreed to, never more."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.domain.lifecycle import History, StepRefused
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.services.casefile import referrals
from portal.services.casefile.referrals import NewReferral
from portal.services.ports import Ports
from tests.services.factories import NOW
from tests.services.people import Shared, kinds, share_case

ALL = {
    ReferralPart.NAME: "Ana Exemplar",
    ReferralPart.CONTACT: "ana.example@example.net",
    ReferralPart.COUNTRY: "NZ",
    ReferralPart.ABOUT: "real",
    ReferralPart.WORDS: "A friend told me.",
    ReferralPart.LINKS: "https://x.com/someone/status/1111",
    ReferralPart.LETTERS: "",
}


@pytest.fixture
def shared(session: Session, ports: Ports) -> Shared:
    made = share_case(session, ports)
    return Shared(made.person.at(NOW), made.first.at(NOW), made.second.at(NOW), made.words)


def refer(shared: Shared, *agreed: ReferralPart, consent: str = "By phone: yes.") -> referrals.Sheet:
    new = NewReferral(kind=ReferralKind.LAWYER, to="Invented Law", agreed=frozenset(agreed), consent=consent)
    return referrals.read_sheet(shared.first, referrals.refer(shared.first, new))


@pytest.mark.parametrize("part", list(ReferralPart))
def test_the_sheet_holds_what_was_agreed_to_and_nothing_else(shared: Shared, part: ReferralPart) -> None:
    sheet = refer(shared, part)
    told = str(sheet.parts)
    assert ALL[part] in told
    others = [text for other, text in ALL.items() if other is not part and text]
    assert not [text for text in others if text in told]
    assert [each for each, _lines in sheet.parts] == [part]


def test_without_a_yes_nothing_is_written_and_with_nothing_agreed_nothing_is_told(shared: Shared) -> None:
    with pytest.raises(StepRefused, match="said yes"):
        refer(shared, ReferralPart.NAME, consent=" ")
    assert refer(shared).parts == ()


def test_day_and_outcome_stand_in_the_history_that_the_person_reads_too(session: Session, shared: Shared) -> None:
    refer(shared, ReferralPart.NAME)
    (row,) = referrals.list_referrals(shared.first)
    with pytest.raises(StepRefused, match="still to come"):
        referrals.record_told(shared.first, row.id, NOW.date().replace(year=2027), "")
    referrals.record_told(shared.first, row.id, NOW.date(), "Called them with her.")
    referrals.record_outcome(shared.first, row.id, "They meet on Friday.")
    (row,) = referrals.list_referrals(shared.first)
    assert (row.told_on, row.how, row.outcome, row.is_over) == (
        NOW.date(),
        "Called them with her.",
        "They meet on Friday.",
        True,
    )
    with pytest.raises(StepRefused, match="nothing more is told"):
        referrals.read_sheet(shared.first, row.id)
    assert kinds(session, shared.first)[-3:] == [
        History.REFERRAL_AGREED,
        History.REFERRAL_TOLD,
        History.REFERRAL_ENDED,
    ]
