"""Platforms by the names that people give them: "Insta", "X / Twitter", "whats app group", "facebook.com"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from portal.domain.directory import Platform

# What people say and no record does. Slugs of the directory.
SAID: Mapping[str, str] = MappingProxyType(
    {
        "ig": "instagram",
        "insta": "instagram",
        "insta story": "instagram",
        "fb": "facebook",
        "messenger": "facebook",
        "facebook messenger": "facebook",
        "twitter": "x",
        "x": "x",
        "wa": "whatsapp",
        "whats app": "whatsapp",
        "whatapp": "whatsapp",
        "watsapp": "whatsapp",
        "snap": "snapchat",
        "snap chat": "snapchat",
        "tik tok": "tiktok",
        "tt": "tiktok",
        "yt": "youtube",
        "you tube": "youtube",
        "tg": "telegram",
        "tele": "telegram",
        "only fans": "onlyfans",
        "pornhub": "pornhub",
        "google": "google-search",
        "bing": "bing",
        "vk": "vk",
        "vkontakte": "vk",
    }
)
# Words beside a name that say where on a platform something is.
BESIDE = frozenset(
    {
        "a", "account", "app", "channel", "chat", "chats", "community", "dm", "dms", "feed", "group", "groups",
        "highlight", "highlights", "in", "live", "message", "messages", "my", "of", "on", "page", "post", "posts",
        "private", "profile", "reel", "reels", "server", "short", "shorts", "site", "status", "stories", "story", "the",
        "video", "website",
    }
)  # fmt: skip
LONGEST_NAME = 5  # words
_PARTS = re.compile(r"[^\w.]+")


def find_named(said: str, platforms: Mapping[str, Platform]) -> str | None:
    """The slug of the platform that somebody means, or None where the name fits none or more than one."""
    if said in platforms:
        return said
    known = _list_names(_Same(platforms))
    words = [word for word in _PARTS.split(_fold(said)) if word]
    if len(words) == 1:
        return known.get(words[0])
    for size in range(min(len(words), LONGEST_NAME), 0, -1):
        rows = [words[start : start + size] for start in range(len(words) - size + 1)]
        named = [name for row in rows if size > 1 or row[0] not in BESIDE for name in (" ".join(row), "".join(row))]
        if meant := {known[name] for name in named if name in known}:
            return meant.pop() if len(meant) == 1 else None
    return None


class _Same:
    """The same mapping as a key, not one of the same content."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self.platforms = platforms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.platforms is other.platforms

    def __hash__(self) -> int:
        return id(self.platforms)


@lru_cache(maxsize=8)
def _list_names(same: _Same) -> Mapping[str, str]:
    """Every name in small letters with its slug. A name that two platforms share means neither."""
    found: dict[str, set[str]] = {}
    for platform in same.platforms.values():
        for name in _names_of(platform):
            found.setdefault(name, set()).add(platform.slug)
    own = {name: slugs.pop() for name, slugs in found.items() if len(slugs) == 1}
    return MappingProxyType(own | {name: slug for name, slug in SAID.items() if slug in same.platforms})


def _names_of(platform: Platform) -> Iterator[str]:
    """ "X (Twitter)" is "x twitter", "x" and "twitter"; of "instagram.com" also "instagram"."""
    plain, _bracket, other = _fold(platform.name).partition("(")
    for name in (_fold(platform.slug), plain, *re.split(r"[,/]", other.rstrip(") "))):
        words = [word for word in _PARTS.split(name) if word]
        if words:
            yield from (" ".join(words), "".join(words))
    for host in platform.hosts:
        yield host.removeprefix("www.")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip().removeprefix("https://").removeprefix("www.")
