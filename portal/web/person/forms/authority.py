"""The form that renews the authority to act."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.web.fields import DayField, PlainForm, TextField


class RenewForm(PlainForm):
    authority = TextField(
        _l("Who asked you to act, and how?"),
        [DataRequired(_l("Write who asked you to act, and how."))],
        description=_l("For example: she signed a new letter on 3 March."),
        lines=True,
        longest=2000,
    )
    ends_on = DayField(_l("Until when, if it ends?"), description=_l("For example 31 12 2027"))
