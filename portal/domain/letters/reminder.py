"""The reminder: which letter is meant, which period ran out and by how long, what is asked now, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import Block, Heading, Items, LetterDocument, Paragraph, Tone, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    list_links,
    note_redaction,
    open_letter,
)
from portal.domain.letters.content_statements import SUBJECTS, describe_content, describe_release, describe_standing
from portal.domain.letters.facts import AnswerFact, ReminderFacts, SentFact
from portal.domain.letters.law_blocks import list_steps, note_advice
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import (
    ANSWERS,
    CHANNELS,
    describe_due,
    format_day,
    format_lapse,
    format_moment,
    format_period,
    mark,
)
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import Binding


def build_reminder(facts: ReminderFacts, translate: Translate) -> LetterDocument:
    """The reminder as a document. Missed clocks are read from the bases' clocks."""
    context = LetterContext(header=facts.frame, translate=translate)
    subject = translate(
        "Reminder of my letter %(reference)s: %(matter)s",
        reference=facts.notice.reference,
        matter=translate(SUBJECTS[facts.content.depiction]),
    )
    blocks: list[Block] = [
        open_letter(context, subject),
        *note_redaction(context),
        *_write_past(context, facts),
        *_write_misses(context, facts),
        *_write_asks(context, facts),
        *_write_next(context, facts),
        Heading(text=translate("Where the content still is")),
        Paragraph(text=translate("As far as I know, the content can still be reached at these places.")),
        list_links(context, facts.links),
        close_letter(context),
        note_advice(context, facts.bases),
    ]
    return finish(context, LetterKind.REMINDER, blocks)


def _write_past(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    translate, notice = context.translate, facts.notice
    standing = describe_standing(context)
    parts = [
        translate(
            "On %(at)s I sent you my letter %(reference)s %(channel)s.",
            at=format_moment(context.local(notice.sent_at), translate),
            reference=notice.reference,
            channel=translate(CHANNELS[notice.channel]),
        ),
        _describe_receipt(context, notice),
        _describe_ticket(context, notice),
        describe_content(context, facts.content.depiction, facts.content.under_18),
    ]
    parts += [
        translate("I reminded you of it on %(at)s.", at=format_moment(context.local(at), translate))
        for at in facts.reminded
    ]
    blocks: list[Block] = [Paragraph(text=" ".join(part for part in (*parts, standing) if part))]
    if not facts.answers:
        return [*blocks, Paragraph(text=translate("No answer to it has reached me."))]
    blocks.append(Paragraph(text=translate("You answered:")))
    blocks.append(Items(items=tuple(_describe_answer(context, answer) for answer in facts.answers)))
    return blocks


def _describe_receipt(context: LetterContext, notice: SentFact) -> str | None:
    if notice.received_at is None:
        return None
    at = format_moment(context.local(notice.received_at), context.translate)
    if notice.is_receipt_proven:
        return context.translate("You received it on %(at)s.", at=at)
    return context.translate("I take it that you received it on %(at)s; tell me if that is not so.", at=at)


def _describe_ticket(context: LetterContext, notice: SentFact) -> str | None:
    """That there is none is said only where somebody said so."""
    if notice.ticket:
        return context.translate("Your reference number for it is %(ticket)s.", ticket=notice.ticket)
    return context.translate("You gave me no reference number for it.") if notice.has_no_ticket else None


def _describe_answer(context: LetterContext, answer: AnswerFact) -> str:
    day = format_day(context.local(answer.at).date(), context.translate)
    return context.translate("%(day)s: %(answer)s", day=day, answer=context.translate(ANSWERS[answer.meaning]))


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
    for basis, clock in missed:
        blocks += [
            Paragraph(text=_describe_duty(context, basis, clock), tone=Tone.STRONG),
            Paragraph(text=_describe_end(context, clock)),
        ]
        steps = list_steps(context, clock)
        if steps.rows:
            blocks += [Paragraph(text=context.translate("Why this date:")), steps]
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


def _write_asks(context: LetterContext, facts: ReminderFacts) -> list[Block]:
    translate = context.translate
    asks = [
        translate("Remove the content at every place in the list below, for all users and in all countries."),
        translate("Tell me in writing what you did and when, and give your reasons for each place you leave up."),
        translate("If you gave this matter a reference number, name it in your answer."),
    ]
    if facts.may_pass_identity is not None:
        asks.append(describe_release(context, facts.may_pass_identity))
    lead = Paragraph(text=translate("I ask you to do now what my letter asked:"), tone=Tone.STRONG)
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
    return [Paragraph(text=text), Items(items=steps)]
