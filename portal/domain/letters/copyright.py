"""The copyright notice: which work, where it is shown, who owns it, sworn for this very letter. No other law."""

from __future__ import annotations

from portal.domain.letters.blocks import Block, Heading, LetterDocument, Paragraph, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    write_annexes,
    write_requests,
)
from portal.domain.letters.content_statements import describe_standing, describe_work, write_sworn
from portal.domain.letters.facts import CopyrightFacts
from portal.domain.letters.law_blocks import write_bases, write_glance
from portal.domain.letters.phrases import mark
from portal.domain.lifecycle import LetterKind

REMOVE_WORK = mark("Remove the work at every link in Annex A, or disable access to it.")


def build_copyright(facts: CopyrightFacts, translate: Translate) -> LetterDocument:
    """The notice as a document."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks: list[Block] = [
        open_letter(context, translate("Notice of claimed copyright infringement")),
        *note_redaction(context),
        write_glance(context, facts.bases, (_count_links(context, facts),)),
        *_write_matter(context, facts),
        *write_sworn(context, facts.statements, facts.stated),
        close_letter(context),
        *write_requests(context, _list_asks(context)),
        Heading(text=translate("The law and its time limits")),
        *write_bases(context, facts.bases),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.COPYRIGHT, blocks)


def _count_links(context: LetterContext, facts: CopyrightFacts) -> tuple[str, str]:
    links = context.translate.plural("%(count)s link", "%(count)s links", len(facts.links))
    return context.translate("Where"), context.translate("%(links)s, listed in Annex A", links=links)


def _write_matter(context: LetterContext, facts: CopyrightFacts) -> list[Block]:
    parts = (describe_work(context), describe_standing(context))
    return [Paragraph(text=" ".join(part for part in parts if part))]


def _list_asks(context: LetterContext) -> tuple[str, ...]:
    return (
        context.translate(REMOVE_WORK),
        context.translate("Confirm that you have received this notice, and tell me its reference number with you."),
    )
