"""The recovery words: a second set, stopping one, and the question with which the team can give out new ones."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.services.cases import recovery_words
from portal.services.cases.recovery_words import EndedWays
from portal.services.work import CaseWork
from portal.web.access import case_holder, session_token, stay_in_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.forms.recovery import CheckQuestionForm
from portal.web.refusals import refusals

bp = PersonBlueprint("recovery", __name__)


@bp.get("/case/words")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _words_page(work, CheckQuestionForm())


@bp.post("/case/words")
@case_holder
def make_set(work: CaseWork) -> ResponseReturnValue:
    form = CheckQuestionForm(formdata=None)
    with refusals(form):
        words = recovery_words.make_second_set(work)
        return render_template("person/recovery/new_words.html", words=words)
    return _words_page(work, form)


@bp.post("/case/words/stop")
@case_holder
def stop_set(work: CaseWork) -> ResponseReturnValue:
    number, form = request.form.get("stop", ""), CheckQuestionForm(formdata=None)
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0
    with refusals(form):
        ended = recovery_words.stop_set(work, wanted, token=session_token())
        stay_in_case(work)
        for sentence in describe_ended(ended):
            flash(sentence)
        return redirect(url_for("recovery.show"), 303)
    return _words_page(work, form)


@bp.post("/case/words/check")
@case_holder
def set_check(work: CaseWork) -> ResponseReturnValue:
    form = CheckQuestionForm()
    if form.validate():
        with refusals(form):
            recovery_words.set_check(work, form.question.data or "", form.answer.data or "")
            flash(_("Saved. With this answer your team can give you new words."))
            return redirect(url_for("recovery.show"), 303)
    return _words_page(work, form)


@bp.post("/case/words/no-check")
@case_holder
def remove_check(work: CaseWork) -> ResponseReturnValue:
    recovery_words.remove_check(work)
    flash(_("Deleted. Your team can’t give out new words now."))
    return redirect(url_for("recovery.show"), 303)


def describe_ended(ended: EndedWays) -> Iterator[str]:
    """What ended with the words, a sentence for each."""
    yield _("These words do not open your case any more.")
    if ended.sessions:
        yield ngettext(
            "Your case was open in %(num)d other browser. It is closed there now.",
            "Your case was open in %(num)d other browsers. It is closed there now.",
            ended.sessions,
        )
    if ended.has_address:
        yield _("We deleted the e-mail address. If it was yours, you can give it again.")
    if ended.links:
        yield ngettext(
            "%(num)d link sent by e-mail still worked. It does not any more.",
            "%(num)d links sent by e-mail still worked. They do not any more.",
            ended.links,
        )
    if ended.has_feed:
        yield _("The calendar address shows nothing now.")
    if ended.has_check:
        yield _("We deleted the question for new words. If it was yours, you can set it again.")


def _words_page(work: CaseWork, form: CheckQuestionForm) -> ResponseReturnValue:
    sets = recovery_words.list_sets(work)
    return show_form(
        "person/recovery/words.html",
        form,
        sets=sets,
        is_full=len(sets) >= recovery_words.MOST_SETS,
        check=recovery_words.check_view(work),
        has_team=work.case.team_id is not None,
        zone=zone_of(work),
    )
