"""A web address in its parts, and what in it only tracks whoever shared it.

Nothing here guesses content: a parameter is dropped only where it is known to say who shared a link, never what it
shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote


class LinkNote(StrEnum):
    """What was done to a link, or has to be known about it. The sentence is the key of its translation."""

    UNWRAPPED = "We took this out of a longer address that only leads to it."
    APP = "This was an address for an app. This is the same page on the web."
    MARKS = "There were hidden marks in it. We took them off."
    JOINED = "It was broken over two lines. We put it together."
    WORDS = "Words stood right behind it. We left them off."
    SHORT = "This is a short link. Open it and add the address it leads to."


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
    told: tuple[LinkNote, ...] = ()  # what was done to it to read it

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

_DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})


def drop_tracking(address: Address) -> Address:
    """The same page without the parameters that say who shared it, from where, and when."""
    own = _TRACKING_ON.get(address.registrable, frozenset())
    kept = [pair for pair in address.query.split("&") if pair and not _is_tracking(pair, own)]
    return replace(address, query="&".join(kept), fragment=_clean_fragment(address.fragment))


def plain_host(address: Address) -> str:
    """The host without the label that only says for which device a page is."""
    first, _, rest = address.host.partition(".")
    if first == "www" or (first in _DEVICE_LABELS and rest == address.registrable):
        return rest
    return address.host


def whole_path(address: Address) -> str:
    """The path with what it asks for behind it."""
    return address.path + (f"?{address.query}" if address.query else "")


def _is_tracking(pair: str, own: frozenset[str]) -> bool:
    name = unquote(pair.partition("=")[0])
    return name in own or name.lower() in _TRACKING or name.lower().startswith(_TRACKING_STARTS)


def _clean_fragment(fragment: str) -> str:
    """Marks of a text selection and of a campaign go; everything else can name the content (keys, one-page sites)."""
    fragment = fragment.partition(":~:")[0]
    return "" if fragment.lower().startswith(("utm_", "xtor=", "echobox=")) else fragment
