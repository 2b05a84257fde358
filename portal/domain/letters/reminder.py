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
from portal.domain.letters.content_statements import SUBJECTS, describe_content, describe_standing
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
    pen = LetterContext(frame=facts.frame, translate=translate)
    subject = translate(
        "Reminder of my letter %(reference)s: %(matter)s",
        reference=facts.notice.reference,
        matter=translate(SUBJECTS[facts.content.depiction]),
    )
    blocks: list[Block] = [
        open_letter(pen, subject),
        *note_redaction(pen),
        *_write_past(pen, facts),
        *_write_misses(pen, facts),
        *_write_asks(pen, facts),
        *_write_next(pen, facts),
        Heading(text=translate("Where the content still is")),
        Paragraph(text=translate("As far as I know, the content can still be reached at these places.")),
        list_links(pen, facts.links),
        close_letter(pen),
        note_advice(pen, facts.bases),
    ]
    return finish(pen, LetterKind.REMINDER, blocks)


def _write_past(pen: LetterContext, facts: ReminderFacts) -> list[Block]:
    translate, notice = pen.translate, facts.notice
    standing = describe_standing(pen)
    parts = [
        translate(
            "On %(at)s I sent you my letter %(reference)s %(channel)s.",
            at=format_moment(pen.local(notice.sent_at), translate),
            reference=notice.reference,
            channel=translate(CHANNELS[notice.channel]),
        ),
        _describe_receipt(pen, notice),
        _describe_ticket(pen, notice),
        describe_content(pen, facts.content.depiction, facts.content.under_18),
    ]
    blocks: list[Block] = [Paragraph(text=" ".join(part for part in (*parts, standing) if part))]
    if not facts.answers:
        return [*blocks, Paragraph(text=translate("No answer to it has reached me."))]
    blocks.append(Paragraph(text=translate("You answered:")))
    blocks.append(Items(items=tuple(_describe_answer(pen, answer) for answer in facts.answers)))
    return blocks


def _describe_receipt(pen: LetterContext, notice: SentFact) -> str | None:
    if notice.received_at is None:
        return None
    at = format_moment(pen.local(notice.received_at), pen.translate)
    if notice.is_receipt_proven:
        return pen.translate("You received it on %(at)s.", at=at)
    return pen.translate("I take it that you received it on %(at)s; tell me if that is not so.", at=at)


def _describe_ticket(pen: LetterContext, notice: SentFact) -> str:
    if notice.ticket:
        return pen.translate("Your reference number for it is %(ticket)s.", ticket=notice.ticket)
    return pen.translate("You gave me no reference number for it.")


def _describe_answer(pen: LetterContext, answer: AnswerFact) -> str:
    day = format_day(pen.local(answer.at).date(), pen.translate)
    return pen.translate("%(day)s: %(answer)s", day=day, answer=pen.translate(ANSWERS[answer.meaning]))


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


def _write_misses(pen: LetterContext, facts: ReminderFacts) -> list[Block]:
    missed = list_missed(facts)
    if not missed:
        return []
    blocks: list[Block] = [Heading(text=pen.translate("What is overdue"))]
    for basis, clock in missed:
        blocks += [
            Paragraph(text=_describe_duty(pen, basis, clock), tone=Tone.STRONG),
            Paragraph(text=_describe_end(pen, clock)),
        ]
        steps = list_steps(pen, clock)
        if steps.rows:
            blocks += [Paragraph(text=pen.translate("Why this date:")), steps]
    return blocks


def _describe_duty(pen: LetterContext, basis: BasisFact, clock: ClockFact) -> str:
    translate = pen.translate
    if clock.amount is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no period, so it cannot be missed")
    return translate(
        _PASSED[clock.binding],
        citation=translate(basis.citation),
        act=translate(clock.label),
        period=format_period(clock.amount, clock.unit, translate),
    )


def _describe_end(pen: LetterContext, clock: ClockFact) -> str:
    translate = pen.translate
    if clock.due_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no date, so it cannot be missed")
    text = translate(
        "The period ended on %(due)s. At the date of this letter that was %(lapse)s ago.",
        due=describe_due(clock, translate),
        lapse=format_lapse(pen.frame.written_at - clock.due_at, translate),
    )
    if not clock.estimated:
        return text
    return f"{text} {translate('The start is estimated, because receipt is not proven.')}"


def _write_asks(pen: LetterContext, facts: ReminderFacts) -> list[Block]:
    translate = pen.translate
    asks = (
        translate("Remove the content at every place in the list below, for all users and in all countries."),
        translate("Tell me in writing what you did and when, and give your reasons for each place you leave up."),
        translate("If you gave this matter a reference number, name it in your answer."),
    )
    lead = Paragraph(text=translate("I ask you to do now what my letter asked:"), tone=Tone.STRONG)
    return [lead, Items(items=asks, is_ordered=True)]


def _write_next(pen: LetterContext, facts: ReminderFacts) -> list[Block]:
    if not facts.next_steps:
        return []
    translate = pen.translate
    steps = tuple(
        translate("%(body)s, under %(basis)s", body=translate(step.body), basis=translate(step.basis))
        if step.basis
        else translate(step.body)
        for step in facts.next_steps
    )
    text = translate("If the content stays where it is, I can turn to these bodies without another letter to you:")
    return [Paragraph(text=text), Items(items=steps)]
