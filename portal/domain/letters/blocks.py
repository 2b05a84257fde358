"""The content of a letter as typed blocks: what stands in it and what each piece is. No HTML, no fonts, no measures.

A screen reader meets the blocks in this order, so each kind stands for one structure: a heading is a heading, a table
has header cells. Text is plain text; whoever sets it escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind

# Stands for something left out of a redacted twin. Always the same length, so that the length tells nothing.
BAR = "\u2588" * 6


class Translate(Protocol):
    """Puts an English sentence into the letter's language and fills its `%(name)s` places."""

    def __call__(self, message: str, /, **values: str) -> str: ...

    def plural(self, one: str, many: str, count: int, /) -> str:
        """The form for `count`, which fills the place `%(count)s`."""
        ...


class Tone(StrEnum):
    """How a paragraph is set apart."""

    PLAIN = "plain"
    STRONG = "strong"  # the sentence everything hangs on: the demand, the clock
    SMALL = "small"
    NOTE = "note"  # not part of the letter's argument: "not legal advice"


class Cell(StrEnum):
    """What a table's column holds; it decides how a cell wraps and how wide the column is."""

    TEXT = "text"
    SHORT = "short"  # a word or two, does not wrap if it can help it
    NUMBER = "number"
    PLACE = "place"  # a link: wraps anywhere, copied exactly
    DIGEST = "digest"
    INSTANT = "instant"
    GROUND = "ground"  # a short sentence beside a longer one


@dataclass(frozen=True, kw_only=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str
    level: int = 2
    anchor: str | None = None
    starts_page: bool = False
    on_paper: bool = False  # it speaks of the file or of its form, and is not part of the letter as plain text


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Tone = Tone.PLAIN
    leads: bool = False  # it introduces what follows and never stands alone at the foot of a page
    on_paper: bool = False  # as a heading's


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list; `is_ordered` where the order means something."""

    kind: ClassVar[str] = "items"
    items: tuple[str, ...]
    is_ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    title: str
    cell: Cell = Cell.TEXT


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under column headers; `caption` says what the table is. Every row has as many cells as there are columns."""

    kind: ClassVar[str] = "table"
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str | None = None
    is_form: bool = False  # cells to write in
    is_kept: bool = False  # it stays on one page, and with what follows it


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Name and value, one under the other: a data sheet. `is_boxed` is what a clerk reads first."""

    kind: ClassVar[str] = "pairs"
    rows: tuple[tuple[str, str], ...]
    is_boxed: bool = False


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Sender, recipient, date and subject: the top of a letter. The first line of each address is a name.

    Only a letter that `is_posted` has its recipient where the window of an envelope shows it.
    """

    kind: ClassVar[str] = "opening"
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    recipient_label: str
    dated: str
    marks: tuple[tuple[str, str], ...]  # "Our reference", ...
    subject: str
    is_posted: bool = False


@dataclass(frozen=True, kw_only=True)
class Closing:
    """The signature. `lines` name who signed, in which capacity, when and how they are reached."""

    kind: ClassVar[str] = "closing"
    farewell: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How a date came about, step by step."""

    kind: ClassVar[str] = "steps"
    rows: tuple[tuple[str, str], ...]
    titles: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Words of the person or of somebody else, reproduced as they are."""

    kind: ClassVar[str] = "quote"
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableOfContents:
    """A table of contents: anchor and title of each part. Page numbers come from the page setting."""

    kind: ClassVar[str] = "contents"
    title: str
    entries: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Items | Table | Pairs | Opening | Closing | Steps | Quote | TableOfContents


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LetterDocument:
    """One whole letter. `labels` are the few words the page itself needs, translated."""

    letter: LetterKind
    title: str  # of the file: neutral, without a name
    language: str
    direction: str  # "ltr" or "rtl"
    paper: Paper
    reference: str
    written_at: datetime
    is_redacted: bool
    letterhead: Letterhead | None
    blocks: tuple[Block, ...]
    page_label: str  # "Page %(page)s of %(pages)s" with the marks "{page}" and "{pages}" in it
    redacted_label: str
    note_label: str = ""  # "Note": stands before what has to be said of the file itself


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi", "dv", "sd", "ug"})


def direction_of(language: str) -> str:
    """Writing direction of a language by its first subtag."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def plain_text(document: LetterDocument) -> tuple[str, ...]:
    """The letter as paragraphs of plain text: for a form's field, for an e-mail, for the copy inside a bundle."""
    lines: list[str] = []
    for block in document.blocks:
        if not getattr(block, "on_paper", False):
            lines.extend(_LINES[block.kind](block))
    return tuple(line for line in lines if line)


def _opening_lines(block: Opening) -> tuple[str, ...]:
    marks = tuple(f"{name}: {value}" for name, value in block.marks)
    return ("\n".join(block.sender), "\n".join(block.recipient), block.dated, *marks, block.subject)


def _table_lines(block: Table) -> tuple[str, ...]:
    if block.is_form:
        return ()
    cells = [column.cell for column in block.columns]
    if cells == [Cell.NUMBER, Cell.PLACE]:
        return (block.caption or "", "\n".join(f"{number}. {place}" for number, place in block.rows))
    if cells == [Cell.NUMBER, Cell.TEXT, Cell.GROUND]:
        return ("\n".join(f"{number}. {text} ({ground})" for number, text, ground in block.rows),)
    titles = [column.title for column in block.columns]
    rows = [
        "; ".join(f"{title}: {cell}" for title, cell in zip(titles, row, strict=True) if cell) for row in block.rows
    ]
    return (block.caption or "", *rows)


def _item_lines(block: Items) -> list[str]:
    if block.is_ordered:
        return [f"{number}. {item}" for number, item in enumerate(block.items, start=1)]
    return [f"- {item}" for item in block.items]


_LINES: dict[str, Any] = {
    "heading": lambda block: (block.text,),
    "paragraph": lambda block: (block.text,),
    "items": lambda block: ("\n".join(_item_lines(block)),),
    "table": _table_lines,
    "pairs": lambda block: ("\n".join(f"{name}: {value}" for name, value in block.rows),),
    "opening": _opening_lines,
    "closing": lambda block: (block.farewell, "\n".join((block.name, *block.lines))),
    "steps": lambda block: tuple(f"{at}: {text}" for at, text in block.rows),
    "quote": lambda block: block.paragraphs,
    "contents": lambda block: (block.title, *(title for _, title in block.entries)),
}
