"""What takes two members of the team: giving out new words, and holding a case so that it is not erased by itself."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases import holds, recovery_words
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.forms.keys import AnswerForm, HoldForm
from portal.web.desk.pages import Answered, Page, attempt, go, list_problems, make_blueprint, on_case, show_on_case
from portal.web.desk.step_up import confirmed

bp = make_blueprint("desk_keys", __name__, "/desk/cases/<reference>")


@bp.get("/words")
@on_case
def show_words(member: SignedInStaff, work: CaseWork) -> Page:
    return _words_page(member, work, AnswerForm())


@bp.post("/words")
@on_case
def start_words(member: SignedInStaff, work: CaseWork) -> Answered:
    """A wrong answer is answered by a redirect, because its count has to stay."""
    form = AnswerForm()
    if not form.validate():
        return _words_page(member, work, form)
    fits = recovery_words.start_reissue(work, form.answer.data)
    flash(
        _("The answer fits. Another member of the team has to go on from here within a day.")
        if fits
        else _("The answer does not fit. The person sees in their history that somebody tried.")
    )
    return go("desk_keys.show_words", reference=work.reference)


@bp.post("/words/give")
@on_case
@confirmed
def give_words(member: SignedInStaff, work: CaseWork) -> Page:
    drawn = recovery_words.confirm_reissue(work)
    return show_on_case("desk/new_words.html", member, work, words=drawn)


@bp.post("/words/stop")
@on_case
def stop_words(member: SignedInStaff, work: CaseWork) -> Response:
    recovery_words.cancel_reissue(work)
    return go("desk_keys.show_words", reference=work.reference)


@bp.get("/hold")
@on_case
def show_hold(member: SignedInStaff, work: CaseWork) -> Page:
    return _hold_page(member, work, HoldForm())


@bp.post("/hold")
@on_case
def ask_hold(member: SignedInStaff, work: CaseWork) -> Answered:
    form = HoldForm()
    if form.validate() and attempt(form, lambda: holds.ask_hold(work, form.reason.data, form.ends_on.data)):
        return go("desk_keys.show_hold", reference=work.reference)
    return _hold_page(member, work, form)


@bp.post("/hold/confirm")
@on_case
def confirm_hold(member: SignedInStaff, work: CaseWork) -> Response:
    holds.confirm_hold(work)
    return go("desk_keys.show_hold", reference=work.reference)


@bp.post("/hold/end")
@on_case
def end_hold(member: SignedInStaff, work: CaseWork) -> Response:
    holds.end_hold(work)
    return go("desk_keys.show_hold", reference=work.reference)


def _words_page(member: SignedInStaff, work: CaseWork, form: AnswerForm) -> Page:
    check = recovery_words.check_view(work)
    waiting = recovery_words.reissue_view(work)
    has_form = check is not None and not check.is_worn_out and waiting is None
    return show_on_case(
        "desk/words.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=list_problems(form) if has_form else [],
        check=check,
        waiting=waiting,
    )


def _hold_page(member: SignedInStaff, work: CaseWork, form: HoldForm) -> Page:
    return show_on_case(
        "desk/hold.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=list_problems(form),
        hold=holds.hold_view(work),
    )
