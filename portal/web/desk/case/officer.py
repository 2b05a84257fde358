"""Links for an authority's officer: made and taken back by a supervisor, with the person's consent."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal.domain.rights import Right
from portal.services.complaints import officer_links, reading
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import case_view_of
from portal.web.desk.pages import Answered, Page, go, show_on_case
from portal.web.desk.step_up import confirmed
from portal.web.fields import PageForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_officer", __name__, "/desk/cases/<reference>/complaints/<int:number>/officer")
on_case_to_share = case_view_of(Right.SHARE_WITH_OFFICER)


class OfficerLinkForm(PageForm):
    days = RadioField(_l("For how long should the link work?"), [InputRequired(_l("Choose how many days."))])

    def __init__(self) -> None:
        super().__init__()
        self.days.choices = [(str(days), ngettext("%(num)d day", "%(num)d days", days)) for days in officer_links.DAYS]


@bp.get("")
@on_case_to_share
def show(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    return show_links(member, work, number, OfficerLinkForm())


@bp.post("")
@on_case_to_share
@confirmed
def make(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = OfficerLinkForm()
    if form.validate():
        with refusals(form):
            token = officer_links.make_link(work, number, days=int(form.days.data))
            link = unit().config.base_url + url_for("officer.show", token=token)
            return show_on_case("desk/officer_made.html", member, work, number=number, link=link)
    return show_links(member, work, number, form)


@bp.post("/end")
@on_case_to_share
def end(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    officer_links.end_links(work, number)
    return go("desk_officer.show", reference=work.reference, number=number)


def show_links(member: SignedInStaff, work: CaseWork, number: int, form: OfficerLinkForm) -> Page:
    return show_on_case(
        "desk/officer.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        complaint=reading.complaint_view(work, number),
        links=officer_links.list_links(work, number),
        form=form,
        problems=form.problems(),
        back=_("Back"),
    )
