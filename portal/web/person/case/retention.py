"""For how long the case is kept: what its page says of that, keeping it longer, opening it again."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from portal.services.cases import handover, holds, mandates, retention
from portal.services.cases.holds import HoldView
from portal.services.cases.mandates import MandateView
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.person.addresses import PersonBlueprint
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = PersonBlueprint("retention", __name__)


@dataclass(frozen=True, kw_only=True, repr=False)
class Retention:
    """`is_near`: the last 14 days before the case goes."""

    is_near: bool
    hold: HoldView | None
    mandate: MandateView | None


@bp.post("/case/keep")
@case_holder
def keep(work: CaseWork) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        day = format_date(retention.keep_longer(work), "d MMMM y")
        flash(_("Your case is kept until %(day)s.", day=day))
    for _id, text in form.problems():
        flash(text)
    return redirect(url_for("case.show"), 303)


@bp.post("/case/reopen")
@case_holder
def reopen(work: CaseWork) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        handover.reopen(work)
        flash(_("Your case is open again."))
    for _id, text in form.problems():
        flash(text)
    return redirect(url_for("case.show"), 303)


def read_retention(work: CaseWork) -> Retention:
    now = unit().now
    hold = holds.hold_view(work)
    return Retention(
        is_near=retention.is_near(work.case, now=now),
        hold=hold if hold and hold.is_confirmed else None,
        mandate=mandates.mandate_view(work),
    )
