"""Knows the sites that show the posts of another site under a name of their own, and which post each shows.

A notice belongs to the site that holds the post, so the same page there is what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.adapters.links.url_rules import Address, whole_path

# Sites that show a post of another site in their own frame: the same path on the site that holds it.
_PROXIES: dict[str, tuple[str, ...]] = {
    "x.com": (
        "vxtwitter.com", "fxtwitter.com", "fixupx.com", "fixvx.com", "twittpr.com", "girlcockx.com", "cunnyx.com",
        "stupidpenisx.com", "nitter.net", "nitter.poast.org", "nitter.privacydev.net", "nitter.space", "xcancel.com",
        "nitter.tiekoetter.com", "lightbrd.com", "hitlerx.com", "skibidix.com",
    ),
    "tiktok.com": (
        "vxtiktok.com", "tnktok.com", "tiktxk.com", "tfxktok.com", "kktiktok.com", "fxtiktok.com", "vxtiktok.co",
    ),
    "instagram.com": (
        "ddinstagram.com", "kkinstagram.com", "instagramez.com", "gginstagram.com", "eeinstagram.com",
        "uuinstagram.com", "vxinstagram.com", "fxinstagram.com", "zzinstagram.com", "rxinstagram.com",
        "kkclip.com", "toinstagram.com",
    ),
    "reddit.com": (
        "vxreddit.com", "rxddit.com", "fxreddit.com", "rxyddit.com", "fixreddit.com", "libreddit.com", "teddit.net",
        "libredd.it", "redlib.catsarch.com", "safereddit.com",
    ),
    "threads.net": ("vxthreads.net", "fixthreads.net", "fixthreads.seria.moe"),
    "bsky.app": ("fxbsky.app", "bskx.app", "vxbsky.app", "bskyx.app", "xbsky.app", "cbsky.app", "bsyy.app"),
    "facebook.com": ("facebed.com", "fxfacebook.com"),
    "deviantart.com": ("fixdeviantart.com", "fxdeviantart.com"),
    "youtube.com": ("yewtu.be", "piped.video", "inv.nadeko.net", "invidious.io", "koutube.com", "yout-ube.com"),
    "pixiv.net": ("phixiv.net", "fxpixiv.net"),
    "bilibili.com": ("vxbilibili.com", "fxbilibili.com"),
}  # fmt: skip
_PROXY_OF = {proxy: site for site, proxies in _PROXIES.items() for proxy in proxies}


# Programs that many people run under names of their own: the first label says which, and the page which post it is.
_INSTANCES = (
    (re.compile(r"nitter"), re.compile(r"/\w{1,30}/status/[0-9]+"), "x.com"),
    (re.compile(r"inv|invidious|yt|piped"), re.compile(r"/(?:watch|embed/[\w-]{11}|shorts/[\w-]{11})"), "youtube.com"),
    (re.compile(r"redlib|libreddit|teddit|lr"), re.compile(r"/(?:r|user|u)/[\w-]+/comments/\w+"), "reddit.com"),
    (re.compile(r"proxitok|tok"), re.compile(r"/@[\w.]+/video/[0-9]+"), "tiktok.com"),
    (re.compile(r"rimgo"), re.compile(r"/(?:a|gallery|t)?/?\w{5,}"), "imgur.com"),
)


def read_instance(address: Address) -> Iterator[str]:
    first = address.host.partition(".")[0]
    for name, page, site in _INSTANCES:
        if name.fullmatch(first) and page.match(address.path):
            yield f"https://{site}{whole_path(address)}"


def read_proxy(address: Address) -> Iterator[str]:
    site = _PROXY_OF.get(address.host) or _PROXY_OF.get(address.host.partition(".")[2])
    if site and address.path != "/":
        yield f"https://{site}{whole_path(address)}"
