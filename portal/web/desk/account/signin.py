"""Signing in to the desk, in two steps, and out of it."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import Blueprint, after_this_request, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.journal import Noted
from portal.models.accounts import Staff
from portal.services.history import journal
from portal.services.signin import factors, guess_throttle, kept_forms, known_browsers
from portal.services.signin.factors import WrongFactor
from portal.services.signin.guess_throttle import TooSoon
from portal.services.staff import accounts
from portal.services.staff.accounts import WrongSignIn
from portal.web.access import EVERY_ROLE, SignedInStaff, begin_sign_in, enter_staff, entering, leave, public, staff
from portal.web.desk import pages, step_up
from portal.web.desk.blueprint import home_of
from portal.web.desk.forms.signin import SignInForm
from portal.web.desk.login_throttle import password_buckets
from portal.web.desk.pages import Answered
from portal.web.known_browser import name_cookie
from portal.web.square_codes import draw_code
from portal.web.unit_of_work import Transaction, unit

bp = Blueprint("signin", __name__, url_prefix="/desk")

SECRET = "new_secret"  # noqa: S105 - a name in the session: the app's secret until a code of it was typed


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def show() -> Answered:
    form = SignInForm()
    if form.validate_on_submit():
        problem = _try_password(form.login.data, form.password.data)
        if not problem:
            return redirect(url_for("signin.factor"), 303)
        form.form_errors.append(problem)
    status = 400 if form.is_submitted() else 200
    return render_template("desk/account/signin.html", form=form, problems=form.problems()), status


@bp.get("/second-factor")
@entering
def factor(row: Staff, _private_key: bytes) -> Answered:
    if not _has_factor(row.id):
        return redirect(url_for("signin.set_up"), 303)
    return _factor_page(row.id)


@bp.post("/second-factor")
@entering
def show_factor(row: Staff, private_key: bytes) -> Answered:
    problem = step_up.take_answer(row, private_key, refused=Noted.SIGN_IN_REFUSED)
    if problem:
        return _factor_page(row.id, problem)
    _let_in(row, private_key)
    return redirect(_find_first_page(row), 303)


@bp.get("/second-factor/set-up")
@entering
def set_up(row: Staff, _private_key: bytes) -> Answered:
    if _has_factor(row.id):
        return redirect(url_for("signin.factor"), 303)
    return _set_up_page(row)


@bp.post("/second-factor/set-up")
@entering
def finish_set_up(row: Staff, private_key: bytes) -> Answered:
    """The first factor of a member: a code shows that the app has the secret; then ten codes for paper."""
    if _has_factor(row.id):
        return redirect(url_for("signin.factor"), 303)
    try:
        with unit().writing() as writing:
            if factors.has_factor(writing, row.id):
                raise WrongFactor
            keep_new_factor(writing, row, private_key)
            codes = factors.make_codes(writing, row.id)
    except WrongFactor:
        return _set_up_page(row, describe_misfit())
    session.pop(SECRET, None)
    _let_in(row, private_key)
    return render_template("desk/account/codes.html", codes=codes, onward=_find_first_page(row)), 200


@bp.post("/confirm")
@staff(*EVERY_ROLE)
def confirm(member: SignedInStaff) -> Answered:
    """The second factor once more, then on to the page that was asked for."""
    problem = step_up.step_up(member)
    if problem:
        return step_up.show_question(member, fields=[], action=url_for("signin.confirm"), problem=problem)
    onward = session.pop(step_up.AFTER, home_of(member.staff.role))
    if step_up.is_file(onward):  # a browser that saves a file stays on the page that it is on
        return pages.show("desk/account/taken.html", member, file=onward, back=onward.rpartition("/")[0])
    return redirect(onward, 303)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    if "staff_id" in session:
        journal.note(unit().db, Noted.SIGNED_OUT, staff_id=UUID(session["staff_id"]), now=unit().now)
    leave()
    return redirect(url_for("signin.show"), 303)


def keep_new_factor(writing: Transaction, row: Staff, private_key: bytes) -> None:
    """Keep the app or passkey of this form for the member. Raises WrongFactor."""
    answer = request.form.get(step_up.PASSKEY, "")
    if answer:
        challenge = bytes.fromhex(session.pop(step_up.CHALLENGE, ""))
        factors.add_passkey(writing, row, answer, challenge, step_up.find_site(), now=unit().now)
    else:
        secret, code = session.get(SECRET, ""), request.form.get(step_up.CODE, "")
        factors.add_app(writing, row, private_key, secret, code, now=unit().now)


def describe_misfit() -> str:
    """Why the app or passkey of this form was not kept."""
    if request.form.get(step_up.PASSKEY):
        return str(_("The passkey was not kept. Try again, or set up an app for codes."))
    return str(_("This code does not fit. Look whether the app has this secret, and wait for its next code."))


def offer_new_factor(row: Staff) -> dict[str, str]:
    """What a page needs to set up an app or a passkey: the secret, its picture, and the options for the browser."""
    secret = session.setdefault(SECRET, factors.new_secret())
    site = step_up.find_site()
    with unit().reading() as reading:
        asked = factors.ask_for_new_passkey(reading, row, site)
    session[step_up.CHALLENGE] = asked.challenge.hex()
    address = factors.write_address(secret, login=row.login, site=site.name)
    return {"secret": secret, "picture": draw_code(address), "passkey": asked.options}


def _try_password(login: str, password: str) -> str:
    """Let the browser in as far as the second factor. Else the sentence for the page."""
    buckets = password_buckets(login)
    try:
        with guess_throttle.attempt(unit().parts.sessions, buckets, now=unit().now), unit().reading() as reading:
            signed_in = accounts.sign_in(reading, login, password)
    except TooSoon as error:
        return step_up.describe_wait(error)
    except WrongSignIn:
        with unit().writing() as writing:
            journal.note(
                writing,
                Noted.SIGN_IN_REFUSED,
                staff_id=accounts.find_id(writing, login),
                facts={"step": "first"},
                now=unit().now,
            )
        return str(_("The sign-in name or the password is wrong."))
    begin_sign_in(signed_in)
    return ""


def _let_in(row: Staff, private_key: bytes) -> None:
    enter_staff(row, private_key)
    token = secrets.token_urlsafe(32)
    with unit().writing() as writing:
        known_browsers.keep(writing, token, row.id, now=unit().now)
        journal.note(writing, Noted.SIGNED_IN, staff_id=row.id, now=unit().now)

    @after_this_request
    def remember(response: Response) -> Response:
        response.set_cookie(
            name_cookie(),
            token,
            max_age=int(known_browsers.KNOWN_FOR.total_seconds()),
            secure=unit().config.has_https,
            httponly=True,
            samesite="Strict",
        )
        return response


def _find_first_page(row: Staff) -> str:
    """What was typed when the session before had ended; else where somebody of this role begins."""
    with unit().reading() as reading:
        waits = kept_forms.has_any(reading, row.id, now=unit().now)
    return url_for("desk_kept.show") if waits else home_of(row.role)


def _has_factor(staff_id: UUID) -> bool:
    with unit().reading() as reading:
        return factors.has_factor(reading, staff_id)


def _factor_page(staff_id: UUID, problem: str = "") -> Answered:
    passkey = step_up.ask_passkey(staff_id)
    return render_template("desk/account/second_factor.html", passkey=passkey, problem=problem), 400 if problem else 200


def _set_up_page(row: Staff, problem: str = "") -> Answered:
    values = offer_new_factor(row)
    return render_template("desk/account/set_up_factor.html", problem=problem, **values), 400 if problem else 200
