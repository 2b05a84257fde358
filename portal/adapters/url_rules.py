"""Knows how big sites write their addresses: what only tracks, what wraps, and which spellings open the same page.

Nothing here guesses content. A parameter is dropped only where it is known to say who shared a link, never what it
shows; a spelling counts as the same page only where the site itself treats it so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True, kw_only=True)
class Address:
    """A cleaned web address in its parts. All parts are ASCII; the host is lower case and in punycode."""

    scheme: str  # "http" or "https"
    host: str  # IPv6 without its brackets
    port: int | None
    path: str  # begins with a slash
    query: str  # without the question mark
    fragment: str  # without the hash
    registrable: str  # the domain somebody registered; the host itself for an IP address

    @property
    def url(self) -> str:
        """The whole address as it is stored."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{host}{port}{self.path}{query}{fragment}"


_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "igshid",
        "igsh",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "wickedid",
        "rb_clickid",
        "s_cid",
        "__s",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "ref_src",
        "ref_url",
        "srsltid",
        "mibextid",
        "__tn__",
        "__xts__",
        "gad_source",
        "_openstat",
        "ysclid",
        "_branch_match_id",
        "_branch_referrer",
    ]
)
_TRACKING_STARTS = ("utm_", "__cft__", "mtm_", "pk_campaign", "pk_kwd")

# Single letters and everyday words are content on one site and tracking on another, so they stand with their site.
_TRACKING_ON: dict[str, frozenset[str]] = {
    "youtube.com": frozenset({"si", "feature", "pp", "ab_channel", "app"}),
    "youtu.be": frozenset({"si", "feature", "pp", "ab_channel"}),
    "spotify.com": frozenset({"si", "context", "nd"}),
    "x.com": frozenset({"s", "t"}),
    "twitter.com": frozenset({"s", "t", "cxt", "ref"}),
    "facebook.com": frozenset(
        {
            "ref",
            "refid",
            "fref",
            "hc_ref",
            "_rdr",
            "_rdc",
            "rdid",
            "share_url",
            "sfnsn",
            "extid",
            "paipv",
            "eav",
            "wtsid",
        }
    ),
    "instagram.com": frozenset({"ig_rid", "ig_mid", "igref"}),
    "tiktok.com": frozenset(
        [
            "is_from_webapp",
            "sender_device",
            "sender_web_id",
            "_r",
            "_t",
            "web_id",
            "is_copy_url",
            "u_code",
            "share_app_id",
            "share_link_id",
            "tt_from",
            "social_share_type",
            "timestamp",
            "checksum",
            "preview_pb",
            "refer",
            "referer_url",
            "embed_source",
            "sec_user_id",
            "share_author_id",
            "share_iid",
            "source",
            "ug_btm",
            "ugbiz_name",
            "user_id",
        ]
    ),
    "reddit.com": frozenset({"share_id", "rdt", "ref", "ref_source", "correlation_id", "st", "sh", "utm"}),
    "pinterest.com": frozenset({"invite_code", "sender", "sfo"}),
    "linkedin.com": frozenset({"trk", "trackingId", "lipi", "licu", "lici", "rcm"}),
    "threads.net": frozenset({"xmt", "slof"}),
    "threads.com": frozenset({"xmt", "slof"}),
}

# Pages that only pass on to another: the page that is meant stands in a parameter.
_WRAPPERS: dict[tuple[str, str], str] = {
    ("l.facebook.com", "/l.php"): "u",
    ("lm.facebook.com", "/l.php"): "u",
    ("l.instagram.com", "/"): "u",
    ("l.threads.com", "/"): "u",
    ("google.com", "/url"): "q url",
    ("youtube.com", "/redirect"): "q",
    ("out.reddit.com", "/"): "url",
    ("t.umblr.com", "/redirect"): "z",
    ("vk.com", "/away.php"): "to",
    ("away.vk.com", "/away.php"): "to",
    ("duckduckgo.com", "/l/"): "uddg",
    ("steamcommunity.com", "/linkfilter/"): "u url",
}
_WRAPPING_DOMAINS = {"safelinks.protection.outlook.com": "url"}

# Other names of the same site.
_SAME_HOST = {
    "twitter.com": "x.com",
    "instagr.am": "instagram.com",
    "telegram.me": "t.me",
    "telegram.dog": "t.me",
    "threads.net": "threads.com",
    "vk.ru": "vk.com",
    "youtube-nocookie.com": "youtube.com",
    "old.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "sh.reddit.com": "reddit.com",
    "mbasic.facebook.com": "facebook.com",
    "touch.facebook.com": "facebook.com",
    "web.facebook.com": "facebook.com",
}
# Hosts whose one path segment is the id of a post elsewhere.
_SHORT_HOSTS = {"youtu.be": ("youtube.com", "video"), "redd.it": ("reddit.com", "post")}
_DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})


def drop_tracking(address: Address) -> Address:
    """The same page without the parameters that say who shared it, from where, and when."""
    own = _TRACKING_ON.get(address.registrable, frozenset())
    kept = [pair for pair in address.query.split("&") if pair and not _is_tracking(pair, own)]
    return replace(address, query="&".join(kept), fragment=_clean_fragment(address.fragment))


def find_wrapped(address: Address) -> str | None:
    """The address inside a page that only passes on (a link copied out of a message), or None."""
    names = _WRAPPERS.get((_plain_host(address), address.path))
    for domain, name in _WRAPPING_DOMAINS.items():
        if address.host.endswith(domain):
            names = name
    if names is None:
        return None
    values = dict(parse_qsl(address.query))
    return next((values[name] for name in names.split() if name in values), None)


def page_key(address: Address) -> tuple[str, ...]:
    """Equal for two addresses that surely open the same page: device, scheme, `www.` and a last slash play no part."""
    host = _plain_host(address)
    host = _SAME_HOST.get(host, host)
    parts = tuple(part for part in unquote(address.path).split("/") if part)
    if host in _SHORT_HOSTS and len(parts) == 1:
        return (*_SHORT_HOSTS[host], parts[0])
    special = _SITE_KEYS.get(host)
    if special and (key := special(parts, dict(parse_qsl(address.query)))):
        return (host, *key)
    query = "&".join(sorted(address.query.split("&")))
    return (host, str(address.port or ""), "/".join(parts), query, address.fragment)


def _plain_host(address: Address) -> str:
    first, _, rest = address.host.partition(".")
    if first == "www" or (first in _DEVICE_LABELS and rest == address.registrable):
        return rest
    return address.host


def _is_tracking(pair: str, own: frozenset[str]) -> bool:
    name = unquote(pair.partition("=")[0])
    return name in own or name.lower() in _TRACKING or name.lower().startswith(_TRACKING_STARTS)


def _clean_fragment(fragment: str) -> str:
    """Marks of a text selection and of a campaign go; everything else can name the content (keys, one-page sites)."""
    fragment = fragment.partition(":~:")[0]
    return "" if fragment.lower().startswith(("utm_", "xtor=", "echobox=")) else fragment


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


_SITE_KEYS = {
    "youtube.com": _key_youtube,
    "instagram.com": _key_instagram,
    "x.com": _key_x,
    "reddit.com": _key_reddit,
    "t.me": _key_telegram,
}
