"""The authority of whoever acts for the person: reading and renewing it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases import mandates
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form
from portal.web.person.forms.authority import RenewForm
from portal.web.refusals import refusals

bp = PersonBlueprint("authority", __name__)


@bp.get("/case/authority")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    view = mandates.mandate_view(work)
    data = {"authority": view.authority, "ends_on": view.ends_on} if view else {}
    return _authority_page(work, RenewForm(data=data))


@bp.post("/case/authority")
@case_holder
def renew(work: CaseWork) -> ResponseReturnValue:
    form = RenewForm()
    if mandates.mandate_view(work) is None or form.validate():
        with refusals(form):
            mandates.renew_mandate(work, form.authority.data or "", form.ends_on.data)
            flash(_("Saved. You can send letters again."))
            return redirect(url_for("case.show"), 303)
    return _authority_page(work, form)


def _authority_page(work: CaseWork, form: RenewForm) -> ResponseReturnValue:
    return show_form("person/case/authority.html", form, view=mandates.mandate_view(work))
