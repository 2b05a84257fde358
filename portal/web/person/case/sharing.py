"""What the person decides: who may learn what they told us, what is stated and signed, whether a team helps."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.lifecycle import StepRefused
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import consent, handover
from portal.services.cases.opening import Changed
from portal.services.cases.room import NoRoom
from portal.services.intake import drafts, facts
from portal.services.intake.facts import MissingFacts, find_missing_facts
from portal.services.law.local_days import person_day
from portal.services.requests import answer_links
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.late_writing import plan_and_keep
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.facts import TITLES, describe_missing
from portal.web.person.form_pages import show_form
from portal.web.person.forms.facts import CHANGEABLE, FactsForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("sharing", __name__)
RECIPIENTS = ("platforms", "regulators")
ANSWER_LINK = "link"  # by which a platform answers on a page of ours


@bp.get("/case/sharing")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    given = {each: consent.has_consent(unit().db, work.case, each) for each in RECIPIENTS}
    link = answer_links.is_wanted(unit().db, work.case) if unit().config.has_https else None
    return show_form("person/case/sharing.html", PlainForm(formdata=None), given=given, link=link)


@bp.post("/case/sharing")
@case_holder
def change(work: CaseWork) -> ResponseReturnValue:
    recipient = request.form.get("give") or request.form.get("withdraw") or ""
    if recipient == ANSWER_LINK:
        answer_links.choose(work, wanted="give" in request.form)
        flash(_("Saved. This counts from now on, also for letters that were sent before."))
        return redirect(url_for("sharing.show"), 303)
    if recipient not in RECIPIENTS:
        abort(400)
    case_sharing.change_consent(work, recipient, given="give" in request.form)
    flash(_("Saved. This counts from now on. We can’t call back what was sent before."))
    return redirect(url_for("sharing.show"), 303)


@bp.get("/case/facts")
@case_holder
def ask_facts(work: CaseWork) -> ResponseReturnValue:
    """What would make the letters stronger, on one page."""
    found = find_missing_facts(work)
    return _facts_page(work, found, _facts_form(work, found))


@bp.post("/case/facts")
@case_holder
@locks_late
def save_facts(work: CaseWork) -> ResponseReturnValue:
    found = find_missing_facts(work)
    form = _facts_form(work, found)
    if not form.validate():
        return _facts_page(work, found, form)
    try:
        plan_and_keep(
            work,
            lambda: facts.plan_facts(work, form.apply(work.report), version=form.version_number()),
            lambda plan: facts.keep_facts(work, plan),
        )
    except Changed:
        form.form_errors.append(_("Your case changed in another window. Check it, then save again."))
        return _facts_page(work, found, form)
    except (NoRoom, StepRefused) as error:
        form.form_errors.append(_(str(error)))
        return _facts_page(work, found, form)
    flash(_("Saved. All your new letters say it."))
    return redirect(url_for("case.show"), 303)


@bp.get("/case/help")
@case_holder
def team(work: CaseWork) -> ResponseReturnValue:
    return _team_page(work, PlainForm(formdata=None))


@bp.post("/case/help")
@case_holder
def change_team(work: CaseWork) -> ResponseReturnValue:
    chosen, form = request.form.get("team", ""), PlainForm(formdata=None)
    if chosen and chosen not in {
        team_id for team_id, _name in drafts.list_teams_to_ask(unit().db, work.report.country)
    }:
        abort(400)
    with refusals(form):
        if chosen:
            handover.hand_to_team(work, UUID(chosen))
            flash(_("The team can open your case now."))
        else:
            case_sharing.take_back(work)
            flash(_("You send the letters yourself now. The team can’t open your case any more."))
        return redirect(url_for("case.show"), 303)
    return _team_page(work, form)


def _facts_form(work: CaseWork, found: MissingFacts) -> FactsForm:
    today = person_day(work.report, unit().config, now=unit().now)
    return FactsForm(work.report, found.topics | set(CHANGEABLE), today)


def _facts_page(work: CaseWork, found: MissingFacts, form: FactsForm) -> ResponseReturnValue:
    form.version.data = str(work.case.version)
    said = [topic for topic in CHANGEABLE if topic not in found.topics]
    return show_form(
        "person/case/facts.html", form, found=found, said=said, titles=TITLES, stronger=describe_missing(found)
    )


def _team_page(work: CaseWork, form: PlainForm) -> ResponseReturnValue:
    teams = drafts.list_teams_to_ask(unit().db, work.report.country)
    return show_form("person/case/team.html", form, teams=teams, has_team=work.case.team_id is not None)
