"""One's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired


class PasswordForm(FlaskForm):  # type: ignore[misc]
    old = PasswordField(_l("The password so far"), [InputRequired(_l("Enter the password so far."))])
    new = PasswordField(_l("The new password"), [InputRequired(_l("Enter a new password."))])
    again = PasswordField(_l("The new password once more"), [InputRequired(_l("Enter the new password once more."))])
