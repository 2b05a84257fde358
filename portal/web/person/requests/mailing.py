"""A person's letters by e-mail from here: what it means, one press, and taking one back while it waits."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.lifecycle import StepRefused
from portal.domain.quotas import Counted
from portal.services.casefile import sharing
from portal.services.letters import kept_letters
from portal.services.tracking import later_mailing, mailing, person_mailing, returned, send_round
from portal.services.tracking.parcels import MailOffer
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.forms.mailing import LetterMailForm
from portal.web.person.requests.letters import back_to_letter
from portal.web.refusals import describe_refusal, refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("mailing", __name__)


@bp.get("/case/send/<int:number>/mail")
@case_holder
def ask(work: CaseWork, number: int) -> ResponseReturnValue:
    """What leaves, where to, who reads the answer."""
    try:
        offer = person_mailing.read_offer(work, number)
    except StepRefused as refused:  # it has gone, or is not offered: the page of the letter says what is next
        flash(describe_refusal(refused)[0])
        return redirect(url_for("send.step", number=number), 303)
    return _show(work, offer, LetterMailForm(offer.letter), number=number)


@bp.post("/case/send/<int:number>/mail")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def send(work: CaseWork, number: int) -> ResponseReturnValue:
    try:
        offer, view = person_mailing.read_offer(work, number), send_round.read_step(work, number)
    except StepRefused as refused:  # pressed twice
        flash(describe_refusal(refused)[0])
        return redirect(url_for("send.show"), 303)
    if view.is_leaving:  # pressed twice
        return redirect(url_for("send.step", number=number), 303)
    form = LetterMailForm(offer.letter)
    with refusals(form):
        hold_case(work)
        sharing.allow_by_asking(work, "platforms")
        person_mailing.send_letter(work, number, form.chosen)
        name = view.platform_name
        flash(_("Your letter to %(name)s leaves in a few minutes. You don’t have to do anything.", name=name))
        return redirect(_next(view.next_number), 303)
    return _show(work, offer, form, number=number)


@bp.post("/case/send/<int:number>/mail/back")
@case_holder
def take_back(work: CaseWork, number: int) -> ResponseReturnValue:
    """While it waits. Nothing has left then."""
    with refusals(form := PlainForm(formdata=None)):
        mailing.take_back(work, number)
        flash(_("You took it back. It was not sent."))
    _tell(form)
    return redirect(url_for("send.step", number=number), 303)


@bp.post("/case/send/<int:number>/mail/returned")
@case_holder
def confirm_returned(work: CaseWork, number: int) -> ResponseReturnValue:
    """They did not get it: no days count."""
    with refusals(form := PlainForm(formdata=None)):
        returned.confirm(work, number)
        flash(_("They did not get it, so no days count yet. Use their form, or another address."))
    _tell(form)
    return redirect(url_for("request.show", number=number), 303)


@bp.post("/case/send/<int:number>/mail/arrived")
@case_holder
def doubt_returned(work: CaseWork, number: int) -> ResponseReturnValue:
    """The report is wrong. The days count on."""
    with refusals(form := PlainForm(formdata=None)):
        returned.set_aside(work, number)
        flash(_("Your letter counts as sent. The days go on."))
    _tell(form)
    return redirect(url_for("request.show", number=number), 303)


@bp.get("/case/letters/<int:letter_number>/mail")
@case_holder
def ask_later(work: CaseWork, letter_number: int) -> ResponseReturnValue:
    """A reminder, or another letter after the first one."""
    letter = kept_letters.find_view(work, letter_number)
    try:
        offer = person_mailing.read_later_offer(work, letter_number)
    except StepRefused as refused:
        flash(describe_refusal(refused)[0])
        return back_to_letter(letter)
    return _show(work, offer, LetterMailForm(offer.letter), back=letter.request_number)


@bp.post("/case/letters/<int:letter_number>/mail")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def send_later(work: CaseWork, letter_number: int) -> ResponseReturnValue:
    letter = kept_letters.find_view(work, letter_number)
    try:
        offer = person_mailing.read_later_offer(work, letter_number)
    except StepRefused as refused:
        flash(describe_refusal(refused)[0])
        return back_to_letter(letter)
    if offer.problem:  # pressed twice
        return back_to_letter(letter)
    form = LetterMailForm(offer.letter)
    with refusals(form):
        hold_case(work)
        person_mailing.send_later_letter(work, letter_number)
        flash(_("Your letter leaves in a few minutes. You don’t have to do anything."))
        return back_to_letter(letter)
    return _show(work, offer, form, back=letter.request_number)


@bp.post("/case/letters/<int:letter_number>/mail/back")
@case_holder
def take_later_back(work: CaseWork, letter_number: int) -> ResponseReturnValue:
    letter = kept_letters.find_view(work, letter_number)
    with refusals(form := PlainForm(formdata=None)):
        later_mailing.take_back(work, letter_number)
        flash(_("You took it back. It was not sent."))
    _tell(form)
    return back_to_letter(letter)


def _tell(form: PlainForm) -> None:
    """Why nothing was taken back, where that is so."""
    for sentence in form.form_errors:
        flash(sentence)


def _next(number: int | None) -> str:
    return url_for("send.step", number=number) if number else url_for("send.end")


def _show(
    work: CaseWork, offer: MailOffer, form: LetterMailForm, *, number: int | None = None, back: int | None = None
) -> ResponseReturnValue:
    """`number` is the request of a first letter, `back` the one whose page a later letter stands on."""
    config = unit().config
    place = config.replies
    to_case = place is not None and bool(place.find_token(offer.reply_to))
    return show_form(
        "person/send/mail.html",
        form,
        offer=offer,
        number=number,
        back=back,
        zone=zone_of(work),
        to_case=to_case,
        organisation=config.organisation.name,
        has_team=work.case.team_id is not None,
    )
