"""What places are called in an English sentence: "Ireland", "the United States", "California"."""

from __future__ import annotations

from functools import cache

from babel import Locale

from portal.reference.holidays import name_part
from portal.reference.zones import is_country

_WITH_ARTICLE = frozenset(
    {
        *(
            "AE",
            "AX",
            "BS",
            "CC",
            "CD",
            "CF",
            "CG",
            "CK",
            "DO",
            "FK",
            "FO",
            "GB",
            "GM",
            "IM",
            "IO",
            "KM",
            "KY",
            "MH",
            "MP",
        ),
        *("MP", "MV", "NL", "PH", "PN", "PS", "SB", "SC", "TC", "TF", "UM", "US", "VA", "VG", "VI"),
    }
)


@cache
def name_place(country: str | None, part: str | None = None) -> str | None:
    """The name of a country, or of its part, as it stands after "in"; None for what is no country, or not known."""
    if not country or not is_country(country):
        return None
    if part:
        name = name_part(country, part)
        return None if name == part else name
    known = Locale("en").territories.get(country)
    return f"the {known}" if known and country in _WITH_ARTICLE else known
