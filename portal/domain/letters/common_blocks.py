"""What every kind of letter has: the opening, the list of places, the signature, and the finished document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from portal.domain.letters.blocks import (
    Block,
    Cell,
    Closing,
    Heading,
    Items,
    LetterDocument,
    Letterhead,
    Opening,
    Paragraph,
    Table,
    TableColumn,
    Tone,
    Translate,
    direction_of,
)
from portal.domain.letters.facts import LetterHeader, LinkFact, SenderOrganisation
from portal.domain.letters.phrases import PLACES, SENT_BY, format_day, format_moment, mark
from portal.domain.letters.texts import change_texts
from portal.domain.lifecycle import Filer, LetterKind, SendingChannel


@dataclass(frozen=True, kw_only=True)
class LetterContext:
    """What every builder writes with: the letter's header and its language."""

    header: LetterHeader
    translate: Translate

    @property
    def is_own(self) -> bool:
        """Whether the person writes about themselves."""
        return self.header.reporter.role is Filer.SELF

    def voice(self, own: str, other: str, **values: str) -> str:
        """One of two whole sentences, by who writes."""
        return self.translate(own if self.is_own else other, **values)

    def local(self, at: datetime) -> datetime:
        """The instant in the sender's zone."""
        return at.astimezone(ZoneInfo(self.header.zone))


def open_letter(context: LetterContext, subject: str) -> Opening:
    frame, translate = context.header, context.translate
    recipient = frame.recipient
    service = translate("for its service %(service)s", service=recipient.service) if recipient.service else ""
    lines = (recipient.name, service, recipient.department or "", *recipient.address_lines, recipient.contact or "")
    return Opening(
        sender=_sender_lines(context),
        recipient=tuple(line for line in lines if line),
        recipient_label=translate(SENT_BY[recipient.channel]),
        dated=format_day(context.local(frame.written_at).date(), translate),
        marks=((translate("Our reference"), frame.reference),),
        subject=subject,
        is_posted=recipient.channel is SendingChannel.POST,
    )


# A table of this many links leaves no room for the reply form below it.
_LONG = 6


def write_requests(context: LetterContext, asks: Iterable[str]) -> list[Block]:
    """What is asked, numbered, in sentences of the letter's language."""
    lead = context.translate("I ask you to do the following:")
    return [Paragraph(text=lead, tone=Tone.STRONG, leads=True), Items(items=tuple(asks), is_ordered=True)]


def write_annexes(context: LetterContext, links: Iterable[LinkFact]) -> list[Block]:
    """Annex A with every link, one a line, and the form on which the recipient answers for each, at the end.

    Where there are few links both stand together, and on a page of their own only where they do not fit below the rest.
    """
    translate, listed = context.translate, tuple(links)
    is_long = len(listed) > _LONG
    blocks: list[Block] = [
        Heading(text=translate("Annex A: the links"), starts_page=is_long),
        *_say_files(context),
        replace(list_links(context, listed), is_kept=not is_long),
        Heading(text=translate("Reply form"), starts_page=is_long, on_paper=True),
        Paragraph(text=_describe_reply_form(context, listed), leads=True, on_paper=True),
    ]
    columns = (
        TableColumn(title=translate("Link"), cell=Cell.NUMBER),
        TableColumn(title=translate("Removed on (day and time)")),
        TableColumn(title=translate("Left up, for this reason")),
    )
    shown = listed[:MOST_ROWS]
    return [*blocks, Table(columns=columns, rows=tuple((str(link.number), "", "") for link in shown), is_form=True)]


def _say_files(context: LetterContext) -> list[Block]:
    if context.header.is_redacted:  # no file stands in a twin
        return []
    text = context.translate("The file links.txt inside this PDF holds them too, one a line.")
    return [Paragraph(text=text, leads=True, on_paper=True)]


MOST_ROWS = 24  # what fits on one page with room to write


def _describe_reply_form(context: LetterContext, links: tuple[LinkFact, ...]) -> str:
    translate = context.translate
    sentences = [
        translate("To answer for each link, fill in this form or name the numbers of Annex A in your answer."),
        translate("Our reference: %(reference)s.", reference=context.header.reference),
        _describe_reply(context),
        *filter(None, [_describe_answer_page(context)]),
    ]
    if len(links) > MOST_ROWS:
        sentences.insert(1, translate("For the links after these, add lines of the same kind."))
    return " ".join(sentences)


def _sender_lines(context: LetterContext) -> tuple[str, ...]:
    reporter, translate = context.header.reporter, context.translate
    lines = [reporter.name or translate("Name withheld")]
    if reporter.acts_for:
        lines.append(translate("for %(person)s", person=reporter.acts_for))
    lines += reporter.address_lines
    lines += [line for line in (reporter.email, reporter.phone) if line]
    return tuple(lines)


def list_links(context: LetterContext, links: Iterable[LinkFact], *, is_bundle: bool = False) -> Table:
    """The numbered places. In a bundle also the platform and what became of each."""
    translate = context.translate
    columns = [
        TableColumn(title=translate("No."), cell=Cell.NUMBER),
        TableColumn(title=translate("Link"), cell=Cell.PLACE),
    ]
    if is_bundle:
        columns.insert(1, TableColumn(title=translate("Platform"), cell=Cell.SHORT))
        columns.append(TableColumn(title=translate("State"), cell=Cell.SHORT))
    rows = []
    for link in links:
        row = [str(link.number), link.url or link.description or ""]
        if is_bundle:
            row.insert(1, link.platform)
            row.append(_describe_place(context, link))
        rows.append(tuple(row))
    return Table(columns=tuple(columns), rows=tuple(rows))


def _describe_place(context: LetterContext, link: LinkFact) -> str:
    state = context.translate(PLACES[link.state])
    if link.state_at is None:
        return state
    return context.translate(
        "%(state)s, %(at)s", state=state, at=format_day(context.local(link.state_at).date(), context.translate)
    )


_SIGNED = mark("Signed electronically on %(when)s")
_SIGNED_EARLIER = mark("My statements were signed electronically on %(when)s, before this letter was written.")
_SIGNED_THERE = mark("The statements in my first letter were signed electronically on %(when)s.")


def close_letter(context: LetterContext, *, states: bool = True, wants_answer: bool = True) -> Closing:
    """The name, and what stands under it. `states`: the statements that were signed stand in this letter; else they
    stand in the one it is about. `wants_answer`: not of an authority, which need not answer whoever complains.
    """
    frame, translate = context.header, context.translate
    reporter, signature = frame.reporter, frame.signature
    lines = []
    if signature:
        signed = _SIGNED_EARLIER if states else _SIGNED_THERE
        if signature.is_for_letter:
            signed = _SIGNED
        lines.append(translate(signed, when=format_moment(context.local(signature.signed_at), translate)))
        if signature.is_mandated:
            lines.append(_describe_mandated(context))
    if reporter.is_pseudonym:
        lines.append(translate("This name is a pseudonym."))
    if reporter.country:
        lines.append(_describe_home(context, reporter.country_name or reporter.country))
    lines.append(_describe_reply(context) if wants_answer else _describe_contact(context))
    if context.header.answer_page:
        lead = mark("You can also confirm receipt and answer for each link on this page, without an account:")
        lines += [translate(lead), context.header.answer_page]
    name = signature.name if signature else reporter.name or translate("Name withheld")
    return Closing(farewell=translate("Yours faithfully"), name=name, lines=tuple(lines))


def _describe_mandated(context: LetterContext) -> str:
    """For whom a member of the team signs."""
    organisation = context.header.organisation
    person = context.header.reporter.name or context.translate("the person concerned")
    if organisation is None:
        return context.translate("As representative of %(person)s.", person=person)
    return context.translate(
        "For %(organisation)s, as representative of %(person)s.", organisation=organisation.name, person=person
    )


def _describe_home(context: LetterContext, country: str) -> str:
    if context.header.reporter.role is Filer.PARENT:
        return context.translate("The child lives in %(country)s.", country=country)
    return context.voice(
        mark("I live in %(country)s."), mark("The person I act for lives in %(country)s."), country=country
    )


def reply_address(context: LetterContext) -> str:
    """Where an answer goes to, for a line of its own."""
    reporter, organisation = context.header.reporter, context.header.organisation
    found = reporter.email or (organisation.email if organisation else None) or reporter.phone
    return found or context.translate("in the way this letter reached you")


def _describe_reply(context: LetterContext) -> str:
    reporter, organisation = context.header.reporter, context.header.organisation
    address = reporter.email or (organisation.email if organisation else None)
    if address:
        return context.translate("Please answer to %(address)s.", address=address)
    if reporter.phone:
        return context.translate("Please answer by telephone: %(phone)s.", phone=reporter.phone)
    if reporter.address_lines:
        return context.translate("Please answer by post to the address above.")
    return context.translate("Please answer in the way this letter reached you.")


def _describe_contact(context: LetterContext) -> str:
    """How the one who writes can be reached, for whoever wants to."""
    reporter, organisation = context.header.reporter, context.header.organisation
    if address := reporter.email or (organisation.email if organisation else None) or reporter.phone:
        return context.translate("I can be reached at %(address)s.", address=address)
    return _describe_reply(context)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """A text of several lines as paragraphs; empty lines are dropped, anything else never."""
    # Not `splitlines`: it would drop control characters that have to be shown.
    lines = (line.strip(" \t") for line in text.replace("\r\n", "\n").split("\n"))
    return tuple(line for line in lines if line)


def note_redaction(context: LetterContext) -> list[Block]:
    """The line that opens a redacted twin."""
    if not context.header.is_redacted:
        return []
    text = context.translate(
        "Redacted copy. What could identify the person is blacked out. The full letter has the same reference."
    )
    return [Paragraph(text=text, tone=Tone.NOTE)]


def finish(context: LetterContext, kind: LetterKind, blocks: Iterable[Block]) -> LetterDocument:
    """The whole letter, with every character that cannot be seen made visible."""
    frame, translate = context.header, context.translate
    page = translate("Page %(page)s of %(pages)s", page="{page}", pages="{pages}")
    return change_texts(
        LetterDocument(
            letter=kind,
            title=translate("Letter %(reference)s", reference=frame.reference),
            language=frame.language,
            direction=direction_of(frame.language),
            paper=frame.paper,
            reference=frame.reference,
            written_at=frame.written_at,
            is_redacted=frame.is_redacted,
            letterhead=_letterhead(frame.organisation),
            blocks=tuple(blocks),
            page_label=page,
            redacted_label=translate("redacted"),
            note_label=translate(
                "Signs that no installed font can draw stand by their names in square brackets. The files inside this "
                "PDF hold them as they were written."
            ),
        ),
        lambda _, text: show_hidden(text),
    )


def _letterhead(organisation: SenderOrganisation | None) -> Letterhead | None:
    if organisation is None:
        return None
    contact = [part for part in (organisation.phone, organisation.email, organisation.website) if part]
    address = ", ".join(organisation.address_lines)
    lines = tuple(line for line in (address, " · ".join(contact)) if line)
    return Letterhead(name=organisation.name, lines=lines)


# Marks that turn the direction of what follows, and control characters: invisible, and able to make a link look like
# another one. The marks that only join letters or set a direction for a moment stay: scripts need them.
_HIDDEN = frozenset([*range(0x00, 0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF]) | frozenset(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF]
)
_SHOWN = {code: f"[U+{code:04X}]" for code in _HIDDEN}


def show_hidden(text: str) -> str:
    """The text with each hidden control character named, so that nothing is dropped and nothing is disguised."""
    return text.replace("\r\n", "\n").replace("\t", " ").translate(_SHOWN)


def _describe_answer_page(context: LetterContext) -> str:
    """Where they can answer for each link on a page, without an account; empty where there is none."""
    if not context.header.answer_page:
        return ""
    return context.translate("Or answer on this page: %(page)s", page=context.header.answer_page)
