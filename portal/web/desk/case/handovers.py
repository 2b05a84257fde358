"""Handing a case on: the colleague's answer, another team of this portal, and what is offered to one's own teams."""

from __future__ import annotations

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.rights import Right
from portal.services.casefile import member_handover
from portal.services.casefile.sealed_files import list_files
from portal.services.cases import team_handover
from portal.services.staff.lists import list_teams
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.forms.handovers import HandoverAnswerForm, OtherTeamForm
from portal.web.desk.pages import Answered, Page, go, show_form, show_on_case
from portal.web.desk.pages import show as show_page
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_handovers", __name__, "/desk")
CASE = "/cases/<reference>/handed"


@bp.get(CASE)
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return _show(member, work, HandoverAnswerForm(formdata=None))


@bp.post(CASE)
@on_case
def answer(member: SignedInStaff, work: CaseWork) -> Answered:
    """Take it over, or give it back with a reason."""
    form = HandoverAnswerForm()
    if form.validate():
        with refusals(form):
            if request.form.get("answer") == "accept":
                member_handover.accept(work)
                return go("desk_case.show", reference=work.reference)
            member_handover.decline(work, form.words.data or "")
            flash(_("You gave the case back."))
            return go("desk_today.show")  # it may be out of sight now
    return _show(member, work, form, status=400)


@bp.post(f"{CASE}/<any(seen, withdraw, give_back):end>")
@on_case
def finish(member: SignedInStaff, work: CaseWork, end: str) -> Response:
    """An answer was read, an offer is taken back, a case that was here for a while goes back."""
    if end == "give_back":
        team_handover.give_back(work)
        flash(_("The case is with the first team again."))
        return go("desk_today.show")
    if end == "withdraw":
        team_handover.withdraw(work)
    else:
        member_handover.put_away(work)
        team_handover.put_away(work)
    return go("desk_handovers.show", reference=work.reference)


@bp.route("/cases/<reference>/other-team", methods=["GET", "POST"])
@on_case
def offer(member: SignedInStaff, work: CaseWork) -> Answered:
    form = OtherTeamForm()
    form.offer([one for one in list_teams(unit().db) if one.id != work.case.team_id])
    if form.validate_on_submit():
        with refusals(form):
            team_handover.offer_to_team(work, form.command)
            return go("desk_handovers.show", reference=work.reference)
    text = _("The person has to say yes, and the other team has to accept. Until then the case stays with you.")
    return show_form(
        member,
        work,
        form,
        title=_("Hand the case to another team"),
        button=_("Ask"),
        back=url_for("desk_handovers.show", reference=work.reference),
        text=text,
    )


@bp.get("/offers")
@allowed(Right.READ_CASES)
def offers(member: SignedInStaff) -> Page:
    return _offers(member, HandoverAnswerForm(formdata=None))


@bp.post("/offers/<uuid:handover_id>")
@allowed(Right.WORK_ON_CASES)
def answer_offer(member: SignedInStaff, handover_id: UUID) -> Answered:
    form, accepts = HandoverAnswerForm(), request.form.get("answer") == "accept"
    if form.validate():
        with refusals(form):
            words = form.words.data or ""
            work = unit().work(member.actor)
            reference = team_handover.answer(work, handover_id, member.team_keys, accepts=accepts, words=words)
            return go("desk_case.show", reference=reference) if accepts else go("desk_handovers.offers")
    return _offers(member, form, answered=handover_id)


@bp.post("/offers/<uuid:handover_id>/recall")
@allowed(Right.WORK_ON_CASES)
def recall(member: SignedInStaff, handover_id: UUID) -> Response:
    team_handover.recall(unit().work(member.actor), handover_id, member.team_keys)
    return go("desk_handovers.offers")


def _show(member: SignedInStaff, work: CaseWork, form: HandoverAnswerForm, *, status: int = 200) -> Page:
    return show_on_case(
        "desk/handed.html",
        member,
        work,
        status=status,
        mine=member_handover.read_handover(work),
        other=team_handover.read_current(work),
        files=list_files(work),
        form=form,
        problems=form.problems(),
        has_other_teams=any(one.id != work.case.team_id for one in list_teams(unit().db)),
    )


def _offers(member: SignedInStaff, form: HandoverAnswerForm, *, answered: UUID | None = None) -> Page:
    return show_page(
        "desk/offers.html",
        member,
        status=400 if answered else 200,
        rows=team_handover.list_offers(unit().work(member.actor), member.team_keys),
        form=form,
        answered=answered,
        problems=form.problems(),
    )
