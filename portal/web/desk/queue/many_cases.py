"""One thing in many cases, from the queue: what will happen in each, done once, and what came of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid4

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.models.jobs import JobState
from portal.services.casefile.bulk import many_cases
from portal.services.casefile.bulk.actions import MOST
from portal.services.casefile.bulk.many_cases import MOST_CASES, CaseAction, CaseOutlook, CasesCommand
from portal.services.casefile.queue.listing import list_references
from portal.services.cases.tags import list_tags
from portal.services.staff import lists as staff_service
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import open_case
from portal.web.desk.forms.many_cases import AssignAllForm, CloseAllForm, FollowUpAllForm, TagAllForm, make_form
from portal.web.desk.pages import Answered, Page, go, note_export, show, show_file
from portal.web.desk.queue.page import read_choice, read_columns, write_asked
from portal.web.desk.requests.bulk import read_ticket
from portal.web.desk.step_up import confirmed
from portal.web.desk.team.exposure import warn_of_load
from portal.web.fields import PageForm
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_many", __name__, "/desk/together")
ACTIONS = ", ".join(CaseAction)
_TICKET = re.compile(r"ticket-([A-Z0-9]{4}-[A-Z0-9]{4})-([0-9]{1,3})-text")
# What usually follows, in the same cases.
_NEXT = {
    CaseAction.LETTERS: (CaseAction.MAIL, CaseAction.SENT),
    CaseAction.CHECK: (CaseAction.MAIL, CaseAction.SENT),
    CaseAction.REMIND: (CaseAction.MAIL_LATER, CaseAction.REMINDED),
    CaseAction.COMPLAIN: (CaseAction.LODGED,),
}
_BY_MAIL = frozenset({CaseAction.MAIL, CaseAction.MAIL_LATER})
WHOLE_VIEW = "view"  # ticked: every case of the list as it is narrowed, on whatever page
NOT_OURS = "No case of your team has this reference."


@bp.get("")
@allowed(Right.WORK_ON_CASES)
def foresee(member: SignedInStaff) -> Answered:
    """What would happen in each of the chosen cases. Without a step, or with nothing ticked, there is none."""
    action = request.args.get("action", "")
    references = _read_chosen(member)
    if action not in set(CaseAction):
        return go("queue.show")
    if not references:
        flash(_("Nothing was ticked. Tick cases, or all of them, and press again."))
        return go("queue.show", **write_asked(read_choice(request.args), read_columns(request.args)))
    return _show(member, CaseAction(action), references, _make_form(member, CaseAction(action)))


@bp.post(f"/<any({ACTIONS}):action>")
@allowed(Right.WORK_ON_CASES)
@locks_late
def do(member: SignedInStaff, action: str) -> Answered:
    step = CaseAction(action)
    references = _read_references(request.form.getlist("cases"), ())
    form = _make_form(member, step)
    if not form.validate():
        return _show(member, step, references, form)
    command = _read_command(step, form, references)
    room = MOST
    for reference in references:
        limited = replace(command, at_most=room) if step in many_cases.COUNTED_TOGETHER else command
        done = _do_in(member, reference, limited, is_last=reference == references[-1])
        room -= done
    return go("desk_many.show_done", token=command.token)


@bp.get("/done/<token>")
@allowed(Right.READ_CASES)
def show_done(member: SignedInStaff, token: str) -> Page:
    rows = [many_cases.read_done(open_case(member, each), token) for each in _list_done(member, token)]
    made = [job for row in rows for job in row.made.values()]
    action = many_cases.find_done_action(unit().work(member.actor), token) if rows else None
    return show(
        "desk/many/done.html",
        member,
        rows=rows,
        token=token,
        done=sum(row.done > 0 for row in rows),
        is_running=any(not job.is_finished for job in made),
        percent=sum(100 if job.is_finished else job.percent for job in made) // max(1, len(made)),
        next_steps=_list_next(action),
        has_bundles=action is CaseAction.COMPLAIN and any(job.state is JobState.DONE for job in made),
    )


@bp.get("/done/<token>/<any(full, redacted):form>.zip")
@allowed(Right.READ_CASES)
@confirmed
def bundles(member: SignedInStaff, token: str, form: str) -> Response:
    """The bundles of all complaints that a press made, in a folder for each case. One that may not be taken out any
    more keeps no other back. Before any is made, back to the page that says how far they are.
    """
    found, left_out = [], {}
    for reference in _list_done(member, token):
        work = open_case(member, reference)
        try:
            content = many_cases.read_made_bundles(work, token, redacted=form == "redacted")
        except StepRefused as refused:
            left_out[reference] = str(refused)
            continue
        if content is not None:
            found.append((reference, content))
            note_export(member, work, "bundle")
    if not found and not left_out:
        return go("desk_many.show_done", token=token)
    packed = many_cases.pack_bundles(found, left_out)
    return show_file(packed, "application/zip", f"complaints-{form}.zip")


def _list_done(member: SignedInStaff, token: str) -> tuple[str, ...]:
    return many_cases.list_done(unit().work(member.actor), token, tuple(member.team_keys))


def _do_in(member: SignedInStaff, reference: str, command: CasesCommand, *, is_last: bool) -> int:
    """For how many requests it was done. A transaction for each case; behind the last it is said where somebody
    carries much now. One that is not there is passed over: it was taken back meanwhile.
    """
    try:
        with unit().writing() as session:
            opened = open_case(member, reference, session)
            many_cases.do_in_case(opened, command)
            done = many_cases.read_done(opened, command.token).done
            if is_last and command.action is CaseAction.ASSIGN:
                warn_of_load(opened)
            return done
    except NotFound:
        return 0


def _show(member: SignedInStaff, step: CaseAction, references: tuple[str, ...], form: PageForm) -> Page:
    looks, room = [], MOST
    for reference in references:
        looks.append(_foresee_in(member, reference, step, room))
        room -= looks[-1].requests if step in many_cases.COUNTED_TOGETHER else 0
    will = [each for each in looks if each.will]
    keeps_all = step is CaseAction.CLOSE  # what has open ends can be closed by the tick below
    return show(
        "desk/many/preview.html",
        member,
        status=400 if form.is_submitted() else 200,
        step=step,
        will=will,
        will_not=[each for each in looks if not each.will],
        keeps_all=keeps_all,
        form=form,
        problems=form.problems() if will or (keeps_all and looks) else [],
        typed=request.form,
        back=url_for("queue.show"),
    )


def _foresee_in(member: SignedInStaff, reference: str, step: CaseAction, room: int) -> CaseOutlook:
    try:
        return many_cases.foresee_in_case(open_case(member, reference), step, room)
    except NotFound:
        return CaseOutlook(reference=reference, why=NOT_OURS)


def _make_form(member: SignedInStaff, step: CaseAction) -> PageForm:
    form = make_form(step)
    if isinstance(form, TagAllForm):
        form.offer(list_tags(unit().work(member.actor), tuple(member.team_keys)))
    if isinstance(form, AssignAllForm):
        form.offer(_list_colleagues(member))
    if isinstance(form, FollowUpAllForm):
        form.offer(_list_colleagues(member), member.staff.id)
    if not form.is_submitted():
        form.token.data = uuid4().hex
        if "at" in form:
            form.at.data = unit().now
    return form


def _list_colleagues(member: SignedInStaff) -> dict[UUID, str]:
    return {one.id: one.name for team in member.team_keys for one in staff_service.list_colleagues(unit().db, team)}


def _read_command(step: CaseAction, form: PageForm, references: Iterable[str]) -> CasesCommand:
    token = form.token.data
    if isinstance(form, AssignAllForm):
        return CasesCommand(action=step, token=token, staff_id=form.chosen)
    if isinstance(form, TagAllForm):
        gives = form.change.data == "add"
        return CasesCommand(
            action=step, token=token, add=form.chosen if gives else (), remove=() if gives else form.chosen
        )
    if isinstance(form, FollowUpAllForm):
        return CasesCommand(action=step, token=token, follow_up=form.command)
    if isinstance(form, CloseAllForm):
        return CasesCommand(
            action=step,
            token=token,
            reason=form.chosen,
            note=form.note.data or "",
            is_certain=bool(form.is_certain.data),
        )
    return CasesCommand(
        action=step,
        token=token,
        at=form["at"].data if "at" in form else None,
        has_checked="has_checked" in form and bool(form["has_checked"].data),
        tickets=_read_tickets(references) if step is CaseAction.LODGED else {},
    )


def _read_tickets(references: Iterable[str]) -> dict[str, dict[int, str]]:
    """What was typed for each complaint of each case."""
    found: dict[str, dict[int, str]] = {reference: {} for reference in references}
    for name in request.form:
        field = _TICKET.fullmatch(name)
        if field and field[1] in found:
            found[field[1]][int(field[2])] = read_ticket(name)
    return found


def _list_next(action: CaseAction | None) -> list[CaseAction]:
    """What is offered to be done next in the same cases; by e-mail only where this portal sends any."""
    sends = unit().config.mail is not None
    return [each for each in _NEXT.get(action, ()) if sends or each not in _BY_MAIL] if action else []


def _read_chosen(member: SignedInStaff) -> tuple[str, ...]:
    """Those that the list was left with: ticked one by one, all of its page, or the first of the whole view."""
    ticked = request.args.getlist("cases")
    if WHOLE_VIEW in ticked:
        work, teams = unit().work(member.actor), tuple(member.team_keys)
        return list_references(work, team_ids=teams, choice=read_choice(request.args), most=MOST_CASES)
    return _read_references(ticked, request.args.getlist("shown"))


def _read_references(chosen: Iterable[str], shown: Iterable[str]) -> tuple[str, ...]:
    """Those that were ticked; all that were shown where that was ticked."""
    ticked = list(chosen)
    wanted = list(shown) if "all" in ticked else ticked
    return tuple(dict.fromkeys(each[:20] for each in wanted if each != "all"))[:MOST_CASES]
