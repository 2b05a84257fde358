"""The notice to a platform: what, where, under which laws, by when."""

from __future__ import annotations

from portal.domain.letters.blocks import Block, Heading, Items, LetterDocument, Paragraph, Quote, Tone, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    list_links,
    note_redaction,
    open_letter,
    split_paragraphs,
)
from portal.domain.letters.content_statements import (
    SUBJECTS,
    describe_content,
    describe_release,
    describe_standing,
    format_statements,
)
from portal.domain.letters.facts import NoticeFacts
from portal.domain.letters.law_blocks import note_advice, write_bases
from portal.domain.lifecycle import LetterKind


def build_notice(facts: NoticeFacts, translate: Translate) -> LetterDocument:
    """The notice as a document. It cites every basis in `facts.bases`, in that order."""
    context = LetterContext(header=facts.frame, translate=translate)
    subject = translate(
        "Notice of %(matter)s: request for removal", matter=translate(SUBJECTS[facts.content.depiction])
    )
    blocks: list[Block] = [
        open_letter(context, subject),
        *note_redaction(context),
        *_write_matter(context, facts),
        *_write_asks(context, facts),
        Heading(text=translate("Where the content is")),
        list_links(context, facts.links),
        *_write_own_words(facts, translate),
        *_write_grounds(context, facts),
        Heading(text=translate("Statements")),
        Items(items=format_statements(context, facts.statements, facts.stated)),
        close_letter(context),
        note_advice(context, facts.bases) if facts.bases else _note_no_law(context),
    ]
    return finish(context, LetterKind.NOTICE, blocks)


def _write_grounds(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    """The laws; where none is cited, the recipient's own rules, of which nothing is said that only a law could say."""
    if facts.own_rules is None or facts.bases:
        return [Heading(text=context.translate("The law and its time limits")), *write_bases(context, facts.bases)]
    rules = facts.own_rules
    text = context.translate(
        "I rely on your own rules, which you call %(title)s (%(url)s). I ask you to apply them to the "
        "content listed here and to remove it.",
        title=rules.title,
        url=rules.url,
    )
    return [Heading(text=context.translate("Your own rules")), Paragraph(text=text)]


def _note_no_law(context: LetterContext) -> Paragraph:
    text = context.translate("This letter is not legal advice. It relies on your own rules and on no law.")
    return Paragraph(text=text, tone=Tone.NOTE)


def _write_matter(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    translate = context.translate
    where = translate.plural(
        "Your service shows content at %(count)s place, listed below.",
        "Your service shows content at %(count)s places, listed below.",
        len(facts.links),
    )
    what = describe_content(context, facts.content.depiction, facts.content.under_18)
    parts = [part for part in (where, what, describe_standing(context)) if part]
    blocks: list[Block] = [Paragraph(text=" ".join(parts))]
    blocks.append(
        Paragraph(text=translate("No copy of the content comes with this letter. The list is enough to find it."))
    )
    return blocks


def _write_asks(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    translate = context.translate
    asks = [translate("Remove the content at every place in the list, for all users and in all countries.")]
    asks += [
        translate(
            "Find and remove identical copies of it on your service, as %(citation)s provides.",
            citation=translate(basis.citation),
        )
        for basis in facts.bases
        if basis.identical_copies
    ]
    asks += [
        translate("Confirm that you have received this notice, and tell me its reference number with you."),
        translate("Tell me what you decided for each place, with your reasons and how the decision can be contested."),
    ]
    if facts.may_pass_identity is not None:
        asks.append(describe_release(context, facts.may_pass_identity))
    lead = Paragraph(text=translate("I ask you to do the following:"), tone=Tone.STRONG)
    return [lead, Items(items=tuple(asks), is_ordered=True)]


def _write_own_words(facts: NoticeFacts, translate: Translate) -> list[Block]:
    if not facts.content.explanation:
        return []
    title = Heading(text=translate("In the words of the person concerned"))
    return [title, Quote(paragraphs=split_paragraphs(facts.content.explanation))]
