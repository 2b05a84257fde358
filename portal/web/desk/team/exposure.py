"""What each advocate carries, and the days on which they are away: seen by themselves, and load by supervisors."""

from __future__ import annotations

from uuid import UUID

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired

from portal.domain.rights import Right
from portal.services.casefile.queue.exposure import find_over, read_exposure
from portal.services.casefile.queue.filters import day_of
from portal.services.staff import absences
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.pages import show as show_page
from portal.web.fields import PageForm
from portal.web.forms.typed_fields import IsoDayField
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_exposure", __name__, "/desk/exposure")


class AwayForm(PageForm):
    since = IsoDayField(_l("First day away"), [DataRequired(_l("Fill in the day."))])
    until = IsoDayField(_l("Last day away"), [DataRequired(_l("Fill in the day."))])
    owner = RadioField(_l("Who covers for you?"), [InputRequired(_l("Choose one."))])


@bp.route("", methods=["GET", "POST"])
@allowed(Right.WORK_ON_CASES)
def show(member: SignedInStaff) -> Answered:
    work, teams = unit().work(member.actor), tuple(member.team_keys)
    today = day_of(work).today
    form = AwayForm()
    form.owner.choices = [(str(one.id), one.name) for one in absences.list_covers(unit().db, member.staff.id, teams)]
    if form.validate_on_submit():
        with refusals(form):
            days, cover = (form.since.data, form.until.data), UUID(form.owner.data)
            absences.set_absence(unit().db, member.staff.id, cover, days, team_ids=teams, today=today, now=unit().now)
            return go("desk_exposure.show")
    return _show(member, form)


@bp.post("/<uuid:absence_id>/end")
@allowed(Right.WORK_ON_CASES)
def end(member: SignedInStaff, absence_id: UUID) -> Response:
    absences.end_absence(unit().db, member.staff.id, absence_id, now=unit().now)
    return go("desk_exposure.show")


def warn_of_load(work: CaseWork) -> None:
    """Says so where whoever has the case now carries more than the team set as most."""
    over = find_over(work, work.case.team_id, work.case.assignee_id)
    if over is not None:
        flash(
            _(
                "%(name)s carries %(cases)d open cases now, %(hard)d of them hard ones. That is more than the team set "
                "as most. The case was given all the same: see who can take some.",
                name=over.name,
                cases=over.cases,
                hard=over.hard,
            )
        )


def _show(member: SignedInStaff, form: AwayForm) -> Page:
    work, teams = unit().work(member.actor), tuple(member.team_keys)
    only = None if member.may(Right.LEAD_TEAM) else member.staff.id
    return show_page(
        "desk/team/exposure.html",
        member,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        rows=read_exposure(work, teams, only=only),
        away=absences.list_absences(unit().db, member.staff.id, today=day_of(work).today),
    )
