"""Where an authority's officer takes the papers of one complaint: one press, once, and no account."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, render_template

from portal.services.complaints import officer_links
from portal.services.complaints.officer_links import OfficerLinkOver
from portal.services.ports import OFFICER
from portal.web.access import public
from portal.web.unit_of_work import unit

bp = Blueprint("officer", __name__, url_prefix="/papers")
Answer = str | tuple[str, int] | Response


@bp.get("/<token>")
@public
def show(token: str) -> Answer:
    """Asks for a press: a program that looks at links in mail must not use this one up."""
    try:
        until = officer_links.find_open(unit().work(OFFICER), token)
    except OfficerLinkOver:
        return show_over()
    return render_template("open/officer.html", token=token, until=until)


@bp.post("/<token>")
@public
def take(token: str) -> Answer:
    """In a transaction of its own, because a refusal is written down too."""
    taken = None
    with unit().writing() as session, suppress(OfficerLinkOver):
        taken = officer_links.take_papers(unit().work_in(session, OFFICER), token)
    if taken is None:
        return show_over()
    answer = Response(taken.content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return answer


def show_over() -> Answer:
    return render_template("open/officer_over.html"), 404
