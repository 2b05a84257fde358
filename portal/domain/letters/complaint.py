"""The complaint to a regulator: the cover letter, and the order in which the parts of its bundle follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import (
    Block,
    Heading,
    Items,
    LetterDocument,
    Paragraph,
    Quote,
    TableOfContents,
    Tone,
    Translate,
)
from portal.domain.letters.bundle import (
    write_answers,
    write_chronology,
    write_clock_sheets,
    write_exhibits,
    write_facts,
    write_hashes,
    write_laws,
    write_notices,
)
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    split_paragraphs,
)
from portal.domain.letters.content_statements import SUBJECTS, describe_content, describe_standing, format_statements
from portal.domain.letters.facts import ComplaintAsk, ComplaintFacts
from portal.domain.letters.law_blocks import describe_authority_clock, note_advice
from portal.domain.letters.phrases import mark
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import Binding, ObligedParty

_ASKS: Mapping[ComplaintAsk, str] = {
    ComplaintAsk.INVESTIGATE: mark("Look into this complaint."),
    ComplaintAsk.ORDER_REMOVAL: mark("Use your powers so that the content named here is removed."),
    ComplaintAsk.ORDER_ERASURE: mark("Order that the personal data named here be erased."),
    ComplaintAsk.ORDER_ANSWER: mark("Order that my letters be answered."),
    ComplaintAsk.SANCTION: mark("Decide whether a penalty is due."),
    ComplaintAsk.KEEP_INFORMED: mark("Confirm that you have received this complaint, and tell me how it goes on."),
}


@dataclass(frozen=True, kw_only=True)
class BundlePart:
    """One part of the bundle: its anchor, its title and what writes it."""

    anchor: str
    title: str
    write: Callable[[LetterContext, ComplaintFacts], list[Block]]


PARTS = (
    BundlePart(anchor="facts", title=mark("Facts"), write=write_facts),
    BundlePart(anchor="chronology", title=mark("Chronology"), write=write_chronology),
    BundlePart(anchor="laws", title=mark("Legal bases"), write=write_laws),
    BundlePart(anchor="notices", title=mark("Letters sent"), write=write_notices),
    BundlePart(anchor="answers", title=mark("Answers received"), write=write_answers),
    BundlePart(anchor="clocks", title=mark("Clock sheets: why each date is that date"), write=write_clock_sheets),
    BundlePart(anchor="exhibits", title=mark("Exhibits"), write=write_exhibits),
    BundlePart(anchor="hashes", title=mark("Hash list"), write=write_hashes),
)


def build_complaint(facts: ComplaintFacts, translate: Translate) -> LetterDocument:
    """The whole bundle as one document: cover letter, table of contents, then every part in the order of `PARTS`."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks = [*_write_cover(context, facts), _list_contents(context)]
    for number, part in enumerate(PARTS, start=1):
        blocks.append(Heading(text=_title(context, number, part), level=1, anchor=part.anchor, starts_page=number == 1))
        blocks.extend(part.write(context, facts))
    return finish(context, LetterKind.COMPLAINT, blocks)


def _list_contents(context: LetterContext) -> TableOfContents:
    entries = tuple((part.anchor, _title(context, number, part)) for number, part in enumerate(PARTS, start=1))
    return TableOfContents(title=context.translate("Contents"), entries=entries)


def _title(context: LetterContext, number: int, part: BundlePart) -> str:
    return context.translate("%(number)s. %(name)s", number=str(number), name=context.translate(part.title))


def _write_cover(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    subject = translate(
        "Complaint about %(party)s: %(matter)s",
        party=facts.party.name,
        matter=translate(SUBJECTS[facts.content.depiction]),
    )
    asks = [translate(_ASKS[ask]) for ask in facts.asks]
    if facts.may_pass_identity is not None:
        asks.append(_describe_release(context, facts.may_pass_identity))
    statements = format_statements(context, facts.statements)
    return [
        open_letter(context, subject),
        *note_redaction(context),
        *_write_matter(context, facts),
        Paragraph(text=translate("I ask you to do the following:"), tone=Tone.STRONG),
        Items(items=tuple(asks), is_ordered=True),
        *_write_wish(context, facts.wish),
        *_write_competence(context, facts),
        Paragraph(text=_describe_enclosed(context)),
        *([Items(items=statements)] if statements else []),
        close_letter(context),
        note_advice(context, (facts.competence, *facts.bases)),
    ]


def _write_wish(context: LetterContext, wish: str | None) -> list[Block]:
    if not wish:
        return []
    lead = Paragraph(text=context.translate("What the person concerned wishes, in their own words:"))
    return [lead, Quote(paragraphs=split_paragraphs(wish))]


def _write_matter(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    lead = translate(
        "I complain to you about %(party)s under %(citation)s.",
        party=facts.party.legal_name or facts.party.name,
        citation=translate(facts.competence.citation),
    )
    content = describe_content(context, facts.content.depiction, facts.content.under_18, is_threat=facts.is_threat)
    first = [part for part in (lead, content, describe_standing(context)) if part]
    return [Paragraph(text=" ".join(first)), Paragraph(text=_describe_summary(context, facts))]


def _describe_summary(context: LetterContext, facts: ComplaintFacts) -> str:
    plural = context.translate.plural
    clocks = [clock for basis in facts.bases for clock in basis.clocks if clock.owed_by is not ObligedParty.PERSON]
    missed = [clock for clock in clocks if clock.state in {ClockState.MISSED, ClockState.MET_LATE}]
    duties = sum(clock.binding is Binding.DUTY for clock in missed)
    sentences = [
        context.translate("As far as I know nothing is online yet.")
        if facts.is_threat
        else plural("It concerns %(count)s place.", "It concerns %(count)s places.", len(facts.links)),
        plural("I sent %(count)s letter.", "I sent %(count)s letters.", len(facts.notices)),
        plural("I received %(count)s answer.", "I received %(count)s answers.", len(facts.answers))
        if facts.answers
        else context.translate("I received no answer."),
    ]
    if duties:
        sentences.append(
            plural(
                "%(count)s period that the law sets as a duty has run out or was met late.",
                "%(count)s periods that the law sets as a duty have run out or were met late.",
                duties,
            )
        )
    return " ".join(sentences)


def _write_competence(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate, basis = context.translate, facts.competence
    sentences: list[str | None] = [translate(basis.basis)]
    if basis.reason:
        sentences.append(translate(basis.reason))
    sentences += [describe_authority_clock(context, clock) for clock in basis.clocks if clock.amount is not None]
    return [Heading(text=translate("Why I turn to you")), Paragraph(text=" ".join(part for part in sentences if part))]


def _describe_release(context: LetterContext, may_pass_identity: bool) -> str:
    if may_pass_identity:
        return context.translate("You may tell the organisation complained about who I am.")
    return context.translate("Do not tell the organisation complained about who I am.")


def _describe_enclosed(context: LetterContext) -> str:
    return context.translate(
        "The parts that follow hold the facts, what happened when, the letters and answers, how each date was counted, "
        "and the exhibits with their hashes. The same facts stand inside this file in machine-readable form, as "
        "%(file)s.",
        file="case.json",
    )
