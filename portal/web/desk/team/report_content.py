"""What stands in the two yearly reports: the organisation's words, the tables, and how they were counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.adapters.papers.report_pages import ReportPages, Section
from portal.config import Config
from portal.domain.figures.facts import CASE_GROUPINGS, Grouping
from portal.domain.figures.hiding import ShownTable
from portal.domain.figures.reports import SOURCE, Part, ReportKind
from portal.services.figures.years import ShownYear
from portal.web.figures import GROUPINGS, Names, TableView, list_method, show_curve, show_table

TITLES: Mapping[ReportKind, Any] = {
    ReportKind.FLAGGER: _l("Report of a trusted flagger on its notices"),
    ReportKind.FUNDER: _l("Report to a funder"),
}
PART_LABELS: Mapping[Part, Any] = {
    Part.WHO: _l("Who reports"),
    Part.WORK: _l("How the work is done"),
    Part.INDEPENDENCE: _l("How independence is ensured"),
    Part.REMARKS: _l("Remarks"),
}


def make_report(
    kind: ReportKind, shown: ShownYear, words: Mapping[Part, str], *, names: Names, config: Config
) -> ReportPages:
    """The whole report of one year."""
    build = {ReportKind.FLAGGER: _list_flagger, ReportKind.FUNDER: _list_funder}[kind]
    return ReportPages(
        title=f"{TITLES[kind]}, {shown.figures.year}",
        mark="" if shown.published_at else str(_("Draft. The final figures are made one month after the year.")),
        language=str(get_locale()).replace("_", "-"),
        paper=config.paper,
        house=(config.organisation.name, *config.organisation.address_lines),
        written_at=shown.counted_at,
        sections=tuple(build(shown, words, names, config)),
        page_label=str(_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}")),
    )


def _list_flagger(shown: ShownYear, words: Mapping[Part, str], names: Names, config: Config) -> Iterator[Section]:
    flagged = shown.figures.flagged
    yield _write(Part.WHO, words)
    yield Section(
        heading=str(_("What this report is")),
        paragraphs=(
            str(_("This report follows Article 22(3) of Regulation (EU) 2022/2065 (Digital Services Act). It lists the "
                  "notices submitted under Article 16 from 1 January to 31 December %(year)s.",
                  year=shown.figures.year)),
            str(_("Source of the rule: %(address)s", address=SOURCE)),
        ),
    )  # fmt: skip
    if not flagged:
        yield Section(heading=str(_("Notices")), paragraphs=(str(_("Too few notices to show, or none.")),))
    else:
        yield _tabulate(
            names, _("Notices by provider of hosting services"), _("Provider"), flagged[Grouping.PLATFORM],
            Grouping.PLATFORM, actions=False,
        )  # fmt: skip
        yield _tabulate(
            names, _("Notices by type of allegedly illegal content"), _("Type"), flagged[Grouping.KIND],
            Grouping.KIND, actions=False,
        )  # fmt: skip
        yield _list_totals(names, _("Notices by action taken by the provider"), flagged[Grouping.MONTH])
        yield _tabulate(
            names, _("Action taken, by provider"), _("Provider"), flagged[Grouping.PLATFORM],
            Grouping.PLATFORM, actions=True,
        )  # fmt: skip
    yield _write(Part.WORK, words)
    yield _write(Part.INDEPENDENCE, words)
    yield from _close(words)


def _list_funder(shown: ShownYear, words: Mapping[Part, str], names: Names, config: Config) -> Iterator[Section]:
    figures = shown.figures
    yield _write(Part.WHO, words)
    yield _write(Part.WORK, words)
    for grouping in (each for each in CASE_GROUPINGS if each in figures.cases):
        yield _tabulate(
            names, _("Cases: %(what)s", what=str(GROUPINGS[grouping]).lower()), GROUPINGS[grouping],
            figures.cases[grouping], grouping, actions=False,
        )  # fmt: skip
    if not figures.cases:
        yield Section(heading=str(_("Cases")), paragraphs=(str(_("Too few cases to show, or none.")),))
    targets = _("New cases are to be answered within %(usual)s hours, those of a child or a threat within %(urgent)s.",
                usual=config.response_hours, urgent=config.urgent_response_hours)  # fmt: skip
    yield Section(heading=str(_("The helpline’s own target")), paragraphs=(str(targets),))
    if figures.requests:
        yield _list_totals(names, _("Requests to platforms, by what became of them"), figures.requests[Grouping.MONTH])
        curve = show_curve(figures.durations)
        told = _("Half of all requests led to removal within %(median)s, nine of ten within %(ninetieth)s (– where too "
                 "few were removed to say).", median=curve.median, ninetieth=curve.ninetieth)  # fmt: skip
        yield Section(heading=str(_("Time until removal")), paragraphs=(str(told),))
    yield from _close(words)


def _close(words: Mapping[Part, str]) -> Iterator[Section]:
    if words.get(Part.REMARKS):
        yield _write(Part.REMARKS, words)
    yield Section(
        heading=str(_("How it was counted")),
        paragraphs=(*list_method(), str(_("No personal data is in this report."))),
    )


def _write(part: Part, words: Mapping[Part, str]) -> Section:
    paragraphs = tuple(text.strip() for text in words[part].split("\n\n") if text.strip())
    return Section(heading=str(PART_LABELS[part]), paragraphs=paragraphs)


def _tabulate(
    names: Names, heading: Any, first: Any, table: ShownTable, grouping: Grouping, *, actions: bool
) -> Section:
    """Rows with their totals, and with what became of them where `actions` are wanted."""
    view: TableView = show_table(names, grouping, table, {})
    columns = view.columns if actions else ()
    rows = [(row.name, *(row.cells if actions else ()), row.total) for row in view.rows]
    last = (str(_("All")), *(view.totals if actions else ()), view.total)
    return Section(
        heading=str(heading),
        columns=(str(first), *columns, str(_("Number"))),
        rows=(*rows, last),
        caption=str(_("… is a hidden number.")) if actions and view.has_hidden else "",
    )


def _list_totals(names: Names, heading: Any, table: ShownTable) -> Section:
    rows = [
        (names.column(values), str(total))
        for values, total in zip(table.columns, table.column_totals, strict=True)
        if total
    ]
    return Section(
        heading=str(heading),
        columns=(str(_("What became of it")), str(_("Number"))),
        rows=(*rows, (str(_("All")), str(table.total))),
    )
