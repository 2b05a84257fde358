"""Forms of a case as a whole: whose it is, its end, and words to the person or among colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import DataRequired, InputRequired

from portal.domain.handovers import HandoverReason
from portal.domain.lifecycle import CloseReason
from portal.services.staff.lists import Colleague
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, PageForm, TextField


class HandOverForm(PageForm):
    colleague = RadioField(_l("Who is this case assigned to?"), [InputRequired(_l("Choose one."))])
    reason = ChoiceField(_l("Why?"))
    note = TextField(_l("What should they know first?"), lines=True, longest=2000)

    def __init__(self) -> None:
        super().__init__()
        self.reason.offer(choices_of(HandoverReason))

    def offer(self, colleagues: Sequence[Colleague], current: UUID | None) -> None:
        """The colleagues of the team, and nobody."""
        self.colleague.choices = [(str(one.id), one.name) for one in colleagues] + [("nobody", _("Nobody for now"))]
        if not self.is_submitted():
            self.colleague.data = str(current or "nobody")

    @property
    def why(self) -> HandoverReason:
        return HandoverReason(self.reason.data or HandoverReason.OTHER)

    @property
    def chosen(self) -> UUID | None:
        return None if self.colleague.data == "nobody" else UUID(self.colleague.data)


class CloseForm(PageForm):
    """Why a case or a request is closed. `is_certain` is asked where something in it is not at its end."""

    reason = ChoiceField(_l("Why is it closed?"), required=_l("Choose why."))
    note = TextField(_l("Note, if more is to be said"), lines=True)
    is_certain = BooleanField(_l("Close it all the same"))

    def __init__(self, *, is_settled: bool) -> None:
        super().__init__()
        self.reason.offer(choices_of(CloseReason))
        self._is_settled = is_settled
        if is_settled:
            del self.is_certain

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that somebody said it is to be closed although something is open."""
        is_fit = bool(super().validate(extra_validators))
        if self._is_settled or self.is_certain.data:
            return is_fit
        self.is_certain.errors = [_("Something is not at its end. Tick this if it is to be closed all the same.")]
        return False

    @property
    def chosen(self) -> CloseReason:
        return CloseReason(str(self.reason.data))


class WriteForm(PageForm):
    """A message to the person, or a note that only the team reads."""

    text = TextField(_l("Text"), [DataRequired(_l("Write something first."))], lines=True)

    def __init__(self, label: str, **values: Any) -> None:
        super().__init__(**values)
        self.text.label.text = label


class NoteForm(WriteForm):
    is_private = BooleanField(
        _l("Only I read it"), description=_l("It stays yours when somebody else takes the case, and is erased with it.")
    )
