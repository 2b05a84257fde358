"""Forms of mail to the person: the address, and the one press that uses a mailed link up."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from portal.adapters.mail import BadAddress, read_address
from portal.web.fields import PlainForm, TextField


def check_address(_form: Any, field: Any) -> None:
    """A validator: one plain address."""
    try:
        read_address(field.data or "")
    except BadAddress as error:
        raise ValidationError(_("Write one e-mail address, such as name@example.org.")) from error


class MailAddressForm(PlainForm):
    address = TextField(_l("Your e-mail address"), validators=[check_address])


class MailLinkForm(PlainForm):
    """One press that uses a mailed link up."""

    token = HiddenField()
