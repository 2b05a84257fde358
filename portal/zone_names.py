"""Names of time zones as they may be typed: those that the pinned `tzdata` package lists for places, and UTC.

Python opens more: copies that only some machines have (`posix/`, `right/`), and names that were given up long ago. They
are refused with the name that stands for them now, so that a date is the same on every machine and in every year.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PACKAGE = f"tzdata {version('tzdata')}"  # stored beside each date that was counted

_TABLES = ("zone.tab", "zone1970.tab")
_COPIES = ("posix/", "right/")


class UnknownZone(ValueError):
    """No such time zone, or no country to take one from."""


@lru_cache(maxsize=1024)  # Python's own cache holds eight, and reads the others from their files each time
def load_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises UnknownZone, with the name to use where there is one."""
    if name in _list_names():
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UnknownZone(f"There is no time zone {name!r}") from error
    known = _find_today(name)
    hint = f"; write {known}" if known else "; an example is Europe/Berlin"
    raise UnknownZone(f"There is no time zone {name!r}{hint}")


def read_table(name: str) -> list[list[str]]:
    """The rows of a table of the tz database, without its comments."""
    lines = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def list_zones() -> list[str]:
    """Every name that may be chosen, in order."""
    return sorted(_list_names())


@cache
def _list_names() -> frozenset[str]:
    return frozenset({"UTC", *(row[2] for table in _TABLES for row in read_table(table))})


@cache
def _read_links() -> Mapping[str, str]:
    """What other names stand for."""
    rows = [row[0].split(" ") for row in read_table("tzdata.zi")]
    return {row[2]: row[1] for row in rows if row[0] == "L" and len(row) == 3}


def _find_today(name: str) -> str | None:
    """The name that may be typed in place of this one."""
    for copy in _COPIES:
        name = name.removeprefix(copy)
    seen: set[str] = set()
    while name not in _list_names() and name in _read_links() and name not in seen:
        seen.add(name)
        name = _read_links()[name]
    if name in {"Etc/UTC", "Etc/GMT"}:
        return "UTC"
    return name if name in _list_names() else None
