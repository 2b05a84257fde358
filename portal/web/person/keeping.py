"""What the case page says about keeping the case: its last day, a hold, and the authority of whoever acts."""

from __future__ import annotations

from dataclasses import dataclass

from portal.services.cases import holds, mandates, retention
from portal.services.cases.holds import HoldView
from portal.services.cases.mandates import MandateView
from portal.services.work import CaseWork
from portal.web.unit_of_work import unit


@dataclass(frozen=True, kw_only=True, repr=False)
class Keeping:
    """`is_near`: the last 14 days before the case goes."""

    is_near: bool
    hold: HoldView | None
    mandate: MandateView | None


def read_keeping(work: CaseWork) -> Keeping:
    now = unit().now
    hold = holds.hold_view(work)
    return Keeping(
        is_near=retention.is_near(work.case, now=now),
        hold=hold if hold and hold.is_confirmed else None,
        mandate=mandates.mandate_view(work),
    )
