"""The parts of the bundle to a regulator, each written so that an officer can check every date and every file."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.letters.blocks import Block, Cell, Column, Heading, Items, Pairs, Paragraph, Quote, Table, Tone
from portal.domain.letters.clock_sheets import describe_state, write_sheet
from portal.domain.letters.common_blocks import LetterContext, list_links, split_paragraphs
from portal.domain.letters.facts import AnswerFact, ComplaintFacts, Exhibit, SentFact
from portal.domain.letters.law_facts import BasisFact, ElementFact
from portal.domain.letters.phrases import ANSWERS, BINDINGS, CHANNELS, KINDS, PROOFS, describe_due, format_moment
from portal.domain.regimes import Confidence


def write_facts(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Who complains about whom, and the places."""
    translate, party, reporter = context.translate, facts.party, facts.frame.reporter
    rows = [
        (translate("Complaint about"), party.legal_name or party.name),
        (translate("Address"), ", ".join(party.address_lines)),
        (translate("Country of that organisation"), party.country or ""),
        (translate("Country in which the person lives"), reporter.country_name or reporter.country or ""),
        (translate("Complaint made"), format_moment(context.local(facts.frame.written_at), translate)),
    ]
    blocks: list[Block] = [_pairs(rows)]
    if facts.content.explanation:
        blocks.append(Heading(text=translate("In the words of the person concerned")))
        blocks.append(Quote(paragraphs=split_paragraphs(facts.content.explanation)))
    blocks.append(Heading(text=translate("Places"), level=2))
    blocks.append(list_links(context, facts.links, is_bundle=True))
    return blocks


def write_chronology(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    columns = (
        Column(title=translate("When"), cell=Cell.INSTANT),
        Column(title=translate("What")),
        Column(title=translate("Known from")),
        Column(title=translate("Exhibit"), cell=Cell.NUMBER),
    )
    rows = tuple(
        (
            format_moment(context.local(row.at), translate),
            "\n".join(part for part in (translate(row.what), row.detail) if part),
            translate(row.source),
            str(row.exhibit or ""),
        )
        for row in sorted(facts.chronology, key=lambda row: row.at)
    )
    return [Table(columns=columns, rows=rows)]


def write_laws(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Each law the organisation was asked under: what it says, why it applies, what it asks of a notice, its clocks."""
    blocks: list[Block] = []
    for basis in facts.bases:
        blocks.extend(_write_law(context, basis))
    return blocks


def _write_law(context: LetterContext, basis: BasisFact) -> list[Block]:
    translate = context.translate
    blocks: list[Block] = [
        Heading(text=translate(basis.name), level=2),
        Paragraph(text=translate(basis.citation), tone=Tone.SMALL),
        Paragraph(text=translate(basis.basis)),
    ]
    if basis.reason:
        blocks.append(Paragraph(text=translate("Why it applies: %(reason)s", reason=translate(basis.reason))))
    elements = tuple(element for element in basis.elements if element.value)
    if elements:
        blocks.append(_list_elements(context, elements))
    dated = tuple(clock for clock in basis.clocks if clock.started_at)
    if dated:
        columns = (
            Column(title=translate("What had to be done")),
            Column(title=translate("What kind of period")),
            Column(title=translate("End")),
            Column(title=translate("State"), cell=Cell.SHORT),
        )
        rows = tuple(
            (
                translate(clock.label),
                translate(BINDINGS[clock.binding]),
                describe_due(clock, translate) if clock.due_at else translate("no number in the law"),
                describe_state(clock, translate),
            )
            for clock in dated
        )
        blocks.append(Table(columns=columns, rows=rows, caption=translate("Periods under this law")))
    return [*blocks, *_list_sources(context, basis)]


def _list_elements(context: LetterContext, elements: Iterable[ElementFact]) -> Table:
    translate = context.translate
    columns = (Column(title=translate("The law asks for")), Column(title=translate("In the letter sent")))
    rows = tuple((_name_element(context, element), element.value or "") for element in elements)
    return Table(columns=columns, rows=rows, caption=translate("What this law asks of a notice"))


def _name_element(context: LetterContext, element: ElementFact) -> str:
    # Labels are written for the person's own pages ("your signature"); an officer reads what the element consists of.
    if not element.proofs:
        return context.translate(element.label)
    return ", ".join(context.translate(PROOFS[proof]) for proof in element.proofs)


def _list_sources(context: LetterContext, basis: BasisFact) -> list[Block]:
    if not basis.sources:
        return []
    translate = context.translate
    items = tuple(
        translate("%(url)s (seen on %(day)s)", url=source.url, day=source.seen_on.isoformat())
        for source in basis.sources
    )
    lead = translate("Where this law was read (record %(version)s):", version=basis.version)
    blocks: list[Block] = [Paragraph(text=lead, tone=Tone.SMALL), Items(items=items)]
    if basis.confidence is not Confidence.HIGH:
        text = translate("Parts of this record rest on other sources than the law's own publisher.")
        blocks.append(Paragraph(text=text, tone=Tone.SMALL))
    return blocks


def write_notices(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Every letter that was sent: the proof of its sending, then its text."""
    blocks: list[Block] = []
    for sent in facts.notices:
        title = context.translate(
            "%(kind)s %(reference)s to %(recipient)s",
            kind=context.translate(KINDS[sent.kind]),
            reference=sent.reference,
            recipient=sent.recipient,
        )
        blocks += [Heading(text=title, level=2), _pairs(_sent_rows(context, sent))]
        if sent.text:
            blocks.append(Paragraph(text=context.translate("Its text as sent:")))
            blocks.append(Quote(paragraphs=sent.text))
    return blocks


def _sent_rows(context: LetterContext, sent: SentFact) -> list[tuple[str, str]]:
    translate = context.translate
    received = translate("not recorded")
    if sent.received_at:
        at = format_moment(context.local(sent.received_at), translate)
        proven, assumed = translate("%(at)s, proven", at=at), translate("%(at)s, assumed", at=at)
        received = proven if sent.is_receipt_proven else assumed
    ticket = sent.ticket or (translate("none given") if sent.has_no_ticket else translate("not recorded"))
    return [
        (translate("Sent"), format_moment(context.local(sent.sent_at), translate)),
        (translate("How"), translate(CHANNELS[sent.channel])),
        (translate("Received"), received),
        (translate("Reference number of the recipient"), ticket),
        (translate("Exhibit"), str(sent.exhibit or "")),
        (translate("SHA-256 of the file"), sent.digest or ""),
    ]


def write_answers(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    if not facts.answers:
        return [Paragraph(text=context.translate("No answer was received."))]
    blocks: list[Block] = []
    for answer in facts.answers:
        blocks.extend(_write_answer(context, answer))
    return blocks


def _write_answer(context: LetterContext, answer: AnswerFact) -> list[Block]:
    translate = context.translate
    title = translate(
        "%(sender)s on letter %(reference)s: %(answer)s",
        sender=answer.sender,
        reference=answer.notice,
        answer=translate(ANSWERS[answer.meaning]),
    )
    rows = [
        (translate("Received"), format_moment(context.local(answer.at), translate)),
        (translate("Reference number of the recipient"), answer.ticket or ""),
        (translate("Exhibit"), str(answer.exhibit or "")),
    ]
    blocks: list[Block] = [Heading(text=title, level=2), _pairs(rows)]
    return [*blocks, Quote(paragraphs=split_paragraphs(answer.text))] if answer.text else blocks


def write_clock_sheets(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """One sheet for each clock that has started."""
    blocks: list[Block] = []
    started = [(basis, clock) for basis in facts.bases for clock in basis.clocks if clock.started_at]
    for number, (basis, clock) in enumerate(started, start=1):
        blocks.extend(write_sheet(context, number, basis, clock))
    return blocks or [Paragraph(text=context.translate("No period has started."))]


def write_exhibits(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    if not facts.exhibits:
        return [Paragraph(text=context.translate("There are no exhibits."))]
    translate = context.translate
    columns = (
        Column(title=translate("No."), cell=Cell.NUMBER),
        Column(title=translate("What")),
        Column(title=translate("Dated"), cell=Cell.INSTANT),
        Column(title=translate("Type and size"), cell=Cell.SHORT),
    )
    return [Table(columns=columns, rows=tuple(_exhibit_row(context, exhibit) for exhibit in facts.exhibits))]


def _exhibit_row(context: LetterContext, exhibit: Exhibit) -> tuple[str, ...]:
    translate = context.translate
    what = "\n".join(part for part in (translate(exhibit.title), exhibit.file_name) if part)
    dated = format_moment(context.local(exhibit.dated_at), translate) if exhibit.dated_at else ""
    size = translate.plural("%(count)s byte", "%(count)s bytes", exhibit.size)
    return (str(exhibit.number), what, dated, f"{exhibit.media}, {size}")


def write_hashes(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """The digest of each exhibit, how to check one, and the newest digest of the case's history."""
    translate = context.translate
    how = translate(
        "Each exhibit is a file of its own. Its SHA-256 digest, made by any program for it, has to be the one in this "
        "list."
    )
    columns = (
        Column(title=translate("Exhibit"), cell=Cell.NUMBER),
        Column(title=translate("SHA-256"), cell=Cell.DIGEST),
    )
    rows = tuple((str(exhibit.number), exhibit.digest) for exhibit in facts.exhibits)
    blocks: list[Block] = [Paragraph(text=how), Table(columns=columns, rows=rows)] if rows else []
    if facts.history_digest:
        title = translate("SHA-256 of the newest entry in the case's history")
        blocks.append(Pairs(rows=((title, facts.history_digest),)))
    return blocks


def _pairs(rows: Iterable[tuple[str, str]]) -> Pairs:
    return Pairs(rows=tuple((name, value) for name, value in rows if value))
