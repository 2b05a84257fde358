"""What has happened in a case, as its person reads it: by day, and what happened to many platforms in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import Answer, History
from portal.services.casefile.views import HistoryRow

# The same sentences as `casefile.page`, with the names of whom they are about.
NAMED: Mapping[History, Any] = MappingProxyType(
    {
        History.ITEM_GONE: _l("Marked as gone: %(names)s."),
        History.ITEM_BACK: _l("Marked as back again: %(names)s."),
        History.REQUEST_PREPARED: _l("A letter to %(names)s was started."),
        History.STATED: _l("The letter was confirmed as true: %(names)s."),
        History.LETTER_MADE: _l("A letter was made: %(names)s."),
        History.LETTER_DISCARDED: _l("A letter to %(names)s was put aside. It was not sent."),
        History.TICKET_GIVEN: _l("Their number was saved: %(names)s."),
        History.SENT: _l("Your letter was sent: %(names)s."),
        History.RECEIPT_CONFIRMED: _l("%(names)s got the letter."),
        History.INFORMATION_SENT: _l("What %(names)s asked for was sent."),
        History.REMINDED: _l("A reminder was sent: %(names)s."),
        History.LETTER_SENT: _l("Another letter was sent: %(names)s."),
        History.CLOCK_MISSED: _l("A deadline passed without an answer: %(names)s."),
        History.COMPLAINT_PREPARED: _l("A complaint was prepared about %(names)s."),
        History.COMPLAINT_LODGED: _l("A complaint was sent about %(names)s."),
        History.COMPLAINT_ANSWERED: _l("They answered your complaint about %(names)s."),
    }
)
# What each company gets one of, where a line is about several of them.
SEVERAL: Mapping[History, Any] = MappingProxyType(
    {
        History.REQUEST_PREPARED: _l("Letters were started: %(names)s."),
        History.STATED: _l("The letters were confirmed as true: %(names)s."),
        History.LETTER_MADE: _l("Letters were made: %(names)s."),
        History.LETTER_DISCARDED: _l("Letters were put aside. They were not sent: %(names)s."),
        History.SENT: _l("Your letters were sent: %(names)s."),
        History.REMINDED: _l("Reminders were sent: %(names)s."),
        History.LETTER_SENT: _l("More letters were sent: %(names)s."),
        History.COMPLAINT_PREPARED: _l("Complaints were prepared about %(names)s."),
        History.COMPLAINT_LODGED: _l("Complaints were sent about %(names)s."),
        History.COMPLAINT_ANSWERED: _l("They answered your complaints about %(names)s."),
    }
)
ANSWERED: Mapping[Answer, Any] = MappingProxyType(
    {
        Answer.ACKNOWLEDGED: _l("%(names)s confirmed that they got it."),
        Answer.MORE_ASKED: _l("%(names)s asked for more."),
        Answer.IDENTITY_ASKED: _l("%(names)s asked for ID."),
        Answer.UPDATE: _l("%(names)s gave an update."),
        Answer.EXTENDED: _l("%(names)s said they need more time."),
        Answer.REMOVED: _l("%(names)s said they took it down."),
        Answer.PARTLY: _l("%(names)s took some of it down."),
        Answer.REFUSED: _l("%(names)s said no."),
        Answer.GEO_BLOCKED: _l("%(names)s hid it in some countries only."),
        Answer.NOT_FOUND: _l("%(names)s said they can’t find it."),
        Answer.NOT_VIOLATION: _l("%(names)s said it doesn’t break their rules."),
        Answer.NO_REASON: _l("%(names)s closed it without a reason."),
        Answer.LOGIN_ASKED: _l("%(names)s asked you to sign in first."),
        Answer.PASSED_ON: _l("%(names)s told the person who posted it."),
        Answer.WRONG_PLACE: _l("%(names)s said to ask someone else."),
        Answer.COUNTER_NOTICE: _l("%(names)s said the person who posted it objected."),
        Answer.LEGAL_THREAT: _l("%(names)s threatened legal steps."),
        Answer.AUTO_REPLY: _l("%(names)s sent an automatic reply."),
    }
)


SEEN = 3  # names in a sentence; of more, the others are one press away


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """The same thing, once or for several platforms. `words` are what was written down, each with whose it is; `others`
    are the names that the sentence only counts.
    """

    sentence: str
    others: tuple[str, ...]
    time: str
    words: tuple[tuple[str, str], ...]
    actor_name: str
    is_corrected: bool


@dataclass(frozen=True, kw_only=True)
class HistoryDay:
    day: date
    lines: tuple[HistoryLine, ...]


def fold_history(
    rows: Iterable[HistoryRow], requests: Mapping[int, str], complaints: Mapping[int, str], zone: str
) -> tuple[HistoryDay, ...]:
    """The rows by their day in `zone`, the last day first; what is the same on one day becomes one line.

    `requests` and `complaints` give by number the name of whom each is about.
    """
    ordered = sorted(rows, key=lambda row: (row.at, row.sequence), reverse=True)
    days = groupby(ordered, key=lambda row: _local(row.at, zone).date())
    return tuple(
        HistoryDay(day=day, lines=tuple(_fold_day(list(found), requests, complaints, zone))) for day, found in days
    )


def _fold_day(
    rows: Sequence[HistoryRow], requests: Mapping[int, str], complaints: Mapping[int, str], zone: str
) -> Iterable[HistoryLine]:
    alike: dict[tuple[object, ...], list[HistoryRow]] = {}
    for row in rows:
        # What is about the case as a whole is the same only if its words are, too.
        words = None if _name(row, requests, complaints) else row.words
        key = (row.sentence, bool(row.complaint_number), row.is_corrected, row.actor_name, words, _gave_none(row))
        alike.setdefault(key, []).append(row)
    for same in alike.values():
        named = [(_name(row, requests, complaints), row) for row in reversed(same)]
        sentence, others = _say(same[0], [(name, row.ticket) for name, row in named])
        yield HistoryLine(
            sentence=sentence,
            others=others,
            time=_say_times([row.at for row in same], zone),
            words=tuple(dict.fromkeys((name, row.words) for name, row in named if row.words)),
            actor_name=same[0].actor_name,
            is_corrected=same[0].is_corrected,
        )


def _name(row: HistoryRow, requests: Mapping[int, str], complaints: Mapping[int, str]) -> str:
    """Whom an event is about; empty where it is about the case."""
    if row.complaint_number:
        return complaints.get(row.complaint_number, "")
    return requests.get(row.request_number or 0, "")


def _gave_none(row: HistoryRow) -> bool:
    """Whether it was written down that they gave no number."""
    return row.kind is History.TICKET_GIVEN and not row.ticket


def _say(row: HistoryRow, named: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """The sentence with its names, each once, with how often and with the numbers they gave; and the names that found
    no room in it.
    """
    times = Counter(name for name, _ticket in named)
    if "" in times:
        text = str(_(row.sentence))
        return f"{text} {_('(%(num)d times)', num=len(named))}" if len(named) > 1 else text, ()
    tickets = {name: [each for whose, each in named if whose == name and each] for name in times}
    names = [_with_more(name, times[name], tickets[name], row.kind) for name in times]
    seen, others = (names, []) if len(names) <= SEEN else (names[: SEEN - 1], names[SEEN - 1 :])
    text = ", ".join(seen)
    if others:
        text = str(_("%(names)s and %(num)d more", names=text, num=len(others)))
    return _fill(row, text, is_several=len(times) > 1), tuple(others)


def _fill(row: HistoryRow, names: str, *, is_several: bool) -> str:
    if row.kind is History.LETTER_MADE and row.complaint_number:
        return str(_("The papers of a complaint were made: %(names)s.", names=names))
    if _gave_none(row):
        return str(_("%(names)s gave no number.", names=names))
    by_kind = {**NAMED, **SEVERAL} if is_several else NAMED
    sentence = ANSWERED[row.answer] if row.answer else by_kind.get(row.kind)
    if sentence is None:
        return str(_("%(names)s: %(sentence)s", names=names, sentence=_(row.sentence)))
    return str(sentence) % {"names": names}


def _with_more(name: str, count: int, tickets: Sequence[str], kind: History) -> str:
    """ "Instagram", "Instagram (INV-1)", "Instagram (3 links)"."""
    if kind in {History.ITEM_GONE, History.ITEM_BACK}:
        return f"{name} ({ngettext('%(num)d link', '%(num)d links', count)})"
    return f"{name} ({', '.join(tickets)})" if tickets else name


def _say_times(moments: Sequence[datetime], zone: str) -> str:
    """ "14:00", or "14:00 to 15:30" from the first to the last of them."""
    first, last = (format_datetime(_local(at, zone), "HH:mm", rebase=False) for at in (min(moments), max(moments)))
    return str(first) if first == last else str(_("%(first)s to %(last)s", first=first, last=last))


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
