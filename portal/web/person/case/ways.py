"""Ways into the case: the list of them, ending each, and putting away what the case page said of new ones."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.casefile import ways_in
from portal.services.cases import recovery_words
from portal.services.work import CaseWork
from portal.web.access import case_holder, session_token, stay_in_case
from portal.web.fields import PlainForm
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.phrases import place_of_zone
from portal.web.refusals import refusals

bp = PersonBlueprint("ways", __name__)


@bp.get("/case/ways")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _ways_page(work, PlainForm(formdata=None))


@bp.post("/case/ways")
@case_holder
def end(work: CaseWork) -> ResponseReturnValue:
    which, form = request.form.get("which", ""), PlainForm(formdata=None)
    with refusals(form):
        _end(work, which)
        flash(_("Done. That no longer opens your case."))
        return redirect(url_for("ways.show"), 303)
    return _ways_page(work, form)


@bp.post("/case/ways/known")
@case_holder
def put_away(work: CaseWork) -> ResponseReturnValue:
    number, form = request.form.get("number", ""), PlainForm(formdata=None)
    with refusals(form):
        is_number = number.isascii() and number.isdigit() and len(number) < 9
        ways_in.put_news_away(work, int(number) if is_number else 0, token=session_token())
        return redirect(url_for("case.show"), 303)
    return _ways_page(work, form)


def _end(work: CaseWork, which: str) -> None:
    if which in ways_in.ENDS:
        ways_in.ENDS[which](work)
    elif which == "others":
        recovery_words.end_sessions(work, token=session_token())
        stay_in_case(work)
    else:
        ways_in.end_session(work, which, token=session_token())


def _ways_page(work: CaseWork, form: PlainForm) -> ResponseReturnValue:
    ways = ways_in.list_ways(work, token=session_token())
    return show_form("person/case/ways.html", form, ways=ways, zone=zone_of(work), place=place_of_zone(zone_of(work)))
