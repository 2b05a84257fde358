"""The child process that sets a yearly report into pages. Started by `report_pages.py`; it ends when that is done.

It has no setting, no key and no database. Input: a `ReportPages` in JSON. Output: the PDF.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import msgspec

from portal.adapters.papers.pdf import render_pdf
from portal.adapters.papers.report_pages import ReportPages, Section
from portal.domain.letters.blocks import (
    Block,
    Cell,
    Heading,
    LetterDocument,
    Letterhead,
    Paragraph,
    Table,
    TableColumn,
    Tone,
    direction_of,
)
from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind


def main() -> None:
    """What cannot be set ends the process without an answer."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library writes into the answer
    pages = msgspec.json.decode(sys.stdin.buffer.read(), type=ReportPages)
    out.write(render_pdf(make_document(pages)).pdf)
    out.close()


def make_document(pages: ReportPages) -> LetterDocument:
    """The report in the blocks that letters are made of, and set as a notice is."""
    return LetterDocument(
        letter=LetterKind.NOTICE,
        title=pages.title,
        language=pages.language,
        direction=direction_of(pages.language),
        paper=Paper(pages.paper),
        reference="",
        written_at=pages.written_at,
        is_redacted=False,
        letterhead=Letterhead(name=pages.house[0], lines=pages.house[1:]),
        blocks=tuple(_list_blocks(pages)),
        page_label=pages.page_label,
        redacted_label="",
    )


def _list_blocks(pages: ReportPages) -> Iterator[Block]:
    yield Heading(text=pages.title, level=1)
    if pages.mark:
        yield Paragraph(text=pages.mark, tone=Tone.STRONG)
    for section in pages.sections:
        yield Heading(text=section.heading)
        yield from (Paragraph(text=text) for text in section.paragraphs)
        if section.columns:
            yield _make_table(section)


def _make_table(section: Section) -> Table:
    numbers = (TableColumn(title=title, cell=Cell.NUMBER) for title in section.columns[1:])
    return Table(
        columns=(TableColumn(title=section.columns[0], cell=Cell.TEXT), *numbers),
        rows=section.rows,
        caption=section.caption or None,
    )


if __name__ == "__main__":
    main()
