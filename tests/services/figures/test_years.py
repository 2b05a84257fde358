"""What cases add to the figures of a year, and what stays of it when they are erased."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_session_factory
from portal.domain.figures import year as figures
from portal.domain.figures.facts import Grouping, Outcome, Population
from portal.domain.figures.year import Counts
from portal.domain.lifecycle import Answer, CloseReason, History
from portal.models.figures import YearRow
from portal.services.cases import erasure, handover, messages
from portal.services.figures import years
from portal.services.figures.counting import Frame, count_cases
from portal.services.history.events import read_history
from portal.services.history.raw_rows import RawTable
from portal.services.ports import Ports
from portal.services.tracking.answers import AnswerCommand, log_answer, mark_back, mark_gone
from portal.services.tracking.corrections import CorrectionCommand, correct
from portal.services.work import CaseWork
from tests.services.factories import NOW, guarded, make_case, make_ports
from tests.services.fakes import HOUR, print_quickly, send
from tests.services.people import share_case
from tests.statements import counted as counting

YEAR = 2026
LATER = NOW + timedelta(days=10)
SETTLED = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def frame(ports: Ports, *, at: datetime = LATER) -> Frame:
    return Frame(ports, {YEAR: figures.ends_of(YEAR, ports.config.time_zone)[1]}, {YEAR: at})


def count(opened: CaseWork, ports: Ports, *, at: datetime = LATER) -> Counts:
    opened.session.flush()
    return count_cases(opened.session, [opened.case.id], frame(ports, at=at)).get(YEAR, Counter())


def outcomes(counts: Counts, grouping: Grouping = Grouping.PLATFORM) -> dict[tuple[str, str], int]:
    """By value and outcome, of requests."""
    found: Counter[tuple[str, str]] = Counter()
    for (population, each, value, outcome, *_), number in counts.items():
        if each is grouping and population is not Population.CASES:
            found[value, outcome] += number
    return dict(found)


def values(counts: Counts, grouping: Grouping) -> set[str]:
    return {key[2] for key in counts if key[1] is grouping and key[0] is Population.CASES}


def test_a_removal_in_time_and_a_refusal_are_told_apart(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    send(session, opened, ports, 2)
    log_answer(opened.at(NOW + 5 * HOUR), 1, AnswerCommand(answer=Answer.REMOVED, at=NOW + 5 * HOUR))
    log_answer(opened.at(NOW + 6 * HOUR), 2, AnswerCommand(answer=Answer.REFUSED, at=NOW + 6 * HOUR))
    told = outcomes(count(opened, ports))
    assert sorted(outcome for _, outcome in told) == sorted([Outcome.IN_TIME, Outcome.REFUSED])
    durations = {key[3]: (key[4], key[5]) for key in count(opened, ports)}
    assert durations[Outcome.IN_TIME] == (4, True)
    assert durations[Outcome.REFUSED][1] is False


def test_what_happened_after_the_day_of_judgement_is_not_known(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    log_answer(opened.at(NOW + 5 * HOUR), 1, AnswerCommand(answer=Answer.REMOVED, at=NOW + 5 * HOUR))
    assert set(outcomes(count(opened, ports, at=NOW + 3 * HOUR)).values()) == {1}
    assert {outcome for _, outcome in outcomes(count(opened, ports, at=NOW + 3 * HOUR))} == {Outcome.WAITING}


def test_a_link_that_came_back_makes_its_request_one_that_came_back(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    mark_gone(opened.at(NOW + 5 * HOUR), 1)
    mark_back(opened.at(NOW + 9 * HOUR), 1)
    assert {outcome for _, outcome in outcomes(count(opened, ports))} == {Outcome.BACK}


def test_an_answer_that_was_corrected_does_not_count(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    log_answer(opened.at(NOW + 5 * HOUR), 1, AnswerCommand(answer=Answer.REMOVED, at=NOW + 5 * HOUR))
    session.flush()
    wrong = next(e for e in read_history(session, opened.case.id) if e.kind is History.ANSWERED)
    correct(opened.at(NOW + 6 * HOUR), CorrectionCommand(sequence=wrong.sequence, never=True))
    assert {outcome for _, outcome in outcomes(count(opened, ports, at=NOW + 7 * HOUR))} == {Outcome.WAITING}


def test_a_request_that_was_never_sent_is_not_counted(session: Session, ports: Ports) -> None:
    assert outcomes(count(make_case(session, ports), ports)) == {}


def test_a_site_that_is_not_in_the_directory_has_no_name(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://pictures.example.org/album/7")
    send(session, opened, ports, 1)
    assert {value for value, _ in outcomes(count(opened, ports))} == {"unlisted"}


def test_notices_under_article_16_are_counted_apart_where_the_organisation_is_a_flagger(
    session: Session, tmp_path: Path
) -> None:
    ports = make_ports(tmp_path, RECOURSE_TRUSTED_FLAGGER="on")
    opened = make_case(session, ports, country="DE")
    send(session, opened, ports, 1)
    assert {key[0] for key in count(opened, ports)} == {Population.CASES, Population.FLAGGED}


def test_the_helplines_first_answer_counts_from_what_the_person_can_see(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    assert values(count(shared.first, ports, at=NOW + HOUR), Grouping.RESPONSE) == {"waiting"}
    assert values(count(shared.first, ports, at=NOW + 30 * HOUR), Grouping.RESPONSE) == {"late"}
    messages.answer_person(shared.first.at(NOW + 2 * HOUR), "We have your report.")
    assert values(count(shared.first, ports, at=NOW + 30 * HOUR), Grouping.RESPONSE) == {"in_target"}


def test_why_a_case_was_closed_is_counted(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    handover.close(opened.at(NOW + HOUR), reason=CloseReason.WISHED)
    assert values(count(opened, ports), Grouping.CLOSING) == {"wished"}
    assert values(count(opened, ports), Grouping.AGE) == {"adult"}


def test_cases_and_requests_are_counted_by_their_team(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    send(session, shared.first, ports, 1)
    assert values(count(shared.first, ports), Grouping.TEAM) == {str(shared.first.case.team_id)}
    assert values(count(make_case(session, ports), ports), Grouping.TEAM) == {"none"}


def test_an_erased_case_stays_in_the_figures_as_counts_alone(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    before = count(opened, ports, at=NOW + 3 * HOUR)
    erasure.erase(opened.at(NOW + 3 * HOUR))
    session.flush()
    row = session.get_one(YearRow, YEAR)
    assert figures.read_counts(row.kept) == before
    assert opened.reference not in str(row.kept)
    assert str(opened.case.id) not in str(row.kept)


def test_two_erased_cases_share_their_counts(session: Session, ports: Ports) -> None:
    for _ in range(2):
        erasure.erase(make_case(session, ports).at(NOW + HOUR))
    session.flush()
    kept = figures.read_counts(session.get_one(YearRow, YEAR).kept)
    assert {number for key, number in kept.items() if key[1] is Grouping.COUNTRY} == {2}


def counted(session: Session, ports: Ports, *, now: datetime) -> None:
    session.commit()
    years.count_years(guarded(make_session_factory(session.get_bind())), now=now, ports=ports)  # type: ignore[arg-type]
    session.expire_all()


def test_a_year_is_published_once_and_then_stays(session: Session, ports: Ports) -> None:
    for _ in range(6):
        opened = make_case(session, ports)
    counted(session, ports, now=SETTLED - HOUR)
    assert years.find_year(session, YEAR, published=True) is None
    counted(session, ports, now=SETTLED)
    first = years.find_year(session, YEAR, published=True)
    assert first is not None
    assert first.figures.cases[Grouping.COUNTRY].row_totals == (6,)
    assert session.get_one(YearRow, YEAR).kept == []
    erasure.erase(opened.at(SETTLED + HOUR))
    counted(session, ports, now=SETTLED + timedelta(days=2))
    assert years.find_year(session, YEAR, published=True) == first
    assert session.get_one(YearRow, YEAR).kept == []


def test_the_month_that_is_not_over_is_left_out(session: Session, ports: Ports) -> None:
    for _ in range(6):
        make_case(session, ports)
    counted(session, ports, now=NOW + HOUR)
    shown = years.find_year(session, YEAR)
    assert shown is not None
    assert shown.figures.cases[Grouping.MONTH].total == 0
    counted(session, ports, now=NOW + timedelta(days=9))
    again = years.find_year(session, YEAR)
    assert again is not None
    assert again.figures.cases[Grouping.MONTH].total == 6


def test_erased_and_living_cases_add_up_to_what_there_was(session: Session, ports: Ports) -> None:
    opened = [make_case(session, ports) for _ in range(7)]
    for each in opened[:2]:
        erasure.erase(each.at(NOW + HOUR))
    counted(session, ports, now=SETTLED - HOUR)
    shown = years.find_year(session, YEAR)
    assert shown is not None
    assert shown.figures.cases[Grouping.MONTH].total == 7


def test_what_is_kept_of_a_year_holds_no_small_number(session: Session, ports: Ports) -> None:
    for _ in range(3):
        make_case(session, ports)
    counted(session, ports, now=SETTLED - HOUR)
    row = session.get_one(YearRow, YEAR)
    assert row.shown is not None
    assert row.shown["cases"] == {}


def test_a_bent_row_is_told(sessions: sessionmaker[Session], session: Session, ports: Ports) -> None:
    make_case(session, ports)
    counted(session, ports, now=SETTLED)
    bind = session.get_bind()
    session.rollback()
    with bind.connect() as connection:  # type: ignore[union-attr]
        connection.execute(update(YearRow.__table__).values(published_at=NOW))  # type: ignore[arg-type]
        connection.commit()
    with sessions() as other:
        shown = years.find_year(other, YEAR)
    assert shown is not None
    assert shown.is_unfit


def test_figures_are_counted_once_a_day(session: Session, ports: Ports) -> None:
    make_case(session, ports)
    assert years.is_due(session, now=NOW)
    counted(session, ports, now=NOW)
    assert not years.is_due(session, now=NOW + HOUR)
    assert years.is_due(session, now=NOW + timedelta(days=1))
    assert session.scalars(select(YearRow.counted_at)).all() == [NOW]


@pytest.mark.parametrize("number", [1, 8])
def test_counting_takes_as_many_statements_for_many_cases_as_for_one(
    session: Session, ports: Ports, number: int
) -> None:
    opened = [make_case(session, ports) for _ in range(number)]
    session.flush()
    with counting(session) as seen:
        count_cases(session, [each.case.id for each in opened], frame(ports))
    assert seen() == 6


def test_the_rows_of_the_years_stand_the_check_of_the_night(session: Session, ports: Ports) -> None:
    erasure.erase(make_case(session, ports).at(NOW))
    table = RawTable(YearRow, session.get_bind().dialect)
    session.flush()
    assert table.read(session.execute(select(*table.columns)).one()).shown is None
    for _ in range(6):
        make_case(session, ports)
    counted(session, ports, now=SETTLED)
    found = table.read(session.execute(select(*table.columns).where(YearRow.year == YEAR)).one())
    assert found.shown == session.get_one(YearRow, YEAR).shown
