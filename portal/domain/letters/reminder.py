"""The reminder: which letter is meant, which period ran out and by how long, what is asked now, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from portal.domain.clocks import ClockState
from portal.domain.letters.asks import REMOVE_EVERYWHERE
from portal.domain.letters.blocks import Block, Heading, Items, LetterDocument, Pairs, Paragraph, Tone, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    reply_address,
    write_annexes,
)
from portal.domain.letters.content_statements import (
    describe_asked,
    describe_release,
    describe_standing,
    describe_subject,
)
from portal.domain.letters.copyright import REMOVE_WORK
from portal.domain.letters.erasure import ASKS
from portal.domain.letters.facts import ReminderFacts
from portal.domain.letters.kinds import ErasureAsk
from portal.domain.letters.law_blocks import group_by_date, title_of, write_date
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.past_letters import describe_answers, describe_sent, name_letter
from portal.domain.letters.phrases import describe_due, format_lapse, format_moment, format_period, mark
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import Binding


def build_reminder(facts: ReminderFacts, translate: Translate) -> LetterDocument:
    """The reminder as a document. Missed clocks are read from the bases' clocks."""
    context = LetterContext(header=facts.frame, translate=translate)
    subject = translate(
        "Reminder of my letter %(reference)s: %(matter)s",
        reference=name_letter(context, facts.notice),
        matter=_describe_matter(context, facts),
    )
    blocks: list[Block] = [
        open_letter(context, subject),
        *note_redaction(context),
        _write_glance(context, facts),
        *_write_past(context, facts),
        *_write_asks(context, facts),
        *_write_next(context, facts),
        close_letter(context, states=False),
        *_write_misses(context, facts),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.REMINDER, blocks)


def _describe_matter(context: LetterContext, facts: ReminderFacts) -> str:
    if facts.notice.kind is LetterKind.ERASURE:
        return context.translate("erasure of personal data")
    if facts.notice.kind is LetterKind.COPYRIGHT:
        return context.translate("claimed copyright infringement")
    return describe_subject(context, facts.content)


def _write_glance(context: LetterContext, facts: ReminderFacts) -> Pairs:
    """What a clerk needs: which letter, under which laws, since when it is overdue, where answers go."""
    translate = context.translate
    missed = [clock for _, clock in list_missed(facts)]
    first = min(missed, key=lambda clock: clock.due_at or facts.frame.written_at, default=None)
    rows = [
        (translate("First letter"), name_letter(context, facts.notice)),
        (translate("Your reference"), facts.notice.ticket or ""),
        *((translate("Under"), title_of(context, basis)) for basis in facts.bases),
        (translate("Overdue since"), describe_due(first, translate) if first else ""),
        (
            translate("Where"),
            translate(
                "%(links)s, listed in Annex A",
                links=translate.plural("%(count)s link", "%(count)s links", len(facts.links)),
            ),
        ),
        (translate("Answer to"), reply_address(context)),
        (translate("Our reference"), context.header.reference),
    ]
    return Pairs(is_boxed=True, rows=tuple((name, value) for name, value in rows if value))


def _write_past(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    content = describe_asked(context, facts.notice.kind, facts.content)
    still = context.translate("As far as I know, the content can still be reached at the links in Annex A.")
    parts = (
        *describe_sent(context, facts.notice),
        *(_describe_earlier(context, at) for at in facts.reminded),
        content,
        still,
        describe_standing(context),
    )
    return [Paragraph(text=" ".join(part for part in parts if part)), *describe_answers(context, facts.answers)]


def _describe_earlier(context: LetterContext, at: datetime) -> str:
    return context.translate("I reminded you of it on %(at)s.", at=format_moment(context.local(at), context.translate))


# What it means that a period has passed depends on what kind of period it was.
_PASSED: Mapping[Binding, str] = {
    Binding.DUTY: mark("Under %(citation)s, you had to %(act)s within %(period)s."),
    Binding.SAFE_HARBOUR: mark(
        "%(citation)s would have protected you if you had taken this step within %(period)s: %(act)s."
    ),
    Binding.FOLLOW_UP: mark(
        "I had asked you to %(act)s within %(period)s. I set this period; the law (%(citation)s) does not."
    ),
    Binding.TARGET: mark("The published aim under %(citation)s is to %(act)s within %(period)s."),
}


def list_missed(facts: ReminderFacts) -> tuple[tuple[BasisFact, ClockFact], ...]:
    """The clocks that had run out by the date of the letter, with their laws."""
    return tuple(
        (basis, clock)
        for basis in facts.bases
        for clock in basis.clocks
        if clock.state is ClockState.MISSED and clock.binding in _PASSED and clock.due_at
    )


def _write_misses(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    missed = list_missed(facts)
    if not missed:
        return []
    blocks: list[Block] = [Heading(text=context.translate("What is overdue"))]
    for basis in dict.fromkeys(basis for basis, _ in missed):
        own = [clock for each, clock in missed if each == basis]
        for clocks in group_by_date(own):
            blocks += [
                *(Paragraph(text=_describe_duty(context, basis, clock), tone=Tone.STRONG) for clock in clocks),
                *write_date(context, _describe_end(context, clocks[0]), clocks[0]),
            ]
    return blocks


def _describe_duty(context: LetterContext, basis: BasisFact, clock: ClockFact) -> str:
    translate = context.translate
    if clock.amount is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no period, so it cannot be missed")
    return translate(
        _PASSED[clock.binding],
        citation=translate(basis.citation),
        act=translate(clock.label),
        period=format_period(clock.amount, clock.unit, translate),
    )


def _describe_end(context: LetterContext, clock: ClockFact) -> str:
    translate = context.translate
    if clock.due_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no date, so it cannot be missed")
    text = translate(
        "The period ended on %(due)s. At the date of this letter that was %(lapse)s ago.",
        due=describe_due(clock, translate),
        lapse=format_lapse(context.header.written_at - clock.due_at, translate),
    )
    if not clock.estimated:
        return text
    return f"{text} {translate('The start is estimated, because receipt is not proven.')}"


_ERASURE_ASKS = (ErasureAsk.ERASE, ErasureAsk.TELL_OTHERS, ErasureAsk.STOP_PROCESSING)


def _write_asks(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    """What the first letter asked, each kind its own."""
    translate, kind = context.translate, facts.notice.kind
    asks = [translate(REMOVE_WORK if kind is LetterKind.COPYRIGHT else REMOVE_EVERYWHERE)]
    if kind is LetterKind.ERASURE:
        asks = [translate(ASKS[ask]) for ask in _ERASURE_ASKS]
    asks += [
        translate("Tell me in writing what you did and when, and give your reasons for each link you leave up."),
    ]
    if not facts.notice.ticket:
        asks.append(translate("If you gave this matter a reference number, name it in your answer."))
    if facts.may_pass_identity is not None and kind is not LetterKind.COPYRIGHT:  # which names whoever claims
        asks.append(describe_release(context, facts.may_pass_identity))
    lead = Paragraph(text=translate("I ask you to do now what my letter asked:"), tone=Tone.STRONG, leads=True)
    return [lead, Items(items=tuple(asks), is_ordered=True)]


def _write_next(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    if not facts.next_steps:
        return []
    translate = context.translate
    steps = tuple(
        translate("%(body)s, under %(basis)s", body=translate(step.body), basis=translate(step.basis))
        if step.basis
        else translate(step.body)
        for step in facts.next_steps
    )
    text = translate("If the content stays where it is, I can turn to these bodies without another letter to you:")
    return [Paragraph(text=text, leads=True), Items(items=steps)]
