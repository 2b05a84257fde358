"""A whole letter, from the case's facts to both sealed files, against WeasyPrint alone on the same pages."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy.orm import Session
from weasyprint import CSS, HTML

from portal.adapters.fonts import font_rules
from portal.adapters.pdf import LETTER_VARIANT, STYLE_SHEET, render_html
from portal.adapters.translations import translator
from portal.db import make_engine, make_session_factory
from portal.domain.letters.build import build_letter
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import LetterKind
from portal.models.tables import metadata
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.bench.table import Row, compare_times
from tests.services.factories import NOW, make_case, make_ports

LINKS = "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, 21))
PAIRS = 15


def rows() -> list[Row]:
    """Both forms of a notice with 20 links, made and kept, in pairs with the same two pages set by WeasyPrint alone."""
    with TemporaryDirectory() as folder:
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        with make_session_factory(engine)() as session:
            opened = make_case(session, ports, links=LINKS)
            whole, bare = measure(session, opened, ports)
        engine.dispose()
    return [compare_times("letter, both forms, made and kept", whole, bare, at_most=1.0)]


def measure(session: Session, opened: CaseWork, ports: Ports) -> tuple[float, float]:
    """The medians of both, in seconds; taken in turns, so that a busy machine slows both alike."""
    pages = list_pages(session, opened, ports)
    set_bare(pages)
    whole, bare = [], []
    for _ in range(PAIRS):
        whole.append(time_whole(session, opened, ports))
        started = perf_counter()
        set_bare(pages)
        bare.append(perf_counter() - started)
    return statistics.median(whole), statistics.median(bare)


def time_whole(session: Session, opened: CaseWork, ports: Ports) -> float:
    started = perf_counter()
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    session.commit()
    return perf_counter() - started


def list_pages(session: Session, opened: CaseWork, ports: Ports) -> list[str]:
    """The HTML of both forms, as the portal writes it."""
    facts = letters.order_letter(opened.at(NOW), LetterKind.NOTICE, 1).facts
    translate = translator(facts.frame.language)
    return [render_html(build_letter(each, translate)) for each in (facts, redacted(facts))]


def set_bare(pages: list[str]) -> None:
    """What a program does that calls WeasyPrint for each letter: same style, same variant, nothing shared."""
    for page in pages:
        sheets = [CSS(string=text) for text in (STYLE_SHEET.read_text("utf-8"), font_rules())]
        HTML(string=page).write_pdf(stylesheets=sheets, pdf_variant=LETTER_VARIANT)
