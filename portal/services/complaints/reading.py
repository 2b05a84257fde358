"""The complaints of a case as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.domain import own_dates
from portal.domain.lifecycle import ComplaintState
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.jobs import Job, JobKind
from portal.services.background import jobs
from portal.services.clocks.snapshot import clock_views, list_clocks_of_complaints
from portal.services.complaints.respondents import name_respondent
from portal.services.complaints.views import ComplaintLine, ComplaintView
from portal.services.letters import kept_letters
from portal.services.letters.views import LetterView
from portal.services.requests.lookup import (
    find_complaint,
    list_complaints,
    numbers_of_requests,
)
from portal.services.work import CaseWork


def complaint_views(work: CaseWork) -> tuple[ComplaintView, ...]:
    """All complaints of the case by number."""
    return _views(work, list_complaints(work))


def views_together(work: CaseWork, number: int) -> tuple[ComplaintView, ...]:
    """The complaints to the same authority under the same law as this one, by number. Raises UnknownNumber."""
    return _views(work, _list_together(work, number))


def count_together(work: CaseWork, number: int) -> int:
    """How many those are. Raises UnknownNumber."""
    return len(_list_together(work, number))


def _list_together(work: CaseWork, number: int) -> list[Complaint]:
    own = find_complaint(work, number)
    return [row for row in list_complaints(work) if (row.regulator, row.regime) == (own.regulator, own.regime)]


def complaint_view(work: CaseWork, number: int) -> ComplaintView:
    """Raises UnknownNumber."""
    return _views(work, [find_complaint(work, number)])[0]


def list_lines(work: CaseWork) -> tuple[ComplaintLine, ...]:
    """All complaints of the case by number, as a list names them."""
    return tuple(_line(work, row, work.read_sealed(row)) for row in list_complaints(work))


def _line(work: CaseWork, row: Complaint, sealed: Mapping[str, Any]) -> ComplaintLine:
    regime = work.ports.registry.regimes.get(row.regime)
    return ComplaintLine(
        number=row.number,
        regulator_name=sealed["name"],
        about=str(sealed.get("about") or "") or name_respondent(work, str(sealed.get("respondent") or "")),
        regime_name=regime.name if regime else row.regime,
        state=row.state,
        ticket=sealed.get("ticket", ""),
    )


@dataclass(frozen=True)
class _Beside:
    """What belongs to some complaints, by their ids; each table read once for all of them."""

    numbers: Mapping[UUID, Sequence[int]]  # of the requests they rest on
    clocks: Mapping[UUID, Sequence[Clock]]
    letters: Mapping[UUID, Sequence[LetterView]]
    jobs: Mapping[UUID, Job]


def _views(work: CaseWork, rows: Sequence[Complaint]) -> tuple[ComplaintView, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    beside = _Beside(
        numbers_of_requests(work.session, ids),
        list_clocks_of_complaints(work.session, ids),
        kept_letters.letters_of_complaints(work, ids),
        jobs.find_newest(work.session, ids, JobKind.BUNDLE),
    )
    return tuple(_view(work, row, beside) for row in rows)


def _view(work: CaseWork, row: Complaint, beside: _Beside) -> ComplaintView:
    sealed = work.read_sealed(row)
    line = _line(work, row, sealed)
    regulator = work.ports.registry.regulators.get(row.regulator)
    job = beside.jobs.get(row.id)
    return ComplaintView(
        number=row.number,
        regulator=row.regulator,
        regulator_name=line.regulator_name,
        about=line.about,
        respondent=str(sealed.get("respondent") or ""),
        regime=row.regime,
        regime_name=line.regime_name,
        state=row.state,
        prepared_at=row.prepared_at,
        lodged_at=row.lodged_at,
        answered_at=row.answered_at,
        ticket=line.ticket,
        wish=sealed.get("wish", ""),
        request_numbers=tuple(beside.numbers.get(row.id, ())),
        clocks=clock_views(beside.clocks.get(row.id, ()), work.ports),
        own_date=_own_date(row, beside.clocks.get(row.id, ())),
        letters=tuple(beside.letters.get(row.id, ())),
        job=jobs.job_view(job, now=work.now) if job else None,
        address="\n".join(regulator.postal_address) if regulator else "",
        complaint_url=regulator.form_under(row.regime) if regulator else None,
    )


def _own_date(row: Complaint, clocks: Sequence[Clock]) -> datetime | None:
    if row.state is not ComplaintState.LODGED or any(each.due_at for each in clocks):
        return None
    return own_dates.find_own_date(row.lodged_at, row.answered_at, wait=own_dates.COMPLAINT)
