"""Everything of a case to take along: a page to read, the letters, and the same data for machines, in one ZIP."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from portal.domain.letters import phrases
from portal.domain.lifecycle import History
from portal.domain.wording import format_value
from portal.services.casefile.export_data import SCHEMA_NAME, ExportedCase, export_data, schema
from portal.services.casefile.page import case_view
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.clocks.agreement import list_breaks
from portal.services.clocks.views import ClockView
from portal.services.history.events import NewEvent
from portal.services.letters import letters
from portal.services.letters.views import LetterView
from portal.services.requests.views import ItemView
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork

STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "td,th{text-align:start;padding:.2rem .6rem .2rem 0;vertical-align:top;overflow-wrap:anywhere}"
)


class FolderEntry(str):
    """The name of a file in the archive, which the page links to."""


def export_case(work: CaseWork) -> bytes:
    """A ZIP with `case.html`, `case.json` and its schema, and every letter in both forms. It is written down."""
    work.record(NewEvent(kind=History.EXPORTED, at=work.now))
    shown = case_view(work)
    shown = replace(shown, unfit=tuple(str(each) for each in list_breaks(work)))
    view = export_data(work, shown)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        files = documents.document_views(work)
        archive.writestr(_entry("case.html", work.now), write_page(view, files))
        archive.writestr(_entry("case.json", work.now), write_json(view))
        archive.writestr(_entry(SCHEMA_NAME, work.now), json.dumps(schema(), indent=1, sort_keys=True))
        for letter in view.letters:
            for is_redacted in (False, True):
                content = letters.read_letter(work, letter.number, redacted=is_redacted)
                archive.writestr(_entry(_letter_name(letter, is_redacted=is_redacted), letter.made_at), content)
        _add_documents(work, archive, files)
    return stream.getvalue()


def _add_documents(work: CaseWork, archive: zipfile.ZipFile, views: Sequence[DocumentView]) -> None:
    """The files that were handed in, and a list with their digests and what was taken out of them."""
    for view in views:
        file = documents.read_document(work, view.number)
        archive.writestr(_entry(_document_name(view), view.handed_in_at), file.content)
        if view.original:
            original = documents.read_original(work, view.number)
            archive.writestr(_entry(f"documents/{original.name}", view.handed_in_at), original.content)
    if views:
        text = json.dumps(msgspec.to_builtins(views), ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(_entry("documents/list.json", views[-1].handed_in_at), text)


def write_json(view: ExportedCase) -> str:
    """The whole view as JSON: instants in ISO 8601, words of our vocabularies as their values."""
    plain: Any = msgspec.to_builtins(view)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)


def write_page(view: ExportedCase, files: Sequence[DocumentView]) -> str:
    """One page that needs nothing else: no script, no picture; its links lead to the files beside it alone."""
    parts = [
        f"<h1>Case {_text(view.reference)}</h1>",
        *_warn(view),
        _pairs(_list_report(view)),
        "<h2>Places</h2>",
        _table(("Number", "Place", "Platform", "State"), [_item_row(item) for item in view.items]),
        *(part for request in view.requests for part in _write_request(request)),
        "<h2>Complaints</h2>",
        _table(
            ("Number", "To", "State"),
            [(each.number, each.regulator_name, _plain(each.state)) for each in view.complaints],
        ),
        "<h2>Messages</h2>",
        _table(("When", "Who", "Text"), [(each.sent_at, each.author, each.text) for each in view.messages]),
        *_write_permissions(view),
        *_write_papers(view, files),
        *_write_keeping(view),
    ]
    head = f'<meta charset="utf-8"><title>Case</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="{_text(view.language)}"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _write_permissions(view: ExportedCase) -> list[str]:
    return [
        "<h2>What you allowed</h2>",
        _table(
            ("To", "Allowed", "Taken back"),
            [(each.recipient, each.given_at, each.withdrawn_at) for each in view.consents],
        ),
        "<h2>Authority to act</h2>",
        _table(
            ("Written down", "Who and how", "Last day"),
            [(each.created_at, each.authority, each.ends_on) for each in view.mandates],
        ),
    ]


def _write_papers(view: ExportedCase, files: Sequence[DocumentView]) -> list[str]:
    return [
        "<h2>Letters</h2>",
        _table(
            ("Number", "Kind", "Made", "File", "Without names", "SHA-256"),
            [_letter_row(each) for each in view.letters],
        ),
        "<h2>Files added</h2>",
        _table(
            ("Number", "What it is", "When", "File", "SHA-256"),
            [
                (each.number, each.label, each.handed_in_at, FolderEntry(_document_name(each)), each.digest)
                for each in files
            ],
        ),
    ]


def _write_keeping(view: ExportedCase) -> list[str]:
    return [
        "<h2>Your ways in and out</h2>",
        _pairs(
            (
                ("E-mail from us to", view.mail_address),
                ("What the team asks you for new words", view.check_question),
                ("Held until", view.hold.ends_on if view.hold and view.hold.is_confirmed else None),
                ("Kept until", view.retention_until),
            )
        ),
        "<h2>What happened</h2>",
        _table(("When", "What"), [(row.at, row.text) for row in view.history]),
        "<h2>The chain of events</h2>",
        _table(("Number", "When", "Digest"), [(each.sequence, each.at, each.digest) for each in view.chain]),
    ]


def _warn(view: ExportedCase) -> list[str]:
    """What stands first where something of the case is not as it was written."""
    if not view.unfit:
        return []
    said = "Something about this case was changed in a way that the portal did not do. Do not rely on dates and states."
    return [f"<p><strong>{said}</strong></p>", _table(("What does not fit",), [(each,) for each in view.unfit])]


def _list_report(view: ExportedCase) -> Iterable[tuple[str, object]]:
    """Every answer that was given, under the name of its question."""
    hidden = {"links", "places", "rejected", "visited", "team_id"}
    for name, value in msgspec.to_builtins(view.report).items():
        if name not in hidden and value not in (None, "", []):
            yield name.replace("_", " "), value


def _write_request(request: RequestView) -> list[str]:
    rows = [
        ("State", _plain(request.state)),
        ("Sent", request.sent_at),
        ("Received", request.received_at),
        ("Their number", request.ticket),
        ("Laws", "; ".join(basis.citation for basis in request.bases)),
    ]
    clocks = [_clock_row(clock) for clock in request.clocks]
    answers = [(answer.at, phrases.ANSWERS[answer.answer], answer.text) for answer in request.answers]
    return [
        f"<h2>Request {request.number}: {_text(request.platform_name)}</h2>",
        _pairs(rows),
        _table(("Who and what", "Kind", "State", "Until", "Why this date"), clocks),
        _table(("When", "Answer", "Words"), answers),
    ]


def _clock_row(clock: ClockView) -> tuple[object, ...]:
    until = clock.due_at or clock.standard or ""
    why = "\n".join(f"{step.at}: {step.text}" for step in clock.steps)
    what = f"{_plain(clock.owed_by)}: {clock.label}"
    return what, phrases.BINDINGS[clock.binding], phrases.STATES[clock.state], until, why


def _letter_row(letter: LetterView) -> tuple[object, ...]:
    whole, without = (FolderEntry(_letter_name(letter, is_redacted=is_redacted)) for is_redacted in (False, True))
    return letter.number, phrases.KINDS[letter.kind], letter.made_at, whole, without, letter.digest


def _item_row(item: ItemView) -> tuple[object, ...]:
    return item.number, item.url or item.description, item.platform_name, phrases.PLACES[item.state]


def _letter_name(letter: LetterView, *, is_redacted: bool) -> str:
    return f"letters/{letter.number}-{letter.kind}{'-redacted' if is_redacted else ''}.pdf"


def _document_name(file: DocumentView) -> str:
    return f"documents/{documents.name_file(file.number, file.kind)}"


def _plain(word: StrEnum) -> str:
    return word.value.replace("_", " ")


def _pairs(rows: Iterable[tuple[str, object]]) -> str:
    return _rows([f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows if value])


def _table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th>{_text(title)}</th>" for title in titles)
    body = ["".join(f"<td>{_text(cell)}</td>" for cell in row) for row in rows]
    return _rows([f"<tr>{head}</tr>", *(f"<tr>{cells}</tr>" for cells in body)])


def _rows(rows: Sequence[str]) -> str:
    return f"<table>{''.join(rows)}</table>"


def _text(value: object) -> str:
    """Escaped text; instants in words, line breaks kept, a file as a link to it."""
    if isinstance(value, FolderEntry):
        return f'<a href="{html.escape(value)}">{html.escape(value)}</a>'
    shown = format_value(value) if isinstance(value, datetime) else str("" if value is None else value)
    return html.escape(shown).replace("\n", "<br>")


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, at.timetuple()[:6])
