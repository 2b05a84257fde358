"""Who to turn to: the authorities and services of a country, and how each platform is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from portal.domain.directory import AUTHORITY_DAYS, PLATFORM_DAYS, Category, Regulator, RegulatorKind, is_stale
from portal.domain.regimes import Regime
from portal.services.lookups import complaint_laws
from portal.services.reckoning import BadQuestion
from portal.services.verdicts import read_place
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.frame import frame, parts
from portal.web.open.queries import read_query
from portal.web.person.forms.parts import PARTS
from portal.web.places import country_names

bp = Blueprint("directory", __name__)


@dataclass(frozen=True, kw_only=True)
class AuthorityQuery:
    country: str | None = None
    subdivision: str | None = None
    kind: RegulatorKind | None = None


@dataclass(frozen=True, kw_only=True)
class PlatformQuery:
    q: str | None = None
    category: Category | None = None


@dataclass(frozen=True)
class AuthorityLine:
    """A body with the laws under which it takes complaints."""

    regulator: Regulator
    laws: tuple[Regime, ...]
    is_stale: bool


@bp.get("/authorities")
@public
@cacheable
def authorities() -> ResponseReturnValue:
    names = dict(country_names(str(get_locale())))
    known = {each.country for each in parts().registry.regulators.values()}
    values = {
        "countries": [(code, name) for code, name in names.items() if code in known],
        "typed": request.args,
        "kinds": tuple(RegulatorKind),
        "names": names,
    }
    try:
        query = read_query(AuthorityQuery)
        groups = find_authorities(query, frame().now.date()) if query.country else None
    except BadQuestion as error:
        return render_template("open/authorities.html", problem=error, groups=None, parts=(), **values), 400
    known_parts = PARTS.get((query.country or "").upper(), ())
    return render_template("open/authorities.html", problem=None, groups=groups, parts=known_parts, **values)


@bp.get("/platforms")
@public
@cacheable
def platforms() -> ResponseReturnValue:
    values = {"typed": request.args, "categories": tuple(Category)}
    try:
        query = read_query(PlatformQuery)
    except BadQuestion as error:
        return render_template("open/platforms.html", problem=error, groups=(), **values), 400
    wanted = (query.q or "").casefold().strip()
    found = [
        platform
        for platform in parts().registry.platforms.values()
        if query.category in {None, platform.category}
        and any(wanted in text.casefold() for text in (platform.name, *platform.hosts))
    ]
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
    today = frame().now.date()
    stale = {channel.address for channel in found.channels if is_stale(today, channel.checked_on, PLATFORM_DAYS)}
    names = dict(country_names(str(get_locale())))
    return render_template("open/platform.html", platform=found, stale=stale, names=names)


def find_authorities(query: AuthorityQuery, today: date) -> list[tuple[RegulatorKind, list[AuthorityLine]]]:
    """Those of the country and, where it lies in the Union, of the Union; by kind. Raises BadQuestion."""
    registry = parts().registry
    country, part = read_place(query.country or "", query.subdivision)
    found = [
        AuthorityLine(each, tuple(complaint_laws(each, registry)), is_stale(today, each.checked_on, AUTHORITY_DAYS))
        for each in registry.regulators.values()
        if each.country == country and query.kind in {None, each.kind} and _is_for(each, part)
    ]
    kinds = tuple(RegulatorKind)
    found.sort(key=lambda line: kinds.index(line.regulator.kind))
    return [(kind, list(group)) for kind, group in groupby(found, key=lambda line: line.regulator.kind)]


def _is_for(regulator: Regulator, part: str | None) -> bool:
    """Of a country with authorities for its parts: the national ones, and those of the part that was named."""
    own = (regulator.subdivision or "").removeprefix(f"{regulator.country}-")
    return not own or part is None or own == part
