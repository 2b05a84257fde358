"""The notice to a platform: what it is and by when, who states what, what is asked, under which laws, and where."""

from __future__ import annotations

from portal.domain.letters.asks import list_asks, write_asks
from portal.domain.letters.blocks import (
    Block,
    Cell,
    Heading,
    LetterDocument,
    Paragraph,
    Quote,
    Table,
    TableColumn,
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
    describe_standing,
    describe_subject,
    title_own_words,
    write_statements,
)
from portal.domain.letters.facts import NoticeFacts
from portal.domain.letters.law_blocks import BY_OWN_RULES, join_titles, write_bases, write_glance
from portal.domain.lifecycle import LetterKind


def build_notice(facts: NoticeFacts, translate: Translate) -> LetterDocument:
    """The notice as a document. It cites every basis in `facts.bases`, in that order."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks: list[Block] = [
        open_letter(context, _write_subject(context, facts)),
        *note_redaction(context),
        write_glance(context, facts.bases, _list_glance(context, facts)),
        *_write_matter(context, facts),
        *write_statements(context, facts),
        close_letter(context),
        *write_asks(context, list_asks(facts.content, facts.may_pass_identity), facts.bases),
        *_write_own_words(context, facts),
        *_write_grounds(context, facts),
        *_list_copies(facts, translate),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.NOTICE, blocks)


def _count_links(context: LetterContext, facts: NoticeFacts) -> str:
    return context.translate.plural("%(count)s link", "%(count)s links", len(facts.links))


def _write_subject(context: LetterContext, facts: NoticeFacts) -> str:
    """The first law's own name for such a letter, and what else it is, so that it finds its queue by any of them; of a
    child that a child is shown, before anything else.
    """
    translate = context.translate
    title = join_titles(context, facts.bases) or translate(BY_OWN_RULES)
    if facts.content.under_18:
        return translate("A child is shown. %(title)s: %(links)s", title=title, links=_count_links(context, facts))
    return translate("%(title)s: %(links)s", title=title, links=_count_links(context, facts))


def _list_glance(context: LetterContext, facts: NoticeFacts) -> tuple[tuple[str, str], ...]:
    translate = context.translate
    matter = describe_subject(context, facts.content)
    return (
        (translate("About"), matter[:1].upper() + matter[1:]),
        (translate("Where"), translate("%(links)s, listed in Annex A", links=_count_links(context, facts))),
    )


def _write_matter(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    """What the content is, in which capacity the sender writes, and what each law wants said."""
    translate = context.translate
    what = describe_content(context, facts.content.depiction, facts.content.under_18)
    blocks: list[Block] = [
        Paragraph(text=" ".join(part for part in (what, describe_standing(context)) if part)),
        *(Paragraph(text=" ".join(part)) for part in _by_law(context, facts)),
    ]
    blocks.append(
        Paragraph(text=translate("No copy of the content comes with this letter. The links are enough to find it."))
    )
    return blocks


def _by_law(context: LetterContext, facts: NoticeFacts) -> list[list[str]]:
    return [
        [context.translate(text) for text in basis.wording.says]
        for basis in facts.bases
        if basis.wording and basis.wording.says
    ]


def _write_grounds(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    """The laws; where none is cited, the recipient's own rules, of which nothing is said that only a law could say."""
    if facts.own_rules is None or facts.bases:
        return [Heading(text=context.translate("The law and its time limits")), *write_bases(context, facts.bases)]
    rules = facts.own_rules
    text = context.translate(
        "I rely on your own rules, which you call %(title)s (%(url)s), and on no law. I ask you to apply them to the "
        "content listed here and to remove it.",
        title=rules.title,
        url=rules.url,
    )
    return [Heading(text=context.translate("Your own rules")), Paragraph(text=text)]


def _list_copies(facts: NoticeFacts, translate: Translate) -> list[Block]:
    """Digits that find the same file again. They show nothing, and nobody can make a picture of them."""
    if not facts.copies:
        return []
    kinds = {"photo": translate("Photo"), "video": translate("Video")}
    columns = (
        TableColumn(title=translate("No."), cell=Cell.NUMBER),
        TableColumn(title=translate("File"), cell=Cell.SHORT),
        TableColumn(title=translate("SHA-256 of the file"), cell=Cell.DIGEST),
        TableColumn(title=translate("MD5 of the file"), cell=Cell.DIGEST),
        TableColumn(title=translate("PDQ of the picture"), cell=Cell.DIGEST),
    )
    rows = tuple(
        (str(number), kinds[one.media], one.sha256, one.md5, one.pdq or "–")
        for number, one in enumerate(facts.copies, 1)
    )
    lead = translate("These fingerprints were made on a device of the sender. They identify copies of the content.")
    return [Heading(text=translate("Known identical copies")), Paragraph(text=lead), Table(columns=columns, rows=rows)]


def _write_own_words(context: LetterContext, facts: NoticeFacts) -> list[Block]:
    if not facts.content.explanation:
        return []
    title = Heading(text=title_own_words(context))
    return [title, Quote(paragraphs=split_paragraphs(facts.content.explanation))]
