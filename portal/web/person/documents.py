"""Answers and notices as files: handing one in, taking it out again, removing it. Never the content itself."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.casefile import page
from portal.services.cases import documents
from portal.services.cases.opening import UnknownNumber
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.documents import HandInForm, describe_cleaned, describe_kind, give_out, take_in
from portal.web.person.acting import try_to, zone_of

bp = Blueprint("documents", __name__, url_prefix="/case/documents")


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _page(work, _form(work))


@bp.post("")
@case_holder
def hand_in(work: CaseWork) -> ResponseReturnValue:
    form = _form(work)
    if not documents.takes_documents(work) or not form.validate():
        return _page(work, form), 400
    if refused := take_in(work, form.command()):
        return _page(work, form, refused=refused), 400
    flash(_("The file is kept."))
    return redirect(url_for("documents.show"), 303)


@bp.get("/<int:number>")
@case_holder
def read(work: CaseWork, number: int) -> Response:
    try:
        return give_out(documents.read_document(work, number))
    except UnknownNumber:
        abort(404)


@bp.post("/<int:number>/remove")
@case_holder
def remove(work: CaseWork, number: int) -> ResponseReturnValue:
    try_to(lambda: documents.remove_document(work, number))
    flash(_("The file is removed."))
    return redirect(url_for("documents.show"), 303)


def _form(work: CaseWork) -> HandInForm:
    view = page.case_view(work)
    return HandInForm.of(view, request.args.get("about", ""))


def _page(work: CaseWork, form: HandInForm, *, refused: str = "") -> str:
    problems = form.problems() + ([(form.file.id, refused)] if refused else [])
    return render_template(
        "person/case/documents.html",
        form=form,
        problems=problems,
        rows=documents.document_views(work),
        may_add=documents.takes_documents(work),
        zone=zone_of(work),
        describe_cleaned=describe_cleaned,
        describe_kind=describe_kind,
    )
