"""Who helps: the help services of the directory, chosen for a country and an age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.directory import Audience, Regulator, RegulatorKind
from portal.domain.regimes import Confidence
from portal.services.directory.lookups import is_body_of


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """A hotline as a page shows it. `is_sure` is false where nobody saw its address in a source."""

    id: str
    name: str
    country: str
    address: str
    phone: str | None
    is_sure: bool
    audience: Audience
    is_worldwide: bool


def list_helplines(regulators: Mapping[str, Regulator]) -> tuple[Helpline, ...]:
    """Every hotline of the directory that can be reached."""
    found = (one for one in regulators.values() if one.kind is RegulatorKind.HOTLINE)
    return tuple(_shown(one) for one in found if one.complaint_url or one.website)


def helplines_for(regulators: Mapping[str, Regulator], country: str, *, is_child: bool) -> tuple[Helpline, ...]:
    """The person's own country first, or the state that it is a territory of; then those for every country."""
    other = Audience.ADULTS if is_child else Audience.CHILDREN
    fitting = [one for one in list_helplines(regulators) if one.audience is not other]
    near = [one for one in fitting if is_body_of(regulators[one.id], country) and not one.is_worldwide]
    return (*near, *(one for one in fitting if one.is_worldwide))


def helplines_near(regulators: Mapping[str, Regulator], country: str, *, is_child: bool) -> tuple[Helpline, ...]:
    """The few that stand at the end of a page: those of the country, at most two."""
    found = helplines_for(regulators, country, is_child=is_child)
    return tuple(one for one in found if not one.is_worldwide)[:2]


def _shown(one: Regulator) -> Helpline:
    return Helpline(
        id=one.id,
        name=one.name,
        country=one.country,
        address=one.complaint_url or one.website or "",
        phone=one.phone,
        is_sure=one.confidence is not Confidence.MEMORY,
        audience=one.audience or Audience.EVERYONE,
        is_worldwide=one.is_worldwide,
    )
