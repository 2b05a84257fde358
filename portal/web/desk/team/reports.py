"""The two yearly reports: to look at, to write the organisation's own words in, to take away as PDF and JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import abort, request, url_for
from flask.json import jsonify
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.adapters.papers.report_pages import ReportPages, make_pdf
from portal.domain.figures.reports import SOURCE, ReportKind, list_gaps
from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.figures import words, years
from portal.services.figures.words import WrittenParts
from portal.services.figures.years import ShownYear
from portal.services.staff.lists import name_teams
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.reports import ReportWordsForm
from portal.web.desk.pages import Answered, Page, go, show_file
from portal.web.desk.pages import show as show_page
from portal.web.desk.team.report_content import PART_LABELS, TITLES, make_report
from portal.web.figures import Names, write_json
from portal.web.refusals import refusals
from portal.web.unit_of_work import READING, parts, unit

bp = make_blueprint("desk_reports", __name__, "/desk/reports")


@bp.get("")
@allowed(Right.LEAD_TEAM)
def show_all(member: SignedInStaff) -> Page:
    known = years.list_years(unit().db)
    kinds = [kind for kind in ReportKind if kind is not ReportKind.FLAGGER or unit().config.is_trusted_flagger]
    rows = [
        (year, [(TITLES[kind], url_for("desk_reports.show", report=kind, year=year)) for kind in kinds])
        for year in known
    ]
    return show_page("desk/team/reports.html", member, rows=rows, is_flagger=unit().config.is_trusted_flagger)


@bp.get("/<report>/<int:year>")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff, report: str, year: int) -> Page:
    kind, shown, kept = _open(report, year)
    return show_page(
        "desk/team/report_of_year.html",
        member,
        pages=_make(kind, shown, kept),
        kind=kind,
        year=year,
        gaps=[PART_LABELS[part] for part in list_gaps(kept.words)],
        is_unfit=shown.is_unfit,
    )


@bp.route("/<report>/<int:year>/words", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
def write(member: SignedInStaff, report: str, year: int) -> Answered:
    """Where a colleague saved meanwhile, theirs are shown beside what was typed, and saving again is a choice."""
    kind, _shown, kept = _open(report, year)
    form, theirs = ReportWordsForm.of(kind, kept), dict[Any, str]()
    if request.method not in READING and form.validate():
        version = form.version_number()
        with refusals(form, StepRefused):
            words.keep_words(unit().work(member.actor), kind, year, form.words(kind), version=version)
            return go("desk_reports.show", report=kind, year=year)
        if version != kept.version:
            form.version.data = str(kept.version)
            theirs = {PART_LABELS[part]: text for part, text in kept.words.items() if text != form.words(kind)[part]}
    return show_page(
        "desk/team/report_words.html",
        member,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        title=f"{TITLES[kind]}, {year}",
        back=url_for("desk_reports.show", report=kind, year=year),
        theirs=theirs,
    )


@bp.get("/<report>/<int:year>/report.pdf")
@allowed(Right.LEAD_TEAM)
def as_pdf(_member: SignedInStaff, report: str, year: int) -> Response:
    """No report is given out with words in brackets that nobody has filled in, nor with figures that were bent."""
    kind, shown, kept = _open_whole(report, year)
    return show_file(make_pdf(_make(kind, shown, kept)), "application/pdf", f"{kind}-{year}.pdf")


@bp.get("/<report>/<int:year>/report.json")
@allowed(Right.LEAD_TEAM)
def as_json(_member: SignedInStaff, report: str, year: int) -> Response:
    kind, shown, kept = _open_whole(report, year)
    pages = _make(kind, shown, kept)
    figures = write_json(_names(), shown)
    told: dict[str, Any] = {
        "kind": kind.value,
        "year": year,
        "is_final": shown.published_at is not None,
        "rule": "Regulation (EU) 2022/2065, Article 22(3)" if kind is ReportKind.FLAGGER else None,
        "source": SOURCE if kind is ReportKind.FLAGGER else None,
        "organisation": pages.house[0],
        "words": {part.value: text for part, text in kept.words.items()},
        "sections": msgspec.to_builtins(pages.sections),
        "method": figures["method"],
    }
    answer = jsonify(told)
    answer.headers["Content-Disposition"] = f"attachment; filename={kind}-{year}.json"
    return answer


def _open(report: str, year: int) -> tuple[ReportKind, ShownYear, WrittenParts]:
    """404 for what is no report, for a year without figures, and for a flagger's report of who is none."""
    kind = next((each for each in ReportKind if each.value == report), None)
    if kind is None or (kind is ReportKind.FLAGGER and not unit().config.is_trusted_flagger):
        abort(404)
    shown = years.find_year(unit().db, year)
    if shown is None:
        abort(404)
    return kind, shown, words.read_words(unit().db, kind, year)


def _open_whole(report: str, year: int) -> tuple[ReportKind, ShownYear, WrittenParts]:
    """Raises StepRefused where the report cannot leave yet."""
    kind, shown, kept = _open(report, year)
    if shown.is_unfit:
        raise StepRefused("These figures were changed from outside. Do not use them.")
    if gaps := list_gaps(kept.words):
        named = ", ".join(str(PART_LABELS[part]) for part in gaps)
        raise StepRefused(
            str(_("Some words are still missing, in brackets: %(parts)s. Write them first.", parts=named))
        )
    return kind, shown, kept


def _make(kind: ReportKind, shown: ShownYear, kept: WrittenParts) -> ReportPages:
    return make_report(kind, shown, kept.words, names=_names(), config=unit().config)


def _names() -> Names:
    return Names(parts().registry, name_teams(unit().db))
