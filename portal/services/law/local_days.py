"""Which day it is, asked of the one whose day counts: nobody's day is that of UTC.

A law is in force on the obliged side's day; the person's own dates are days where they live; what staff note is
of the portal's own day, `Config.day_at`.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.config import Config
from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.domain.report import Report
from portal.reference.zones import find_zone, is_country
from portal.services.law.obliged_places import find_place


def law_day(regime: Regime, platform: Platform | None, person_country: str | None, *, now: datetime) -> date:
    """The obliged side's day at `now` (aware), on which has to be asked whether this law is in force."""
    country, part = find_place(regime, platform, person_country)
    return now.astimezone(find_zone(country, part)).date()


def person_zone(report: Report, config: Config) -> ZoneInfo:
    """The zone in which the person lives, as far as they said, else the portal's own."""
    return place_zone(report.country, report.subdivision, config)


def place_zone(country: str | None, subdivision: str | None, config: Config) -> ZoneInfo:
    """The zone of a place as far as it is known, else the portal's own."""
    if country and is_country(country):
        return find_zone(country, subdivision or None)
    return config.time_zone


def person_day(report: Report, config: Config, *, now: datetime) -> date:
    """Today where the person lives."""
    return now.astimezone(person_zone(report, config)).date()
