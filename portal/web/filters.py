"""How values read on a page: days, moments with their zone, and what is the same for every template."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from portal.config import Config


def show_day(day: date) -> str:
    """ "Tuesday 24 November 2026", in the page's language."""
    return str(format_date(day, "EEEE d MMMM y"))


def show_moment(at: datetime, zone: str) -> str:
    """ "Tuesday 24 November 2026, 14:00 (Pacific/Auckland)": the local time of `zone`, which is always named."""
    local = at.astimezone(ZoneInfo(zone))
    text = format_datetime(local.replace(tzinfo=None), "EEEE d MMMM y, HH:mm", rebase=False)
    return str(_("%(moment)s (%(zone)s)", moment=text, zone=zone.replace("_", " ")))


def show_row_moment(at: datetime, zone: str) -> str:
    """ "Tue 24 Nov 2026, 14:00" for a list of many. The page names the zone once."""
    local = at.astimezone(ZoneInfo(zone))
    return str(format_datetime(local.replace(tzinfo=None), "EEE d MMM y, HH:mm", rebase=False))


def show_time(at: datetime, zone: str) -> str:
    """ "14:00", in `zone`, where the day stands beside it."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def show_fact(text: str) -> str:
    """A sentence of the records or of the rules in the page's language; a per cent sign in it is only a sign."""
    return str(_(text))


def init_filters(app: Flask, config: Config) -> None:
    app.jinja_env.filters["day"] = show_day
    app.jinja_env.filters["moment"] = show_moment
    app.jinja_env.filters["row_moment"] = show_row_moment
    app.jinja_env.filters["clock_time"] = show_time
    app.jinja_env.filters["fact"] = show_fact
    app.jinja_env.globals["site_title"] = config.site_title
    app.jinja_env.globals["organisation"] = config.organisation
    app.jinja_env.globals["home_zone"] = config.time_zone.key
    app.jinja_env.globals.pop("config", None)  # no template needs a setting it was not given
