"""The form for a follow-up date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired, Optional, Regexp

from portal.services.staff.lists import Colleague
from portal.web.fields import PageForm, TextField
from portal.web.forms.typed_fields import IsoDayField


class FollowUpForm(PageForm):
    due = IsoDayField(_l("Look again on"), [DataRequired(_l("Fill in the day."))])
    request = TextField(
        _l("Number of the request, if it is about one"),
        [Optional(), Regexp(r"[0-9]{1,4}\Z", message=_l("Write the number alone, like 2."))],
    )
    note = TextField(_l("What was promised, and to whom?"), lines=True)
    owner = RadioField(_l("Who looks again?"), [InputRequired(_l("Choose one."))])

    def offer(self, colleagues: Sequence[Colleague], me: UUID) -> None:
        """The colleagues of the team; the one who sets it is chosen at first."""
        self.owner.choices = [(str(one.id), one.name) for one in colleagues]
        if not self.is_submitted():
            self.owner.data = str(me)

    @property
    def request_number(self) -> int | None:
        return int(self.request.data) if self.request.data else None

    @property
    def owner_id(self) -> UUID:
        return UUID(self.owner.data)
