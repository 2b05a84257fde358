"""Follow-up dates of a case: what was promised, setting one, and that it is done."""

from __future__ import annotations

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.services.casefile import follow_ups
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.staff.lists import list_colleagues
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.follow_ups import FollowUpForm
from portal.web.desk.pages import Answered, go, show_form
from portal.web.desk.panes import show_beside
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_follow_ups", __name__, "/desk/cases/<reference>/follow-ups")


@bp.route("", methods=["GET", "POST"])
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Answered:
    form = FollowUpForm()
    form.offer(list_colleagues(unit().db, work.case.team_id), member.staff.id)
    if form.validate_on_submit():
        new = NewFollowUp(
            due_on=form.due.data, owner_id=form.owner_id, note=form.note.data or "", request_number=form.request_number
        )
        with refusals(form):
            follow_ups.set_follow_up(work, new)
            return go("desk_follow_ups.show", reference=work.reference)
    status = 400 if form.is_submitted() else 200
    rows = follow_ups.list_follow_ups(work)
    return show_beside(
        "desk/follow_ups.html",
        member,
        work,
        status=status,
        title=_("Follow-up dates"),
        form=form,
        problems=form.problems(),
        rows=rows,
    )


@bp.post("/deadlines")
@on_case
def follow_deadlines(member: SignedInStaff, work: CaseWork) -> Response:
    made = follow_ups.follow_deadlines(work)
    flash(ngettext("%(num)d follow-up was set.", "%(num)d follow-ups were set.", made))
    return go("desk_follow_ups.show", reference=work.reference)


@bp.route("/<uuid:follow_up_id>/move", methods=["GET", "POST"])
@on_case
def move(member: SignedInStaff, work: CaseWork, follow_up_id: UUID) -> Answered:
    form = FollowUpForm()
    del form.request, form.note
    form.offer(list_colleagues(unit().db, work.case.team_id), member.staff.id)
    if form.validate_on_submit():
        with refusals(form):
            follow_ups.move_follow_up(work, follow_up_id, form.due.data, form.owner_id)
            return go("desk_follow_ups.show", reference=work.reference)
    back = url_for("desk_follow_ups.show", reference=work.reference)
    return show_form(member, work, form, title=_("Move or give to another"), button=_("Save"), back=back)


@bp.post("/<uuid:follow_up_id>/done")
@on_case
def finish(member: SignedInStaff, work: CaseWork, follow_up_id: UUID) -> Response:
    follow_ups.finish_follow_up(work, follow_up_id)
    return go("desk_follow_ups.show", reference=work.reference)
