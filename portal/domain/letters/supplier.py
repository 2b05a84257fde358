"""Letters to who stands behind a site: search engine, host, network, registrar, payment company.

Each is asked only for what such a company can do. Where a cited law binds it, that law is named with its duty; else all
of it is a request.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.letters.asks import write_ask_table
from portal.domain.letters.blocks import Block, Heading, LetterDocument, Pairs, Paragraph, Translate
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    reply_address,
    write_annexes,
)
from portal.domain.letters.content_statements import (
    describe_content,
    describe_standing,
    describe_subject,
    write_statements,
)
from portal.domain.letters.facts import SentFact, SupplierFacts
from portal.domain.letters.kinds import Supplier
from portal.domain.letters.law_blocks import write_bases
from portal.domain.letters.past_letters import name_letter
from portal.domain.letters.phrases import format_moment, mark
from portal.domain.lifecycle import LetterKind, SendingChannel

_SUBJECTS: Mapping[Supplier, str] = {
    Supplier.SEARCH: mark("Search results that lead to content on %(site)s: please remove them"),
    Supplier.HOST: mark("Content on %(site)s, which you host: please act"),
    Supplier.NETWORK: mark("Content on %(site)s, which your network delivers: please act"),
    Supplier.REGISTRAR: mark("Content on %(site)s, whose name you register: please act"),
    Supplier.PAYMENT: mark("Content on %(site)s, which takes payments through you: please act"),
}

# How the site itself was written to, as a third company is told.
_TO_THE_SITE: Mapping[SendingChannel, str] = {
    SendingChannel.FORM: mark("through its online form"),
    SendingChannel.EMAIL: mark("by e-mail"),
    SendingChannel.POST: mark("by post"),
}
_WHY: Mapping[Supplier, str] = {
    Supplier.SEARCH: mark("As far as I know, your search shows results that lead to the links in Annex A."),
    Supplier.HOST: mark("As far as I know, you host the site %(site)s."),
    Supplier.NETWORK: mark("As far as I know, the site %(site)s is delivered through your network."),
    Supplier.REGISTRAR: mark("As far as I know, the name of the site %(site)s is registered through you."),
    Supplier.PAYMENT: mark("As far as I know, the site %(site)s takes payments through you."),
}

_ASKS: Mapping[Supplier, tuple[str, ...]] = {
    Supplier.SEARCH: (
        mark("Remove the links in Annex A from your search results, with previews and stored copies."),
        mark("Keep a fingerprint (hash) of the images, so that copies do not come up again."),
        mark("Tell me your decision for each link, with your reasons."),
    ),
    Supplier.HOST: (
        mark("Tell your customer to remove the content at the links in Annex A, or stop access to it yourself."),
        mark("Keep the records of who uploaded it, so that they can serve as evidence."),
        mark("Tell me what you did, and who your customer is where the law that binds you lets you."),
    ),
    Supplier.NETWORK: (
        mark("Stop delivering the links in Annex A, and delete stored copies of them."),
        mark("Pass this letter on to your customer and to the company that hosts the site, without my name."),
        mark("Tell me which company hosts the site."),
    ),
    Supplier.REGISTRAR: (
        mark("Pass this letter on to the holder of the name, without my name, and set a day for the removal."),
        mark("Where your rules let you, suspend the name while such content stays up."),
        mark("Tell me what you did."),
    ),
    Supplier.PAYMENT: (
        mark("Check under your own rules for merchants whether this site may take payments through you."),
        mark("Stop payments that such content earns, and tell me what you did."),
    ),
}


def build_supplier(facts: SupplierFacts, translate: Translate) -> LetterDocument:
    """The letter as a document."""
    context = LetterContext(header=facts.frame, translate=translate)
    rows = [(translate(ask), translate("Request")) for ask in _ASKS[facts.role]]
    laws: list[Block] = [Heading(text=translate("The law and its time limits"))] if facts.bases else []
    blocks: list[Block] = [
        open_letter(context, translate(_SUBJECTS[facts.role], site=facts.site)),
        *note_redaction(context),
        _write_glance(context, facts),
        *_write_matter(context, facts),
        *write_statements(context, facts),
        close_letter(context),
        *write_ask_table(context, rows, ()),
        *laws,
        *write_bases(context, facts.bases),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.SUPPLIER, blocks)


def _write_glance(context: LetterContext, facts: SupplierFacts) -> Pairs:
    translate = context.translate
    matter = describe_subject(context, facts.content)
    links = translate.plural("%(count)s link", "%(count)s links", len(facts.links))
    return Pairs(
        is_boxed=True,
        rows=(
            (translate("About"), matter[:1].upper() + matter[1:]),
            (translate("Site"), facts.site),
            (translate("Where"), translate("%(links)s, listed in Annex A", links=links)),
            (translate("Answer to"), reply_address(context)),
            (translate("Our reference"), context.header.reference),
        ),
    )


def _write_matter(context: LetterContext, facts: SupplierFacts) -> list[Block]:
    translate = context.translate
    why = translate(_WHY[facts.role], site=facts.site)
    content = describe_content(context, facts.content.depiction, facts.content.under_18)
    parts = [part for part in (why, content, describe_standing(context)) if part]
    blocks: list[Block] = [Paragraph(text=" ".join(parts))]
    if facts.notice:
        blocks.append(Paragraph(text=_describe_first(context, facts.notice)))
    hidden = translate("Do not pass my name or contact details to the site or to whoever published the content.")
    return [*blocks, Paragraph(text=hidden)]


def _describe_first(context: LetterContext, notice: SentFact) -> str:
    translate = context.translate
    return translate(
        "I wrote to the site itself on %(at)s, %(channel)s (my letter %(reference)s). As far as I know, the links in "
        "Annex A are still up.",
        at=format_moment(context.local(notice.sent_at), translate),
        channel=translate(_TO_THE_SITE[notice.channel]),
        reference=name_letter(context, notice),
    )
