"""The form that puts a mail to a request."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, ValidationError

from portal.web.fields import PageForm, TextField

_REFERENCE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


class PutForm(PageForm):
    reference = TextField(_l("Which case?"), [InputRequired(_l("Write the number of the case, such as ABCD-2345."))])
    number = TextField(_l("Which request of it?"), [InputRequired(_l("Write the number of the request."))])

    def validate_reference(self, field: TextField) -> None:
        if not _REFERENCE.fullmatch(self.case_reference):
            raise ValidationError(_("A case has a number such as ABCD-2345."))

    def validate_number(self, field: TextField) -> None:
        if not (field.data or "").strip().isascii() or not (field.data or "").strip().isdigit():
            raise ValidationError(_("Write the number of the request."))

    @property
    def case_reference(self) -> str:
        return str(self.reference.data or "").strip().upper()

    @property
    def request_number(self) -> int:
        return int(str(self.number.data).strip()[:6])
