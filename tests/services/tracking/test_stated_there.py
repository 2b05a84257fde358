"""What was sent in other words can state what a law asks for: its clock runs only where it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import Filer, History, SendingChannel, SentAs, StepRefused
from portal.domain.regimes import NoticeField
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.services.cases.instants import BadInstant
from portal.services.clocks.agreement import list_breaks
from portal.services.complaints.chronology import _tell
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.requests import statements
from portal.services.requests.dossier import read_dossier
from portal.services.requests.statements import STATEABLE, StatedThere, list_wanted
from portal.services.tracking import corrections, sending
from portal.services.tracking.corrections import CorrectionCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, HOUR, print_quickly
from tests.services.people import share_case

UNSAID = {"states_no_consent": False, "states_good_faith": False, "states_accuracy": False, "signature": ""}
ALL = frozenset(STATEABLE) - {NoticeField.PERJURY}
X_LINK = "https://x.com/someone/status/1111"
# Where a law of the notice wants something stated, by who lives where: country, subdivision, link.
PLACES = [
    ("US", "US-NY", X_LINK),
    ("DE", "", X_LINK),
    ("GB", "", X_LINK),
    ("NZ", "", X_LINK),
    ("IN", "", X_LINK),
    ("AU", "", X_LINK),
    ("CA", "CA-QC", X_LINK),
    ("KR", "", X_LINK),
    ("BR", "", X_LINK),
    ("JP", "", X_LINK),
    ("SG", "", X_LINK),
]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def unsaid_case(session: Session, ports: Ports, **more: Any) -> CaseWork:
    return make_case(session, ports, **{"links": X_LINK, "country": "US", "subdivision": "US-NY", **UNSAID, **more})


def left(work: CaseWork, stated: StatedThere | None = None, **more: Any) -> None:
    values = {"channel": SendingChannel.FORM, "sent_at": work.now, "has_checked": True, "sent_as": SentAs.OTHER, **more}
    sending.record_sent(work, 1, SentCommand(stated=stated, **values))


def clocked(session: Session) -> set[str]:
    return set(session.scalars(select(Clock.regime)))


def test_nothing_was_stated_so_no_clock_of_a_law_that_asks_for_it_runs(session: Session, ports: Ports) -> None:
    opened = unsaid_case(session, ports)
    left(opened.at(NOW + HOUR))
    assert "us-take-it-down" not in clocked(session)


def test_what_was_stated_there_starts_the_clock_and_is_kept_with_its_day(session: Session, ports: Ports) -> None:
    opened = unsaid_case(session, ports)
    said_at = NOW + HOUR
    left(opened.at(NOW + 3 * HOUR), StatedThere(statements=ALL, at=said_at, signature=" Ana Exemplar "))
    assert "us-take-it-down" in clocked(session)
    dossier = read_dossier(opened.at(NOW + 4 * HOUR), 1)
    made = dossier.statement
    assert made is not None
    assert (made.at, made.by, made.signature) == (said_at, StatedBy.PERSON, "Ana Exemplar")
    assert made.statements == set(list_wanted(dossier))
    assert dossier.sent_event is not None
    assert "Ana" not in str(dossier.sent_event.facts)  # the name is sealed
    assert _tell(dossier.sent_event, has_paper=False).endswith("Statements were made in it.")
    assert list_breaks(opened.at(NOW + 4 * HOUR)) == []


@pytest.mark.parametrize(("country", "subdivision", "link"), PLACES)
def test_every_law_that_only_waits_for_a_statement_runs_once_it_was_stated_there(
    session: Session, ports: Ports, country: str, subdivision: str, link: str
) -> None:
    opened = unsaid_case(session, ports, country=country, subdivision=subdivision, links=link)
    dossier = read_dossier(opened, 1)
    waiting = {each.regime.id for each in dossier.citations if each.waits_for_statement}
    complete = {each.regime.id for each in dossier.citations if each.is_complete}
    left(opened.at(NOW + HOUR), StatedThere(statements=ALL, signature="Ana Exemplar"))
    kept = {each.regime.id for each in read_dossier(opened.at(NOW + HOUR), 1).citations}
    assert kept >= waiting | complete
    assert waiting or complete, "no law fits here, so this place proves nothing"


def test_without_a_name_under_it_nothing_was_stated(session: Session, ports: Ports) -> None:
    opened = unsaid_case(session, ports)
    with pytest.raises(StepRefused, match="name that stood under it"):
        left(opened.at(NOW + HOUR), StatedThere(statements=ALL))
    with pytest.raises(BadInstant, match="after it was sent"):
        left(
            opened.at(NOW + 3 * HOUR),
            StatedThere(statements=ALL, signature="Ana", at=NOW + 2 * HOUR),
            sent_at=NOW + HOUR,
        )


def test_who_acts_for_somebody_is_who_stated_it(session: Session, ports: Ports) -> None:
    opened = unsaid_case(session, ports, filer=Filer.REPRESENTATIVE, authority="A signed mandate.")
    left(opened.at(NOW + HOUR), StatedThere(statements=ALL, signature="Rob Exemplar"))
    made = read_dossier(opened.at(NOW + HOUR), 1).statement
    assert made is not None
    assert made.by is StatedBy.REPRESENTATIVE


def test_a_letter_of_ours_says_itself_what_it_states(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=X_LINK)
    letters.make_missing_letter(opened.at(NOW), 1)
    left(opened.at(NOW + HOUR), StatedThere(statements=ALL, signature="Ana"), sent_as=SentAs.LETTER)
    sent = session.scalars(select(Event).where(Event.kind == History.SENT)).one()
    assert "stated" not in sent.facts


class TestByTheTeam:
    @pytest.fixture
    def desk(self, session: Session, ports: Ports) -> CaseWork:
        changes: dict[str, Any] = {"links": X_LINK, "country": "US", "subdivision": "US-NY", **UNSAID}
        return share_case(session, ports, **changes).first.at(NOW + HOUR)

    def test_it_says_who_stated_it(self, desk: CaseWork, session: Session) -> None:
        with pytest.raises(StepRefused, match="Choose who stated it"):
            left(desk, StatedThere(statements=ALL, signature="Ana Exemplar"))
        left(desk, StatedThere(statements=ALL, signature="Ana Exemplar", by=StatedBy.PERSON))
        assert "us-take-it-down" in clocked(session)

    def test_what_the_person_told_has_no_signature(self, desk: CaseWork, session: Session) -> None:
        left(desk, StatedThere(statements=ALL, signature="Ana Exemplar", by=StatedBy.TOLD))
        made = read_dossier(desk, 1).statement
        assert made is not None
        assert (made.by, made.signature) == (StatedBy.TOLD, "")
        assert "us-take-it-down" not in clocked(session)  # this law wants one

    def test_nobody_represents_without_a_written_mandate(self, desk: CaseWork) -> None:
        with pytest.raises(StepRefused, match="no written mandate"):
            left(desk, StatedThere(statements=ALL, by=StatedBy.MANDATED))

    def test_nobody_swears_for_another(self, desk: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statements, "list_wanted", lambda _dossier: STATEABLE)  # as a copyright notice does
        with pytest.raises(StepRefused, match="perjury"):
            left(desk, StatedThere(statements=frozenset(STATEABLE), signature="Ana", by=StatedBy.PERSON))


def test_a_correction_of_the_sending_takes_along_what_was_stated_in_it(session: Session, ports: Ports) -> None:
    opened = unsaid_case(session, ports)
    at = NOW + 5 * HOUR
    left(opened.at(at), StatedThere(statements=ALL, signature="Ana Exemplar"))
    sent = session.scalars(select(Event).where(Event.kind == History.SENT)).one()
    corrections.correct(opened.at(NOW + DAY), CorrectionCommand(sequence=sent.sequence, at=at - timedelta(hours=2)))
    made = read_dossier(opened.at(NOW + DAY), 1).statement
    assert made is not None
    assert made.at == at - timedelta(hours=2)
    newer = session.scalars(select(Event).where(Event.kind == History.SENT).order_by(Event.sequence.desc())).first()
    assert newer is not None
    corrections.correct(opened.at(NOW + DAY), CorrectionCommand(sequence=newer.sequence, never=True))
    assert read_dossier(opened.at(NOW + DAY), 1).statement is None
