"""Correcting on the desk what was recorded wrongly: one page for each entry, whatever it is about."""

from __future__ import annotations

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.lifecycle import StepRefused
from portal.services.tracking import correctable, corrections
from portal.services.tracking.correctable import CorrectableView
from portal.services.tracking.corrections import DateMoved
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.pages import Answered, go, show_form, staff_reader
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.desk.wording import describe_word
from portal.web.filters import show_moment
from portal.web.forms.corrections import CorrectForm
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.staff_settings import desk_zone
from portal.web.unit_of_work import locks_late

bp = make_blueprint("desk_corrections", __name__, "/desk/cases/<reference>/correct")


@bp.route("/<int:number>", methods=["GET", "POST"])
@on_case
@locks_late
def correct(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    try:
        view = correctable.find_correctable(work, number)
    except StepRefused as refused:
        flash(_(str(refused)))
        return go("desk_case.history", reference=work.reference)
    form = CorrectForm.of(staff_reader(), view)
    form.offer((item for item in item_views(work) if item.request_number == view.request_number), view)
    if form.is_submitted() and form.is_fit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, view.request_number)
            moved = corrections.correct(work, form.command(view, _ticked(form)))
            flash(_describe_moved(moved))
            return _back_to(work, view)
    return show_form(
        member,
        work,
        form,
        title=_("Correct: %(what)s", what=describe_word(view.fact)),
        button=_("Record the correction"),
        back=_address_of(work, view),
        text=_("Recorded: %(moment)s. Deadlines are counted again. The wrong entry stays in the history, marked as "
               "corrected.", moment=_show(view)),
        made_from=read_stamp(work, view.request_number),
    )  # fmt: skip


def _ticked(form: CorrectForm) -> tuple[int, ...] | None:
    """The links that an answer is about; () for all. None where they were not asked for."""
    return tuple(int(each) for each in form["items"].data or ()) if "items" in form else None


def _show(view: CorrectableView) -> str:
    said = show_moment(view.at, desk_zone().key)
    return f"{said} ({describe_word(view.answer)})" if view.answer else said


def _address_of(work: CaseWork, view: CorrectableView) -> str:
    """The page of what the entry is about."""
    if view.complaint_number:
        return url_for("desk_complaints.show", reference=work.reference, number=view.complaint_number)
    if view.request_number:
        return url_for("desk_requests.show", reference=work.reference, number=view.request_number)
    return url_for("desk_case.show", reference=work.reference)


def _back_to(work: CaseWork, view: CorrectableView) -> Response:
    if view.complaint_number:
        return go("desk_complaints.show", reference=work.reference, number=view.complaint_number)
    if view.request_number:
        return go("desk_requests.show", reference=work.reference, number=view.request_number)
    return go("desk_case.show", reference=work.reference)


def _describe_moved(moved: DateMoved) -> str:
    """What the correction did to the next deadline."""
    zone = desk_zone().key
    if moved.after == moved.before or moved.after is None:
        return str(_("Corrected. The wrong entry stays in the history."))
    after = show_moment(moved.after, zone)
    if moved.before is None:
        return str(_("Corrected. The next deadline is %(after)s.", after=after))
    return str(_("Corrected. The next deadline is now %(after)s, not %(before)s.", after=after,
                 before=show_moment(moved.before, zone)))  # fmt: skip
