"""The form that says that a letter after the first one, or a paper of a threat, has left."""

from __future__ import annotations

from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import LetterKind, Proof, SendingChannel
from portal.services.letters.views import LetterView
from portal.services.tracking.later_letters import LetterSentCommand
from portal.web.fields import ChoiceField, MomentField, TextField, require_moment
from portal.web.forms.readers import ReaderForm, for_each
from portal.web.forms.requests import TICKET, make_address_field
from portal.web.forms.typed_fields import InstantField


class LetterSentForm(ReaderForm):
    """By which door, when, and what shows that it arrived."""

    vocabularies = MappingProxyType({"channel": SendingChannel, "proof": Proof})

    channel = for_each(
        person=ChoiceField(_l("How did you send it?"), required=True),
        desk=ChoiceField(_l("How was it sent?"), required=_l("Choose how it was sent.")),
    )
    address = make_address_field()
    at = for_each(
        person=MomentField(_l("When did you send it?"), validators=[require_moment]),
        desk=InstantField(_l("When was it sent?"), [require_moment]),
    )
    proof = for_each(
        person=ChoiceField(_l("How do you know that they got it?"), required=True),
        desk=ChoiceField(_l("Proof of receipt"), required=_l("Choose what proves it, or that nothing does.")),
    )
    ticket = for_each(person=TextField(TICKET), desk=TextField(_l("Their ticket number (if they gave one)")))
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

    def offer(self, letter: LetterView, address: str) -> None:
        """As this letter needs it: what is given to the police goes by no form and to no address."""
        if letter.kind is LetterKind.POLICE:
            del self.channel
            del self.address
        elif not self.is_submitted() and not self.address.data:
            self.address.data = address

    def command(self) -> LetterSentCommand:
        return LetterSentCommand(
            at=self.at.data,
            channel=SendingChannel(str(self.channel.data)) if "channel" in self else None,
            proof=Proof(str(self.proof.data)),
            address=self.address.data or "" if "address" in self else "",
            ticket=self.ticket.data or "",
            confirmation=self.confirmation.data or "",
        )
