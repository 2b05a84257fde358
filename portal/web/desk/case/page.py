"""A case on the desk: what is to do, the report as text, whose it is, its links, words and its whole history."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE
from portal.domain.approvals import Approvable
from portal.domain.lifecycle import CaseStatus
from portal.domain.rights import Right
from portal.models.snippets import SnippetUse
from portal.services.casefile import member_handover, page
from portal.services.casefile.closing import list_open_ends
from portal.services.casefile.overview import ShownParts, read_overview
from portal.services.casefile.queue import listing as queue
from portal.services.casefile.thread import read_beside
from portal.services.casefile.timeline import TimelineKind, read_timeline
from portal.services.cases import approvals, finding, handover, messages
from portal.services.intake import case_links
from portal.services.intake.drafts import LINK_LIMIT
from portal.services.letters import collecting, cover_sheets, kept_letters
from portal.services.requests import preparing
from portal.services.requests.escalation import read_escalated
from portal.services.staff import lists as staff_service
from portal.services.tracking import answers
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case.approvals import name_step
from portal.web.desk.case.closing import describe_ends
from portal.web.desk.case.tasks import is_settled, list_tasks
from portal.web.desk.case_access import on_case, on_case_to_note, on_case_to_read, open_case
from portal.web.desk.forms.cases import CloseForm, HandOverForm, NoteForm, WriteForm
from portal.web.desk.pages import (
    LINKS_A_PAGE,
    Answered,
    Page,
    asked_page,
    go,
    note_export,
    read_number,
    show_file,
    show_form,
    show_on_case,
    staff_reader,
)
from portal.web.desk.panes import show_beside
from portal.web.desk.requests import bulk
from portal.web.desk.step_up import confirmed
from portal.web.desk.team.exposure import warn_of_load
from portal.web.desk.team.snippets import list_offered, put_in
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.forms.links import AddLinksForm
from portal.web.helplines import lines_of_children
from portal.web.link_adding import add_pasted
from portal.web.refusals import refusals
from portal.web.staff_settings import desk_zone
from portal.web.unit_of_work import locks_late, unit

_ENCLOSED = {"notice": (NOTICE_FILE, "application/json"), "links": (LINKS_FILE, "text/plain")}

bp = make_blueprint("desk_case", __name__, "/desk/cases/<reference>")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    parts = ShownParts(
        requests=asked_page("requests"),
        items=asked_page(),
        items_a_page=LINKS_A_PAGE,
        platform=request.args.get("platform", ""),
        link=read_number(request.args.get("link", "")),
    )
    escalated = read_escalated(work)
    view = read_overview(work, parts, escalated)
    may_change = member.may(Right.WORK_ON_CASES) and work.case.status is CaseStatus.OPEN
    return show_beside(
        "desk/case.html",
        member,
        work,
        lines=view.requests,
        case=view,
        tasks=list_tasks(view.requests.rows),
        settled=is_settled(view.requests.rows),
        together=bulk.choices_for(work, [each.dossier for each in escalated]) if may_change else {},
        shared=finding.list_shared(work),
        linked=case_links.list_linked(work),
        posters=case_links.list_posters(work),
        looks=approvals.list_approvals(work),
        name_step=name_step,
        handed=member_handover.read_handover(work),
        hotlines=lines_of_children(work.ports.registry.regulators, work.report.country),
        address=lambda page: url_for(
            "desk_case.show", reference=work.reference, platform=view.unfolded, page=page, _anchor="links"
        ),
        requests_address=lambda page: url_for("desk_case.show", reference=work.reference, requests=page),
    )


@bp.get("/report")
@on_case_to_read
def report(member: SignedInStaff, work: CaseWork) -> Page:
    return show_beside("desk/report.html", member, work, consents=page.list_consents(work), report=work.report)


@bp.get("/history")
@on_case_to_read
def history(member: SignedInStaff, work: CaseWork) -> Page:
    kind = TimelineKind(asked) if (asked := request.args.get("kind", "")) in set(TimelineKind) else None
    number = read_number(request.args.get("request", ""))
    found = read_timeline(work, kind=kind, request_number=number, zone=desk_zone(), page=asked_page())
    is_thread, escalated = kind is TimelineKind.THREAD, read_escalated(work)
    rows = [row for day in found.rows for row in day.rows]
    return show_beside(
        "desk/history.html",
        member,
        work,
        escalated=escalated,
        is_thread=is_thread,
        beside=read_beside(work, rows, (each.dossier for each in escalated)) if is_thread else {},
        days=found,
        kind=kind,
        kinds=tuple(TimelineKind),
        number=number,
        at=number,
        address=lambda page: url_for(
            "desk_case.history", reference=work.reference, kind=asked, request=number, page=page
        ),
    )


@bp.post("/take")
@on_case
def take(member: SignedInStaff, work: CaseWork) -> Response:
    queue.assign(work, member.staff.id)
    flash(_("This case is yours now."))
    warn_of_load(work)
    return go("desk_case.show", reference=work.reference)


@bp.route("/hand-over", methods=["GET", "POST"])
@on_case
def hand_over(member: SignedInStaff, work: CaseWork) -> Answered:
    form = HandOverForm()
    form.offer(staff_service.list_colleagues(unit().db, work.case.team_id), work.case.assignee_id)
    if form.validate_on_submit():
        with refusals(form):
            require_fresh(work)
            if form.chosen is None:
                queue.assign(work, None)
            elif form.chosen != work.case.assignee_id:
                member_handover.hand_over(work, form.chosen, reason=form.why, note=form.note.data or "")
                warn_of_load(work)
            return go("desk_case.show", reference=work.reference)
    back = url_for("desk_case.show", reference=work.reference)
    return show_form(
        member, work, form, title=_("Hand the case over"), button=_("Hand over"), back=back, made_from=read_stamp(work)
    )


@bp.route("/close", methods=["GET", "POST"])
@on_case
def close(member: SignedInStaff, work: CaseWork) -> Answered:
    ends = list_open_ends(work)
    form = CloseForm(is_settled=not ends)
    if form.validate_on_submit():
        with refusals(form):
            require_fresh(work)
            handover.close(work, reason=form.chosen, note=form.note.data)
            return go("desk_case.show", reference=work.reference)
    back = url_for("desk_case.show", reference=work.reference)
    days = unit().config.closed_days
    text = ngettext(
        "After %(num)d day a closed case is erased. Until then it can be opened again.",
        "After %(num)d days a closed case is erased. Until then it can be opened again.",
        days,
    )
    return show_form(
        member,
        work,
        form,
        title=_("Close the case"),
        button=_("Close the case"),
        back=back,
        text=text,
        facts=describe_ends(ends),
        made_from=read_stamp(work),
        waits=approvals.list_waiting(work, Approvable.CLOSING, [0]).get(0, ""),
    )


@bp.post("/reopen")
@on_case
def reopen(member: SignedInStaff, work: CaseWork) -> Response:
    handover.reopen(work)
    return go("desk_case.show", reference=work.reference)


@bp.post("/prepare")
@on_case
def prepare(member: SignedInStaff, work: CaseWork) -> Response:
    preparing.group_links_into_requests(work)
    return go("desk_case.show", reference=work.reference)


@bp.route("/links/add", methods=["GET", "POST"])
@on_case
@locks_late
def add_links(member: SignedInStaff, work: CaseWork) -> Answered:
    form = AddLinksForm(staff_reader())
    if form.validate_on_submit():
        with refusals(form):
            found = add_pasted(work, form.pasted.data)
            return show_on_case("desk/links_added.html", member, work, found=found, most=LINK_LIMIT)
    back = url_for("desk_case.show", reference=work.reference)
    return show_form(member, work, form, title=_("Add links"), button=_("Add links"), back=back)


@bp.post("/links/<int:number>/gone")
@on_case
def mark_gone(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    answers.mark_gone(work, number)
    return go("desk_case.show", reference=work.reference, link=number, _anchor=f"link-{number}")


@bp.post("/links/<int:number>/back")
@on_case
def mark_back(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    answers.mark_back(work, number)
    return go("desk_case.show", reference=work.reference, link=number, _anchor=f"link-{number}")


@bp.get("/letters/<int:number>-<any(full, redacted):form>.pdf")
@on_case_to_read
def letter(member: SignedInStaff, work: CaseWork, number: int, form: str) -> Response:
    content = kept_letters.take_letter(work, number, redacted=form == "redacted")
    note_export(member, work, "letter")
    return show_file(content, "application/pdf", f"{work.reference}-{number}-{form}.pdf")


@bp.get("/letters/<int:number>/<any(notice, links):part>")
@on_case_to_read
def enclosed(member: SignedInStaff, work: CaseWork, number: int, part: str) -> Response:
    name, mimetype = _ENCLOSED[part]
    content = collecting.read_enclosed(work, number, name, for_team=True)
    note_export(member, work, "letter")
    return show_file(content, mimetype, f"{work.reference}-{number}-{name}")


@bp.get("/letters/<int:number>/notes")
@on_case_to_read
def letter_notes(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    return show_on_case(
        "desk/request/letter_notes.html", member, work, sheet=cover_sheets.read_cover_sheet(work, number)
    )


@bp.get("/letters.<any(zip, pdf):packing>")
@on_case_to_read
@confirmed
def all_letters(member: SignedInStaff, work: CaseWork, packing: str) -> Response:
    content = collecting.write_archive(work) if packing == "zip" else collecting.write_volume(work)
    note_export(member, work, "letter")
    return show_file(content, f"application/{packing}", f"{work.reference}-letters.{packing}")


@bp.get("/messages")
@on_case_to_read
def talk(member: SignedInStaff, work: CaseWork) -> Answered:
    if member.may(Right.WORK_ON_CASES):
        note_reading(member, work)
    return show_messages(member, work, message_form())


@bp.post("/messages")
@on_case
def write(member: SignedInStaff, work: CaseWork) -> Answered:
    form = message_form()
    if put_in(form.text, member, work, SnippetUse.MESSAGE):
        return show_messages(member, work, form)
    if form.validate():
        with refusals(form):
            messages.answer_person(work, form.text.data)
            return go("desk_case.talk", reference=work.reference)
    return show_messages(member, work, form)


@bp.route("/notes", methods=["GET", "POST"])
@on_case_to_note
def notes(member: SignedInStaff, work: CaseWork) -> Answered:
    form = NoteForm(_("Note"))
    if not put_in(form.text, member, work, SnippetUse.NOTE) and form.validate_on_submit():
        with refusals(form):
            messages.add_note(work, form.text.data, is_private=bool(form.is_private.data))
            return go("desk_case.notes", reference=work.reference)
    return show_words(member, work, SnippetUse.NOTE, form, rows=messages.note_views(work))


def message_form() -> WriteForm:
    return WriteForm(_("Message to the person"))


def show_messages(member: SignedInStaff, work: CaseWork, form: WriteForm) -> Page:
    return show_words(member, work, SnippetUse.MESSAGE, form, rows=messages.message_views(work))


def show_words(
    member: SignedInStaff, work: CaseWork, use: SnippetUse, form: WriteForm, *, rows: tuple[object, ...]
) -> Page:
    """What was written so far, and the form to write more."""
    template = {SnippetUse.MESSAGE: "desk/messages.html", SnippetUse.NOTE: "desk/notes.html"}[use]
    problems, offered = form.problems(), list_offered(work, use)
    status = 400 if problems else 200
    return show_beside(template, member, work, status=status, form=form, problems=problems, rows=rows, snippets=offered)


def note_reading(member: SignedInStaff, work: CaseWork) -> None:
    """The person sees that their message was read."""
    with unit().writing() as session:
        messages.mark_read(open_case(member, work.reference, session))
