"""The person's written mandate to the team: given, shown and ended on a page of its own."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases import team_mandates
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PageForm
from portal.web.forms.mandates import OWN_ACTS, TeamMandateForm
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late

bp = PersonBlueprint("mandate", __name__, place="/case/mandate")


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _page(work, TeamMandateForm(reader_of(work)))


@bp.post("")
@case_holder
@locks_late
def give(work: CaseWork) -> ResponseReturnValue:
    form = TeamMandateForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            team_mandates.give_team_mandate(work, form.command())
            flash(_("Saved. You can end it here at any time."))
            return redirect(url_for("mandate.show"), 303)
    return _page(work, form)


@bp.post("/end")
@case_holder
def end(work: CaseWork) -> ResponseReturnValue:
    form = PageForm(formdata=None)
    with refusals(form):
        team_mandates.end_team_mandate(work)
        flash(_("It has ended. Your team states nothing for you any more."))
        return redirect(url_for("mandate.show"), 303)
    return _page(work, TeamMandateForm(reader_of(work)))


def _page(work: CaseWork, form: TeamMandateForm) -> ResponseReturnValue:
    found = team_mandates.find_team_mandate(work)
    return show_form(
        "person/case/mandate.html", form, found=found, has_team=work.case.team_id is not None, acts=OWN_ACTS
    )
