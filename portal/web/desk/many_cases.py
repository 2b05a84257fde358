"""One thing in many cases, from the queue: what will happen in each, done once, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from flask import request, url_for
from werkzeug.exceptions import NotFound

from portal.domain.rights import Right
from portal.services.casefile import many_cases
from portal.services.casefile.many_cases import MOST_CASES, CaseAction, CaseOutlook, CasesCommand
from portal.services.cases.tags import list_tags
from portal.services.staff import lists as staff_service
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import open_case
from portal.web.desk.exposure import warn_of_load
from portal.web.desk.forms.many_cases import AssignAllForm, CloseAllForm, FollowUpAllForm, TagAllForm, make_form
from portal.web.desk.pages import Answered, Page, go, show
from portal.web.fields import PageForm
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_many", __name__, "/desk/together")
ACTIONS = ", ".join(CaseAction)
NOT_OURS = "No case of your team has this reference."


@bp.get("")
@allowed(Right.WORK_ON_CASES)
def foresee(member: SignedInStaff) -> Answered:
    """What would happen in each of the chosen cases. Without a step there is nothing to see."""
    action = request.args.get("action", "")
    if action not in set(CaseAction):
        return go("queue.show")
    references = _read_references(request.args.getlist("cases"), request.args.getlist("shown"))
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
    command = _read_command(step, form)
    for reference in references:
        _do_in(member, reference, command, is_last=reference == references[-1])
    return go("desk_many.show_done", token=command.token)


@bp.get("/done/<token>")
@allowed(Right.READ_CASES)
def show_done(member: SignedInStaff, token: str) -> Page:
    references = many_cases.list_done(unit().work(member.actor), token, tuple(member.team_keys))
    rows = [many_cases.read_done(open_case(member, each), token) for each in references]
    return show("desk/many/done.html", member, rows=rows, done=sum(row.done > 0 for row in rows))


def _do_in(member: SignedInStaff, reference: str, command: CasesCommand, *, is_last: bool) -> None:
    """A transaction for each case; behind the last it is said where somebody carries much now. One that is not there
    is passed over: it was taken back meanwhile.
    """
    try:
        with unit().writing() as session:
            opened = open_case(member, reference, session)
            many_cases.do_in_case(opened, command)
            if is_last and command.action is CaseAction.ASSIGN:
                warn_of_load(opened)
    except NotFound:
        return


def _show(member: SignedInStaff, step: CaseAction, references: tuple[str, ...], form: PageForm) -> Page:
    looks = [_foresee_in(member, each, step) for each in references]
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
        back=url_for("queue.show"),
    )


def _foresee_in(member: SignedInStaff, reference: str, step: CaseAction) -> CaseOutlook:
    try:
        return many_cases.foresee_in_case(open_case(member, reference), step)
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


def _read_command(step: CaseAction, form: PageForm) -> CasesCommand:
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
    has_checked = "has_checked" in form and bool(form["has_checked"].data)
    at = form["at"].data if "at" in form else None
    return CasesCommand(action=step, token=token, at=at, has_checked=has_checked)


def _read_references(chosen: Iterable[str], shown: Iterable[str]) -> tuple[str, ...]:
    """Those that were ticked; all that were shown where that was ticked."""
    ticked = list(chosen)
    wanted = list(shown) if "all" in ticked else ticked
    return tuple(dict.fromkeys(each[:20] for each in wanted if each != "all"))[:MOST_CASES]
