"""Reads the host of a web address: letters, numbers, endings, and whether it can be a place on the public internet.

The list of public domain endings is the one that comes with the package; nothing is looked up.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

import idna
import tldextract


class ShownBack(StrEnum):
    """Why something was shown back instead of being taken as a link. The sentence is the key of its translation."""

    NO_LINK = "no link was found here"
    ACCOUNT = "this is an account name, not a link"
    EMAIL = "this is an e-mail address, not a link"
    USERINFO = "this link has a name or password in it"
    SCRIPT = "this would run or show something on a device, it is not a page on the internet"
    SCHEME = "the beginning is not one we know: a link begins with http:// or https://"
    ENDING = "no website address has this ending"
    HOST = "the name of the website is not a possible one"
    PORT = "the number after the colon is not a possible one"
    PRIVATE = "this address works only on one device or in a private network"
    NUMBER = "the website is written as a number in an unusual way"
    HIDDEN = "there are hidden characters in it"
    FILE = "this looks like the name of a file, not a link"
    TOO_LONG = "this is too long for a link"
    CUT = "this link is cut off: open the page and copy its whole address"
    FRONT = "this is the front page of a whole site: add the address of the post, or say in words where it is"
    DOT = "the dot in this address is written in another way: write it as a dot"
    GLUED = "words stand right before or behind this address: put a blank between them"
    NESTED = "this only leads to another page: open it and add the address it leads to"
    REST = "this is the rest of a long text: it is kept as it came, and is read when it is pasted again by itself"


@dataclass(frozen=True)
class NotALink:
    """A chunk that seems to be meant as a link or an account, and why it is not taken."""

    why: ShownBack


# Endings that somebody shares out among many owners and that the bundled list does not have.
_SHARED_OUT = (
    "ar.com", "gb.com", "hu.com", "kr.com", "no.com", "qc.com", "uy.com",
    "neocities.org", "narod.ru", "free.fr", "chez.com", "tripod.com", "angelfire.com", "jimdofree.com", "webnode.page",
    "mystrikingly.com", "forumotion.com", "forumotion.net", "proboards.com", "createaforum.com", "over-blog.com",
    "canalblog.com", "ning.com", "wikidot.com", "fandom.com", "b-cdn.net", "ucoz.ru", "ucoz.com", "ucoz.net", "my1.ru",
    "at.ua", "at.ru", "wapka.xyz", "yolasite.com", "page.tl", "xtgem.com", "bravesites.com", "simdif.com",
)  # fmt: skip
# Never fetched, never written.
_extract = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=_SHARED_OUT
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_ENDINGS = tuple(
    f".{ending}"
    for ending in ["localhost", "local", "internal", "lan", "intranet", "home.arpa", "in-addr.arpa", "ip6.arpa"]
)


def clean_host(host: str) -> str | NotALink:
    """The host in lower case and punycode, or an IP address in its short form; refused where it is not public."""
    if host.startswith("["):
        return _clean_ip(host[1:-1])
    name = _clean_name(host)
    if isinstance(name, NotALink):
        return name
    labels = name.split(".")
    if is_dotted_quad(labels):
        return _clean_ip(name)
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        return NotALink(ShownBack.NUMBER)
    if name == "localhost" or name.endswith(_PRIVATE_ENDINGS):
        return NotALink(ShownBack.PRIVATE)
    # An ending missing in the bundled list may only be newer than it, so with a scheme before it the link is taken.
    return name if len(labels) > 1 and labels[-1] != "invalid" else NotALink(ShownBack.ENDING)


def _clean_name(host: str) -> str | NotALink:
    """A host name in lower-case ASCII, each label checked."""
    name = host.rstrip(".").lower()
    if not name or len(name) > 253:
        return NotALink(ShownBack.HOST)
    try:
        # Label by label, because underscores are in use below a registered name and idna refuses them.
        name = ".".join(_encode_label(label) for label in re.split(r"[.\u3002\uff0e\uff61]", name))
    except (idna.IDNAError, UnicodeError):
        return NotALink(ShownBack.HOST)
    is_sound = len(name) <= 253 and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in name.split("."))
    return name if is_sound else NotALink(ShownBack.HOST)


def _encode_label(label: str) -> str:
    if label.isascii():
        return label
    encoded: str = idna.encode(label, uts46=True, transitional=False).decode("ascii")
    return encoded.lower()


def _clean_ip(text: str) -> str | NotALink:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return NotALink(ShownBack.NUMBER)
    inner = getattr(address, "ipv4_mapped", None) or address
    if not inner.is_global or inner.is_multicast:
        return NotALink(ShownBack.PRIVATE)
    return address.compressed


def find_registrable(host: str) -> str:
    """The domain somebody registered: `example.co.uk` of `a.b.example.co.uk`; for an IP address the address itself.

    An ending under which a company or a registry gives names to others (`ru.com`, `github.io`) counts as an ending: two
    names under it belong to two owners, and nothing that is meant for one of them may go to the other.
    """
    if ":" in host or is_dotted_quad(host.split(".")):
        return host
    extracted = _extract(host)
    if extracted.suffix:
        return extracted.top_domain_under_public_suffix or host
    return ".".join(host.rsplit(".", 2)[-2:])  # an ending newer than the bundled list


def show_host(host: str) -> str:
    """The host as people read it, with its own letters; the ASCII form where it cannot be shown."""
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host


def is_dotted_quad(labels: list[str]) -> bool:
    """Whether the labels look like an IPv4 address."""
    return len(labels) == 4 and all(label.isascii() and label.isdigit() and len(label) <= 3 for label in labels)


def has_known_ending(host: str) -> bool:
    """Whether a host without a scheme ends in something that is, or is set aside as, a domain ending."""
    cleaned = _clean_name(host)
    if isinstance(cleaned, NotALink):
        return False
    is_private = cleaned.endswith(_PRIVATE_ENDINGS)
    return is_private or cleaned.endswith(".example") or bool(_extract(cleaned).suffix)
