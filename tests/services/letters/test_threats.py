"""A threat's papers: made when nothing is online, under no law, with no request."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import ThreatFacts
from portal.domain.letters.kinds import Statement
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.domain.report import YesNo
from portal.models.letters import Letter
from portal.services.letters import threats
from portal.services.letters.drafting import read_facts
from portal.services.letters.threats import ThreatCommand, make_threat_paper, threat_facts
from portal.services.ports import Ports
from tests.services.factories import NOW, make_case
from tests.services.fakes import print_as_json


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threats, "print_letter", print_as_json)


@pytest.mark.parametrize(("recipient", "kind"), [("Chat Service", LetterKind.PRESERVATION), ("", LetterKind.POLICE)])
def test_a_paper_needs_no_place_online(session: Session, ports: Ports, recipient: str, kind: LetterKind) -> None:
    opened = make_case(session, ports, links="", is_online=YesNo.NO)
    command = ThreatCommand(accounts=("@night.clips", " "), recipient=recipient, threat="He says he will post it.")
    made = make_threat_paper(opened.at(NOW), command)
    assert made.kind is kind
    row = session.scalars(select(Letter)).one()
    assert row.request_id is None
    facts = read_facts(opened, row)
    assert isinstance(facts, ThreatFacts)
    assert facts.accounts == ("@night.clips",)
    assert facts.links == ()
    assert facts.frame.reference == f"{opened.reference}-1"


def test_nobody_states_that_something_was_published_where_nothing_is(session: Session, ports: Ports) -> None:
    """A report of before holds one statement for everything: that it was published without consent."""
    opened = make_case(session, ports, links="", is_online=YesNo.NO, states_good_faith=True)
    for recipient in ("Chat Service", ""):
        facts = threat_facts(opened.at(NOW), ThreatCommand(accounts=("@night.clips",), recipient=recipient), number=1)
        assert facts.statements == (Statement.ACCURACY,)
        assert "was published" not in "\n".join(plain_text(build_letter(facts, English())))


def test_a_paper_names_an_account(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="", is_online=YesNo.NO)
    with pytest.raises(StepRefused):
        make_threat_paper(opened.at(NOW), ThreatCommand(accounts=(" ",)))
    assert session.scalars(select(Letter)).all() == []
