"""How values read on a page: days, moments with their zone, and what is the same for every template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from portal.config import Config
from portal.models.accounts import DateForm
from portal.web.staff_settings import date_form, density, desk_zone

_IN_FULL: Mapping[DateForm, str] = MappingProxyType(
    {
        DateForm.WORDS: "EEEE d MMMM y, HH:mm",
        DateForm.WORDS_12: "EEEE d MMMM y, h:mm a",
        DateForm.ISO: "yyyy-MM-dd HH:mm",
    }
)
_IN_ROWS: Mapping[DateForm, str] = MappingProxyType(
    {
        DateForm.WORDS: "EEE d MMM y, HH:mm",
        DateForm.WORDS_12: "EEE d MMM y, h:mm a",
        DateForm.ISO: "yyyy-MM-dd HH:mm",
    }
)


def show_day(day: date) -> str:
    """ "Tuesday 24 November 2026", in the page's language, or as the member of staff who reads it has chosen."""
    if date_form() is DateForm.ISO:
        return day.isoformat()
    return str(format_date(day, "EEEE d MMMM y"))


def show_moment(at: datetime, zone: str) -> str:
    """ "Tuesday 24 November 2026, 14:00 (Pacific/Auckland)": the local time of `zone`, which is always named."""
    local = at.astimezone(ZoneInfo(zone))
    text = _write(local, _IN_FULL[date_form()])
    return str(_("%(moment)s (%(zone)s)", moment=text, zone=zone.replace("_", " ")))


def show_row_moment(at: datetime, zone: str) -> str:
    """ "Tue 24 Nov 2026, 14:00" for a list of many. The page names the zone once."""
    local = at.astimezone(ZoneInfo(zone))
    return _write(local, _IN_ROWS[date_form()])


def _write(local: datetime, pattern: str) -> str:
    return str(format_datetime(local.replace(tzinfo=None), pattern, rebase=False))


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
    app.jinja_env.globals["keeps_mail"] = config.mail is not None and config.mail.folder is not None
    app.jinja_env.globals["organisation"] = config.organisation
    app.jinja_env.globals["home_zone"] = config.time_zone.key
    app.jinja_env.globals["desk_zone"] = lambda: desk_zone().key
    app.jinja_env.globals["desk_density"] = lambda: density().value
    app.jinja_env.globals.pop("config", None)  # no template needs a setting it was not given
