"""Forms of a case as a whole: whose it is, its end, and words to the person or among colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired

from portal.services.staff.lists import Colleague
from portal.web.fields import PageForm, TextField


class HandOverForm(PageForm):
    colleague = RadioField(_l("Who is this case assigned to?"), [InputRequired(_l("Choose one."))])

    def offer(self, colleagues: Sequence[Colleague], current: UUID | None) -> None:
        """The colleagues of the team, and nobody."""
        self.colleague.choices = [(str(one.id), one.name) for one in colleagues] + [("nobody", _("Nobody for now"))]
        if not self.is_submitted():
            self.colleague.data = str(current or "nobody")

    @property
    def chosen(self) -> UUID | None:
        return None if self.colleague.data == "nobody" else UUID(self.colleague.data)


class CloseCaseForm(PageForm):
    reason = TextField(_l("Why is it closed?"), [DataRequired(_l("Say in a few words why."))], lines=True)


class WriteForm(PageForm):
    """A message to the person, or a note that only the team reads."""

    text = TextField(_l("Text"), [DataRequired(_l("Write something first."))], lines=True)

    def __init__(self, label: str, **values: Any) -> None:
        super().__init__(**values)
        self.text.label.text = label
