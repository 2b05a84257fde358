"""Papers against a threat, on the desk: to keep evidence, and a sheet for the police. Nothing has to be online."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from portal.domain.lifecycle import LetterKind
from portal.services.letters import threats
from portal.services.tracking import later_mailing
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go, show_form, staff_reader
from portal.web.desk.panes import show_beside
from portal.web.forms.threats import ThreatForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_threats", __name__, "/desk/cases/<reference>/threat")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return show_beside(
        "desk/threat.html",
        member,
        work,
        papers=threats.list_threat_papers(work),
        later_mails=later_mailing.list_unasked_mails(work),
        writes_mail=unit().config.mail is not None,
    )


@bp.route("/<any(preservation, police):paper>", methods=["GET", "POST"])
@on_case
@locks_late
def make(member: SignedInStaff, work: CaseWork, paper: str) -> Answered:
    chosen = LetterKind(paper)
    form = ThreatForm.of(staff_reader(), chosen)
    if form.validate_on_submit():
        with refusals(form):
            letter_making.make_threat_paper(work, form.command())
            return go("desk_threats.show", reference=work.reference)
    title = _("Sheet for the police") if chosen is LetterKind.POLICE else _("Request to keep evidence")
    back = url_for("desk_threats.show", reference=work.reference)
    return show_form(member, work, form, title=title, button=_("Make the paper"), back=back)
