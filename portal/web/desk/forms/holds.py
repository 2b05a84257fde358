"""The form that asks for a hold on a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.web.fields import PageForm, TextField, require_day
from portal.web.forms.typed_fields import IsoDayField


class HoldForm(PageForm):
    reason = TextField(
        _l("Why must the case not be erased by itself?"),
        [DataRequired(_l("Say in a few words why."))],
        description=_l("The person can read this in their history."),
        lines=True,
        longest=2000,
    )
    ends_on = IsoDayField(_l("Until which day?"), [require_day], description=_l("At most a year from today."))
