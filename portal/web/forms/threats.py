"""The forms of a threat's papers: what each of them needs, and nothing of what a removal letter would need."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.lifecycle import LetterKind
from portal.services.letters.threats import ThreatCommand
from portal.web.fields import TextField
from portal.web.forms.readers import Reader, ReaderForm, for_each


class ThreatForm(ReaderForm):
    """Accounts one a line. The sheet for the police goes to no platform."""

    desk_order = ("recipient", "accounts", "threat", "threatened_on")

    recipient = for_each(
        person=TextField(
            _l("Which app or site did the threat come through?"),
            [DataRequired(_l("Type the name of the app or site, such as Instagram."))],
            description=_l("One letter goes to one of them. Make another letter for the next."),
        ),
        desk=TextField(
            _l("Platform of the account that threatens"),
            [DataRequired(_l("Fill in the platform."))],
            description=_l("One paper for each platform."),
        ),
    )
    accounts = for_each(
        person=TextField(
            _l("Which accounts, numbers or addresses did it come from?"),
            [DataRequired(_l("Type at least one account, number or address."))],
            description=_l("One on each line. Copy them as they are, such as @name, a phone number or a web address."),
            lines=True,
        ),
        desk=TextField(
            _l("Accounts, numbers or addresses that the threat came from"),
            [DataRequired(_l("Fill in at least one account, number or address."))],
            description=_l("One on each line, as they are written there."),
            lines=True,
        ),
    )
    threatened_on = for_each(
        person=TextField(
            _l("When was it? Leave it empty if you like"),
            description=_l("In your own words, such as: last night at about ten."),
        ),
        desk=TextField(_l("When, in the person’s words (can stay empty)")),
    )
    threat = for_each(
        person=TextField(
            _l("What happened? Leave it empty if you like"),
            description=_l("We put your words into the paper as you type them. Don’t add a picture."),
            lines=True,
        ),
        desk=TextField(
            _l("What happened, in the person’s words (can stay empty)"),
            description=_l("Printed as it stands. No description of the picture is needed."),
            lines=True,
        ),
    )

    @classmethod
    def of(cls, reader: Reader, kind: LetterKind) -> ThreatForm:
        form = cls(reader)
        if kind is LetterKind.POLICE:
            del form.recipient
        return form

    def command(self) -> ThreatCommand:
        return ThreatCommand(
            accounts=tuple(line for line in (self.accounts.data or "").splitlines() if line.strip()),
            recipient=self.recipient.data or "" if "recipient" in self else "",
            threat=self.threat.data or "",
            threatened_on=self.threatened_on.data or "",
        )
