"""Complaints on the desk: who can be complained to and why, the bundle, what was lodged and answered."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import ComplaintState
from portal.services.cases import approvals
from portal.services.clocks.agreement import list_bent
from portal.services.complaints import bundle_files, complaints, reading, stating
from portal.services.complaints.form_rows import form_rows, form_searched_on
from portal.services.complaints.options import list_options
from portal.services.complaints.views import ComplaintOption, ComplaintView
from portal.services.requests.escalation import read_escalated
from portal.services.tracking.correctable import Fact, list_correctable_of_complaint
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.advocate_words import for_advocate
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go, note_export, show_file, show_form, show_on_case, staff_reader
from portal.web.desk.panes import show_beside
from portal.web.desk.step_up import confirmed
from portal.web.desk.wording import describe_word
from portal.web.forms.complaints import ComplaintAnswerForm, LodgeAllForm, LodgedForm, PrepareForm, StateForm
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_complaints", __name__, "/desk/cases/<reference>/complaints")


@bp.get("")
@on_case_to_read
def show_all(member: SignedInStaff, work: CaseWork) -> Page:
    escalated = read_escalated(work)
    filed = reading.complaint_views(work)
    options = list_options(work, escalated)
    return show_beside("desk/request/complaints.html", member, work, escalated=escalated, filed=filed, options=options)


@bp.route("/prepare/<regime>/<regulator>", methods=["GET", "POST"])
@on_case
@locks_late
def prepare(member: SignedInStaff, work: CaseWork, regime: str, regulator: str) -> Answered:
    option = find_option(work, regime, regulator)
    form = PrepareForm.of(staff_reader(), stating.to_state(work, work.ports.registry.regime(regime)))
    form.offer(option)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            made = complaints.prepare_each(work, regime, regulator, form.numbers, wish=form.wish.data or "")
            if form.is_stated:
                stating.state(work, form.command_for(made))
            if len(made) > 1:
                return go("desk_complaints.together", reference=work.reference, number=made[0])
            return back_to(work, made[0])
    back = url_for("desk_complaints.show_all", reference=work.reference)
    title = _("Prepare the complaint to %(name)s", name=option.name)
    return show_form(
        member, work, form, title=title, button=_("Prepare the complaint"), back=back, text=for_advocate(option.why)
    )


@bp.get("/<int:number>")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    complaint = read_complaint(work, number)
    wanted = stating.to_state_of(work, number).wanted
    rows = form_rows(work, complaint)
    many = reading.count_together(work, number) > 1
    return show_beside(
        "desk/request/complaint.html",
        member,
        work,
        complaint=complaint,
        rows=rows,
        looked_on=form_searched_on(work, complaint),
        wanted=wanted,
        is_one_of_many=many,
        waits=find_waiting(work, complaint),
        is_unfit=bool(list_bent(work)),
        correctable=list_correctable_of_complaint(work, number),
        fact_words={fact: describe_word(fact) for fact in Fact},
    )


@bp.post("/<int:number>/bundle")
@on_case
def start_bundle(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    bundle_files.start_bundle(work, number)
    return back_to(work, number)


@bp.route("/<int:number>/stated", methods=["GET", "POST"])
@on_case
@locks_late
def record_stated(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    """What the person told the team for this complaint. Its papers are made again with it."""
    form = StateForm.of(staff_reader(), stating.to_state_of(work, number))
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            stating.state(work, form.command_for((number,)))
            bundle_files.start_bundle(work, number)
            return back_to(work, number)
    title = _("What the person states for the complaint to %(name)s", name=read_complaint(work, number).regulator_name)
    text = _("In the person’s own words, as they told you. Tick only what they said.")
    back = address(work, number)
    return show_form(member, work, form, title=title, button=_("The person said this"), back=back, text=text)


@bp.get("/<int:number>/<any(full, redacted):form>.zip")
@on_case_to_read
@confirmed
def bundle(member: SignedInStaff, work: CaseWork, number: int, form: str) -> Response:
    """The papers as they are handed in: the bundle, in the full form with every exhibit as a file of its own."""
    content = bundle_files.take_bundle(work, number, redacted=form == "redacted")
    note_export(member, work, "bundle")
    return show_file(content, "application/zip", f"{work.reference}-complaint-{number}-{form}.zip")


@bp.get("/<int:number>/together")
@on_case_to_read
def together(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    """Every complaint to the same authority under the same law, with its bundle."""
    views = reading.views_together(work, number)
    return show_on_case("desk/request/complaints_together.html", member, work, views=views, number=number)


@bp.route("/<int:number>/together/lodged", methods=["GET", "POST"])
@on_case
@locks_late
def lodge_all(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    views = reading.views_together(work, number)
    form = LodgeAllForm(staff_reader(), views)
    back = url_for("desk_complaints.together", reference=work.reference, number=number)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            complaints.record_all_lodged(work, form.command(), form.tickets())
            return redirect(back, 303)
    title = _("Record that they were lodged with %(name)s", name=views[0].regulator_name)
    return show_form(member, work, form, title=title, button=_("They were lodged"), back=back)


@bp.get("/<int:number>/together/<any(full, redacted):form>.zip")
@on_case_to_read
@confirmed
def bundles(member: SignedInStaff, work: CaseWork, number: int, form: str) -> Response:
    """All of them in one file, each in a folder of its own."""
    numbers = [each.number for each in reading.views_together(work, number)]
    content = bundle_files.take_bundles(work, numbers, redacted=form == "redacted")
    note_export(member, work, "bundle")
    return show_file(content, "application/zip", f"{work.reference}-complaints-{form}.zip")


@bp.route("/<int:number>/lodged", methods=["GET", "POST"])
@on_case
@locks_late
def record_lodged(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    complaint, form = read_complaint(work, number), LodgedForm(staff_reader())
    if not form.is_submitted():
        form.at.data = unit().now  # most are recorded as they are sent
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            complaints.record_lodged(work, number, form.command())
            return back_to(work, number)
    title = _("Record that it was lodged with %(name)s", name=complaint.regulator_name)
    return show_form(
        member,
        work,
        form,
        title=title,
        button=_("It was lodged"),
        back=address(work, number),
        waits=find_waiting(work, complaint),
        waits_for=Approvable.COMPLAINT,
        waits_number=number,
    )


@bp.route("/<int:number>/answer", methods=["GET", "POST"])
@on_case
@locks_late
def log_answer(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    complaint, form = read_complaint(work, number), ComplaintAnswerForm(staff_reader())
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            complaints.log_complaint_answer(work, number, form.command())
            return back_to(work, number)
    title = _("Log an answer of %(name)s", name=complaint.regulator_name)
    return show_form(member, work, form, title=title, button=_("Log the answer"), back=address(work, number))


def find_option(work: CaseWork, regime: str, regulator: str) -> ComplaintOption:
    """The complaint that the address names, if it is one that this person could make; else it is not there."""
    found = complaints.options(work)
    option = next((one for one in found if (one.regime, one.regulator) == (regime, regulator)), None)
    if option is None:
        abort(404)
    return option


def find_waiting(work: CaseWork, complaint: ComplaintView) -> str:
    """Why a second member has to look at it before it is handed in; empty where it can be."""
    if complaint.state is not ComplaintState.PREPARED:
        return ""
    return approvals.list_waiting(work, Approvable.COMPLAINT, [complaint.number]).get(complaint.number, "")


def read_complaint(work: CaseWork, number: int) -> ComplaintView:
    """Raises UnknownNumber."""
    return reading.complaint_view(work, number)


def address(work: CaseWork, number: int) -> str:
    return url_for("desk_complaints.show", reference=work.reference, number=number)


def back_to(work: CaseWork, number: int) -> Response:
    return go("desk_complaints.show", reference=work.reference, number=number)
