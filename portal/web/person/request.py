"""One request to one recipient: its time limits, its letter, what was sent and answered, and what can come next."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases.opening import UnknownNumber
from portal.services.requests import preparing
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.person.acting import show_form, try_to, zone_of
from portal.web.person.forms.case import AnswerForm, DetailsForm, InformationSentForm, ReceivedForm, SentForm
from portal.web.unit_of_work import unit

bp = Blueprint("request", __name__, url_prefix="/case/requests/<int:number>")
FEW_LINKS = 20


@bp.get("")
@case_holder
def show(work: CaseWork, number: int) -> str:
    return render_request(work, find(work, number))


@bp.get("/form")
@case_holder
def fill_in(work: CaseWork, number: int) -> str:
    return render_template("person/request/fill_in.html", req=find(work, number))


@bp.get("/details")
@case_holder
def details(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    return show_form("person/request/details.html", DetailsForm.of(view), req=view)


@bp.post("/details")
@case_holder
def change_details(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    form = DetailsForm.of(view)
    if not form.validate():
        return show_form("person/request/details.html", form, is_wrong=True, req=view)
    command = form.command(_confirmed(view))
    refused = try_to(lambda: preparing.set_details(work, number, command))
    if refused:
        return show_form("person/request/details.html", form, refused=refused, req=view)
    return _back_to(number)


@bp.get("/sent")
@case_holder
def ask_sent(work: CaseWork, number: int) -> ResponseReturnValue:
    form = SentForm(zone_of(work), data={"sent_at": unit().now})
    return show_form("person/request/sent.html", form, req=find(work, number))


@bp.post("/sent")
@case_holder
def record_sent(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), SentForm(zone_of(work))
    if not form.validate():
        return show_form("person/request/sent.html", form, is_wrong=True, req=view)
    refused = try_to(lambda: letter_making.record_sent(work, number, form.command()))
    if refused:
        return show_form("person/request/sent.html", form, refused=refused, req=view)
    flash(_("Written down. The time limits run now."))
    return _back_to(number)


@bp.get("/received")
@case_holder
def ask_received(work: CaseWork, number: int) -> ResponseReturnValue:
    return show_form("person/request/received.html", ReceivedForm(zone_of(work)), req=find(work, number))


@bp.post("/received")
@case_holder
def record_received(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), ReceivedForm(zone_of(work))
    if not form.validate():
        return show_form("person/request/received.html", form, is_wrong=True, req=view)
    at = form.received_at.data
    refused = try_to(lambda: sending.record_received(work, number, at))
    if refused:
        return show_form("person/request/received.html", form, refused=refused, req=view)
    flash(_("Written down. The dates are counted from that moment."))
    return _back_to(number)


@bp.get("/answer")
@case_holder
def ask_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    form = AnswerForm(zone_of(work), data={"at": unit().now})
    return show_form("person/request/answer.html", form, req=find(work, number))


@bp.post("/answer")
@case_holder
def log_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), AnswerForm(zone_of(work))
    if not form.validate():
        return show_form("person/request/answer.html", form, is_wrong=True, req=view)
    command = form.command(_ticked(view))
    refused = try_to(lambda: answers.log_answer(work, number, command))
    if refused:
        return show_form("person/request/answer.html", form, refused=refused, req=view)
    flash(_("Their answer is written down."))
    return _back_to(number)


@bp.get("/given")
@case_holder
def ask_given(work: CaseWork, number: int) -> ResponseReturnValue:
    form = InformationSentForm(zone_of(work), data={"at": unit().now})
    return show_form("person/request/given.html", form, req=find(work, number))


@bp.post("/given")
@case_holder
def record_given(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), InformationSentForm(zone_of(work))
    if not form.validate():
        return show_form("person/request/given.html", form, is_wrong=True, req=view)
    at = form.at.data
    refused = try_to(lambda: sending.record_information_sent(work, number, at))
    if refused:
        return show_form("person/request/given.html", form, refused=refused, req=view)
    flash(_("Written down. Time limits that stood still go on."))
    return _back_to(number)


@bp.post("/erasure")
@case_holder
def prepare_erasure(work: CaseWork, number: int) -> ResponseReturnValue:
    made: list[int] = []
    refused = try_to(lambda: made.append(preparing.prepare_erasure(work, number)))
    if refused:
        return render_request(work, find(work, number), refused=refused), 400
    flash(_("A request to erase your data is ready. Look at it before it goes."))
    return _back_to(made[0])


@bp.post("/close")
@case_holder
def close(work: CaseWork, number: int) -> ResponseReturnValue:
    refused = try_to(lambda: sending.close_request(work, number))
    if refused:
        return render_request(work, find(work, number), refused=refused), 400
    return _back_to(number)


def find(work: CaseWork, number: int) -> RequestView:
    """The request of that number in this case; 404 where there is none."""
    try:
        return request_page.request_view(work, number)
    except UnknownNumber:
        abort(404)


def render_request(work: CaseWork, view: RequestView, *, refused: str = "", problems: tuple[str, ...] = ()) -> str:
    """The page of a request, with whatever stopped the last step."""
    texts = [("", text) for text in (*problems, refused) if text]
    return render_template(
        "person/request/show.html",
        req=view,
        zone=zone_of(work),
        problems=texts,
        few=view.items[:FEW_LINKS],
        form=PlainForm(formdata=None),
    )


def _back_to(number: int) -> ResponseReturnValue:
    return redirect(url_for("request.show", number=number), 303)


def _ticked(view: RequestView) -> tuple[int, ...]:
    """The links an answer is about; none ticked means all of them."""
    ticked = set(asked.form.getlist("items"))
    return tuple(item.number for item in view.items if str(item.number) in ticked)


def _confirmed(view: RequestView) -> tuple[str, ...]:
    """The facts the person has confirmed: those of before, and those ticked now."""
    offered = {problem.confirm for problem in view.problems if problem.confirm}
    ticked = {text for text in asked.form.getlist("confirm") if text in offered}
    return tuple(dict.fromkeys((*view.details.confirmed, *sorted(ticked))))
