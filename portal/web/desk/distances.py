"""How far away a moment is, and within which hours somebody may be reached, in the desk's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.domain.safe_hours import EVERY_DAY, SafeHours

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def describe_distance(at: datetime, now: datetime) -> str:
    """How far `at` is: "in 5 hours", "overdue by 3 days". Rounded down: no time is promised that is not there."""
    return str(_show_left(at - now) if at >= now else _show_late(now - at))


def _show_left(left: timedelta) -> Any:
    if left < HOUR:
        return ngettext("in %(num)d minute", "in %(num)d minutes", left // MINUTE)
    if left < 48 * HOUR:
        return ngettext("in %(num)d hour", "in %(num)d hours", left // HOUR)
    return ngettext("in %(num)d day", "in %(num)d days", left.days)


def _show_late(late: timedelta) -> Any:
    if late < HOUR:
        return _("overdue, within the last hour")
    if late < 48 * HOUR:
        return ngettext("overdue by %(num)d hour", "overdue by %(num)d hours", late // HOUR)
    return ngettext("overdue by %(num)d day", "overdue by %(num)d days", late.days)


def describe_shortly(at: datetime, now: datetime) -> str:
    """The same for one line of many: "5 h left", "3 d late"."""
    apart = abs(at - now)
    if apart < HOUR:
        number, unit_name = apart // MINUTE, _("min")
    elif apart < 48 * HOUR:
        number, unit_name = apart // HOUR, _("h")
    else:
        number, unit_name = apart.days, _("d")
    told = _("%(number)s %(unit)s left", number=number, unit=unit_name) if at >= now else _(
        "%(number)s %(unit)s late", number=number, unit=unit_name
    )  # fmt: skip
    return str(told)


def describe_hours(hours: SafeHours) -> str:
    """ "Mon, Tue · 09:00 to 12:00 (Pacific/Auckland)": the days on which they begin, and whose clock it is."""
    names = get_day_names("abbreviated", locale=get_locale())
    days = _("every day") if hours.days == EVERY_DAY else ", ".join(names[day] for day in sorted(hours.days))
    return str(
        _(
            "%(days)s · %(first)s to %(last)s (%(zone)s)",
            days=days,
            first=f"{hours.first:%H:%M}",
            last=f"{hours.last:%H:%M}",
            zone=hours.zone,
        )
    )
