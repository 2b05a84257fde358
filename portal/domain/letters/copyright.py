"""The copyright notice: which work, where it is shown, who owns it, sworn for this very letter. No other law."""

from __future__ import annotations

from portal.domain.letters.blocks import Block, Heading, Items, LetterDocument, Paragraph, Tone, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    list_links,
    note_redaction,
    open_letter,
)
from portal.domain.letters.content_statements import describe_standing, format_statements
from portal.domain.letters.facts import CopyrightFacts
from portal.domain.letters.law_blocks import note_advice, write_bases
from portal.domain.letters.phrases import mark
from portal.domain.lifecycle import LetterKind


def build_copyright(facts: CopyrightFacts, translate: Translate) -> LetterDocument:
    """The notice as a document."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks: list[Block] = [
        open_letter(context, translate("Notice of claimed copyright infringement")),
        *note_redaction(context),
        *_write_matter(context, facts),
        Paragraph(text=translate("I ask you to do the following:"), tone=Tone.STRONG),
        Items(items=_list_asks(context), is_ordered=True),
        Heading(text=translate("Where the work is shown")),
        list_links(context, facts.links),
        Heading(text=translate("The law and its time limits")),
        *write_bases(context, facts.bases),
        Heading(text=translate("Statements")),
        Items(items=format_statements(context, facts.statements, facts.stated)),
        close_letter(context),
        note_advice(context, facts.bases),
    ]
    return finish(context, LetterKind.COPYRIGHT, blocks)


def _write_matter(context: LetterContext, facts: CopyrightFacts) -> list[Block]:
    work = context.voice(
        mark("The copyrighted work is the picture or video shown at the links below, which I took myself."),
        mark(
            "The copyrighted work is the picture or video shown at the links below, which the person I act for took "
            "themselves."
        ),
    )
    where = context.translate.plural(
        "Your service shows it at %(count)s place, listed below.",
        "Your service shows it at %(count)s places, listed below.",
        len(facts.links),
    )
    parts = (work, where, describe_standing(context))
    return [Paragraph(text=" ".join(part for part in parts if part))]


def _list_asks(context: LetterContext) -> tuple[str, ...]:
    return (
        context.translate("Remove the work at every place in the list, or disable access to it."),
        context.translate("Confirm that you have received this notice, and tell me its reference number with you."),
    )
