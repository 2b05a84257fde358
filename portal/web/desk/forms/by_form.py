"""The form that says that a letter went by the platform's own form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import SendingChannel
from portal.services.requests.views import ChannelView
from portal.services.tracking.sending import SentCommand
from portal.web.desk.wording import describe_word
from portal.web.fields import ListField, PageForm, TextField, require_moment
from portal.web.forms.typed_fields import InstantField

LONGEST_TICKET = 300


class ByFormForm(PageForm):
    """By which door it went, when, and the number they gave. To say so is to say that the door works."""

    ticket = TextField(
        _l("Their ticket number, if they gave one"),
        description=_l("You can also add it later."),
        longest=LONGEST_TICKET,
    )
    door = ListField(_l("Sent to"))
    sent_at = InstantField(_l("When was it sent?"), [require_moment])

    def __init__(self, doors: Sequence[ChannelView], now: datetime, **values: Any) -> None:
        super().__init__(**values)
        self._doors = {str(number): each for number, each in enumerate(doors)}
        names = ((number, f"{describe_word(each.via)}: {each.address}") for number, each in self._doors.items())
        self.door.offer(list(names) or [("", _("A form that is in no list of ours"))])
        if not self.is_submitted():
            self.door.data, self.sent_at.data = next(iter(self._doors), ""), now

    def command(self) -> SentCommand:
        door = self._doors.get(str(self.door.data))
        return SentCommand(
            channel=door.via if door else SendingChannel.FORM,
            sent_at=self.sent_at.data,
            ticket=self.ticket.data or "",
            address=door.address if door else "",
            has_checked=True,
        )
