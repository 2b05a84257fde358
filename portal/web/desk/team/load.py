"""The supervisor's page of the load: by member and age, first answers of the helpline, and what no one moves."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import ngettext

from portal.domain.rights import Right
from portal.services.casefile.queue.load import AGES, MOST, UNMOVED, read_load
from portal.services.figures.counting import targets_of
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Page
from portal.web.desk.pages import show as show_page
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_load", __name__, "/desk/team/load")


@bp.get("")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff) -> Page:
    asked = request.args.get("days", "")
    days = next((each for each in UNMOVED if str(each) == asked), UNMOVED[1])
    work = unit().work(member.actor)
    return show_page(
        "desk/team/load.html",
        member,
        load=read_load(work, team_ids=tuple(member.team_keys), days=days),
        ages=AGES,
        most=MOST,
        targets=targets_of(work.ports),
        choices=[
            (ngettext("%(num)d day", "%(num)d days", each), url_for("desk_load.show", days=each), each == days)
            for each in UNMOVED
        ],
    )
