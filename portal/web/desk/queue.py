"""The team's cases by their nearest date, finding one by its reference, and the supervisor's view of the team."""

from __future__ import annotations

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from portal.domain.lifecycle import Role
from portal.services import staff as staff_service
from portal.services.accounts import AccountRefused, let_in
from portal.services.cases import NoAccess, open_for_staff
from portal.services.queue import list_queue
from portal.services.views import QueueFilter
from portal.web.access import CASE_ROLES, SignedInStaff, staff
from portal.web.desk.pages import Answered, Page, go, make_blueprint
from portal.web.desk.pages import show as show_page
from portal.web.frame import frame

bp = make_blueprint("queue", __name__, "/desk")


@bp.get("")
@staff(*CASE_ROLES)
def show(member: SignedInStaff) -> Page:
    return show_queue(member)


@bp.get("/find")
@staff(*CASE_ROLES)
def find(member: SignedInStaff) -> Answered:
    """A reference as it is read aloud on the telephone: small letters, spaces or no hyphen are all the same."""
    typed = request.args.get("reference", "")
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    reference = f"{letters[:4]}-{letters[4:]}"
    try:
        open_for_staff(
            frame().db, reference, actor=member.actor, team_keys=member.team_keys, to_change=False, ports=frame().ports
        )
    except NoAccess:
        return show_queue(member, typed=typed)
    return go("desk_case.show", reference=reference)


@bp.get("/team")
@staff(Role.SUPERVISOR)
def team(member: SignedInStaff) -> Page:
    return show_team(member)


@bp.post("/team/let-in/<uuid:membership_id>")
@staff(Role.SUPERVISOR)
def let_colleague_in(member: SignedInStaff, membership_id: UUID) -> Answered:
    try:
        let_in(frame().db, membership_id, member.team_keys)
    except AccountRefused as error:
        return show_team(member, refused=_(str(error)))
    return go("queue.team")


def show_queue(member: SignedInStaff, *, typed: str | None = None) -> Page:
    """The list; `typed` is a reference that none of the team's cases has."""
    chosen = read_filter(request.args.get("show", ""))
    found = list_queue(
        frame().db,
        actor=member.actor,
        team_ids=tuple(member.team_keys),
        filter=chosen,
        page=read_page(request.args.get("page", "")),
        now=frame().now,
    )
    return show_page(
        "desk/queue.html",
        member,
        status=200 if typed is None else 404,
        queue=found,
        chosen=chosen,
        filters=tuple(QueueFilter),
        typed=typed,
        address=lambda number: url_for("queue.show", show=chosen.value, page=number),
        has_teams=bool(member.team_keys),
    )


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
        address=lambda number: url_for("queue.team", page=number),
    )


def read_filter(text: str) -> QueueFilter:
    """The filter an address names; all open cases where it names none of ours."""
    return QueueFilter(text) if text in set(QueueFilter) else QueueFilter.ALL


def read_page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1
