"""The clock sheet: everything needed to work out one date again, and to see where each part of it comes from."""

from __future__ import annotations

from portal.domain.letters.blocks import Block, Heading, Items, Pairs, Paragraph, Tone, Translate
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.law_blocks import list_steps
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import BINDINGS, STARTS, STATES, describe_due, format_instant, format_period


def write_sheet(context: LetterContext, number: int, basis: BasisFact, clock: ClockFact) -> list[Block]:
    """One sheet. Needs a clock that has started."""
    translate = context.translate
    title = translate("Clock %(number)s: %(act)s", number=str(number), act=translate(clock.label))
    rows = tuple((name, value) for name, value in _list_rows(context, basis, clock) if value)
    blocks: list[Block] = [Heading(text=title, level=2), Pairs(rows=rows)]
    steps = list_steps(context, clock)
    if steps.rows:
        blocks.append(steps)
    if clock.sources:
        items = tuple(
            translate(
                "%(url)s (seen on %(day)s): %(supports)s",
                url=source.url,
                day=source.seen_on.isoformat(),
                supports=translate(source.supports),
            )
            for source in clock.sources
        )
        blocks += [Paragraph(text=translate("Sources of this period:"), tone=Tone.SMALL), Items(items=items)]
    return blocks


def _list_rows(context: LetterContext, basis: BasisFact, clock: ClockFact) -> list[tuple[str, str]]:
    translate = context.translate
    if clock.started_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has not started")
    start = format_instant(clock.started_at, clock.zone, translate)
    ended = format_instant(clock.ended_at, clock.zone, translate) if clock.ended_at else ""
    return [
        (translate("Law"), translate(basis.citation)),
        (translate("What kind of period"), translate(BINDINGS[clock.binding])),
        (translate("Length"), format_length(clock, translate)),
        (translate("Started by"), translate(STARTS[clock.trigger])),
        (translate("Start"), translate("%(start)s, estimated", start=start) if clock.estimated else start),
        (translate("End"), describe_due(clock, translate) if clock.due_at else ""),
        (translate("State"), describe_state(clock, translate)),
        (translate("Ended by an act on"), ended),
        (translate("Way of counting"), clock.counting if clock.amount is not None else ""),
        (translate("Calendar of holidays"), clock.calendar_version or ""),
        (translate("Table of time zones"), clock.zone_version or ""),
        (translate("Record of the law"), f"{clock.regime_id} {clock.version or basis.version}, {clock.rule_id}"),
    ]


def format_length(clock: ClockFact, translate: Translate) -> str:
    """The number the law sets, or its own measure where it sets none."""
    if clock.amount is None:
        return translate(clock.standard) if clock.standard else translate("no number in the law")
    period = format_period(clock.amount, clock.unit, translate)
    return translate("%(period)s, extended", period=period) if clock.extended else period


def describe_state(clock: ClockFact, translate: Translate) -> str:
    return translate(STATES[clock.state]) if clock.state else ""
