"""Correcting what was saved wrongly: one page for each entry, whatever it is about."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.lifecycle import StepRefused
from portal.services.tracking import correctable, corrections
from portal.services.tracking.correctable import CorrectableView, Fact
from portal.services.tracking.corrections import DateMoved
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.forms.corrections import CorrectForm
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.next_steps import FACTS, say_when
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("corrections", __name__)


@bp.get("/case/correct/<int:number>")
@case_holder
def ask(work: CaseWork, number: int) -> ResponseReturnValue:
    try:
        view = correctable.find_correctable(work, number)
    except StepRefused as refused:
        return _turn_away(refused)
    return _show(work, view, CorrectForm.of(reader_of(work), view))


@bp.post("/case/correct/<int:number>")
@case_holder
@locks_late
def correct(work: CaseWork, number: int) -> ResponseReturnValue:
    try:
        view = correctable.find_correctable(work, number)
    except StepRefused as refused:
        return _turn_away(refused)
    form = CorrectForm.of(reader_of(work), view)
    if form.is_fit():
        with refusals(form):
            hold_case(work)
            moved = corrections.correct(work, form.command(view, _ticked(view)))
            flash(_describe_moved(work, moved))
            return redirect(_address_of(view), 303)
    return _show(work, view, form)


def _turn_away(refused: StepRefused) -> ResponseReturnValue:
    """To where the newest entries are: an old page may name one that was corrected since."""
    flash(_(str(refused)))
    return redirect(url_for("case.history"), 303)


def _ticked(view: CorrectableView) -> tuple[int, ...] | None:
    """The links that an answer is about; none ticked means all of them. None where they were not asked for."""
    if view.fact is not Fact.ANSWER or "asks_items" not in asked.form:
        return None
    return tuple(int(each) for each in asked.form.getlist("items") if each.isascii() and each.isdigit())


def _show(work: CaseWork, view: CorrectableView, form: PlainForm) -> ResponseReturnValue:
    items = [item for item in item_views(work) if item.request_number == view.request_number]
    return show_form(
        "person/case/correct.html",
        form,
        entry=view,
        what=FACTS[view.fact],
        zone=zone_of(work),
        items=items if view.fact is Fact.ANSWER and 1 < len(items) <= 60 else [],
        back=_address_of(view),
    )


def _address_of(view: CorrectableView) -> str:
    """The page of what the entry is about."""
    if view.complaint_number:
        return url_for("complaint.show", number=view.complaint_number)
    if view.request_number:
        return url_for("request.show", number=view.request_number)
    return url_for("case.show")


def _describe_moved(work: CaseWork, moved: DateMoved) -> str:
    """What the correction did to the next date."""
    if moved.after == moved.before or moved.after is None:
        return str(_("Corrected. What you saved before stays in the history."))
    zone, now = zone_of(work), unit().now
    after = say_when(moved.after, zone, now)
    if moved.before is None:
        return str(_("Corrected. Their next date is %(after)s.", after=after))
    before = say_when(moved.before, zone, now)
    return str(_("Corrected. Their next date is now %(after)s, not %(before)s.", after=after, before=before))
