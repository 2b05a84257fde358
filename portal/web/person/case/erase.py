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
from portal.web.unit_of_work import unit

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
    case_id = work.case.id
    erasure.erase(work)
    unit().end_transaction()  # so that the page says how far it is
    access.leave()
    is_gone = erasure.is_wholly_gone(case_id, ports=unit().ports)
    # Not at an address of its own, which would tell of it for ever.
    return render_template("person/erased.html", is_gone=is_gone)
