"""A case on the desk: what is to do, the report as text, whose it is, its links, words and its whole history."""

from __future__ import annotations

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.domain.rights import Right
from portal.services.casefile import page, queue
from portal.services.cases import handover, messages
from portal.services.cases.case_work import OpenCase
from portal.services.cases.messages import BadText
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.requests import preparing
from portal.services.staff import lists as staff_service
from portal.services.tracking import answers
from portal.web.access import SignedInStaff
from portal.web.desk.forms.cases import AddLinksForm, CloseCaseForm, HandOverForm, WriteForm
from portal.web.desk.pages import (
    Answered,
    Page,
    attempt,
    go,
    list_problems,
    make_blueprint,
    note_taken,
    on_case,
    on_case_to_note,
    on_case_to_read,
    open_case,
    show_file,
    show_form,
    show_on_case,
)
from portal.web.frame import frame

bp = make_blueprint("desk_case", __name__, "/desk/cases/<reference>")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, opened: OpenCase) -> Page:
    view = page.case_view(frame().db, opened, now=frame().now, ports=frame().ports)
    return show_on_case("desk/case.html", member, opened, case=view)


@bp.get("/report")
@on_case_to_read
def report(member: SignedInStaff, opened: OpenCase) -> Page:
    view = page.case_view(frame().db, opened, now=frame().now, ports=frame().ports)
    return show_on_case("desk/report.html", member, opened, case=view, report=view.report)


@bp.get("/history")
@on_case_to_read
def history(member: SignedInStaff, opened: OpenCase) -> Page:
    return show_on_case("desk/history.html", member, opened, rows=page.history_rows(frame().db, opened))


@bp.post("/take")
@on_case
def take(member: SignedInStaff, opened: OpenCase) -> Response:
    queue.assign(frame().db, opened, member.staff.id, now=frame().now)
    flash(_("This case is yours now."))
    return go("desk_case.show", reference=opened.reference)


@bp.route("/hand-over", methods=["GET", "POST"])
@on_case
def hand_over(member: SignedInStaff, opened: OpenCase) -> Answered:
    form = HandOverForm()
    form.offer(staff_service.list_colleagues(frame().db, opened.case.team_id), opened.case.assignee_id)
    if form.validate_on_submit() and attempt(
        form, lambda: queue.assign(frame().db, opened, form.chosen, now=frame().now)
    ):
        return go("desk_case.show", reference=opened.reference)
    back = url_for("desk_case.show", reference=opened.reference)
    return show_form(member, opened, form, title=_("Hand the case over"), button=_("Hand over"), back=back)


@bp.route("/close", methods=["GET", "POST"])
@on_case
def close(member: SignedInStaff, opened: OpenCase) -> Answered:
    form, now, ports = CloseCaseForm(), frame().now, frame().ports
    if form.validate_on_submit() and attempt(
        form, lambda: handover.close(frame().db, opened, reason=form.reason.data, now=now, ports=ports)
    ):
        return go("desk_case.show", reference=opened.reference)
    back = url_for("desk_case.show", reference=opened.reference)
    days = frame().config.closed_days
    text = ngettext(
        "After %(num)d day a closed case is erased. Until then it can be opened again.",
        "After %(num)d days a closed case is erased. Until then it can be opened again.",
        days,
    )
    return show_form(member, opened, form, title=_("Close the case"), button=_("Close the case"), back=back, text=text)


@bp.post("/reopen")
@on_case
def reopen(member: SignedInStaff, opened: OpenCase) -> Response:
    handover.reopen(frame().db, opened, now=frame().now)
    return go("desk_case.show", reference=opened.reference)


@bp.post("/prepare")
@on_case
def prepare(member: SignedInStaff, opened: OpenCase) -> Response:
    preparing.group_links_into_requests(frame().db, opened, now=frame().now, ports=frame().ports)
    return go("desk_case.show", reference=opened.reference)


@bp.route("/links/add", methods=["GET", "POST"])
@on_case
def add_links(member: SignedInStaff, opened: OpenCase) -> Answered:
    form = AddLinksForm()
    if form.validate_on_submit():
        found = submission.add_items(frame().db, opened, form.links.data, now=frame().now, ports=frame().ports)
        return show_on_case("desk/links_added.html", member, opened, found=found)
    back = url_for("desk_case.show", reference=opened.reference)
    return show_form(member, opened, form, title=_("Add links"), button=_("Add links"), back=back)


@bp.post("/links/<int:number>/gone")
@on_case
def mark_gone(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    answers.mark_gone(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return go("desk_case.show", reference=opened.reference, _anchor=f"link-{number}")


@bp.post("/links/<int:number>/back")
@on_case
def mark_back(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    answers.mark_back(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return go("desk_case.show", reference=opened.reference, _anchor=f"link-{number}")


@bp.get("/letters/<int:number>-<any(full, redacted):form>.pdf")
@on_case_to_read
def letter(member: SignedInStaff, opened: OpenCase, number: int, form: str) -> Response:
    content = letters.take_letter(
        frame().db, opened, number, redacted=form == "redacted", now=frame().now, ports=frame().ports
    )
    note_taken(member, opened, "letter")
    return show_file(content, "application/pdf", f"{opened.reference}-{number}-{form}.pdf")


@bp.get("/messages")
@on_case_to_read
def talk(member: SignedInStaff, opened: OpenCase) -> Answered:
    if member.may(Right.WORK_ON_CASES):
        note_reading(member, opened)
    return show_messages(member, opened, message_form())


@bp.post("/messages")
@on_case
def write(member: SignedInStaff, opened: OpenCase) -> Answered:
    form = message_form()
    if form.validate() and attempt(
        form,
        lambda: messages.answer_person(frame().db, opened, form.text.data, now=frame().now, ports=frame().ports),
        BadText,
    ):
        return go("desk_case.talk", reference=opened.reference)
    return show_messages(member, opened, form)


@bp.route("/notes", methods=["GET", "POST"])
@on_case_to_note
def notes(member: SignedInStaff, opened: OpenCase) -> Answered:
    form = WriteForm(_("Note"))
    if form.validate_on_submit() and attempt(
        form, lambda: messages.add_note(frame().db, opened, form.text.data, now=frame().now), BadText
    ):
        return go("desk_case.notes", reference=opened.reference)
    return show_words(member, opened, "desk/notes.html", form, rows=messages.note_views(frame().db, opened))


def message_form() -> WriteForm:
    return WriteForm(_("Message to the person"))


def show_messages(member: SignedInStaff, opened: OpenCase, form: WriteForm) -> Page:
    return show_words(member, opened, "desk/messages.html", form, rows=messages.message_views(frame().db, opened))


def show_words(
    member: SignedInStaff, opened: OpenCase, template: str, form: WriteForm, *, rows: tuple[object, ...]
) -> Page:
    """What was written so far, and the form to write more."""
    status = 400 if form.is_submitted() else 200
    return show_on_case(template, member, opened, status=status, form=form, problems=list_problems(form), rows=rows)


def note_reading(member: SignedInStaff, opened: OpenCase) -> None:
    """The person sees that their message was read."""
    with frame().writing() as session:
        messages.mark_read(session, open_case(member, opened.reference, session), now=frame().now)
