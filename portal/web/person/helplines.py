"""Who helps: the hotlines of the directory, chosen for a country and an age. Told apart by their own notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.directory import Regulator, RegulatorKind
from portal.domain.regimes import Confidence

# Work for children's pictures; the first three for any country.
FOR_CHILDREN = (
    "us-ncmec-take-it-down", "int-inhope", "us-ncmec-cybertipline", "gb-report-remove", "gb-iwf", "ca-cybertip",
    "fr-pharos", "ie-hotline", "in-ncrp", "pl-dyzurnet", "br-safernet", "nl-helpwanted", "jp-sia",
)  # fmt: skip
ONLY_FOR_CHILDREN = frozenset(
    {"us-ncmec-take-it-down", "int-inhope", "us-ncmec-cybertipline", "gb-report-remove", "gb-iwf"}
)
FOR_EVERY_COUNTRY = frozenset({"us-ncmec-take-it-down", "int-inhope", "int-stopncii"})
CHILD_HASHES, ADULT_HASHES = "us-ncmec-take-it-down", "int-stopncii"


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """A hotline as a page shows it. `is_sure` is false where nobody saw its address in a source."""

    id: str
    name: str
    country: str
    address: str
    phone: str | None
    is_sure: bool
    is_for_children: bool
    is_for_every_country: bool


def list_helplines(regulators: Mapping[str, Regulator]) -> tuple[Helpline, ...]:
    """Every hotline of the directory that can be reached."""
    found = (one for one in regulators.values() if one.kind is RegulatorKind.HOTLINE)
    return tuple(_shown(one) for one in found if one.complaint_url or one.website)


def helplines_for(regulators: Mapping[str, Regulator], country: str, *, is_child: bool) -> tuple[Helpline, ...]:
    """The person's own country first, then those for every country."""
    known = list_helplines(regulators)
    fitting = [one for one in known if (one.id in FOR_CHILDREN if is_child else one.id not in ONLY_FOR_CHILDREN)]
    near = [one for one in fitting if one.country == country and not one.is_for_every_country]
    return (*near, *(one for one in fitting if one.is_for_every_country))


def _shown(one: Regulator) -> Helpline:
    return Helpline(
        id=one.id,
        name=one.name,
        country=one.country,
        address=one.complaint_url or one.website or "",
        phone=one.phone,
        is_sure=one.confidence is not Confidence.MEMORY,
        is_for_children=one.id in ONLY_FOR_CHILDREN,
        is_for_every_country=one.id in FOR_EVERY_COUNTRY,
    )
