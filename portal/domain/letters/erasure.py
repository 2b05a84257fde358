"""The erasure request to a controller: which data, on which grounds, by when, and how to prove who asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from portal.domain.letters.asks import describe_ground, write_ask_table
from portal.domain.letters.blocks import (
    Block,
    Heading,
    Items,
    LetterDocument,
    Paragraph,
    Quote,
    Translate,
)
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    split_paragraphs,
    write_annexes,
)
from portal.domain.letters.content_statements import (
    describe_content,
    describe_release,
    describe_standing,
    title_own_words,
    write_statements,
)
from portal.domain.letters.facts import ErasureFacts
from portal.domain.letters.kinds import ErasureAsk, IdentityOffer
from portal.domain.letters.law_blocks import join_titles, write_bases, write_glance
from portal.domain.letters.phrases import mark
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import LetterAsk

ASKS: Mapping[ErasureAsk, str] = {
    ErasureAsk.ERASE: mark(
        "Erase these data and every copy you hold of them: files, previews, stored pages, and anything computed from "
        "them, such as measurements of a face."
    ),
    ErasureAsk.DELIST: mark("Stop showing the links in Annex A as results of a search for the name of the person."),
    ErasureAsk.RECTIFY: mark("Correct the data that are wrong, or mark them as wrong until you have decided."),
    ErasureAsk.TELL_OTHERS: mark(
        "Tell everyone to whom you passed these data that their erasure was asked for, and tell me who they are."
    ),
    ErasureAsk.STOP_PROCESSING: mark("Stop using and showing these data while you decide."),
}

_DUTIES: Mapping[ErasureAsk, LetterAsk] = {
    ErasureAsk.ERASE: LetterAsk.REMOVE,
    ErasureAsk.DELIST: LetterAsk.REMOVE,
    ErasureAsk.TELL_OTHERS: LetterAsk.RECIPIENTS,
    ErasureAsk.STOP_PROCESSING: LetterAsk.RESTRICT,
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


_CITED = re.compile(r"\((Articles? (?:[^()]|\([^()]*\))+)\)")


def build_erasure(facts: ErasureFacts, translate: Translate) -> LetterDocument:
    """The request as a document. The laws' own grounds come first; `facts.grounds` are for laws without any."""
    context = LetterContext(header=facts.frame, translate=translate)
    links = translate.plural("%(count)s link", "%(count)s links", len(facts.links))
    title = join_titles(context, facts.bases) or translate("Request to erase personal data")
    where = (translate("Where"), translate("%(links)s, listed in Annex A", links=links))
    blocks: list[Block] = [
        open_letter(context, translate("%(title)s: %(links)s", title=title, links=links)),
        *note_redaction(context),
        write_glance(context, facts.bases, (where,)),
        *_write_matter(context, facts),
        *_write_grounds(context, facts),
        *write_statements(context, facts),
        close_letter(context),
        *_write_asks(context, facts),
        Heading(text=translate("Who asks")),
        *_write_identity(context, facts),
        Heading(text=translate("The law and its time limits")),
        *write_bases(context, facts.bases),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.ERASURE, blocks)


def _write_matter(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    said = join_alike(context.translate(text) for basis in facts.bases if basis.wording for text in basis.wording.says)
    which = context.voice(
        mark("You hold and publish personal data about me at the links in Annex A."),
        mark("You hold and publish personal data about the person I act for at the links in Annex A."),
    )
    what = describe_content(context, facts.content.depiction, facts.content.under_18)
    parts = [part for part in (*(said or [which]), what, describe_standing(context)) if part]
    blocks: list[Block] = [Paragraph(text=" ".join(parts))]
    if facts.content.explanation:
        blocks.append(Paragraph(text=context.translate("%(title)s:", title=title_own_words(context)), leads=True))
        blocks.append(Quote(paragraphs=split_paragraphs(facts.content.explanation)))
    return blocks


def _write_grounds(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    own = [ground for basis in facts.bases if basis.wording for ground in basis.wording.grounds]
    grounds = tuple(dict.fromkeys([*own, *facts.grounds]))
    if not grounds:
        return []
    lead = Paragraph(text=context.translate("I rely on these grounds:"), leads=True)
    return [lead, Items(items=tuple(join_alike(context.translate(ground) for ground in grounds)))]


def join_alike(sentences: Iterable[str]) -> list[str]:
    """Sentences of several laws; those that differ in the Articles in brackets alone are one, which cites them all."""
    alike: dict[str, list[str]] = {}
    for sentence in sentences:
        alike.setdefault(_CITED.sub("()", sentence), []).append(sentence)
    return [_join(group) for group in alike.values()]


def _join(group: list[str]) -> str:
    """The first sentence, with what each of them cites in its place."""
    cited = iter(zip(*(_CITED.findall(sentence) for sentence in group), strict=True))
    return _CITED.sub(lambda _found: f"({'; '.join(dict.fromkeys(next(cited)))})", group[0])


def _write_asks(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    """A table: what is asked, and whether a cited law makes it a duty or it is a request beyond the duties."""
    translate, bases = context.translate, facts.bases
    rows = [(translate(ASKS[ask]), describe_ground(context, _DUTIES.get(ask), bases)) for ask in facts.asks]
    told = translate(
        "Tell me what you have done. If you refuse any of it, give me your reasons and the ways to contest it."
    )
    rows.append((told, describe_ground(context, LetterAsk.DECIDE, bases)))
    if facts.may_pass_identity is not None:
        rows.append((describe_release(context, facts.may_pass_identity), describe_ground(context, None, bases)))
    return write_ask_table(context, rows, bases)


def _write_identity(context: LetterContext, facts: ErasureFacts) -> list[Block]:
    limit = context.translate("Please ask for no more than you need to be sure, and use it for nothing else.")
    if facts.identity_words:
        lead = Paragraph(text=context.translate("This shows that I am the one who asks:"), leads=True)
        return [lead, Quote(paragraphs=split_paragraphs(facts.identity_words)), Paragraph(text=limit)]
    return [Paragraph(text=f"{context.translate(_IDENTITY[facts.identity])} {limit}")]
