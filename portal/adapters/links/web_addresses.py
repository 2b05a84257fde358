"""Reads one web address out of one chunk of text, and says why where it cannot. Nothing is ever opened or looked up."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from urllib.parse import quote, unquote

from portal.adapters.links.app_links import read_app_link
from portal.adapters.links.hosts import (
    NotALink,
    ShownBack,
    clean_host,
    find_registrable,
    has_known_ending,
    is_dotted_quad,
)
from portal.adapters.links.url_rules import Address, LinkNote, drop_tracking
from portal.adapters.links.url_wrappers import find_wrapped

MAX_LENGTH = 8_000  # longer than any browser's address bar hands out
_MAX_WRAPPINGS = 5

_WEB = re.compile(r"h(?:tt|xx|\*\*)p(s?):[/\\]+", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):(/*)", re.IGNORECASE)
DOUBLED = re.compile(r"(?:h(?:tt|xx)ps?:[/\\]+(?:www\.)?)+(?=h(?:tt|xx)ps?:[/\\])", re.IGNORECASE)
_ENCODED = re.compile(r"([\w.-]{1,40}=)?(h(?:tt|xx)ps?%(?:25)*3a.*)", re.IGNORECASE | re.DOTALL)
_WIDE_DOT = re.compile("[。｡．]")
_AMPERSAND = re.compile(r"&(?:amp;)+")
_CUT = re.compile(r"…|[\[(]\.\.\.[\])]|\.\.\.\Z|[/\\]\.\.\.(?=[/\\?#])")
_OTHER_DOT = re.compile(
    r"(?:https?://)?(?:[\w-]+[.,;])*[\w-]+[,;](?:com|net|org|info|tv|xxx|porn|me|to|ru|de|io)/\S*", re.I
)
_END_ALONE = re.compile(r"(?:com|net|org|info|xxx|porn|tv)/\S+", re.IGNORECASE)
_BROKEN_WEB = re.compile(r"(?:h+t+p+s?|ttps?|hxxps?)[^a-z0-9@]*/|https?[;.,]/", re.IGNORECASE)
_PARTS = re.compile(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_HOST_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_ACCOUNT = re.compile(r"@[\w.-]+(?:@[\w.-]+)?|/?(?:u|user|r)/[\w-]+/?")
_SCRIPT_SCHEMES = frozenset({"javascript", "data", "file", "vbscript", "blob", "about", "chrome", "content", "jar"})
_APP_SCHEMES = frozenset(
    {"vnd.youtube", "magnet", "intent", "tel", "sms", "tg", "whatsapp", "ed2k", "ftp", "ftps", "sftp"}
)
_FILE_ENDINGS = frozenset({"zip", "mov"})  # also domain endings, but nearly always a file on a phone
# What browsers leave as it stands; everything else becomes a percent code.
_SAFE_PATH = "/%:@!$&'()*+,;=-._~[]|"
_SAFE_QUERY = _SAFE_PATH + "?{}^"


def read_chunk(chunk: str) -> Address | NotALink | None:
    """Read a chunk without blanks or wrapping punctuation. None: just a word. Never raises."""
    if len(chunk) > MAX_LENGTH:
        return NotALink(ShownBack.TOO_LONG) if _WEB.match(chunk) or chunk[:4].lower() == "www." else None
    found = _read_meant(chunk)
    is_meant = found is not None or "." in chunk or "/" in chunk
    return NotALink(ShownBack.HIDDEN) if is_meant and has_hidden(chunk) else found


def _read_meant(chunk: str) -> Address | NotALink | None:
    """Read a chunk as it was before it was written for an app or into another address."""
    if "%" in chunk and (encoded := _ENCODED.fullmatch(chunk)):
        plain = encoded[2].partition("&")[0] if encoded[1] else encoded[2]  # the next parameter is none of its
        while re.match(r"\w{4,5}%(?:25)*3a", plain, re.IGNORECASE):
            plain = unquote(plain)
        return _read(plain) if not has_hidden(plain) else NotALink(ShownBack.HIDDEN)
    if DOUBLED.match(chunk):
        chunk = DOUBLED.sub("", chunk, count=1)
    found = _read(chunk)
    if (
        isinstance(found, NotALink)
        and found.why in {ShownBack.SCHEME, ShownBack.SCRIPT}
        and (page := read_app_link(chunk))
    ):
        return _read_app(page) or found
    return found


def _read_app(page: str) -> Address | None:
    found = _read(page) if _WEB.match(page) and not has_hidden(page) and len(page) <= MAX_LENGTH else None
    return replace(found, told=(*found.told, LinkNote.APP)) if isinstance(found, Address) else None


def has_hidden(text: str) -> bool:
    """Whether it holds control characters, marks that turn text around, or broken halves of characters."""
    return any(is_hidden(character) for character in text if not "\x20" <= character <= "\x7e")


@lru_cache(maxsize=4_096)
def is_hidden(character: str) -> bool:
    """Whether a character cannot be seen and can make a link look like another one."""
    kind = unicodedata.category(character)
    joiner = character in "\u200c\u200d"  # part of ordinary writing in Persian, Hindi and in emoji
    return kind in {"Cc", "Cs"} or (kind == "Cf" and not joiner)


def _read(chunk: str) -> Address | NotALink | None:
    if ("," in chunk or ";" in chunk) and _OTHER_DOT.fullmatch(chunk):
        return NotALink(ShownBack.DOT)
    web = _WEB.search(chunk)
    if web is None:
        return NotALink(ShownBack.CUT) if _END_ALONE.fullmatch(chunk) else _read_without_web(chunk)
    before = chunk[: web.start()]
    if not before:
        return _read_web("https" if web[1] else "http", chunk[web.end() :])
    scheme = _SCHEME.match(before)
    if scheme and scheme[1].lower() in _SCRIPT_SCHEMES:
        return NotALink(ShownBack.SCRIPT)
    if scheme and (scheme[2] or scheme[1].lower() in _APP_SCHEMES) and "." not in scheme[1]:
        return NotALink(ShownBack.SCHEME)
    if "/" in before or "=" in before:  # an address with another one inside it, as archives write them
        outer = _read_bare(chunk)
        if isinstance(outer, Address):
            return outer
    return _read(chunk[web.start() :])


def _read_without_web(chunk: str) -> Address | NotALink | None:
    if _BROKEN_WEB.match(chunk):
        return NotALink(ShownBack.SCHEME)
    scheme = _SCHEME.match(chunk)
    if scheme and not _is_port(chunk[scheme.end() :], scheme):
        return _read_other_scheme(scheme, chunk[scheme.end() :])
    return _read_plain(chunk)


def _read_plain(chunk: str) -> Address | NotALink | None:
    if "@" in chunk.partition("/")[0] or _ACCOUNT.fullmatch(chunk):
        return _read_at(chunk)
    return _read_bare(chunk.removeprefix("//"))


def _is_port(rest: str, scheme: re.Match[str]) -> bool:
    is_host = "." in scheme[1] or scheme[1].lower() == "localhost"
    return is_host and not scheme[2] and rest[:1].isdigit()


def _read_other_scheme(scheme: re.Match[str], rest: str) -> Address | NotALink | None:
    name = scheme[1].lower()
    if name in _SCRIPT_SCHEMES:
        return NotALink(ShownBack.SCRIPT)
    if name == "mailto":
        return NotALink(ShownBack.EMAIL)
    if scheme[2] or name in _APP_SCHEMES:
        return NotALink(ShownBack.SCHEME)
    return _read_plain(rest)  # a label: "Link:instagram.com/p/1"


def _read_at(chunk: str) -> NotALink | None:
    if _ACCOUNT.fullmatch(chunk):
        return NotALink(ShownBack.ACCOUNT)
    name, _, host = chunk.partition("@")
    if not name or "." not in host:
        return None
    return NotALink(ShownBack.USERINFO if "/" in host or ":" in name else ShownBack.EMAIL)


def _read_bare(chunk: str) -> Address | NotALink | None:
    """Something that has no beginning such as https://: taken only where its host is surely meant as one."""
    authority = _split(chunk)[0]
    host = _WIDE_DOT.sub(".", authority.partition(":")[0]).rstrip(".")
    labels = host.split(".")
    is_www = labels[0].lower() == "www" and len(labels) > 1
    if not (len(labels) > 1 and all(labels)):
        return NotALink(ShownBack.PRIVATE) if host.lower() == "localhost" and host != chunk else None
    if is_dotted_quad(labels):
        return _read_web("https", chunk)
    if is_www:
        return _read_web("https", chunk) if has_known_ending(host) else NotALink(ShownBack.ENDING)
    if not _is_wordlike(labels):
        return None
    if not host.isascii() and _is_mixed(labels[0]):
        return NotALink(ShownBack.GLUED)
    return _judge_bare(chunk, host, has_more=len(chunk) > len(authority))


def _judge_bare(chunk: str, host: str, *, has_more: bool) -> Address | NotALink | None:
    ending = host.rpartition(".")[2]
    if not has_known_ending(host):
        is_meant = has_more or (len(ending) > 2 and ending.islower())
        return NotALink(ShownBack.ENDING) if is_meant else None
    if not has_more and ending.lower() in _FILE_ENDINGS:
        return NotALink(ShownBack.FILE)
    if not has_more and ending.istitle() and host[:1].islower():
        return None  # two sentences without a blank between them
    return _read_web("https", chunk)


def _is_wordlike(labels: list[str]) -> bool:
    ending = labels[-1]
    named = ending.isalpha() or ending.lower().startswith("xn--") or not ending.isascii()
    return named and all(re.fullmatch(r"[\w\u200c\u200d-]+", label) for label in labels)


def _is_mixed(label: str) -> bool:
    """Whether words of another script stand right before ASCII letters: then it is not sure where the name begins."""
    last = label[-1]
    return last.isascii() and any(
        sign.isalpha() and not sign.isascii() and "LATIN" not in unicodedata.name(sign, "") for sign in label
    )


def _split(text: str) -> tuple[str, str, str, str]:
    found = _PARTS.fullmatch(text)
    if found is None:  # cannot happen: the pattern takes everything
        raise AssertionError(text)
    return found[1], found[2], found[3] or "", found[4] or ""


def _read_web(scheme: str, rest: str, depth: int = 0) -> Address | NotALink:
    """The address after `scheme://`, cleaned, and taken out of a page that only passes on."""
    if _CUT.search(rest):
        return NotALink(ShownBack.CUT)
    before, mark, after = _cut_query(rest)
    authority, path, query, fragment = _split(before.replace("\\", "/") + mark + after)
    if "@" in authority:
        return NotALink(ShownBack.USERINFO)
    parts = _HOST_PORT.fullmatch(authority)
    if parts is None:
        return NotALink(ShownBack.HOST)
    port = _read_port(parts[2], scheme)
    if isinstance(port, NotALink):
        return port
    host = clean_host(parts[1])
    if isinstance(host, NotALink):
        return host
    return _finish(scheme, host, port, (path, query, fragment), depth)


def _finish(scheme: str, host: str, port: int | None, rest: tuple[str, str, str], depth: int) -> Address | NotALink:
    if any("\ud800" <= character <= "\udfff" for part in rest for character in part):
        return NotALink(ShownBack.HIDDEN)
    path, query, fragment = rest
    address = Address(
        scheme=scheme,
        host=host,
        port=port,
        path=quote(path, safe=_SAFE_PATH) or "/",
        query=quote(_AMPERSAND.sub("&", query), safe=_SAFE_QUERY),
        fragment=quote(fragment, safe=_SAFE_QUERY),
        registrable=find_registrable(host),
    )
    inner = find_wrapped(address)
    if inner and (web := _WEB.match(inner)) and not has_hidden(inner):
        if depth >= _MAX_WRAPPINGS:
            return NotALink(ShownBack.NESTED)
        found = _read_web("https" if web[1] else "http", inner[web.end() :], depth + 1)
        if isinstance(found, Address):
            return replace(found, told=(LinkNote.UNWRAPPED,))
        if found.why is ShownBack.NESTED:
            return found
    return drop_tracking(address)


def _cut_query(rest: str) -> tuple[str, str, str]:
    """Split before the first `?` or `#`: backslashes are slashes only ahead of it, as browsers read them."""
    at = min((place for place in (rest.find("?"), rest.find("#")) if place >= 0), default=len(rest))
    return rest[:at], rest[at : at + 1], rest[at + 1 :]


def _read_port(text: str | None, scheme: str) -> int | NotALink | None:
    if not text:
        return None
    if len(text) > 5 or not 1 <= int(text) <= 65_535:
        return NotALink(ShownBack.PORT)
    port = int(text)
    return None if port == {"http": 80, "https": 443}[scheme] else port
