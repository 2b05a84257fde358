"""The report: one question a page, saved at each step."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.domain import intake as rules
from portal.domain.intake import StepId
from portal.domain.lifecycle import CaseStatus
from portal.domain.quotas import Counted
from portal.domain.report import Report
from portal.services.cases.opening import Changed, read_stamp
from portal.services.cases.room import NoRoom
from portal.services.intake import drafts, submission
from portal.services.ports import PERSON
from portal.services.work import CaseWork
from portal.web import access
from portal.web.access import WORDS, draft_holder, enter_case, public
from portal.web.fields import PlainForm
from portal.web.flood_gate import describe_wait, find_challenge, measure_pasted, rate_limited
from portal.web.late_writing import hold_case, plan_and_keep
from portal.web.person import pages
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.forms.places import BLANK_ROWS, LinksForm, PlacesForm
from portal.web.person.forms.steps import StepForm
from portal.web.person.forms.words import BeginForm
from portal.web.person.links import Change, read_change
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("report", __name__)


@bp.get("/report")
@public
def before() -> ResponseReturnValue:
    if "case_id" in session:
        return redirect(url_for("report.resume"), 303)
    toll = find_challenge(Counted.DRAFT)
    time = describe_wait(toll) if toll else ""
    days = unit().config.draft_days
    return render_template("person/before.html", form=BeginForm(), days=days, toll=toll, time=time)


@bp.post("/report")
@rate_limited(Counted.DRAFT)
@public
def begin() -> ResponseReturnValue:
    if "case_id" in session:
        return redirect(url_for("report.resume"), 303)
    opened, words = drafts.start_draft(unit().work(PERSON), language=str(get_locale()))
    enter_case(opened, words=words, keep=bool(BeginForm().keep.data))
    return redirect(url_for("report.show", step=StepId.START.value), 303)


@bp.get("/report/erase")
@draft_holder
def ask_erase(_work: CaseWork) -> str:
    return render_template("person/erase_draft.html", form=PlainForm(formdata=None))


@bp.post("/report/erase")
@draft_holder
def erase_draft(work: CaseWork) -> ResponseReturnValue:
    drafts.erase_draft(work)
    unit().end_transaction()  # so that the page says what is so
    access.leave()
    return render_template("person/erased.html", is_gone=True)


@bp.get("/report/resume")
@draft_holder
def resume(work: CaseWork) -> ResponseReturnValue:
    report = work.report
    return redirect(url_for("report.show", step=rules.first_open_step(report, pages.needed_for(report)).value), 303)


@bp.get("/report/<step:step>")
@draft_holder
def show(work: CaseWork, step: str) -> ResponseReturnValue:
    found = pages.find(work, step)
    if found is None:
        return redirect(url_for("report.resume"), 303)
    return pages.render_step(work, found, pages.make_form(work.report, found))


@bp.post("/report/<step:step>")
@rate_limited(Counted.PASTED, measure=measure_pasted)
@draft_holder
@locks_late
def answer(work: CaseWork, step: str) -> ResponseReturnValue:
    found = pages.find(work, step)
    if found is None:
        return redirect(url_for("report.resume"), 303)
    if found is StepId.REVIEW:
        return submit(work)
    form = pages.make_form(work.report, found)
    if "skip" in request.form or _is_left_out(form):
        return save(work, found, form, lambda report: rules.skip(report, found))
    if isinstance(form, LinksForm):
        return collect_links(work, form)
    if isinstance(form, PlacesForm) and "more" in request.form:
        form.add_rows(BLANK_ROWS)
        return pages.render_step(work, found, form)
    if not form.validate():
        return pages.render_step(work, found, form), 400

    def apply(report: Report) -> Report:
        return rules.mark_visited(form.apply(report) if isinstance(form, StepForm) else report, found)

    return save(work, found, form, apply)


def _is_left_out(form: PlainForm) -> bool:
    """A page of buttons that came without any of its answers."""
    return isinstance(form, StepForm) and bool(form.one_tap) and not request.form.get(form.one_tap)


def save(work: CaseWork, step: StepId, form: PlainForm, apply: Change) -> ResponseReturnValue:
    """Keep the answers and go on; when another tab was quicker, show what was typed again instead."""

    def find_next(report: Report) -> str:
        needed = pages.needed_for(report)
        if rules.first_open_step(report, needed) is StepId.REVIEW:
            return url_for("report.show", step=StepId.REVIEW.value)
        return url_for("report.show", step=rules.next_step(report, step, needed).value)

    return _keep(work, step, form, apply, find_next, version=form.version_number())


def collect_links(work: CaseWork, form: LinksForm) -> ResponseReturnValue:
    """Add what was pasted, or take out what was chosen, and show it back; go on only when nothing new was pasted.

    What is pasted is added to whatever the report holds by now, so another tab is no reason to ask again.
    """
    if "add" in request.form and not request.form.get("pasted", "").strip():
        form.pasted.errors = (_("Paste at least one link first."),)
        return pages.render_step(work, StepId.LINKS, form), 400
    change = read_change(request.form, ports=unit().ports)
    if change is None and "places" in request.form:
        places = url_for("report.show", step=StepId.PLACES.value)
        return _keep(work, StepId.LINKS, form, _mark_links, lambda _report: places, version=form.version_number())
    if change is None:
        return save(work, StepId.LINKS, form, _mark_links)
    found = url_for("report.show", step=StepId.LINKS.value, _anchor="found")
    version = None if change.only_adds else form.version_number()
    return _keep(work, StepId.LINKS, form, change.apply, lambda _report: found, version=version)


def _mark_links(report: Report) -> Report:
    return rules.mark_visited(report, StepId.LINKS)


def _keep(
    work: CaseWork,
    step: StepId,
    form: PlainForm,
    apply: Change,
    find_next: Callable[[Report], str],
    *,
    version: int | None,
) -> ResponseReturnValue:
    """Work out what is saved and what comes next while nobody waits for it, and keep it in a moment."""
    targets = []

    def plan() -> drafts.SavingPlan:
        if work.case.status is not CaseStatus.DRAFT:
            raise Changed
        planned = drafts.plan_report(work, apply(work.report), version=version)
        targets.append(find_next(planned.report))
        return planned

    try:
        plan_and_keep(work, plan, lambda planned: drafts.keep_report(work, planned))
    except Changed:
        unit().refuse()
        return pages.render_step(work, step, form, note=_changed_text()), 409
    except NoRoom as error:
        unit().refuse()
        return pages.render_step(work, step, form, note=_(str(error))), 400
    return redirect(targets[-1], 303)


def submit(work: CaseWork) -> ResponseReturnValue:
    """Save the report as a case; the receipt waits in the session until the person has kept it."""
    form = PlainForm()
    try:
        if form.version_number() != work.case.version:
            raise Changed
        words = session.get(WORDS) or drafts.read_old_words(work)
        plan = submission.plan_submission(work, allows_letters=True)  # the review says so above its button
        hold_case(work)
        if plan.stamp != read_stamp(work):
            raise Changed
        receipt = submission.keep_submission(work, plan)
    except Changed:
        unit().refuse()
        if work.case.status is not CaseStatus.DRAFT:
            return redirect(url_for("case.show"), 303)
        return pages.render_step(work, StepId.REVIEW, PlainForm(formdata=None), note=_review_text()), 409
    except submission.Incomplete as error:
        unit().refuse()
        return pages.render_step(work, StepId.REVIEW, PlainForm(formdata=None), missing=error.missing), 400
    session.permanent = False  # a draft may stay in the browser for days, a case may not
    session.pop(WORDS, None)
    session["receipt"] = {
        "reference": receipt.reference,
        "words": words,
        "submitted_at": receipt.submitted_at.isoformat(),
        "digest": receipt.digest,
    }
    return redirect(url_for("case.receipt"), 303)


def _changed_text() -> str:
    return str(
        _("This report was changed in another window after this page was opened. "
          "What you typed is still here. Send it again to keep it.")
    )  # fmt: skip


def _review_text() -> str:
    return str(_("This report was changed in another window. Check it, then save it."))
