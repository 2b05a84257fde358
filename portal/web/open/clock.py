"""A deadline for anybody: law, event and time in; the date and why out, as page, as JSON and for a calendar."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

import icalendar
import msgspec
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.domain.counting import has_number
from portal.domain.readable import write_digits
from portal.domain.regimes import Regime, Status
from portal.domain.steps import CountingStep
from portal.domain.wording import format_sentence
from portal.reference.zones import UnknownZone, find_zone, load_zone
from portal.services.law.deadline_calculator import (
    CalculatedDeadline,
    DeadlineQuestion,
    InvalidQuery,
    calculate_deadline,
    deadline_of,
    name_nearest,
)
from portal.services.law.waiting_clocks import Waiting, WaitingClock, find_waiting_clocks
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.fields import CLOCK_TIME
from portal.web.forms.parts import PARTS
from portal.web.local_times import UnclearTime, read_local, show_time
from portal.web.open.queries import read_query
from portal.web.open.records import REFUSED, Problem
from portal.web.open.way_back import carry_way_back
from portal.web.places import country_names
from portal.web.unit_of_work import parts, unit

bp = Blueprint("clock", __name__)
carry_way_back(bp)

_GROUPS = {"EU": "IE", "EEA": "IE"}  # where most platforms of the Union are established


@dataclass(frozen=True, kw_only=True)
class ClockQuery:
    """`day` and `hour` are local to the organisation that has to act; `started` is an instant in place of both.

    Who names no law says in `home` where they live and in `waiting` what they did. Then day and hour are theirs.
    """

    regime: str | None = None
    clock: str | None = None
    day: str | None = None
    hour: str | None = None
    started: str | None = None
    country: str | None = None
    subdivision: str | None = None
    zone: str | None = None
    extended: bool = False
    home: str | None = None
    home_part: str | None = None
    waiting: Waiting | None = None


@bp.get("/clock")
@public
@cacheable
def show() -> ResponseReturnValue:
    regime, answer, problem, awaited = None, None, None, None
    try:
        query = read_query(ClockQuery)
        regime = _find_regime(query)
        if regime is None and (query.home or query.waiting):
            awaited = find_awaited(query)
        if regime is not None and (query.day or query.started):
            answer = _reckon(query, regime)
    except InvalidQuery as error:
        problem = error
    page = render_template(
        "open/clock.html",
        law=regime,
        answer=answer,
        problem=problem,
        awaited=awaited,
        doings=tuple(Waiting),
        home_parts=PARTS.get(request.args.get("home", "").upper(), ()),
        typed=_list_typed(answer),
        home=_home_of(regime) if regime else "",
        laws=_list_laws(),
        countries=country_names(str(get_locale())),
        address=request.query_string.decode("ascii", "replace"),
    )
    return page, 400 if problem else 200


@bp.get("/clock.json")
@public
@cacheable
def as_json() -> Response:
    return _send(msgspec.json.encode(deadline_of(_answer())), "application/json")


@bp.get("/clock.ics")
@public
@cacheable
def as_calendar() -> Response:
    """An entry whose title tells a stranger nothing."""
    answer = _answer()
    if answer.due is None:
        raise InvalidQuery("clock", "The law gives no number, so there is no date for a calendar.")
    response = _send(make_entry(answer, title=_("Date to check"), today=unit().now.date()), "text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=date.ics"
    return response


@bp.errorhandler(InvalidQuery)
def refuse(error: InvalidQuery) -> ResponseReturnValue:
    problem = Problem(title=REFUSED, status=400, detail=str(error), parameter=error.field)
    return _send(msgspec.json.encode(problem), "application/problem+json"), 400


def make_entry(answer: CalculatedDeadline, *, title: str, today: date) -> bytes:
    """RFC 5545: a day for periods of days, an instant for hours. Raises ValueError where there is no date."""
    if answer.due is None:
        raise ValueError("a law without a number gives no date")
    event = icalendar.Event()
    digest = sha256(f"{answer.regime.id}/{answer.rule.id}/{answer.due.due_at.isoformat()}".encode()).hexdigest()
    event.add("uid", digest[:32])
    event.add("dtstamp", datetime.combine(today, time(), answer.due.due_at.tzinfo))
    event.add("dtstart", answer.due.last_day or answer.due.due_at)
    event.add("summary", title)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _list_typed(answer: CalculatedDeadline | None) -> dict[str, str]:
    """What stands in the form: as it was typed, with day and hour where an instant was given in place of both."""
    typed = {name: value for name, value in request.args.items() if name != "started"}
    if answer is not None and "started" in request.args:
        local = answer.started_at.astimezone(answer.zone)
        typed |= {"day": local.date().isoformat(), "hour": show_time(local)}
    return typed


def _answer() -> CalculatedDeadline:
    return find_answer(read_query(ClockQuery))


@dataclass(frozen=True)
class Awaited:
    """One clock that may run for who waits, with its date where a day was given, and the address that tells why.

    `zone` is where the person is.
    """

    clock: WaitingClock
    answer: CalculatedDeadline | None
    address: str
    zone: str


def find_awaited(query: ClockQuery) -> tuple[Awaited, ...]:
    """Every clock for what somebody did in their country. Raises InvalidQuery."""
    if not query.home:
        raise InvalidQuery("home", _("Choose the country where you live."))
    if query.waiting is None:
        raise InvalidQuery("waiting", _("Choose what you did."))
    with_place = replace(query, country=query.home, subdivision=query.home_part)
    try:
        found = find_waiting_clocks(
            query.waiting, parts().registry, country=query.home, part=query.home_part, now=unit().now
        )
        started = _read_moment(with_place) if query.day else None
    except InvalidQuery as error:
        asked = {"country": "home", "subdivision": "home_part"}
        raise InvalidQuery(asked.get(error.field, error.field), str(error)) from error
    return tuple(_await(clock, query, started) for clock in found)


def _await(clock: WaitingClock, query: ClockQuery, started: str | None) -> Awaited:
    """A law that was not yet in force on that day gives no date here; its own page says so."""
    named: dict[str, Any] = {
        "regime": clock.regime.id,
        "clock": clock.rule.id,
        "country": clock.country,
        "subdivision": clock.part,
    }
    answer = None
    if started is not None:
        with suppress(InvalidQuery):
            asked = ClockQuery(**named, started=started)
            answer = _reckon(asked, clock.regime)
            answer = answer if query.hour else _doubt_hour(answer)
    when: dict[str, Any] = {"started": started} if query.hour else {"day": query.day}
    home = find_zone((query.home or "").upper(), _part(query.home, query.home_part))
    return Awaited(clock, answer, url_for("clock.show", **named, **when), home.key)


def find_answer(query: ClockQuery) -> CalculatedDeadline:
    """The deadline that an address asks for. Raises InvalidQuery."""
    regime = _find_regime(query)
    if regime is None:
        raise InvalidQuery("regime", "The parameter 'regime' is missing.")
    return _reckon(query, regime)


def _find_regime(query: ClockQuery) -> Regime | None:
    known = parts().registry.regimes
    if query.regime is None:
        return None
    if query.regime not in known:
        raise InvalidQuery("regime", f"No law {query.regime!r}.{name_nearest(query.regime, known)}")
    return known[query.regime]


def _reckon(query: ClockQuery, regime: Regime) -> CalculatedDeadline:
    """The answer, with its doubt where the hour was left out. Raises InvalidQuery for a field of the query."""
    try:
        answer = calculate_deadline(_ask(query, regime), parts().registry)
    except InvalidQuery as error:
        asked = {} if query.started else {"started": "day"}
        if not query.zone:
            asked["zone"] = "country"
        raise InvalidQuery(asked.get(error.field, error.field), str(error)) from error
    return answer if query.hour or query.started else _doubt_hour(answer)


def _doubt_hour(answer: CalculatedDeadline) -> CalculatedDeadline:
    """The date is estimated where it hangs on the hour: for hours, and for laws whose day ends at one."""
    due = answer.due
    if due is None or (due.last_day is not None and answer.rule.received_by is None):
        return answer
    noon = CountingStep(answer.started_at.isoformat(), format_sentence("The hour is not known, so noon was taken."))
    return replace(answer, due=replace(due, estimated=True, steps=(noon, *due.steps)))


def _ask(query: ClockQuery, regime: Regime) -> DeadlineQuestion:
    """The question with what was left out: the law's own country, and its main clock or the first with a number."""
    asked = replace(query, country=query.country or _home_of(regime))
    numbered = sorted(regime.rules, key=has_number, reverse=True)
    return DeadlineQuestion(
        regime=regime.id,
        clock=query.clock or regime.primary_clock or next((rule.id for rule in numbered), None),
        started=asked.started or _read_moment(asked),
        country=asked.country or "",
        subdivision=asked.subdivision,
        zone=asked.zone,
        extended=asked.extended,
    )


def _read_moment(query: ClockQuery) -> str:
    """Day and hour where the organisation is, as an instant. Without an hour the day's noon is taken."""
    try:
        day = date.fromisoformat(write_digits(query.day or "").strip())
    except ValueError as error:
        raise InvalidQuery("day", _("Write the day like this: 2026-11-24.")) from error
    found = CLOCK_TIME.fullmatch(write_digits(query.hour or "12:00").strip())
    if found is None:
        raise InvalidQuery("hour", _("Write the time like this: 14:05."))
    try:
        zone = (
            load_zone(query.zone)
            if query.zone
            else find_zone((query.country or "").upper(), _part(query.country, query.subdivision))
        )
    except UnknownZone as error:
        raise InvalidQuery("zone" if query.zone else "country", f"{error}.") from error
    typed = datetime.fromisoformat(f"{day.isoformat()} {found[1]:>02}:{found[2]}{found[3] or ''}")
    try:
        return read_local(typed, zone, says_day=False).isoformat()
    except UnclearTime as error:
        raise InvalidQuery("hour", str(error)) from error


def _part(country: str | None, subdivision: str | None) -> str | None:
    return subdivision.upper().removeprefix(f"{(country or '').upper()}-") if subdivision else None


def _home_of(regime: Regime) -> str:
    first = regime.jurisdictions[0].partition("-")[0]
    return _GROUPS.get(first, first)


def _list_laws() -> list[Regime]:
    """Those in force that say how fast somebody has to act, with a number or without, by place and name."""
    known = parts().registry.regimes.values()
    found = [regime for regime in known if regime.rules and regime.status is Status.IN_FORCE]
    return sorted(found, key=lambda regime: (regime.jurisdictions[0], regime.name))


def _send(body: bytes, media: str) -> Response:
    return current_app.response_class(body, mimetype=media)
