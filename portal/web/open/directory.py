"""Who to turn to: the authorities and services of a country, and how each platform is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from portal.domain.directory import AUTHORITY_DAYS, PLATFORM_DAYS, Category, Platform, is_stale
from portal.domain.platform_hosts import list_hosts
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator, RegulatorKind
from portal.reference.record_history import RecordKind, UnknownVersion, find_version, version_of
from portal.services.directory.lookups import (
    FILED_WITH_BODIES,
    bodies_of,
    channels_by_purpose,
    complaint_laws,
    find_platforms,
    laws_of,
    part_of,
)
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import read_place
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.open.changes import show_all_versions
from portal.web.open.citations import place_of
from portal.web.open.labels import list_asks
from portal.web.open.queries import read_query
from portal.web.open.way_back import carry_way_back
from portal.web.places import country_names, part_names
from portal.web.unit_of_work import parts, unit

bp = Blueprint("directory", __name__)
carry_way_back(bp)


@dataclass(frozen=True, kw_only=True)
class AuthorityQuery:
    country: str | None = None
    subdivision: str | None = None
    kind: RegulatorKind | None = None


@dataclass(frozen=True, kw_only=True)
class PlatformFilter:
    q: str | None = None
    category: Category | None = None


@dataclass(frozen=True)
class AuthorityLine:
    """A body with the laws of the country that lead to it. `version` is None where nobody kept its record."""

    regulator: Regulator
    laws: tuple[Regime, ...]
    is_stale: bool
    version: str | None


@dataclass(frozen=True)
class LocalBody:
    """A body for a part of the country, by the part's name."""

    part: str
    regulator: Regulator


@dataclass(frozen=True)
class AuthorityGroup:
    """The bodies of one kind, and what a complaint to any of them has to contain, each law once."""

    kind: RegulatorKind
    lines: tuple[AuthorityLine, ...]

    @property
    def laws(self) -> tuple[Regime, ...]:
        filed = (law for line in self.lines for law in line.laws if law.kind in FILED_WITH_BODIES)
        return tuple({law.id: law for law in filed if law.elements}.values())


@dataclass(frozen=True)
class Authorities:
    """The answer: whole entries by kind; while no part of the country was named, its parts' bodies by name only."""

    groups: tuple[AuthorityGroup, ...]
    local: tuple[LocalBody, ...]


@bp.get("/authorities")
@public
@cacheable
def authorities() -> ResponseReturnValue:
    values = {"countries": list_countries(), "typed": request.args, "kinds": tuple(RegulatorKind)}
    try:
        query = read_query(AuthorityQuery)
        found = find_authorities(query, unit().config.day_at(unit().now)) if query.country else None
    except InvalidQuery as error:
        return render_template("open/authorities.html", problem=error, found=None, parts=(), **values), 400
    known_parts = list_parts((query.country or "").upper())
    return render_template("open/authorities.html", problem=None, found=found, parts=known_parts, **values)


@bp.get("/platforms")
@public
@cacheable
def platforms() -> ResponseReturnValue:
    values = {"typed": request.args, "categories": tuple(Category)}
    try:
        query = read_query(PlatformFilter)
    except InvalidQuery as error:
        return render_template("open/platforms.html", problem=error, groups=(), **values), 400
    named = find_platforms(query.q or "", parts().registry)
    found = [platform for platform in named if query.category in {None, platform.category}]
    order = tuple(Category)
    found.sort(key=lambda platform: (order.index(platform.category), platform.name.casefold()))
    groups = [(kind, list(group)) for kind, group in groupby(found, key=lambda platform: platform.category)]
    return render_template("open/platforms.html", problem=None, groups=groups, **values)


@bp.get("/platforms/<platform>")
@public
@cacheable
def platform(platform: str) -> ResponseReturnValue:
    found = parts().registry.platforms.get(platform)
    if found is None:
        return render_template("open/missing.html", back="directory.platforms"), 404
    return show_platform(found, version_of(found))


@bp.get("/platforms/<platform>/versions")
@public
@cacheable
def platform_versions(platform: str) -> ResponseReturnValue:
    back = url_for("directory.platform", platform=platform)
    return show_all_versions(RecordKind.PLATFORM, platform, back=back, missing="directory.platforms")


@bp.get("/platforms/<platform>/<version>")
@public
@cacheable
def platform_version(platform: str, version: str) -> ResponseReturnValue:
    """A platform as its record was in that version, that of today among them."""
    try:
        kept = find_version(Platform, platform, version)
    except UnknownVersion:
        return render_template("open/missing.html", back="directory.platforms"), 404
    today = parts().registry.platforms.get(platform)
    return show_platform(kept, version, is_older=today != kept, is_listed=today is not None)


@bp.get("/authorities/<regulator>/versions")
@public
@cacheable
def authority_versions(regulator: str) -> ResponseReturnValue:
    today = parts().registry.regulators.get(regulator)
    back = place_of(today) if today else url_for("directory.authorities")
    return show_all_versions(RecordKind.AUTHORITY, regulator, back=back, missing="directory.authorities")


@bp.get("/authorities/<regulator>/<version>")
@public
@cacheable
def authority_version(regulator: str, version: str) -> ResponseReturnValue:
    """An authority or service as its record was in that version, that of today among them."""
    try:
        kept = find_version(Regulator, regulator, version)
    except UnknownVersion:
        return render_template("open/missing.html", back="directory.authorities"), 404
    today = parts().registry.regulators.get(regulator)
    day = unit().config.day_at(unit().now)
    return render_template(
        "open/authority.html",
        line=AuthorityLine(kept, (), is_stale(day, kept.checked_on, AUTHORITY_DAYS), version),
        is_older=today != kept,
        today=place_of(today) if today else None,
    )


def show_platform(found: Platform, version: str | None, *, is_older: bool = False, is_listed: bool = True) -> str:
    """A platform whole. `is_older` where its record of today says something else, or `is_listed` is false."""
    today = unit().config.day_at(unit().now)
    return render_template(
        "open/platform.html",
        platform=found,
        version=version,
        older=version if is_older else None,
        is_listed=is_listed,
        further_hosts=sum(1 for _host in list_hosts(found)) - len(found.hosts),
        purposes=channels_by_purpose(found),
        asks=list_asks(found.category),
        stale={channel for channel in found.channels if is_stale(today, channel.checked_on, PLATFORM_DAYS)},
    )


def list_countries() -> list[tuple[str, str]]:
    """Every country, and whatever else the directory has bodies for: the Union, and places without a code of ISO's."""
    names = get_locale().territories
    known = dict(country_names(str(get_locale())))
    known |= {each.country: names.get(each.country, each.country) for each in parts().registry.regulators.values()}
    return sorted(known.items(), key=lambda pair: pair[1])


def list_parts(country: str) -> list[tuple[str, str]]:
    """The parts of a country that have bodies of their own."""
    found = {part_of(each) for each in parts().registry.regulators.values() if each.country == country}
    return part_names(country, [part for part in found if part is not None])


def find_authorities(query: AuthorityQuery, today: date) -> Authorities:
    """Those of the country, of the Union it lies in, and those for people anywhere. Raises InvalidQuery."""
    country = (query.country or "").upper()
    part = _read_part(country, query.subdivision)
    found = [each for each in bodies_of(country, parts().registry) if query.kind in {None, each.kind}]
    names = dict(list_parts(country))
    local = [LocalBody(names[own], each) for each in found if (own := part_of(each)) in names]
    return Authorities(
        groups=tuple(_group([each for each in found if part_of(each) in {None, part}], country, today)),
        local=tuple(sorted(local, key=lambda each: each.part)) if part is None else (),
    )


def _group(bodies: Iterable[Regulator], country: str, today: date) -> Iterator[AuthorityGroup]:
    registry, kinds = parts().registry, tuple(RegulatorKind)
    near = laws_of(country, registry)
    in_order = sorted(bodies, key=lambda each: kinds.index(each.kind))
    for kind, group in groupby(in_order, key=lambda each: each.kind):
        lines = (
            AuthorityLine(
                regulator=each,
                laws=() if each.is_worldwide else tuple(law for law in complaint_laws(each, registry) if law in near),
                is_stale=is_stale(today, each.checked_on, AUTHORITY_DAYS),
                version=version_of(each),
            )
            for each in group
        )
        yield AuthorityGroup(kind, tuple(lines))


def _read_part(country: str, subdivision: str | None) -> str | None:
    """The part as the directory writes it. Raises InvalidQuery for a place that does not exist."""
    own = {part.upper(): part for part, _name in list_parts(country)}
    wanted = (subdivision or "").upper().removeprefix(f"{country}-")
    if wanted in own:
        return own[wanted]
    if country in dict(list_countries()) and not wanted:
        return None
    return read_place(country, subdivision)[1]
