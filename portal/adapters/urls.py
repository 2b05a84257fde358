"""Finds the links in whatever a person pasted, cleans them and names their platforms. Nothing is ever fetched.

Everything that seems to be meant as a link or an account and is not understood is given back with the reason, and so
is every line in which no link was found. Words around links are only context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.adapters.hosts import NotALink, Why, show_host
from portal.adapters.url_rules import Address, page_key
from portal.adapters.web_addresses import is_hidden, read_chunk
from portal.domain.directory import HostIndex, Platform

LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class FoundLink:
    """One link, cleaned. `given` is how it was pasted."""

    url: str
    host: str  # lower case, punycode
    registrable: str
    platform: Platform | None
    given: str

    @property
    def platform_key(self) -> str:
        """What links are grouped by: the platform's slug, or the registered domain where the directory has none."""
        return self.platform.slug if self.platform else self.registrable

    @property
    def readable_host(self) -> str:
        """The host in its own letters."""
        return show_host(self.host)


@dataclass(frozen=True, kw_only=True)
class RejectedPiece:
    """A piece of the text that is shown back. Hidden characters in it are written out, as in `[U+202E]`."""

    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class FoundLinks:
    """What a text held, each part in the order of first appearance."""

    items: tuple[FoundLink, ...]
    rejected: tuple[RejectedPiece, ...]
    duplicates: int  # how many more times a page was named that is already among the items


def find_links(text: str, index: HostIndex, *, limit: int = LIMIT) -> FoundLinks:
    """Find up to `limit` different links in any text. Takes time in proportion to its length and never raises."""
    collection = _Collection(index, limit)
    for line in text.splitlines():
        collection.take_line(line)
    return FoundLinks(
        items=tuple(collection.items), rejected=tuple(collection.rejected), duplicates=collection.duplicates
    )


@dataclass
class _Collection:
    index: HostIndex
    limit: int
    items: list[FoundLink] = field(default_factory=list)
    rejected: dict[RejectedPiece, None] = field(default_factory=dict)
    duplicates: int = 0
    keys: set[tuple[str, ...]] = field(default_factory=set)

    def take_line(self, line: str) -> None:
        """Take the links of a line; show back what is not understood in it, or the whole line where it has none."""
        readings = [(chunk, read_chunk(chunk)) for chunk in _split_line(line, self.index)]
        links = [(chunk, found) for chunk, found in readings if isinstance(found, Address)]
        refused = [(chunk, found.why) for chunk, found in readings if isinstance(found, NotALink)]
        for chunk, address in links:
            self._take(chunk, address)
        has_words = any(found is None and any(map(str.isalnum, chunk)) for chunk, found in readings)
        if links or (len(refused) > 1 and not has_words):
            for chunk, why in refused:
                self._refuse(chunk, why)
        elif line.strip():
            self._refuse(line.strip(), refused[0][1] if refused else _judge_line(line))

    def _take(self, chunk: str, address: Address) -> None:
        key = page_key(address)
        if key in self.keys:
            self.duplicates += 1
            return
        self.keys.add(key)
        if len(self.items) >= self.limit:
            self._refuse(chunk, f"over the limit of {self.limit} links")
            return
        link = FoundLink(
            url=_close(address.url),
            host=address.host,
            registrable=address.registrable,
            platform=self.index.find(address.host),
            given=chunk,
        )
        self.items.append(link)

    def _refuse(self, text: str, why: str) -> None:
        self.rejected.setdefault(RejectedPiece(text=_write_out(text), why=str(why)))


def _judge_line(line: str) -> Why:
    return Why.HIDDEN if all(is_hidden(character) for character in line.strip()) else Why.NO_LINK


def _write_out(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if is_hidden(character) and ord(character) not in _ZERO_WIDTH else character
        for character in text
    )


# Marks without a width that phones and chats put into what is copied; they are no part of any address.
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u061c\u2060\ufeff"))
_EDGE_MARKS = "\u200c\u200d\u202a\u202b\u202c\u2066\u2067\u2068\u2069" + "".join(map(chr, range(32))) + "\x7f"
_DOT = re.compile(r" ?[\[({] ?(?:\.|dot) ?[\])}] ?", re.IGNORECASE)
_COLON_SLASH = re.compile(r"[\[({](:|://|/|//)[\])}]")
_SEPARATORS = re.compile(r'[ <>"`«»“”„‹›，；、。！？（）【】「」『』《》]+|\]\(')
_COMMAS = re.compile(r"([,;|]+)")
_GLUED = re.compile(r"(?<=[^\W_])(?<!%[0-9a-f]{2})(?=h(?:tt|xx)ps?://)", re.IGNORECASE)
_LINK_START = re.compile(r"h(?:tt|xx)ps?:/|www\.", re.IGNORECASE)
_LEADING = "([{<'*_~-–—•·→:;,.|!#=+‘’…" + _EDGE_MARKS
_TRAILING = frozenset(".,;:!?|'*‘’…" + _EDGE_MARKS)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def _split_line(line: str, index: HostIndex) -> Iterator[str]:
    """The chunks of a line that could each be a link, without what is written around them."""
    plain = " ".join(line.translate(_ZERO_WIDTH).split())  # one blank at most, so that no pattern can run away
    plain = _COLON_SLASH.sub(r"\1", _DOT.sub(".", plain))
    for word in _SEPARATORS.split(plain):
        for listed in _split_list(word, index):
            for chunk in _GLUED.split(listed):
                if trimmed := _trim(chunk):
                    yield trimmed


def _split_list(word: str, index: HostIndex) -> Iterator[str]:
    """Commas, semicolons and bars stand between links and inside them: split only where the next part begins one."""
    held, comma = "", ""
    for position, piece in enumerate(_COMMAS.split(word)):
        if position % 2:
            comma = piece
        elif held and ("/" in held or ":" in held) and not _is_link_start(piece, index):
            held += comma + piece
        else:
            yield held
            held = piece
    yield held


def _is_link_start(piece: str, index: HostIndex) -> bool:
    """Judged without what `_trim` cuts off later: what comes out of it is read the same when it is pasted again."""
    if _LINK_START.match(piece):
        return True
    host, slash, _ = _trim(piece[:300]).partition("/")
    return index.find(host.lower()) is not None or (bool(slash) and isinstance(read_chunk(host), Address))


def _close(url: str) -> str:
    """The same address with an end that nobody takes for the sentence's punctuation, when it is pasted again."""
    return url if _trim(url) == url else f"{url[:-1]}%{ord(url[-1]):02X}"


def _trim(chunk: str) -> str:
    """Cut quotes, emphasis, unmatched brackets and the sentence's own punctuation off both ends."""
    inner = chunk.lstrip(_LEADING)
    led = chunk[: len(chunk) - len(inner)]
    trailing = _TRAILING | {mark for mark in "_~" if mark in led}
    surplus = {close: inner.count(close) - inner.count(opening) for close, opening in _PAIRS.items()}
    end = len(inner)
    while end and (inner[end - 1] in trailing or surplus.get(inner[end - 1], 0) > 0):
        if inner[end - 1] in surplus:
            surplus[inner[end - 1]] -= 1
        end -= 1
    return inner[:end]
