"""Answers and notices as files, on the desk: the same as on the person's side."""

from __future__ import annotations

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.services.casefile import page
from portal.services.cases import documents
from portal.services.cases.case_work import OpenCase
from portal.services.cases.opening import UnknownNumber
from portal.web.access import SignedInStaff
from portal.web.desk.pages import Answered, Page, go, make_blueprint, on_case, on_case_to_read, show_on_case
from portal.web.documents import HandInForm, give_out, take_in, tell_cleaned, tell_kind
from portal.web.frame import frame

bp = make_blueprint("desk_documents", __name__, "/desk/cases/<reference>/documents")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, opened: OpenCase) -> Page:
    return _page(member, opened, _form(opened))


@bp.post("")
@on_case
def hand_in(member: SignedInStaff, opened: OpenCase) -> Answered:
    form = _form(opened)
    if not documents.takes_documents(opened) or not form.validate():
        return _page(member, opened, form, status=400)
    if refused := take_in(opened, form.command()):
        return _page(member, opened, form, status=400, refused=refused)
    flash(_("The file is kept."))
    return go("desk_documents.show", reference=opened.reference)


@bp.get("/<int:number>")
@on_case_to_read
def read(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    try:
        return give_out(documents.read_document(frame().db, opened, number, ports=frame().ports))
    except UnknownNumber:
        abort(404)


@bp.post("/<int:number>/remove")
@on_case
def remove(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    documents.remove_document(frame().db, opened, number, now=frame().now, ports=frame().ports)
    flash(_("The file is removed."))
    return go("desk_documents.show", reference=opened.reference)


def _form(opened: OpenCase) -> HandInForm:
    view = page.case_view(frame().db, opened, now=frame().now, ports=frame().ports)
    return HandInForm.of(view, request.args.get("about", ""))


def _page(member: SignedInStaff, opened: OpenCase, form: HandInForm, *, status: int = 200, refused: str = "") -> Page:
    return show_on_case(
        "desk/documents.html",
        member,
        opened,
        status=status,
        form=form,
        problems=form.problems() + ([(form.file.id, refused)] if refused else []),
        rows=documents.document_views(frame().db, opened),
        may_add=documents.takes_documents(opened),
        tell_cleaned=tell_cleaned,
        tell_kind=tell_kind,
    )
