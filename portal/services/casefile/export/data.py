"""What a person takes along beyond the case's own view: authority, address, check, hold, and the chain of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, History
from portal.models.cases import Mandate
from portal.services.casefile.views import CaseView
from portal.services.cases.fingerprints import Kept, list_kept
from portal.services.cases.holds import HoldView, hold_view
from portal.services.cases.mail_contact import contact_view
from portal.services.cases.recovery_words import check_view
from portal.services.cases.safe_contact import Choices, read_safe_contact
from portal.services.history.events import read_history
from portal.services.work import CaseWork

SCHEMA_NAME = "case.schema.json"


@dataclass(frozen=True, kw_only=True, repr=False)
class ExportedMandate:
    """An authority to act, as it was written down. Its last day is None where it has no end."""

    authority: str
    ends_on: date | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ExportedEvent:
    """An event of the chain. `digest` is SHA-256 in hex over the row and the digest before it."""

    sequence: int
    kind: History
    at: datetime
    recorded_at: datetime
    actor: ActorKind
    digest: str


@dataclass(frozen=True, kw_only=True)
class ExportedCase(CaseView):
    """Everything that the case holds, as plain values."""

    mandates: tuple[ExportedMandate, ...]
    chain: tuple[ExportedEvent, ...]
    mail_address: str | None
    safe_contact: Choices  # without the calendar's address: the file is not locked
    check_question: str | None
    hold: HoldView | None
    fingerprints: tuple[Kept, ...]


def export_data(work: CaseWork, view: CaseView) -> ExportedCase:
    """The view with all that stands beside it. Hidden events are in the chain by their kind: without them it breaks."""
    rows = work.session.scalars(select(Mandate).where(Mandate.case_id == work.case.id).order_by(Mandate.created_at))
    contact, check = contact_view(work), check_view(work)
    return ExportedCase(
        **vars(view),
        mandates=tuple(
            ExportedMandate(
                authority=work.read_sealed(row)["authority"], ends_on=row.ends_on, created_at=row.created_at
            )
            for row in rows
        ),
        chain=tuple(
            ExportedEvent(
                sequence=event.sequence,
                kind=event.kind,
                at=event.at,
                recorded_at=event.recorded_at,
                actor=event.actor,
                digest=event.digest.hex(),
            )
            for event in read_history(work.session, work.case.id)
        ),
        mail_address=contact.address if contact else None,
        safe_contact=read_safe_contact(work).choices,
        check_question=check.question if check else None,
        hold=hold_view(work),
        fingerprints=list_kept(work),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `case.json`, made from the types themselves."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(ExportedCase)}
