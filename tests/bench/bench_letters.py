"""Whole letters, from the facts to both sealed files, and a long bundle, against WeasyPrint alone on the same pages."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy.orm import Session
from weasyprint import CSS, HTML, Attachment

from portal.adapters.papers.fonts import font_rules
from portal.adapters.papers.letter_json import encode_facts
from portal.adapters.papers.pdf import (
    BUNDLE_VARIANT,
    FACTS_FILE,
    LETTER_VARIANT,
    STYLE_SHEET,
    make_letter,
    render_html,
)
from portal.adapters.translations import translator
from portal.db import make_engine, make_session_factory
from portal.domain.letters.build import build_letter
from portal.domain.letters.phrases import English
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import LetterKind
from portal.models.tables import metadata
from portal.services.letters import letters
from portal.services.work import CaseWork
from tests.bench.table import Row, compare_times
from tests.letters.samples import long_complaint
from tests.services.factories import NOW, make_case, make_ports

FEW, MANY = 20, 300
PAIRS, FEW_PAIRS, BUNDLE_PAIRS = 9, 3, 2  # what takes seconds is measured less often


def rows() -> list[Row]:
    """Both forms of a notice, made and kept, in pairs with the same two pages set by WeasyPrint alone; the same of a
    bundle of more than sixty pages, as a file.
    """
    few = compare_letters(FEW, PAIRS)
    many = compare_letters(MANY, FEW_PAIRS)
    bundle = measure(set_bundle, set_bare_bundle, BUNDLE_PAIRS)
    return [
        compare_times("letter, both forms, made and kept", *few, at_most=1.0),
        compare_times(f"letter with {MANY} links, both forms, made and kept", *many, at_most=1.15),
        compare_times("bundle of more than 60 pages", *bundle, at_most=1.15),
    ]


def compare_letters(links: int, pairs: int) -> tuple[float, float]:
    """The medians of both, for a notice with so many links, in seconds."""
    with TemporaryDirectory() as folder:
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        with make_session_factory(engine)() as session:
            opened = make_case(session, ports, links=list_links(links))
            pages = list_pages(opened)
            found = measure(lambda: make_whole(session, opened), lambda: set_bare(pages), pairs)
        engine.dispose()
    return found


def list_links(count: int) -> str:
    return "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, count + 1))


def measure(ours: Callable[[], object], bare: Callable[[], object], pairs: int) -> tuple[float, float]:
    """The medians of both, in seconds; taken in turns, so that a busy machine slows both alike."""
    for run in (ours, bare):  # fonts are read, and the process that prints is there
        run()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(pairs):
        for taken, run in zip(times, (ours, bare), strict=True):
            started = perf_counter()
            run()
            taken.append(perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def make_whole(session: Session, opened: CaseWork) -> None:
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    session.commit()


def list_pages(opened: CaseWork) -> list[str]:
    """The HTML of both forms, as the portal writes it."""
    facts = letters.order_letter(opened.at(NOW), LetterKind.NOTICE, 1).facts
    translate = translator(facts.frame.language)
    return [render_html(build_letter(each, translate)) for each in (facts, redacted(facts))]


def set_bundle() -> None:
    make_letter(long_complaint(), English())


def set_bare_bundle() -> None:
    facts = long_complaint()
    inside = Attachment(string=encode_facts(facts), name=FACTS_FILE, relationship="Data")
    page = render_html(build_letter(facts, English()))
    HTML(string=page).write_pdf(stylesheets=load_sheets(), pdf_variant=BUNDLE_VARIANT, attachments=[inside])


def set_bare(pages: list[str]) -> None:
    """What a program does that calls WeasyPrint for each letter: same style, same variant, nothing shared."""
    for page in pages:
        HTML(string=page).write_pdf(stylesheets=load_sheets(), pdf_variant=LETTER_VARIANT)


def load_sheets() -> list[CSS]:
    return [CSS(string=text) for text in (STYLE_SHEET.read_text("utf-8"), font_rules())]
