"""One thing for many requests of a case: choose them, see what will happen to each, do it, see what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import uuid4

from flask import flash, request
from flask_babel import gettext as _

from portal.domain.lifecycle import CloseReason, RequestState, SendingChannel
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import (
    BY_LINK,
    BY_MAIL,
    IDLE,
    BulkAction,
    BulkCommand,
    Choice,
    Outlook,
    Sending,
)
from portal.services.requests.dossier import Dossier
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.forms.bulk import FORMS, AnswerTogetherForm, BulkForm
from portal.web.desk.pages import Answered, Page, go, show_on_case, staff_reader
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_bulk", __name__, "/desk/cases/<reference>/together")
LONGEST_TICKET = 300
ACTIONS = ", ".join(BulkAction)
# What usually follows, for the same requests.
_NEXT = {
    BulkAction.LETTERS: (BulkAction.MAIL, BulkAction.SENT),
    BulkAction.CHECK: (BulkAction.MAIL, BulkAction.SENT),
    BulkAction.REMIND: (BulkAction.MAIL_LATER, BulkAction.REMINDED),
    BulkAction.COMPLAIN: (BulkAction.LODGED,),
}
_BEFORE_SENDING = frozenset({BulkAction.LETTERS, BulkAction.CHECK, BulkAction.MAIL, BulkAction.SENT})
_AT_ANY_TIME = frozenset({BulkAction.GONE, BulkAction.CLOSE})


@bp.get("")
@on_case
def choose(member: SignedInStaff, work: CaseWork) -> Answered:
    """To the preview of what was pressed; without a step, or with nothing ticked, the requests to choose from."""
    chosen = {name: request.args.getlist(name) for name in ("pick", "platform", "state", "requests")}
    is_pressed = request.args.get("action") in set(BulkAction)
    if is_pressed and not any(chosen.values()):
        flash(_("Nothing was ticked. Tick requests, or all of them, and press again."))
    elif is_pressed:
        return go("desk_bulk.foresee", reference=work.reference, action=request.args["action"], **chosen)
    return show_on_case("desk/bulk/choose.html", member, work, together=choices_for(work))


@bp.get(f"/<any({ACTIONS}):action>")
@on_case
def foresee(member: SignedInStaff, work: CaseWork, action: str) -> Page:
    step = BulkAction(action)
    looks = bulk.foresee(work, step, _read_choice(request.args))
    return _show(member, work, step, looks, _make_form(step, looks))


@bp.post(f"/<any({ACTIONS}):action>")
@on_case
@locks_late
def do(member: SignedInStaff, work: CaseWork, action: str) -> Answered:
    step = BulkAction(action)
    choice = Choice(numbers=frozenset(_numbers("requests")))
    form = _make_form(step, bulk.foresee(work, step, choice) if step is BulkAction.ANSWER else ())
    if form.validate():
        with refusals(form):
            hold_case(work)
            command = _read_command(work, step, form, choice)
            bulk.do_to_all(work, command)
            return go("desk_bulk.show_done", reference=work.reference, token=command.token)
    return _show(member, work, step, bulk.foresee(work, step, choice), form)


@bp.get("/done/<token>")
@on_case_to_read
def show_done(member: SignedInStaff, work: CaseWork, token: str) -> Answered:
    results = bulk.find_results(work, token)
    action = bulk.find_action(work, token)
    if action not in set(BulkAction):
        return go("desk_case.show", reference=work.reference)
    step = BulkAction(action)
    made = bulk.find_jobs(work, step, results)
    running = [job for job in made.values() if not job.is_finished]
    percent = sum(100 if job.is_finished else job.percent for job in made.values()) // max(1, len(made))
    return show_on_case(
        "desk/bulk/done.html",
        member,
        work,
        step=step,
        token=token,
        results=results,
        made=made,
        is_by_mail=step in BY_MAIL,
        is_running=bool(running),
        percent=percent,
        numbers=[each.number for each in results],
        next_steps=[each for each in _NEXT.get(step, ()) if _is_offered(each)],
    )


def choices_for(work: CaseWork, dossiers: Iterable[Dossier] | None = None) -> Mapping[str, object]:
    """What there is to choose from: platforms, states, each request; `dossiers` as in `list_choosable`."""
    rows = bulk.list_choosable(work, dossiers)
    states = tuple(dict.fromkeys(state for *_row, state in rows))
    return {
        "choosable": rows,
        "platforms": {slug: name for _number, slug, name, _state in rows},
        "states": states,
        "actions": tuple(each for each in BulkAction if _fits(each, states) and _is_offered(each)),
    }


def _is_offered(action: BulkAction) -> bool:
    return action not in BY_MAIL or unit().config.mail is not None


def _fits(action: BulkAction, states: tuple[RequestState, ...]) -> bool:
    """Whether a step can be for any of these requests: nothing is sent twice, and nobody answers what was not sent."""
    if action in _BEFORE_SENDING:
        return RequestState.PREPARED in states
    return action in _AT_ANY_TIME or any(state is not RequestState.PREPARED for state in states)


def _show(member: SignedInStaff, work: CaseWork, step: BulkAction, looks: tuple[Outlook, ...], form: PageForm) -> Page:
    status = 400 if form.is_submitted() else 200
    will = [each for each in looks if each.will]
    return show_on_case(
        "desk/bulk/preview.html",
        member,
        work,
        status=status,
        step=step,
        will=will,
        will_not=[each for each in looks if not each.will],
        idle=IDLE,
        form=form,
        problems=form.problems() if will else [],  # without a form there is nothing to mend
        typed=request.form,
        channels=choices_of(SendingChannel),
        is_by_link=step in BY_LINK,
        is_by_mail=step in BY_MAIL,
        has_doors=step in {BulkAction.SENT, BulkAction.REMINDED},
    )


def _make_form(step: BulkAction, looks: tuple[Outlook, ...]) -> PageForm:
    """The step's own questions, with the moment filled in; `looks` for the links of an answer."""
    form: PageForm
    if step is BulkAction.ANSWER:
        form = AnswerTogetherForm(staff_reader())
        form.offer(looks)
    else:
        form = FORMS.get(step, BulkForm)()
    if not form.is_submitted():
        form.token.data = uuid4().hex
        if "at" in form:
            form.at.data = unit().now
    return form


def _read_choice(typed: Mapping[str, str]) -> Choice:
    states = set(request.args.getlist("state")) & set(RequestState)
    return Choice(
        is_all=typed.get("pick") == "all",
        platforms=frozenset(request.args.getlist("platform")),
        states=frozenset(RequestState(each) for each in states),
        numbers=frozenset(int(each) for each in request.args.getlist("requests") if is_number(each)),
    )


def _read_command(work: CaseWork, step: BulkAction, form: PageForm, choice: Choice) -> BulkCommand:
    looks = bulk.foresee(work, step, choice)
    reason = form["reason"].data if "reason" in form else None
    return BulkCommand(
        action=step,
        token=form.token.data,
        numbers=tuple(sorted(choice.numbers)),
        at=form["at"].data if "at" in form else None,
        sendings=dict(_read_sendings(looks)),
        has_checked="has_checked" in form and bool(form["has_checked"].data),
        answer=form.command() if isinstance(form, AnswerTogetherForm) else None,
        letters=frozenset(_numbers("letters")) if step in BY_MAIL else None,
        links=form.links if isinstance(form, AnswerTogetherForm) else _read_links(looks, step),
        reason=CloseReason(reason) if reason else None,
        note=(form["note"].data or "") if "note" in form else "",
        is_certain="is_certain" in form and bool(form["is_certain"].data),
        tickets=_read_tickets(looks) if step is BulkAction.LODGED else {},
    )


def _read_sendings(looks: tuple[Outlook, ...]) -> Iterator[tuple[int, Sending]]:
    """The door and the ticket of each, as they were chosen; the first door where none was."""
    for look in looks:
        doors = {door.address: door for door in look.doors}
        door = doors.get(_read_lines(f"door-{look.number}"), look.door)
        ticket = read_ticket(f"ticket-{look.number}-text")
        if door is not None:
            yield look.number, Sending(address=door.address, channel=door.via, ticket=ticket)
        elif request.form.get(f"channel-{look.number}") in set(SendingChannel):
            channel = SendingChannel(request.form[f"channel-{look.number}"])
            yield look.number, Sending(address="", channel=channel, ticket=ticket)


def _read_tickets(looks: tuple[Outlook, ...]) -> dict[int, str]:
    """The authorities' numbers by complaint."""
    numbers = {look.complaint.number for look in looks if look.complaint}
    return {number: read_ticket(f"ticket-{number}-text") for number in numbers}


def _read_lines(name: str) -> str:
    """What was sent under that name, its lines ended as ours are: a browser ends them with two signs."""
    return request.form.get(name, "").replace("\r\n", "\n")


def read_ticket(name: str) -> str:
    """The number that somebody outside gave, as typed into the field of that name."""
    return request.form.get(name, "").strip()[:LONGEST_TICKET]


def _read_links(looks: tuple[Outlook, ...], step: BulkAction) -> frozenset[int]:
    """All links that are shown, those that were ticked, or the rest; none where the step is about none."""
    if step not in BY_LINK:
        return frozenset()
    shown = {item.number for look in looks for item in look.links}
    ticked = set(_numbers("links")) & shown
    which = request.form.get("which", "all")
    return frozenset({"all": shown, "ticked": ticked, "rest": shown - ticked}.get(which, ticked))


def _numbers(name: str) -> Iterator[int]:
    return (int(each) for each in request.form.getlist(name) if is_number(each))


def is_number(text: str) -> bool:
    """Whether it can be the number of a request or a link."""
    return text.isascii() and text.isdigit() and len(text) < 7
