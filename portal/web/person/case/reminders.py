"""Safe hours, safe words and reminders of dates: one page to choose, one press to end, and what a calendar reads."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases import mail_contact, safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.ports import PERSON
from portal.services.work import CaseWork
from portal.web.access import case_holder, public
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.forms.reminders import RemindersForm, fill_with
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = PersonBlueprint("reminders", __name__)
CALENDAR = "text/calendar; charset=utf-8"


@bp.get("/case/reminders")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    choices = safe_contact.read_safe_contact(work).choices
    if choices == Choices():
        choices = Choices(words=work.report.safe_contact)  # asked once already, where an address was given
    return _reminders_page(work, RemindersForm(formdata=None, data=fill_with(choices)))


@bp.post("/case/reminders")
@case_holder
def save(work: CaseWork) -> ResponseReturnValue:
    form = RemindersForm()
    if form.validate():
        with refusals(form):
            safe_contact.save_choices(work, form.choices(zone_of(work)))
            flash(_("Saved."))
            return redirect(url_for("reminders.show"), 303)
    return _reminders_page(work, form)


@bp.post("/case/reminders/off")
@case_holder
def switch_off(work: CaseWork) -> ResponseReturnValue:
    safe_contact.switch_off(work)
    flash(_("All reminders are off. The calendar address shows nothing now."))
    return redirect(url_for("reminders.show"), 303)


@bp.post("/case/reminders/feed")
@case_holder
def make_feed(work: CaseWork) -> ResponseReturnValue:
    safe_contact.make_feed(work)
    flash(_("Your calendar address is ready."))
    return redirect(url_for("reminders.show", _anchor="calendar"), 303)


@bp.get("/case/reminders/file")
@case_holder
def show_file(work: CaseWork) -> ResponseReturnValue:
    answer = Response(safe_contact.write_dates(work), content_type=CALENDAR)
    answer.headers["Content-Disposition"] = "attachment; filename=dates.ics"
    return answer


@bp.get("/dates/<link>")
@public
def read_feed(link: str) -> ResponseReturnValue:
    """What a calendar reads. An address that is no more gets a calendar with nothing in it, so that the dates go there
    too, and so that it is told from no other.
    """
    return Response(safe_contact.read_feed(unit().work(PERSON), link), content_type=CALENDAR)


def _reminders_page(work: CaseWork, form: RemindersForm) -> ResponseReturnValue:
    contact = mail_contact.contact_view(work)
    return show_form(
        "person/case/reminders.html",
        form,
        view=safe_contact.read_safe_contact(work),
        has_address=contact is not None and contact.is_confirmed,
        writes_mail=unit().config.mail is not None,
        base_url=unit().config.base_url,
        zone=zone_of(work),
    )
