"""Holding a case so that it is not erased by itself, which takes two members of the team."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.services.cases import holds
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.holds import HoldForm
from portal.web.desk.pages import Answered, Page, go, show_on_case
from portal.web.refusals import refusals

bp = make_blueprint("desk_holds", __name__, "/desk/cases/<reference>")


@bp.get("/hold")
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return _hold_page(member, work, HoldForm())


@bp.post("/hold")
@on_case
def ask(member: SignedInStaff, work: CaseWork) -> Answered:
    form = HoldForm()
    if form.validate():
        with refusals(form):
            holds.ask_hold(work, form.reason.data, form.ends_on.data)
            return go("desk_holds.show", reference=work.reference)
    return _hold_page(member, work, form)


@bp.post("/hold/confirm")
@on_case
def confirm(member: SignedInStaff, work: CaseWork) -> Response:
    holds.confirm_hold(work)
    return go("desk_holds.show", reference=work.reference)


@bp.post("/hold/end")
@on_case
def end(member: SignedInStaff, work: CaseWork) -> Response:
    holds.end_hold(work)
    return go("desk_holds.show", reference=work.reference)


def _hold_page(member: SignedInStaff, work: CaseWork, form: HoldForm) -> Page:
    return show_on_case(
        "desk/hold.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        hold=holds.hold_view(work),
    )
