"""Whether the person's case may go to another team: asked and answered on a page of its own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases import team_handover
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PageForm
from portal.web.person.addresses import PersonBlueprint
from portal.web.refusals import refusals

bp = PersonBlueprint("hand_on", __name__, place="/case/hand-on")


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _page(work, PageForm(formdata=None))


@bp.post("")
@case_holder
def answer(work: CaseWork) -> ResponseReturnValue:
    form, asked = PageForm(formdata=None), team_handover.read_current(work)
    if asked is not None:
        with refusals(form):
            if request.form.get("answer") == "yes":
                team_handover.agree(work, asked.id)
                flash(_("Saved. The other team is asked now."))
            else:
                team_handover.refuse(work, asked.id)
                flash(_("Saved. Your case stays with your team."))
            return redirect(url_for("case.show"), 303)
    return _page(work, form)


def _page(work: CaseWork, form: PageForm) -> ResponseReturnValue:
    asked = team_handover.read_current(work)
    return render_template("person/case/hand_on.html", asked=asked, problems=form.problems())
