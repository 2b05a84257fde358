"""The supervisor's page of the team: who waits to be let in, what is overdue."""

from __future__ import annotations

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from portal.domain.rights import Right
from portal.services import staff as staff_service
from portal.services.accounts import AccountRefused
from portal.services.queue import list_queue
from portal.services.team_keys import StaleKey
from portal.services.views import QueueFilter
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.pages import Answered, Page, go, make_blueprint, read_page
from portal.web.desk.pages import show as show_page
from portal.web.frame import frame

bp = make_blueprint("desk_team", __name__, "/desk/team")


@bp.get("")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff) -> Page:
    return show_team(member)


@bp.post("/let-in/<uuid:membership_id>")
@allowed(Right.LEAD_TEAM)
def let_in(member: SignedInStaff, membership_id: UUID) -> Answered:
    try:
        staff_service.let_colleague_in(frame().db, membership_id, member.team_keys, by=member.staff.id, now=frame().now)
    except (AccountRefused, StaleKey) as error:
        return show_team(member, refused=_(str(error)))
    return go("desk_team.show")


def show_team(member: SignedInStaff, *, refused: str | None = None) -> Page:
    overdue = list_queue(
        frame().db,
        actor=member.actor,
        team_ids=tuple(member.team_keys),
        filter=QueueFilter.OVERDUE,
        page=read_page(request.args.get("page", "")),
        now=frame().now,
    )
    return show_page(
        "desk/team.html",
        member,
        status=200 if refused is None else 409,
        queue=overdue,
        waiting=staff_service.list_waiting(frame().db, tuple(member.team_keys)),
        refused=refused,
        address=lambda number: url_for("desk_team.show", page=number),
    )
