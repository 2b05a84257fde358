"""The laws of a country in plain words, and each law whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.domain.clocks import find_current_rule
from portal.domain.directory import Category, Platform
from portal.domain.regimes import Certainty, Confidence, Regime, Rule
from portal.domain.wording import Sentence
from portal.reference.holidays import name_part
from portal.services.directory.lookups import count_laws, laws_of
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws, read_place
from portal.services.law.police import PoliceHelp, find_police
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.forms.parts import PARTS
from portal.web.open.citations import anchor_all
from portal.web.open.lead import find_lead
from portal.web.open.queries import read_query
from portal.web.open.vocabulary import label_of
from portal.web.open.way_back import carry_way_back
from portal.web.places import country_names
from portal.web.unit_of_work import parts, unit

bp = Blueprint("law", __name__)
carry_way_back(bp)


@dataclass(frozen=True, kw_only=True)
class LawQuery:
    """Where the person lives, and what they say of the content. What is left out is not known."""

    country: str | None = None
    subdivision: str | None = None
    depiction: ContentKind | None = None
    under_18: bool = False
    threat: bool = False
    platform: str | None = None  # its slug


@dataclass(frozen=True)
class LawLine:
    """A law in the list of a country."""

    regime: Regime
    reason: Sentence
    primary: Rule | None


@dataclass(frozen=True)
class LawGroups:
    """The laws of a country for some facts: that can be used, that may fit, and that do not or are not law.

    `local` are laws of its parts while no part was named: they stand apart from what may fit. `bare_part` is the name
    of the part that was named, where the list has no law of it though it has laws of other parts.
    """

    usable: tuple[LawLine, ...]
    unsure: tuple[LawLine, ...]
    local: tuple[LawLine, ...]
    others: tuple[LawLine, ...]
    bare_part: str | None


@bp.get("/law")
@public
@cacheable
def show_all() -> ResponseReturnValue:
    names = dict(country_names(str(get_locale())))
    counts = count_laws(parts().registry, list(names))
    values = {
        "countries": [(code, name, counts[code]) for code, name in names.items() if code in counts],
        "names": names,
        "typed": request.args,
        "pictures": tuple(ContentKind),
        "places": list_places(),
        "lead": None,
        "reason": None,
        "problem": None,
        "groups": None,
    }
    try:
        query = read_query(LawQuery)
        found = answer(query) if query.country else {}
    except InvalidQuery as error:
        return render_template("open/laws.html", parts=(), **{**values, "problem": error}), 400
    known_parts = PARTS.get((query.country or "").upper(), ())
    return render_template("open/laws.html", parts=known_parts, **{**values, **found})


def answer(query: LawQuery) -> dict[str, Any]:
    """What the page shows for these answers. Raises InvalidQuery."""
    lead = find_lead(facts_of(query), now=unit().now)
    groups = find_groups(query)
    first = lead.step.regime.id if lead.step else None
    reasons = [line.reason for line in (*groups.usable, *groups.unsure) if line.regime.id == first]
    rest = replace(
        groups,
        usable=tuple(line for line in groups.usable if line.regime.id != first),
        unsure=tuple(line for line in groups.unsure if line.regime.id != first),
    )
    return {
        "lead": lead,
        "reason": next(iter(reasons), None),
        "groups": rest,
        "police": find_local_police(query),
        "asked": name_answers(query, lead.platform),
    }


def name_answers(query: LawQuery, platform: Platform | None) -> str:
    """What was answered, in few words: "Ireland, Instagram"."""
    country, part = read_place(query.country or "", query.subdivision)
    place = get_locale().territories.get(country, country)
    said = [f"{place} ({name_part(country, part)})" if part else place]
    if platform:
        said.append(platform.name)
    if query.depiction:
        said.append(label_of(query.depiction))
    if query.under_18:
        said.append(str(_("under 18")))
    if query.threat:
        said.append(str(_("not online yet")))
    return ", ".join(said)


def list_places() -> list[tuple[str, str]]:
    """Where something can be online, by name; who only sells names or takes payments shows nothing."""
    known = (each for each in parts().registry.platforms.values() if each.category not in _SHOW_NOTHING)
    return sorted(((each.slug, each.name) for each in known), key=lambda pair: pair[1].casefold())


_SHOW_NOTHING = frozenset({Category.REGISTRAR, Category.PAYMENT, Category.CDN, Category.APP_STORE})


@bp.get("/law/<regime>")
@public
@cacheable
def show(regime: str) -> ResponseReturnValue:
    registry = parts().registry
    found = registry.regimes.get(regime)
    if found is None:
        return render_template("open/missing.html", back="law.show_all"), 404
    return show_law(found)


def show_law(law: Regime, newest: str | None = None) -> str:
    """A law whole. `newest` is the version of today where this one is older."""
    registry = parts().registry
    return render_template(
        "open/law.html",
        law=law,
        newest=newest,
        sources={source.key: number for number, source in enumerate(law.sources, start=1)},
        anchors={source.key: anchor for anchor, source in anchor_all(law.sources, "source")},
        regimes=registry.regimes,
        platforms=registry.platforms,
        regulators=registry.regulators,
    )


def find_local_police(query: LawQuery) -> PoliceHelp:
    """The police and the crimes of the place that was asked for. Raises InvalidQuery."""
    country, part = read_place(query.country or "", query.subdivision)
    return find_police(country, part, parts().registry, on=unit().config.day_at(unit().now))


def find_groups(query: LawQuery) -> LawGroups:
    """Raises InvalidQuery."""
    registry, facts = parts().registry, facts_of(query)
    country = facts.country
    verdicts = {each.regime: each for each in find_applicable_laws(facts, registry, now=unit().now)}
    usable, unsure, local, others = [], [], [], []
    near = laws_of(country, registry)
    part = read_place(country, query.subdivision)[1]
    for regime in near:
        verdict = verdicts[regime.id]
        line = LawLine(regime, verdict.wording, _find_primary(regime, unit().now))
        if verdict.replaced_by is not None:
            others.append(line)
        elif verdict.offered and verdict.applies is Certainty.YES:
            usable.append(line)
        elif part is None and _is_local(regime):
            local.append(line)
        elif verdict.applies is not Certainty.NO and regime.confidence is not Confidence.MEMORY:
            unsure.append(line)
        else:
            others.append(line)
    bare_part = name_part(country, part) if part and _is_bare(part, country, near) else None
    return LawGroups(_sort(usable), _sort(unsure), _sort(local), _sort(others), bare_part)


def facts_of(query: LawQuery) -> Facts:
    """What was answered, as the laws ask for it."""
    return Facts(
        country=(query.country or "").upper(),
        subdivision=query.subdivision,
        depiction=query.depiction or ContentKind.UNKNOWN,
        under_18=query.under_18,
        threat=query.threat,
        platform=query.platform,
    )


def _is_local(regime: Regime) -> bool:
    """Whether it is law in parts of a country only."""
    return all("-" in jurisdiction for jurisdiction in regime.jurisdictions)


def _is_bare(part: str, country: str, laws: Sequence[Regime]) -> bool:
    """Whether other parts of the country have laws of their own here, and this one has none."""
    known = {jurisdiction for law in laws if _is_local(law) for jurisdiction in law.jurisdictions}
    return bool(known) and f"{country}-{part}" not in known


def _sort(lines: Sequence[LawLine]) -> tuple[LawLine, ...]:
    """In the order in which people take the steps."""
    kinds = list(type(lines[0].regime.kind)) if lines else []
    return tuple(sorted(lines, key=lambda line: kinds.index(line.regime.kind)))


def _find_primary(regime: Regime, now: datetime) -> Rule | None:
    """The main clock as it is law now. One that nobody saw a source for is not shown in a list."""
    rule = find_current_rule(regime, regime.primary_clock, now.date())
    return rule if rule and rule.confidence is not Confidence.MEMORY else None
