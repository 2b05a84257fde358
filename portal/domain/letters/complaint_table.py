"""The table on the first page of a complaint: asked, received, due, answer, overdue by; one row for each date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import Block, Heading, Paragraph, Table, TableColumn, Tone
from portal.domain.letters.clock_sheets import describe_state, is_shown
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.facts import ComplaintFacts, SentFact
from portal.domain.letters.law_facts import BasisFact, ClockFact
from portal.domain.letters.phrases import ANSWERS, KINDS, format_day, format_lapse, format_moment, mark
from portal.domain.lifecycle import LATER_LETTERS, REFUSALS, LetterKind, Proof
from portal.domain.regimes import Binding

MOST_ROWS = 6  # on the first page
MOST_DATES = 3  # of one letter on the first page; all of them are in the part about dates
_PASSED = frozenset({ClockState.MISSED, ClockState.MET_LATE})
_FOR_DUTY = mark("%(due)s (%(what)s)")
_FOR = {
    Binding.SAFE_HARBOUR: mark("%(due)s (%(what)s; a condition of its protection, not a duty)"),
    Binding.PRECONDITION: mark("%(due)s (%(what)s; has to pass before the next step)"),
}
_SHOWN_BY = {
    Proof.TICKET: mark("%(at)s, shown by their number"),
    Proof.CONFIRMATION: mark("%(at)s, shown by what they answered"),
    Proof.DELIVERY: mark("%(at)s, shown by the mail server's report"),
    Proof.REGISTERED: mark("%(at)s, shown by the post's receipt"),
    Proof.ANSWER_LINK: mark("%(at)s, said over the link in the letter"),
}

_LATER_SHOWN_BY = {
    Proof.TICKET: mark("shown by their number"),
    Proof.CONFIRMATION: mark("shown by what they answered"),
    Proof.DELIVERY: mark("shown by the mail server's report"),
    Proof.REGISTERED: mark("shown by the post's receipt"),
    Proof.ANSWER_LINK: mark("said over the link in the letter"),
}


def write_table(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Each first letter with what came of it. A date says what had to be done by then, or under which law where it can
    be one of several; the letters after it are counted with it.
    """
    translate = context.translate
    asked = [sent for sent in facts.notices if sent.kind not in LATER_LETTERS]
    if not asked:
        return [Paragraph(text=translate("No removal was asked for before: this complaint needs none."))]
    columns = (
        TableColumn(title=translate("Asked")),
        TableColumn(title=translate("Received")),
        TableColumn(title=translate("Due")),
        TableColumn(title=translate("Answer")),
        TableColumn(title=translate("Overdue by")),
    )
    rows = [row for sent in asked for row in _rows(context, facts, sent)]
    blocks: list[Block] = [
        Heading(text=translate("What was asked, and what came of it"), level=2),
        Table(columns=columns, rows=tuple(rows[:MOST_ROWS])),
    ]
    if len(rows) > MOST_ROWS:
        blocks.append(Paragraph(text=translate("More letters and dates are in parts 3 and 5."), tone=Tone.SMALL))
    return blocks


def _rows(context: LetterContext, facts: ComplaintFacts, sent: SentFact) -> list[tuple[str, ...]]:
    translate = context.translate
    dated = [
        (basis, clock)
        for basis in facts.bases
        if basis.letter in {None, sent.reference}
        for clock in basis.clocks
        if is_shown(clock)
    ]
    dated.sort(key=lambda each: (each[1].state not in _PASSED, each[1].binding is not Binding.DUTY, each[1].due_at))
    head = (_describe_asked(context, facts, sent), describe_received(context, facts, sent))
    answer = _describe_answer(context, facts, sent)
    if not dated:
        return [(*head, translate("no date under this law"), answer, "—")]
    refused = frozenset(
        answer.at for answer in facts.answers if answer.notice == sent.reference and answer.meaning in REFUSALS
    )
    (due, lapse), *others = list(_list_dates(context, dated, refused))[:MOST_DATES]
    return [(*head, due, answer, lapse), *(("", "", due, "", lapse) for due, lapse in others)]


def _list_dates(
    context: LetterContext, dated: Sequence[tuple[BasisFact, ClockFact]], refused: frozenset[datetime]
) -> Iterator[tuple[str, str]]:
    """When each was due and how late it is. Two duties of one law can end at the same moment: that is one date."""
    translate = context.translate
    is_one_law = len({basis.regime_id for basis, _clock in dated}) == 1
    acts: dict[tuple[str, Binding, str, str], list[str]] = defaultdict(list)
    for basis, clock in dated:
        due, lapse = _describe_due(context, clock), _describe_lapse(context, clock, refused)
        acts[basis.name, clock.binding, due, lapse].append(translate(clock.label))
    for (law, binding, due, lapse), done in acts.items():
        what = "; ".join(done) if is_one_law else translate(law)
        yield translate(_FOR.get(binding, _FOR_DUTY), due=due, what=what), lapse


def _describe_asked(context: LetterContext, facts: ComplaintFacts, sent: SentFact) -> str:
    translate = context.translate
    asked = translate(
        "%(kind)s %(reference)s, %(at)s",
        kind=translate(KINDS[sent.kind]),
        reference=sent.reference,
        at=format_moment(context.local(sent.sent_at), translate),
    )
    later = list(takewhile(lambda each: each.kind in LATER_LETTERS, facts.notices[facts.notices.index(sent) + 1 :]))
    reminders = sum(each.kind is LetterKind.REMINDER for each in later)
    plural = translate.plural
    if reminders:
        text = plural("and %(count)s reminder", "and %(count)s reminders", reminders)
        asked = translate("%(asked)s, %(reminders)s", asked=asked, reminders=text)
    if more := len(later) - reminders:
        text = plural("and %(count)s further letter", "and %(count)s further letters", more)
        asked = translate("%(asked)s, %(letters)s", asked=asked, letters=text)
    return asked


def describe_received(context: LetterContext, facts: ComplaintFacts, sent: SentFact) -> str:
    """When the letter arrived and what shows it; where nothing does, that it is assumed or that it was only noted."""
    translate = context.translate
    if sent.received_at is None:
        return translate("not recorded; assumed on sending")
    at = format_moment(context.local(sent.received_at), translate)
    if sent.is_receipt_proven and sent.proof in _SHOWN_BY:
        return translate(_SHOWN_BY[sent.proof], at=at)
    if any(answer.notice == sent.reference and answer.at <= sent.received_at for answer in facts.answers):
        return translate("%(at)s, shown by their answer", at=at)
    return translate("%(at)s, as noted by the sender", at=at)


def describe_later_proof(context: LetterContext, sent: SentFact) -> str:
    """What shows that a letter after the first one arrived; empty where nothing does."""
    return context.translate(_LATER_SHOWN_BY[sent.proof]) if sent.proof in _LATER_SHOWN_BY else ""


def _describe_answer(context: LetterContext, facts: ComplaintFacts, sent: SentFact) -> str:
    translate = context.translate
    own = [answer for answer in facts.answers if answer.notice == sent.reference]
    if not own:
        return translate("none")
    last = max(own, key=lambda answer: answer.at)
    return translate(
        "%(answer)s, %(at)s",
        answer=translate(ANSWERS[last.meaning]),
        at=format_moment(context.local(last.at), translate),
    )


def _describe_due(context: LetterContext, clock: ClockFact) -> str:
    translate = context.translate
    if clock.last_day is not None:
        due = format_day(clock.last_day, translate)
    elif clock.due_at is not None:
        due = format_moment(context.local(clock.due_at), translate)
    else:
        return translate("no number in the law")
    return translate("%(due)s, estimated", due=due) if clock.estimated else due


def _describe_lapse(context: LetterContext, clock: ClockFact, refused: frozenset[datetime]) -> str:
    """How late it is. `refused` are the moments of refusals: of them it is not said that it was done."""
    translate = context.translate
    if clock.state is ClockState.MET and clock.ended_at in refused:
        return translate("refused before then")
    if clock.state not in _PASSED or clock.due_at is None:
        if clock.state is ClockState.RUNNING:
            return translate("not yet due")
        return describe_state(clock, translate) or "—"
    until = clock.ended_at if clock.state is ClockState.MET_LATE and clock.ended_at else context.header.written_at
    lapse = format_lapse(until - clock.due_at, translate)
    if clock.state is ClockState.MET_LATE and clock.ended_at in refused:
        return translate("refused %(lapse)s late", lapse=lapse)
    if clock.state is ClockState.MET_LATE:
        return translate("done %(lapse)s late", lapse=lapse)
    return lapse if clock.binding is Binding.DUTY else translate("passed %(lapse)s ago", lapse=lapse)
