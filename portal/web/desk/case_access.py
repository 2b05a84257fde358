"""Opening a case of one's own team, and writing down that it was opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import abort, request, session

from portal.domain.rights import Right
from portal.services.cases import finding, name_search
from portal.services.cases.opening import NoAccess, open_for_staff, record_opening
from portal.services.staff import accounts
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.distances import HOUR
from portal.web.unit_of_work import READING, Transaction, begins_with_reading, unit

NOTED = "noted"  # in the session: the cases whose opening was written down, and when


def case_view_of(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A mark for staff with a right: the view gets the member and the case named in the address, or answers 404."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def with_case(member: SignedInStaff, reference: str, **values: Any) -> Any:
            opened = open_case(member, reference)
            if request.method in READING:
                note_opening(member, reference, has_news=opened.case.news_at is not None)
            return view(member, opened, **values)

        return allowed(right)(with_case)

    return decorate


on_case = case_view_of(Right.WORK_ON_CASES)
on_case_to_read = case_view_of(Right.READ_CASES)
on_case_to_note = case_view_of(Right.WRITE_NOTES)
on_case_to_review = case_view_of(Right.REVIEW)


def note_opening(member: SignedInStaff, reference: str, *, has_news: bool) -> None:
    """Who read a case is part of its history, so a page that only reads writes this one thing down, once an hour, and
    whenever the person did something that nobody has seen.
    """
    now = unit().now
    noted = {name: at for name, at in session.get(NOTED, {}).items() if datetime.fromisoformat(at) > now - HOUR}
    if reference in noted and not has_news:
        return
    with unit().writing() as writing:
        opened = open_case(member, reference, writing)
        record_opening(opened)
        finding.mark_case(opened)
        name_search.mark_names(opened, member.team_keys)
    session[NOTED] = {**noted, reference: now.isoformat()}


def open_case(member: SignedInStaff, reference: str, writing: Transaction | None = None) -> CaseWork:
    """A case of one of the member's teams; every other is not there. `writing` is a transaction of its own."""
    database = writing or unit().db
    to_change = writing is not None or not begins_with_reading()

    def attempt_with(keys: Mapping[UUID, bytes]) -> CaseWork:
        return open_for_staff(unit().work_in(database, member.actor), reference, team_keys=keys, to_change=to_change)

    with suppress(NoAccess):
        return attempt_with(member.team_keys)
    # A team's key may have been changed since the member's keys were read, because PostgreSQL shows a transaction
    # what others commit meanwhile. Read anew, they fit again; a case that is not theirs stays away.
    database.expire_all()
    try:
        return attempt_with(accounts.team_keys_of(database, member.staff, member.private_key))
    except NoAccess:
        abort(404)
