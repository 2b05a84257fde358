"""The form that says that a letter after the first one, or a paper of a threat, has left."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import LetterKind, Proof, SendingChannel
from portal.services.letters.views import LetterView
from portal.services.requests.dossier import UsedDoor
from portal.services.tracking.later_letters import LetterSentCommand
from portal.web.fields import TextField
from portal.web.forms.readers import for_each
from portal.web.forms.requests import LaterSendingForm


class LetterSentForm(LaterSendingForm):
    """With their confirmation, which an authority sees as a paper of its own."""

    confirmation = for_each(
        person=TextField(
            _l("Their words, if they wrote back that they got it"),
            description=_l("Paste them. An authority will see them as proof."),
            lines=True,
        ),
        desk=TextField(
            _l("Their confirmation, word for word"),
            description=_l("Stands in a complaint as an exhibit of its own."),
            lines=True,
        ),
    )

    def offer(self, letter: LetterView, door: UsedDoor | None) -> None:
        """As this letter needs it: what is given to the police goes by no form and to no address."""
        if letter.kind is LetterKind.POLICE:
            del self.channel
            del self.address
        self._fill(door)

    def command(self) -> LetterSentCommand:
        return LetterSentCommand(
            at=self.at.data,
            channel=SendingChannel(str(self.channel.data)) if "channel" in self else None,
            proof=Proof(str(self.proof.data)),
            address=self.address.data or "" if "address" in self else "",
            ticket=self.ticket.data or "",
            confirmation=self.confirmation.data or "",
        )
