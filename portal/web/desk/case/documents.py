"""Answers and notices as files, on the desk: the same as on the person's side."""

from __future__ import annotations

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases import documents
from portal.services.cases.opening import UnknownNumber
from portal.services.letters.kept_letters import letter_views
from portal.services.letters.naming import name_letters
from portal.services.requests.escalation import read_escalated
from portal.services.requests.lookup import list_complaints
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.panes import show_beside
from portal.web.documents import (
    DocumentForm,
    describe_cleaned,
    describe_kind,
    describe_missing_words,
    describe_original,
    make_download,
)
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_documents", __name__, "/desk/cases/<reference>/documents")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return _page(member, work, _form(work))


@bp.post("")
@on_case
def add(member: SignedInStaff, work: CaseWork) -> Answered:
    form = _form(work)
    if documents.takes_documents(work) and form.validate():
        with refusals(form, at=form.file):
            documents.accept_document(work, form.command(), end_transaction=unit().end_transaction)
            flash(_("The file is kept."))
            return go("desk_documents.show", reference=work.reference)
    return _page(member, work, form)


@bp.get("/<int:number>")
@on_case_to_read
def read(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    try:
        return make_download(documents.read_document(work, number))
    except UnknownNumber:
        abort(404)


@bp.get("/<int:number>/original")
@on_case_to_read
def original(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    try:
        return make_download(documents.read_original(work, number))
    except UnknownNumber:
        abort(404)


@bp.post("/<int:number>/remove")
@on_case
def remove(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    documents.remove_document(work, number)
    flash(_("The file is removed."))
    return go("desk_documents.show", reference=work.reference)


def _form(work: CaseWork) -> DocumentForm:
    return DocumentForm.of(documents.list_subjects(work), request.args.get("about", ""))


def _page(member: SignedInStaff, work: CaseWork, form: DocumentForm) -> Page:
    escalated = read_escalated(work)
    named = name_letters(work, [each.dossier.request for each in escalated], list_complaints(work))
    return show_beside(
        "desk/documents.html",
        member,
        work,
        escalated=escalated,
        letters=letter_views(work),
        recipients={number: letter.recipient for number, letter in named.items()},
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        rows=documents.document_views(work),
        may_add=documents.takes_documents(work),
        describe_cleaned=describe_cleaned,
        describe_kind=describe_kind,
        describe_missing_words=describe_missing_words,
        describe_original=describe_original,
    )
