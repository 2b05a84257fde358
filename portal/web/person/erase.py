"""Erasing the whole case, which nobody can bring back."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.services.cases import erasure
from portal.services.work import CaseWork
from portal.web import access
from portal.web.access import case_holder
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form
from portal.web.person.forms.case import EraseForm

bp = PersonBlueprint("erase", __name__)


@bp.get("/case/erase")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return show_form("person/case/erase.html", EraseForm(), reference=work.reference)


@bp.post("/case/erase")
@case_holder
def erase(work: CaseWork) -> ResponseReturnValue:
    form = EraseForm()
    if not form.validate():
        return show_form("person/case/erase.html", form, reference=work.reference)
    erasure.erase(work)
    access.leave()
    return render_template("person/erased.html")  # and not at an address of its own, which would tell of it for ever
