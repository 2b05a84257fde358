"""The small forms of a case: a message, erasing."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from portal.web.fields import PlainForm, TextField


class MessageForm(PlainForm):
    text = TextField(_l("Your message to the team"), lines=True)


class EraseForm(PlainForm):
    sure = BooleanField(_l("Yes, erase everything. I know it can’t be brought back."))

    def validate_sure(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Tick this box to erase, or go back."))
