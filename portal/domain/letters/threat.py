"""A threat's papers, which need nothing online: the request to keep evidence, and the sheet for the police."""

from __future__ import annotations

from dataclasses import replace

from portal.domain.letters.blocks import (
    Block,
    Heading,
    Items,
    LetterDocument,
    Opening,
    Pairs,
    Paragraph,
    Quote,
    Translate,
)
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    list_links,
    note_redaction,
    open_letter,
    reply_address,
    split_paragraphs,
    write_requests,
)
from portal.domain.letters.content_statements import describe_standing, describe_threat, write_statements
from portal.domain.letters.facts import ThreatFacts
from portal.domain.letters.law_blocks import write_bases
from portal.domain.letters.phrases import format_moment, mark
from portal.domain.lifecycle import LetterKind

_KEEP = (
    mark("Keep, out of public sight and unchanged, the messages of the accounts named here, with their times."),
    mark(
        "Keep what you know of who uses them: names, addresses, telephone numbers, times and IP addresses of log-ins."
    ),
    mark("Do not tell the users of these accounts of this letter."),
    mark("Look at these accounts under your rules against threats and sexual extortion, and act on what you find."),
    mark("Keep a fingerprint (hash) of images that these accounts sent with a threat, and block their upload."),
    mark("Confirm in writing what you keep, and tell me which order of an authority you need to hand it over."),
)
_POLICE = (
    mark("Record this report as a complaint, and give me its number."),
    mark("Ask the platforms at once to keep the data of the accounts, before they are deleted."),
    mark("Tell me how to hand over messages and devices, and whom I can call when something is published."),
)


def build_threat(facts: ThreatFacts, translate: Translate) -> LetterDocument:
    """The paper as a document: for the platform of the account that threatens, or for the police."""
    context = LetterContext(header=facts.frame, translate=translate)
    kind = LetterKind.POLICE if facts.is_for_police else LetterKind.PRESERVATION
    laws: list[Block] = [Heading(text=translate("The law")), *write_bases(context, facts.bases)] if facts.bases else []
    blocks: list[Block] = [
        _open(context, facts),
        *note_redaction(context),
        _write_glance(context, facts),
        *_write_matter(context, facts),
        Heading(text=translate("The accounts")),
        Items(items=facts.accounts),
        *_write_words(context, facts),
        *write_requests(context, (translate(ask) for ask in (_POLICE if facts.is_for_police else _KEEP))),
        *_write_online(context, facts),
        *laws,
        *write_statements(context, facts),
        close_letter(context),
    ]
    return finish(context, kind, blocks)


def _open(context: LetterContext, facts: ThreatFacts) -> Opening:
    opening = open_letter(context, _write_subject(context, facts))
    if not facts.is_for_police:
        return opening
    return replace(opening, recipient_label=context.translate("To take along"), is_posted=False)


def _write_subject(context: LetterContext, facts: ThreatFacts) -> str:
    if facts.is_for_police:
        own = mark("Report of a threat to publish intimate images")
        child = mark("A child is threatened: report of a threat to publish images")
    else:
        own = mark("Threat to publish intimate images: please keep the evidence")
        child = mark("A child is threatened with the publication of images: please keep the evidence")
    return context.translate(child if facts.content.under_18 else own)


def _write_glance(context: LetterContext, facts: ThreatFacts) -> Pairs:
    translate = context.translate
    online = translate("Nothing, as far as I know")
    if facts.links:
        online = translate.plural("%(count)s link", "%(count)s links", len(facts.links))
    rows = [
        (translate("Online already"), online),
        (translate("Accounts"), str(len(facts.accounts))),
        (translate("When"), facts.threatened_on or ""),
        (translate("Written"), format_moment(context.local(facts.frame.written_at), translate)),
        (translate("Answer to"), reply_address(context)),
        (translate("Our reference"), context.header.reference),
    ]
    return Pairs(is_boxed=True, rows=tuple((name, value) for name, value in rows if value))


def _write_matter(context: LetterContext, facts: ThreatFacts) -> list[Block]:
    what = describe_threat(context, facts.content.depiction, facts.content.under_18)
    return [Paragraph(text=" ".join(part for part in (what, describe_standing(context)) if part))]


def _write_words(context: LetterContext, facts: ThreatFacts) -> list[Block]:
    if not facts.threat:
        return []
    lead = Heading(text=context.translate("What happened"))
    return [lead, Quote(paragraphs=split_paragraphs(facts.threat))]


def _write_online(context: LetterContext, facts: ThreatFacts) -> list[Block]:
    if not facts.links:
        return []
    return [Heading(text=context.translate("What is online already")), list_links(context, facts.links)]
