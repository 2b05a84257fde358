"""The erasure request to a controller: which data, on which grounds, by when, and how to prove who asks."""

from __future__ import annotations

from collections.abc import Mapping

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
    describe_content,
    describe_release,
    describe_standing,
    format_statements,
)
from portal.domain.letters.facts import ErasureAsk, ErasureFacts, IdentityOffer
from portal.domain.letters.law_blocks import note_advice, write_bases
from portal.domain.letters.phrases import mark
from portal.domain.lifecycle import LetterKind

_ASKS: Mapping[ErasureAsk, str] = {
    ErasureAsk.ERASE: mark(
        "Erase these data and every copy you hold of them: files, previews, stored pages, and anything computed from "
        "them, such as measurements of a face."
    ),
    ErasureAsk.DELIST: mark("Stop showing the places in the list as results of a search for the name of the person."),
    ErasureAsk.RECTIFY: mark("Correct the data that are wrong, or mark them as wrong until you have decided."),
    ErasureAsk.TELL_OTHERS: mark(
        "Tell everyone to whom you passed these data that their erasure was asked for, and tell me who they are."
    ),
    ErasureAsk.STOP_PROCESSING: mark("Stop using these data for anything else while you decide."),
}

_IDENTITY: Mapping[IdentityOffer, str] = {
    IdentityOffer.REPLY_ADDRESS: mark(
        "I can show that I am the one who asks by answering from the contact given here."
    ),
    IdentityOffer.ACCOUNT: mark("I can show that I am the one who asks by a message from my account with you."),
    IdentityOffer.DOCUMENT: mark(
        "If you tell me why it is needed, I can show who I am by a document in which everything you do not need is "
        "blacked out."
    ),
}


def build_erasure(facts: ErasureFacts, translate: Translate) -> LetterDocument:
    """The request as a document. `facts.grounds` are the law's own grounds, in their order."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks: list[Block] = [
        open_letter(context, translate("Request to erase personal data")),
        *note_redaction(context),
        *_write_matter(context, facts),
        Paragraph(text=translate("I ask you to do the following:"), tone=Tone.STRONG),
        Items(items=_list_asks(context, facts), is_ordered=True),
        *_write_grounds(context, facts),
        Heading(text=translate("Where the data are")),
        list_links(context, facts.links),
        Heading(text=translate("The law and its time limits")),
        *write_bases(context, facts.bases),
        Heading(text=translate("Who asks")),
        *_write_identity(context, facts),
        close_letter(context),
        note_advice(context, facts.bases),
    ]
    return finish(context, LetterKind.ERASURE, blocks)


def _write_matter(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    which = context.voice(
        mark(
            "You hold and publish personal data about me at the places listed below: the content itself, the text "
            "around it, and what was made from it."
        ),
        mark(
            "You hold and publish personal data about the person I act for at the places listed below: the content "
            "itself, the text around it, and what was made from it."
        ),
    )
    what = describe_content(context, facts.content.depiction, facts.content.under_18)
    parts = [part for part in (which, what, describe_standing(context)) if part]
    blocks: list[Block] = [Paragraph(text=" ".join(parts))]
    if facts.content.explanation:
        blocks.append(Quote(paragraphs=split_paragraphs(facts.content.explanation)))
    return blocks


def _list_asks(context: LetterContext, facts: ErasureFacts) -> tuple[str, ...]:
    asks = [context.translate(_ASKS[ask]) for ask in facts.asks]
    asks.append(context.translate("Tell me what you have done. If you refuse any of it, give your reasons."))
    if facts.may_pass_identity is not None:
        asks.append(describe_release(context, facts.may_pass_identity))
    return tuple(asks)


def _write_grounds(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    if not facts.grounds:
        return []
    lead = Paragraph(text=context.translate("I rely on these grounds:"))
    return [lead, Items(items=tuple(context.translate(ground) for ground in facts.grounds))]


def _write_identity(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    limit = context.translate("Please ask for no more than you need to be sure, and use it for nothing else.")
    statements = format_statements(context, facts.statements, facts.stated)
    return [*_write_offer(context, facts), Paragraph(text=limit), *([Items(items=statements)] if statements else [])]


def _write_offer(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    if not facts.identity_words:
        return [Paragraph(text=context.translate(_IDENTITY[facts.identity]))]
    lead = Paragraph(text=context.translate("This shows that I am the one who asks:"))
    return [lead, Quote(paragraphs=split_paragraphs(facts.identity_words))]
