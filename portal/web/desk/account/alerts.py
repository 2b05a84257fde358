"""How a member hears of deadlines: mail to an address of their own, and a calendar that reads from here."""

from __future__ import annotations

from flask import Response, flash
from flask_babel import gettext as _

from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.alerts import dates, preferences
from portal.services.ports import SYSTEM
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Guess, TooSoon
from portal.web.access import SignedInStaff, allowed, public
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.alerts import AlertsForm, CodeForm, fill_with
from portal.web.desk.pages import Answered, go
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed, describe_wait
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
    """Each try is counted before it is looked at: eight digits are soon guessed else."""
    form = CodeForm()
    if form.validate():
        with refusals(form, at=form.mailed_code):
            _confirm(member, form.mailed_code.data or "")
            flash(_("The address is yours. Mail goes there from now on."))
            return go("desk_alerts.show")
    kept = preferences.read_alerts(unit().work(member.actor)).choices
    return _page(member, AlertsForm(formdata=None, data=fill_with(kept)), form, failed=form)


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


def _confirm(member: SignedInStaff, code: str) -> None:
    """In a transaction of its own, as the count is. Raises StepRefused."""
    bucket = guess_throttle.name_bucket(unit().ports.keys, Guess.MAILED, member.staff.id.bytes)
    unit().end_transaction()
    try:
        with guess_throttle.attempt(unit().parts.sessions, [bucket], now=unit().now):
            preferences.confirm(unit().work(member.actor), code)
            unit().end_transaction()
    except TooSoon as error:
        raise StepRefused(describe_wait(error)) from error


def _page(member: SignedInStaff, form: AlertsForm, code: CodeForm, *, failed: PageForm | None = None) -> Answered:
    return show_page(
        "desk/account/alerts.html",
        member,
        status=400 if failed else 200,
        form=form,
        code=code,
        problems=failed.problems() if failed else [],
        view=preferences.read_alerts(unit().work(member.actor)),
        writes_mail=unit().config.mail is not None,
        base_url=unit().config.base_url,
    )
