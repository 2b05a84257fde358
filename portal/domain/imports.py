"""The columns of a table of cases: how their headings are guessed, and how the cells of each are read.

A cell that cannot be read raises `BadCell`, which says what to do. Nothing is guessed at about a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import AgeBand, Depiction
from portal.domain.readable import write_digits
from portal.domain.report import YesNo
from portal.domain.rough_days import NotADay, read_rough_day

LONGEST_NUMBER = 80
LONGEST_NAME = 300
LONGEST_PLACE = 2_000
LONGEST_NOTE = 10_000
LONGEST_SENT = timedelta(days=366)  # a request cannot be recorded that left earlier than this before its case


class Column(StrEnum):
    """What a column of the table holds. In their order on the page."""

    NUMBER = "number"  # the organisation's own number of the case
    LINK = "link"
    PLATFORM = "platform"  # where there is no link
    PLACE = "place"  # account, group or post in words, where there is no link
    COUNTRY = "country"
    REGION = "region"
    WHAT = "what"
    UNDER_18 = "under_18"
    AGE = "age"  # when it was made, in years or as a span
    NAME = "name"
    EMAIL = "email"
    NOTE = "note"
    FOUND_ON = "found_on"
    SENT_ON = "sent_on"
    TICKET = "ticket"
    STATE = "state"


class DayOrder(StrEnum):
    """Which of two numbers comes first in a day such as 03/04/2026."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class BadCell(ValueError):
    """A cell that cannot be read. The message says what to do, fit for a page."""


# Headings as people write them, in small letters and digits alone; of a heading the longest that it begins with counts.
_HEADINGS: Mapping[Column, tuple[str, ...]] = MappingProxyType(
    {
        Column.NUMBER: ("case", "caseno", "casenumber", "caseid", "id", "number", "ownnumber", "ournumber",
                        "owncasenumber", "reference", "ref", "fall", "fallnummer", "aktenzeichen"),
        Column.LINK: ("link", "links", "url", "urls", "address", "webaddress"),
        Column.PLATFORM: ("platform", "site", "website", "app", "service", "plattform"),
        Column.PLACE: ("place", "account", "group", "post", "where", "inwords", "profile", "konto"),
        Column.COUNTRY: ("country", "land", "pays", "residence"),
        Column.REGION: ("region", "province", "part", "bundesland", "county", "subdivision"),
        Column.WHAT: ("what", "whatitis", "kind", "type", "content", "depiction", "category", "art"),
        Column.UNDER_18: ("under18", "minor", "child", "underage", "minderjahrig"),
        Column.AGE: ("age", "agewhenmade", "ageinyears", "alterinjahren", "edad", "âge"),
        Column.NAME: ("name", "person", "client", "fullname"),
        Column.EMAIL: ("email", "mail", "emailaddress"),
        Column.NOTE: ("note", "notes", "comment", "comments", "remark", "remarks", "notiz", "bemerkung"),
        Column.FOUND_ON: ("found", "foundon", "datefound", "discovered", "seen", "gefunden"),
        Column.SENT_ON: ("sent", "senton", "datesent", "reported", "reportedon", "requested", "gesendet", "gemeldet"),
        Column.TICKET: ("ticket", "ticketnumber", "ticketno", "theirnumber", "reportid"),
        Column.STATE: ("gone", "status", "removed", "online", "result", "stillonline", "state"),
    }
)  # fmt: skip

_YES = frozenset(("yes", "y", "true", "1", "x", "ja", "j", "si", "sí", "oui", "sim", "tak"))
_NO = frozenset(("no", "n", "false", "0", "nein", "non", "não", "nao", "nie"))
_UNSURE = frozenset(("?", "unknown", "unsure", "unclear", "maybe", "unbekannt"))
_SAID_OF: Mapping[Depiction, tuple[str, ...]] = MappingProxyType(
    {
        Depiction.REAL: ("real", "intimate", "real image", "real intimate image", "photo", "video", "echt"),
        Depiction.SYNTHETIC: (
            "ai", "ai-made", "ai made", "fake", "deepfake", "synthetic", "altered", "edited", "ki",
        ),
        Depiction.UNSURE: ("unsure", "unknown", "not sure", "?"),
        Depiction.FALSE: ("false", "harmful", "other", "false depiction"),
        Depiction.PRIVATE: ("private", "private facts", "doxing", "doxxing"),
    }
)  # fmt: skip
_WHAT = {word: depiction for depiction, words in _SAID_OF.items() for word in words}
_THREAT = frozenset(("threat", "threatened", "not online yet", "drohung"))
# Neither has yes and no: under "still online" they would mean the opposite of what they mean under "gone".
_GONE = frozenset(("gone", "removed", "deleted", "down", "taken down", "offline", "not online", "weg"))
_THERE = frozenset(
    ("online", "still online", "up", "there", "live", "open", "not gone", "sent", "waiting", "pending", "reported")
)
_YEARS = re.compile(r"\d{1,3}")
_YOUNGER = re.compile(r"^\s*(under|below|<|unter|moins de|menos de)")
_OLDER = re.compile(r"\+|older|over|and up|>")
OLDEST = 120
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def guess_columns(headings: Sequence[str]) -> tuple[Column | None, ...]:
    """What each column holds by its heading; the first that fits gets it, and what is not known is left out."""
    found: list[Column | None] = []
    for heading in headings:
        column = _guess(heading)
        found.append(None if column in found else column)
    return tuple(found)


def _guess(heading: str) -> Column | None:
    plain = "".join(sign for sign in heading.casefold() if sign.isalnum())
    fits = [(len(word), column) for column, words in _HEADINGS.items() for word in words if plain == word]
    fits = fits or [
        (len(word), column) for column, words in _HEADINGS.items() for word in words
        if len(word) > 3 and plain.startswith(word)
    ]  # fmt: skip
    return max(fits, default=(0, None), key=lambda each: each[0])[1]


def read_yes_no(text: str) -> YesNo | None:
    """Raises BadCell."""
    word = text.casefold().strip(" .")
    for answer, words in ((YesNo.YES, _YES), (YesNo.NO, _NO), (YesNo.UNSURE, _UNSURE)):
        if word in words:
            return answer
    if word:
        raise BadCell("Write yes, no or unknown.")
    return None


def read_age(text: str) -> AgeBand:
    """The span of an age: 15, 13 to 15, under 13, 18+. Raises BadCell, also where it reaches over two spans."""
    written = write_digits(text.casefold())
    numbers = [int(found) for found in _YEARS.findall(written)]
    if numbers and max(numbers) <= OLDEST:
        first, last = min(numbers), max(numbers)
        if _YOUNGER.search(written):
            first, last = 0, first - 1
        elif _OLDER.search(written):
            last = OLDEST
        bands = {_band_of(first), _band_of(last)}
        if len(bands) == 1:
            return bands.pop()
    raise BadCell(
        "Write the age in years, such as 15, or one of: under 13, 13 to 15, 16 to 17, 18+. Where no more is known, "
        "empty the cell and use the column for under 18."
    )


def _band_of(years: int) -> AgeBand:
    if years < 13:
        return AgeBand.UNDER_13
    if years < 16:
        return AgeBand.FROM_13
    return AgeBand.FROM_16 if years < 18 else AgeBand.ADULT


def read_what(text: str) -> tuple[Depiction | None, bool]:
    """What is shown, and whether it is only threatened with. Raises BadCell."""
    word = " ".join(text.casefold().split())
    if word in _THREAT:
        return None, True
    if word and word not in _WHAT:
        raise BadCell("Write real, AI, unsure, false, private or threat.")
    return _WHAT.get(word), False


def read_state(text: str) -> bool:
    """Whether it is gone. Raises BadCell."""
    word = " ".join(text.casefold().split())
    if word in _GONE:
        return True
    if word and word not in _THERE:
        raise BadCell("Write gone or online.")
    return False


def read_found(text: str, today: date, order: DayOrder) -> date:
    """A day, or the first day of the week, the month or the year that is meant. Raises BadCell."""
    try:
        return read_day(text, today, order)
    except BadCell:
        try:
            return read_rough_day(text, today)
        except NotADay as error:
            raise BadCell("Write a day such as 2026-11-02, or a month such as June 2026.") from error


def read_sent(text: str, today: date, order: DayOrder) -> date:
    """Raises BadCell, also where it is too long ago to be recorded."""
    day = read_day(text, today, order)
    if day < today - LONGEST_SENT:
        raise BadCell("This day is more than a year ago. Empty the cell and write the day into the note.")
    return day


def read_day(text: str, today: date, order: DayOrder) -> date:
    """An exact day. Raises BadCell."""
    written = write_digits(text.strip())
    for pattern, order_of in (
        (_ISO, lambda year, month, day: (year, month, day)),
        (_DOTS, lambda day, month, year: (year, month, day)),
        (_SLASHES, _ORDERS[order]),
    ):
        if found := pattern.fullmatch(written):
            return _make_day(*order_of(*map(int, found.groups())), today=today)
    raise BadCell("Write the day as 2026-11-02.")


def has_slashes(text: str) -> bool:
    """Whether it depends on the order which day is meant."""
    found = _SLASHES.fullmatch(text.strip())
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]


_ORDERS: Mapping[DayOrder, Callable[[int, int, int], tuple[int, int, int]]] = MappingProxyType(
    {
        DayOrder.DAY_FIRST: lambda first, second, year: (year, second, first),
        DayOrder.MONTH_FIRST: lambda first, second, year: (year, first, second),
    }
)


def _make_day(year: int, month: int, day: int, *, today: date) -> date:
    try:
        made = date(year, month, day)
    except ValueError as error:
        raise BadCell("This day is not in the calendar. Check the day and the month.") from error
    if made > today:
        raise BadCell("This day has not come yet. Check the year.")
    if made.year < 1990:
        raise BadCell("This day is too long ago. Check the year.")
    return made


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in one line of the file, and what to do. `column` is None where it is about the whole line."""

    line: int
    column: Column | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """That something left before the import: the day, and the number they gave."""

    on: date
    ticket: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class ImportLink:
    """A link of one line. The first five are those of `ReportedLink`."""

    url: str
    host: str
    platform: str
    told: tuple[str, ...]
    given: str
    line: int
    text: str  # the cell it stood in
    sent: Sent | None = None
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class ImportPlace:
    """A place in words of one line. `slug` is the platform as it is known, else as it was written."""

    platform: str
    text: str
    slug: str
    line: int
    sent: Sent | None = None
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class ImportCase:
    """One case as the table has it: one line, or all lines with its number. `key` says within its team which it is."""

    key: str
    number: str
    lines: tuple[int, ...]
    links: tuple[ImportLink, ...] = ()
    places: tuple[ImportPlace, ...] = ()
    is_threat: bool = False
    country: str = ""
    subdivision: str = ""
    depiction: Depiction | None = None
    under_18: YesNo | None = None
    age: AgeBand | None = None
    name: str = ""
    email: str = ""
    notes: tuple[str, ...] = ()
    found_on: date | None = None
    found_words: str = ""
