"""A yearly report as a document: sections of words and tables, and its PDF, set in a process of its own.

Setting takes seconds in which Python's lock is held, so it is done by a child, as letters are. A report is made a few
times a year: its child is started for it and ends with it. Nothing about a person is in it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from portal.adapters.child_process import ask_child

CHILD = "portal.adapters.papers.report_child"
SECONDS = 120.0
LARGEST = 20_000_000  # bytes
PDF = b"%PDF-"


class NotSet(RuntimeError):
    """The report could not be set into pages. The message has nothing of its words."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, paragraphs, and a table where `columns` are named; every row has a cell for each of them."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    caption: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class ReportPages(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. `house` is the organisation's name and address, `mark` what stands above the title."""

    title: str
    mark: str
    language: str
    paper: str
    house: tuple[str, ...]
    written_at: datetime
    sections: tuple[Section, ...]
    page_label: str  # "Page {page} of {pages}"


def make_pdf(pages: ReportPages) -> bytes:
    """The PDF (PDF/UA-1). Raises NotSet."""
    made = ask_child(CHILD, msgspec.json.encode(pages), seconds=SECONDS, most=LARGEST)
    if not made.startswith(PDF):
        raise NotSet("the child that sets reports gave no PDF")
    return made
