"""Complaints: which authority can act and why, the bundle of papers, when it was sent, what came back."""

from __future__ import annotations

from collections.abc import Collection

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.adapters.vault import blind_index, derive_subkey
from portal.services.casefile import sharing as case_sharing
from portal.services.complaints import complaints
from portal.services.complaints.form_rows import form_rows
from portal.services.complaints.views import ComplaintOption, ComplaintView
from portal.services.tracking.correctable import list_correctable_of_complaint
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.forms.complaints import ComplaintAnswerForm, LodgedForm, name_choice
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.forms.case import WishForm
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
    return _begin_page(work, _find_option(work, option), WishForm())


@bp.post("/new/<option>")
@case_holder
@locks_late
def prepare(work: CaseWork, option: str) -> ResponseReturnValue:
    chosen, form = _find_option(work, option), WishForm()
    ticked = set(request.form.getlist("requests"))
    numbers = tuple(each for each in chosen.request_numbers if str(each) in ticked)
    if form.validate():
        with refusals(form):
            hold_case(work)
            case_sharing.allow_by_asking(work, "regulators")  # the page says so above its button
            made = complaints.prepare_each(work, chosen.regime, chosen.regulator, numbers, wish=form.wish.data or "")
            if len(made) > 1:
                flash(_("We make one complaint for each organisation. You find them all on the page of your case."))
            return _back_to(made[0])
    return _begin_page(work, chosen, form, ticked=ticked)


@bp.get("/<int:number>")
@case_holder
def show(work: CaseWork, number: int) -> ResponseReturnValue:
    return _complaint_page(work, find(work, number), PlainForm(formdata=None))


@bp.post("/<int:number>/bundle")
@case_holder
def make_bundle(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        complaints.start_bundle(work, number)
        return _back_to(number)
    return _complaint_page(work, find(work, number), form)


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
            flash(_("Written down. The authority’s time runs now."))
            return _back_to(number)
    return show_form("person/complaint/lodged.html", form, complaint=view)


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
            flash(_("Their answer is written down."))
            return _back_to(number)
    return show_form("person/complaint/answer.html", form, complaint=view)


def find(work: CaseWork, number: int) -> ComplaintView:
    """The complaint of that number in this case. Raises UnknownNumber, which is answered with 404."""
    return complaints.complaint_view(work, number)


def name_option(key: bytes, regime: str, regulator: str) -> str:
    """What stands for this law and this authority in an address of the case with this key, and of no other."""
    return blind_index(derive_subkey(key, "addresses"), f"{regime} {regulator}").hex()[:TAG_LETTERS]


def _tag(work: CaseWork, option: ComplaintOption) -> str:
    return name_option(work.key, option.regime, option.regulator)


def _find_option(work: CaseWork, tag: str) -> ComplaintOption:
    fitting = [each for each in complaints.options(work) if _tag(work, each) == tag]
    return fitting[0] if fitting else abort(404)


def _begin_page(
    work: CaseWork, option: ComplaintOption, form: WishForm, *, ticked: Collection[str] | None = None
) -> ResponseReturnValue:
    """Only what is overdue or was refused is ticked at first; afterwards what the person ticked."""
    choices = [
        (each, name_choice(each), each.is_ripe if ticked is None else str(each.number) in ticked)
        for each in option.requests
    ]
    return show_form(
        "person/complaint/begin.html",
        form,
        option=option,
        choices=choices,
        tag=_tag(work, option),
        zone=zone_of(work),
    )


def _complaint_page(work: CaseWork, view: ComplaintView, form: PlainForm) -> ResponseReturnValue:
    rows = form_rows(work, view)
    return show_form(
        "person/complaint/show.html",
        form,
        complaint=view,
        rows=rows,
        zone=zone_of(work),
        correctable=list_correctable_of_complaint(work, view.number),
        correct_words=FACTS,
    )


def _back_to(number: int) -> ResponseReturnValue:
    return redirect(url_for("complaint.show", number=number), 303)
