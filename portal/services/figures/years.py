"""The figures of each year: counted again each day, published once, and kept up when a case is erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.figures import year as figures
from portal.domain.figures.year import Counts, YearFigures
from portal.models.cases import Case
from portal.models.figures import YearRow
from portal.models.requests import Request
from portal.services.figures.counting import Frame, count_cases, list_case_ids
from portal.services.history.guards import read_rows
from portal.services.ports import Ports
from portal.services.work import Work

AT_ONCE = 500  # cases that are read together
EVERY = timedelta(hours=20)  # so that it is done each day, at about the same hour
LOCK = 4_732_671  # of PostgreSQL, for the rows of the years


@dataclass(frozen=True, kw_only=True)
class ShownYear:
    """The figures of a year as they may be shown. `is_unfit`: the row is not as the portal wrote it."""

    figures: YearFigures
    counted_at: datetime
    published_at: datetime | None
    is_unfit: bool


def list_years(session: Session, *, published: bool = False) -> tuple[int, ...]:
    """The years of which there are figures, the newest first."""
    query = select(YearRow.year).where(YearRow.shown.is_not(None)).order_by(YearRow.year.desc())
    return tuple(session.scalars(query.where(YearRow.published_at.is_not(None)) if published else query))


def find_year(session: Session, year: int, *, published: bool = False) -> ShownYear | None:
    """The figures of one year; None where there are none, or none that were published. One statement."""
    for row, fits in read_rows(session, YearRow, YearRow.year == year):
        if row["shown"] is None or (published and row["published_at"] is None):
            return None
        shown = msgspec.convert(row["shown"], YearFigures)
        return ShownYear(
            figures=shown, counted_at=row["counted_at"], published_at=row["published_at"], is_unfit=not fits
        )
    return None


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether the figures are to be counted again."""
    last = session.scalar(select(func.max(YearRow.counted_at)))
    return last is None or now - last >= EVERY


def count_years(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> tuple[int, ...]:
    """Count every year that is not published, and publish those whose time has come. Returns the years counted.

    It reads for minutes where there are many cases, and holds up nobody: the rows are written at the end.
    """
    with factory() as session:
        _begin_as_of_now(session)
        frame = _make_frame(session, ports, now=now)
        counts: dict[int, Counts] = {year: Counter() for year in frame.until}
        for case_ids in list_case_ids(session, AT_ONCE):
            for year, found in count_cases(session, case_ids, frame).items():
                counts[year].update(found)
        kept = _read_kept(session)
    with factory.begin() as session:
        hold_years(session)
        for year, found in counts.items():
            _write(session, year, found, kept.get(year, []), frame, now=now, ports=ports)
    return tuple(sorted(counts))


def keep_counts(work: Work, case_ids: Sequence[UUID]) -> None:
    """Called before cases are erased: what they add to years that are not published yet is kept as counts alone."""
    hold_years(work.session)
    published = set(work.session.scalars(select(YearRow.year).where(YearRow.published_at.is_not(None))))
    found = count_cases(work.session, case_ids, _make_open_frame(work, published))
    for year, counts in found.items():
        row = work.session.get(YearRow, year)
        if row is None:
            row = YearRow(year=year, kept=[])
            work.session.add(row)
        row.kept = figures.write_counts(figures.read_counts(row.kept) + counts)
    work.session.flush()


def _make_frame(session: Session, ports: Ports, *, now: datetime) -> Frame:
    """Every year since the first case that is not published. The present month is not over, so it is left out."""
    zone = ports.config.time_zone
    published = set(session.scalars(select(YearRow.year).where(YearRow.published_at.is_not(None))))
    first = session.scalar(select(func.min(Case.submitted_at))) or now
    sent = session.scalar(select(func.min(Request.sent_at))) or now
    begins = min(first, sent).astimezone(zone).year
    years = [year for year in range(begins, now.astimezone(zone).year + 1) if year not in published]
    years += [year for year in session.scalars(select(YearRow.year)) if year not in published and year not in years]
    until = {year: min(figures.ends_of(year, zone)[1], figures.begun_month(now, zone)) for year in years}
    return Frame(ports, until, {year: min(now, figures.settled_at(year, zone)) for year in years})


def _make_open_frame(work: Work, published: set[int]) -> Frame:
    """The same for cases that are about to go: the present month counts too, because they will not be there later."""
    zone = work.ports.config.time_zone
    years = [year for year in range(2000, work.now.astimezone(zone).year + 1) if year not in published]
    until = {year: figures.ends_of(year, zone)[1] for year in years}
    return Frame(work.ports, until, {year: min(work.now, figures.settled_at(year, zone)) for year in years})


def _read_kept(session: Session) -> Mapping[int, list[Any]]:
    return {row.year: row.kept for row in session.execute(select(YearRow.year, YearRow.kept))}


def _write(
    session: Session, year: int, found: Counts, kept: list[Any], frame: Frame, *, now: datetime, ports: Ports
) -> None:
    row = session.get(YearRow, year)
    if row is not None and row.published_at is not None:
        return
    if row is None:
        row = YearRow(year=year, kept=[])
        session.add(row)
    shown = figures.make_year(
        found + figures.read_counts(kept), year=year, until=frame.until[year], judged_at=frame.judged_at[year]
    )
    row.shown, row.counted_at = msgspec.to_builtins(shown), now
    if now >= figures.settled_at(year, ports.config.time_zone):
        row.published_at, row.kept = now, []


def _begin_as_of_now(session: Session) -> None:
    """All is read as it stands now: a case that is erased meanwhile is counted as living, and not as kept as well."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    else:
        begin_reading(session)


def hold_years(session: Session) -> None:
    """Nobody else writes figures or words of a year until the transaction ends. On SQLite nobody writes at all."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
