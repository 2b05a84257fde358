"""Forms of the person's own keys: what the team shall ask, an address for mail, and the authority to act."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import DataRequired, ValidationError

from portal.adapters.mail import BadAddress, read_address
from portal.services.cases.recovery_words import LONGEST, SHORTEST_ANSWER, is_long_enough
from portal.web.fields import DayField, PlainForm, SecretField, TextField


def check_address(_form: Any, field: Any) -> None:
    """A validator: one plain address."""
    try:
        read_address(field.data or "")
    except BadAddress as error:
        raise ValidationError(_("Write one e-mail address, such as name@example.org.")) from error


def check_answer(_form: Any, field: Any) -> None:
    """A validator: an answer that is not guessed at the first try."""
    if not is_long_enough(field.data or ""):
        raise ValidationError(
            _(
                "The answer needs at least %(count)s letters or numbers, so that nobody guesses it.",
                count=SHORTEST_ANSWER,
            )
        )


class CheckForm(PlainForm):
    question = TextField(
        _l("What should we ask you?"),
        [DataRequired(_l("Write what we should ask you."))],
        description=_l("The team can read this. For example: Which phrase did you choose?"),
        longest=LONGEST,
    )
    answer = SecretField(
        _l("The answer"),
        [check_answer],
        description=_l("Nobody can read it. Choose something that people who know you cannot guess."),
    )


class AddressForm(PlainForm):
    address = TextField(_l("Your e-mail address"), validators=[check_address])


class LinkForm(PlainForm):
    """One press that uses a mailed link up."""

    token = HiddenField()


class RenewForm(PlainForm):
    authority = TextField(
        _l("Who gave you the authority, and how?"),
        [DataRequired(_l("Write who gave you the authority, and how."))],
        description=_l("For example: she signed a new letter on 3 March."),
        lines=True,
        longest=2000,
    )
    ends_on = DayField(_l("Until when, if it ends?"), description=_l("For example 31 12 2027"))
