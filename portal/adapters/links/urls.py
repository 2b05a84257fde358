"""Finds the links in whatever a person pasted, cleans them and names their platforms. Nothing is ever fetched.

Everything that seems to be meant as a link or an account and is not understood is given back with the reason, and so
is every line in which no link was found. Words around links are only context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.adapters.links.chunks import MARKS, close, has_words_behind, split_line, trim
from portal.adapters.links.hosts import NotALink, ShownBack, show_host
from portal.adapters.links.pasted_text import cut_into_lines
from portal.adapters.links.same_page import page_key
from portal.adapters.links.site_names import is_account, is_cut_off, is_front_page, is_short_link, is_torn
from portal.adapters.links.url_rules import Address, LinkNote
from portal.adapters.links.web_addresses import is_hidden, read_chunk
from portal.domain.directory import Platform
from portal.domain.platform_hosts import HostIndex

LIMIT = 500
MOST_MEANT = 2_000  # different pieces of one text that are read as a link, or shown back as meant to be one
MOST_READ = 8_000  # different pieces that are looked at: in a long chat each time of day is one
FOREIGN = 4  # so many plain pieces cost no more than one in other letters than ASCII
MOST_REJECTED = 2_000  # lines and pieces of one text that are shown back one by one
LONG_LINE = 10_000  # characters from which on a line is cut at a blank; longer than any link


@dataclass(frozen=True, kw_only=True)
class FoundLink:
    """One link, cleaned. `given` is how it was pasted, without what stood around it."""

    url: str
    host: str  # lower case, punycode
    registrable: str
    platform: Platform | None
    given: str
    told: tuple[LinkNote, ...] = ()  # what was done to read it, and what has to be known about it

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
    pasted = cut_into_lines(text)
    collection = _Collection(index, limit, joined=pasted.joined, is_table=_is_table(pasted.lines))
    for line in pasted.lines:
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


_ROWS_LOOKED_AT = 200


def _is_table(lines: Sequence[str]) -> bool:
    """Whether the lines are rows of cells: several have as many commas (or semicolons), and a cell behind a link."""
    for separator in ",;":
        plain = (_QUOTED_CELL.sub("", line) for line in lines[:_ROWS_LOOKED_AT] if len(line) < LONG_LINE)
        rows = [line for line in plain if separator in line]
        counts = {line.count(separator) for line in rows}
        with_link = [line for line in rows if _WEB_CELL.search(line)]
        if len(rows) > 1 and len(counts) == 1 and with_link and all(map(_has_plain_cells, with_link)):
            return True
    return False


_QUOTED_CELL = re.compile(r'"[^"]*"')
_WEB_CELL = re.compile(r"h(?:tt|xx)ps?:/[^\s,;]*", re.IGNORECASE)
_PLAIN_CELL = re.compile(r"[\s,;\"']*|(?:[,;][^/=?&%]*)+")


def _has_plain_cells(line: str) -> bool:
    """Whether only words, numbers and days stand behind the last link of a line."""
    behind = _WEB_CELL.split(line)[-1]
    is_path = re.search(r"\.\w{2,5}\s*\Z", behind) and not re.search(r"[0-9]\.[0-9]{2,4}\s*\Z", behind)
    return not is_path and bool(_PLAIN_CELL.fullmatch(behind))


_Reading = Address | NotALink | None


@dataclass
class _Collection:
    index: HostIndex
    limit: int
    joined: frozenset[str] = frozenset()
    is_table: bool = False
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
        chunks = list(split_line(line, self.index, is_table=self.is_table))
        for place, chunk in enumerate(chunks):
            if self._is_full:
                self.rest.append(line)  # whole: what is read twice is recognised
                break
            found = self._read_at(chunks, place)
            if isinstance(found, Address):
                self._take(chunk, found, line)
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

    def _read_at(self, chunks: Sequence[str], place: int) -> _Reading:
        """A chunk among those of its line, which can show that a web address is to be asked about first."""
        found = self._read(chunks[place])
        if not isinstance(found, Address) or chunks[place] in self.taken:
            return found
        if is_account(found, chunks, place, self.index):
            return NotALink(ShownBack.ACCOUNT)
        if is_torn(found, chunks, place) or is_cut_off(found, self.index):
            return NotALink(ShownBack.CUT)
        return NotALink(ShownBack.FRONT) if is_front_page(found, self.index) else found

    def _read(self, chunk: str) -> _Reading:
        if not _COULD_BE_LINK.search(chunk):
            return None
        if chunk not in self.readings:
            found = read_chunk(chunk)
            if isinstance(found, Address) and _is_nested(chunk, found) and not self._is_plain(close(found.url)):
                found = NotALink(ShownBack.NESTED)
            self.readings[chunk] = found
            self.meant += found is not None
            self.looked_at += 1 if chunk.isascii() else FOREIGN
        return self.readings[chunk]

    def _is_plain(self, url: str) -> bool:
        """Whether what was taken out of another address is one address that is read as itself."""
        again = read_chunk(url)
        is_same = isinstance(again, Address) and close(again.url) == url
        return is_same and list(split_line(url, self.index)) == [url]

    def _take(self, chunk: str, address: Address, line: str) -> None:
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
            url=close(address.url),
            host=address.host,
            registrable=address.registrable,
            platform=self.index.find(address.host),
            given=chunk,
            told=(*address.told, *self._tell(chunk, address, line)),
        )
        self.items.append(link)

    def _tell(self, chunk: str, address: Address, line: str) -> Iterator[LinkNote]:
        if any(trim(joined).endswith(chunk) for joined in self.joined):
            yield LinkNote.JOINED
        if not line.isascii():
            if _has_marks_inside(chunk, line):
                yield LinkNote.MARKS
            start = line.find(chunk)
            if start >= 0 and has_words_behind(line, start + len(chunk)):
                yield LinkNote.WORDS
        if is_short_link(address):
            yield LinkNote.SHORT

    def _reject(self, line: str, pieces: Sequence[tuple[str, str]]) -> None:
        """Show these pieces of a line back; the whole line goes to the rest where there are too many already."""
        if pieces and len(self.rejected) >= MOST_REJECTED:
            self.rest.append(line)
            return
        for text, why in pieces:
            self.rejected.setdefault(RejectedPiece(text=_write_out(text), why=str(why)))


def _is_nested(chunk: str, found: Address) -> bool:
    """Whether an address came out of another one, or has one in it: what it is has to be sure."""
    return bool(found.told) or "://" in chunk[8:] or "%3a" in chunk.lower()


# A line without any of these holds no link, no account and no address; nor does a piece of a line.
_HAS_MARK = re.compile(r"[./:@\\\[({：／。｡．]|localhost", re.IGNORECASE)
_COULD_BE_LINK = re.compile(r"[./:@\\。｡．]|localhost", re.IGNORECASE)


def _judge_line(line: str) -> ShownBack:
    return ShownBack.HIDDEN if all(map(is_hidden, set(line.strip()))) else ShownBack.NO_LINK


_MARK = re.compile(f"[{''.join(map(chr, MARKS))}]")


def _has_marks_inside(chunk: str, line: str) -> bool:
    """Whether marks were taken out of the middle of a link. Those around it are a phone's own business."""
    if not _MARK.search(line):
        return False
    plain = _MARK.sub("\0", line)
    return chunk not in plain and chunk in plain.replace("\0", "")


def _write_out(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    hidden = {ord(character) for character in set(text) if is_hidden(character)} - MARKS.keys()
    return text.translate({code: f"[U+{code:04X}]" for code in hidden})
