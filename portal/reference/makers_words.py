"""Words of those who put the records together. Whoever reads a page or takes the data away must not meet them.

What is still to be found out goes into `open_questions.yaml`, which nothing publishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

# Names of records, addresses, keys: nobody reads them as a sentence.
_NO_SENTENCES = frozenset(
    {
        *("id", "key", "slug", "url", "address", "website", "complaint_url", "email", "hosts", "more_hosts", "field"),
        *("regime", "regimes", "regulator", "rule", "after", "law", "in_place_of", "platforms", "own_form", "version"),
        *("jurisdictions", "jurisdiction", "datenanfragen_slug", "confidence", "kind", "status", "counting"),
    }
)
_ADDRESS = re.compile(r"https?://\S+")

# What they could not find, where they looked, what is still to be done, and what another version of theirs said.
_MAKERS_WORDS = re.compile(
    r"\b(?:TODO|FIXME|XXX|TBD)\b|(?i:"
    r"\bfrom memory\b|\(memory\)|rests? on memory|general knowledge|datenanfragen|dossier|compiler|inferred"
    r"|\bmasked\b|search excerpt|\b(?:as )?researched\b|\bsee reference|marked (?:as )?(?:checked|low|medium|high)"
    r"|\bnot (?:yet |been )*(?:seen|read|opened|checked|verified|noted|looked at)\b|only the link"
    r"|\bnobody (?:has )?(?:seen|saw|read|checked|verified)\b|(?<!often it )\bw(?:as|ere) seen\b|\bwas found\b"
    r"|nothing (?:was )?(?:seen|found)|as far as (?:was )?seen|no limit seen|we (?:did not see|looked)|part seen"
    r"|(?:could|can) ?not be (?:verified|told|opened|read)|\bto be (?:verified|opened|checked|read)\b"
    r"|ha[sv]e? to be read|ha(?:s|ve) been read|\b(?:verify|check|open|read) (?:this|it|the (?:official|text|page))\b"
    r"|check (?:both|before|name)\b|(?<=[.!?] )look again|look again before|do not (?:offer|print|quote)|never print"
    r"|before (?:each release|a (?:lawyer|service) relies)|a lawyer should|\bnot offered\b|our (?:reading|guess)"
    r"|\b(?:the|our) directory\b|no record in\b|a record of (?:its|their) own|(?:one|two|several) secondary"
    r"|secondary (?:source|record)|in the copy read|the copy read|that was read is|medium sure|this regime"
    r")"
)
# In the notes of the directory, which are short and speak of one service each, these are never for a reader either.
_IN_NOTES = re.compile(
    r"(?i:could ?not be told|\bnot found\b|no \w+ (?:page|form|address|route) (?:seen|found)|third[- ]part"
    r"|public (?:list|file|repositor|code|project)|user-assigned|country list|snapshot|FTC letter|complaint_url"
    r"|\b(?:see|as) [a-z]{2}-[a-z])|\bTIDA\b|\bNCII\b"
)
_RECORD_NAME = re.compile(r"\b[a-z]{2,3}(?:-[a-z0-9]+)+\b")


def find_makers_words(name: str, record: Any, names: frozenset[str] = frozenset()) -> Iterator[str]:
    """Each text of a record that has such words, one line each. `names` are ids of records, which no reader knows."""
    for place, text in _list_texts(msgspec.to_builtins(record), ""):
        read = _read(text, is_note=place.startswith("notes"))
        if read.makers_words:
            yield f"{name}: {place} has words for its makers, {read.makers_words!r}"
        for word in read.like_names:
            if word in names:
                yield f"{name}: {place} names the record {word!r}, which no reader knows"


class _Read(NamedTuple):
    """What was found in a text: the first words for its makers, and each word in the form of a record's name."""

    makers_words: str | None
    like_names: tuple[str, ...]


@cache
def _read(text: str, *, is_note: bool) -> _Read:
    """Many records say the same, and are looked through again after each change of one of them."""
    said = _ADDRESS.sub("", text)
    found = _MAKERS_WORDS.search(said) or (_IN_NOTES.search(said) if is_note else None)
    return _Read(found[0] if found else None, tuple(_RECORD_NAME.findall(said)))


def _list_texts(value: Any, place: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in _NO_SENTENCES:
                yield from _list_texts(each, f"{place}.{key}" if place else key)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _list_texts(each, place)
