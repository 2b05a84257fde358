"""Parts of countries that change the law, the days or the authority, with the codes of the law records."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

_AUSTRALIA = (
    ("ACT", _l("Australian Capital Territory")),
    ("NSW", _l("New South Wales")),
    ("NT", _l("Northern Territory")),
    ("QLD", _l("Queensland")),
    ("SA", _l("South Australia")),
    ("TAS", _l("Tasmania")),
    ("VIC", _l("Victoria")),
    ("WA", _l("Western Australia")),
)

_CANADA = (
    ("AB", "Alberta"),
    ("BC", _l("British Columbia")),
    ("MB", "Manitoba"),
    ("NB", _l("New Brunswick")),
    ("NL", _l("Newfoundland and Labrador")),
    ("NS", _l("Nova Scotia")),
    ("NT", _l("Northwest Territories")),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", _l("Prince Edward Island")),
    ("QC", _l("Quebec")),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
)

_GERMANY = (
    ("BW", "Baden-Württemberg"),
    ("BY", _l("Bavaria")),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", _l("Hesse")),
    ("NI", _l("Lower Saxony")),
    ("MV", _l("Mecklenburg-Western Pomerania")),
    ("NW", _l("North Rhine-Westphalia")),
    ("RP", _l("Rhineland-Palatinate")),
    ("SL", "Saarland"),
    ("SN", _l("Saxony")),
    ("ST", _l("Saxony-Anhalt")),
    ("SH", "Schleswig-Holstein"),
    ("TH", _l("Thuringia")),
)

_KINGDOM = (
    ("ENG", _l("England")),
    ("NIR", _l("Northern Ireland")),
    ("SCT", _l("Scotland")),
    ("WLS", _l("Wales")),
)

# Names of states are the same in every language of the pages so far.
_STATES = """\
AL Alabama
AK Alaska
AZ Arizona
AR Arkansas
CA California
CO Colorado
CT Connecticut
DE Delaware
DC District of Columbia
FL Florida
GA Georgia
HI Hawaii
ID Idaho
IL Illinois
IN Indiana
IA Iowa
KS Kansas
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts
MI Michigan
MN Minnesota
MS Mississippi
MO Missouri
MT Montana
NE Nebraska
NV Nevada
NH New Hampshire
NJ New Jersey
NM New Mexico
NY New York
NC North Carolina
ND North Dakota
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
PR Puerto Rico
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VT Vermont
VA Virginia
WA Washington
WV West Virginia
WI Wisconsin
WY Wyoming"""

PARTS: Mapping[str, tuple[tuple[str, Any], ...]] = MappingProxyType(
    {
        "AU": _AUSTRALIA,
        "CA": _CANADA,
        "DE": _GERMANY,
        "GB": _KINGDOM,
        "US": tuple((line[:2], line[3:]) for line in _STATES.splitlines()),
    }
)
