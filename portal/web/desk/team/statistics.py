"""The figures of the organisation for its team: one year and one property at a time, as page, CSV and JSON."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.json import jsonify
from werkzeug.wrappers import Response

from portal.domain.csv_text import MEDIA
from portal.domain.figures.facts import REQUEST_GROUPINGS, Grouping
from portal.domain.rights import Right
from portal.services.figures import years
from portal.services.figures.years import ShownYear
from portal.services.staff.lists import name_teams
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Page
from portal.web.desk.pages import show as show_page
from portal.web.figures import Names, read_grouping, read_year, show_year, write_json, write_table_csv
from portal.web.unit_of_work import parts, unit

bp = make_blueprint("desk_statistics", __name__, "/desk/statistics")


@bp.get("")
@allowed(Right.READ_CASES)
def show(member: SignedInStaff) -> Page:
    known = years.list_years(unit().db)
    shown = _find() if known else None
    return show_page(
        "desk/team/statistics.html",
        member,
        years=[(str(year), url_for("desk_statistics.show", year=year), _is_year(shown, year)) for year in known],
        view=show_year(_names(), shown, _grouping()) if shown else None,
        address=lambda grouping: url_for("desk_statistics.show", year=_year(shown), by=grouping),
        csv=url_for("desk_statistics.as_csv", year=_year(shown), by=_grouping()),
        json=url_for("desk_statistics.as_json", year=_year(shown)),
    )


@bp.get("/table.csv")
@allowed(Right.READ_CASES)
def as_csv(_member: SignedInStaff) -> Response:
    shown, grouping = _find(), _grouping()
    answer = Response(write_table_csv(show_year(_names(), shown, grouping).table), content_type=MEDIA)
    answer.headers["Content-Disposition"] = f"attachment; filename={shown.figures.year}-{grouping}.csv"
    return answer


@bp.get("/figures.json")
@allowed(Right.READ_CASES)
def as_json(_member: SignedInStaff) -> Response:
    return jsonify(write_json(_names(), _find()))


def _find() -> ShownYear:
    """The year that the address asks for; the newest where it asks for none. 404 where there is none."""
    known = years.list_years(unit().db)
    year = read_year(request.args.get("year", ""), known)
    found = years.find_year(unit().db, year) if year else None
    return found or abort(404)


def _grouping() -> Grouping:
    return read_grouping(request.args.get("by", ""), REQUEST_GROUPINGS)


def _names() -> Names:
    return Names(parts().registry, name_teams(unit().db))


def _year(shown: ShownYear | None) -> int | None:
    return shown.figures.year if shown else None


def _is_year(shown: ShownYear | None, year: int) -> bool:
    return _year(shown) == year
