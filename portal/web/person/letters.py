"""Letters: making one, and reading what was made. A letter never changes once it is made."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.lifecycle import LetterKind, StepRefused
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import letters, printing
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.person.acting import zone_of
from portal.web.person.request import find, render_request

bp = Blueprint("letters", __name__)
OF_REQUESTS = frozenset({LetterKind.NOTICE, LetterKind.REMINDER, LetterKind.ERASURE})


@bp.get("/case/letters")
@case_holder
def show(work: CaseWork) -> str:
    rows = letters.letter_views(work)
    return render_template("person/case/letters.html", rows=rows, zone=zone_of(work))


@bp.post("/case/requests/<int:number>/letter/<kind>")
@case_holder
def make(work: CaseWork, number: int, kind: str) -> ResponseReturnValue:
    view = find(work, number)
    wanted = next((each for each in OF_REQUESTS if each.value == kind), None)
    if wanted is None:
        abort(404)
    try:
        letter_making.make_letter(work, wanted, number)
    except printing.LetterStopped as error:
        return render_request(work, view, problems=tuple(each.text for each in error.problems)), 400
    except StepRefused as error:
        return render_request(work, view, refused=str(error)), 400
    flash(_("The letter is ready. Read it before you send it."))
    return redirect(url_for("request.show", number=number, _anchor="letters"), 303)


@bp.get("/case/letters/<int:number>.pdf")
@case_holder
def read(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=False)


@bp.get("/case/letters/<int:number>-redacted.pdf")
@case_holder
def read_redacted(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=True)


def _answer_pdf(work: CaseWork, number: int, *, redacted: bool) -> Response:
    try:
        content = letters.read_letter(work, number, redacted=redacted)
    except UnknownNumber:
        abort(404)
    answer: Response = current_app.response_class(content, mimetype="application/pdf")
    name = f"letter-{number}-redacted.pdf" if redacted else f"letter-{number}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
