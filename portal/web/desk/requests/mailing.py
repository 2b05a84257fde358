"""Letters by e-mail from here, a request's first and later ones: looked at, sent, taken back while they wait."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import StepRefused
from portal.services.cases.approvals import list_waiting
from portal.services.letters import kept_letters
from portal.services.tracking import later_mailing, mailing, returned
from portal.services.tracking.parcels import MailOffer
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.mailing import MailForm
from portal.web.desk.pages import Answered, Page, go, show_on_case
from portal.web.desk.requests.letters import address_of
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.fields import PlainForm
from portal.web.late_writing import hold_case
from portal.web.refusals import describe_refusal, refusals
from portal.web.unit_of_work import locks_late

bp = make_blueprint("desk_mailing", __name__, "/desk/cases/<reference>")
FIRST, LATER = "/requests/<int:number>/mail", "/letters/<int:letter_number>/mail"


@bp.route(FIRST, methods=["GET", "POST"])
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
    made_from, back = read_stamp(work, number), _address(work, number)
    return _show(member, work, offer, form, (Approvable.SENDING, number), back=back, made_from=made_from)


@bp.post(FIRST + "/back")
@on_case
def take_back(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    """While it waits. Nothing has left then."""
    mailing.take_back(work, number)
    return back_to_request(work, number)


@bp.post(FIRST + "/returned")
@on_case
def confirm_returned(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    """The address returned it: no clock began."""
    with refusals(form := PlainForm(formdata=None)):
        returned.confirm(work, number)
        flash(_("The letter did not arrive, so none of its deadlines began. Send it another way."))
    return _back_after(work, number, form)


@bp.post(FIRST + "/arrived")
@on_case
def doubt_returned(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    """The report is wrong. Its deadlines run on."""
    with refusals(form := PlainForm(formdata=None)):
        returned.set_aside(work, number)
        flash(_("The report is set aside. The letter counts as sent, and its deadlines run on."))
    return _back_after(work, number, form)


@bp.route(LATER, methods=["GET", "POST"])
@on_case
@locks_late
def send_later(member: SignedInStaff, work: CaseWork, letter_number: int) -> Answered:
    """A reminder, a further letter, one to a company behind the site, or a threat's paper to a platform."""
    letter = kept_letters.find_view(work, letter_number)
    back = address_of(work, letter)
    try:
        offer = later_mailing.read_offer(work, letter_number)
    except StepRefused as refused:
        flash(describe_refusal(refused)[0])
        return redirect(back, 303)
    form = MailForm(offer)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            later_mailing.send_letter(work, replace(form.command(), letter=letter_number))
            return redirect(back, 303)
    return _show(member, work, offer, form, (Approvable.LATER, letter_number), back=back)


@bp.post(LATER + "/back")
@on_case
def take_later_back(member: SignedInStaff, work: CaseWork, letter_number: int) -> Response:
    letter = kept_letters.find_view(work, letter_number)
    later_mailing.take_back(work, letter_number)
    return redirect(address_of(work, letter), 303)


def _show(
    member: SignedInStaff,
    work: CaseWork,
    offer: MailOffer,
    form: MailForm,
    step: tuple[Approvable, int],
    *,
    back: str,
    made_from: str = "",
) -> Page:
    """What would leave. `step` is the one that a second member may have to agree to."""
    subject, number = step
    return show_on_case(
        "desk/request/mailing.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        offer=offer,
        form=form,
        back=back,
        is_later=subject is Approvable.LATER,
        title=_("Send letter %(letter)s by e-mail", letter=offer.letter),
        made_from=made_from,
        problems=form.problems(),
        waits=list_waiting(work, subject, [number]).get(number, ""),
        waits_for=subject.value,
        waits_number=number,
    )


def _address(work: CaseWork, number: int) -> str:
    return url_for("desk_requests.show", reference=work.reference, number=number)


def _back_after(work: CaseWork, number: int, form: PlainForm) -> Response:
    """With why nothing was done, where that is so."""
    for sentence in form.form_errors:
        flash(sentence)
    return back_to_request(work, number)


def back_to_request(work: CaseWork, number: int) -> Response:
    return go("desk_requests.show", reference=work.reference, number=number)
