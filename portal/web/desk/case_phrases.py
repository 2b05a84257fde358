"""What an advocate is told of a request and of its letters: the next step, and a letter by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import LetterKind
from portal.domain.rights import SecurityNoticeKind
from portal.services.casefile.views import HistoryRow
from portal.services.letters.naming import NamedLetter
from portal.services.letters.views import LetterView
from portal.services.requests.views import NextStep
from portal.services.staff.security_notices import SecurityNoticeView
from portal.web.desk.wording import describe_word
from portal.web.filters import show_fact

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


# What a member did to whom. Where one of the two is not known, or both are one, the notice is told in the words of its
# kind.
_DONE: Mapping[SecurityNoticeKind, Any] = MappingProxyType(
    {
        SecurityNoticeKind.TEAM_MADE: _l("%(by)s made a team, with %(about)s as its first member"),
        SecurityNoticeKind.MEMBER_INVITED: _l("%(by)s invited %(about)s"),
        SecurityNoticeKind.MEMBER_ADDED: _l("%(by)s made an account for %(about)s"),
        SecurityNoticeKind.LET_IN: _l("%(by)s let %(about)s in"),
        SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY: _l("%(by)s let %(about)s in with the organisation’s recovery key"),
        SecurityNoticeKind.PASSWORD_RESET: _l("%(by)s set a new password for %(about)s"),
        SecurityNoticeKind.FACTORS_RESET: _l("%(by)s removed the second factor of %(about)s, to be set up again"),
        SecurityNoticeKind.ROLE_CHANGED: _l("%(by)s changed the role of %(about)s"),
        SecurityNoticeKind.TEAM_LEFT: _l("%(by)s removed %(about)s from the team"),
        SecurityNoticeKind.ACCOUNT_ENDED: _l("%(by)s ended the account of %(about)s"),
    }
)


def say_mark(notice: SecurityNoticeView) -> str:
    """ "Vera Pier invited Aud Itor": what changed about who can read cases."""
    sentence = _DONE.get(notice.kind)
    if sentence is None or not notice.by or not notice.about or notice.by == notice.about:
        about = f": {notice.about}" if notice.about else ""
        return f"{describe_word(notice.kind)}{about}"
    return str(sentence % {"by": notice.by, "about": notice.about})


_NAMES_ITS_READER = frozenset({LetterKind.FOLLOW_UP, LetterKind.SUPPLIER})


def say_next(step: NextStep) -> str:
    """What to do with a request now."""
    return str(NEXT[step])


def name_letter(letter: LetterView | NamedLetter, recipient: str, zone: str) -> str:
    """ "Notice to Instagram, 12 Nov": what a letter is, whom it goes to, and the day it was made on."""
    day = letter.made_at.astimezone(ZoneInfo(zone)).date()
    kind = describe_word(letter.kind)
    values = {"kind": kind, "day": format_date(day, "d MMM")}
    if not recipient:
        return str(_("%(kind)s, %(day)s", **values))
    if letter.kind in _NAMES_ITS_READER:  # "Answer to the platform: Telegram", not "to … to …"
        return str(_("%(kind)s: %(recipient)s, %(day)s", recipient=recipient, **values))
    return str(_("%(kind)s to %(recipient)s, %(day)s", recipient=recipient, **values))


def history_words(row: HistoryRow) -> str:
    """An entry of the history in one line: its sentence in the page's language, then what was written down with it."""
    return " ".join(filter(None, (show_fact(row.sentence), row.ticket, row.words)))
