"""Sending letter after letter, in words: what they read, by when they have to act, what a letter still needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.domain.clocks import ClockState
from portal.domain.regimes import Binding, NoticeField
from portal.services.intake.facts import TOPIC_OF
from portal.services.letters.letters import LetterWords
from portal.services.requests.channels import Read
from portal.services.tracking.send_views import SentLine
from portal.web.person.facts import TITLES
from portal.web.person.phrases import format_due

READ: Mapping[Read, Any] = MappingProxyType(
    {
        Read.NAME: _l("your name"),
        Read.EMAIL: _l("your e-mail address"),
        Read.PHONE: _l("your phone number"),
        Read.ADDRESS: _l("your postal address"),
        Read.WORDS: _l("your own words"),
        Read.CHILD: _l("that it shows someone under 18"),
    }
)
MOST_MAIL = 12_000  # characters of a link that opens an e-mail: with longer ones some programs open nothing


def list_read_words(read: Iterable[Read]) -> list[str]:
    """What they will read, the links and the signature last."""
    return [*(str(READ[each]) for each in read), str(_("the links")), str(_("your signature"))]


def say_how_long(letters: int, by_mail: int) -> str:
    """The time that each of some letters takes. `by_mail`: so many of them are sent from here."""
    if by_mail == letters:
        return str(
            ngettext(
                "We send it for you by e-mail. That takes about 1 minute.",
                "We send them for you by e-mail. Each one takes about 1 minute.",
                letters,
            )
        )
    by_form = str(ngettext("It takes about 5 minutes.", "Each one takes about 5 minutes.", letters))
    if not by_mail:
        return by_form
    quick = ngettext(
        "We send %(num)d of them for you by e-mail. That takes about 1 minute.",
        "We send %(num)d of them for you by e-mail. They take about 1 minute each.",
        by_mail,
    )
    return f"{by_form} {quick}"


def describe_until(line: SentLine, zone: str) -> str:
    """By when they have to act, with their name."""
    clock, name = line.clock, line.platform_name
    if line.is_removed:
        return str(_("%(name)s took it down.", name=name))
    if clock is None or clock.due_at is None or clock.state not in {ClockState.RUNNING, ClockState.MISSED}:
        return str(_("%(name)s has no fixed date. We suggest that you look again in a week.", name=name))
    when = format_due(clock, zone)
    if clock.state is ClockState.MISSED:
        return str(_("%(name)s had until %(when)s.", name=name, when=when))
    if clock.binding is Binding.DUTY:
        return str(_("%(name)s has until %(when)s to act.", name=name, when=when))
    return str(_("%(name)s should act by %(when)s.", name=name, when=when))


def title_until(line: SentLine, zone: str) -> str:
    """The same without the name, above all who have the same time."""
    clock = line.clock
    if line.is_removed:
        return str(_("Taken down"))
    if clock is None or clock.due_at is None or clock.state not in {ClockState.RUNNING, ClockState.MISSED}:
        return str(_("No fixed date. We suggest that you look again in a week."))
    when = format_due(clock, zone)
    if clock.state is ClockState.MISSED:
        return str(_("The time ended on %(when)s", when=when))
    return str(_("Until %(when)s", when=when))


def group_by_date(lines: Iterable[SentLine], zone: str) -> Mapping[str, Sequence[SentLine]]:
    """Letters that have gone by what can be said of their time, in their order."""
    found: dict[str, list[SentLine]] = {}
    for line in lines:
        found.setdefault(title_until(line, zone), []).append(line)
    return found


def name_lacking(lacking: Iterable[NoticeField]) -> list[str]:
    """What a letter still needs, each thing once, as far as a page asks for it."""
    topics = dict.fromkeys(TOPIC_OF[each] for each in lacking if each in TOPIC_OF)
    return [str(TITLES[topic]) for topic in topics]


def write_mail_link(address: str, words: LetterWords) -> tuple[str, bool]:
    """A link that opens an e-mail with the letter in it, and whether all of it fits."""
    start = f"mailto:{quote(address, safe='@')}?subject={quote(words.subject)}"
    whole = f"{start}&body={quote(words.text.replace(chr(10), chr(13) + chr(10)))}"
    return (whole, True) if len(whole) <= MOST_MAIL else (start, False)
