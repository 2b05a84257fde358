"""The clock sheet: everything needed to work out one date again, and to see where each part of it comes from."""

from __future__ import annotations

from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import Block, Heading, Items, Pairs, Paragraph, Tone, Translate
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.law_blocks import list_steps
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import (
    BINDINGS,
    STARTS,
    STATES,
    describe_due,
    format_day,
    format_instant,
    format_period,
)
from portal.domain.regimes import Binding, ObligedParty

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})
_OTHERS = frozenset({Binding.LIMITATION, Binding.FOLLOW_UP, Binding.TARGET})


def is_shown(clock: ClockFact) -> bool:
    """Whether a clock is one the complaint is about: the other side's, started, set by law, and with a date.

    One that was missed always is.
    """
    if clock.started_at is None or clock.owed_by not in _OBLIGED or clock.binding in _OTHERS:
        return False
    return clock.due_at is not None or clock.state is ClockState.MISSED


def write_sheet(context: LetterContext, number: int, party: str, basis: BasisFact, clock: ClockFact) -> list[Block]:
    """One sheet, under the name of the organisation and the letter. Needs a clock that has started."""
    translate = context.translate
    about = translate("%(party)s, letter %(letter)s", party=party, letter=basis.letter) if basis.letter else party
    title = translate(
        "Date %(number)s: %(about)s: %(act)s", number=str(number), about=about, act=translate(clock.label)
    )
    rows = tuple((name, value) for name, value in _list_rows(context, basis, clock) if value)
    blocks: list[Block] = [Heading(text=title, level=2), Pairs(rows=rows)]
    steps = list_steps(context, clock)
    if steps.rows:
        blocks.append(steps)
    official = [source for source in clock.sources if source.official]
    if official:
        items = tuple(
            translate(
                "%(url)s (seen on %(day)s): %(supports)s",
                url=source.url,
                day=format_day(source.seen_on, translate),
                supports=translate(source.supports),
            )
            for source in official
        )
        blocks += [Paragraph(text=translate("Official sources of this period:"), tone=Tone.SMALL), Items(items=items)]
    return blocks


def _list_rows(context: LetterContext, basis: BasisFact, clock: ClockFact) -> list[tuple[str, str]]:
    translate = context.translate
    if clock.started_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has not started")
    start = format_instant(clock.started_at, clock.zone, translate)
    ended = format_instant(clock.ended_at, clock.zone, translate) if clock.ended_at else ""
    return [
        (translate("Law"), translate("%(name)s, %(citation)s", name=translate(basis.name), citation=basis.citation)),
        (translate("What kind of period"), translate(BINDINGS[clock.binding])),
        (translate("Length"), format_length(clock, translate)),
        (translate("Started by"), translate(STARTS[clock.trigger])),
        (translate("Start"), translate("%(start)s, estimated", start=start) if clock.estimated else start),
        (translate("End"), describe_due(clock, translate) if clock.due_at else ""),
        (translate("State"), describe_state(clock, translate)),
        (translate("Ended by an act on"), ended),
        (translate("Calendar of holidays"), clock.calendar_version or ""),
        (translate("Table of time zones"), clock.zone_version or ""),
    ]


def format_length(clock: ClockFact, translate: Translate) -> str:
    """The number the law sets, or its own measure where it sets none."""
    if clock.amount is None:
        return translate(clock.standard) if clock.standard else translate("no number in the law")
    period = format_period(clock.amount, clock.unit, translate)
    return translate("%(period)s, extended", period=period) if clock.extended else period


def describe_state(clock: ClockFact, translate: Translate) -> str:
    """Where the law gives no number nothing can be in time: then what was done is only said to be done."""
    if clock.state is ClockState.MET:
        # A refusal ends some periods too, so that it was done is not said.
        ended = translate("answered or done in time")
        return ended if clock.due_at else translate("answered or done; the law gives no number of days")
    return translate(STATES[clock.state]) if clock.state else ""
