"""The person's consent to share, by recipient, and what it allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import StepRefused
from portal.models.cases import Case, Consent
from portal.services.work import CaseWork

NO_CONSENT = {
    "platforms": "You have not allowed sharing with platforms. Allow it first; then the request can be sent.",
    "regulators": "You have not allowed sharing with authorities. Allow it first; then this can be recorded.",
}


class NoConsent(StepRefused):
    """The person has not allowed this sharing, or has withdrawn it."""


def refuse_withdrawn(work: CaseWork, recipient: str) -> None:
    """Before papers for a recipient are made: they may be made before the consent, but not once it was taken back.

    Raises NoConsent.
    """
    query = select(Consent.id).where(Consent.case_id == work.case.id, Consent.recipient == recipient)
    if work.session.scalars(query.where(Consent.withdrawn_at.is_not(None))).first() is not None:
        raise NoConsent(NO_CONSENT[recipient])


def set_consent(session: Session, case: Case, recipient: str, *, given: bool, now: datetime) -> None:
    """Give or withdraw the consent for one recipient: "platforms", "regulators" or "team"."""
    row = session.scalars(
        select(Consent).where(Consent.case_id == case.id, Consent.recipient == recipient)
    ).one_or_none()
    if row is None and given:
        session.add(_make_consent(case, recipient, now))
    elif row is not None and given and row.withdrawn_at is not None:
        row.given_at, row.withdrawn_at = now, None
    elif row is not None and not given and row.withdrawn_at is None:
        row.withdrawn_at = now


def give_first(session: Session, case: Case, recipients: Iterable[str], *, now: datetime) -> None:
    """The consents that a report is handed in with. A draft has none: there is nothing of it that could be shared."""
    session.add_all(_make_consent(case, recipient, now) for recipient in recipients)


def has_consent(session: Session, case: Case, recipient: str) -> bool:
    """Whether the person's consent for this recipient stands."""
    query = select(Consent.id).where(
        Consent.case_id == case.id, Consent.recipient == recipient, Consent.withdrawn_at.is_(None)
    )
    return session.scalars(query).first() is not None


def was_decided(session: Session, case: Case, recipient: str) -> bool:
    """Whether the person ever said yes to this recipient, also where they took it back."""
    query = select(Consent.id).where(Consent.case_id == case.id, Consent.recipient == recipient)
    return session.scalars(query).first() is not None


def _make_consent(case: Case, recipient: str, now: datetime) -> Consent:
    return Consent(id=uuid4(), case_id=case.id, recipient=recipient, given_at=now)
