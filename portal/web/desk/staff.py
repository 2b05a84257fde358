"""The administrator's list of staff: names and roles, never a case."""

from __future__ import annotations

from portal.domain.rights import Right
from portal.services.staff import list_staff
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.pages import Page, make_blueprint
from portal.web.desk.pages import show as show_page
from portal.web.frame import frame

bp = make_blueprint("desk_staff", __name__, "/desk/staff")


@bp.get("")
@allowed(Right.KEEP_STAFF)
def show(member: SignedInStaff) -> Page:
    return show_page("desk/staff.html", member, rows=list_staff(frame().db))
