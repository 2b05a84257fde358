"""Letters that go by the platforms' own forms, one after another: open the form, copy, say that it was sent."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.services.cases.approvals import list_waiting
from portal.services.requests.lookup import find_request
from portal.services.tracking import send_round, sending
from portal.services.tracking.send_views import StepView
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.by_form import ByFormForm
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.panes import show_beside
from portal.web.desk.requests.about import NO_PROOF_YET
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_by_form", __name__, "/desk/cases/<reference>/by-form")


@bp.get("")
@on_case
def begin(member: SignedInStaff, work: CaseWork) -> Response:
    """To the first that waits; to the case where none does."""
    return _go_to(work, next(iter(send_round.list_by_form(work)), None))


@bp.get("/<int:number>")
@on_case
def step(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    waiting = send_round.list_by_form(work)
    if number not in waiting:
        return _go_to_request(work, number)
    view = send_round.read_step(work, number)
    return _show(member, work, view, waiting, ByFormForm(view.doors, unit().now))


@bp.post("/<int:number>")
@on_case
@locks_late
def record_sent(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    waiting = send_round.list_by_form(work)
    if number not in waiting:
        return _go_to_request(work, number)
    view = send_round.read_step(work, number)
    form = ByFormForm(view.doors, unit().now)
    if form.validate():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_sent(work, number, form.command())
            flash(_("Recorded as sent: %(name)s.", name=view.platform_name))
            return _go_to(work, _find_next(waiting, number))
    return _show(member, work, view, waiting, form)


def _go_to_request(work: CaseWork, number: int) -> Response:
    """It has gone, or is not made: a page that was left open, a way back in the browser. Raises UnknownNumber."""
    find_request(work, number)
    return go("desk_requests.show", reference=work.reference, number=number)


def _find_next(waiting: tuple[int, ...], number: int) -> int | None:
    """The one behind it, else the first of those that were passed over."""
    place = waiting.index(number)
    return next(iter((*waiting[place + 1 :], *waiting[:place])), None)


def _go_to(work: CaseWork, number: int | None) -> Response:
    if number is None:
        flash(_("No letter waits to be sent by a form."))
        return go("desk_case.show", reference=work.reference)
    return go("desk_by_form.step", reference=work.reference, number=number)


def _show(member: SignedInStaff, work: CaseWork, view: StepView, waiting: tuple[int, ...], form: ByFormForm) -> Page:
    return show_beside(
        "desk/request/by_form.html",
        member,
        work,
        at=view.number,
        status=400 if form.is_submitted() else 200,
        step=view,
        form=form,
        problems=form.problems(),
        made_from=read_stamp(work, view.number),
        position=waiting.index(view.number) + 1,
        total=len(waiting),
        next_number=_find_next(waiting, view.number),
        no_proof_yet=NO_PROOF_YET,
        waits=list_waiting(work, Approvable.SENDING, [view.number]).get(view.number, ""),
    )
