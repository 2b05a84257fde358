"""`laws`: which laws apply to a person, a picture and a platform on a day, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import click
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts
from portal.domain.applicability import Applicability
from portal.domain.regimes import Certainty
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws

_PICTURES = [picture.value for picture in ContentKind]
_SHOWN: Mapping[Certainty, str] = MappingProxyType(
    {Certainty.YES: "applies", Certainty.MAYBE: "may apply", Certainty.NO: "does not"}
)


@click.command("laws")
@click.option("--country", required=True, help="Where the person lives, two letters")
@click.option("--subdivision", help="The state or province: CA, QC")
@click.option("--depiction", required=True, type=click.Choice(_PICTURES), help="What the picture is")
@click.option("--under-18", is_flag=True, help="The person was under 18 when it was made")
@click.option("--threat", is_flag=True, help="Nothing is online yet")
@click.option("--platform", help="Where it is, by its id in the directory: instagram")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day to judge; without it, today")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable")
@with_appcontext
def laws(
    country: str,
    subdivision: str | None,
    depiction: str,
    under_18: bool,
    threat: bool,
    platform: str | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Show every law: whether it applies to these facts, whether it can be used, and why."""
    parts = find_parts()
    facts = Facts(
        country=country,
        subdivision=subdivision,
        depiction=ContentKind(depiction),
        under_18=under_18,
        threat=threat,
        platform=platform,
    )
    now = parts.clock()
    day = on.date() if on else parts.config.day_at(now)
    try:
        verdicts = find_applicable_laws(facts, parts.registry, on=on.date() if on else None, now=now)
    except InvalidQuery as error:
        raise click.UsageError(f"--{error.field}: {error}") from error
    click.echo(_to_json(verdicts) if as_json else _to_text(verdicts, day))


def _to_json(verdicts: Sequence[Applicability]) -> str:
    rows = [
        {"regime": one.regime, "applies": one.applies.value, "offered": one.offered, "reason": one.reason}
        for one in verdicts
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _to_text(verdicts: Sequence[Applicability], day: date) -> str:
    """What can be used first, then what may apply, then the rest."""
    order = (Certainty.YES, Certainty.MAYBE, Certainty.NO)
    ordered = sorted(verdicts, key=lambda one: (not one.offered, order.index(one.applies)))
    width = max(len(one.regime) for one in ordered)
    lines = [
        f"{one.regime:{width}}  {_SHOWN[one.applies]:9}  {'usable' if one.offered else '-':6}  {one.reason}"
        for one in ordered
    ]
    usable = sum(one.offered for one in verdicts)
    return "\n".join([*lines, f"{usable} of {len(verdicts)} laws can be used on {day.isoformat()}."])
