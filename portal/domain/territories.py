"""Which places a jurisdiction's code stands for. Codes are ISO 3166-1 and 3166-2, besides `EU` and `EEA`.

Parts of states that have a country code of their own are facts with sources: see `portal/reference/territories.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.regimes import Confidence, Regime

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


class Region(StrEnum):
    """Where people live, as companies divide the world among themselves."""

    EEA = "EEA"
    GB = "GB"
    CH = "CH"
    US = "US"
    REST = "rest"  # everywhere else


@dataclass(frozen=True, kw_only=True)
class Territory:
    """A part of a state that has a country code of its own: how far the state's law and authorities reach it.

    `laws` and `bodies` are ids that reach it where the state's law does not apply of right; the `without_` ones are
    those that do not where it does. `sources` are keys of the file's own list.
    """

    code: str
    state: str
    of_right: bool
    union_law: bool
    confidence: Confidence
    sources: tuple[str, ...]
    laws: tuple[str, ...] = ()
    without_laws: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    without_bodies: tuple[str, ...] = ()
    note: str | None = None

    def is_reached(self, regime: Regime) -> bool | None:
        """Whether this law of the whole state is law here too; None where a part of it may be."""
        if not self.of_right:
            return None if regime.id in self.laws else False
        return self.state in regime.jurisdictions and regime.id not in self.without_laws

    def has_body(self, regulator_id: str, country: str, subdivision: str | None) -> bool:
        """Whether an authority of `country`, or of a part of it, is competent here."""
        if not self.of_right:
            return regulator_id in self.bodies
        return country == self.state and subdivision is None and regulator_id not in self.without_bodies


def find_region(country: str, territory: Territory | None) -> Region:
    """The region that a country counts to where companies divide the world among themselves."""
    if country in _GROUPS["EEA"]:
        return Region.EEA
    state = territory.state if territory is not None and territory.of_right else country
    return Region(state) if state in {Region.GB, Region.CH, Region.US} else Region.REST


def reaches(regime: Regime, country: str, subdivision: str | None, territory: Territory | None) -> bool | None:
    """Whether a law is law in a place; None where it may be: in a part of the country only, or in part only."""
    answers = [is_within(country, subdivision, jurisdiction) for jurisdiction in regime.jurisdictions]
    if territory is not None:
        answers.append(territory.is_reached(regime))
    if True in answers:
        return True
    return None if None in answers else False
