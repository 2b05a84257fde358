"""Which platform a host belongs to: the patterns of its record, and the index of them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal.domain.directory import Platform

_CHOICE = re.compile(r"\{([^{}]*)\}")


_LABEL = {"*": "[^.]+", "#": "[0-9]{1,3}"}


def expand_host(pattern: str) -> Iterator[str]:
    """Each host that a pattern writes out: `shop.{de,co.uk}` is shop.de and shop.co.uk."""
    choice = _CHOICE.search(pattern)
    if choice is None:
        yield pattern
        return
    for part in choice[1].split(","):
        yield from expand_host(pattern[: choice.start()] + part.strip() + pattern[choice.end() :])


def is_safe_pattern(host: str) -> bool:
    """Whether one expanded host leaves nothing open that anybody could register.

    `*` is a whole label and never one of the last three, which registries sell. `#` is a number beside letters, for a
    family of numbered mirrors. So `google.*` is refused: its endings are written out, and google.evil.com is nobody's
    country site.
    """
    labels = host.split(".")
    if any("*" in label for label in labels[-3:]):
        return False
    return all("*" not in label or label == "*" for label in labels) and all(
        re.search("[a-z]", label) for label in labels if "#" in label
    )


class HostIndex:
    """Finds the platform of a host: the longest listed host that equals it or stands above it.

    Of a plain host and a pattern of the same length the plain one wins.
    """

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self._by_host: dict[str, Platform] = {}
        self._by_pattern: dict[tuple[int, str], list[tuple[re.Pattern[str], Platform]]] = {}
        for platform in platforms:
            for host in list_hosts(platform):
                self._add(host, platform)

    def find(self, host: str) -> Platform | None:
        """The platform of a lower-case host name in ASCII form, or None where the directory has none."""
        labels = host.split(".")
        for start in range(len(labels)):
            rest = ".".join(labels[start:])
            if found := self._by_host.get(rest):
                return found
            for pattern, platform in self._by_pattern.get((len(labels) - start, labels[-1]), ()):
                if pattern.fullmatch(rest):
                    return platform
        return None

    def _add(self, host: str, platform: Platform) -> None:
        if not set(host) & set(_LABEL):
            self._by_host[host] = platform
            return
        labels = host.split(".")
        text = "".join(_LABEL.get(sign, re.escape(sign)) for sign in host)
        self._by_pattern.setdefault((len(labels), labels[-1]), []).append((re.compile(text), platform))


def list_hosts(platform: Platform) -> Iterator[str]:
    """Every host of a platform, written out; those with `*` or `#` in them stand for more than one."""
    yield from platform.hosts
    for pattern in platform.more_hosts:
        yield from expand_host(pattern)
