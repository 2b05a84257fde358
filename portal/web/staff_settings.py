"""How the member of staff who reads this page reads it: zone, form of dates, density; else as the portal is set."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import has_request_context

from portal.models.accounts import DateForm, Density
from portal.web.access import reading_member
from portal.web.unit_of_work import unit
from portal.zone_names import UnknownZone, load_zone


def desk_zone() -> ZoneInfo:
    """The zone in which times are typed and shown on the desk."""
    member = reading_member()
    try:
        return load_zone(member.zone) if member and member.zone else unit().config.time_zone
    except UnknownZone:  # the tz data has given the name up since
        return unit().config.time_zone


def date_form() -> DateForm:
    """In words for everybody who has not chosen."""
    member = reading_member() if has_request_context() else None
    return (member and member.date_form) or DateForm.WORDS


def choose_language() -> str | None:
    """The catalogue that the member has chosen; None for the portal's."""
    member = reading_member()
    return member.language if member else None


def density() -> Density:
    """Dense for everybody who has not chosen."""
    member = reading_member()
    return (member and member.density) or Density.DENSE
