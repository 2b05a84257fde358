"""From a letter's content to its PDF: blocks -> HTML (Jinja, escaping, strict) -> WeasyPrint, tagged.

It takes seconds and holds Python's own lock, so the portal does it in a process apart (`press.py`).

Nothing is fetched: the style sheets are read here, the letter's HTML names no other file, and the fetcher refuses every
address. Style sheets and fonts are loaded once in a process. Same facts, same bytes: every date comes from the letter.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document as LaidOut
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from portal.adapters.papers.fonts import font_rules
from portal.adapters.papers.letter_content import Enclosure, Progress, Rendered, prepare_letter, report_nothing
from portal.adapters.papers.letter_json import encode_facts
from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE, encode_links, encode_notice
from portal.adapters.papers.text_layer import named_text
from portal.domain.letters.blocks import BAR, LetterDocument, Translate
from portal.domain.letters.facts import ComplaintFacts, ErasureFacts, LetterFacts, NoticeFacts
from portal.domain.lifecycle import LetterKind

ROOT = Path(__file__).parents[3]
STYLE_SHEET = ROOT / "static" / "css" / "letter.css"
TEMPLATES = ROOT / "templates" / "letters"

FACTS_FILE = "case.json"
LETTER_VARIANT = "pdf/ua-1"
BUNDLE_VARIANT = "pdf/a-3a"
FEWEST_LINES = 5  # on any page
MOST_SET_AGAIN = 12  # pages of a paper that is set again for the sake of one page


class LineDensity(StrEnum):
    """How close the lines of a paper are set."""

    PLAIN = "plain"
    CLOSE = "close"
    WIDE = "wide"


# WeasyPrint's messages can quote what stands in a letter; they must not reach a log.
logging.getLogger("weasyprint").propagate = False

# Pango's font maps are not made for use by several threads at a time, and rendering in threads is no faster.
_lock = threading.Lock()


class NothingIsFetched(URLFetcher):  # type: ignore[misc]
    """Refuses every address, and ends the rendering: no letter has anything to fetch."""

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        raise FatalURLFetchingError("a letter names a file to fetch")


def make_letter(
    facts: LetterFacts, translate: Translate, *, is_redacted: bool = False, progress: Progress | None = None
) -> Rendered:
    """The PDF of these facts, or of their redacted twin.

    A complaint carries its facts inside as `case.json`; a letter with links carries them as `links.txt`, a notice or an
    erasure request itself as `notice.json` too. A twin of such a letter carries nothing.
    `progress` is told a stage's name and the part done (0 to 1). Raises LetterRefused with every problem.
    """
    tell = progress or report_nothing
    tell("building", 0.0)
    document, shown = prepare_letter(facts, translate, is_redacted=is_redacted)
    enclosures = tuple(_enclose(document, shown, translate))
    return render_pdf(document, enclosures=enclosures, progress=progress)


def _enclose(document: LetterDocument, shown: LetterFacts, translate: Translate) -> Iterator[Enclosure]:
    """The files inside the PDF."""
    at = document.written_at
    if isinstance(shown, ComplaintFacts):
        yield Enclosure(FACTS_FILE, encode_facts(shown), at, translate("The facts of this letter, for machines"))
        return
    if document.is_redacted or not shown.links:
        return
    if isinstance(shown, NoticeFacts | ErasureFacts):
        yield Enclosure(NOTICE_FILE, encode_notice(shown, translate), at, "This notice, for machines")
    yield Enclosure(LINKS_FILE, encode_links(shown), at, "The links of this letter, one a line")


def render_pdf(
    document: LetterDocument, *, enclosures: tuple[Enclosure, ...] = (), progress: Progress | None = None
) -> Rendered:
    """The PDF of a document: PDF/UA-1 for letters, PDF/A-3a for a bundle; `enclosures` are the files inside."""
    tell = progress or report_nothing
    variant = BUNDLE_VARIANT if document.letter is LetterKind.COMPLAINT else LETTER_VARIANT
    with _lock:
        tell("laying out", 0.1)
        laid_out = _lay_out(document)
        tell("writing", 0.8)
        pdf = _write(laid_out, variant, enclosures)
    tell("done", 1.0)
    return Rendered(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=len(laid_out.pages))


def _lay_out(document: LetterDocument) -> LaidOut:
    """The pages. Where one of a short paper would hold a few lines alone, all is set a little closer, then wider."""
    found = [_set(document, LineDensity.PLAIN)]
    if len(found[0].pages) > MOST_SET_AGAIN or not _has_thin_page(found[0]):
        return found[0]
    for density in (LineDensity.CLOSE, LineDensity.WIDE):
        found.append(_set(document, density))
        if not _has_thin_page(found[-1]):
            return found[-1]
    return found[0]


def _set(document: LetterDocument, density: LineDensity) -> LaidOut:
    style, html = _load_style(), render_html(document, density)
    return HTML(string=html, url_fetcher=NothingIsFetched()).render(font_config=style.fonts, stylesheets=style.sheets)


def _has_thin_page(laid_out: LaidOut) -> bool:
    return any(_count_lines(page) < FEWEST_LINES for page in laid_out.pages)


def _count_lines(page: Page) -> int:
    """Lines of text on a page, without its foot."""
    parts = (part for part in page._page_box.children if not isinstance(part, boxes.MarginBox))
    return sum(isinstance(box, boxes.LineBox) for part in parts for box in part.descendants())


def _write(laid_out: LaidOut, variant: str, enclosures: tuple[Enclosure, ...]) -> bytes:
    with warnings.catch_warnings():
        # WeasyPrint leaves its colour profile's file for Python to close.
        warnings.filterwarnings("ignore", r"unclosed file .*\.icc", ResourceWarning)
        files = [_attach(enclosure) for enclosure in enclosures]
        with named_text():
            pdf: bytes = laid_out.write_pdf(pdf_variant=variant, attachments=files)
    return pdf


def render_html(document: LetterDocument, density: LineDensity = LineDensity.PLAIN) -> str:
    """The HTML a letter is printed from. It names no style sheet and no other file."""
    before, _, rest = document.page_label.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return (
        _environment()
        .get_template("letter.html")
        .render(
            document=document,
            density=density,
            written_at=document.written_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            page_words=(before, between, after),
        )
    )


def _attach(enclosure: Enclosure) -> Attachment:
    return Attachment(
        string=enclosure.data,
        name=enclosure.name,
        description=enclosure.description,
        relationship="Data",
        created=enclosure.made_at.astimezone(UTC),
        modified=enclosure.made_at.astimezone(UTC),
    )


@dataclass(frozen=True)
class _Style:
    fonts: FontConfiguration
    sheets: list[CSS]


@lru_cache(maxsize=1)
def _load_style() -> _Style:
    fonts = FontConfiguration()
    sources = (STYLE_SHEET.read_text("utf-8"), font_rules())
    return _Style(fonts, [CSS(string=text, font_config=fonts, url_fetcher=NothingIsFetched()) for text in sources])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["barred"] = show_bars
    environment.filters["direction"] = direction_of_text
    return environment


# A letter's reference, and a number with its unit: neither is broken over two lines.
_WHOLE = re.compile(r"\b(?:[0-9A-Z]{4}-[0-9A-Z]{4}-\d+|\d+ links?)\b")


def show_bars(text: str, label: str) -> Markup:
    """Escaped text; each bar becomes a black box that says `label`, and each line break stays one."""
    box = Markup('<span class="bar">{}</span>').format(label)
    kept = Markup("").join(
        Markup('<span class="whole">{}</span>').format(part) if _WHOLE.fullmatch(part) else escape(part)
        for part in _split_whole(text)
    )
    return kept.replace(BAR, box).replace("\n", Markup("<br>"))


def _split_whole(text: str) -> Iterator[str]:
    """The text in pieces: what stays on one line apart from what may be broken."""
    begins = 0
    for found in _WHOLE.finditer(text):
        yield text[begins : found.start()]
        yield found.group()
        begins = found.end()
    yield text[begins:]


def direction_of_text(text: str, otherwise: str) -> str:
    """Writing direction by the first letter that has one; numbers without letters, as in telephone numbers, go left to
    right in every script.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    for kind in kinds:
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr" if "EN" in kinds else otherwise
