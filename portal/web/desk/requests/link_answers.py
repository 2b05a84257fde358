"""What a platform said over the link in a letter: read on the desk, and logged as its answer or put aside."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from portal.services.tracking import link_answers
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.panes import show_beside
from portal.web.desk.requests.answer_words import EFFECTS
from portal.web.fields import PageForm
from portal.web.refusals import refusals

bp = make_blueprint("desk_link_answers", __name__, "/desk/cases/<reference>/said/<int:number>")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    return _show(member, work, number)


@bp.post("/take")
@on_case
def take(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form):
        request_number = link_answers.take(work, number)
        flash(_("Logged. The deadlines are counted with it."))
        return go("desk_requests.show", reference=work.reference, number=request_number)
    return _show(member, work, number, form)


@bp.post("/aside")
@on_case
def set_aside(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form):
        request_number = link_answers.set_aside(work, number)
        flash(_("Put aside. It changes nothing."))
        return go("desk_requests.show", reference=work.reference, number=request_number)
    return _show(member, work, number, form)


def _show(member: SignedInStaff, work: CaseWork, number: int, form: PageForm | None = None) -> Page:
    said = link_answers.read_answer(work, number)
    refused = " ".join(map(str, form.form_errors)) if form else ""
    status = 409 if refused else 200
    return show_beside(
        "desk/case/said.html",
        member,
        work,
        at=said.request_number,
        status=status,
        said=said,
        refused=refused,
        effects=EFFECTS,
    )
