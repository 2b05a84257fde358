"""Which countries a jurisdiction's code stands for. Codes are ISO 3166-1 and 3166-2, besides `EU` and `EEA`."""

from __future__ import annotations

# Treaty on European Union, Art. 52(1), as amended by the accession treaties; the United Kingdom left on 2020-01-31.
EU_MEMBERS = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)

# Parts of members that have a country code of their own and where Union law applies: Treaty on the Functioning of the
# European Union, Arts. 349 and 355(1) (outermost regions) and 355(4) (the Aland Islands).
EU_PARTS = frozenset({"GF", "GP", "MF", "MQ", "RE", "YT", "AX"})

# Agreement on the European Economic Area, Art. 2(b) and 126, beside the Union's members.
EEA_OTHERS = frozenset({"IS", "LI", "NO"})

_GROUPS = {"EU": EU_MEMBERS | EU_PARTS, "EEA": EU_MEMBERS | EU_PARTS | EEA_OTHERS}


def is_within(country: str, subdivision: str | None, jurisdiction: str) -> bool | None:
    """Whether a place lies in a jurisdiction; None where it may, as only the country is known."""
    if jurisdiction in _GROUPS:
        return country in _GROUPS[jurisdiction]
    nation, _, part = jurisdiction.partition("-")
    if country != nation:
        return False
    if not part:
        return True
    return subdivision == part if subdivision else None
