"""The left pane of a case: every request in one line, with its state, its time left and its next step."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.paging import ListPart, cut
from portal.services.casefile.views import RequestLine
from portal.services.cases.consent import has_consent
from portal.services.clocks.snapshot import first_clock
from portal.services.requests.escalation import EscalatedRequest, find_next_step, find_turn, read_escalated
from portal.services.requests.proofs import view_proof
from portal.services.work import CaseWork

REQUESTS_A_PAGE = 40


def list_lines(
    work: CaseWork, page: int = 1, escalated: Sequence[EscalatedRequest] | None = None
) -> ListPart[RequestLine]:
    """A page of the requests. Where they do not fit on one, those that somebody has to do something about come first.

    `escalated` are all requests of the case, where the caller has them already.
    """
    known = read_escalated(work) if escalated is None else escalated
    consents = has_consent(work.session, work.case, "platforms")
    shown = cut(_order(known), page, REQUESTS_A_PAGE)
    return shown.with_rows([_describe(work, each, has_consent=consents) for each in shown.rows])


def _order(escalated: Sequence[EscalatedRequest]) -> Sequence[EscalatedRequest]:
    """By number as long as all fit on a page."""
    if len(escalated) <= REQUESTS_A_PAGE:
        return escalated
    return sorted(escalated, key=lambda each: find_turn(each.dossier))


def _describe(work: CaseWork, escalated: EscalatedRequest, *, has_consent: bool) -> RequestLine:
    dossier, request = escalated.dossier, escalated.dossier.request
    return RequestLine(
        number=request.number,
        platform_name=dossier.name,
        kind=request.kind,
        state=request.state,
        ticket=dossier.ticket,
        sent_at=request.sent_at,
        item_count=len(dossier.items),
        main_clock=first_clock(dossier.clocks, work.ports),
        next_step=find_next_step(escalated, has_consent=has_consent),
        proof=view_proof(dossier),
    )
