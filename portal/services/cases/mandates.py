"""Authority to act for the person, and whether something may leave now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.domain.report import Report
from portal.models.cases import Case, Mandate
from portal.services.cases.case_work import OpenCase
from portal.services.cases.consent import NO_CONSENT, NoConsent, has_consent, refuse_withdrawn
from portal.services.history.events import NewEvent
from portal.services.ports import Ports

WARN_DAYS = 14
LONGEST_DAYS = 5 * 366  # an authority for longer than that is asked for again


class MandateOver(StepRefused):
    """The authority to act for the person has ended, so nothing is sent in their name."""


@dataclass(frozen=True, kw_only=True, repr=False)
class MandateView:
    """The authority as it stands. `ends_on` is its last day, None where it has no end."""

    authority: str
    ends_on: date | None
    is_over: bool
    is_near_end: bool  # its last 14 days


def require_permission(session: Session, opened: OpenCase, recipient: str, *, now: datetime, ports: Ports) -> None:
    """Before anything leaves for "platforms" or "regulators". Raises NoConsent, MandateOver."""
    if not has_consent(session, opened.case, recipient):
        raise NoConsent(NO_CONSENT[recipient])
    require_mandate(session, opened, now=now, ports=ports)


def require_papers(session: Session, opened: OpenCase, recipient: str, *, now: datetime, ports: Ports) -> None:
    """Before papers that have not left are made, or taken out by the team. Raises NoConsent, MandateOver."""
    refuse_withdrawn(session, opened, recipient)
    require_mandate(session, opened, now=now, ports=ports)


def require_mandate(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> None:
    """Raises MandateOver from the day after the authority's last day, in the organisation's time zone."""
    if not has_mandate(session, opened.case, now=now, ports=ports):
        raise MandateOver(
            "The authority to act for this person has ended, so nothing can be sent in their name. "
            "It can be renewed on the case page; then this can be done."
        )


def has_mandate(session: Session, case: Case, *, now: datetime, ports: Ports) -> bool:
    """Whether the person acts themselves, or the authority of who acts for them still stands. Needs no key."""
    mandate = _find_mandate(session, case)
    return mandate is None or not _is_over(mandate, _today(now, ports))


def mandate_view(session: Session, opened: OpenCase, *, now: datetime, ports: Ports) -> MandateView | None:
    """The newest authority, or None where nobody acts for the person."""
    mandate = _find_mandate(session, opened.case)
    if mandate is None:
        return None
    today = _today(now, ports)
    is_over = _is_over(mandate, today)
    is_near = mandate.ends_on is not None and not is_over and mandate.ends_on - today <= timedelta(days=WARN_DAYS)
    authority = opened.read_sealed(mandate)["authority"]
    return MandateView(authority=authority, ends_on=mandate.ends_on, is_over=is_over, is_near_end=is_near)


def renew_mandate(
    session: Session, opened: OpenCase, authority: str, ends_on: date | None, *, now: datetime, ports: Ports
) -> None:
    """A new authority after the one before, which stays written down. Raises StepRefused.

    Only who acts for the person can say this, so the team cannot.
    """
    if opened.actor.kind is not ActorKind.PERSON:
        raise StepRefused("Only whoever acts for the person can renew the authority, on the case page.")
    if _find_mandate(session, opened.case) is None:
        raise StepRefused("Nobody acts for somebody else in this case, so there is nothing to renew.")
    if not authority.strip():
        raise StepRefused("Write who gave the authority, and how.")
    _check_end(ends_on, _today(now, ports))
    row = Mandate(id=uuid4(), case_id=opened.case.id, ends_on=ends_on, created_at=now)
    row.sealed = opened.sealed_for(row, {"authority": authority.strip()})
    session.add(row)
    opened.write_report(_with_authority(opened, authority.strip(), ends_on))
    facts = {"ends_on": ends_on.isoformat() if ends_on else None}
    opened.record(session, NewEvent(kind=History.MANDATE_RENEWED, at=now, facts=facts), now=now)


def _with_authority(opened: OpenCase, authority: str, ends_on: date | None) -> Report:
    return replace(opened.report, authority=authority, authority_ends_on=ends_on)


def _check_end(ends_on: date | None, today: date) -> None:
    if ends_on is not None and ends_on < today:
        raise StepRefused("This day has passed. Write the last day on which you may act, or leave it empty.")
    if ends_on is not None and ends_on > today + timedelta(days=LONGEST_DAYS):
        raise StepRefused("This day is too far away. Write a day within five years, or leave it empty.")


def _find_mandate(session: Session, case: Case) -> Mandate | None:
    query = select(Mandate).where(Mandate.case_id == case.id)
    return session.scalars(query.order_by(Mandate.created_at.desc(), Mandate.id).limit(1)).one_or_none()


def _is_over(mandate: Mandate, today: date) -> bool:
    return mandate.ends_on is not None and mandate.ends_on < today


def _today(now: datetime, ports: Ports) -> date:
    return now.astimezone(ports.config.time_zone).date()
