"""Authority to act for the person, and whether something may leave now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.domain.report import Report
from portal.models.cases import Case, Mandate
from portal.services.cases.consent import NO_CONSENT, NoConsent, has_consent, refuse_withdrawn
from portal.services.history.events import NewEvent
from portal.services.law.local_days import place_zone
from portal.services.work import CaseWork, Work

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


def require_permission(work: CaseWork, recipient: str) -> None:
    """Before anything leaves for "platforms" or "regulators". Raises NoConsent, MandateOver."""
    if not has_consent(work.session, work.case, recipient):
        raise NoConsent(NO_CONSENT[recipient])
    require_mandate(work)


def require_papers(work: CaseWork, recipient: str) -> None:
    """Before papers that have not left are made, or taken out by the team. Raises NoConsent, MandateOver."""
    refuse_withdrawn(work, recipient)
    require_mandate(work)


def may_take_papers(work: CaseWork, recipient: str) -> bool:
    """Whether papers that have not left may be taken out: by the person at any time, by the team while it may send."""
    if work.actor.kind is ActorKind.PERSON:
        return True
    try:
        require_papers(work, recipient)
    except (NoConsent, MandateOver):
        return False
    return True


def require_mandate(work: CaseWork) -> None:
    """Raises MandateOver from the day after the authority's last day, in the organisation's time zone."""
    if not has_mandate(work, work.case):
        raise MandateOver(
            "The authority to act for this person has ended, so nothing can be sent in their name. "
            "It can be renewed on the case page; then this can be done."
        )


def has_mandate(work: Work, case: Case) -> bool:
    """Whether the person acts themselves, or the authority of who acts for them still stands. Needs no key."""
    mandate = _find_mandate(work.session, case)
    return mandate is None or not _is_over(mandate, _today(work, case))


def find_end(work: CaseWork) -> datetime | None:
    """The instant from which nothing leaves any more in the person's name; None where there is no such end."""
    mandate = _find_mandate(work.session, work.case)
    if mandate is None or mandate.ends_on is None:
        return None
    zone = place_zone(work.case.country, work.case.subdivision, work.ports.config)
    return datetime.combine(mandate.ends_on + timedelta(days=1), time(), zone).astimezone(UTC)


def mandate_view(work: CaseWork) -> MandateView | None:
    """The newest authority, or None where nobody acts for the person."""
    mandate = _find_mandate(work.session, work.case)
    if mandate is None:
        return None
    today = _today(work, work.case)
    is_over = _is_over(mandate, today)
    is_near = mandate.ends_on is not None and not is_over and mandate.ends_on - today <= timedelta(days=WARN_DAYS)
    authority = work.read_sealed(mandate)["authority"]
    return MandateView(authority=authority, ends_on=mandate.ends_on, is_over=is_over, is_near_end=is_near)


def renew_mandate(work: CaseWork, authority: str, ends_on: date | None) -> None:
    """A new authority after the one before, which stays written down. Raises StepRefused.

    Only who acts for the person can say this, so the team cannot.
    """
    if work.actor.kind is not ActorKind.PERSON:
        raise StepRefused("Only the person’s representative can renew this, in the case.")
    if _find_mandate(work.session, work.case) is None:
        raise StepRefused("Nobody acts for someone else here, so there is nothing to renew.")
    if not authority.strip():
        raise StepRefused("Write who asked you to act, and how.")
    check_end(ends_on, _today(work, work.case))
    row = Mandate(id=uuid4(), case_id=work.case.id, ends_on=ends_on, created_at=work.now)
    row.sealed = work.sealed_for(row, {"authority": authority.strip()})
    work.session.add(row)
    work.write_report(_with_authority(work, authority.strip(), ends_on))
    facts = {"ends_on": ends_on.isoformat() if ends_on else None}
    work.record(NewEvent(kind=History.MANDATE_RENEWED, at=work.now, facts=facts))


def _with_authority(work: CaseWork, authority: str, ends_on: date | None) -> Report:
    return replace(work.report, authority=authority, authority_ends_on=ends_on)


def check_end(ends_on: date | None, today: date) -> None:
    """Raises StepRefused where an authority cannot end on that day."""
    if ends_on is not None and ends_on < today:
        raise StepRefused("This day has passed. Write the last day on which you may act, or leave it empty.")
    if ends_on is not None and ends_on > today + timedelta(days=LONGEST_DAYS):
        raise StepRefused("This day is too far away. Write a day within five years, or leave it empty.")


def _find_mandate(session: Session, case: Case) -> Mandate | None:
    query = select(Mandate).where(Mandate.case_id == case.id)
    return session.scalars(query.order_by(Mandate.created_at.desc(), Mandate.id).limit(1)).one_or_none()


def _is_over(mandate: Mandate, today: date) -> bool:
    return mandate.ends_on is not None and mandate.ends_on < today


def _today(work: Work, case: Case) -> date:
    """Where the person lives: the authority is theirs, and so is its last day."""
    return work.now.astimezone(place_zone(case.country, case.subdivision, work.ports.config)).date()
