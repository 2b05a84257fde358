"""What a platform said over the link in a letter: read by the person, and saved as its answer or put aside."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.tracking import link_answers
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import zone_of
from portal.web.refusals import refusals

bp = PersonBlueprint("link_answers", __name__, place="/case/said/<int:number>")


@bp.get("")
@case_holder
def show(work: CaseWork, number: int) -> ResponseReturnValue:
    return _show(work, number)


@bp.post("/save")
@case_holder
def take(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        request_number = link_answers.take(work, number)
        flash(_("Saved. The dates are counted with it."))
        return redirect(url_for("request.show", number=request_number), 303)
    return _show(work, number, form), 409


@bp.post("/aside")
@case_holder
def set_aside(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        request_number = link_answers.set_aside(work, number)
        flash(_("Put aside. It changes nothing."))
        return redirect(url_for("request.show", number=request_number), 303)
    return _show(work, number, form), 409


def _show(work: CaseWork, number: int, form: PlainForm | None = None) -> str:
    said = link_answers.read_answer(work, number)
    refused = " ".join(map(str, form.form_errors)) if form else ""
    return render_template("person/case/said.html", said=said, zone=zone_of(work), refused=refused)
