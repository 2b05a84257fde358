"""The auditor's page: kinds of event, times and names. It opens no case and no key is in reach."""

from __future__ import annotations

from flask import request, url_for

from portal.domain.journal import Noted
from portal.domain.rights import Right
from portal.services.casefile.page import SENTENCES
from portal.services.casefile.queue.filters import QueueFilter
from portal.services.history import journal
from portal.services.history.audit_list import list_events, list_taken
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Page, read_page, read_reference
from portal.web.desk.pages import show as show_page
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_audit", __name__, "/desk/audit")


@bp.get("")
@allowed(Right.READ_AUDIT)
def show(member: SignedInStaff) -> Page:
    typed = request.args.get("reference", "").strip()
    reference = read_reference(typed) if typed else None
    found = list_events(unit().db, page=read_page(request.args.get("page", "")), reference=reference)
    with unit().writing() as writing:
        journal.note(writing, Noted.HISTORY_READ, staff_id=member.staff.id, now=unit().now)
    return show_page(
        "desk/team/audit.html",
        member,
        events=found,
        lists=list_taken(unit().db) if reference is None and found.page == 1 else (),
        views={each.value: each for each in QueueFilter},
        sentences=SENTENCES,
        typed=typed,
        address=lambda number: url_for("desk_audit.show", reference=reference, page=number),
    )
