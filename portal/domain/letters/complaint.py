"""The complaint to a regulator: the page an officer reads in a minute, and the order of the parts that follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.domain.letters.blocks import (
    Block,
    Heading,
    Items,
    LetterDocument,
    Pairs,
    Paragraph,
    Quote,
    TableOfContents,
    Tone,
    Translate,
)
from portal.domain.letters.bundle import (
    name_complainant,
    write_chronology,
    write_clock_sheets,
    write_correspondence,
    write_exhibits,
    write_facts,
    write_laws,
)
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    split_paragraphs,
)
from portal.domain.letters.complaint_table import write_table
from portal.domain.letters.content_statements import (
    describe_content,
    describe_subject,
    describe_threat,
    format_statements,
)
from portal.domain.letters.facts import ComplaintFacts, EarlierComplaint
from portal.domain.letters.kinds import ComplaintAsk
from portal.domain.letters.law_blocks import describe_authority_clock
from portal.domain.letters.phrases import find_ground, format_moment, mark, say_reason
from portal.domain.lifecycle import ItemState, LetterKind
from portal.domain.regimes import Binding

_ASKS: Mapping[ComplaintAsk, str] = {
    ComplaintAsk.INVESTIGATE: mark("Look into this complaint."),
    ComplaintAsk.ASSESS: mark(
        "Assess whether the organisation kept the duties named in this complaint, and use your powers of supervision "
        "where it did not."
    ),
    ComplaintAsk.FORWARD: mark("If another authority is competent, pass this complaint on and tell me to whom."),
    ComplaintAsk.DECIDE: mark("Decide on this complaint, and send me the decision with its reasons."),
    ComplaintAsk.DECIDE_AGAIN: mark(
        "Decide on this complaint and on my request, and tell me the decision, its reasons and what remains."
    ),
    ComplaintAsk.ACT: mark("Act on the content at the links listed in part 1, as far as your role allows."),
    ComplaintAsk.ORDER_REMOVAL: mark("Use your powers so that the content at the links listed in part 1 is removed."),
    ComplaintAsk.ORDER_ERASURE: mark("Order that the personal data at the links listed in part 1 be erased."),
    ComplaintAsk.ORDER_ANSWER: mark("Order that my letters be answered."),
    ComplaintAsk.SANCTION: mark("Decide whether a penalty is due."),
    ComplaintAsk.KEEP_INFORMED: mark("Confirm receipt, and keep me informed of progress and outcome."),
}


@dataclass(frozen=True, kw_only=True)
class BundlePart:
    """One part of the bundle: its anchor, its title and what writes it."""

    anchor: str
    title: str
    write: Callable[[LetterContext, ComplaintFacts], list[Block]]


PARTS = (
    BundlePart(anchor="facts", title=mark("Who complains, about whom, and the facts"), write=write_facts),
    BundlePart(anchor="chronology", title=mark("Chronology"), write=write_chronology),
    BundlePart(anchor="letters", title=mark("Letters and answers"), write=write_correspondence),
    BundlePart(anchor="laws", title=mark("Laws"), write=write_laws),
    BundlePart(anchor="clocks", title=mark("How each date was counted"), write=write_clock_sheets),
    BundlePart(anchor="exhibits", title=mark("Exhibits, and how to check them"), write=write_exhibits),
)


def build_complaint(facts: ComplaintFacts, translate: Translate) -> LetterDocument:
    """The whole bundle as one document: cover page, table of contents, then every part in the order of `PARTS`."""
    context = LetterContext(header=facts.frame, translate=translate)
    blocks = [*_write_cover(context, facts), *_write_reasons(context, facts), _list_contents(context)]
    for number, part in enumerate(PARTS, start=1):
        blocks.append(Heading(text=_title(context, number, part), level=1, anchor=part.anchor))
        blocks.extend(part.write(context, facts))
    return finish(context, LetterKind.COMPLAINT, blocks)


def _list_contents(context: LetterContext) -> TableOfContents:
    entries = tuple((part.anchor, _title(context, number, part)) for number, part in enumerate(PARTS, start=1))
    return TableOfContents(title=context.translate("Contents"), entries=entries)


def _title(context: LetterContext, number: int, part: BundlePart) -> str:
    return context.translate("%(number)s. %(name)s", number=str(number), name=context.translate(part.title))


def _write_cover(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Who complains about whom, under which law, what happened by when, what is asked, and how to check the file."""
    translate, content = context.translate, facts.content
    describe = describe_threat if facts.is_threat else describe_content
    matter = translate("a threat to publish images") if facts.is_threat else describe_subject(context, content)
    subject = translate("Complaint about %(party)s: %(matter)s", party=facts.party.name, matter=matter)
    asks = [translate(ask) for ask in facts.authority_asks] or [translate(_ASKS[ask]) for ask in facts.asks]
    if facts.may_pass_identity is not None:
        asks.append(_describe_release(context, facts.may_pass_identity))
    return [
        open_letter(context, subject),
        *note_redaction(context),
        Pairs(rows=tuple(row for row in _list_matter(context, facts) if row[1])),
        Paragraph(text=describe(context, content.depiction, content.under_18)),
        *write_table(context, facts),
        *_tell_earlier(context, facts),
        Paragraph(text=translate("What I ask of you:"), tone=Tone.STRONG, leads=True),
        Items(items=tuple(asks), is_ordered=True),
        *(Paragraph(text=translate(limit)) for limit in facts.authority_limits),
        Paragraph(text=_describe_check(context, facts), tone=Tone.SMALL),
    ]


def _tell_earlier(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """What had to come before this complaint, and what came of it."""
    if not facts.earlier:
        return []
    lead = Paragraph(text=context.translate("Complained before:"), tone=Tone.STRONG, leads=True)
    return [lead, Items(items=tuple(_describe_earlier(context, each) for each in facts.earlier))]


def _describe_earlier(context: LetterContext, complaint: EarlierComplaint) -> str:
    translate = context.translate
    made = translate(
        "%(at)s: to %(body)s, under %(law)s.",
        at=format_moment(context.local(complaint.lodged_at), translate),
        body=complaint.body,
        law=translate(complaint.law),
    )
    ticket = translate("Their number: %(ticket)s.", ticket=complaint.ticket) if complaint.ticket else ""
    papers = translate("Its papers: exhibit %(number)s.", number=str(complaint.exhibit)) if complaint.exhibit else ""
    return " ".join(part for part in (made, ticket, papers, _describe_outcome(context, complaint)) if part)


def _describe_outcome(context: LetterContext, complaint: EarlierComplaint) -> str:
    translate = context.translate
    if complaint.answer is None or complaint.answered_at is None:
        return translate("No answer to it was recorded.")
    at = format_moment(context.local(complaint.answered_at), translate)
    return translate("%(at)s: %(answer)s", at=at, answer=translate(complaint.answer))


def _list_matter(context: LetterContext, facts: ComplaintFacts) -> list[tuple[str, str]]:
    translate, party = context.translate, facts.party
    about = party.name
    if party.legal_name and party.legal_name != party.name:
        about = translate("%(service)s, a service of %(company)s", service=party.name, company=party.legal_name)
    return [
        (translate("Complaint by"), name_complainant(context)),
        (translate("About"), about),
        (translate("Under"), translate(facts.competence.citation)),
        (translate("Concerns"), _describe_places(context, facts)),
    ]


def _describe_places(context: LetterContext, facts: ComplaintFacts) -> str:
    if facts.is_threat:
        return context.translate("a threat to publish: as far as I know nothing is online yet")
    if not facts.links:
        return ""
    plural = context.translate.plural
    removed = sum(link.state is ItemState.REMOVED for link in facts.links)
    parts = [plural("%(count)s link", "%(count)s links", len(facts.links))]
    if removed:
        parts.append(plural("%(count)s of them removed", "%(count)s of them removed", removed))
    return ", ".join(parts)


def _describe_check(context: LetterContext, facts: ComplaintFacts) -> str:
    exhibits = _describe_exhibits(context, len(facts.exhibits))
    if not facts.check_url:
        return context.translate("%(exhibits)s Part 6 says how to check.", exhibits=exhibits)
    return context.translate(
        "%(exhibits)s Part 6 says how to check. %(address)s checks hashes, dates and signature for you.",
        exhibits=exhibits,
        address=facts.check_url,
    )


def _describe_exhibits(context: LetterContext, count: int) -> str:
    if not count:
        return context.translate("The file SHA256SUMS lists the SHA-256 of every file.")
    return context.translate.plural(
        "%(count)s exhibit is enclosed as a file inside this PDF. The file SHA256SUMS lists the SHA-256 of every file.",
        "%(count)s exhibits are enclosed as files inside this PDF. "
        "The file SHA256SUMS lists the SHA-256 of every file.",
        count,
    )


def _write_reasons(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Why this authority, what the person wishes, and the signature."""
    translate, basis = context.translate, facts.competence
    # A duty of the authority stands in the sentence of its law; said again as a "must" it would only be louder.
    aims = [clock for clock in basis.clocks if clock.amount is not None and clock.binding is not Binding.DUTY]
    ground = find_ground(basis.reason)
    sentences: list[str | None] = [translate(basis.basis)]
    if ground:
        sentences.append(say_reason(ground, translate, to_body=True) if context.is_own else translate(ground))
    sentences += [describe_authority_clock(context, clock) for clock in aims]
    statements = format_statements(context, facts.statements, facts.stated)
    stated: list[Block] = [Heading(text=translate("Statements")), Items(items=statements)] if statements else []
    return [
        Heading(text=translate("Why I turn to you"), starts_page=True),
        Paragraph(text=" ".join(part for part in sentences if part)),
        *_write_wish(context, facts.wish),
        *stated,
        close_letter(context, wants_answer=False),
    ]


def _write_wish(context: LetterContext, wish: str | None) -> list[Block]:
    if not wish:
        return []
    said = context.voice(mark("What I wish:"), mark("What the person concerned wishes, in their own words:"))
    lead = Paragraph(text=said, leads=True)
    return [lead, Quote(paragraphs=split_paragraphs(wish))]


def _describe_release(context: LetterContext, may_pass_identity: bool) -> str:
    if may_pass_identity:
        return context.translate("You may tell the organisation complained about who I am.")
    return context.translate("Do not tell the organisation complained about who I am.")
