"""Which authorities are competent for a complaint: by the law, the person's country and part, and the platforms."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.regimes import Regime, RegimeKind
from portal.domain.regulators import Regulator, RegulatorKind
from portal.models.cases import Case
from portal.reference.registry import Registry
from portal.reference.territories import is_law_in
from portal.services.directory.lookups import is_body_of


def find_regulators(regime: Regime, case: Case, platforms: Sequence[str], registry: Registry) -> list[Regulator]:
    """The bodies competent under a law for this person and these platforms.

    Those that the laws name for this step, where they are of the person's country or of the law's own; else the
    authorities of the country, of the kind that the laws leading here are about: data protection where a
    data-protection request leads here.
    """
    origins = [
        (origin, escalation)
        for origin in registry.regimes.values()
        for escalation in origin.escalation
        if escalation.regime == regime.id
    ]
    nations = {jurisdiction.partition("-")[0] for jurisdiction in regime.jurisdictions}
    home = {case.country} | (nations if len(nations) == 1 else set())
    ids = dict.fromkeys(escalation.regulator for _, escalation in origins if escalation.regulator)
    known = [registry.regulators[each] for each in ids if each in registry.regulators]
    named = [regulator for regulator in known if regulator.can_be_asked]
    if near := [each for each in named if each.country in home or is_body_of(each, case.country or "")]:
        return near
    from_erasure = any(origin.kind is RegimeKind.ERASURE for origin, _ in origins)
    kind = RegulatorKind.DATA_PROTECTION if from_erasure else RegulatorKind.ONLINE_SAFETY
    countries = _competent_countries(regime, case, platforms, registry)
    of_kind = [each for each in registry.regulators.values() if each.kind is kind]
    found = [each for each in of_kind if _is_competent(each, countries, case)]
    if found or case.subdivision:
        return found
    # Every part of her country has its own, and she did not say where she lives: she knows which is hers by its name.
    return [
        each for each in of_kind if each.country == case.country and each.can_be_asked and each.country in countries
    ]


def _competent_countries(regime: Regime, case: Case, platforms: Sequence[str], registry: Registry) -> frozenset[str]:
    """The person's country where the law covers it, else the countries under this law where the platform sits."""
    if case.country and is_law_in(regime, case.country):
        return frozenset({case.country})
    known = [registry.platforms[each] for each in platforms if each in registry.platforms]
    seats = [seat for platform in known for seat in (platform.seat_country, *platform.establishments) if seat]
    return frozenset(seat for seat in seats if is_law_in(regime, seat))


def _is_competent(regulator: Regulator, countries: frozenset[str], case: Case) -> bool:
    """Of a country with authorities for its parts, the one of the person's part and the national one."""
    if not regulator.can_be_asked or not any(is_body_of(regulator, country) for country in countries):
        return False
    part = (regulator.subdivision or "").removeprefix(f"{regulator.country}-")
    own = (case.subdivision or "").removeprefix(f"{regulator.country}-")
    return not part or (regulator.country == case.country and part == own)
