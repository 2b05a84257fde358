"""Letters: making one, and reading what was made. A letter never changes once it is made."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.lifecycle import LetterKind
from portal.domain.quotas import Counted
from portal.services.letters import letters
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import zone_of
from portal.web.person.request import find, show_request
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late

bp = PersonBlueprint("letters", __name__)
OF_REQUESTS = frozenset(
    {LetterKind.NOTICE, LetterKind.REMINDER, LetterKind.ERASURE, LetterKind.FOLLOW_UP, LetterKind.SUPPLIER}
)


@bp.get("/case/letters")
@case_holder
def show(work: CaseWork) -> str:
    rows = letters.letter_views(work)
    return render_template("person/case/letters.html", rows=rows, zone=zone_of(work))


@bp.post("/case/requests/<int:number>/letter/<letter:kind>")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def make(work: CaseWork, number: int, kind: str) -> ResponseReturnValue:
    view = find(work, number)
    wanted = next((each for each in OF_REQUESTS if each.value == kind), None)
    if wanted is None:
        abort(404)
    form = PlainForm(formdata=None)
    with refusals(form):
        letter_making.make_letter(work, wanted, number, topic=request.form.get("topic", ""))
        flash(_("The letter is ready. Read it before you send it."))
        return redirect(url_for("request.show", number=number, _anchor="letters"), 303)
    return show_request(work, view, form)


@bp.get("/case/letters/<int:number>.pdf")
@case_holder
def read(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=False)


@bp.get("/case/letters/<int:number>-redacted.pdf")
@case_holder
def read_redacted(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=True)


def _answer_pdf(work: CaseWork, number: int, *, redacted: bool) -> Response:
    content = letters.read_letter(work, number, redacted=redacted)
    answer: Response = current_app.response_class(content, mimetype="application/pdf")
    name = f"letter-{number}-redacted.pdf" if redacted else f"letter-{number}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
