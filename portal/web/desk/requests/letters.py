"""Letters on the desk whichever request they belong to: that one left, or is put aside."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.lifecycle import StepRefused
from portal.services.letters import address_sheets, kept_letters, letters
from portal.services.letters.views import LetterView
from portal.services.tracking import later_letters
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.pages import Answered, show_form, show_on_case, staff_reader
from portal.web.desk.wording import describe_word
from portal.web.forms.later_letters import LetterSentForm
from portal.web.late_writing import hold_case
from portal.web.refusals import describe_refusal, refusals
from portal.web.unit_of_work import locks_late

bp = make_blueprint("desk_letters", __name__, "/desk/cases/<reference>/letters/<int:letter_number>")


@bp.route("/sent", methods=["GET", "POST"])
@on_case
@locks_late
def record_sent(member: SignedInStaff, work: CaseWork, letter_number: int) -> Answered:
    letter, form = later_letters.later_letter(work, letter_number), LetterSentForm(staff_reader())
    form.offer(letter, later_letters.find_door(work, letter_number))
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            later_letters.record_letter_sent(work, letter_number, form.command())
            return redirect(address_of(work, letter), 303)
    title = _("Record that it was sent: %(letter)s", letter=describe_word(letter.kind))
    return show_form(member, work, form, title=title, button=_("It was sent"), back=address_of(work, letter))


@bp.get("/address")
@on_case
def address_sheet(member: SignedInStaff, work: CaseWork, letter_number: int) -> Answered:
    """The postal address, to print for the window of an envelope."""
    back = address_of(work, kept_letters.find_view(work, letter_number))
    try:
        sheet = address_sheets.read_address_sheet(work, letter_number)
    except StepRefused as refused:
        flash(describe_refusal(refused)[0])
        return redirect(back, 303)
    return show_on_case("desk/request/address_sheet.html", member, work, sheet=sheet, back=back)


@bp.post("/discard")
@on_case
def discard(member: SignedInStaff, work: CaseWork, letter_number: int) -> Response:
    """A letter that never left is put aside."""
    letter = kept_letters.find_view(work, letter_number)
    letters.discard_letter(work, letter_number)
    return redirect(address_of(work, letter), 303)


def address_of(work: CaseWork, letter: LetterView) -> str:
    """The page that lists the letter: its request's, or that of the papers against a threat."""
    if letter.request_number is None:
        return url_for("desk_threats.show", reference=work.reference)
    return url_for("desk_requests.show", reference=work.reference, number=letter.request_number, _anchor="letters")
