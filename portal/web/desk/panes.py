"""A page of a case in two panes: every request in one line each on the left, and on the right what is open now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.domain.paging import ListPart
from portal.services.casefile.pane import list_lines
from portal.services.casefile.views import RequestLine
from portal.services.requests.escalation import EscalatedRequest
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.pages import Page, show_on_case


def show_beside(
    template: str,
    member: SignedInStaff,
    work: CaseWork,
    *,
    escalated: Sequence[EscalatedRequest] | None = None,
    lines: ListPart[RequestLine] | None = None,
    at: int | None = None,
    **values: Any,
) -> Page:
    """What is open now beside the lines of the requests. `at` is the number of the request that is open.

    `escalated` are all requests, and `lines` those that are shown, where the caller has them already.
    """
    shown = list_lines(work, escalated=escalated) if lines is None else lines
    return show_on_case(template, member, work, lines=shown, at=at, **values)
