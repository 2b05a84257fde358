"""Letters: making one, and reading what was made. A letter never changes once it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.domain.quotas import Counted
from portal.services.complaints.reading import list_lines
from portal.services.letters import address_sheets, collecting, cover_sheets, kept_letters, letters
from portal.services.letters.further import NO_WORDS, FurtherWords
from portal.services.letters.views import LetterView
from portal.services.requests import statements
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.statement_views import LettersToState, letters_to_state
from portal.services.tracking import later_letters
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.forms.further import FurtherForm, kind_of_topic
from portal.web.forms.later_letters import LetterSentForm
from portal.web.forms.statements import StatementsForm
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.phrases import name_complaint
from portal.web.person.requests.page import find, show_request
from portal.web.refusals import describe_refusal, refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("letters", __name__)
OF_REQUESTS = frozenset({LetterKind.NOTICE, LetterKind.REMINDER, LetterKind.ERASURE, LetterKind.COPYRIGHT})


@bp.get("/case/letters")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _show_all(work, PlainForm(formdata=None))


@bp.get("/case/requests/<int:number>/letter/<letter:kind>")
@case_holder
def confirm(work: CaseWork, number: int, kind: str) -> ResponseReturnValue:
    """What the letter states, all on one page, before it is made."""
    view = find(work, number)
    if kind != view.kind.value:
        return redirect(url_for("request.show", number=number, _anchor="letters"), 303)
    to_state = letters_to_state(work, number)
    return _show_confirm(view, to_state, StatementsForm.of(reader_of(work), to_state))


@bp.post("/case/requests/<int:number>/letter/<letter:kind>")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def make(work: CaseWork, number: int, kind: str) -> ResponseReturnValue:
    view = find(work, number)
    wanted = next((each for each in OF_REQUESTS if each.value == kind), None)
    if wanted is None:
        abort(404)
    if wanted is LetterKind.REMINDER:
        form = PlainForm(formdata=None)
        with refusals(form):
            return _make(work, wanted, number)
        return show_request(work, view, form)
    to_state = letters_to_state(work, number)
    stated = StatementsForm.of(reader_of(work), to_state)
    if stated.validate():
        with refusals(stated):
            if stated.is_stated:
                hold_case(work)
                statements.state(work, stated.command(number))
            if stated.is_stated and "say" in request.form:
                flash(_("Saved, with today’s date. Your team can make the letter now."))
                return redirect(url_for("request.show", number=number), 303)
            return _make(work, wanted, number)
    return _show_confirm(view, to_state, stated)


@bp.get("/case/requests/<int:number>/further/<topic:topic>")
@case_holder
def ask_further(work: CaseWork, number: int, topic: str) -> ResponseReturnValue:
    """What a letter after the first one needs besides: own words, or the company that it goes to."""
    view = find(work, number)
    kind = kind_of_topic(view, topic)
    if kind is None:
        return _tell_unfit(number)
    return _show_further(view, FurtherForm.of(reader_of(work), kind, topic), topic)


@bp.post("/case/requests/<int:number>/further/<topic:topic>")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def make_further(work: CaseWork, number: int, topic: str) -> ResponseReturnValue:
    view = find(work, number)
    kind = kind_of_topic(view, topic)
    if kind is None:
        return _tell_unfit(number)
    form = FurtherForm.of(reader_of(work), kind, topic)
    if form.validate():
        with refusals(form):
            return _make(work, kind, number, words=form.words())
    return _show_further(view, form, topic)


def _tell_unfit(number: int) -> ResponseReturnValue:
    flash(_("This letter does not fit any more. Look at what is open now."))
    return redirect(url_for("request.show", number=number, _anchor="letters"), 303)


def _show_further(view: RequestView, form: FurtherForm, topic: str) -> ResponseReturnValue:
    return show_form("person/request/further_letter.html", form, req=view, topic=form.topic, topic_word=topic)


@bp.post("/case/letters/<int:number>/discard")
@case_holder
def discard(work: CaseWork, number: int) -> ResponseReturnValue:
    """A letter that never left is put aside."""
    form = PlainForm(formdata=None)
    with refusals(form):
        letters.discard_letter(work, number)
        flash(_("We put the letter aside. It was not sent."))
        return redirect(url_for("letters.show"), 303)
    return _show_all(work, form)


@bp.get("/case/letters/<int:letter_number>/sent")
@case_holder
def ask_sent(work: CaseWork, letter_number: int) -> ResponseReturnValue:
    letter, form = (
        later_letters.later_letter(work, letter_number),
        LetterSentForm(reader_of(work), data={"at": unit().now}),
    )
    form.offer(letter, later_letters.find_door(work, letter_number))
    return show_form("person/case/letter_sent.html", form, letter=letter)


@bp.post("/case/letters/<int:letter_number>/sent")
@case_holder
@locks_late
def record_sent(work: CaseWork, letter_number: int) -> ResponseReturnValue:
    """That a letter after the first one has left, or a paper of a threat."""
    letter, form = later_letters.later_letter(work, letter_number), LetterSentForm(reader_of(work))
    form.offer(letter, None)
    if form.validate():
        with refusals(form):
            hold_case(work)
            later_letters.record_letter_sent(work, letter_number, form.command())
            flash(_("Saved. An authority will see that you sent it."))
            return back_to_letter(letter)
    return show_form("person/case/letter_sent.html", form, letter=letter)


def back_to_letter(letter: LetterView) -> ResponseReturnValue:
    if letter.request_number is None:
        return redirect(url_for("letters.show"), 303)
    return redirect(url_for("request.show", number=letter.request_number, _anchor="letters"), 303)


def _make(work: CaseWork, kind: LetterKind, number: int, *, words: FurtherWords = NO_WORDS) -> ResponseReturnValue:
    letter_making.make_letter(work, kind, number, words=words)
    flash(_("The letter is ready. Read it before you send it."))
    return redirect(url_for("request.show", number=number, _anchor="letters"), 303)


def _show_confirm(view: RequestView, to_state: LettersToState, form: StatementsForm) -> ResponseReturnValue:
    return show_form("person/request/confirm.html", form, req=view, to_state=to_state)


@bp.get("/case/letters/<int:number>/notes")
@case_holder
def notes(work: CaseWork, number: int) -> str:
    """What the one who sends a letter should know, and its recipient should not read."""
    sheet = cover_sheets.read_cover_sheet(work, number)
    return render_template("person/case/letter_notes.html", sheet=sheet, zone=zone_of(work))


@bp.get("/case/letters/<int:number>/address")
@case_holder
def address_sheet(work: CaseWork, number: int) -> ResponseReturnValue:
    """The postal address, to print for the window of an envelope."""
    try:
        sheet = address_sheets.read_address_sheet(work, number)
    except StepRefused as refused:
        flash(describe_refusal(refused)[0])
        return redirect(url_for("letters.show"), 303)
    return render_template("person/case/address_sheet.html", sheet=sheet)


@bp.get("/case/letters/<int:number>.pdf")
@case_holder
def read(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=False)


@bp.get("/case/letters/<int:number>-redacted.pdf")
@case_holder
def read_redacted(work: CaseWork, number: int) -> Response:
    return _answer_pdf(work, number, redacted=True)


@bp.get("/case/letters/<int:number>/notice.json")
@case_holder
def read_notice(work: CaseWork, number: int) -> Response:
    return _answer_file(
        collecting.read_enclosed(work, number, NOTICE_FILE), "application/json", f"letter-{number}-{NOTICE_FILE}"
    )


@bp.get("/case/letters/<int:number>/links.txt")
@case_holder
def read_links(work: CaseWork, number: int) -> Response:
    return _answer_file(
        collecting.read_enclosed(work, number, LINKS_FILE), "text/plain", f"letter-{number}-{LINKS_FILE}"
    )


@bp.get("/case/letters.zip")
@case_holder
def read_archive(work: CaseWork) -> ResponseReturnValue:
    return _answer_all(work, collecting.write_archive, "application/zip", "letters.zip")


@bp.get("/case/letters.pdf")
@case_holder
def read_volume(work: CaseWork) -> ResponseReturnValue:
    return _answer_all(work, collecting.write_volume, "application/pdf", "letters.pdf")


def _answer_all(work: CaseWork, write: Callable[[CaseWork], bytes], mimetype: str, name: str) -> ResponseReturnValue:
    """All letters as one file; where there is none, or the records disagree, the page that says so."""
    form = PlainForm(formdata=None)
    with refusals(form):
        return _answer_file(write(work), mimetype, name)
    return _show_all(work, form)


def _show_all(work: CaseWork, form: PlainForm) -> ResponseReturnValue:
    """All letters, each with the name of whom it goes to."""
    rows = kept_letters.letter_views(work)
    platforms: Mapping[int | None, str] = {dossier.number: dossier.name for dossier in read_dossiers(work)}
    bodies: Mapping[int | None, str] = {line.number: name_complaint(line) for line in list_lines(work)}
    names = {row.number: platforms.get(row.request_number) or bodies.get(row.complaint_number) or "" for row in rows}
    return show_form("person/case/letters.html", form, rows=rows, names=names, zone=zone_of(work))


def _answer_pdf(work: CaseWork, number: int, *, redacted: bool) -> Response:
    content = kept_letters.read_letter(work, number, redacted=redacted)
    name = f"letter-{number}-redacted.pdf" if redacted else f"letter-{number}.pdf"
    return _answer_file(content, "application/pdf", name)


def _answer_file(content: bytes, mimetype: str, name: str) -> Response:
    answer: Response = current_app.response_class(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
