"""Referrals to others who help. What is told there is what the person agreed to: the sheet is made from that alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, History, StepRefused, require_open
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.models.referrals import Referral
from portal.services.casefile.queue.filters import day_of
from portal.services.cases.messages import staff_names
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.dossier_rows import list_items
from portal.services.work import CaseWork

LONGEST = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class NewReferral:
    """`to` is whom, `consent` when and how the person said yes, `agreed` what may be told."""

    kind: ReferralKind
    to: str
    agreed: frozenset[ReferralPart]
    consent: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ReferralView:
    id: UUID
    kind: ReferralKind
    to: str
    agreed: tuple[ReferralPart, ...]
    consent: str
    how: str
    outcome: str
    made_by: str
    made_at: datetime
    told_on: date | None
    is_over: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class Sheet:
    """What is told: each part that was agreed to with its lines, and nothing else."""

    to: str
    reference: str
    parts: tuple[tuple[ReferralPart, tuple[str, ...]], ...]


def refer(work: CaseWork, new: NewReferral) -> UUID:
    """Write down that the person agreed to it. Nothing is told yet. Raises StepRefused, NoRoom."""
    member = _require_staff(work)
    require_open(work.case.status)
    if not new.to.strip():
        raise StepRefused("Write to whom.")
    if not new.consent.strip():
        raise StepRefused("Write down when and how the person said yes. Without it nothing is told.")
    require_room_for_words(work, new.to, new.consent)
    row = Referral(id=uuid4(), case_id=work.case.id, kind=new.kind, made_by=member, made_at=work.now)
    agreed = [part.value for part in ReferralPart if part in new.agreed]
    values = {"to": new.to.strip()[:LONGEST], "agreed": agreed, "consent": new.consent.strip()[:LONGEST]}
    row.sealed = work.sealed_for(row, {**values, "how": "", "outcome": ""})
    work.session.add(row)
    work.session.flush()
    told = f"{values['to']}. Agreed: {', '.join(agreed) or 'nothing but that they may be asked for help'}."
    _record(work, History.REFERRAL_AGREED, row, told)
    return row.id


def record_told(work: CaseWork, referral_id: UUID, told_on: date, how: str) -> None:
    """On which day and how they were told. Raises StepRefused, NoRoom."""
    _require_staff(work)
    row = _find(work, referral_id)
    if row.over_at is not None:
        raise StepRefused("This referral is over: nothing more is told.")
    if told_on > day_of(work).today:
        raise StepRefused("This day is still to come.")
    require_room_for_words(work, how)
    row.told_on = told_on
    row.sealed = work.sealed_for(row, {**work.read_sealed(row), "how": how.strip()[:LONGEST]})
    _record(work, History.REFERRAL_TOLD, row, how.strip())


def record_outcome(work: CaseWork, referral_id: UUID, outcome: str) -> None:
    """What came of it, or that the person took their yes back. Raises StepRefused, NoRoom."""
    _require_staff(work)
    row = _find(work, referral_id)
    if not outcome.strip():
        raise StepRefused("Write what came of it.")
    require_room_for_words(work, outcome)
    row.over_at = row.over_at or work.now
    row.sealed = work.sealed_for(row, {**work.read_sealed(row), "outcome": outcome.strip()[:LONGEST]})
    _record(work, History.REFERRAL_ENDED, row, outcome.strip())


def list_referrals(work: CaseWork) -> tuple[ReferralView, ...]:
    """The newest first."""
    query = select(Referral).where(Referral.case_id == work.case.id).order_by(Referral.made_at.desc(), Referral.id)
    rows = work.session.scalars(query).all()
    names = staff_names(work.session, [row.made_by for row in rows])
    return tuple(_view(work, row, names.get(row.made_by, "")) for row in rows)


def read_sheet(work: CaseWork, referral_id: UUID) -> Sheet:
    """The sheet for those who are told. Raises StepRefused where the referral is over."""
    row = _find(work, referral_id)
    if row.over_at is not None:
        raise StepRefused("This referral is over: nothing more is told.")
    values = work.read_sealed(row)
    parts = [(ReferralPart(each), tuple(_read_part(work, ReferralPart(each)))) for each in values["agreed"]]
    return Sheet(to=values["to"], reference=work.reference, parts=tuple(parts))


def _read_part(work: CaseWork, part: ReferralPart) -> Iterator[str]:
    report = work.report
    plain: Mapping[ReferralPart, tuple[str, ...]] = {
        ReferralPart.NAME: (report.name,),
        ReferralPart.CONTACT: (report.email, report.phone, report.safe_contact),
        ReferralPart.COUNTRY: (report.country, report.subdivision),
        ReferralPart.ABOUT: (report.depiction or "", report.path),
        ReferralPart.WORDS: (report.how_found, report.explanation),
    }
    if part is ReferralPart.LINKS:
        yield from (item.text for item in list_items(work))
    elif part is ReferralPart.LETTERS:
        for dossier in read_dossiers(work):
            if dossier.request.sent_at is not None:
                yield f"{dossier.name}, {dossier.request.sent_at:%Y-%m-%d %H:%M} UTC"
    else:
        yield from (text for text in plain[part] if text)


def _view(work: CaseWork, row: Referral, made_by: str) -> ReferralView:
    values = work.read_sealed(row)
    return ReferralView(
        id=row.id,
        kind=row.kind,
        to=values["to"],
        agreed=tuple(ReferralPart(each) for each in values["agreed"]),
        consent=values["consent"],
        how=values["how"],
        outcome=values["outcome"],
        made_by=made_by,
        made_at=row.made_at,
        told_on=row.told_on,
        is_over=row.over_at is not None,
    )


def _find(work: CaseWork, referral_id: UUID) -> Referral:
    row = work.session.get(Referral, referral_id)
    if row is None or row.case_id != work.case.id:
        raise StepRefused("This referral is not in the case.")
    return row


def _require_staff(work: CaseWork) -> UUID:
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id is None:
        raise StepRefused("Only the team refers to others.")
    return work.actor.staff_id


def _record(work: CaseWork, kind: History, row: Referral, words: str) -> None:
    detail = {"text": words} if words else {}
    work.record(NewEvent(kind=kind, at=work.now, facts={"to": row.kind.value}, detail=detail))
