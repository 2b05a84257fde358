"""The laws of a country in plain words, and each law whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from portal.domain.clocks import find_current_rule
from portal.domain.regimes import Certainty, Confidence, Regime, Rule
from portal.domain.wording import Sentence
from portal.services.directory.lookups import count_laws, laws_of
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.open.queries import read_query
from portal.web.person.forms.parts import PARTS
from portal.web.places import country_names
from portal.web.unit_of_work import parts, unit

bp = Blueprint("law", __name__)


@dataclass(frozen=True, kw_only=True)
class LawQuery:
    """Where the person lives, and what they say of the content. What is left out is not known."""

    country: str | None = None
    subdivision: str | None = None
    depiction: ContentKind | None = None
    under_18: bool = False
    threat: bool = False


@dataclass(frozen=True)
class LawLine:
    """A law in the list of a country."""

    regime: Regime
    reason: Sentence
    primary: Rule | None


@dataclass(frozen=True)
class LawGroups:
    """The laws of a country for some facts: that can be used, that may fit, and that do not or are not law."""

    usable: tuple[LawLine, ...]
    unsure: tuple[LawLine, ...]
    others: tuple[LawLine, ...]


@bp.get("/law")
@public
@cacheable
def show_all() -> ResponseReturnValue:
    names = dict(country_names(str(get_locale())))
    counts = count_laws(parts().registry, list(names))
    countries = [(code, name, counts[code]) for code, name in names.items() if code in counts]
    values = {"countries": countries, "names": names, "typed": request.args, "pictures": tuple(ContentKind)}
    try:
        query = read_query(LawQuery)
        groups = find_groups(query) if query.country else None
    except InvalidQuery as error:
        return render_template("open/laws.html", problem=error, groups=None, parts=(), **values), 400
    known_parts = PARTS.get((query.country or "").upper(), ())
    return render_template("open/laws.html", problem=None, groups=groups, parts=known_parts, **values)


@bp.get("/law/<regime>")
@public
@cacheable
def show(regime: str) -> ResponseReturnValue:
    registry = parts().registry
    found = registry.regimes.get(regime)
    if found is None:
        return render_template("open/missing.html", back="law.show_all"), 404
    return render_template(
        "open/law.html",
        law=found,
        sources={source.key: number for number, source in enumerate(found.sources, start=1)},
        regimes=registry.regimes,
        platforms=registry.platforms,
        regulators=registry.regulators,
    )


def find_groups(query: LawQuery) -> LawGroups:
    """Raises InvalidQuery."""
    registry = parts().registry
    country = (query.country or "").upper()
    facts = Facts(
        country=country,
        subdivision=query.subdivision,
        depiction=query.depiction or ContentKind.UNKNOWN,
        under_18=query.under_18,
        threat=query.threat,
    )
    verdicts = {each.regime: each for each in find_applicable_laws(facts, registry, now=unit().now)}
    usable, unsure, others = [], [], []
    for regime in laws_of(country, registry):
        verdict = verdicts[regime.id]
        line = LawLine(regime, verdict.wording, _find_primary(regime, unit().now))
        if verdict.offered and verdict.applies is Certainty.YES:
            usable.append(line)
        elif verdict.applies is not Certainty.NO and regime.confidence is not Confidence.MEMORY:
            unsure.append(line)
        else:
            others.append(line)
    return LawGroups(_sort(usable), _sort(unsure), _sort(others))


def _sort(lines: Sequence[LawLine]) -> tuple[LawLine, ...]:
    """In the order in which people take the steps."""
    kinds = list(type(lines[0].regime.kind)) if lines else []
    return tuple(sorted(lines, key=lambda line: kinds.index(line.regime.kind)))


def _find_primary(regime: Regime, now: datetime) -> Rule | None:
    """The main clock as it is law now. One that nobody saw a source for is not shown in a list."""
    rule = find_current_rule(regime, regime.primary_clock, now.date())
    return rule if rule and rule.confidence is not Confidence.MEMORY else None
