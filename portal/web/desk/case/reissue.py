"""Giving out new recovery words, which takes two members of the team."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases import recovery_words
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.reissue import CheckAnswerForm
from portal.web.desk.pages import Answered, Page, go, show_on_case
from portal.web.desk.step_up import confirmed

bp = make_blueprint("desk_reissue", __name__, "/desk/cases/<reference>")


@bp.get("/words")
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return _words_page(member, work, CheckAnswerForm())


@bp.post("/words")
@on_case
def start(member: SignedInStaff, work: CaseWork) -> Answered:
    """A wrong answer is answered by a redirect, because its count has to stay."""
    form = CheckAnswerForm()
    if not form.validate():
        return _words_page(member, work, form)
    fits = recovery_words.start_reissue(work, form.answer.data)
    flash(
        _("The answer fits. Another member of the team has to go on from here within a day.")
        if fits
        else _("The answer does not fit. The person sees in their history that somebody tried.")
    )
    return go("desk_reissue.show", reference=work.reference)


@bp.post("/words/give")
@on_case
@confirmed
def confirm(member: SignedInStaff, work: CaseWork) -> Page:
    drawn = recovery_words.confirm_reissue(work)
    return show_on_case("desk/new_words.html", member, work, words=drawn)


@bp.post("/words/stop")
@on_case
def cancel(member: SignedInStaff, work: CaseWork) -> Response:
    recovery_words.cancel_reissue(work)
    return go("desk_reissue.show", reference=work.reference)


def _words_page(member: SignedInStaff, work: CaseWork, form: CheckAnswerForm) -> Page:
    check = recovery_words.check_view(work)
    waiting = recovery_words.reissue_view(work)
    has_form = check is not None and not check.is_worn_out and waiting is None
    return show_on_case(
        "desk/words.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems() if has_form else [],
        check=check,
        waiting=waiting,
    )
