"""Steps of a case that wait for a second member: asked for, agreed to, declined, and written down without one."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms.validators import DataRequired

from portal.domain.approvals import Approvable
from portal.domain.rights import Right
from portal.services.cases import approvals
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import case_view_of, on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go, show_form, show_on_case
from portal.web.desk.wording import describe_word
from portal.web.fields import PageForm, TextField
from portal.web.refusals import refusals

bp = make_blueprint("desk_approvals", __name__, "/desk/cases/<reference>/second-look")
STEP = f"/<any({', '.join(Approvable)}):what>/<int:number>"


class AskForm(PageForm):
    note = TextField(_l("What should the second member look at?"), lines=True, longest=approvals.LONGEST)


class InsteadForm(PageForm):
    note = TextField(
        _l("Why was it done without a second member?"),
        [DataRequired(_l("Say in a few words why."))],
        lines=True,
        longest=approvals.LONGEST,
    )


class SecondLookForm(PageForm):
    reason = TextField(
        _l("What you looked at, or why not"),
        description=_l("Needed where you do not agree."),
        lines=True,
        longest=approvals.LONGEST,
    )


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return _show(member, work, SecondLookForm(formdata=None))


@bp.route(f"/ask{STEP}", methods=["GET", "POST"])
@on_case
def ask(member: SignedInStaff, work: CaseWork, what: str, number: int) -> Answered:
    return _write_about(
        member,
        work,
        (Approvable(what), number),
        AskForm(),
        approvals.ask_approval,
        title=_("Ask for a second look: %(step)s", step=name_step(Approvable(what), number)),
        button=_("Ask for a second look"),
        text=_(
            "A colleague looks at it and agrees or says why not. If it changes after that, it has to be asked again."
        ),
    )


@bp.route(f"/without{STEP}", methods=["GET", "POST"])
@case_view_of(Right.LEAD_TEAM)
def pass_over(member: SignedInStaff, work: CaseWork, what: str, number: int) -> Answered:
    """What happened can always be recorded, and how stands beside it."""
    return _write_about(
        member,
        work,
        (Approvable(what), number),
        InsteadForm(),
        approvals.pass_over,
        title=_("Done without a second look: %(step)s", step=name_step(Approvable(what), number)),
        button=_("Write it down"),
        text=_("Only for what has already happened. It shows in the history with your name and your reason."),
    )


@bp.post("/<uuid:approval_id>/answer")
@case_view_of(Right.APPROVE)
def decide(member: SignedInStaff, work: CaseWork, approval_id: UUID) -> Answered:
    form = SecondLookForm()
    if form.validate():
        with refusals(form):
            agreed = request.form.get("answer") == "agree"
            approvals.decide(work, approval_id, is_given=agreed, reason=form.reason.data or "")
            return go("desk_approvals.show", reference=work.reference)
    return _show(member, work, form, answered=approval_id)


@bp.post("/<uuid:approval_id>/take-back")
@on_case
def withdraw(member: SignedInStaff, work: CaseWork, approval_id: UUID) -> Response:
    approvals.withdraw(work, approval_id)
    return go("desk_approvals.show", reference=work.reference)


def _write_about(
    member: SignedInStaff,
    work: CaseWork,
    about: tuple[Approvable, int],
    form: AskForm | InsteadForm,
    do: Callable[[CaseWork, Approvable, int, str], None],
    *,
    title: str,
    button: str,
    text: str,
) -> Answered:
    """A form with some words about one step; then to the list of second looks."""
    approvals.require_known(work, *about)
    back = url_for("desk_approvals.show", reference=work.reference)
    if form.validate_on_submit():
        with refusals(form):
            do(work, *about, form.note.data or "")
            return redirect(back, 303)
    return show_form(member, work, form, title=title, button=button, back=back, text=text)


def name_step(step: Approvable, number: int) -> str:
    """The step in words, with the request or complaint it is about."""
    if step is Approvable.SENDING:
        return str(_("sending request %(number)s", number=number))
    if step is Approvable.LATER:
        return str(_("sending letter %(number)s", number=number))
    if step is Approvable.COMPLAINT:
        return str(_("lodging complaint %(number)s", number=number))
    return str(describe_word(step))


def _show(member: SignedInStaff, work: CaseWork, form: SecondLookForm, *, answered: UUID | None = None) -> Page:
    return show_on_case(
        "desk/second_looks.html",
        member,
        work,
        status=400 if answered else 200,
        rows=approvals.list_approvals(work),
        wanted=[each for each in Approvable if each in approvals.wanted_by_team(work)],
        name_step=name_step,
        form=form,
        answered=answered,
        problems=form.problems(),
    )
