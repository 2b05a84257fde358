"""How a member hears of deadlines: mail to an address of their own, and a calendar that reads from here."""

from __future__ import annotations

from flask import Response, flash
from flask_babel import gettext as _

from portal.domain.rights import Right
from portal.services.alerts import dates, preferences
from portal.services.ports import SYSTEM
from portal.web.access import SignedInStaff, allowed, public
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.alerts import AlertsForm, CodeForm, fill_with
from portal.web.desk.pages import Answered, go
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed
from portal.web.fields import PageForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

CALENDAR = "text/calendar; charset=utf-8"
bp = make_blueprint("desk_alerts", __name__, "/desk")


@bp.get("/account/alerts")
@allowed(Right.READ_CASES)
def show(member: SignedInStaff) -> Answered:
    found = preferences.read_alerts(unit().work(member.actor))
    return _page(member, AlertsForm(formdata=None, data=fill_with(found.choices)), CodeForm(formdata=None))


@bp.post("/account/alerts")
@allowed(Right.READ_CASES)
@confirmed
def save(member: SignedInStaff) -> Answered:
    form = AlertsForm()
    if form.validate():
        with refusals(form):
            is_mailed = preferences.save_alerts(unit().work(member.actor), form.choices())
            flash(_("Saved. We mailed a code to your address. Type it here.") if is_mailed else _("Saved."))
            return go("desk_alerts.show")
    return _page(member, form, CodeForm(formdata=None), failed=form)


@bp.post("/account/alerts/code")
@allowed(Right.READ_CASES)
def confirm(member: SignedInStaff) -> Answered:
    form = CodeForm()
    work = unit().work(member.actor)
    if form.validate():
        with refusals(form, at=form.mailed_code):
            preferences.confirm(work, form.mailed_code.data or "")
            flash(_("The address is yours. Mail goes there from now on."))
            return go("desk_alerts.show")
    kept = AlertsForm(formdata=None, data=fill_with(preferences.read_alerts(work).choices))
    return _page(member, kept, form, failed=form)


@bp.post("/account/alerts/code/again")
@allowed(Right.READ_CASES)
def mail_again(member: SignedInStaff) -> Answered:
    preferences.mail_code_again(unit().work(member.actor))
    flash(_("We mailed a new code."))
    return go("desk_alerts.show")


@bp.post("/account/alerts/calendar")
@allowed(Right.READ_CASES)
@confirmed
def make_feed(member: SignedInStaff) -> Answered:
    preferences.make_feed(unit().work(member.actor))
    flash(_("Your calendar address is ready."))
    return go("desk_alerts.show", _anchor="calendar")


@bp.post("/account/alerts/calendar/end")
@allowed(Right.READ_CASES)
def end_feed(member: SignedInStaff) -> Answered:
    preferences.end_feed(unit().work(member.actor))
    flash(_("The calendar address shows nothing now."))
    return go("desk_alerts.show", _anchor="calendar")


@bp.get("/dates/<link>")
@public
def read_feed(link: str) -> Response:
    """What a calendar reads. An address that is no more gets a calendar with nothing in it, so that the dates go there
    too, and so that it is told from no other.
    """
    return Response(dates.read_feed(unit().work(SYSTEM), link), content_type=CALENDAR)


def _page(member: SignedInStaff, form: AlertsForm, code: CodeForm, *, failed: PageForm | None = None) -> Answered:
    return show_page(
        "desk/alerts.html",
        member,
        status=400 if failed else 200,
        form=form,
        code=code,
        problems=failed.problems() if failed else [],
        view=preferences.read_alerts(unit().work(member.actor)),
        writes_mail=unit().config.mail is not None,
        base_url=unit().config.base_url,
    )
