"""Recipes for platforms' own forms: the fields in the form's order, what each takes, and what fits in.

Only values and pure look-ups. A field that no public text shows is not there: a recipe is never guessed. Where none was
seen, the general list of facts is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.domain.regimes import Confidence
from portal.domain.regulators import FormInput


class Fill(StrEnum):
    """What of a letter's facts goes into a field."""

    LINKS = "links"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    COUNTRY = "country"
    WORDS = "words"
    SIGNATURE = "signature"
    REFERENCE = "reference"
    LETTER = "letter"  # the whole letter as text


@dataclass(frozen=True, kw_only=True)
class RecipeField:
    """One field, as a source shows it. `choose` are the visible words of a list to pick; `limit` is in characters.

    `fills` is None where only the person can answer. `beyond_law`: no law that a letter cites demands it.
    """

    label: str  # as it was seen, or what it asks for in plain words
    takes: FormInput
    fills: Fill | None = None
    choose: str | None = None
    limit: int | None = None
    required: bool | None = None  # None: not seen
    beyond_law: bool = False
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormRecipe:
    """One form. `page` is its address in the directory, `countries` where people must live to use it; empty: anywhere.

    `one_each`: the form takes one link, so each needs a form of its own. `source` is where the fields were seen.
    """

    page: str
    source: str
    checked_on: date
    confidence: Confidence
    fields: tuple[RecipeField, ...]
    countries: tuple[str, ...] = ()
    language: str = "en"  # in which its words stand here, and in which whoever reads it works (BCP 47)
    one_each: bool = False

    @property
    def is_seen(self) -> bool:
        """Whether it rests on a source; what rests on memory is never used."""
        return self.confidence is not Confidence.MEMORY


@dataclass(frozen=True, kw_only=True)
class MailPace:
    """How a recipient wants letters by e-mail, as it says itself at `source`: so many in an hour, or gathered.

    `gathered_at` are full hours of its own day, in `zone`: what was given to the outbox before one of them leaves
    then, together with all else that waits for this recipient. Each letter stays a mail of its own.
    """

    source: str
    checked_on: date
    letters_an_hour: int | None = None  # None: as everybody else
    gathered_at: tuple[int, ...] = ()  # none: at any time
    zone: str = "UTC"

    def find_round(self, given_at: datetime) -> datetime:
        """The first instant at which a letter that was given to the outbox at this one may leave."""
        if not self.gathered_at:
            return given_at
        local = given_at.astimezone(ZoneInfo(self.zone)).replace(minute=0, second=0, microsecond=0)
        hours = (
            local.replace(hour=hour) + day for day in (timedelta(0), timedelta(days=1)) for hour in self.gathered_at
        )
        return min(at for at in (hour.astimezone(given_at.tzinfo) for hour in hours) if at >= given_at)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is known of one platform's forms. Without `forms` somebody looked on `looked_on`, and no public text shows
    the fields. `ticket` is a pattern with one group, by which its confirmation page tells the number.
    """

    platform: str
    looked_on: date
    forms: tuple[FormRecipe, ...] = ()
    ticket: str | None = None
    pace: MailPace | None = None  # None: it says nothing, so letters leave at the organisation's own pace

    def find_form(self, page: str) -> FormRecipe | None:
        """The recipe of the form at this address; None where none was seen."""
        return next((each for each in self.forms if each.page == page and each.is_seen), None)


@dataclass(frozen=True)
class FilledField:
    """A field with what goes in. `left_out` is how many characters of it did not fit."""

    field: RecipeField
    value: str
    left_out: int = 0


def fill_form(form: FormRecipe, values: Mapping[Fill, str]) -> tuple[FilledField, ...]:
    """Every field in the form's order. What was not given stays empty; what is too long is cut at a line or word."""
    return tuple(_fill(field, values.get(field.fills, "") if field.fills else "") for field in form.fields)


def _fill(field: RecipeField, value: str) -> FilledField:
    if field.limit is None or len(value) <= field.limit:
        return FilledField(field, value)
    kept = _cut(value, field.limit)
    return FilledField(field, kept, left_out=len(value) - len(kept))


def _cut(text: str, limit: int) -> str:
    """As much as fits, up to the end of a line, so that no link is cut in two; of one long line up to a word's end."""
    head = text[:limit]
    if text[limit : limit + 1] in {"\n", " "}:
        return head
    for end in ("\n", " "):
        if end in head:
            return head.rpartition(end)[0]
    return head


# What comes before a number on confirmation pages, in words of several languages; the number has a digit in it.
_WORDS = (
    r"(?:ticket|case|report|reference|request|confirmation|tracking|complaint|submission)"
    r"(?:[ -]?(?:number|no\.?|id|code|#))?"
    r"|(?:fall|vorgangs?|ticket|referenz)[ -]?(?:nummer|nr\.?)"
    r"|(?:num[ée]ro de (?:dossier|demande|r[ée]f[ée]rence)|n[úu]mero de (?:caso|ticket|referencia|refer[êe]ncia))"
)
_NUMBER = r"(?=[A-Za-z0-9_/-]*[0-9])([A-Za-z0-9][A-Za-z0-9_/-]{3,39})"
_GENERAL = re.compile(rf"(?:{_WORDS})\s*(?:is|ist|est|es|é)?\s*[:#]?\s*[#\[(]?{_NUMBER}", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}")
MOST_TICKETS = 5
LONGEST_PASTED = 20_000  # characters of a pasted page that are read


def read_ticket(text: str, pattern: str | None = None, ours: Sequence[str] = ()) -> tuple[str, ...]:
    """The numbers that a confirmation page gives, in its order. The platform's own pattern is asked first, and where it
    finds something nothing else counts. `ours` are references of our own, which are no numbers of theirs.
    """
    read = text[:LONGEST_PASTED]
    found = list(re.findall(pattern, read)) if pattern else []
    if not found:
        found = [match[1] for match in _GENERAL.finditer(read)]
    own = {each.upper() for each in ours}
    kept = dict.fromkeys(each.rstrip("-_/") for each in found)
    return tuple(each for each in kept if each.upper() not in own and not _DAY.fullmatch(each))[:MOST_TICKETS]
