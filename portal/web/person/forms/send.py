"""The forms of sending letter after letter: what the letters say in somebody's name, and that one has gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, StringField

from portal.domain.lifecycle import KeptProof, SendingChannel
from portal.domain.recipes import LONGEST_PASTED, read_ticket
from portal.services.requests.proofs import ProofView
from portal.services.requests.views import ChannelView
from portal.services.tracking.sending import SentCommand
from portal.web.fields import ChoiceField, MomentField, PlainForm, TextField
from portal.web.forms.readers import Reader, ReaderForm
from portal.web.forms.typed_fields import CheckboxesField

KEPT = (
    (KeptProof.LINK, _l("The link")),
    (KeptProof.ACCOUNT, _l("The name of the account that posted it")),
    (KeptProof.MOMENT, _l("The day and the time I saw it")),
    (KeptProof.FINGERPRINT, _l("A fingerprint, made on my own device")),
)


class SayForm(PlainForm):
    """One tick for sentences that are all on the page, which `said` names, and the name of who says them."""

    said = StringField()
    signature = TextField(
        _l("Your signature: type your name"), description=_l("It goes below each letter, with today’s date.")
    )

    def __init__(self, *, name: str, signature: str, **values: Any) -> None:
        """`name` is that of the sentences on the page."""
        self._name = name
        super().__init__(**values)
        if not self.is_submitted():
            self.signature.data = signature

    @property
    def is_said(self) -> bool:
        return bool(self.said.data) and self.said.data == self._name

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if self.said.data and self.said.data != self._name:
            self.said.errors = [_("Your letters have changed. Read the sentences again, then tick the box.")]
            self.said.data = ""
            return False
        if self.said.data and not self.signature.data:
            self.signature.errors = [_("Type your name. It is your signature.")]
            return False
        return is_valid


class KeptProofForm(PlainForm):
    """What the person kept of it, before its removal is asked for."""

    saved = CheckboxesField(_l("What did you save?"))
    for_all = BooleanField(_l("I saved the same for my other letters"))

    def __init__(self, *, is_child: bool, before: ProofView | None, **values: Any) -> None:
        """In a case of a child no fingerprint is made, so none is asked about."""
        super().__init__(**values)
        choices = [(each, words) for each, words in KEPT if not (is_child and each is KeptProof.FINGERPRINT)]
        self.saved.choices = [SelectChoice(value=each.value, label=words) for each, words in choices]
        if not self.is_submitted():
            self.saved.data = [each.value for each in before.kept] if before else []

    @property
    def chosen(self) -> frozenset[KeptProof]:
        return frozenset(map(KeptProof, self.saved.data or ()))


class GoneForm(ReaderForm):
    """That a letter has gone. Without a time it went now; without another choice, by the address on the page."""

    door = ChoiceField(_l("Where did you send it?"))
    ticket = TextField(
        _l("Their number for it, if they gave you one"), description=_l("You can also add it later."), longest=200
    )
    confirmation = TextField(
        _l("Paste what their page or e-mail says after you sent it"),
        description=_l("We look for the number in it. We don’t keep the rest."),
        lines=True,
        longest=LONGEST_PASTED,
    )
    sent_at = MomentField(_l("When did you send it? Leave it empty for now."))

    def __init__(self, reader: Reader, doors: Sequence[ChannelView], labels: Sequence[str], **values: Any) -> None:
        super().__init__(reader, **values)
        self._doors = {str(number): each for number, each in enumerate(doors)}
        self.door.offer(zip(self._doors, labels, strict=True))
        if not doors:
            del self.door
        elif not self.door.data:
            self.door.data = "0"

    def find_number(self, pattern: str | None, ours: Sequence[str]) -> bool:
        """Fill in the number from what was pasted, where none was typed. False where nobody can tell which it is."""
        if self.ticket.data or not self.confirmation.data:
            return True
        found = read_ticket(self.confirmation.data, pattern, ours)
        if len(found) == 1:
            self.ticket.data = found[0]
            return True
        if found:
            told = _("We found more than one number: %(numbers)s. Type theirs above.", numbers=", ".join(found))
        else:
            told = _("We found no number in it. Leave this empty, or type the number above.")
        self.confirmation.errors = [told]
        return False

    def command(self, now: datetime) -> SentCommand:
        door = self._doors[str(self.door.data)] if "door" in self else None
        return SentCommand(
            channel=door.via if door else SendingChannel.FORM,
            sent_at=self.sent_at.data or now,
            ticket=self.ticket.data or "",
            address=door.address if door else "",
        )
