"""What keeps a case in the person's hands: their words, a check for new ones, mail, the authority, keeping it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from portal.services.cases import mail_contact, mandates, recovery_words, retention
from portal.services.cases.case_work import OpenCase
from portal.services.cases.mail_contact import MailLinkOver
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Bucket, Guess, TooSoon
from portal.web.access import case_holder, enter_case, public, session_token
from portal.web.fields import PlainForm
from portal.web.frame import frame
from portal.web.network import find_bucket
from portal.web.person.acting import show_form, try_to, zone_of
from portal.web.person.forms.keys import AddressForm, CheckForm, LinkForm, RenewForm

bp = Blueprint("keys", __name__)


@bp.get("/case/words")
@case_holder
def show_words(opened: OpenCase) -> ResponseReturnValue:
    return _words_page(opened, CheckForm())


@bp.post("/case/words")
@case_holder
def make_words(opened: OpenCase) -> ResponseReturnValue:
    made: list[str] = []
    refused = try_to(
        lambda: made.append(recovery_words.make_second_set(frame().db, opened, now=frame().now, ports=frame().ports))
    )
    if refused:
        return _words_page(opened, CheckForm(formdata=None), refused=refused)
    return render_template("person/keys/new_words.html", words=made[0])


@bp.post("/case/words/stop")
@case_holder
def stop_words(opened: OpenCase) -> ResponseReturnValue:
    number = request.form.get("stop", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0
    refused = try_to(
        lambda: recovery_words.stop_set(frame().db, opened, wanted, token=session_token(), now=frame().now)
    )
    if refused:
        return _words_page(opened, CheckForm(formdata=None), refused=refused)
    flash(_("These words do not open your case any more."))
    return redirect(url_for("keys.show_words"), 303)


@bp.post("/case/words/check")
@case_holder
def set_check(opened: OpenCase) -> ResponseReturnValue:
    form = CheckForm()
    if not form.validate():
        return _words_page(opened, form, is_wrong=True)
    question, answer = form.question.data or "", form.answer.data or ""
    refused = try_to(
        lambda: recovery_words.set_check(frame().db, opened, question, answer, now=frame().now, ports=frame().ports)
    )
    if refused:
        return _words_page(opened, form, refused=refused)
    flash(_("Written down. With this answer the team can give you new words."))
    return redirect(url_for("keys.show_words"), 303)


@bp.post("/case/words/no-check")
@case_holder
def remove_check(opened: OpenCase) -> ResponseReturnValue:
    recovery_words.remove_check(frame().db, opened, now=frame().now)
    flash(_("Written down. The team cannot give out new words now."))
    return redirect(url_for("keys.show_words"), 303)


@bp.get("/case/mail")
@case_holder
def show_mail(opened: OpenCase) -> ResponseReturnValue:
    return _mail_page(opened, AddressForm())


@bp.post("/case/mail")
@case_holder
def set_mail(opened: OpenCase) -> ResponseReturnValue:
    form = AddressForm()
    if frame().config.mail is not None and not form.validate():
        return _mail_page(opened, form, is_wrong=True)
    address = form.address.data or ""
    refused = try_to(
        lambda: mail_contact.set_address(frame().db, opened, address, now=frame().now, ports=frame().ports)
    )
    if refused:
        return _mail_page(opened, form, refused=refused)
    flash(_("We write to this address once. Open the link in that e-mail within 24 hours."))
    return redirect(url_for("keys.show_mail"), 303)


@bp.post("/case/mail/remove")
@case_holder
def remove_mail(opened: OpenCase) -> ResponseReturnValue:
    mail_contact.remove_address(frame().db, opened, now=frame().now)
    flash(_("The address is deleted. No e-mail is sent from now on."))
    return redirect(url_for("keys.show_mail"), 303)


@bp.post("/case/mail/link")
@case_holder
def choose_link(opened: OpenCase) -> ResponseReturnValue:
    wanted = request.form.get("link") == "on"
    refused = try_to(
        lambda: mail_contact.choose_link(frame().db, opened, wanted=wanted, now=frame().now, ports=frame().ports)
    )
    if refused:
        return _mail_page(opened, AddressForm(formdata=None), refused=refused)
    flash(
        _("You can come back with a link by e-mail now.") if wanted else _("Links by e-mail do not open your case now.")
    )
    return redirect(url_for("keys.show_mail"), 303)


@bp.get("/return/mail")
@public
def ask_link() -> ResponseReturnValue:
    return show_form("person/keys/ask_link.html", AddressForm(), writes_mail=frame().config.mail is not None)


@bp.post("/return/mail")
@public
def send_link() -> ResponseReturnValue:
    form = AddressForm()
    writes_mail = frame().config.mail is not None
    if not writes_mail or not form.validate():
        return show_form("person/keys/ask_link.html", form, is_wrong=True, writes_mail=writes_mail)
    try:
        guess_throttle.claim(frame().parts.sessions, [_link_bucket()], now=frame().now)
    except TooSoon as error:
        form.address.errors = [
            _("That were many tries in a short time. Try again in %(count)s seconds.", count=error.seconds)
        ]
        return show_form("person/keys/ask_link.html", form, is_wrong=True, writes_mail=writes_mail)
    mail_contact.ask_link(frame().db, form.address.data or "", now=frame().now, ports=frame().ports)
    return render_template("person/keys/link_asked.html")


@bp.get("/mail/<link>")
@public
def show_link(link: str) -> ResponseReturnValue:
    try:
        kind = mail_contact.find_link(frame().db, link, now=frame().now, ports=frame().ports)
    except MailLinkOver:
        return _link_over()
    form = LinkForm(formdata=None, data={"token": link})
    return render_template("person/keys/link.html", form=form, kind=kind.value)


@bp.post("/mail")
@public
def use_link() -> ResponseReturnValue:
    form = LinkForm()
    try:
        opened = mail_contact.use_link(frame().db, form.token.data or "", now=frame().now, ports=frame().ports)
    except MailLinkOver:
        return _link_over()
    if opened is None:
        return render_template("person/keys/confirmed.html")
    enter_case(opened)
    return redirect(url_for("report.resume"), 303)


@bp.post("/case/keep")
@case_holder
def keep(opened: OpenCase) -> ResponseReturnValue:
    until: list[str] = []

    def act() -> None:
        day = retention.keep_longer(frame().db, opened, now=frame().now, ports=frame().ports)
        until.append(format_date(day, "d MMMM y"))

    refused = try_to(act)
    flash(refused or _("Your case is kept until %(day)s.", day=until[0]))
    return redirect(url_for("case.show"), 303)


@bp.get("/case/authority")
@case_holder
def authority(opened: OpenCase) -> ResponseReturnValue:
    view = mandates.mandate_view(frame().db, opened, now=frame().now, ports=frame().ports)
    data = {"authority": view.authority, "ends_on": view.ends_on} if view else {}
    return _authority_page(opened, RenewForm(data=data))


@bp.post("/case/authority")
@case_holder
def renew(opened: OpenCase) -> ResponseReturnValue:
    form = RenewForm()
    has_mandate = mandates.mandate_view(frame().db, opened, now=frame().now, ports=frame().ports) is not None
    if has_mandate and not form.validate():
        return _authority_page(opened, form, is_wrong=True)
    text, ends_on = form.authority.data or "", form.ends_on.data
    refused = try_to(
        lambda: mandates.renew_mandate(frame().db, opened, text, ends_on, now=frame().now, ports=frame().ports)
    )
    if refused:
        return _authority_page(opened, form, refused=refused)
    flash(_("Written down. It counts from now on."))
    return redirect(url_for("case.show"), 303)


def _words_page(opened: OpenCase, form: CheckForm, *, refused: str = "", is_wrong: bool = False) -> ResponseReturnValue:
    sets = recovery_words.list_sets(frame().db, opened)
    values = {
        "sets": sets,
        "is_full": len(sets) >= recovery_words.MOST_SETS,
        "check": recovery_words.check_view(frame().db, opened),
        "has_team": opened.case.team_id is not None,
        "zone": zone_of(opened),
    }
    return show_form("person/keys/words.html", form, refused=refused, is_wrong=is_wrong, **values)


def _mail_page(
    opened: OpenCase, form: AddressForm, *, refused: str = "", is_wrong: bool = False
) -> ResponseReturnValue:
    mail = frame().config.mail
    view = mail_contact.contact_view(frame().db, opened)
    values = {"view": view, "sender": mail.sender if mail else None}
    return show_form("person/keys/mail.html", form, refused=refused, is_wrong=is_wrong, **values)


def _authority_page(
    opened: OpenCase, form: RenewForm, *, refused: str = "", is_wrong: bool = False
) -> ResponseReturnValue:
    view = mandates.mandate_view(frame().db, opened, now=frame().now, ports=frame().ports)
    return show_form("person/keys/authority.html", form, refused=refused, is_wrong=is_wrong, view=view)


def _link_bucket() -> Bucket:
    return guess_throttle.name_bucket(frame().ports.keys, Guess.LINK, find_bucket())


def _link_over() -> ResponseReturnValue:
    return render_template("person/keys/link_over.html", form=PlainForm(formdata=None)), 400
