"""What later letters say of an earlier one: when and how it left, what proves its receipt, what was answered."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.letters.blocks import Block, Items, Paragraph
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.facts import AnswerFact, SentFact
from portal.domain.letters.phrases import ANSWERS, SENT_EARLIER, format_day, format_moment, mark
from portal.domain.lifecycle import SentAs


def name_letter(context: LetterContext, notice: SentFact) -> str:
    """To be read after "my letter": its reference, or the day of what was sent in other words, which had none."""
    if notice.sent_as is SentAs.LETTER:
        return notice.reference
    day = format_day(context.local(notice.sent_at).date(), context.translate)
    return context.translate("of %(day)s", day=day)


def describe_sent(context: LetterContext, notice: SentFact) -> tuple[str, ...]:
    """Its sending, its receipt and the recipient's number for it, as far as each is known."""
    translate = context.translate
    with_reference = mark("On %(at)s I sent you my letter %(reference)s %(channel)s.")
    without = mark("On %(at)s I wrote to you %(channel)s.")
    sent = translate(
        with_reference if notice.sent_as is SentAs.LETTER else without,
        at=format_moment(context.local(notice.sent_at), translate),
        reference=notice.reference,
        channel=translate(SENT_EARLIER[notice.channel]),
    )
    return tuple(part for part in (sent, _describe_receipt(context, notice), _describe_ticket(context, notice)) if part)


def _describe_receipt(context: LetterContext, notice: SentFact) -> str | None:
    if notice.received_at is None:
        return None
    at = format_moment(context.local(notice.received_at), context.translate)
    if notice.is_receipt_proven:
        return context.translate("You received it on %(at)s.", at=at)
    return context.translate("I take it that you received it on %(at)s; tell me if that is not so.", at=at)


def _describe_ticket(context: LetterContext, notice: SentFact) -> str | None:
    if notice.ticket:
        return context.translate("Your reference number for it is %(ticket)s.", ticket=notice.ticket)
    return context.translate("You gave me no reference number for it.") if notice.has_no_ticket else None


def describe_answers(context: LetterContext, answers: Sequence[AnswerFact]) -> list[Block]:
    """What came back, day by day."""
    translate = context.translate
    if not answers:
        return [Paragraph(text=translate("No answer to it has reached me."))]
    items = tuple(
        translate(
            "%(day)s: %(answer)s",
            day=format_day(context.local(answer.at).date(), translate),
            answer=translate(ANSWERS[answer.meaning]),
        )
        for answer in answers
    )
    return [Paragraph(text=translate("You answered:"), leads=True), Items(items=items)]
