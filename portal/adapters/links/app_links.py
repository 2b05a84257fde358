"""Turns the addresses that apps use among themselves into the web address of the same page, where that is certain.

What names a page only within an app (a number that the web does not know) is not guessed at.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

# What is written before a whole web address, or instead of its `https` (the page is asked for in the safe way).
_BEFORE = re.compile(
    r"(?:view-source|microsoft-edge|googlechromes?|touch-https?|opera-https?|firefox-focus|ddgquicklink|web|"
    r"x-safari-https?|com-apple-mobilesafari-tab|samsunginternet|ucbrowser|mibrowser|chrome|feed):/{0,3}"
    r"(?=https?(?:://|%3a%2f))",
    re.IGNORECASE,
)
_INSTEAD = {
    "googlechrome": "https", "googlechromes": "https", "touch-http": "http", "touch-https": "https",
    "opera-http": "http", "opera-https": "https", "x-safari-http": "http", "x-safari-https": "https",
    "ddgquicklink": "https", "feed": "https", "sgnl": "https",
}  # fmt: skip
_OPENERS = ("url", "href", "link", "u")
_INTENT = re.compile(r"intent:(?://)?(.*?)#Intent;(.*)", re.IGNORECASE | re.DOTALL)
_ANDROID = re.compile(r"android-app://[\w.]+/(https?)/(.+)", re.IGNORECASE)
_DEEP = re.compile(r"([a-z][a-z0-9+.-]{0,30}):/{0,3}([^?#]*)(?:\?([^#]*))?.*", re.IGNORECASE | re.DOTALL)
_DEEPEST = 3

# By scheme: the path of the app's address, what its parameters must be, and the page. `{0}` is what the path's first
# group holds, `{name}` a parameter.
_NUMBER = r"([0-9]{1,25})"
_NAME = r"@?([\w.-]{1,64})"
_Rule = tuple[str, tuple[str, ...], str]
_RULES: dict[str, tuple[_Rule, ...]] = {
    "tg": (
        ("resolve", ("domain", "post", "comment"), "https://t.me/{domain}/{post}?comment={comment}"),
        ("resolve", ("domain", "post"), "https://t.me/{domain}/{post}"),
        ("resolve", ("domain", "story"), "https://t.me/{domain}/s/{story}"),
        ("resolve", ("domain",), "https://t.me/{domain}"),
        ("privatepost", ("channel", "post"), "https://t.me/c/{channel}/{post}"),
        ("join", ("invite",), "https://t.me/+{invite}"),
        ("addstickers", ("set",), "https://t.me/addstickers/{set}"),
        ("addlist", ("slug",), "https://t.me/addlist/{slug}"),
    ),
    "twitter": (
        ("status", ("id",), "https://x.com/i/status/{id}"),
        ("status", ("status_id",), "https://x.com/i/status/{status_id}"),
        ("user", ("screen_name",), "https://x.com/{screen_name}"),
        ("user", ("id",), "https://x.com/i/user/{id}"),
        ("list", ("id",), "https://x.com/i/lists/{id}"),
    ),
    "instagram": (
        ("user", ("username",), "https://www.instagram.com/{username}/"),
        ("reels_share", ("shortcode",), "https://www.instagram.com/reel/{shortcode}/"),
    ),
    "barcelona": (  # the app of Threads
        ("user", ("username",), "https://www.threads.com/@{username}"),
        ("media", ("shortcode",), "https://www.threads.com/t/{shortcode}"),
    ),
    "line": ((r"ti/p/([@~]?[\w.-]{1,64})", (), "https://line.me/R/ti/p/{0}"),),
    "fb": (
        (f"(?:profile|user)/{_NUMBER}", (), "https://www.facebook.com/profile.php?id={0}"),
        (f"(?:page|group)/{_NUMBER}", (), "https://www.facebook.com/{0}"),
        (f"photo/{_NUMBER}", (), "https://www.facebook.com/photo.php?fbid={0}"),
        (f"(?:video|watch)/{_NUMBER}", (), "https://www.facebook.com/watch/?v={0}"),
        (f"event/{_NUMBER}", (), "https://www.facebook.com/events/{0}"),
    ),
    "youtube": (
        ("(?:www.youtube.com/)?watch", ("v",), "https://www.youtube.com/watch?v={v}"),
        (r"(?:www\.youtube\.com/)?shorts/([\w-]{5,20})", (), "https://www.youtube.com/shorts/{0}"),
        (r"(?:video/)?([\w-]{11})", (), "https://www.youtube.com/watch?v={0}"),
    ),
    "tiktok": ((f"(?:aweme|video)/(?:detail/)?{_NUMBER}", (), "https://m.tiktok.com/v/{0}.html"),),
    "snapchat": ((f"add/{_NAME}", (), "https://www.snapchat.com/add/{0}"),),
    "reddit": (
        (r"(?:reddit/|-/)?(r/\w{1,30}/comments/\w{1,12}/?.*)", (), "https://www.reddit.com/{0}"),
        (r"(?:reddit/)?comments/(\w{1,12})", (), "https://www.reddit.com/comments/{0}"),
        (r"(?:reddit/)?((?:r|u|user)/[\w-]{1,30})", (), "https://www.reddit.com/{0}"),
    ),
    "discord": ((r"(?:-/|discord/)?((?:channels|invite)/[\w@/-]+)", (), "https://discord.com/{0}"),),
    "whatsapp": (
        ("chat/?", ("code",), "https://chat.whatsapp.com/{code}"),
        ("send/?", ("phone",), "https://wa.me/{phone}"),
    ),
    "pinterest": ((f"pin/{_NUMBER}", (), "https://www.pinterest.com/pin/{0}/"),),
    "vk": ((r"(?:vk\.com/)?((?:wall|photo|video|clip|id|club|public|album)-?[0-9][\w-]*)", (), "https://vk.com/{0}"),),
    "tumblr": ((r"x-callback-url/blog", ("blogName", "postID"), "https://{blogName}.tumblr.com/post/{postID}"),),
    "twitch": ((f"(?:stream|channel)/{_NAME}", (), "https://www.twitch.tv/{0}"),),
    "linkedin": ((r"(?:#?profile|in)/([\w-]{1,100})", (), "https://www.linkedin.com/in/{0}"),),
    "bluesky": ((r"(?:intent/)?(profile/[\w.:-]+(?:/post/\w+)?)", (), "https://bsky.app/{0}"),),
}
_SAME_SCHEME = {
    "x": "twitter", "twitter-app": "twitter", "vnd.youtube": "youtube", "youtube-app": "youtube",
    "snssdk1128": "tiktok", "snssdk1180": "tiktok", "snssdk1233": "tiktok", "musically": "tiktok",
    "instagram-stories": "instagram", "telegram": "tg", "fb-messenger": "fb", "facebook": "fb",
}  # fmt: skip


def read_app_link(text: str) -> str | None:
    """The web address of the page that an app's address stands for, not yet cleaned; None where that is not certain."""
    for _each in range(_DEEPEST):
        found = _read_once(text)
        if found is None or found.lower().startswith(("http://", "https://")):
            return found
        text = found
    return None


def _read_once(text: str) -> str | None:
    if before := _BEFORE.match(text):
        rest = text[before.end() :]
        return unquote(rest) if "%" in rest[:6] else rest
    if intent := _INTENT.fullmatch(text):
        return _read_intent(intent[1], intent[2])
    if android := _ANDROID.fullmatch(text):
        return f"{android[1].lower()}://{android[2]}"
    deep = _DEEP.fullmatch(text)
    return _read_deep(deep[1].lower(), deep[2].strip("/"), deep[3] or "", text) if deep else None


def _read_intent(target: str, settings: str) -> str | None:
    values = dict(part.partition("=")[::2] for part in settings.split(";"))
    scheme = values.get("scheme", "").lower()
    if scheme in {"http", "https"}:
        return f"{scheme}://{target}"
    if fallback := values.get("S.browser_fallback_url"):
        return unquote(fallback)
    return f"{scheme}://{target}" if scheme and scheme != "intent" else None


def _read_deep(scheme: str, path: str, query: str, text: str) -> str | None:
    if scheme in _INSTEAD and "." in path.partition("/")[0]:
        return f"{_INSTEAD[scheme]}:{text.partition(':')[2]}"
    values = {name: each[0].strip() for name, each in parse_qs(query).items()}
    for name in _OPENERS:  # an app that opens a page: the page is named
        if values.get(name, "").lower().startswith(("http://", "https://")) and scheme not in {"http", "https"}:
            return values[name]
    scheme = _SAME_SCHEME.get(scheme, scheme)
    for pattern, names, page in _RULES.get(scheme, ()):
        found = re.fullmatch(pattern, path)
        if found and all(re.fullmatch(r"[\w.@+-]{1,80}", values.get(name, "")) for name in names):
            return page.format(*found.groups(), **{name: values[name].lstrip("+@") for name in names})
    return None
