"""`due`: when a deadline is, and why then. Needs no database and no secrets."""

from __future__ import annotations

from collections.abc import Mapping

import click
import msgspec
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts
from portal.domain.regimes import Binding
from portal.domain.wording import format_value
from portal.services.law.deadline_calculator import (
    CalculatedDeadline,
    DeadlineQuestion,
    InvalidQuery,
    calculate_deadline,
    deadline_of,
    describe_standard,
)

# A promise is called by what it is; only the first obliges anybody.
_BINDINGS: Mapping[Binding, str] = {
    Binding.DUTY: "a duty",
    Binding.SAFE_HARBOUR: "a condition of immunity, not a duty",
    Binding.PRECONDITION: "a waiting period before the next step",
    Binding.LIMITATION: "the person's own time limit",
    Binding.TARGET: "a target, not law",
    Binding.FOLLOW_UP: "a date of our own to look again",
}


@click.command("due")
@click.option("--regime", required=True, help="The law, by its id: eu-gdpr-17")
@click.option("--clock", help="One of its clocks; without it, the main one")
@click.option("--started", required=True, help="The event that starts the clock: 2026-11-20T22:15:00+00:00")
@click.option("--country", required=True, help="Country of the obliged organisation, two letters")
@click.option("--subdivision", help="Its state or province: QC")
@click.option("--zone", help="Its time zone; without it, that of the place")
@click.option("--extended", is_flag=True, help="The obliged side has lengthened the period as the law allows")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable")
@with_appcontext
def due(
    regime: str,
    clock: str | None,
    started: str,
    country: str,
    subdivision: str | None,
    zone: str | None,
    extended: bool,
    as_json: bool,
) -> None:
    """Show when a deadline is and the steps that lead to it."""
    question = DeadlineQuestion(
        regime=regime,
        clock=clock,
        started=started,
        country=country,
        subdivision=subdivision,
        zone=zone,
        extended=extended,
    )
    try:
        answer = calculate_deadline(question, find_parts().registry)
    except InvalidQuery as error:
        raise click.UsageError(f"--{error.field}: {error}") from error
    click.echo(_to_json(answer) if as_json else _to_text(answer))


def _to_json(answer: CalculatedDeadline) -> str:
    return msgspec.json.format(msgspec.json.encode(deadline_of(answer)), indent=2).decode()


def _to_text(answer: CalculatedDeadline) -> str:
    regime, rule, due = answer.regime, answer.rule, answer.due
    lines = [f"{regime.name}: {rule.label} ({regime.id}, {rule.id}, {_BINDINGS[rule.binding]})"]
    if due is None:
        return "\n".join([*lines, describe_standard(rule)])
    end = due.due_at.astimezone(answer.zone)
    lines.append(f"Due {format_value(end)}{', estimated' if due.estimated else ''}")
    lines += [f"  {step.at}  {step.text}" for step in due.steps]
    if due.calendar_version:
        lines.append(f"Holidays: {answer.calendar.code}, {due.calendar_version}.")
    lines.append(f"Time zone: {answer.zone.key}, {answer.zone_version}.")
    lines.append(f"Law as of {regime.version}.")
    return "\n".join(lines)
