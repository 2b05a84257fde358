"""Tells a site's name from a page on it, an account's name from a site, and a short link from the page it leads to.

These are asked about, or said, and never guessed at: a letter about a whole site names no page, and an account's name
with a dot in it is somebody else's website.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from portal.adapters.links.url_rules import Address, plain_host
from portal.domain.directory import Category, Platform
from portal.domain.platform_hosts import HostIndex, list_hosts

_FRONT_PATHS = frozenset(
    ["/", "/home", "/home.php", "/index.html", "/index.php", "/login", "/login/", "/login.php", "/accounts/login/"]
)
_FRONT_PARAMETERS = frozenset(
    ["hl", "lang", "locale", "l", "language", "ref", "source", "src", "from", "theme", "app", "gl", "setlang"]
)
# On these a language or a country stands before the name; elsewhere two letters can be somebody's own page.
_IN_LANGUAGES = frozenset({Category.ADULT, Category.SEARCH})


# What a site shows to everybody who is signed in, or whoever looks for something new: nothing that names a post.
_FEEDS: dict[str, frozenset[str]] = {
    "x.com": frozenset(["/explore", "/notifications", "/messages", "/i/bookmarks"]),
    "twitter.com": frozenset(["/explore", "/notifications", "/messages", "/i/bookmarks"]),
    "instagram.com": frozenset(["/explore", "/reels", "/direct", "/direct/inbox"]),
    "facebook.com": frozenset(
        [
            "/watch",
            "/reel",
            "/stories",
            "/groups",
            "/groups/feed",
            "/friends",
            "/marketplace",
            "/messages",
            "/bookmarks",
        ]
    ),
    "tiktok.com": frozenset(["/foryou", "/following", "/explore", "/live", "/friends", "/messages"]),
    "youtube.com": frozenset(
        ["/shorts", "/gaming", "/feed/subscriptions", "/feed/trending", "/feed/history", "/feed/you"]
    ),
    "reddit.com": frozenset(["/r/popular", "/r/all", "/hot", "/new", "/best", "/top", "/rising"]),
    "discord.com": frozenset(["/app", "/channels/@me", "/channels"]),
    "linkedin.com": frozenset(["/feed", "/messaging", "/notifications", "/mynetwork"]),
    "pinterest.com": frozenset(["/today", "/ideas", "/homefeed"]),
    "tumblr.com": frozenset(["/dashboard", "/explore"]),
    "snapchat.com": frozenset(["/explore", "/discover", "/web"]),
    "twitch.tv": frozenset(["/directory"]),
    "threads.com": frozenset(["/search", "/activity"]),
    "threads.net": frozenset(["/search", "/activity"]),
    "telegram.org": frozenset(["/k", "/a", "/z"]),
    "vk.com": frozenset(["/feed", "/im", "/al_feed.php"]),
}
_LANGUAGE = re.compile(r"/[a-z]{2}(?:-[a-z]{2})?/?")
_HAVE_NO_SHORT_NAMES = frozenset({"tiktok.com", "telegram.org", "discord.com"})  # two letters are a language there


def _is_front_path(address: Address) -> bool:
    path = address.path.lower()
    if path in _FRONT_PATHS or path.rstrip("/") in _FEEDS.get(address.registrable, frozenset()):
        return True
    return address.registrable in _HAVE_NO_SHORT_NAMES and bool(_LANGUAGE.fullmatch(path))


def is_front_page(address: Address, index: HostIndex) -> bool:
    """Whether an address names a whole site of the directory, and no page on it."""
    if not _is_front_path(address) or address.fragment.strip("/!"):
        return False
    names = {unquote(pair.partition("=")[0]).lower() for pair in address.query.split("&") if pair}
    if not names <= _FRONT_PARAMETERS:
        return False
    platform = index.find(address.host)
    return platform is not None and _is_own_host(address, platform)


def _is_own_host(address: Address, platform: Platform) -> bool:
    host = plain_host(address)
    own = set(list_hosts(platform))
    if host in own or address.host in own:
        return True
    first, _, rest = host.partition(".")
    is_variant = first in {"m", "mobile", "old", "new", "touch", "web", "lite", "mbasic"} or (
        platform.category in _IN_LANGUAGES and re.fullmatch(r"[a-z]{2}", first) is not None
    )
    return is_variant and rest in own


# What stands right before the name of a post, and the parameters that name one: with nothing behind them, the rest of
# the address was lost.
_BEFORE_A_POST = frozenset(["/p", "/reel", "/status", "/statuses", "/comments", "/pin", "/view_video.php"])
_NAMES_A_POST = frozenset(["v", "viewkey", "fbid", "story_fbid", "list"])


def is_cut_off(address: Address, index: HostIndex) -> bool:
    """Whether an address on a site of the directory ends right before the name of what it is meant to show."""
    if index.find(address.host) is None or address.fragment.strip("/!"):
        return False
    if address.query:
        name, _equals, value = address.query.partition("=")
        return not value and name in _NAMES_A_POST
    path = address.path.lower().rstrip("/")
    return path[path.rfind("/") :] in _BEFORE_A_POST and path not in _FEEDS.get(address.registrable, frozenset())


def is_torn(address: Address, chunks: Sequence[str], place: int) -> bool:
    """Whether blanks got into an address, so that only its beginning is left: `https://some.de / v / 12`."""
    if address.query or place + 1 >= len(chunks):
        return False
    behind = chunks[place + 1 : place + 3]
    if address.path != "/":
        is_more = bool(_MORE_PATH.fullmatch(behind[0])) and not behind[0].startswith(("/u/", "/r/", "u/", "r/"))
        return is_more and (behind[0][0] == "/" or chunks[place].endswith("/"))
    if behind[0] == "/" or (behind[0][0] == "/" and "." not in behind[0]):
        return len(behind) < 2 or "." not in behind[1]
    return chunks[place].endswith("/") and bool(re.fullmatch(r"[\w-]+/[\w/?=&-]*", behind[0]))


_MORE_PATH = re.compile(r"/[\w-]*[0-9][\w/-]*|[A-Za-z_-]{2,}/[\w/-]*[0-9][\w/-]*")
_ACCOUNT_WORDS = frozenset(
    ["insta", "ig", "snap", "sc", "fb", "tt", "tg", "yt", "of", "vk", "bsky", "kik",
     "handle", "username", "user", "nick",
     "nickname", "account", "acc", "profile", "profil", "perfil", "konto", "cuenta", "compte", "conta",
     "usuario", "usuário", "utente", "benutzer", "benutzername", "nutzername", "gebruiker", "@", "name",
     "аккаунт", "ник", "инста", "інста", "телеграм", "тг", "инстаграм", "hesap", "kullanıcı", "アカウント", "账号",
     "계정", "인스타", "حساب", "انستا"]
)  # fmt: skip
_BETWEEN = frozenset(
    ["is", "ist", "es", "est", "è", "é", "=", "-", "–", ":", "the", "der", "die", "name", "id", "as", "als",
     "called", "named", "my", "his", "her", "their", "mein", "sein", "ihr", "heißt", "se", "llama", "on",
     "auf", "at", "bei", "en", "sur", "em", "su", "in", "op", "account", "profile", "user", "username",
     "handle", "@", "//"]
)  # fmt: skip
_ON = frozenset({"on", "auf", "at", "bei", "en", "sur", "em", "su", "op", "via", "@"})
_FAR = 4  # words looked at before and behind a name
_WORD_EDGE = ".:,;()[]{}<>'\"*_-–=!?"


def is_account(address: Address, chunks: Sequence[str], place: int, index: HostIndex) -> bool:
    """Whether the words beside a bare name with a dot in it call it somebody's account, as in "insta anna.me"."""
    chunk = chunks[place]
    if address.path != "/" or address.query or address.fragment:
        return False
    if "/" not in chunk and address.host.endswith(".bsky.social"):  # a name on Bluesky is written as a host
        return True
    if index.find(address.host):
        return False
    label, colon, _name = chunk.rpartition(":")
    if "/" in chunk or chunk[:4].lower() == "www.":
        return False
    if colon and _is_account_word(label, index):
        return True
    return _is_named_before(chunks, place, index) or _is_named_behind(chunks, place, index)


def _is_named_before(chunks: Sequence[str], place: int, index: HostIndex) -> bool:
    for chunk in reversed(chunks[max(0, place - _FAR) : place]):
        if _is_account_word(chunk, index):
            return True
        if chunk.strip(_WORD_EDGE).lower() not in _BETWEEN:
            return False
    return False


def _is_named_behind(chunks: Sequence[str], place: int, index: HostIndex) -> bool:
    behind = [chunk.strip(_WORD_EDGE).lower() for chunk in chunks[place + 1 : place + 3]]
    if len(behind) == 2 and behind[0] in _ON:
        return _is_account_word(behind[1], index)
    return len(behind) == 1 and _is_account_word(behind[0], index)


def _is_account_word(word: str, index: HostIndex) -> bool:
    """Whether it is a word for an account, or the name of a place in the directory, as `instagram`."""
    plain = word.strip(_WORD_EDGE).casefold()
    if plain in _ACCOUNT_WORDS:
        return True
    if "-" in plain and any(part in _ACCOUNT_WORDS for part in plain.split("-")):  # as in "Instagram-Account"
        return True
    if len(plain) < 3 or not plain.isascii() or not plain.isalnum():
        return False
    return any(index.find(f"{plain}.{ending}") for ending in ("com", "org", "app", "tv", "net", "ru"))


# Hosts whose addresses all lead to another place, which then holds the page.
_SHORTENERS = frozenset(
    ["bit.ly", "bitly.com", "share.google",
     "j.mp", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "v.gd", "buff.ly",
     "rb.gy", "cutt.ly", "shorturl.at", "shorte.st", "t.ly", "tiny.cc", "tiny.one", "rebrand.ly", "bl.ink",
     "s.id", "dub.sh", "lnkd.in", "fb.me", "t.cn", "dlvr.it", "ift.tt", "trib.al", "clck.ru", "vk.cc", "u.to",
     "qr.ae", "adf.ly", "bc.vc", "linkvertise.com", "link-to.net", "ouo.io", "ouo.press", "shrinkme.io",
     "exe.io", "gplinks.co", "kutt.it", "soo.gd", "shrtco.de", "pin.it", "amzn.to", "lc.cx", "2u.pw", "n9.cl",
     "x.gd", "0rz.tw", "reurl.cc", "han.gl", "me2.kr", "bom.so", "short.gy", "urlz.fr", "shorturl.com",
     "surl.li", "goo.su", "gg.gg", "bitly.ws", "tinu.be", "urlzs.com", "qrco.de", "me-qr.com", "rotf.lol",
     "aka.ms", "1url.com", "hyperurl.co", "wa.link", "linktw.in", "shope.ee", "tr.ee", "onelink.to", "snip.ly",
     "t2m.io", "urlr.me", "msft.it", "nyti.ms", "2.gp", "p.dw.com", "spoti.fi", "short.io", "tiny.pl", "zpr.io",
     "b.link", "t.im", "zii.bz", "clik.ie", "shorten.is", "cutit.org", "qr.net", "bit.do", "mcaf.ee", "po.st",
     "cli.gs", "tr.im", "su.pr", "urlgeni.us",
     "geni.us", "smarturl.it", "lnk.to", "fas.st", "ffm.to", "tny.im", "ppt.cc", "lihi.cc", "reurl.cc",
     "pse.is", "bre.is"]
)  # fmt: skip
_MAIL_LEADS = (".mimecast.com", ".mimecastprotect.com", ".sophos.com", ".inky.com")  # where the address is encrypted


def is_short_link(address: Address) -> bool:
    """Whether an address only leads to another one that cannot be read out of it."""
    is_lead = plain_host(address) in _SHORTENERS or address.host.endswith(_MAIL_LEADS)
    return (is_lead and address.path.strip("/") != "") or (
        address.registrable == "baidu.com" and address.path == "/link"
    )
