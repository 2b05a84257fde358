"""The person's written mandate to the team, on the desk: what stands, and a signed paper that is recorded."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from portal.domain.wording import format_day
from portal.services.cases import team_mandates
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.pages import Answered, go, show_form, staff_reader
from portal.web.forms.mandates import ACTS, TeamMandateForm
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late

bp = make_blueprint("desk_mandate", __name__, "/desk/cases/<reference>/mandate")


@bp.route("", methods=["GET", "POST"])
@on_case
@locks_late
def record(member: SignedInStaff, work: CaseWork) -> Answered:
    form = TeamMandateForm(staff_reader())
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            team_mandates.give_team_mandate(work, form.command())
            return go("desk_mandate.record", reference=work.reference)
    return show_form(
        member,
        work,
        form,
        title=_("Written mandate of the person"),
        button=_("The person signed this"),
        back=url_for("desk_case.show", reference=work.reference),
        text=_describe(work),
    )


def _describe(work: CaseWork) -> str:
    """What stands now."""
    found = team_mandates.find_team_mandate(work)
    if found is None:
        return str(
            _(
                "There is none. With one, you can state what a law lets a representative state, under your own name. "
                "Nobody swears for the person. The person can also give it on their own page."
            )
        )
    day = format_day(found.signed_on)
    signed = (
        _("Signed by the person on %(day)s. %(kept)s", day=day, kept=found.kept)
        if found.kept
        else _("Given by the person on their own page on %(day)s.", day=day)
    )
    acts = "; ".join(str(words) for act, words in ACTS if act in found.covers)
    parts = [str(signed), str(_("It covers: %(acts)s.", acts=acts))]
    if found.limit:
        parts.append(str(_("Its limit: %(limit)s", limit=found.limit)))
    return " ".join(parts)
