"""Table of referrals to others who help: the police, a lawyer, a shelter, counselling, a hotline."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.referrals import ReferralKind
from portal.models.guards import Guarded


class Referral(Guarded, Base):
    """One referral. `sealed` holds {"to", "agreed", "consent", "how", "outcome"}; `told_on` is when they were told."""

    __tablename__ = "referrals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ReferralKind] = mapped_column(Word(ReferralKind))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    told_on: Mapped[date | None]
    over_at: Mapped[datetime | None]  # the person took their yes back, or its outcome is known
    sealed: Mapped[bytes]
