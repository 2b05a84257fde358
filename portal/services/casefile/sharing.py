"""The person's yes to sharing, given and taken back, with all that ends at once when it is taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.lifecycle import History
from portal.services.background.jobs import stop_jobs
from portal.services.cases.case_work import OpenCase
from portal.services.cases.consent import set_consent
from portal.services.complaints.officer_links import end_links_of_case
from portal.services.history.events import NewEvent
from portal.services.ports import Ports

WITHDRAWN = "The person has taken back the yes to sharing with authorities, so the papers are not made."


def change_consent(
    session: Session, opened: OpenCase, recipient: str, *, given: bool, now: datetime, ports: Ports
) -> None:
    """Give or withdraw the consent for "platforms" or "regulators".

    Without the yes to authorities, papers that are being made are stopped, and what waits for an officer is destroyed.
    """
    set_consent(session, opened.case, recipient, given=given, now=now)
    kind = History.CONSENT_GIVEN if given else History.CONSENT_WITHDRAWN
    opened.record(session, NewEvent(kind=kind, at=now, facts={"recipient": recipient}), now=now)
    if not given and recipient == "regulators":
        stop_jobs(session, opened.case.id, WITHDRAWN, now=now)
        end_links_of_case(session, opened, now=now, ports=ports)
