"""Complaints: which authority can act and why, the bundle of papers, when it was sent, what came back."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.adapters.vault import blind_index, derive_subkey
from portal.services.casefile import sharing as case_sharing
from portal.services.clocks.agreement import list_bent
from portal.services.complaints import bundle_files, complaints, reading, stating
from portal.services.complaints.form_rows import form_rows, form_searched_on
from portal.services.complaints.views import ComplaintOption, ComplaintView
from portal.services.tracking.correctable import list_correctable_of_complaint
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.forms.complaints import ComplaintAnswerForm, LodgeAllForm, LodgedForm, PrepareForm, StateForm
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.next_steps import FACTS
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("complaint", __name__, place="/case/complaints")
TAG_LETTERS = 16


@bp.get("")
@case_holder
def options(work: CaseWork) -> str:
    found = complaints.options(work)
    named = [(_tag(work, each), each) for each in found]
    return render_template("person/complaint/options.html", options=named, zone=zone_of(work))


@bp.get("/new/<option>")
@case_holder
def begin(work: CaseWork, option: str) -> ResponseReturnValue:
    chosen = _find_option(work, option)
    return _begin_page(work, chosen, _begin_form(work, chosen))


@bp.post("/new/<option>")
@case_holder
@locks_late
def prepare(work: CaseWork, option: str) -> ResponseReturnValue:
    chosen = _find_option(work, option)
    form = _begin_form(work, chosen)
    if form.validate():
        with refusals(form):
            hold_case(work)
            case_sharing.allow_by_asking(work, "regulators")  # the page says so above its button
            made = complaints.prepare_each(
                work, chosen.regime, chosen.regulator, form.numbers, wish=form.wish.data or ""
            )
            if form.is_stated:
                stating.state(work, form.command_for(made))
            if len(made) > 1:
                flash(_("We make one complaint for each company. Here they are, side by side."))
                return redirect(url_for("complaint.together", number=made[0]), 303)
            return _back_to(made[0])
    return _begin_page(work, chosen, form)


@bp.get("/<int:number>")
@case_holder
def show(work: CaseWork, number: int) -> ResponseReturnValue:
    return _complaint_page(work, find(work, number), PlainForm(formdata=None))


@bp.post("/<int:number>/bundle")
@case_holder
def make_bundle(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        bundle_files.start_bundle(work, number)
        return _back_to(number)
    return _complaint_page(work, find(work, number), form)


@bp.get("/<int:number>/stated")
@case_holder
def ask_stated(work: CaseWork, number: int) -> ResponseReturnValue:
    form = StateForm.of(reader_of(work), stating.to_state_of(work, number))
    return show_form("person/complaint/stated.html", form, complaint=find(work, number))


@bp.post("/<int:number>/stated")
@case_holder
@locks_late
def state(work: CaseWork, number: int) -> ResponseReturnValue:
    """What the complaint itself states. Its papers are made again with it."""
    view, form = find(work, number), StateForm.of(reader_of(work), stating.to_state_of(work, number))
    if form.validate():
        with refusals(form):
            hold_case(work)
            stating.state(work, form.command_for((number,)))
            bundle_files.start_bundle(work, number)
            return _back_to(number)
    return show_form("person/complaint/stated.html", form, complaint=view)


@bp.get("/<int:number>/sent")
@case_holder
def ask_lodged(work: CaseWork, number: int) -> ResponseReturnValue:
    form = LodgedForm(reader_of(work), data={"at": unit().now})
    return show_form("person/complaint/lodged.html", form, complaint=find(work, number))


@bp.post("/<int:number>/sent")
@case_holder
@locks_late
def record_lodged(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), LodgedForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            complaints.record_lodged(work, number, form.command())
            has_date = any(clock.due_at for clock in find(work, number).clocks)
            flash(
                _("Saved. We watch their deadline now.") if has_date else _("Saved. They have no fixed date to answer.")
            )
            return _back_to(number)
    return show_form("person/complaint/lodged.html", form, complaint=view)


@bp.get("/<int:number>/bundle")
@case_holder
def bundle(work: CaseWork, number: int) -> ResponseReturnValue:
    """The papers with every exhibit as a file of its own."""
    form = PlainForm(formdata=None)
    with refusals(form):
        return _answer_zip(bundle_files.read_bundle(work, number, redacted=False), f"complaint-{number}.zip")
    return _complaint_page(work, find(work, number), form)


@bp.get("/<int:number>/together")
@case_holder
def together(work: CaseWork, number: int) -> ResponseReturnValue:
    """Every complaint to the same authority: the papers, and one form to say that they were sent."""
    found = reading.views_together(work, number)
    return _together_page(work, number, LodgeAllForm(reader_of(work), found, data={"at": unit().now}))


@bp.post("/<int:number>/together")
@case_holder
@locks_late
def lodge_all(work: CaseWork, number: int) -> ResponseReturnValue:
    form = LodgeAllForm(reader_of(work), reading.views_together(work, number))
    if form.validate():
        with refusals(form):
            hold_case(work)
            complaints.record_all_lodged(work, form.command(), form.tickets())
            flash(_("Saved. Your case shows what you sent."))
            return redirect(url_for("complaint.together", number=number), 303)
    return _together_page(work, number, form)


@bp.get("/<int:number>/together/bundle")
@case_holder
def bundles(work: CaseWork, number: int) -> ResponseReturnValue:
    """The same of all of them, each in a folder of its own."""
    form = PlainForm(formdata=None)
    numbers = [each.number for each in reading.views_together(work, number)]
    with refusals(form):
        return _answer_zip(bundle_files.read_bundles(work, numbers, redacted=False), "complaints.zip")
    return _complaint_page(work, find(work, number), form)


@bp.get("/<int:number>/answer")
@case_holder
def ask_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    form = ComplaintAnswerForm(reader_of(work), data={"at": unit().now})
    return show_form("person/complaint/answer.html", form, complaint=find(work, number))


@bp.post("/<int:number>/answer")
@case_holder
@locks_late
def log_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), ComplaintAnswerForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            complaints.log_complaint_answer(work, number, form.command())
            flash(_("Their answer is saved."))
            return _back_to(number)
    return show_form("person/complaint/answer.html", form, complaint=view)


def find(work: CaseWork, number: int) -> ComplaintView:
    """The complaint of that number in this case. Raises UnknownNumber, which is answered with 404."""
    return reading.complaint_view(work, number)


def name_option(key: bytes, regime: str, regulator: str) -> str:
    """What stands for this law and this authority in an address of the case with this key, and of no other."""
    return blind_index(derive_subkey(key, "addresses"), f"{regime} {regulator}").hex()[:TAG_LETTERS]


def _tag(work: CaseWork, option: ComplaintOption) -> str:
    return name_option(work.key, option.regime, option.regulator)


def _find_option(work: CaseWork, tag: str) -> ComplaintOption:
    fitting = [each for each in complaints.options(work) if _tag(work, each) == tag]
    return fitting[0] if fitting else abort(404)


def _begin_form(work: CaseWork, option: ComplaintOption) -> PrepareForm:
    """Only what is overdue or was refused is ticked at first; afterwards what the person ticked."""
    form = PrepareForm.of(reader_of(work), stating.to_state(work, work.ports.registry.regime(option.regime)))
    form.offer(option)
    return form


def _begin_page(work: CaseWork, option: ComplaintOption, form: PrepareForm) -> ResponseReturnValue:
    tag = _tag(work, option)
    return show_form("person/complaint/begin.html", form, option=option, tag=tag, zone=zone_of(work))


def _complaint_page(work: CaseWork, view: ComplaintView, form: PlainForm) -> ResponseReturnValue:
    rows, wanted = form_rows(work, view), stating.to_state_of(work, view.number).wanted
    is_one_of_many = reading.count_together(work, view.number) > 1
    return show_form(
        "person/complaint/show.html",
        form,
        complaint=view,
        rows=rows,
        looked_on=form_searched_on(work, view),
        wanted=wanted,
        is_one_of_many=is_one_of_many,
        is_unfit=bool(list_bent(work)),
        zone=zone_of(work),
        correctable=list_correctable_of_complaint(work, view.number),
        correct_words=FACTS,
    )


def _together_page(work: CaseWork, number: int, form: LodgeAllForm) -> ResponseReturnValue:
    views = reading.views_together(work, number)
    doors = {str(each.number): (_("Open"), url_for("complaint.show", number=each.number)) for each in views}
    return show_form("person/complaint/together.html", form, views=views, number=number, doors=doors)


def _answer_zip(content: bytes, name: str) -> Response:
    answer: Response = current_app.response_class(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _back_to(number: int) -> ResponseReturnValue:
    return redirect(url_for("complaint.show", number=number), 303)
