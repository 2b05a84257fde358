"""Where an authority's officer takes the papers of one complaint: one press, once, and no account."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, render_template, session

from portal.services.complaints import officer_links
from portal.services.complaints.officer_links import OfficerLinkOver
from portal.services.ports import OFFICER
from portal.web.access import public
from portal.web.unit_of_work import unit

bp = Blueprint("officer", __name__, url_prefix="/papers")
TAKEN = "papers"  # in the session: the links whose papers this browser has taken
Answer = str | tuple[str, int] | Response


@bp.get("/<token>")
@public
def show(token: str) -> Answer:
    """Asks for a press: a program that looks at links in mail must not use this one up."""
    try:
        link = officer_links.find_open(unit().work(OFFICER), token, taken_here=session.get(TAKEN, ()))
    except OfficerLinkOver:
        return show_over()
    return render_template("open/officer.html", token=token, link=link)


@bp.post("/<token>")
@public
def take(token: str) -> Answer:
    """In a transaction of its own, because a refusal is written down too.

    The session remembers what was taken: this browser, and no other, can take it again for a short time.
    """
    taken, here = None, tuple(session.get(TAKEN, ()))
    with unit().writing() as writing, suppress(OfficerLinkOver):
        taken = officer_links.take_papers(unit().work_in(writing, OFFICER), token, taken_here=here)
    if taken is None:
        return show_over()
    session[TAKEN] = list({*here, taken.link_id})
    answer = Response(taken.content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return answer


def show_over() -> Answer:
    return render_template("open/officer_over.html"), 404
