"""Signing in to the desk and out of it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.accounts import WrongSignIn, sign_in
from portal.web.access import enter_staff, leave, public
from portal.web.desk.forms.signin import SignInForm
from portal.web.desk.pages import Answered, home_of, list_problems
from portal.web.frame import frame

bp = Blueprint("signin", __name__, url_prefix="/desk")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def show() -> Answered:
    form = SignInForm()
    if form.validate_on_submit():
        try:
            signed_in = sign_in(frame().db, form.login.data, form.password.data)
        except WrongSignIn:
            form.form_errors.append(_("The sign-in name or the password is wrong."))
        else:
            enter_staff(signed_in)
            return redirect(home_of(signed_in.role), 303)
    status = 400 if form.is_submitted() else 200
    return render_template("desk/signin.html", form=form, problems=list_problems(form)), status


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    leave()
    return redirect(url_for("signin.show"), 303)
