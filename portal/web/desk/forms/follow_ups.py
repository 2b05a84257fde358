"""The form for a follow-up date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired, Optional

from portal.services.staff.lists import Colleague
from portal.web.fields import DayField, PageForm, TextField


class FollowUpForm(PageForm):
    due = DayField(_l("Look again on"), [DataRequired(_l("Type a day."))], description=_l("For example 31 12 2026"))
    request = IntegerField(_l("Number of the request, if it is about one"), [Optional()])
    note = TextField(_l("What was promised, and to whom?"), lines=True)
    owner = RadioField(_l("Who looks again?"), [InputRequired(_l("Choose one."))])

    def offer(self, colleagues: Sequence[Colleague], me: UUID) -> None:
        """The colleagues of the team; the one who sets it is chosen at first."""
        self.owner.choices = [(str(one.id), one.name) for one in colleagues]
        if not self.is_submitted():
            self.owner.data = str(me)

    @property
    def owner_id(self) -> UUID:
        return UUID(self.owner.data)
