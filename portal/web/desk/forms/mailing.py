"""The form that sends a request's letter by e-mail from here."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from portal.services.tracking.parcels import MailCommand, MailOffer
from portal.web.fields import ChoiceField, MailField, PageForm, check_mail

ANOTHER = "another"


class MailForm(PageForm):
    """`letter` is the number of the one that the page shows, so that no other leaves."""

    letter = HiddenField()
    door = ChoiceField(_l("Which address?"), required=_l("Choose the address."))
    address = MailField(_l("Their e-mail address"), [check_mail])
    has_checked = BooleanField(
        _l("I looked today: this address is still right"),
        description=_l("Needed where the directory does not have it, or nobody checked it for a while."),
    )
    is_certain = BooleanField(_l("I asked or looked: the letter that may have left did not arrive"))

    def __init__(self, offer: MailOffer, **values: Any) -> None:
        super().__init__(**values)
        known = [(str(place), each.address) for place, each in enumerate(offer.addresses)]
        self._addresses = dict(known)
        self.door.offer([*known, (ANOTHER, _("Another address"))])
        if not known:
            del self.door
        if not offer.may_have_left:
            del self.is_certain
        if not self.is_submitted():
            self.letter.data = str(offer.letter)
            if known:
                self.door.data = known[0][0]

    def validate_address(self, field: Any) -> None:
        """Asked for where no known one was chosen."""
        if not field.data and not self._chosen:
            raise ValidationError(_("Write one e-mail address, such as name@example.org."))

    @property
    def _chosen(self) -> str:
        return self._addresses.get(str(self.door.data), "") if "door" in self else ""

    def command(self) -> MailCommand:
        number = str(self.letter.data or "")
        return MailCommand(
            letter=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
            address=self._chosen or str(self.address.data or ""),
            has_checked=bool(self.has_checked.data),
            is_certain="is_certain" in self and bool(self.is_certain.data),
        )
