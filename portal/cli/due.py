"""`due`: when a deadline is, and why then. Needs no database and no secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext

from portal.cli.process import find_known, find_parts, name_nearest
from portal.domain.calendars import Calendar
from portal.domain.clocks import find_rule
from portal.domain.counting import Due, UncountablePeriod, due_at, has_number
from portal.domain.regimes import Binding, Regime, Rule, Status
from portal.domain.wording import format_day, format_value
from portal.reference.holidays import UnknownPlace, load_calendar
from portal.reference.zones import UnknownZone, find_zone, load_zone

# A promise is called by what it is; only the first obliges anybody.
_BINDINGS: Mapping[Binding, str] = {
    Binding.DUTY: "a duty",
    Binding.SAFE_HARBOUR: "a condition of immunity, not a duty",
    Binding.PRECONDITION: "a waiting period before the next step",
    Binding.LIMITATION: "the person's own time limit",
    Binding.TARGET: "a target, not law",
    Binding.FOLLOW_UP: "a date of our own to look again",
}


@dataclass(frozen=True)
class _Place:
    """Where the obliged organisation is, as far as time is concerned."""

    calendar: Calendar
    zone: ZoneInfo


@click.command("due")
@click.option("--regime", "regime_id", required=True, help="The law, by its id: eu-gdpr-17")
@click.option("--clock", "clock_id", help="One of its clocks; without it, the main one")
@click.option("--started", required=True, help="The event that starts the clock: 2026-11-20T22:15:00+00:00")
@click.option("--country", required=True, help="Country of the obliged organisation, two letters")
@click.option("--subdivision", help="Its state or province: QC")
@click.option("--zone", "zone_name", help="Its time zone; without it, that of the place")
@click.option("--extended", is_flag=True, help="The obliged side has lengthened the period as the law allows")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable")
@with_appcontext
def due(
    regime_id: str,
    clock_id: str | None,
    started: str,
    country: str,
    subdivision: str | None,
    zone_name: str | None,
    extended: bool,
    as_json: bool,
) -> None:
    """Show when a deadline is and the steps that lead to it."""
    regime = find_known(find_parts().registry.regimes, regime_id, "law")
    clock = _find_clock_id(regime, clock_id)
    place = _find_place(country, subdivision, zone_name)
    started_at = _read_instant(started)
    rule = _find_rule_in_force(regime, clock, started_at, place.zone)
    result = _count(rule, started_at, place, extended)
    show = _to_json if as_json else _to_text
    click.echo(show(regime, rule, started_at, place, result))


def _find_clock_id(regime: Regime, clock_id: str | None) -> str:
    known = list(dict.fromkeys(rule.id for rule in regime.rules))
    wanted = clock_id or regime.primary_clock
    if wanted is None:
        raise click.UsageError(f"{regime.id} has no main clock; name one with --clock: {', '.join(known) or 'none'}.")
    if wanted not in known:
        raise click.UsageError(f"{regime.id} has no clock {wanted!r}.{name_nearest(wanted, known)}")
    return wanted


def _find_place(country: str, subdivision: str | None, zone_name: str | None) -> _Place:
    part = subdivision.upper().removeprefix(f"{country.upper()}-") if subdivision else None
    try:
        calendar = load_calendar(country, part)
        zone = load_zone(zone_name) if zone_name else find_zone(country.upper(), part)
    except (UnknownPlace, UnknownZone) as error:
        raise click.UsageError(f"{error}.") from error
    return _Place(calendar, zone)


def _read_instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--started is no instant of ISO 8601: {text!r}.") from error
    if instant.tzinfo is None:
        raise click.UsageError(f"--started needs its offset from UTC, as in {text}+00:00.")
    return instant


def _find_rule_in_force(regime: Regime, clock_id: str, started_at: datetime, zone: ZoneInfo) -> Rule:
    try:
        rule = find_rule(regime, clock_id, started_at, zone)
        day = started_at.astimezone(zone).date()
    except OverflowError as error:
        raise click.UsageError("--started is too far away to count from.") from error
    if rule is None:
        raise click.UsageError(
            f"{regime.id} had no clock {clock_id!r} in force on {format_day(day)}; {_tell_range(regime, clock_id)}."
        )
    return rule


def _tell_range(regime: Regime, clock_id: str) -> str:
    if regime.status is not Status.IN_FORCE:
        return f"its status is {regime.status.value!r}"
    starts = [rule.in_force_from or regime.in_force_from or date.min for rule in regime.rules if rule.id == clock_id]
    ends = [rule.in_force_until or regime.in_force_until for rule in regime.rules if rule.id == clock_id]
    text = f"it is in force from {format_day(max(min(starts), regime.in_force_from or date.min))}"
    last = [end for end in ends if end is not None]
    return f"{text} until {format_day(max(last))}" if len(last) == len(ends) else text


def _count(rule: Rule, started_at: datetime, place: _Place, extended: bool) -> Due | None:
    if not has_number(rule):
        return None
    try:
        return due_at(rule, started_at, calendar=place.calendar, zone=place.zone, extended=extended)
    except UncountablePeriod as error:
        raise click.UsageError(f"Clock {error}.") from error
    except (OverflowError, ValueError) as error:
        raise click.UsageError("--started is too far away to count from.") from error


def _to_json(regime: Regime, rule: Rule, started_at: datetime, place: _Place, result: Due | None) -> str:
    steps = [{"at": step.at, "text": step.text} for step in result.steps] if result else []
    if result is None:
        steps = [{"at": started_at.astimezone(place.zone).isoformat(), "text": _tell_standard(rule)}]
    return json.dumps(
        {
            "regime": regime.id,
            "clock": rule.id,
            "started_at": started_at.isoformat(),
            "due_at": result.due_at.astimezone(place.zone).isoformat() if result else None,
            "last_day": result.last_day.isoformat() if result and result.last_day else None,
            "binding": rule.binding.value,
            "estimated": result.estimated if result else False,
            "steps": steps,
            "version": regime.version,
        },
        ensure_ascii=False,
        indent=2,
    )


def _to_text(regime: Regime, rule: Rule, started_at: datetime, place: _Place, result: Due | None) -> str:
    lines = [f"{regime.name}: {rule.label} ({regime.id}, {rule.id}, {_BINDINGS[rule.binding]})"]
    if result is None:
        return "\n".join([*lines, _tell_standard(rule)])
    end = result.due_at.astimezone(place.zone)
    lines.append(f"Due {format_value(end)}{', estimated' if result.estimated else ''}")
    lines += [f"  {step.at}  {step.text}" for step in result.steps]
    if result.calendar_version:
        lines.append(f"Holidays: {place.calendar.code}, {result.calendar_version}.")
    lines.append(f"Law as of {regime.version}.")
    return "\n".join(lines)


def _tell_standard(rule: Rule) -> str:
    return f"The law sets no number here, so there is no date. Its measure: {rule.standard}."
