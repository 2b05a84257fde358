"""Countries and the time zone of an organisation there when nothing more is known: the capital's, or its part's.

The list of countries and of zones comes from the tz database as the `tzdata` package ships it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.zone_names import PACKAGE, UnknownZone, load_zone, read_table

__all__ = ["PACKAGE", "UnknownZone", "find_zone", "is_country", "load_zone"]

# Countries that ISO 3166-1 gives no code, under the one that everybody uses for them.
_BESIDES: Mapping[str, str] = MappingProxyType({"XK": "Europe/Belgrade"})


# The seat of government's zone, for countries with several zones.
_MAIN: Mapping[str, str] = MappingProxyType(
    {
        "AR": "America/Argentina/Buenos_Aires",
        "AU": "Australia/Sydney",
        "BR": "America/Sao_Paulo",
        "CA": "America/Toronto",
        "CD": "Africa/Kinshasa",
        "CL": "America/Santiago",
        "CN": "Asia/Shanghai",
        "CY": "Asia/Nicosia",
        "DE": "Europe/Berlin",
        "EC": "America/Guayaquil",
        "ES": "Europe/Madrid",
        "FM": "Pacific/Pohnpei",
        "GL": "America/Nuuk",
        "ID": "Asia/Jakarta",
        "KI": "Pacific/Tarawa",
        "KZ": "Asia/Almaty",
        "MH": "Pacific/Majuro",
        "MN": "Asia/Ulaanbaatar",
        "MX": "America/Mexico_City",
        "MY": "Asia/Kuala_Lumpur",
        "NZ": "Pacific/Auckland",
        "PF": "Pacific/Tahiti",
        "PG": "Pacific/Port_Moresby",
        "PS": "Asia/Hebron",
        "PT": "Europe/Lisbon",
        "RU": "Europe/Moscow",
        "UA": "Europe/Kyiv",
        "UM": "Pacific/Wake",
        "US": "America/New_York",
        "UZ": "Asia/Tashkent",
        "VN": "Asia/Ho_Chi_Minh",
    }
)

# Parts that keep another time than the country's main zone, by where most of their people live.
_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "America/Chicago": (
            *("US-AL", "US-AR", "US-IA", "US-IL", "US-KS", "US-LA", "US-MN", "US-MO"),
            *("US-MS", "US-ND", "US-NE", "US-OK", "US-SD", "US-TN", "US-TX", "US-WI"),
        ),
        "America/Denver": ("US-CO", "US-ID", "US-MT", "US-NM", "US-UT", "US-WY"),
        "America/Phoenix": ("US-AZ",),
        "America/Los_Angeles": ("US-CA", "US-NV", "US-OR", "US-WA"),
        "America/Anchorage": ("US-AK",),
        "Pacific/Honolulu": ("US-HI",),
        "America/Vancouver": ("CA-BC",),
        "America/Edmonton": ("CA-AB", "CA-NT"),
        "America/Whitehorse": ("CA-YT",),
        "America/Regina": ("CA-SK",),
        "America/Winnipeg": ("CA-MB",),
        "America/Halifax": ("CA-NB", "CA-NS", "CA-PE"),
        "America/St_Johns": ("CA-NL",),
        "Australia/Brisbane": ("AU-QLD",),
        "Australia/Adelaide": ("AU-SA",),
        "Australia/Darwin": ("AU-NT",),
        "Australia/Perth": ("AU-WA",),
        "Australia/Hobart": ("AU-TAS",),
        "America/Manaus": ("BR-AM", "BR-RO", "BR-RR"),
        "America/Cuiaba": ("BR-MT",),
        "America/Campo_Grande": ("BR-MS",),
        "America/Rio_Branco": ("BR-AC",),
        "Pacific/Chatham": ("NZ-CIT",),
        "Atlantic/Canary": ("ES-CN",),
        "Africa/Ceuta": ("ES-CE", "ES-ML"),
        "Atlantic/Azores": ("PT-20",),
        "Atlantic/Madeira": ("PT-30",),
        "America/Coyhaique": ("CL-AI",),
        "America/Punta_Arenas": ("CL-MA",),
        "Pacific/Chuuk": ("FM-TRK", "FM-YAP"),
        "Pacific/Kosrae": ("FM-KSA",),
        "Asia/Kuching": ("MY-12", "MY-13"),
        "America/Detroit": ("US-MI",),
        "America/Indiana/Indianapolis": ("US-IN",),
    }
)


# Parts with a code of a country's own: the overseas territories of the United States and of France.
_TERRITORIES: Mapping[str, str] = MappingProxyType(
    {
        **{f"US-{code}": code for code in ("AS", "GU", "MP", "PR", "UM", "VI")},
        **{f"FR-{code}": code for code in ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")},
        **{"FR-971": "GP", "FR-972": "MQ", "FR-973": "GF", "FR-974": "RE", "FR-976": "YT"},
    }
)


def is_country(code: str) -> bool:
    """Whether `code` is a country of ISO 3166-1 (two capital letters), or Kosovo."""
    return code in _read_zones()


def find_zone(country: str, subdivision: str | None = None) -> ZoneInfo:
    """The time zone that counts for an organisation in that place. Raises UnknownZone for no country at all."""
    if country not in _read_zones():
        raise UnknownZone(f"There is no country with the code {country!r}")
    part = f"{country}-{subdivision}"
    country = _TERRITORIES.get(part, country)
    return load_zone(_by_part().get(part) or _MAIN.get(country) or _read_zones()[country])


@cache
def _by_part() -> Mapping[str, str]:
    return {part: zone for zone, parts in _PARTS.items() for part in parts}


@cache
def _read_zones() -> Mapping[str, str]:
    """The first zone listed for each country."""
    listed = dict(_BESIDES)
    for code, _, name, *_ in read_table("zone.tab"):
        listed.setdefault(code, name)
    return listed
