"""The form in which the desk tells what came of using an address of the directory."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from portal.domain.directory import AddressOutcome
from portal.web.fields import PageForm, TextField


class ChannelForm(PageForm):
    """What came of using an address of the directory."""

    address = TextField(validators=[InputRequired()], lines=True)
    outcome = StringField(validators=[AnyOf([each.value for each in AddressOutcome])])
