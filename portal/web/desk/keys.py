"""What takes two members of the team: giving out new words, and holding a case so that it is not erased by itself."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases import holds, recovery_words
from portal.services.cases.case_work import OpenCase
from portal.web.access import SignedInStaff
from portal.web.desk.forms.keys import AnswerForm, HoldForm
from portal.web.desk.pages import Answered, Page, attempt, go, list_problems, make_blueprint, on_case, show_on_case
from portal.web.desk.second import confirmed
from portal.web.frame import frame

bp = make_blueprint("desk_keys", __name__, "/desk/cases/<reference>")


@bp.get("/words")
@on_case
def show_words(member: SignedInStaff, opened: OpenCase) -> Page:
    return _words_page(member, opened, AnswerForm())


@bp.post("/words")
@on_case
def start_words(member: SignedInStaff, opened: OpenCase) -> Answered:
    """A wrong answer is answered by a redirect, because its count has to stay."""
    form = AnswerForm()
    if not form.validate():
        return _words_page(member, opened, form)
    fits = recovery_words.start_reissue(frame().db, opened, form.answer.data, now=frame().now, ports=frame().ports)
    flash(
        _("The answer fits. Another member of the team has to go on from here within a day.")
        if fits
        else _("The answer does not fit. The person sees in their history that somebody tried.")
    )
    return go("desk_keys.show_words", reference=opened.reference)


@bp.post("/words/give")
@on_case
@confirmed
def give_words(member: SignedInStaff, opened: OpenCase) -> Page:
    drawn = recovery_words.confirm_reissue(frame().db, opened, now=frame().now, ports=frame().ports)
    return show_on_case("desk/new_words.html", member, opened, words=drawn)


@bp.post("/words/stop")
@on_case
def stop_words(member: SignedInStaff, opened: OpenCase) -> Response:
    recovery_words.cancel_reissue(frame().db, opened, now=frame().now)
    return go("desk_keys.show_words", reference=opened.reference)


@bp.get("/hold")
@on_case
def show_hold(member: SignedInStaff, opened: OpenCase) -> Page:
    return _hold_page(member, opened, HoldForm())


@bp.post("/hold")
@on_case
def ask_hold(member: SignedInStaff, opened: OpenCase) -> Answered:
    form, now, ports = HoldForm(), frame().now, frame().ports
    if form.validate() and attempt(
        form, lambda: holds.ask_hold(frame().db, opened, form.reason.data, form.ends_on.data, now=now, ports=ports)
    ):
        return go("desk_keys.show_hold", reference=opened.reference)
    return _hold_page(member, opened, form)


@bp.post("/hold/confirm")
@on_case
def confirm_hold(member: SignedInStaff, opened: OpenCase) -> Response:
    holds.confirm_hold(frame().db, opened, now=frame().now, ports=frame().ports)
    return go("desk_keys.show_hold", reference=opened.reference)


@bp.post("/hold/end")
@on_case
def end_hold(member: SignedInStaff, opened: OpenCase) -> Response:
    holds.end_hold(frame().db, opened, now=frame().now, ports=frame().ports)
    return go("desk_keys.show_hold", reference=opened.reference)


def _words_page(member: SignedInStaff, opened: OpenCase, form: AnswerForm) -> Page:
    check = recovery_words.check_view(frame().db, opened)
    waiting = recovery_words.reissue_view(frame().db, opened, now=frame().now)
    has_form = check is not None and not check.is_worn_out and waiting is None
    return show_on_case(
        "desk/words.html",
        member,
        opened,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=list_problems(form) if has_form else [],
        check=check,
        waiting=waiting,
    )


def _hold_page(member: SignedInStaff, opened: OpenCase, form: HoldForm) -> Page:
    return show_on_case(
        "desk/hold.html",
        member,
        opened,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=list_problems(form),
        hold=holds.hold_view(frame().db, opened, now=frame().now, ports=frame().ports),
    )
