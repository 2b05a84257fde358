"""Finds the links in whatever a person pasted, cleans them and names their platforms. Nothing is ever fetched.

Everything that seems to be meant as a link or an account and is not understood is given back with the reason, and so
is every line in which no link was found. Words around links are only context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.adapters.hosts import NotALink, Why, show_host
from portal.adapters.url_rules import Address, page_key
from portal.adapters.web_addresses import is_hidden, read_chunk
from portal.domain.directory import HostIndex, Platform

LIMIT = 500
MOST_MEANT = 2_000  # different pieces of one text that are read as a link, or shown back as meant to be one
MOST_READ = 8_000  # different pieces that are looked at: in a long chat each time of day is one
FOREIGN = 4  # so many plain pieces cost no more than one in other letters than ASCII
MOST_REJECTED = 2_000  # lines and pieces of one text that are shown back one by one
LONG_LINE = 10_000  # characters from which on a line is cut at a blank; longer than any link


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
    rest: str  # the lines that were too many to be read or shown back one by one, as they came
    work: int  # how many different pieces were looked at, which is what the reading costs


def find_links(text: str, index: HostIndex, *, limit: int = LIMIT) -> FoundLinks:
    """Find up to `limit` different links in any text. Never raises.

    Takes time in proportion to its length, and reads no more of it than `MOST_MEANT`, `MOST_READ` and `MOST_REJECTED`
    allow; what is over is in `rest`.
    """
    collection = _Collection(index, limit)
    for line in text.splitlines():
        for part in _cut_line(line) if len(line) > LONG_LINE else (line,):
            collection.take_line(part)
    return FoundLinks(
        items=tuple(collection.items),
        rejected=tuple(collection.rejected),
        duplicates=collection.duplicates,
        rest="\n".join(collection.rest),
        work=collection.looked_at,
    )


def _cut_line(line: str) -> Iterator[str]:
    """A long line in parts, each cut at a blank, so that reading can end between them. A word is never cut."""
    start = 0
    while len(line) - start > LONG_LINE:
        end = line.rfind(" ", start, start + LONG_LINE)
        end = end if end > start else line.find(" ", start + LONG_LINE)
        if end < 0:
            break
        yield line[start:end]
        start = end + 1
    yield line[start:]


_Reading = Address | NotALink | None


@dataclass
class _Collection:
    index: HostIndex
    limit: int
    items: list[FoundLink] = field(default_factory=list)
    rejected: dict[RejectedPiece, None] = field(default_factory=dict)
    duplicates: int = 0
    rest: list[str] = field(default_factory=list)
    readings: dict[str, _Reading] = field(default_factory=dict)  # by piece, because texts repeat themselves
    looked_at: int = 0
    meant: int = 0
    keys: set[tuple[str, ...]] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)  # pieces whose page is among the keys
    lines: dict[str, int] = field(default_factory=dict)  # those that were read, and how many links each holds

    def take_line(self, line: str) -> None:
        """Take the links of a line; show back what is not understood in it, or the whole line where it has none."""
        if line in self.lines:
            self.duplicates += self.lines[line]
        elif not _HAS_MARK.search(line):
            self.lines[line] = 0
            if line.strip():
                self._reject(line, [(line.strip(), _judge_line(line))])
        elif self._is_full:
            self.rest.append(line)
        else:
            self._read_line(line)

    @property
    def _is_full(self) -> bool:
        return self.meant >= MOST_MEANT or self.looked_at >= MOST_READ

    def _read_line(self, line: str) -> None:
        links, refused, has_words = 0, [], False
        for chunk in _split_line(line, self.index):
            if self._is_full:
                self.rest.append(line)  # whole: what is read twice is recognised
                break
            found = self._read(chunk)
            if isinstance(found, Address):
                self._take(chunk, found)
                links += 1
            elif found is not None:
                refused.append((chunk, found.why))
            elif not has_words:
                has_words = any(map(str.isalnum, chunk))
        else:
            self.lines[line] = links
            if links or (len(refused) > 1 and not has_words):
                self._reject(line, refused)
            elif line.strip():
                self._reject(line, [(line.strip(), refused[0][1] if refused else _judge_line(line))])

    def _read(self, chunk: str) -> _Reading:
        if not _COULD_BE_LINK.search(chunk):
            return None
        if chunk not in self.readings:
            found = self.readings[chunk] = read_chunk(chunk)
            self.meant += found is not None
            self.looked_at += 1 if chunk.isascii() else FOREIGN
        return self.readings[chunk]

    def _take(self, chunk: str, address: Address) -> None:
        if chunk in self.taken:
            self.duplicates += 1
            return
        self.taken.add(chunk)
        key = page_key(address)
        if key in self.keys:
            self.duplicates += 1
            return
        self.keys.add(key)
        if len(self.items) >= self.limit:
            self._reject(chunk, [(chunk, f"over the limit of {self.limit} links")])
            return
        link = FoundLink(
            url=_close(address.url),
            host=address.host,
            registrable=address.registrable,
            platform=self.index.find(address.host),
            given=chunk,
        )
        self.items.append(link)

    def _reject(self, line: str, pieces: Sequence[tuple[str, str]]) -> None:
        """Show these pieces of a line back; the whole line goes to the rest where there are too many already."""
        if pieces and len(self.rejected) >= MOST_REJECTED:
            self.rest.append(line)
            return
        for text, why in pieces:
            self.rejected.setdefault(RejectedPiece(text=_write_out(text), why=str(why)))


# A line without any of these holds no link, no account and no address; nor does a piece of a line.
_HAS_MARK = re.compile(r"[./:@\\\[({]|localhost", re.IGNORECASE)
_COULD_BE_LINK = re.compile(r"[./:@\\]|localhost", re.IGNORECASE)


def _judge_line(line: str) -> Why:
    return Why.HIDDEN if all(map(is_hidden, set(line.strip()))) else Why.NO_LINK


def _write_out(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    hidden = {ord(character) for character in set(text) if is_hidden(character)} - _ZERO_WIDTH.keys()
    return text.translate({code: f"[U+{code:04X}]" for code in hidden})


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
_ENDINGS = _TRAILING | _PAIRS.keys() | {"_", "~"}  # all that may be cut off an end


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
    if inner[-1:] not in _ENDINGS:
        return inner
    trailing = _TRAILING | {mark for mark in "_~" if mark in led}
    surplus = {close: inner.count(close) - inner.count(opening) for close, opening in _PAIRS.items()}
    end = len(inner)
    while end and (inner[end - 1] in trailing or surplus.get(inner[end - 1], 0) > 0):
        if inner[end - 1] in surplus:
            surplus[inner[end - 1]] -= 1
        end -= 1
    return inner[:end]
