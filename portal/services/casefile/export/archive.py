"""Everything of a case to take along: a page to read, the letters, and the same data for machines, in one ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from portal.domain.lifecycle import History
from portal.services.casefile.export.data import SCHEMA_NAME, ExportedCase, export_data, schema
from portal.services.casefile.export.page import CasePage, name_document, name_letter
from portal.services.casefile.page import case_view
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.clocks.agreement import list_breaks
from portal.services.history.events import NewEvent
from portal.services.inbox import case_mail
from portal.services.law.local_days import person_zone
from portal.services.letters import kept_letters
from portal.services.tracking import link_answers
from portal.services.work import CaseWork


def export_case(work: CaseWork) -> bytes:
    """A ZIP with `case.html`, `case.json` and its schema, and every letter in both forms. It is written down."""
    work.record(NewEvent(kind=History.EXPORTED, at=work.now))
    shown = case_view(work)
    shown = replace(shown, unfit=tuple(str(each) for each in list_breaks(work)))
    view = export_data(work, shown)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        files = documents.document_views(work)
        page = CasePage(view, files, person_zone(view.report, work.ports.config))
        archive.writestr(_entry("case.html", work.now), page.write())
        archive.writestr(_entry("case.json", work.now), write_json(view))
        archive.writestr(_entry(SCHEMA_NAME, work.now), json.dumps(schema(), indent=1, sort_keys=True))
        for letter in view.letters:
            for is_redacted in (False, True):
                content = kept_letters.read_letter(work, letter.number, redacted=is_redacted)
                archive.writestr(_entry(name_letter(letter, is_redacted=is_redacted), letter.made_at), content)
        _add_documents(work, archive, files)
        _add_mail(work, archive)
        _add_link_answers(work, archive)
    return stream.getvalue()


def _add_documents(work: CaseWork, archive: zipfile.ZipFile, views: Sequence[DocumentView]) -> None:
    """The files that were handed in, and a list with their digests and what was taken out of them."""
    for view in views:
        file = documents.read_document(work, view.number)
        archive.writestr(_entry(name_document(view), view.handed_in_at), file.content)
        if view.original:
            original = documents.read_original(work, view.number)
            archive.writestr(_entry(f"documents/{original.name}", view.handed_in_at), original.content)
    if views:
        text = json.dumps(msgspec.to_builtins(views), ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(_entry("documents/list.json", views[-1].handed_in_at), text)


def _add_mail(work: CaseWork, archive: zipfile.ZipFile) -> None:
    """Mail that came in: its words where somebody read it, and that it waits where nobody has."""
    if mails := case_mail.list_mails(work):
        text = json.dumps(msgspec.to_builtins(mails), ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(_entry("mail/list.json", mails[0].received_at), text)


def _add_link_answers(work: CaseWork, archive: zipfile.ZipFile) -> None:
    """What was said over the links in the letters, also what waits and what was put aside."""
    if said := link_answers.list_answers(work):
        text = json.dumps(msgspec.to_builtins(said), ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(_entry("link-answers/list.json", said[0].received_at), text)


def write_json(view: ExportedCase) -> str:
    """The whole view as JSON: instants in ISO 8601, words of our vocabularies as their values."""
    plain: Any = msgspec.to_builtins(view)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, at.timetuple()[:6])
