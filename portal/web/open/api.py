"""The facts for machines: laws, deadlines, platforms and authorities. Reads the records only, never a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, current_app, render_template, url_for

from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator
from portal.reference.dataset import CREDITS, LICENCE, list_files
from portal.reference.territories import is_law_in
from portal.services.directory.lookups import find_platforms, is_body_of
from portal.services.law.deadline_calculator import (
    DeadlineQuestion,
    InvalidQuery,
    calculate_deadline,
    deadline_of,
    name_nearest,
)
from portal.services.law.fastest_routes import fastest_routes
from portal.services.law.law_finder import Facts, find_applicable_laws, read_place
from portal.services.law.police import find_police
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.open import records
from portal.web.open.openapi import Endpoint, describe, list_parameters
from portal.web.open.queries import read_query
from portal.web.unit_of_work import parts, unit

bp = Blueprint("api", __name__, url_prefix="/api/v1")

T = TypeVar("T")
View = Callable[..., Any]
ENDPOINTS: list[Endpoint] = []


class NotThere(LookupError):
    """No record of that id. The message names the nearest."""


def endpoint(path: str, summary: str, *, query: type, answer: type, example: str) -> Callable[[View], View]:
    """Registers a view that gives the answer's data; the frame around it is the same for all."""

    def register(view: View) -> View:
        def show(**names: str) -> Response:
            data = view(read_query(query), **names)
            return _send(answer(meta=_make_meta(), data=data), "application/json")

        ENDPOINTS.append(Endpoint(path=path, summary=summary, query=query, answer=answer, example=example))
        bp.add_url_rule(path, view.__name__, public(cacheable(show)), methods=["GET"])
        return view

    return register


@endpoint(
    "/regimes",
    "Laws, all or some",
    query=records.RegimeQuery,
    answer=records.RegimeList,
    example="/regimes?country=NZ&offered=true",
)
def list_regimes(query: records.RegimeQuery) -> tuple[records.RegimeLine, ...]:
    return tuple(
        _copy(regime, records.RegimeLine)
        for regime in parts().registry.regimes.values()
        if (query.country is None or is_law_in(regime, query.country.upper()))
        and query.kind in {None, regime.kind}
        and query.status in {None, regime.status}
        and query.offered in {None, regime.offered}
    )


@endpoint(
    "/regimes/<regime>",
    "One law, whole: elements, clocks, next steps, sources",
    query=records.NoQuery,
    answer=records.RegimeAnswer,
    example="/regimes/us-take-it-down",
)
def show_regime(_: records.NoQuery, regime: str) -> Regime:
    return _find(parts().registry.regimes, regime, "law")


@endpoint(
    "/verdicts",
    "Every law judged for some facts: whether it applies, whether it can be used, and why",
    query=records.VerdictQuery,
    answer=records.VerdictList,
    example="/verdicts?country=NZ&depiction=real&platform=x",
)
def judge(query: records.VerdictQuery) -> tuple[records.VerdictLine, ...]:
    facts = Facts(
        country=query.country,
        subdivision=query.subdivision,
        depiction=query.depiction,
        under_18=query.under_18,
        threat=query.threat,
        platform=query.platform,
    )
    return tuple(
        _copy(verdict, records.VerdictLine)
        for verdict in find_applicable_laws(facts, parts().registry, on=query.on, now=unit().now)
    )


@endpoint(
    "/deadlines",
    "When a deadline is, and each step that leads there",
    query=records.DeadlineQuery,
    answer=records.DeadlineAnswer,
    example="/deadlines?regime=eu-gdpr-17&started=2026-03-05T09:00:00Z&country=IE",
)
def count(query: records.DeadlineQuery) -> Any:
    return deadline_of(calculate_deadline(_copy(query, DeadlineQuestion), parts().registry))


@endpoint(
    "/routes",
    "The ways to a binding removal where somebody lives, the fastest first, each with its doubts",
    query=records.PlaceQuery,
    answer=records.RouteList,
    example="/routes?country=IT",
)
def list_routes(query: records.PlaceQuery) -> tuple[records.RouteLine, ...]:
    found = fastest_routes(query.country, query.subdivision, registry=parts().registry, now=unit().now)
    return tuple(
        records.RouteLine(
            regime=route.regime.id,
            clock=route.rule.id,
            first_step=route.step,
            body=route.body,
            amount=route.rule.amount,
            unit=route.rule.unit,
            owed_by=route.rule.owed_by,
            whole_time_is_known=route.hours is not None,
            ask_the_platform_first=route.needs_request,
            applies=route.applies,
            doubts=tuple(str(doubt) for doubt in route.doubts),
        )
        for route in found
    )


@endpoint(
    "/police",
    "What can be reported to the police, what to bring, what to keep, and whom to call",
    query=records.PlaceQuery,
    answer=records.PoliceAnswer,
    example="/police?country=US&subdivision=AZ",
)
def show_police(query: records.PlaceQuery) -> records.PoliceData:
    country, part = read_place(query.country, query.subdivision)
    found = find_police(country, part, parts().registry, on=unit().config.day_at(unit().now))
    doors = (*((found.emergency,) if found.emergency else ()), *found.doors)
    return records.PoliceData(
        crimes=tuple(
            records.CrimeLine(
                place=each.place,
                acts=each.crime.acts,
                citation=each.crime.citation,
                summary=each.crime.summary,
                made_images=each.crime.made_images,
                in_force_from=each.crime.in_force_from,
                report_by=each.crime.report_by,
                note=each.crime.note,
                confidence=each.crime.confidence,
                sources=tuple(source.url for source in each.sources),
            )
            for each in found.crimes
        ),
        doors=tuple(_copy(door, records.DoorLine) for door in doors),
        a_threat_is_enough=found.needs_no_link,
        bring=tuple(map(str, found.bring)),
        keep=tuple(map(str, found.keep)),
    )


@endpoint(
    "/platforms",
    "Platforms, all or some",
    query=records.PlatformQuery,
    answer=records.PlatformList,
    example="/platforms?category=dating",
)
def list_platforms(query: records.PlatformQuery) -> tuple[records.PlatformLine, ...]:
    return tuple(
        _copy(platform, records.PlatformLine)
        for platform in find_platforms(query.q or "", parts().registry)
        if query.category in {None, platform.category}
    )


@endpoint(
    "/platforms/<platform>",
    "One platform: how to reach it, and what to know before",
    query=records.NoQuery,
    answer=records.PlatformAnswer,
    example="/platforms/instagram",
)
def show_platform(_: records.NoQuery, platform: str) -> Platform:
    return _find(parts().registry.platforms, platform, "platform")


@endpoint(
    "/regulators",
    "Authorities, tribunals and help services, all or some",
    query=records.RegulatorQuery,
    answer=records.RegulatorList,
    example="/regulators?country=IE&kind=data-protection",
)
def list_regulators(query: records.RegulatorQuery) -> tuple[records.RegulatorLine, ...]:
    country = query.country.upper() if query.country else None
    return tuple(
        _copy(regulator, records.RegulatorLine)
        for regulator in parts().registry.regulators.values()
        if (country is None or is_body_of(regulator, country))
        and query.kind in {None, regulator.kind}
        and query.signatory in {None, regulator.joint_statement_signatory}
    )


@endpoint(
    "/regulators/<regulator>",
    "One authority: what it is, where it is, and how we know",
    query=records.NoQuery,
    answer=records.RegulatorAnswer,
    example="/regulators/ie-dpc",
)
def show_regulator(_: records.NoQuery, regulator: str) -> Regulator:
    return _find(parts().registry.regulators, regulator, "authority")


@bp.get("/openapi.json")
@public
@cacheable
def openapi() -> Response:
    address = unit().config.base_url + url_for("api.show")
    files = list_files(parts().registry).values()
    return _send(describe(ENDPOINTS, title="Recourse", address=address.rstrip("/"), files=files), "application/json")


@bp.get("/")
@public
@cacheable
def show() -> str:
    described = [(each, list(list_parameters(each))) for each in ENDPOINTS]
    return render_template("open/api.html", endpoints=described, licence=LICENCE, credits=CREDITS)


@bp.errorhandler(InvalidQuery)
def refuse(error: InvalidQuery) -> Response:
    return _refuse(records.REFUSED, 400, str(error), error.field)


@bp.errorhandler(NotThere)
def miss(error: NotThere) -> Response:
    return _refuse("There is no such record", 404, str(error), None)


@bp.after_request
def open_to_pages(response: Response) -> Response:
    """Any page may read these facts; nothing else is loosened."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _make_meta() -> records.Meta:
    newest = max(regime.version for regime in parts().registry.regimes.values())
    return records.Meta(licence=LICENCE, credits=CREDITS, version=newest)


def _copy(source: object, kind: type[T]) -> T:
    """The fields that `kind` has, by the same names."""
    return msgspec.convert(source, kind, from_attributes=True)


def _find(known: Mapping[str, T], wanted: str, noun: str) -> T:
    if wanted not in known:
        raise NotThere(f"There is no {noun} {wanted!r}.{name_nearest(wanted, known)}")
    return known[wanted]


def _refuse(title: str, status: int, detail: str, parameter: str | None) -> Response:
    problem = records.Problem(title=title, status=status, detail=detail, parameter=parameter)
    response = _send(problem, "application/problem+json")
    response.status_code = status
    return response


def _send(answer: object, media: str) -> Response:
    return current_app.response_class(msgspec.json.encode(answer), mimetype=media)
