"""Forms for giving out new words and for holding a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired

from portal.web.desk.forms.fields import DayField
from portal.web.fields import SecretField, TextField, require_day


class AnswerForm(FlaskForm):  # type: ignore[misc]
    answer = SecretField(_l("What the caller answers"), [DataRequired(_l("Type what the caller said."))])


class HoldForm(FlaskForm):  # type: ignore[misc]
    reason = TextField(
        _l("Why must the case not be erased by itself?"),
        [DataRequired(_l("Say in a few words why."))],
        description=_l("The person can read this in their history."),
        lines=True,
        longest=2000,
    )
    ends_on = DayField(_l("Until which day?"), [require_day], description=_l("At most a year from today."))
