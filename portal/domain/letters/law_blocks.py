"""What a letter says of the laws it rests on: each law's sentence, its clocks, and why a date is that date.

Only a duty is worded with "must". What buys protection, what is only an aim and what the sender chose is said as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from portal.domain.letters.blocks import Block, Heading, Pairs, Paragraph, Steps, Table, TableColumn, Tone
from portal.domain.letters.common_blocks import LetterContext, reply_address
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import (
    PROOFS,
    STARTS,
    describe_due,
    describe_step,
    describe_step_at,
    find_ground,
    format_instant,
    format_moment,
    format_period,
    mark,
    say_reason,
    say_reason_for_other,
)
from portal.domain.regimes import Binding, ObligedParty, Trigger

BY_OWN_RULES = mark("Request for removal under your own rules")


def title_of(context: LetterContext, basis: BasisFact) -> str:
    """What a letter under this law is, in one line; the law's name where its record has no such line."""
    return context.translate(basis.wording.title if basis.wording else basis.name)


def join_titles(context: LetterContext, bases: Sequence[BasisFact]) -> str:
    """What a letter is under each of its laws, for its subject; of more than two, the first and how many more."""
    translate, titles = context.translate, [title_of(context, basis) for basis in bases]
    if len(titles) == 2:
        return translate("%(first)s; %(second)s", first=titles[0], second=titles[1])
    if len(titles) > 2:
        others = translate.plural("%(count)s more law", "%(count)s more laws", len(titles) - 1)
        return translate("%(first)s, and %(others)s", first=titles[0], others=others)
    return "".join(titles)


def write_glance(context: LetterContext, bases: Sequence[BasisFact], rows: Iterable[tuple[str, str]]) -> Pairs:
    """The box a clerk reads first: what this is under each law, `rows`, each time limit, where answers go.

    Without a law it is what it is under the recipient's own rules.
    """
    translate = context.translate
    titles = [title_of(context, basis) for basis in bases] or [translate(BY_OWN_RULES)]
    limits = [limit for basis in bases for limit in _list_limits(context, basis)]
    what = titles if len(titles) < 2 else [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    return Pairs(
        is_boxed=True,
        rows=(
            (translate("This is"), "\n".join(what)),
            *rows,
            *((translate("Time limit"), limit) for limit in limits),
            (translate("Answer to"), reply_address(context)),
            (translate("Our reference"), context.header.reference),
        ),
    )


def _list_limits(context: LetterContext, basis: BasisFact) -> list[str]:
    """The law's limit in words, and the computed moment of its first period."""
    translate = context.translate
    lines = [_mark_start(translate(basis.wording.limit))] if basis.wording else []
    dated = [clock for clock in basis.clocks if _is_for_recipient(clock) and clock.started_at and clock.due_at]
    if dated:
        lines.append(_glance_end(context, min(dated, key=lambda clock: clock.due_at or context.header.written_at)))
    return ["\n".join(lines)] if lines else []


# For the box and for the law's own part: only how an instant is written differs between them.
_ENDS: Mapping[Binding, str] = {
    Binding.DUTY: mark("If you receive this on %(start)s, the last moment is %(due)s."),
    Binding.SAFE_HARBOUR: mark("If you receive this on %(start)s, the last moment for the protection is %(due)s."),
    Binding.TARGET: mark("If you receive this on %(start)s, the aim is %(due)s."),
    Binding.FOLLOW_UP: mark("If you receive this on %(start)s, the day I set is %(due)s."),
}


def _glance_end(context: LetterContext, clock: ClockFact) -> str:
    """The last moment in the recipient's own time, short; the law's part of the letter says it in full."""
    if clock.started_at is None or clock.due_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no dates")
    zone = ZoneInfo(clock.zone)
    start, due = (format_moment(at.astimezone(zone), context.translate) for at in (clock.started_at, clock.due_at))
    return context.translate(_ENDS[clock.binding], start=start, due=due)


def _mark_start(text: str) -> str:
    return text[:1].upper() + text[1:]


def write_bases(context: LetterContext, bases: Iterable[BasisFact]) -> list[Block]:
    """Each law: why it applies, what it obliges the recipient to do and until when, and where its elements stand."""
    blocks: list[Block] = []
    for number, basis in enumerate(bases, start=1):
        title = context.translate("%(number)s. %(name)s", number=str(number), name=context.translate(basis.name))
        blocks.append(Heading(text=title, level=3))
        blocks.append(Paragraph(text=context.translate(basis.citation), tone=Tone.SMALL, leads=True))
        if ground := find_ground(basis.reason):
            say = say_reason if context.is_own else say_reason_for_other
            reason = say(ground, context.translate)
            blocks.append(Paragraph(text=context.translate("Why it applies: %(reason)s", reason=reason)))
        blocks.extend(_write_wording(context, basis) if basis.wording else _write_record(context, basis))
        blocks.extend(_list_elements(context, basis))
    return blocks


def _write_wording(context: LetterContext, basis: BasisFact) -> list[Block]:
    """The law's own sentences, then the dates that its periods give."""
    wording = basis.wording
    if wording is None:
        return []
    translate = context.translate
    blocks: list[Block] = [Paragraph(text=translate(duty.text), tone=Tone.STRONG) for duty in wording.duties]
    blocks += [Paragraph(text=translate(condition)) for condition in wording.conditions]
    if not (wording.duties or wording.conditions):
        blocks.append(Paragraph(text=translate(basis.basis)))
    dates = group_by_date(clock for clock in basis.clocks if _is_for_recipient(clock))
    for clocks in dates:
        is_alone = len(dates) == 1 and clocks[0].trigger is Trigger.NOTICE_RECEIVED
        blocks += _write_date(context, clocks, is_only=is_alone)
    return blocks


def group_by_date(clocks: Iterable[ClockFact]) -> list[list[ClockFact]]:
    """The clocks that have a date, those together that start and end alike: their date is told once."""
    groups: dict[tuple[object, ...], list[ClockFact]] = {}
    for clock in clocks:
        if clock.started_at and clock.due_at:
            kind = (clock.binding, clock.trigger, clock.state is None, clock.estimated)
            alike = (*kind, clock.started_at, clock.due_at, clock.zone)
            groups.setdefault(alike, []).append(clock)
    return list(groups.values())


def _write_record(context: LetterContext, basis: BasisFact) -> list[Block]:
    """What the record's clocks give where it has no sentences of its own."""
    blocks: list[Block] = [Paragraph(text=context.translate(basis.basis))]
    for clock in basis.clocks:
        blocks.extend(_write_clock(context, clock))
    return blocks


# The period stands first: an act can hold a period of its own ("... within 48 hours").
_WITHIN: Mapping[Binding, str] = {
    Binding.DUTY: mark("No later than %(period)s after %(start)s you must %(act)s."),
    Binding.SAFE_HARBOUR: mark("No later than %(period)s after %(start)s, to keep this law's protection: %(act)s."),
    Binding.TARGET: mark("It is a published aim, not a duty, no later than %(period)s after %(start)s to %(act)s."),
    Binding.FOLLOW_UP: mark("No later than %(period)s after %(start)s I ask you to %(act)s. I set this period."),
}

_STANDARD: Mapping[Binding, str] = {
    Binding.DUTY: mark("You must %(act)s: %(standard)s. The law gives no number of hours or days."),
    Binding.SAFE_HARBOUR: mark("To keep this law's protection: %(act)s, %(standard)s."),
    Binding.TARGET: mark("It is a published aim, not a duty, to %(act)s: %(standard)s."),
    Binding.FOLLOW_UP: mark("I ask you to %(act)s: %(standard)s. I set this measure."),
}

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})


def _is_for_recipient(clock: ClockFact) -> bool:
    """Periods of the person's own, of an authority or of the author are no business of this recipient."""
    return clock.owed_by in _OBLIGED and clock.binding in _WITHIN


def _write_clock(context: LetterContext, clock: ClockFact) -> list[Block]:
    if not _is_for_recipient(clock):
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
    blocks: list[Block] = [Paragraph(text=sentence, tone=Tone.STRONG)]
    return [*blocks, *(_write_date(context, [clock], is_only=True) if clock.started_at and clock.due_at else [])]


def _write_date(context: LetterContext, clocks: Sequence[ClockFact], *, is_only: bool) -> list[Block]:
    """One date and why it is that date; what it is the date of, where the law has several."""
    end = _describe_end(context, clocks[0])
    if not is_only:
        acts = "; ".join(context.translate(clock.label) for clock in clocks)
        end = f"{end} {context.translate('It is the date for this: %(acts)s.', acts=acts)}"
    return write_date(context, end, clocks[0])


def _describe_end(context: LetterContext, clock: ClockFact) -> str:
    if clock.started_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no start")
    return context.translate(
        _ENDS[clock.binding] if clock.state is None else _choose_begun(clock),
        start=format_instant(clock.started_at, clock.zone, context.translate),
        due=describe_due(clock, context.translate),
        event=context.translate(STARTS[clock.trigger]),
    )


def _choose_begun(clock: ClockFact) -> str:
    """Of a period that began: with the first letter, or with something else that happened."""
    if clock.trigger is not Trigger.NOTICE_RECEIVED:
        return mark("A period began on %(start)s, with this: %(event)s. Its last moment: %(due)s.")
    if clock.estimated:
        return mark("I take it that the period of my first letter began on %(start)s. Its last moment: %(due)s.")
    return mark("The period of my first letter began on %(start)s. Its last moment: %(due)s.")


def _describe_start(context: LetterContext, clock: ClockFact) -> str:
    if clock.trigger is Trigger.NOTICE_RECEIVED:
        return context.translate("receiving this letter")
    return context.translate(STARTS[clock.trigger])


def _write_standard(context: LetterContext, clock: ClockFact) -> list[Block]:
    if not clock.standard:
        return []
    text = context.translate(
        _STANDARD[clock.binding],
        act=context.translate(clock.label),
        standard=context.translate(clock.standard).rstrip("."),
    )
    return [Paragraph(text=text)]


def write_date(context: LetterContext, sentence: str, clock: ClockFact) -> list[Block]:
    """The sentence that tells a clock's date and how the date came about, on one page."""
    if not clock.steps:
        return [Paragraph(text=sentence)]
    steps = " ".join(describe_step(step, context.translate) for step in clock.steps)
    why = context.translate("Why this date: %(steps)s", steps=steps)
    return [Paragraph(text=sentence, leads=True), Paragraph(text=why, tone=Tone.SMALL)]


def _list_elements(context: LetterContext, basis: BasisFact) -> list[Block]:
    """What the law asks of a notice, and where it stands here."""
    translate = context.translate
    rows = tuple(
        (", ".join(translate(PROOFS[proof]) for proof in each.proofs) or translate(each.label), translate(each.value))
        for each in basis.elements
        if each.value
    )
    if not rows:
        return []
    columns = (
        TableColumn(title=translate("What this law asks for")),
        TableColumn(title=translate("Where it stands here")),
    )
    return [Table(columns=columns, rows=rows)]


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
