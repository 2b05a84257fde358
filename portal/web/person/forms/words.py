"""Coming back with six words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.web.fields import PlainForm, TextField


class WordsForm(PlainForm):
    words = TextField(
        _l("Your six words"),
        description=_l("In their order, with spaces between. Capital letters don’t matter."),
    )


class BeginForm(PlainForm):
    keep = BooleanField(
        _l("Keep my answers open in this browser"),
        description=_l("Only if nobody else uses this device. Your six words bring you back too."),
    )
