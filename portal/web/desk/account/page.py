"""One's own account: password, second factors, codes on paper, and where one is signed in."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, render_template, request, session
from flask_babel import get_babel
from flask_babel import gettext as _

from portal.domain.journal import Noted
from portal.domain.rights import Right, may
from portal.models.accounts import DateForm, Density
from portal.services.history import journal
from portal.services.signin import factors, guess_throttle, known_browsers, sessions
from portal.services.signin.factors import WrongFactor
from portal.services.signin.guess_throttle import TooSoon
from portal.services.staff import accounts
from portal.services.staff.accounts import AccountRefused, WrongSignIn
from portal.web.access import EVERY_ROLE, TIME_TO_ENTER, SignedInStaff, is_confirmed, rotate, staff
from portal.web.desk import step_up
from portal.web.desk.account.signin import SECRET, describe_misfit, keep_new_factor, offer_new_factor
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.account import PasswordForm, SettingsForm
from portal.web.desk.login_throttle import password_buckets
from portal.web.desk.pages import Answered, go
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("account", __name__, "/desk/account")


@bp.get("")
@staff(*EVERY_ROLE)
def show(member: SignedInStaff) -> Answered:
    database, now = unit().db, unit().now
    return show_page(
        "desk/account/page.html",
        member,
        factors=factors.list_factors(database, member.staff.id),
        codes_left=factors.count_codes(database, member.staff.id),
        sessions=sessions.list_of_staff(database, member.staff.id, _token(), now=now),
        may_read_cases=may(member.staff.role, Right.READ_CASES),
    )


@bp.post("/sessions")
@staff(*EVERY_ROLE)
def end_session(member: SignedInStaff) -> Answered:
    """End one session, or all but this one."""
    which = request.form.get("which", "")
    database, owner = unit().db, member.staff.id
    if which == "others":
        ended = sessions.end_of_staff(database, owner, but=_token())
        rotate()
    else:
        ended = sessions.end_of_staff(database, owner, only=which)
    journal.note(database, Noted.SESSIONS_ENDED, staff_id=owner, facts={"count": ended}, now=unit().now)
    flash(_("Ended. Whoever had it open has to sign in again."))
    return go("account.show")


@bp.route("/settings", methods=["GET", "POST"])
@staff(*EVERY_ROLE)
def settings(member: SignedInStaff) -> Answered:
    """Zone, form of dates, density and language of one's own pages."""
    row = member.staff
    now = {
        "zone": row.zone or "",
        "date_form": (row.date_form or DateForm.WORDS).value,
        "density": (row.density or Density.DENSE).value,
        "language": row.language or "",
    }
    languages = {str(each): each.get_display_name() or str(each) for each in get_babel().instance.list_translations()}
    form = SettingsForm(portal_zone=unit().config.time_zone.key, languages=languages, data=now)
    if form.validate_on_submit():
        accounts.change_settings(row, form.command())
        flash(_("Saved."))
        return go("account.show")
    status = 400 if form.is_submitted() else 200
    return show_page("desk/account/settings.html", member, status=status, form=form, problems=form.problems())


@bp.route("/password", methods=["GET", "POST"])
@staff(*EVERY_ROLE)
def password(member: SignedInStaff) -> Answered:
    form = PasswordForm()
    if form.validate_on_submit() and _change_password(member, form):
        flash(_("The password was changed. Everywhere else you are signed out."))
        return go("account.show")
    status = 400 if form.is_submitted() else 200
    return show_page("desk/account/password.html", member, status=status, form=form, problems=form.problems())


@bp.get("/factors/add")
@staff(*EVERY_ROLE)
@confirmed
def new_factor(member: SignedInStaff) -> Answered:
    return _new_factor_page(member)


@bp.post("/factors/add")
@staff(*EVERY_ROLE)
def add_factor(member: SignedInStaff) -> Answered:
    """The page before asked for the factor so far; setting up the new one may take some minutes, and no longer."""
    if SECRET not in session or not is_confirmed(TIME_TO_ENTER):
        return go("account.new_factor")
    try:
        keep_new_factor(unit().db, member.staff, member.private_key)
    except WrongFactor:
        return _new_factor_page(member, describe_misfit())
    session.pop(SECRET, None)
    _end_elsewhere(member)
    flash(_("Kept. From now on it opens the desk too. Everywhere else you are signed out."))
    return go("account.show")


@bp.post("/factors/remove")
@staff(*EVERY_ROLE)
@confirmed
def remove_factor(member: SignedInStaff) -> Answered:
    try:
        factors.remove(unit().db, member.staff.id, UUID(request.form.get("factor", "")), now=unit().now)
    except ValueError as error:
        if not isinstance(error, WrongFactor):
            abort(400)
        flash(_("The last one cannot be taken away. Set up another one first."))
        return go("account.show")
    _end_elsewhere(member)
    flash(_("Taken away. It opens nothing any more."))
    return go("account.show")


@bp.post("/codes")
@staff(*EVERY_ROLE)
@confirmed
def new_codes(member: SignedInStaff) -> Answered:
    codes = factors.make_codes(unit().db, member.staff.id)
    journal.note(unit().db, Noted.FACTOR_ADDED, staff_id=member.staff.id, facts={"kind": "paper"}, now=unit().now)
    return render_template("desk/account/codes.html", codes=codes, onward="/desk/account"), 200


def _new_factor_page(member: SignedInStaff, problem: str = "") -> Answered:
    values = offer_new_factor(member.staff)
    return show_page("desk/account/add_factor.html", member, status=400 if problem else 200, problem=problem, **values)


def _change_password(member: SignedInStaff, form: PasswordForm) -> bool:
    """Whether it was changed; else the form says why not. A wrong old password counts like one at the sign-in."""
    if form.new.data != form.again.data:
        form.again.errors = [_("The two new passwords are not the same.")]
        return False
    buckets = password_buckets(member.staff.login)
    unit().end_transaction()
    try:
        with guess_throttle.attempt(unit().parts.sessions, buckets, now=unit().now):
            is_changed = _take_password(member, form)
            unit().end_transaction()  # the count stands in a transaction of its own
            return is_changed
    except TooSoon as error:
        form.form_errors.append(step_up.describe_wait(error))
    except WrongSignIn:
        form.old.errors = [_("This is not the password so far.")]
        _note_refused(member)
    return False


def _take_password(member: SignedInStaff, form: PasswordForm) -> bool:
    """Whether the new password is kept. Where it cannot be, the old one was not even looked at. Raises WrongSignIn."""
    with refusals(form, AccountRefused, at=form.new):
        title = unit().config.site_title
        accounts.change_password(unit().db, member.staff, form.old.data, form.new.data, site=title, now=unit().now)
        _end_elsewhere(member)
        return True
    return False


def _note_refused(member: SignedInStaff) -> None:
    unit().end_transaction()  # nothing was changed; the entry stays although the form is refused
    with unit().writing() as writing:
        journal.note(writing, Noted.STEP_UP_REFUSED, staff_id=member.staff.id, facts={"step": "first"}, now=unit().now)


def _end_elsewhere(member: SignedInStaff) -> None:
    """End every other session, and go on here under a new cookie: somebody may have copied the one so far."""
    sessions.end_of_staff(unit().db, member.staff.id, but=_token())
    known_browsers.forget(unit().db, member.staff.id)
    rotate()


def _token() -> str:
    """Under which the table has this session; a new cookie counts from the next request on."""
    return str(session.loaded_as)  # type: ignore[attr-defined]
