"""One's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from portal.web.fields import PageForm


class PasswordForm(PageForm):
    old = PasswordField(_l("The password so far"), [InputRequired(_l("Enter the password so far."))])
    new = PasswordField(_l("The new password"), [InputRequired(_l("Enter a new password."))])
    again = PasswordField(_l("The new password once more"), [InputRequired(_l("Enter the new password once more."))])
