"""The figures of a year as a page, as CSV and as JSON show them: names for rows and columns, charts, the method.

The desk and the public page show the same through here, so that neither has a number that the other hides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from portal.domain.csv_text import write_csv
from portal.domain.figures.facts import (
    NO_TEAM,
    PUBLIC_GROUPINGS,
    REQUEST_GROUPINGS,
    UNKNOWN,
    Age,
    Grouping,
    Kind,
    Outcome,
    Response,
)
from portal.domain.figures.hiding import FEWEST, ShownTable
from portal.domain.figures.year import ALL, Duration
from portal.domain.lifecycle import CloseReason
from portal.reference.registry import Registry
from portal.services.figures.years import ShownYear
from portal.web.charts import Bar, CurvePoint, draw_bars, draw_curve
from portal.web.places import country_names

HIDDEN = "…"

OUTCOMES: Mapping[str, Any] = MappingProxyType(
    {
        Outcome.IN_TIME: _l("Removed in time"),
        Outcome.LATE: _l("Removed late"),
        Outcome.UNDATED: _l("Removed, no fixed deadline"),
        Outcome.BACK: _l("Removed, then back again"),
        Outcome.REFUSED: _l("Refused or in part"),
        Outcome.OVERDUE: _l("No answer, overdue"),
        Outcome.WAITING: _l("No answer yet"),
        Outcome.CLOSED: _l("Closed without removal"),
        "": _l("Cases"),
    }
)
# How joined outcomes differ, said once what they have in common.
_HOW: Mapping[Outcome, Any] = MappingProxyType(
    {
        Outcome.IN_TIME: _l("in time"),
        Outcome.LATE: _l("late"),
        Outcome.UNDATED: _l("no fixed deadline"),
        Outcome.BACK: _l("back again"),
        Outcome.REFUSED: _l("refused"),
        Outcome.OVERDUE: _l("overdue"),
        Outcome.WAITING: _l("waiting"),
        Outcome.CLOSED: _l("closed"),
    }
)
_REMOVED = frozenset({Outcome.IN_TIME, Outcome.LATE, Outcome.UNDATED, Outcome.BACK})
GROUPINGS: Mapping[Grouping, Any] = MappingProxyType(
    {
        Grouping.MONTH: _l("Month"),
        Grouping.PLATFORM: _l("Platform"),
        Grouping.LAW: _l("Law"),
        Grouping.COUNTRY: _l("Country"),
        Grouping.KIND: _l("Kind"),
        Grouping.AGE: _l("Age"),
        Grouping.CLOSING: _l("Closed because"),
        Grouping.RESPONSE: _l("First answer"),
        Grouping.TEAM: _l("Team"),
    }
)
_WORDS: Mapping[Grouping, Mapping[str, Any]] = MappingProxyType(
    {
        Grouping.KIND: {
            Kind.CHILD: _l("A child"),
            Kind.THREAT: _l("A threat to publish"),
            Kind.REAL: _l("Real intimate images"),
            Kind.SYNTHETIC: _l("Fake or AI-made images"),
            Kind.UNSURE: _l("Intimate, real or fake not known"),
            Kind.FALSE: _l("Other false or harmful depiction"),
            Kind.PRIVATE: _l("Private facts"),
            Kind.UNKNOWN: _l("Not said"),
        },
        Grouping.AGE: {
            Age.UNDER_13: _l("Under 13 when it was made"),
            Age.FROM_13: _l("13 to 15"),
            Age.FROM_16: _l("16 or 17"),
            Age.UNDER_18: _l("Under 18 when it was made, no more is known"),
            Age.ADULT: _l("18 or older"),
            Age.UNKNOWN: _l("Not said"),
        },
        Grouping.CLOSING: {
            CloseReason.REMOVED: _l("Removed"),
            CloseReason.WISHED: _l("The person asked for it"),
            CloseReason.NO_CONTACT: _l("The person cannot be reached"),
            CloseReason.NOTHING_LEFT: _l("Nothing more can be done"),
            CloseReason.HANDED_ON: _l("Others go on with it"),
            CloseReason.TWICE: _l("It is in another case"),
            CloseReason.MISTAKE: _l("Opened by mistake"),
            "open": _l("Open at the end"),
            UNKNOWN: _l("Not said"),
        },
        Grouping.RESPONSE: {
            Response.IN_TARGET: _l("Within the target"),
            Response.LATE: _l("Later than the target"),
            Response.WAITING: _l("Not answered yet"),
            Response.NOT_OURS: _l("The person sends the letters"),
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of a table with its duration, where requests are counted. Cells as they are read."""

    name: str
    cells: tuple[str, ...]
    total: str
    median: str
    ninetieth: str
    curve: Markup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table, the chart of its totals, and what it is about."""

    grouping: Grouping
    title: str
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    totals: tuple[str, ...]
    total: str
    chart: Markup | None
    has_durations: bool
    has_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveView:
    """How long content stayed online, of all requests."""

    median: str
    ninetieth: str
    chart: Markup | None
    rows: tuple[tuple[str, str, str], ...]  # after how long, still online, band


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """What a page of one year shows. `until` and `judged_at` as in `YearFigures`."""

    year: int
    until: datetime
    judged_at: datetime
    published_at: datetime | None
    is_unfit: bool
    left_out: bool
    groupings: tuple[tuple[Grouping, str], ...]
    outcomes: Markup | None
    curve: CurveView
    table: TableView
    method: tuple[str, ...]


NOTHING = ShownTable(rows=(), columns=(), cells=(), row_totals=(), column_totals=(), total=0)


class Names:
    """What rows and columns are called, in the page's language. `teams` are names by id."""

    def __init__(self, registry: Registry, teams: Mapping[str, str] = MappingProxyType({})) -> None:
        self._registry, self._teams = registry, {NO_TEAM: str(_("Without a team")), **teams}
        self._countries = dict(country_names(str(get_locale())))

    def row(self, grouping: Grouping, values: Sequence[str]) -> str:
        """Of a row; of one that joins several, how many they are."""
        if len(values) == 1:
            return self.value(grouping, values[0])
        return str(_("Others (%(number)s)", number=len(values)))

    def column(self, values: Sequence[str]) -> str:
        """Of an outcome; of several that were joined, what they have in common and how they differ."""
        if len(values) == 1:
            return str(OUTCOMES[values[0]])
        joined = {Outcome(value) for value in values}
        how = ", ".join(str(_HOW[each]) for each in Outcome if each in joined)
        if joined <= _REMOVED:
            return str(_("Removed: %(how)s", how=how))
        if joined <= _HOW.keys() - _REMOVED:
            return str(_("Not removed: %(how)s", how=how))
        return str(_("Others (%(number)s)", number=len(joined)))

    def value(self, grouping: Grouping, value: str) -> str:
        if grouping in _WORDS:
            return str(_WORDS[grouping][value])
        if grouping is Grouping.MONTH:
            return str(format_date(date.fromisoformat(f"{value}-01"), "MMMM y"))
        if grouping is Grouping.COUNTRY:
            return self._countries.get(value, str(_("Not said")))
        if grouping is Grouping.PLATFORM:
            platform = self._registry.platforms.get(value)
            return platform.name if platform else str(_("A site that is not in our list"))
        if grouping is Grouping.TEAM:
            return self._teams.get(value, str(_("A team that is gone, or not known")))
        regime = self._registry.regimes.get(value)
        return regime.name if regime else str(_("No law named"))


def show_table(names: Names, grouping: Grouping, table: ShownTable, durations: Mapping[str, Duration]) -> TableView:
    """A table of requests or cases. `durations` by the values of a row, empty where nothing lasts."""
    title = str(_("By %(what)s", what=str(GROUPINGS[grouping]).lower()))
    rows = tuple(
        _show_row(names, grouping, values, cells, total, durations.get(" ".join(values)))
        for values, cells, total in zip(table.rows, table.cells, table.row_totals, strict=True)
    )
    bars = [
        Bar(label=row.name, value=total, number=row.total) for row, total in zip(rows, table.row_totals, strict=True)
    ]
    about = "; ".join(f"{row.name}: {row.total}" for row in rows)
    return TableView(
        grouping=grouping,
        title=title,
        columns=tuple(names.column(values) for values in table.columns) if table.columns != (("",),) else (),
        rows=rows,
        totals=tuple(map(str, table.column_totals)),
        total=str(table.total),
        chart=draw_bars(f"bars-{grouping}", title, about, bars) if bars else None,
        has_durations=bool(durations),
        has_hidden=any(cell is None for row in table.cells for cell in row),
    )


def _show_row(
    names: Names,
    grouping: Grouping,
    values: Sequence[str],
    cells: Sequence[int | None],
    total: int,
    duration: Duration | None,
) -> RowView:
    name = names.row(grouping, values)
    key = f"curve-{grouping}-{'-'.join(values)}"
    return RowView(
        name=name,
        cells=tuple(HIDDEN if cell is None else str(cell) for cell in cells),
        total=str(total),
        median=describe_time(duration.median) if duration else "",
        ninetieth=describe_time(duration.ninetieth) if duration else "",
        curve=_draw(key, name, duration) if duration and duration.curve else None,
    )


def show_outcomes(names: Names, tables: Mapping[Grouping, ShownTable]) -> Markup | None:
    """The chart of what became of all requests of a year."""
    table = tables.get(Grouping.MONTH)
    if table is None or not table.total:
        return None
    bars = [
        Bar(label=names.column(values), value=total, number=str(total))
        for values, total in zip(table.columns, table.column_totals, strict=True)
        if total
    ]
    about = "; ".join(f"{bar.label}: {bar.number}" for bar in bars)
    return draw_bars("outcomes", str(_("What became of the requests")), about, bars)


def show_curve(durations: Mapping[str, Mapping[str, Duration]]) -> CurveView:
    """Of all requests together."""
    duration = durations[ALL][ALL]
    return CurveView(
        median=describe_time(duration.median),
        ninetieth=describe_time(duration.ninetieth),
        chart=_draw("curve", str(_("All requests")), duration) if duration.curve else None,
        rows=tuple(
            (describe_time(point.hours), f"{point.share:.0%}", f"{point.low:.0%} – {point.high:.0%}")
            for point in duration.curve
        ),
    )


TICKS = frozenset({1, 6, 24, 72, 168, 720, 2160})


def _draw(key: str, name: str, duration: Duration) -> Markup:
    points = [
        CurvePoint(
            hours=point.hours,
            share=point.share,
            low=point.low,
            high=point.high,
            label=describe_time(point.hours) if point.hours in TICKS else "",
        )
        for point in duration.curve
    ]
    about = "; ".join(
        str(_("after %(time)s: %(share)s", time=describe_time(point.hours), share=f"{point.share:.0%}"))
        for point in duration.curve
    )
    return draw_curve(key, str(_("Still online after the request: %(name)s", name=name)), about, points)


def describe_time(hours: int | None) -> str:
    """ "36 h", from three days on "5 d"; a dash where too few were removed to tell."""
    if hours is None:
        return "–"
    if hours < 72:
        return str(_("%(number)s h", number=hours))
    return str(_("%(number)s d", number=round(hours / 24)))


def list_method() -> list[str]:
    """How the figures are made, sentence by sentence: on the page, and in the JSON."""
    return [
        str(each)
        for each in (
            _("A request is one letter to one platform about one or more links. It counts in the month it was sent."),
            _("“In time” means that every link was gone by the earliest date of a law that the letter cites."),
            _("“By law” counts each request once, by the first law that its letter cites."),
            _("“A child” holds every case of somebody who was under 18, whatever else it is about."),
            _("Times run from sending to the removal of the last link, in whole hours, from three days on in days."),
            _("Requests that are still open count for as long as they have been open (the method of Kaplan and Meier, "
              "with a 95 % band by Greenwood’s formula on the log-log scale)."),
            _("A median is shown from 10 removals on, the time for 90 % from 50, a curve from 50 requests. Shares in a "
              "curve are rounded so that one step stands for at least five requests."),
            _("Counts from 1 to %(most)s are hidden (…), and as many others as it takes so that nobody can work them "
              "out. Small rows are joined as “Others”, small columns with their neighbour.", most=FEWEST - 1),
            _("A year is published once, one month after its end, and is not changed afterwards."),
            _("Cases that were erased since are still counted. Nothing else of them is kept."),
        )
    ]  # fmt: skip


def write_table_csv(view: TableView) -> bytes:
    """One table as it is on the page."""
    header = [str(GROUPINGS[view.grouping]), *view.columns, str(_("All"))]
    if view.has_durations:
        header += [str(_("Median time to removal")), str(_("90 % removed after"))]
    lines = [
        [row.name, *(row.cells if view.columns else ()), row.total]
        + ([row.median, row.ninetieth] if view.has_durations else [])
        for row in view.rows
    ]
    last = [str(_("All")), *(view.totals if view.columns else ()), view.total]
    return write_csv(header, ([_number(cell) for cell in line] for line in (*lines, last)))


def _number(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() else cell


def write_json(names: Names, shown: ShownYear, *, is_public: bool = False) -> dict[str, Any]:
    """All figures of a year for machines: counts, null where hidden, and how they were made. In public, nothing by
    team.
    """
    figures, left_out = shown.figures, {Grouping.TEAM} if is_public else set[Grouping]()
    return {
        "year": figures.year,
        "counted_at": shown.counted_at.isoformat(),
        "published_at": shown.published_at.isoformat() if shown.published_at else None,
        "counted_until": figures.until.isoformat(),
        "judged_at": figures.judged_at.isoformat(),
        "method": {"version": figures.method, "hidden_below": FEWEST, "text": list_method()},
        "requests": _tables_json(names, figures.requests, left_out),
        "cases": _tables_json(names, figures.cases, left_out),
        "hours_to_removal": {
            by: {_row_key(row): _duration_json(each) for row, each in rows.items()}
            for by, rows in figures.durations.items()
            if by not in left_out
        },
    }


def _tables_json(names: Names, tables: Mapping[Grouping, ShownTable], left_out: Collection[Grouping]) -> dict[str, Any]:
    return {each.value: _table_json(names, each, table) for each, table in tables.items() if each not in left_out}


def _row_key(row: str) -> str:
    return row if " " not in row else "others"


def _table_json(names: Names, grouping: Grouping, table: ShownTable) -> dict[str, Any]:
    return {
        "columns": [list(values) for values in table.columns],
        "column_totals": list(table.column_totals),
        "total": table.total,
        "rows": [
            {
                "value": values[0] if len(values) == 1 else "others",
                "name": names.row(grouping, values),
                "cells": list(cells),
                "total": total,
            }
            for values, cells, total in zip(table.rows, table.cells, table.row_totals, strict=True)
        ],
    }


def _duration_json(duration: Duration) -> dict[str, Any]:
    return {
        "requests": duration.requests,
        "median": duration.median,
        "ninetieth": duration.ninetieth,
        "rounded_to": duration.rounded_to,
        "still_online": [
            {"hours": point.hours, "share": point.share, "low": point.low, "high": point.high}
            for point in duration.curve
        ],
    }


def show_year(
    names: Names, shown: ShownYear, grouping: Grouping, among: Sequence[Grouping] = REQUEST_GROUPINGS
) -> YearView:
    """One year by one property, and the others that it can be shown by: a year from before one was counted has it
    not.
    """
    figures = shown.figures
    table = figures.requests.get(grouping)
    return YearView(
        year=figures.year,
        until=figures.until,
        judged_at=figures.judged_at,
        published_at=shown.published_at,
        is_unfit=shown.is_unfit,
        left_out=figures.left_out,
        groupings=tuple(
            (each, str(GROUPINGS[each])) for each in among if each in figures.requests or each in PUBLIC_GROUPINGS
        ),
        outcomes=show_outcomes(names, figures.requests),
        curve=show_curve(figures.durations),
        table=show_table(names, grouping, table or NOTHING, figures.durations.get(grouping.value, {})),
        method=tuple(list_method()),
    )


def read_year(text: str, known: Sequence[int]) -> int | None:
    """The year that an address asks for, the newest where it asks for none; None for one without figures."""
    if not text:
        return known[0] if known else None
    return next((year for year in known if str(year) == text), None)


def read_grouping(text: str, known: Sequence[Grouping]) -> Grouping:
    """The property that an address asks for; the first where it is none."""
    return next((each for each in known if each.value == text), known[0])
