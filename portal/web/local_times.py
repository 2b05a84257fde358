"""Local times as people type them: an hour that clocks repeated or left out is told, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _


class UnclearTime(ValueError):
    """A local time that did not happen, or happened twice. The message says what to write instead."""


def read_local(typed: datetime, zone: ZoneInfo, *, says_day: bool = True) -> datetime:
    """The instant of a local time; one with its own offset is taken as it is. Raises UnclearTime.

    `says_day`: whether the day stands beside the time where it is typed, and so in what the message asks to write.
    """
    if typed.tzinfo is not None:
        return typed
    first, second = typed.replace(tzinfo=zone, fold=0), typed.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != typed:
        raise UnclearTime(
            _("This time did not happen: the clocks were put forward that day (%(zone)s).", zone=zone.key)
        )
    day = f"{typed:%Y-%m-%d} " if says_day else ""
    raise UnclearTime(
        _(
            "This time came twice, because the clocks were put back that day. Write which: %(first)s or %(second)s",
            first=day + _write_time(first),
            second=day + _write_time(second),
        )
    )


def show_time(local: datetime) -> str:
    """Hours and minutes of a local time, with the offset where that time came twice, so that it is read back alike."""
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return _write_time(local) if is_twice else f"{local:%H:%M}"


def _write_time(local: datetime) -> str:
    return local.isoformat(timespec="minutes")[11:]
