"""Complaints on the desk: who can be complained to and why, the bundle, what was lodged and answered."""

from __future__ import annotations

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases.case_work import OpenCase
from portal.services.cases.instants import BadInstant
from portal.services.complaints import complaints
from portal.services.complaints.views import ComplaintOption, ComplaintView
from portal.services.tracking import request_page
from portal.web.access import SignedInStaff
from portal.web.desk.forms.complaints import ComplaintAnswerForm, LodgedForm, PrepareForm
from portal.web.desk.pages import (
    Answered,
    Page,
    attempt,
    go,
    make_blueprint,
    note_taken,
    on_case,
    on_case_to_read,
    show_file,
    show_form,
    show_on_case,
)
from portal.web.desk.second import confirmed
from portal.web.frame import frame

bp = make_blueprint("desk_complaints", __name__, "/desk/cases/<reference>/complaints")


@bp.get("")
@on_case_to_read
def show_all(member: SignedInStaff, opened: OpenCase) -> Page:
    db, now, ports = frame().db, frame().now, frame().ports
    filed = complaints.complaint_views(db, opened, now=now, ports=ports)
    options = complaints.options(db, opened, now=now, ports=ports)
    return show_on_case("desk/complaints.html", member, opened, filed=filed, options=options)


@bp.route("/prepare/<regime>/<regulator>", methods=["GET", "POST"])
@on_case
def prepare(member: SignedInStaff, opened: OpenCase, regime: str, regulator: str) -> Answered:
    option = find_option(opened, regime, regulator)
    now, ports, form = frame().now, frame().ports, PrepareForm()
    form.offer(option, request_page.request_views(frame().db, opened, now=now, ports=ports))
    if form.validate_on_submit():
        made: list[int] = []
        if attempt(
            form,
            lambda: made.append(
                complaints.prepare(
                    frame().db, opened, regime, regulator, form.numbers, wish=form.wish.data or "", now=now, ports=ports
                )
            ),
        ):
            return back_to(opened, made[0])
    back = url_for("desk_complaints.show_all", reference=opened.reference)
    title = _("Prepare the complaint to %(name)s", name=option.name)
    return show_form(member, opened, form, title=title, button=_("Prepare the complaint"), back=back, text=option.why)


@bp.get("/<int:number>")
@on_case_to_read
def show(member: SignedInStaff, opened: OpenCase, number: int) -> Page:
    return show_on_case("desk/complaint.html", member, opened, complaint=read_complaint(opened, number))


@bp.post("/<int:number>/bundle")
@on_case
def start_bundle(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    complaints.start_bundle(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return back_to(opened, number)


@bp.get("/<int:number>/<any(full, redacted):form>.zip")
@on_case_to_read
@confirmed
def bundle(member: SignedInStaff, opened: OpenCase, number: int, form: str) -> Response:
    """The papers as they are handed in: the bundle, in the full form with every exhibit as a file of its own."""
    content = complaints.take_bundle(
        frame().db, opened, number, redacted=form == "redacted", now=frame().now, ports=frame().ports
    )
    note_taken(member, opened, "bundle")
    return show_file(content, "application/zip", f"{opened.reference}-complaint-{number}-{form}.zip")


@bp.route("/<int:number>/lodged", methods=["GET", "POST"])
@on_case
def record_lodged(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    complaint, form = read_complaint(opened, number), LodgedForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: complaints.record_lodged(
            frame().db, opened, number, form.command, now=frame().now, ports=frame().ports
        ),
        BadInstant,
    ):
        return back_to(opened, number)
    title = _("Record that it was lodged with %(name)s", name=complaint.regulator_name)
    return show_form(member, opened, form, title=title, button=_("It was lodged"), back=address(opened, number))


@bp.route("/<int:number>/answer", methods=["GET", "POST"])
@on_case
def log_answer(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    complaint, form = read_complaint(opened, number), ComplaintAnswerForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: complaints.log_complaint_answer(
            frame().db, opened, number, form.command, now=frame().now, ports=frame().ports
        ),
        BadInstant,
    ):
        return back_to(opened, number)
    title = _("Log an answer of %(name)s", name=complaint.regulator_name)
    return show_form(member, opened, form, title=title, button=_("Log the answer"), back=address(opened, number))


def find_option(opened: OpenCase, regime: str, regulator: str) -> ComplaintOption:
    """The complaint that the address names, if it is one that this person could make; else it is not there."""
    found = complaints.options(frame().db, opened, now=frame().now, ports=frame().ports)
    option = next((one for one in found if (one.regime, one.regulator) == (regime, regulator)), None)
    if option is None:
        abort(404)
    return option


def read_complaint(opened: OpenCase, number: int) -> ComplaintView:
    """Raises UnknownNumber."""
    return complaints.complaint_view(frame().db, opened, number, now=frame().now, ports=frame().ports)


def address(opened: OpenCase, number: int) -> str:
    return url_for("desk_complaints.show", reference=opened.reference, number=number)


def back_to(opened: OpenCase, number: int) -> Response:
    return go("desk_complaints.show", reference=opened.reference, number=number)
