"""What keeps a case in the person's hands: their words, a check for new ones, mail, the authority, keeping it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from portal.services.cases import mail_contact, mandates, recovery_words, retention
from portal.services.cases.mail_contact import MailLinkOver
from portal.services.ports import PERSON
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Bucket, Guess, TooSoon
from portal.services.work import CaseWork
from portal.web.access import case_holder, enter_case, public, session_token
from portal.web.fields import PlainForm
from portal.web.network import find_bucket
from portal.web.person.acting import show_form, try_to, zone_of
from portal.web.person.forms.keys import AddressForm, CheckForm, LinkForm, RenewForm
from portal.web.unit_of_work import unit

bp = Blueprint("keys", __name__)


@bp.get("/case/words")
@case_holder
def show_words(work: CaseWork) -> ResponseReturnValue:
    return _words_page(work, CheckForm())


@bp.post("/case/words")
@case_holder
def make_words(work: CaseWork) -> ResponseReturnValue:
    made: list[str] = []
    refused = try_to(lambda: made.append(recovery_words.make_second_set(work)))
    if refused:
        return _words_page(work, CheckForm(formdata=None), refused=refused)
    return render_template("person/keys/new_words.html", words=made[0])


@bp.post("/case/words/stop")
@case_holder
def stop_words(work: CaseWork) -> ResponseReturnValue:
    number = request.form.get("stop", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0
    refused = try_to(lambda: recovery_words.stop_set(work, wanted, token=session_token()))
    if refused:
        return _words_page(work, CheckForm(formdata=None), refused=refused)
    flash(_("These words do not open your case any more."))
    return redirect(url_for("keys.show_words"), 303)


@bp.post("/case/words/check")
@case_holder
def set_check(work: CaseWork) -> ResponseReturnValue:
    form = CheckForm()
    if not form.validate():
        return _words_page(work, form, is_wrong=True)
    question, answer = form.question.data or "", form.answer.data or ""
    refused = try_to(lambda: recovery_words.set_check(work, question, answer))
    if refused:
        return _words_page(work, form, refused=refused)
    flash(_("Written down. With this answer the team can give you new words."))
    return redirect(url_for("keys.show_words"), 303)


@bp.post("/case/words/no-check")
@case_holder
def remove_check(work: CaseWork) -> ResponseReturnValue:
    recovery_words.remove_check(work)
    flash(_("Written down. The team cannot give out new words now."))
    return redirect(url_for("keys.show_words"), 303)


@bp.get("/case/mail")
@case_holder
def show_mail(work: CaseWork) -> ResponseReturnValue:
    return _mail_page(work, AddressForm())


@bp.post("/case/mail")
@case_holder
def set_mail(work: CaseWork) -> ResponseReturnValue:
    form = AddressForm()
    if unit().config.mail is not None and not form.validate():
        return _mail_page(work, form, is_wrong=True)
    address = form.address.data or ""
    refused = try_to(lambda: mail_contact.set_address(work, address))
    if refused:
        return _mail_page(work, form, refused=refused)
    flash(_("We write to this address once. Open the link in that e-mail within 24 hours."))
    return redirect(url_for("keys.show_mail"), 303)


@bp.post("/case/mail/remove")
@case_holder
def remove_mail(work: CaseWork) -> ResponseReturnValue:
    mail_contact.remove_address(work)
    flash(_("The address is deleted. No e-mail is sent from now on."))
    return redirect(url_for("keys.show_mail"), 303)


@bp.post("/case/mail/link")
@case_holder
def choose_link(work: CaseWork) -> ResponseReturnValue:
    wanted = request.form.get("link") == "on"
    refused = try_to(lambda: mail_contact.choose_link(work, wanted=wanted))
    if refused:
        return _mail_page(work, AddressForm(formdata=None), refused=refused)
    flash(
        _("You can come back with a link by e-mail now.") if wanted else _("Links by e-mail do not open your case now.")
    )
    return redirect(url_for("keys.show_mail"), 303)


@bp.get("/return/mail")
@public
def ask_link() -> ResponseReturnValue:
    return show_form("person/keys/ask_link.html", AddressForm(), writes_mail=unit().config.mail is not None)


@bp.post("/return/mail")
@public
def send_link() -> ResponseReturnValue:
    form = AddressForm()
    writes_mail = unit().config.mail is not None
    if not writes_mail or not form.validate():
        return show_form("person/keys/ask_link.html", form, is_wrong=True, writes_mail=writes_mail)
    try:
        guess_throttle.claim(unit().parts.sessions, [_link_bucket()], now=unit().now)
    except TooSoon as error:
        form.address.errors = [
            _("That were many tries in a short time. Try again in %(count)s seconds.", count=error.seconds)
        ]
        return show_form("person/keys/ask_link.html", form, is_wrong=True, writes_mail=writes_mail)
    mail_contact.ask_link(unit().work(PERSON), form.address.data or "")
    return render_template("person/keys/link_asked.html")


@bp.get("/mail/<link>")
@public
def show_link(link: str) -> ResponseReturnValue:
    try:
        kind = mail_contact.find_link(unit().work(PERSON), link)
    except MailLinkOver:
        return _link_over()
    form = LinkForm(formdata=None, data={"token": link})
    return render_template("person/keys/link.html", form=form, kind=kind.value)


@bp.post("/mail")
@public
def use_link() -> ResponseReturnValue:
    form = LinkForm()
    try:
        opened = mail_contact.use_link(unit().work(PERSON), form.token.data or "")
    except MailLinkOver:
        return _link_over()
    if opened is None:
        return render_template("person/keys/confirmed.html")
    enter_case(opened)
    return redirect(url_for("report.resume"), 303)


@bp.post("/case/keep")
@case_holder
def keep(work: CaseWork) -> ResponseReturnValue:
    until: list[str] = []

    def act() -> None:
        day = retention.keep_longer(work)
        until.append(format_date(day, "d MMMM y"))

    refused = try_to(act)
    flash(refused or _("Your case is kept until %(day)s.", day=until[0]))
    return redirect(url_for("case.show"), 303)


@bp.get("/case/authority")
@case_holder
def authority(work: CaseWork) -> ResponseReturnValue:
    view = mandates.mandate_view(work)
    data = {"authority": view.authority, "ends_on": view.ends_on} if view else {}
    return _authority_page(work, RenewForm(data=data))


@bp.post("/case/authority")
@case_holder
def renew(work: CaseWork) -> ResponseReturnValue:
    form = RenewForm()
    has_mandate = mandates.mandate_view(work) is not None
    if has_mandate and not form.validate():
        return _authority_page(work, form, is_wrong=True)
    text, ends_on = form.authority.data or "", form.ends_on.data
    refused = try_to(lambda: mandates.renew_mandate(work, text, ends_on))
    if refused:
        return _authority_page(work, form, refused=refused)
    flash(_("Written down. It counts from now on."))
    return redirect(url_for("case.show"), 303)


def _words_page(work: CaseWork, form: CheckForm, *, refused: str = "", is_wrong: bool = False) -> ResponseReturnValue:
    sets = recovery_words.list_sets(work)
    values = {
        "sets": sets,
        "is_full": len(sets) >= recovery_words.MOST_SETS,
        "check": recovery_words.check_view(work),
        "has_team": work.case.team_id is not None,
        "zone": zone_of(work),
    }
    return show_form("person/keys/words.html", form, refused=refused, is_wrong=is_wrong, **values)


def _mail_page(work: CaseWork, form: AddressForm, *, refused: str = "", is_wrong: bool = False) -> ResponseReturnValue:
    mail = unit().config.mail
    view = mail_contact.contact_view(work)
    values = {"view": view, "sender": mail.sender if mail else None}
    return show_form("person/keys/mail.html", form, refused=refused, is_wrong=is_wrong, **values)


def _authority_page(
    work: CaseWork, form: RenewForm, *, refused: str = "", is_wrong: bool = False
) -> ResponseReturnValue:
    view = mandates.mandate_view(work)
    return show_form("person/keys/authority.html", form, refused=refused, is_wrong=is_wrong, view=view)


def _link_bucket() -> Bucket:
    return guess_throttle.name_bucket(unit().ports.keys, Guess.LINK, find_bucket())


def _link_over() -> ResponseReturnValue:
    return render_template("person/keys/link_over.html", form=PlainForm(formdata=None)), 400
