"""Drafts of the complaints that a case has come to: one press for many cases, with nothing lodged by it.

A case's key is nobody's but its team's and its person's, so no worker makes a draft in the night; the first member who
presses makes them all.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.domain.lifecycle import SETTLED, StepRefused
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.requests import Request
from portal.services.complaints import complaints
from portal.services.complaints.views import ComplaintOption
from portal.services.work import CaseWork

Draft = tuple[ComplaintOption, tuple[int, ...]]


def find_drafts(work: CaseWork) -> Sequence[Draft]:
    """Requests whose deadline has passed and that no complaint rests on, each under the first complaint that is open to
    this person now.
    """
    query = select(Request.number).join(ComplaintRequest, ComplaintRequest.request_id == Request.id)
    query = query.join(Complaint, Complaint.id == ComplaintRequest.complaint_id).where(
        Complaint.case_id == work.case.id
    )
    settled = select(Request.number).where(Request.case_id == work.case.id, Request.state.in_(SETTLED))
    left_out = {*work.session.scalars(query), *work.session.scalars(settled)}
    found: list[Draft] = []
    for option in complaints.options(work):
        overdue = (each.number for each in option.requests if each.is_overdue)
        numbers = tuple(number for number in overdue if number not in left_out)
        if option.is_open and numbers:
            found.append((option, numbers))
            left_out.update(numbers)
    return found


def make_drafts(work: CaseWork) -> int:
    """Prepare these complaints; their papers are made in the background. Returns how many. Raises StepRefused."""
    drafts = find_drafts(work)
    if not drafts:
        raise StepRefused("No complaint is open about a request that is late, or it is there already.")
    return sum(
        len(complaints.prepare_each(work, option.regime, option.regulator, numbers)) for option, numbers in drafts
    )
