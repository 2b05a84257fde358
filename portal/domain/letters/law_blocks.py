"""What a letter says of the laws it rests on: each law's sentence, its clocks, and why a date is that date.

Only a duty is worded with "must". What buys protection, what is only an aim and what the sender chose is said as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.domain.letters.blocks import Block, Heading, Paragraph, Steps, Tone
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import (
    STARTS,
    describe_due,
    describe_step,
    describe_step_at,
    format_instant,
    format_period,
    mark,
)
from portal.domain.regimes import Binding, ObligedParty, Trigger


def write_bases(context: LetterContext, bases: Iterable[BasisFact]) -> list[Block]:
    """Each law: its sentence, then what its clocks ask of the recipient and until when."""
    blocks: list[Block] = []
    for number, basis in enumerate(bases, start=1):
        title = context.translate("%(number)s. %(name)s", number=str(number), name=context.translate(basis.name))
        blocks.append(Heading(text=title, level=3))
        blocks.append(Paragraph(text=context.translate(basis.citation), tone=Tone.SMALL))
        blocks.append(Paragraph(text=context.translate(basis.basis)))
        for clock in basis.clocks:
            blocks.extend(_write_clock(context, clock))
    return blocks


_WITHIN: Mapping[Binding, str] = {
    Binding.DUTY: mark("You must %(act)s within %(period)s of %(start)s."),
    Binding.SAFE_HARBOUR: mark("This law protects you if you %(act)s within %(period)s of %(start)s."),
    Binding.TARGET: mark("It is a published aim, not a duty, to %(act)s within %(period)s of %(start)s."),
    Binding.FOLLOW_UP: mark(
        "I ask you to %(act)s within %(period)s of %(start)s. I set this period; the law does not."
    ),
}

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})


def _write_clock(context: LetterContext, clock: ClockFact) -> list[Block]:
    # Periods of the person's own, of an authority or of the author are no business of this recipient.
    if clock.owed_by not in _OBLIGED or clock.binding not in _WITHIN:
        return []
    if clock.amount is None:
        return _write_standard(context, clock)
    translate = context.translate
    sentence = translate(
        _WITHIN[clock.binding],
        act=translate(clock.label),
        period=format_period(clock.amount, clock.unit, translate),
        start=_describe_start(context, clock),
    )
    if clock.started_at is None or clock.due_at is None:
        return [Paragraph(text=sentence, tone=Tone.STRONG)]
    ends = translate(
        "If that is on %(start)s, the period ends on %(due)s.",
        start=format_instant(clock.started_at, clock.zone, translate),
        due=describe_due(clock, translate),
    )
    return [Paragraph(text=sentence, tone=Tone.STRONG), Paragraph(text=ends), *_write_why(context, clock)]


def _describe_start(context: LetterContext, clock: ClockFact) -> str:
    if clock.trigger is Trigger.NOTICE_RECEIVED:
        return context.translate("receiving this letter")
    return context.translate(STARTS[clock.trigger])


def _write_standard(context: LetterContext, clock: ClockFact) -> list[Block]:
    if not clock.standard:
        return []
    text = context.translate(
        "The law sets no number of hours or days here; its measure is: %(standard)s.",
        standard=context.translate(clock.standard).rstrip("."),
    )
    return [Paragraph(text=text)]


def _write_why(context: LetterContext, clock: ClockFact) -> list[Block]:
    if not clock.steps:
        return []
    steps = " ".join(describe_step(step, context.translate) for step in clock.steps)
    return [Paragraph(text=context.translate("Why this date: %(steps)s", steps=steps), tone=Tone.SMALL)]


_AUTHORITY_WITHIN: Mapping[Binding, str] = {
    Binding.DUTY: mark("You must %(act)s within %(period)s of %(start)s."),
    Binding.TARGET: mark("Your published aim is to %(act)s within %(period)s of %(start)s."),
    Binding.FOLLOW_UP: mark("I will ask how it stands when %(period)s have passed since %(start)s."),
}


def describe_authority_clock(context: LetterContext, clock: ClockFact) -> str | None:
    """What the authority's own period asks of it; nothing for periods that are not its own."""
    if clock.owed_by not in {ObligedParty.REGULATOR, ObligedParty.BODY} or clock.binding not in _AUTHORITY_WITHIN:
        return None
    if clock.amount is None:
        return None
    return context.translate(
        _AUTHORITY_WITHIN[clock.binding],
        act=context.translate(clock.label),
        period=format_period(clock.amount, clock.unit, context.translate),
        start=context.translate(STARTS[clock.trigger]),
    )


def list_steps(context: LetterContext, clock: ClockFact) -> Steps:
    """How a clock's date came about, one row a step."""
    translate = context.translate
    rows = tuple((describe_step_at(step, translate), describe_step(step, translate)) for step in clock.steps)
    return Steps(rows=rows, titles=(translate("Day or time"), translate("What it means")))


def note_advice(context: LetterContext, bases: Iterable[BasisFact]) -> Paragraph:
    """That nobody gives legal advice here, and which state of the law records was used."""
    records = "; ".join(dict.fromkeys(f"{basis.regime_id} {basis.version}" for basis in bases))
    text = context.translate(
        "This letter is not legal advice. It rests on these records of the law: %(records)s.", records=records
    )
    return Paragraph(text=text, tone=Tone.NOTE)
