"""What an advocate is told of a request and of its letters: the next step, and a letter by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.services.letters.views import LetterView
from portal.services.requests.views import NextStep
from portal.web.desk.wording import describe_word

NEXT: Mapping[NextStep, Any] = MappingProxyType(
    {
        NextStep.COMPLETE: _l("Something that the law asks for is missing. Add it first."),
        NextStep.CONSENT: _l("The person has not allowed sharing with platforms. Ask for it first."),
        NextStep.SEND: _l("Send the letter, then record that it was sent."),
        NextStep.WAIT: _l("Wait for their answer. Log it when it comes."),
        NextStep.ANSWER_BACK: _l("They ask for more. Send it to them, then record that it was given."),
        NextStep.REMIND: _l("The deadline has passed. Send a reminder that names it."),
        NextStep.COMPLAIN: _l("A complaint can be made now:"),
        NextStep.NONE: _l("Nothing is left to do here."),
    }
)


def say_next(step: NextStep) -> str:
    """What to do with a request now."""
    return str(NEXT[step])


def name_letter(letter: LetterView, recipient: str, zone: str) -> str:
    """ "Notice to Instagram, 12 Nov": what a letter is, whom it goes to, and the day it was made on."""
    day = letter.made_at.astimezone(ZoneInfo(zone)).date()
    values = {"kind": describe_word(letter.kind), "day": format_date(day, "d MMM")}
    if not recipient:
        return str(_("%(kind)s, %(day)s", **values))
    return str(_("%(kind)s to %(recipient)s, %(day)s", recipient=recipient, **values))
