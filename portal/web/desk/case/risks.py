"""Marking what the team has to know first about a case, and taking it back."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from portal.services.cases import ages, risks
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.risks import RisksForm
from portal.web.desk.pages import Answered, go, show_form
from portal.web.refusals import refusals

bp = make_blueprint("desk_risks", __name__, "/desk/cases/<reference>/risk")


@bp.route("", methods=["GET", "POST"])
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Answered:
    form = RisksForm([each.flag for each in risks.list_risks(work)], work.case.age_band)
    if form.validate_on_submit():
        with refusals(form, at=form.reason):
            ages.set_age(work, form.band)
            risks.set_risks(work, form.flags, form.reason.data or "")
            return go("desk_case.show", reference=work.reference)
    back = url_for("desk_case.show", reference=work.reference)
    text = _("The mark stands on top of the case and in the list, for the team alone. The person does not see it.")
    return show_form(member, work, form, title=_("What to know first"), button=_("Save"), back=back, text=text)
