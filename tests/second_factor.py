"""A second factor for the staff of tests: codes on paper, which need neither a clock nor a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import Staff
from portal.models.signin import Factor, FactorKind
from portal.services.signin import factors

MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)


def give_code(session: Session, login: str) -> str:
    """A code that opens the second step once. The member is one who has set up an app before."""
    staff_id = session.scalars(select(Staff.id).where(Staff.login == login)).one()
    if not factors.has_factor(session, staff_id):
        session.add(Factor(id=uuid4(), staff_id=staff_id, kind=FactorKind.TOTP, made_at=MADE_AT))
    return factors.make_codes(session, staff_id)[0]
