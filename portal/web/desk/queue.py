"""The team's cases by their nearest date, and finding one by its reference."""

from __future__ import annotations

from flask import request, url_for

from portal.domain.rights import Right
from portal.services.casefile.queue import QueueFilter, list_queue
from portal.services.cases.opening import NoAccess, open_for_staff
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.key_rotation import continue_key_rotation
from portal.web.desk.pages import Answered, Page, go, read_page, read_reference
from portal.web.desk.pages import show as show_page
from portal.web.unit_of_work import unit

bp = make_blueprint("queue", __name__, "/desk")


@bp.get("")
@allowed(Right.READ_CASES)
def show(member: SignedInStaff) -> Page:
    continue_key_rotation(member)
    return show_queue(member)


@bp.get("/find")
@allowed(Right.READ_CASES)
def find(member: SignedInStaff) -> Answered:
    """A reference as it is read aloud on the telephone: small letters, spaces or no hyphen are all the same."""
    typed = request.args.get("reference", "")
    reference = read_reference(typed)
    try:
        open_for_staff(unit().work(member.actor), reference, team_keys=member.team_keys, to_change=False)
    except NoAccess:
        return show_queue(member, typed=typed)
    return go("desk_case.show", reference=reference)


def show_queue(member: SignedInStaff, *, typed: str | None = None) -> Page:
    """The list; `typed` is a reference that none of the team's cases has."""
    chosen = read_filter(request.args.get("show", ""))
    found = list_queue(
        unit().work(member.actor),
        team_ids=tuple(member.team_keys),
        filter=chosen,
        page=read_page(request.args.get("page", "")),
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


def read_filter(text: str) -> QueueFilter:
    """The filter an address names; all open cases where it names none of ours."""
    return QueueFilter(text) if text in set(QueueFilter) else QueueFilter.ALL
