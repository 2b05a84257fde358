"""Signing in to the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from portal.web.fields import PageForm


class SignInForm(PageForm):
    login = StringField(_l("Sign-in name"), [InputRequired(_l("Enter your sign-in name."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
