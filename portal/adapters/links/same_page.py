"""Knows which spellings of an address open the same page.

A spelling counts as the same page only where the site itself treats it so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote

from portal.adapters.links.url_rules import Address, plain_host

# Other names of the same site.
_SAME_HOST = {
    "twitter.com": "x.com",
    "instagr.am": "instagram.com",
    "telegram.me": "t.me",
    "telegram.dog": "t.me",
    "threads.net": "threads.com",
    "vk.ru": "vk.com",
    "vkvideo.ru": "vk.com",
    "m.vkvideo.ru": "vk.com",
    "youtube-nocookie.com": "youtube.com",
    "old.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "sh.reddit.com": "reddit.com",
    "mbasic.facebook.com": "facebook.com",
    "touch.facebook.com": "facebook.com",
    "web.facebook.com": "facebook.com",
    "free.facebook.com": "facebook.com",
    "music.youtube.com": "youtube.com",
    "player.vimeo.com": "vimeo.com",
    "clips.twitch.tv": "twitch.tv",
    "embed.redtube.com": "redtube.com",
    "geo.dailymotion.com": "dailymotion.com",
}
# Sites that show the same pages under a host for each language, each mirror and each copy, by their registered names.
_ONE_SITE = {
    "pornhub.com": "pornhub.com",
    "pornhub.org": "pornhub.com",
    "pornhub.net": "pornhub.com",
    "redgifs.com": "redgifs.com",
    "xvideos.com": "xvideos.com",
    "xvideos.es": "xvideos.com",
    "xvideos2.com": "xvideos.com",
    "xvideos3.com": "xvideos.com",
    "xnxx.com": "xnxx.com",
    "xnxx.es": "xnxx.com",
    "xnxx3.com": "xnxx.com",
    "xhamster.com": "xhamster.com",
    "xhamster.desi": "xhamster.com",
    "xhamster.one": "xhamster.com",
    "xhamster2.com": "xhamster.com",
    "xhamster3.com": "xhamster.com",
    "spankbang.com": "spankbang.com",
    "spankbang.party": "spankbang.com",
    "eporner.com": "eporner.com",
    "youporn.com": "youporn.com",
    "redtube.com": "redtube.com",
    "pinterest.com": "pinterest.com",
    "tiktok.com": "tiktok.com",
    "tiktokv.com": "tiktok.com",
    "tiktokv.us": "tiktok.com",
    "ok.ru": "ok.ru",
    **dict.fromkeys(
        (
            f"pinterest.{ending}"
            for ending in (
                "at", "ca", "ch", "cl", "co.kr", "co.uk", "com.au", "com.mx", "de", "dk", "es", "fr", "hu", "ie", "it",
                "jp", "nz", "ph", "pt", "ru", "se",
            )
        ),
        "pinterest.com",
    ),
}  # fmt: skip
# Hosts whose one path segment is the id of a post elsewhere.
_SHORT_HOSTS = {
    "youtu.be": ("youtube.com", "video"),
    "redd.it": ("reddit.com", "post"),
    "dai.ly": ("dailymotion.com", "item"),
}


def page_key(address: Address) -> tuple[str, ...]:
    """Equal for two addresses that surely open the same page: device, scheme, `www.` and a last slash play no part."""
    host = plain_host(address)
    host = _SAME_HOST.get(host, host)
    parts = tuple(part for part in unquote(address.path).split("/") if part)
    if host in _SHORT_HOSTS and len(parts) == 1:
        return (*_SHORT_HOSTS[host], parts[0])
    if site := _find_site(host, address.registrable):
        special = _SITE_KEYS.get(site)
        if special and (key := special(parts, dict(parse_qsl(address.query)))):
            return (site, *key)
    special = _SITE_KEYS.get(host)
    if special and (key := special(parts, dict(parse_qsl(address.query)))):
        return (host, *key)
    query = "&".join(sorted(address.query.split("&")))
    return (host, str(address.port or ""), "/".join(parts), query, address.fragment)


def _key_youtube(parts: tuple[str, ...], query: dict[str, str]) -> tuple[str, ...] | None:
    if parts == ("watch",) and "v" in query:
        return ("video", query["v"])
    if len(parts) == 2 and parts[0] in {"shorts", "embed", "live", "v"}:
        return ("video", parts[1])
    return None


def _key_instagram(parts: tuple[str, ...], query: dict[str, str]) -> tuple[str, ...] | None:
    kinds = {"p", "reel", "reels", "tv"}
    if len(parts) == 3 and parts[1] in kinds:  # the owner's name may stand before the post
        parts = parts[1:]
    if len(parts) == 2 and parts[0] in kinds:
        return ("post", parts[1], query.get("img_index", ""))
    return None


def _key_x(parts: tuple[str, ...], _query: dict[str, str]) -> tuple[str, ...] | None:
    if "status" in parts[:-1]:
        at = parts.index("status")
        return ("post", *parts[at + 1 :])
    return None


def _key_reddit(parts: tuple[str, ...], _query: dict[str, str]) -> tuple[str, ...] | None:
    if len(parts) == 2 and parts[0] == "gallery":
        return ("post", parts[1])
    if "comments" in parts[:-1]:
        at = parts.index("comments")
        return ("post", parts[at + 1], *parts[at + 3 :])  # the words of the title after the id are decoration
    return None


def _key_telegram(parts: tuple[str, ...], query: dict[str, str]) -> tuple[str, ...] | None:
    if len(parts) == 3 and parts[0] == "s":  # the preview of a channel in the browser
        return ("post", *parts[1:], query.get("comment", ""))
    if len(parts) == 2 and parts[1].isdecimal():
        return ("post", *parts, query.get("comment", ""))
    return None


def _key_threads(parts: tuple[str, ...], _query: dict[str, str]) -> tuple[str, ...] | None:
    if len(parts) == 3 and parts[1] == "post":
        return ("post", parts[2])
    return ("post", parts[1]) if len(parts) == 2 and parts[0] == "t" else None


def _key_facebook(parts: tuple[str, ...], query: dict[str, str]) -> tuple[str, ...] | None:
    first = parts[0] if parts else ""
    if first in {"photo", "photo.php"} and "fbid" in query:
        return ("photo", query["fbid"])
    if first in {"watch", "video.php"} and "v" in query:
        return ("video", query["v"])
    if len(parts) >= 3 and parts[1] == "videos" and parts[-1].isdecimal():
        return ("video", parts[-1])
    return ("video", parts[1]) if first == "reel" and len(parts) == 2 else None


def _key_vk(parts: tuple[str, ...], query: dict[str, str]) -> tuple[str, ...] | None:
    for name in ("w", "z"):  # opened over the page of whoever posted it
        if found := _VK_ITEM.match(query.get(name, "")):
            return ("item", found[0])
    if len(parts) == 1 and not query and (found := _VK_ITEM.fullmatch(parts[0])):
        return ("item", found[0])
    return None


_VK_ITEM = re.compile(r"(?:wall|photo|video|clip)-?[0-9]+_[0-9]+")
_Query = dict[str, str]
_SiteKey = Callable[[tuple[str, ...], _Query], tuple[str, ...] | None]


def _key_by(*patterns: str, query: str = "", at: str = "") -> _SiteKey:
    """A page named by what a group of one of these patterns holds in its path, or by one parameter of the path `at`."""
    tried = [re.compile(pattern) for pattern in patterns]

    def read(parts: tuple[str, ...], values: _Query) -> tuple[str, ...] | None:
        path = "/".join(parts)
        if query and path == at and query in values:
            return ("item", values[query])
        found = next((match for pattern in tried if (match := pattern.fullmatch(path))), None)
        return ("item", found[1]) if found else None

    return read


def _lower(read: _SiteKey) -> _SiteKey:
    """Where the site makes no difference between small and capital letters."""

    def lowered(parts: tuple[str, ...], values: _Query) -> tuple[str, ...] | None:
        key = read(parts, values)
        return tuple(part.lower() for part in key) if key else None

    return lowered


def _find_site(host: str, registrable: str) -> str | None:
    """The site of a host that differs only by a language, a device or a mirror; None for other services below it."""
    first, _, rest = host.partition(".")
    if host in _ONE_SITE:
        return _ONE_SITE[host]
    is_variant = bool(re.fullmatch(r"[a-z]{2}|v[0-9]|m|lite|[a-z]{2}-[a-z]{2}", first))
    return _ONE_SITE.get(rest) if is_variant and rest == registrable else None


_SITE_KEYS = {
    "youtube.com": _key_youtube,
    "instagram.com": _key_instagram,
    "x.com": _key_x,
    "reddit.com": _key_reddit,
    "t.me": _key_telegram,
    "threads.com": _key_threads,
    "facebook.com": _key_facebook,
    "vk.com": _key_vk,
    "pornhub.com": _key_by(r"embed/(\w+)", query="viewkey", at="view_video.php"),
    "redgifs.com": _lower(_key_by(r"(?:watch|ifr)/(\w+)")),
    "xvideos.com": _key_by(r"video[.]?(\w+)(?:/.*)?", r"embedframe/(\w+)"),
    "xnxx.com": _key_by(r"video-(\w+)(?:/.*)?", r"embedframe/(\w+)"),
    "xhamster.com": _key_by(r"videos/(?:.*-)?(xh\w+|[0-9]+)", r"(?:x?embed(?:\.php)?)/(\w+)"),
    "spankbang.com": _key_by(r"(\w+)/(?:video|embed|play)(?:/.*)?"),
    "eporner.com": _key_by(r"(?:video-|hd-porn/|embed/)(\w+)(?:/.*)?"),
    "youporn.com": _key_by(r"(?:watch|embed)/([0-9]+)(?:/.*)?"),
    "redtube.com": _key_by(r"([0-9]+)", query="id", at=""),
    "tiktok.com": _key_by(
        r"(?:@[^/]*/(?:video|photo)|share/video|embed(?:/v2)?|player/v1)/([0-9]+)", r"v/([0-9]+)\.html"
    ),
    "vimeo.com": _key_by(r"(?:video/)?([0-9]+)"),
    "dailymotion.com": _key_by(r"(?:embed/)?video/(\w+)", query="video", at="player.html"),
    "streamable.com": _key_by(r"(?:[eos]/)?(\w{4,8})"),
    "twitch.tv": _key_by(r"(?:\w+/clip/)?([A-Z][A-Za-z]+-[\w-]+)"),
    "pinterest.com": _key_by(r"pin/(?:.*--)?([0-9]+)"),
    "ok.ru": _key_by(r"(?:video|videoembed|live)/([0-9]+)"),
}
