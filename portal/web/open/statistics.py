"""The figures of past years for everybody, where the organisation has switched the page on."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.json import jsonify
from flask.typing import ResponseReturnValue

from portal.domain.csv_text import MEDIA
from portal.domain.figures.facts import PUBLIC_GROUPINGS, Grouping
from portal.services.figures import years
from portal.services.figures.years import ShownYear
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.figures import Names, read_grouping, read_year, show_year, write_json, write_table_csv
from portal.web.unit_of_work import parts, unit

bp = Blueprint("statistics", __name__, url_prefix="/statistics")


@bp.get("")
@public
@cacheable
def show() -> ResponseReturnValue:
    known = _list_years()
    shown = _find(known) if known else None
    year = shown.figures.year if shown else None
    return render_template(
        "open/statistics.html",
        years=[(str(each), url_for("statistics.show", year=each), each == year) for each in known],
        view=show_year(_names(), shown, _grouping(), PUBLIC_GROUPINGS) if shown else None,
        address=lambda grouping: url_for("statistics.show", year=year, by=grouping),
        csv=url_for("statistics.as_csv", year=year, by=_grouping()),
        json=url_for("statistics.as_json", year=year),
        zone=unit().config.time_zone.key,
    )


@bp.get("/table.csv")
@public
@cacheable
def as_csv() -> ResponseReturnValue:
    shown, grouping = _find(_list_years()), _grouping()
    view = show_year(_names(), shown, grouping, PUBLIC_GROUPINGS)
    answer = Response(write_table_csv(view.table), content_type=MEDIA)
    answer.headers["Content-Disposition"] = f"attachment; filename={shown.figures.year}-{grouping}.csv"
    return answer


@bp.get("/figures.json")
@public
@cacheable
def as_json() -> ResponseReturnValue:
    return jsonify(write_json(_names(), _find(_list_years()), is_public=True))


def _list_years() -> tuple[int, ...]:
    """The published years. The page is not there unless it is switched on."""
    if not unit().config.has_public_statistics:
        abort(404)
    with unit().reading() as reading:
        return years.list_years(reading, published=True)


def _find(known: tuple[int, ...]) -> ShownYear:
    """Never one whose row is not as the portal wrote it: nobody shall publish a number through us."""
    year = read_year(request.args.get("year", ""), known)
    with unit().reading() as reading:
        found = years.find_year(reading, year, published=True) if year else None
    if found is None or found.is_unfit:
        abort(404)
    return found


def _grouping() -> Grouping:
    return read_grouping(request.args.get("by", ""), PUBLIC_GROUPINGS)


def _names() -> Names:
    return Names(parts().registry)
