"""Forms of mail to the person: the address, and the one press that uses a mailed link up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.web.fields import MailField, PlainForm, check_mail, require_mail


class MailAddressForm(PlainForm):
    address = MailField(_l("Your e-mail address"), validators=[require_mail, check_mail])


class MailLinkForm(PlainForm):
    """One press that uses a mailed link up."""

    token = HiddenField()
