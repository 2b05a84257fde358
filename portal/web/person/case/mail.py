"""Mail to the person: the address they give, and coming back by a link that is sent there."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.services.cases import mail_contact
from portal.services.cases.mail_contact import MailLinkOver
from portal.services.ports import PERSON
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Bucket, Guess, TooSoon
from portal.services.work import CaseWork
from portal.web.access import case_holder, enter_case, public
from portal.web.fields import PlainForm
from portal.web.network import find_bucket
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.forms.mail import MailAddressForm, MailLinkForm
from portal.web.person.phrases import format_short_moment
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = PersonBlueprint("mail", __name__)


@bp.get("/case/mail")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _mail_page(work, MailAddressForm())


@bp.post("/case/mail")
@case_holder
def set_address(work: CaseWork) -> ResponseReturnValue:
    form = MailAddressForm()
    if unit().config.mail is None or form.validate():
        with refusals(form):
            flash(describe_sending(mail_contact.set_address(work, form.address.data or ""), work))
            return redirect(url_for("mail.show"), 303)
    return _mail_page(work, form)


@bp.post("/case/mail/remove")
@case_holder
def remove_address(work: CaseWork) -> ResponseReturnValue:
    mail_contact.remove_address(work)
    flash(_("We deleted the address. You get no more e-mail from us."))
    return redirect(url_for("mail.show"), 303)


@bp.post("/case/mail/link")
@case_holder
def choose_link(work: CaseWork) -> ResponseReturnValue:
    wanted, form = request.form.get("link") == "on", MailAddressForm(formdata=None)
    on, off = _("You can come back with a link by e-mail now."), _("Links by e-mail don’t open your case any more.")
    with refusals(form):
        mail_contact.choose_link(work, wanted=wanted)
        flash(on if wanted else off)
        return redirect(url_for("mail.show"), 303)
    return _mail_page(work, form)


@bp.get("/return/mail")
@public
def ask_link() -> ResponseReturnValue:
    return _ask_page(MailAddressForm())


@bp.post("/return/mail")
@public
def send_link() -> ResponseReturnValue:
    """Each time that is asked counts, whether the address opens a case or not."""
    form = MailAddressForm()
    if unit().config.mail is None or not form.validate():
        return _ask_page(form)
    try:
        with guess_throttle.attempt(unit().parts.sessions, [_link_bucket()], now=unit().now) as tried:
            tried.keep()
    except TooSoon as error:
        text = _("That was a lot of tries. Try again in %(count)s seconds.", count=error.seconds)
        form.address.errors = [text]
        return _ask_page(form)
    mail_contact.ask_link(unit().work(PERSON), form.address.data or "")
    return render_template("person/mail/link_asked.html")


@bp.get("/mail/<link>")
@public
def show_link(link: str) -> ResponseReturnValue:
    try:
        kind = mail_contact.find_link(unit().work(PERSON), link)
    except MailLinkOver:
        return _link_over()
    form = MailLinkForm(formdata=None, data={"token": link})
    return render_template("person/mail/link.html", form=form, kind=kind.value)


@bp.post("/mail")
@public
def use_link() -> ResponseReturnValue:
    form = MailLinkForm()
    try:
        opened = mail_contact.use_link(unit().work(PERSON), form.token.data or "")
    except MailLinkOver:
        return _link_over()
    if opened is None:
        return render_template("person/mail/confirmed.html")
    enter_case(opened)
    return redirect(url_for("report.resume"), 303)


def describe_sending(leaves_at: datetime, work: CaseWork) -> str:
    """When the mail that checks an address leaves: at once, or in the hours that are safe."""
    if leaves_at <= work.now:
        return str(_("We sent one e-mail to this address. Open the link in it within 24 hours."))
    moment = format_short_moment(leaves_at, zone_of(work))
    return str(
        _("We send one e-mail on %(moment)s, in your safe hours. Open the link in it within 24 hours.", moment=moment)
    )


def _mail_page(work: CaseWork, form: MailAddressForm) -> ResponseReturnValue:
    mail = unit().config.mail
    view = mail_contact.contact_view(work)
    return show_form("person/mail/address.html", form, view=view, sender=mail.sender if mail else None)


def _ask_page(form: MailAddressForm) -> ResponseReturnValue:
    return show_form("person/mail/ask_link.html", form, writes_mail=unit().config.mail is not None)


def _link_bucket() -> Bucket:
    return guess_throttle.name_bucket(unit().ports.keys, Guess.LINK, find_bucket())


def _link_over() -> ResponseReturnValue:
    return render_template("person/mail/link_over.html", form=PlainForm(formdata=None)), 400
