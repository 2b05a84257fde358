"""Answers and notices as files: handing one in, taking it out again, removing it. Never the content itself."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.cases import documents
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.documents import (
    DocumentForm,
    describe_cleaned,
    describe_kind,
    describe_missing_words,
    describe_original,
    make_download,
)
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = PersonBlueprint("documents", __name__, place="/case/documents")


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _page(work, _form(work))


@bp.post("")
@case_holder
def add(work: CaseWork) -> ResponseReturnValue:
    form = _form(work)
    if documents.takes_documents(work) and form.validate():
        with refusals(form, at=form.file):
            documents.accept_document(work, form.command(), end_transaction=unit().end_transaction)
            flash(_("The file is saved."))
            return redirect(url_for("documents.show"), 303)
    return _page(work, form)


@bp.get("/<int:number>")
@case_holder
def read(work: CaseWork, number: int) -> Response:
    return make_download(documents.read_document(work, number))


@bp.get("/<int:number>/original")
@case_holder
def original(work: CaseWork, number: int) -> Response:
    return make_download(documents.read_original(work, number))


@bp.post("/<int:number>/remove")
@case_holder
def remove(work: CaseWork, number: int) -> ResponseReturnValue:
    documents.remove_document(work, number)
    flash(_("The file is removed."))
    return redirect(url_for("documents.show"), 303)


def _form(work: CaseWork) -> DocumentForm:
    return DocumentForm.of(documents.list_subjects(work), request.args.get("about", ""))


def _page(work: CaseWork, form: DocumentForm) -> ResponseReturnValue:
    return show_form(
        "person/case/documents.html",
        form,
        rows=documents.document_views(work),
        may_add=documents.takes_documents(work),
        zone=zone_of(work),
        describe_cleaned=describe_cleaned,
        describe_kind=describe_kind,
        describe_missing_words=describe_missing_words,
        describe_original=describe_original,
    )
