"""The parts of the bundle to a regulator, each written so that an officer can check every date and every file."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from portal.domain.letters.blocks import Block, Cell, Heading, Items, Pairs, Paragraph, Quote, Table, TableColumn, Tone
from portal.domain.letters.clock_sheets import describe_state, is_shown, write_sheet
from portal.domain.letters.common_blocks import LetterContext, list_links, split_paragraphs
from portal.domain.letters.complaint_table import describe_later_proof, describe_received
from portal.domain.letters.content_statements import describe_standing
from portal.domain.letters.facts import AnswerFact, ChronologyRow, ComplaintFacts, Exhibit, SentFact
from portal.domain.letters.law_facts import BasisFact, ElementFact
from portal.domain.letters.phrases import (
    ANSWERS,
    BINDINGS,
    CHANNELS,
    KINDS,
    PROOFS,
    describe_due,
    find_ground,
    format_day,
    format_moment,
    mark,
    point_within_complaint,
    say_reason,
)
from portal.domain.lifecycle import LATER_LETTERS, Filer, SentAs

LONGEST_QUOTE = 1_200  # characters of an answer that are printed; a longer one is read in its exhibit
_CHECKS = (
    mark("Linux: sha256sum --check SHA256SUMS"),
    mark("macOS: shasum -a 256 --check SHA256SUMS"),
    mark("Windows: certutil -hashfile NAME SHA256 for each file, then compare with its line in SHA256SUMS"),
)


def name_complainant(context: LetterContext) -> str:
    """The one who complains and, where somebody acts for them, for whom."""
    reporter, translate = context.header.reporter, context.translate
    name = reporter.name or translate("Name withheld")
    if reporter.is_pseudonym:
        name = translate("%(name)s (a pseudonym)", name=name)
    if reporter.role is Filer.SELF:
        return name
    person = reporter.acts_for or translate("the person concerned, whose name is not given here")
    return translate("%(name)s, for %(person)s", name=name, person=person)


def write_facts(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Who complains, with which authority, about whom; how the content was found, and where it is."""
    translate, party, reporter = context.translate, facts.party, facts.frame.reporter
    organisation = facts.frame.organisation
    found_on = format_day(facts.found_on, translate) if facts.found_on else ""
    rows = [
        (translate("Complainant"), name_complainant(context)),
        (translate("Authority to act"), describe_standing(context) or ""),
        (translate("Helped by"), organisation.name if organisation else ""),
        (translate("Country in which the person lives"), reporter.country_name or reporter.country or ""),
        (translate("Complaint about"), party.legal_name or party.name),
        (translate("Address"), ", ".join(party.address_lines)),
        (translate("Country of that organisation"), party.country or ""),
        (translate("Content found on"), found_on),
        (translate("Complaint made"), format_moment(context.local(facts.frame.written_at), translate)),
    ]
    blocks: list[Block] = [*_write_form(context, facts), _pairs(rows)]
    if facts.how_found:
        blocks.append(Heading(text=translate("How it was found"), level=2))
        blocks.append(Quote(paragraphs=split_paragraphs(facts.how_found)))
    if facts.content.explanation:
        own = context.voice(mark("In my own words"), mark("Statement of the one who complains"))
        blocks.append(Heading(text=own, level=2))
        blocks.append(Quote(paragraphs=split_paragraphs(facts.content.explanation)))
    if facts.links:
        blocks.append(Heading(text=translate("Links"), level=2))
        blocks.append(list_links(context, facts.links, is_bundle=True))
    return blocks


def _write_form(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """The fields of the authority's own form in its order, so that an officer finds each where it is looked for."""
    if not facts.form:
        return []
    translate = context.translate
    columns = (
        TableColumn(title=translate("Field of your form")),
        TableColumn(title=translate("Answer, or where it stands")),
    )
    open_field = translate("answered in the form itself")
    rows = tuple((translate(each.label), translate(each.value) if each.value else open_field) for each in facts.form)
    return [Heading(text=translate("In the order of your form"), level=2), Table(columns=columns, rows=rows)]


def write_chronology(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    columns = (
        TableColumn(title=translate("When"), cell=Cell.INSTANT),
        TableColumn(title=translate("What")),
        TableColumn(title=translate("Known from")),
        TableColumn(title=translate("Exhibit"), cell=Cell.NUMBER),
    )
    rows = tuple(
        (
            _format_when(context, row),
            "\n".join(part for part in (translate(row.what), row.about, row.detail) if part),
            translate(row.source),
            str(row.exhibit or ""),
        )
        for row in sorted(facts.chronology, key=lambda row: row.at)
    )
    return [Table(columns=columns, rows=rows)]


def _format_when(context: LetterContext, row: ChronologyRow) -> str:
    local = row.at.astimezone(ZoneInfo(row.zone)) if row.zone else context.local(row.at)
    return format_day(local.date(), context.translate) if row.is_day else format_moment(local, context.translate)


def write_laws(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Each law of this authority that was relied on, once: what it says, why it applies, and its periods."""
    blocks: list[Block] = []
    for regime_id in dict.fromkeys(basis.regime_id for basis in facts.bases):
        blocks.extend(_write_law(context, [basis for basis in facts.bases if basis.regime_id == regime_id]))
    return blocks


def _write_law(context: LetterContext, bases: list[BasisFact]) -> list[Block]:
    translate, basis = context.translate, bases[0]
    blocks: list[Block] = [
        Heading(text=translate(basis.name), level=2),
        Paragraph(text=translate(basis.citation), tone=Tone.SMALL),
        Paragraph(text=translate(basis.basis)),
    ]
    if ground := find_ground(basis.reason):
        reason = say_reason(ground, translate, to_body=True) if context.is_own else translate(ground)
        blocks.append(Paragraph(text=translate("Why it applies: %(reason)s", reason=reason)))
    elements = tuple(element for element in basis.elements if element.value)
    if elements:
        blocks += _list_elements(context, basis, elements)
    blocks += _list_periods(context, bases)
    return [*blocks, *_list_sources(context, basis)]


def _list_periods(context: LetterContext, bases: list[BasisFact]) -> list[Block]:
    translate = context.translate
    columns = (
        TableColumn(title=translate("Letter"), cell=Cell.SHORT),
        TableColumn(title=translate("What had to be done")),
        TableColumn(title=translate("What kind of period")),
        TableColumn(title=translate("End")),
        TableColumn(title=translate("State"), cell=Cell.SHORT),
    )
    rows = tuple(
        (
            basis.letter or "",
            translate(clock.label),
            translate(BINDINGS[clock.binding]),
            describe_due(clock, translate) if clock.due_at else translate("no number in the law"),
            describe_state(clock, translate),
        )
        for basis in bases
        for clock in basis.clocks
        if is_shown(clock)
    )
    title = Heading(text=translate("Periods under this law"), level=3)
    return [title, Table(columns=columns, rows=rows)] if rows else []


def _list_elements(context: LetterContext, basis: BasisFact, elements: Iterable[ElementFact]) -> list[Block]:
    translate = context.translate
    where = translate("In the letter sent") if basis.letter else translate("In this complaint")
    columns = (TableColumn(title=translate("The law asks for")), TableColumn(title=where))
    rows = tuple((_name_element(context, element), _tell_element(context, basis, element)) for element in elements)
    title = translate("What this law asks of a notice") if basis.letter else translate("What this law asks for")
    return [Heading(text=title, level=3), Table(columns=columns, rows=rows)]


def _tell_element(context: LetterContext, basis: BasisFact, element: ElementFact) -> str:
    value = element.value or ""
    return context.translate(value) if basis.letter else point_within_complaint(value, context.translate)


def _name_element(context: LetterContext, element: ElementFact) -> str:
    # Labels are written for the person's own pages ("your signature"); an officer reads what the element consists of.
    if not element.proofs:
        return context.translate(element.label)
    return ", ".join(context.translate(PROOFS[proof]) for proof in element.proofs)


def _list_sources(context: LetterContext, basis: BasisFact) -> list[Block]:
    translate = context.translate
    official = [source for source in basis.sources if source.official]
    if not official:
        return []  # the authority knows its law; what was looked for and not found is the portal's own affair
    items = tuple(
        translate("%(url)s (seen on %(day)s)", url=source.url, day=format_day(source.seen_on, translate))
        for source in official
    )
    return [
        Paragraph(text=translate("Official sources for this law:"), tone=Tone.SMALL, leads=True),
        Items(items=items),
    ]


def write_correspondence(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Every letter that left, with what shows it, and every answer. Letters are exhibits, not printed again."""
    if not facts.notices:
        return [Paragraph(text=context.translate("No letter was sent."))]
    translate = context.translate
    columns = (
        TableColumn(title=translate("Letter")),
        TableColumn(title=translate("Sent")),
        TableColumn(title=translate("Received")),
        TableColumn(title=translate("Their number")),
        TableColumn(title=translate("Exhibit"), cell=Cell.NUMBER),
    )
    rows = tuple(_sent_row(context, facts, sent) for sent in facts.notices)
    blocks: list[Block] = [
        Heading(text=translate("Letters that left"), level=2),
        Table(columns=columns, rows=rows),
    ]
    if not facts.answers:
        return [*blocks, Paragraph(text=translate("No answer was received."))]
    for answer in facts.answers:
        blocks.extend(_write_answer(context, answer))
    return blocks


def _sent_row(context: LetterContext, facts: ComplaintFacts, sent: SentFact) -> tuple[str, ...]:
    translate = context.translate
    what = translate(
        "%(kind)s %(reference)s to %(recipient)s",
        kind=translate(KINDS[sent.kind]),
        reference=sent.reference,
        recipient=sent.recipient,
    )
    if sent.sent_as is SentAs.OTHER:
        what = translate("%(what)s, in other words or by their form", what=what)
    at = format_moment(context.local(sent.sent_at), translate)
    how = translate("%(at)s, %(how)s", at=at, how=translate(CHANNELS[sent.channel]))
    is_later = sent.kind in LATER_LETTERS
    received = describe_later_proof(context, sent) if is_later else describe_received(context, facts, sent)
    return (what, how, received, sent.ticket or "", str(sent.exhibit or ""))


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
        (translate("Exhibit"), str(answer.exhibit or "")),
    ]
    blocks: list[Block] = [Heading(text=title, level=2), _pairs(rows)]
    if not answer.text:
        return blocks
    if answer.exhibit and len(answer.text) > LONGEST_QUOTE:
        return [*blocks, Paragraph(text=translate("Its text is long. It is in the exhibit."))]
    return [*blocks, Quote(paragraphs=split_paragraphs(answer.text))]


def write_clock_sheets(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """One sheet for each date that a law of this authority sets the organisation."""
    blocks: list[Block] = []
    shown = [(basis, clock) for basis in facts.bases for clock in basis.clocks if is_shown(clock)]
    for number, (basis, clock) in enumerate(shown, start=1):
        blocks.extend(write_sheet(context, number, facts.party.name, basis, clock))
    return blocks or [Paragraph(text=context.translate("No law of this complaint sets the organisation a date."))]


def write_exhibits(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    """Each exhibit with its file and digest; how to check them, the signature and the case's history."""
    return [*_list_exhibits(context, facts), *_explain_check(context, facts)]


def _list_exhibits(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    if not facts.exhibits:
        return [Paragraph(text=translate("There are no exhibits."))]
    columns = (
        TableColumn(title=translate("No."), cell=Cell.NUMBER),
        TableColumn(title=translate("What")),
        TableColumn(title=translate("Dated"), cell=Cell.INSTANT),
        TableColumn(title=translate("SHA-256"), cell=Cell.DIGEST),
    )
    return [Table(columns=columns, rows=tuple(_exhibit_row(context, exhibit) for exhibit in facts.exhibits))]


def _exhibit_row(context: LetterContext, exhibit: Exhibit) -> tuple[str, ...]:
    translate = context.translate
    size = translate.plural("%(count)s byte", "%(count)s bytes", exhibit.size)
    file = translate("%(name)s, %(size)s", name=exhibit.name, size=size) if exhibit.name else ""
    what = "\n".join(part for part in (exhibit.file_name, translate(exhibit.title), exhibit.about, file) if part)
    dated = format_moment(context.local(exhibit.dated_at), translate) if exhibit.dated_at else ""
    return (str(exhibit.number), what, dated, exhibit.digest or translate("left out of this redacted copy"))


def _explain_check(context: LetterContext, facts: ComplaintFacts) -> list[Block]:
    translate = context.translate
    blocks: list[Block] = [
        Heading(text=translate("How to check"), level=2),
        Paragraph(
            text=translate(
                "Save the files from this PDF, or take them from the ZIP that it came in. In the folder with "
                "SHA256SUMS, type:"
            ),
            leads=True,
        ),
        Items(items=tuple(translate(each) for each in _CHECKS)),
        Paragraph(
            text=translate(
                "The same facts are inside this PDF for machines, as case.json. A signature in this PDF is that "
                "of the portal that made it. It shows that nothing was changed since. It does not say that the facts "
                "are true."
            ),
            leads=True,  # what is below stays with it, so that the last page is never a line or two
        ),
    ]
    if facts.check_url:
        text = translate(
            "%(address)s does all of this for you, counts each date again, and keeps nothing.", address=facts.check_url
        )
        blocks.append(Paragraph(text=text, leads=bool(facts.history_digest)))
    if facts.history_digest:
        text = translate(
            "The case's history is a chain: each entry holds the SHA-256 of the one before. The newest entry when this "
            "file was made has the value below. The portal can say whether its chain still holds it: the page named "
            "above does, and so does the organisation on request."
        )
        title = translate("SHA-256 of the newest entry")
        blocks += [Paragraph(text=text, leads=True), Pairs(rows=((title, facts.history_digest),))]
    return blocks


def _pairs(rows: Iterable[tuple[str, str]]) -> Pairs:
    return Pairs(rows=tuple((name, value) for name, value in rows if value))
