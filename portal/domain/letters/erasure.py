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
from portal.domain.letters.content_statements import describe_content, describe_standing, format_statements
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
    pen = LetterContext(frame=facts.frame, translate=translate)
    blocks: list[Block] = [
        open_letter(pen, translate("Request to erase personal data")),
        *note_redaction(pen),
        *_write_matter(pen, facts),
        Paragraph(text=translate("I ask you to do the following:"), tone=Tone.STRONG),
        Items(items=_list_asks(pen, facts), is_ordered=True),
        *_write_grounds(pen, facts),
        Heading(text=translate("Where the data are")),
        list_links(pen, facts.links),
        Heading(text=translate("The law and its time limits")),
        *write_bases(pen, facts.bases),
        Heading(text=translate("Who asks")),
        *_write_identity(pen, facts),
        close_letter(pen),
        note_advice(pen, facts.bases),
    ]
    return finish(pen, LetterKind.ERASURE, blocks)


def _write_matter(pen: LetterContext, facts: ErasureFacts) -> list[Block]:
    which = pen.voice(
        mark(
            "You hold and publish personal data about me at the places listed below: the content itself, the text "
            "around it, and what was made from it."
        ),
        mark(
            "You hold and publish personal data about the person I act for at the places listed below: the content "
            "itself, the text around it, and what was made from it."
        ),
    )
    what = describe_content(pen, facts.content.depiction, facts.content.under_18)
    parts = [part for part in (which, what, describe_standing(pen)) if part]
    blocks: list[Block] = [Paragraph(text=" ".join(parts))]
    if facts.content.explanation:
        blocks.append(Quote(paragraphs=split_paragraphs(facts.content.explanation)))
    return blocks


def _list_asks(pen: LetterContext, facts: ErasureFacts) -> tuple[str, ...]:
    asks = [pen.translate(_ASKS[ask]) for ask in facts.asks]
    asks.append(pen.translate("Tell me what you have done. If you refuse any of it, give your reasons."))
    return tuple(asks)


def _write_grounds(pen: LetterContext, facts: ErasureFacts) -> list[Block]:
    if not facts.grounds:
        return []
    lead = Paragraph(text=pen.translate("I rely on these grounds:"))
    return [lead, Items(items=tuple(pen.translate(ground) for ground in facts.grounds))]


def _write_identity(pen: LetterContext, facts: ErasureFacts) -> list[Block]:
    limit = pen.translate("Please ask for no more than you need to be sure, and use it for nothing else.")
    statements = format_statements(pen, facts.statements)
    return [*_write_offer(pen, facts), Paragraph(text=limit), *([Items(items=statements)] if statements else [])]


def _write_offer(pen: LetterContext, facts: ErasureFacts) -> list[Block]:
    if not facts.identity_words:
        return [Paragraph(text=pen.translate(_IDENTITY[facts.identity]))]
    lead = Paragraph(text=pen.translate("This shows that I am the one who asks:"))
    return [lead, Quote(paragraphs=split_paragraphs(facts.identity_words))]
