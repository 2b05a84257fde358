"""A request's letter by e-mail from here: looked at, sent, taken back while it waits."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import StepRefused
from portal.services.cases.approvals import list_waiting
from portal.services.tracking import mailing
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.mailing import MailForm
from portal.web.desk.pages import Answered, go, show_on_case
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.late_writing import hold_case
from portal.web.refusals import describe_refusal, refusals
from portal.web.unit_of_work import locks_late

bp = make_blueprint("desk_mailing", __name__, "/desk/cases/<reference>/requests/<int:number>/mail")


@bp.route("", methods=["GET", "POST"])
@on_case
@locks_late
def send(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    try:
        offer = mailing.read_offer(work, number)
    except StepRefused as refused:  # it left meanwhile, or there is no letter yet: the request says what is next
        flash(describe_refusal(refused)[0])
        return back_to_request(work, number)
    form = MailForm(offer)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            mailing.send_letter(work, number, form.command())
            return back_to_request(work, number)
    return show_on_case(
        "desk/mailing.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        offer=offer,
        form=form,
        number=number,
        title=_("Send letter %(letter)s by e-mail", letter=offer.letter),
        made_from=read_stamp(work, number),
        problems=form.problems(),
        waits=list_waiting(work, Approvable.SENDING, [number]).get(number, ""),
        waits_for=Approvable.SENDING.value,
        waits_number=number,
    )


@bp.post("/back")
@on_case
def take_back(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    """While it waits. Nothing has left then."""
    mailing.take_back(work, number)
    return back_to_request(work, number)


def back_to_request(work: CaseWork, number: int) -> Response:
    return go("desk_requests.show", reference=work.reference, number=number)
