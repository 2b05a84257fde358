"""One answer to put inside another page: what to do first in a country, or one deadline. Plain HTML, and no script."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.services.law.deadline_calculator import InvalidQuery
from portal.web.access import public
from portal.web.embedding import embeddable
from portal.web.open.clock import ClockQuery, find_answer
from portal.web.open.law import LawQuery, facts_of, name_answers
from portal.web.open.lead import find_lead
from portal.web.open.queries import read_query
from portal.web.unit_of_work import unit

bp = Blueprint("embed", __name__, url_prefix="/embed")


@bp.get("/country")
@public
@embeddable
def country() -> ResponseReturnValue:
    """What to do first, for the answers that `/law` takes."""
    try:
        query = read_query(LawQuery)
        if not query.country:
            raise InvalidQuery("country", "The parameter 'country' is missing.")
        lead = find_lead(facts_of(query), now=unit().now)
        asked = name_answers(query, lead.platform)
    except InvalidQuery as error:
        return render_template("open/embed_problem.html", problem=error), 400
    return render_template("open/embed_country.html", lead=lead, asked=asked)


@bp.get("/clock")
@public
@embeddable
def clock() -> ResponseReturnValue:
    """One deadline, for the same address as `/clock` has."""
    try:
        query = read_query(ClockQuery)
        answer = find_answer(query)
    except InvalidQuery as error:
        return render_template("open/embed_problem.html", problem=error), 400
    return render_template("open/embed_clock.html", answer=answer)
