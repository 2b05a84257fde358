"""Cuts a line into the chunks that could each be a link, without what is written around and right behind them."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator
from functools import cache

from portal.adapters.links.hosts import has_known_ending
from portal.adapters.links.pasted_text import read_line
from portal.adapters.links.url_rules import Address
from portal.adapters.links.url_wrappers import LEADS_ON
from portal.adapters.links.web_addresses import DOUBLED, MAX_LENGTH, read_chunk
from portal.domain.directory import Category
from portal.domain.platform_hosts import HostIndex

# Marks without a width, or that only say in which direction to write, which phones and chats put into what is copied;
# they are no part of any address. The two that turn the direction round against the letters are left: they can lie.
MARKS = dict.fromkeys(
    map(
        ord,
        "\u00ad\u034f\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u061c\ufeff"
        "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"
        # Letters that draw nothing: Korean fillers, vowels of Khmer, choosers of Mongolian, the empty sign of Braille.
        "\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufff9\ufffa\ufffb"
        + "".join(map(chr, range(0xE0000, 0xE0080))),  # tags
    )
)
_EDGE_MARKS = "\u200c\u200d\ufe0e\ufe0f" + "".join(map(chr, range(32))) + "\x7f"
_DOT = re.compile(r" ?[\[({]{1,3} ?(?:\.|dot) ?[\])}]{1,3} ?", re.IGNORECASE)
_COLON_SLASH = re.compile(r"[\[({](:|://|/|//)[\])}]")
_COMMAS = re.compile(r"('?[,;|]+'?)")
_LINK = r"h(?:tt|xx)ps?:/"
_SEPARATORS = re.compile(rf'[=-]{{1,3}}>(?={_LINK}/)|[ <>"`«»“”„‹›，；、！？（）【】「」『』《》〈〉〔〕｢｣]+|\]\(')
# A link right behind another one: the sign between them belongs to neither.
_GLUED = re.compile(
    rf"(?:(?:%20|%0[9ad])+|(?<=[0-9])(?:and|und|oder|or)|\([0-9]{{1,3}}\)|\]\[|\)\(|\}}\{{|"
    rf"(?<=[^\W_])(?<!%[0-9a-f]{{2}})[_~*!+&@$.)\]}}-]?|[^\x00-\x7f\w]|(?<=[)\]}}.]))(?={_LINK}/)",
    re.IGNORECASE,
)
_NEXT = re.compile(rf"[/\\#?:'=](?={_LINK}/)|(?<=[^\W_])(?=www\.[\w-]+\.[a-z]{{2,}}/)", re.IGNORECASE)
_LINK_START = re.compile(rf"(?:[(\[#]?[0-9]{{1,4}}[.)\]:]?)?(?:{_LINK}|www\.)", re.IGNORECASE)
_QUOTED = re.compile(rf"\"({_LINK}[^\"\s<>]*)\"|(?<![^\s,;|(\[])'({_LINK}[^'\s]*)'(?=[\s,;|>)\]]|\Z)", re.IGNORECASE)
_LEADING = "([{<'*_~-–—•·→:;,.|!#=+‘’…" + _EDGE_MARKS
_TRAILING = frozenset(".,;:!?|'*‘’–—·・\\" + _EDGE_MARKS)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_ENDINGS = _TRAILING | _PAIRS.keys() | {"_", "~"}  # all that may be cut off an end
_OTHER_DOT = re.compile(r"(?<![\w-])[\w-]{1,63}[,;](?:com|net|org|info|tv|xxx|porn|me|to|ru|de|io)/", re.IGNORECASE)
# Kinds of places whose own pages never hold another web address in their path, unlike archives and caches.
_PLAIN_KINDS = frozenset(
    {
        Category.SOCIAL,
        Category.VIDEO,
        Category.MESSAGING,
        Category.FORUM,
        Category.ADULT,
        Category.DATING,
        Category.LINK_PAGE,
        Category.FILE_SHARING,
    }
)


def split_line(line: str, index: HostIndex, *, is_table: bool = False) -> Iterator[str]:
    """The chunks of a line that could each be a link. `is_table`: its text is rows of cells, so a comma ends one."""
    plain = read_line(_take_marks_off(line))
    plain = " ".join(_take_marks_off(plain).split())  # one blank at most, so that no pattern can run away
    if "[" in plain or "(" in plain or "{" in plain:
        plain = _COLON_SLASH.sub(r"\1", _DOT.sub(".", plain))
    start = 0
    for quoted in _QUOTED.finditer(plain) if '"' in plain or "'" in plain else ():
        yield from _split_words(plain[start : quoted.start()], index, is_table)
        yield from _split_words(quoted[1] or quoted[2], index, is_table=False)
        start = quoted.end()
    yield from _split_words(plain[start:], index, is_table)


def _take_marks_off(text: str) -> str:
    return text if text.isascii() else text.translate(MARKS)


def _split_words(text: str, index: HostIndex, is_table: bool) -> Iterator[str]:
    for word in _SEPARATORS.split(text):
        has_commas = "," in word or ";" in word or "|" in word
        for listed in _split_list(word, index, is_table) if has_commas else (word,):
            is_glued = "://" in listed or "www." in listed[4:].lower()
            for glued in _split_glued(DOUBLED.sub("", listed), index) if is_glued else (listed,):
                for chunk in (glued,) if glued.isascii() else _cut_foreign(glued, index):
                    if trimmed := trim(chunk):
                        yield trimmed


def _split_list(word: str, index: HostIndex, is_table: bool) -> Iterator[str]:
    """Commas, semicolons and bars stand between links and inside them.

    Split where the next part begins a link, and where the part before was a cell of its own.
    """
    if "/" in word and _OTHER_DOT.search(word):
        yield word
        return
    held, comma, is_cell = "", "", is_table
    for position, piece in enumerate(_COMMAS.split(word)):
        if position % 2:
            comma = piece
        elif (
            held
            and ("/" in held or ":" in held)
            and not (is_cell or "'" in comma or _DAY.fullmatch(piece) or _is_link_start(piece, index))
        ):
            held += comma + piece
        else:
            if held:
                yield held
            is_cell = is_cell or (position > 0 and bool(comma) and "/" not in held and ":" not in held)
            held = piece
    yield held


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}")


def _is_link_start(piece: str, index: HostIndex) -> bool:
    """Judged without what `trim` cuts off later: what comes out of it is read the same when it is pasted again."""
    if _LINK_START.match(piece):
        return True
    host, slash, _ = trim(piece[:300]).partition("/")
    return index.find(host.lower()) is not None or (bool(slash) and isinstance(read_chunk(host), Address))


def _split_glued(text: str, index: HostIndex) -> Iterator[str]:
    for piece in _GLUED.split(text):
        start = 0
        for found in _NEXT.finditer(piece):
            if found[0] == "?" and LEADS_ON.search(piece[start : found.start()]):
                continue  # a page that only leads on, with nothing but the other address behind its question mark
            if found[0] == "=" and "?" in piece[start : found.start()]:
                continue  # the value of a parameter
            if _is_second(piece[start : start + _LOOK], piece[found.end() : found.end() + _LOOK], index):
                yield piece[start : found.start()]
                start = found.end()
        yield piece[start:]


_LOOK = 300  # characters in which a host stands
_HOST = re.compile(r"\W*(?:h(?:tt|xx)ps?:[/\\]+)*(?:www\.)?([^/?#\s]{1,253})", re.IGNORECASE)


def _is_second(before: str, after: str, index: HostIndex) -> bool:
    """Whether a link after a slash is one of its own: on the same site, or behind one that is no archive of others."""
    first, second = _HOST.match(before), _HOST.match(after)
    if first is None or second is None or "." not in first[1]:
        return False
    if first[1].lower() == second[1].lower():
        return True
    platform = index.find(first[1].lower())
    return platform is not None and platform.category in _PLAIN_KINDS


# --- Other letters than ASCII right behind a link ---


@cache
def _list_signs() -> frozenset[str]:
    """Pictures, arrows and marks of punctuation, which no browser leaves as they are in an address."""
    signs = {chr(code) for code in range(0x80, 0x20000) if unicodedata.category(chr(code))[0] in "SP"}
    circled = set(map(chr, (*range(0x2460, 0x2500), *range(0x2776, 0x2794))))  # numbers of a list: ①, ➊
    return frozenset(signs - set("·・…") | circled | set("\ufe0e\ufe0f\u20e3"))


@cache
def _match_signs() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(re.escape, _list_signs()))}]+")


# Scripts that are written without blanks between words, and Korean, which puts its particles right behind a word: Thai,
# Lao, Tibetan; Burmese; Khmer; Chinese and Japanese; Korean.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_UNSPACED_SIGN = re.compile(f"[{_UNSPACED}]")


def has_words_behind(text: str, place: int) -> bool:
    """Whether a letter that no address has as it is stands at this place."""
    return place < len(text) and not text[place].isascii() and text[place].isalpha()


_NO_SIGN = re.compile(r"(?!)")
_IDEOGRAPHIC_DOTS = "。｡．"


def _cut_foreign(chunk: str, index: HostIndex) -> Iterator[str]:
    """A chunk without the signs and words of another script that stand right before and behind its link."""
    has_signs = not _list_signs().isdisjoint(chunk)
    if len(chunk) > MAX_LENGTH or not (has_signs or _UNSPACED_SIGN.search(chunk)):
        yield _cut_other_script(chunk, index)
        return
    signs = _match_signs() if has_signs else _NO_SIGN
    more, dot = max(map(chunk.rfind, "/?=&#%")), chunk.rfind(".")
    start = 0
    while start < len(chunk):
        if leading := signs.match(chunk, start):
            start = leading.end()
        path, end = _find_path(chunk, start), len(chunk)
        for found in signs.finditer(chunk, start):
            if not _is_inside(chunk, found, path, more, dot):
                end = found.start()
                break
        one = _cut_before(chunk[start:end], index)
        yield _cut_words(one, _find_path(one, 0), index)
        start = max(end, start + 1)


def _find_path(chunk: str, start: int) -> int:
    """Where the host of the link that begins at `start` ends."""
    scheme = chunk.find("://", start)
    path = chunk.find("/", scheme + 3 if scheme >= 0 else start)
    return path if path >= 0 else len(chunk)


def _is_inside(chunk: str, sign: re.Match[str], path: int, more: int, dot: int) -> bool:
    """Whether these signs may belong to the address: something follows that reads like more of it."""
    place = sign.start()
    if place < path:
        if chunk[place] in _IDEOGRAPHIC_DOTS:  # browsers read them as dots
            return has_known_ending(chunk[:path].rpartition("//")[2])
        return dot > place or more > place
    if sign[0] == "–" and chunk[place - 1].isalnum() and chunk[sign.end() : sign.end() + 1].isalnum():
        return True
    return more > place and chunk[place] not in _IDEOGRAPHIC_DOTS


def _cut_before(chunk: str, index: HostIndex) -> str:
    """Without words of such a script right before a host that the directory knows and that has no beginning."""
    if not _UNSPACED_SIGN.match(chunk) or "://" in chunk:
        return chunk
    start = next((place for place, sign in enumerate(chunk) if sign.isascii()), 0)
    host = chunk[start:].partition("/")[0].lower()
    return chunk[start:] if start and index.find(host) else chunk


# Places whose own addresses are ASCII throughout, so that words right behind a slash are none of theirs.
_ASCII_PLACES = frozenset({"instagram", "x", "tiktok", "telegram", "facebook", "threads", "youtube", "snapchat"})


def _cut_words(chunk: str, path: int, index: HostIndex) -> str:
    """Without words of such a script that stand right behind an ASCII address, as in `…/status/4です`."""
    end = len(chunk)
    while end and not chunk[end - 1].isascii():
        end -= 1
    if end == len(chunk) or not end or not _UNSPACED_SIGN.match(chunk, end):
        return chunk
    plain = chunk[:end]
    if end <= path:
        is_whole = has_known_ending(plain.rpartition("//")[2]) and not has_known_ending(chunk.rpartition("//")[2])
        return plain if is_whole else chunk
    before = plain.rstrip(string.ascii_letters + string.digits)
    if len(before) < len(plain) and before[-1:] and before[-1] in "/?&=#-_.+~,:;@":
        return plain
    host = _HOST.match(plain)
    platform = index.find(host[1].lower()) if host and plain[-1] == "/" else None
    return plain if platform and platform.slug in _ASCII_PLACES else chunk


# Greek, Cyrillic, Armenian, Hebrew, Arabic and the scripts of India: a blank before them is left out in a hurry.
_OTHER_SCRIPT = re.compile("[\u0370-\u0dff]+")
_CAN_BE_FOREIGN = re.compile(r"/(?:tags?|hashtag|search|s|explore|results)\b|[?&]q=")


def _cut_other_script(chunk: str, index: HostIndex) -> str:
    """Without a word of another script right behind the last sign of a post, on places whose addresses are ASCII."""
    plain = chunk.rstrip("".join(set(_OTHER_SCRIPT.findall(chunk))))
    if plain == chunk or not plain[-1:].isalnum() or not plain.isascii() or _CAN_BE_FOREIGN.search(plain):
        return chunk
    host = _HOST.match(plain)
    platform = index.find(host[1].lower()) if host and _find_path(plain, 0) < len(plain) else None
    return plain if platform and platform.slug in _ASCII_PLACES else chunk


def close(url: str) -> str:
    """The same address with an end that nobody takes for the sentence's punctuation, when it is pasted again."""
    return url if trim(url) == url and not url.endswith("...") else f"{url[:-1]}%{ord(url[-1]):02X}"


_CALL = re.compile(rf"\A[\w.-]{{0,40}}[(\[{{]+(?={_LINK}/)", re.IGNORECASE)  # as in `url(…)` and `open(…)`
_CODED_END = re.compile(r"(?<=\w)(?:%(?:22|3[ce]|60))+\Z", re.IGNORECASE)  # a quote or bracket of what stood around it

# A sentence that begins without a blank behind a link, as in `/v/20.He`; endings of files are none.
_NEXT_SENTENCE = re.compile(
    r"(?:(?<=/[0-9])|(?<=[0-9]{2}))\.(?!(?:Html?|Php|Jpe?g|Png|Gif|Aspx?|Pdf)\Z)[A-Z][a-z]{0,14}\Z"
)


def trim(chunk: str) -> str:
    """Cut quotes, emphasis, unmatched brackets and the sentence's own punctuation off both ends.

    An end that says that something was left out stays: such a link is cut off itself.
    """
    inner = chunk.lstrip(_LEADING)
    if "(" in inner or "[" in inner or "{" in inner:
        inner = _CALL.sub("", inner)
    led = chunk[: len(chunk) - len(inner)]
    if "%" in inner and "?" not in inner:
        inner = _CODED_END.sub("", inner)
    if "/" in inner:
        inner = _NEXT_SENTENCE.sub("", inner)
    if inner[-1:] not in _ENDINGS:
        return inner
    trailing = _TRAILING | {mark for mark in "_~" if mark in led}
    surplus = {close: inner.count(close) - inner.count(opening) for close, opening in _PAIRS.items()}
    end = len(inner)
    while end and (inner[end - 1] in trailing or surplus.get(inner[end - 1], 0) > 0):
        if inner.endswith("...", 0, end):
            break
        if inner[end - 1] in surplus:
            surplus[inner[end - 1]] -= 1
        end -= 1
    return inner[:end]
