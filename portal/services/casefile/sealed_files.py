"""A case in a sealed file for a team of another portal, with the person's yes. The case here stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import select

from portal.adapters import sealed_files
from portal.domain.handovers import ConsentBy, HandoverKind, HandoverReason
from portal.domain.lifecycle import ActorKind, History, StepRefused, require_open
from portal.models.accounts import Team
from portal.models.handovers import Handover
from portal.models.items import Item
from portal.services.casefile.page import describe_events, list_events
from portal.services.cases.consent import has_consent
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

LONGEST = 2_000
FORMAT = 1


@dataclass(frozen=True, kw_only=True, repr=False)
class FileOrder:
    """For whom the file is. `heard` is the fingerprint of their key as they read it out; `told` the person's yes."""

    receiver: str
    key: str
    heard: str
    reason: HandoverReason
    note: str
    told: str


@dataclass(frozen=True, kw_only=True, repr=False)
class SentFile:
    """A file that was made, for a page of the case."""

    receiver: str
    key: str
    file: str
    made_at: Any
    is_accepted: bool | None


def make_file(work: CaseWork, order: FileOrder) -> bytes:
    """Raises StepRefused, NoRoom."""
    member, team_id = work.actor.staff_id, work.case.team_id
    if work.actor.kind is not ActorKind.STAFF or member is None or team_id is None:
        raise StepRefused("Only the team hands a case on.")
    require_open(work.case.status)
    public = _check(order)
    require_room_for_words(work, order.note, order.told)
    content = sealed_files.seal_file(_read_content(work, order), public)
    values = {"note": order.note.strip()[:LONGEST], "answer": "", "receiver": order.receiver.strip()[:200]}
    values |= {"key": sealed_files.fingerprint(public), "file": sealed_files.fingerprint(content)}
    row = Handover(id=uuid4(), case_id=work.case.id, kind=HandoverKind.ORGANISATION, reason=order.reason)
    row.asked_by, row.asked_at, row.from_team_id = member, work.now, team_id
    row.consent_by, row.consent_at = ConsentBy.TOLD, work.now
    row.sealed = work.sealed_for(row, values)
    work.session.add(row)
    facts = {"why": order.reason.value, "to": row.kind.value}
    asked = f"To {values['receiver']}, in a sealed file with the fingerprint {values['file']}."
    work.record(NewEvent(kind=History.HANDOVER_ASKED, at=work.now, facts=facts, detail={"text": asked}))
    agreed = {"text": order.told.strip()[:LONGEST]}
    work.record(NewEvent(kind=History.HANDOVER_AGREED, at=work.now, facts=facts, detail=agreed))
    return content


def list_files(work: CaseWork) -> tuple[SentFile, ...]:
    """Those of which it is not written down what became of them."""
    return tuple(
        SentFile(
            receiver=values["receiver"],
            key=values["key"],
            file=values["file"],
            made_at=row.asked_at,
            is_accepted=row.is_accepted,
        )
        for row in _open_rows(work)
        for values in [work.read_sealed(row)]
    )


def record_outcome(work: CaseWork, *, is_accepted: bool) -> None:
    """They have the case, or it came back to this team or was taken back. Raises StepRefused."""
    rows = _open_rows(work)
    if not rows or work.actor.kind is not ActorKind.STAFF:
        raise StepRefused("No file of this case is on its way.")
    for row in rows:
        row.answered_by, row.answered_at, row.is_accepted = work.actor.staff_id, work.now, is_accepted
        row.over_at = None if is_accepted else work.now
        kind = History.HANDOVER_ACCEPTED if is_accepted else History.HANDOVER_RETURNED
        facts = {"why": row.reason.value, "to": row.kind.value}
        work.record(NewEvent(kind=kind, at=work.now, facts=facts))


def _open_rows(work: CaseWork) -> list[Handover]:
    query = select(Handover).where(
        Handover.case_id == work.case.id, Handover.kind == HandoverKind.ORGANISATION, Handover.over_at.is_(None)
    )
    return list(work.session.scalars(query.order_by(Handover.asked_at, Handover.id)))


def _check(order: FileOrder) -> bytes:
    """The receiver's key. Raises StepRefused."""
    if not order.receiver.strip():
        raise StepRefused("Say which organisation gets it.")
    if not order.told.strip():
        raise StepRefused("Write down when and how the person said yes. Without it the case stays here.")
    try:
        public = sealed_files.read_key(order.key)
    except ValueError as error:
        raise StepRefused("This is not a key. It has 64 letters and digits.") from error
    if not sealed_files.is_same_fingerprint(order.heard, sealed_files.fingerprint(public)):
        raise StepRefused("The fingerprint is not that of this key. Call them and let them read it out again.")
    return public


def _read_content(work: CaseWork, order: FileOrder) -> dict[str, Any]:
    """What goes along: the report as it stands with what is allowed today, the links, what the person's history says.

    Notes and what colleagues said among themselves stay here.
    """
    shares = {name: has_consent(work.session, work.case, name) for name in ("platforms", "regulators")}
    report = replace(
        work.report,
        pasted="",
        links=(),
        rejected=(),
        share_with_platforms=shares["platforms"],
        share_with_regulators=shares["regulators"],
    )
    items = work.session.scalars(select(Item).where(Item.case_id == work.case.id).order_by(Item.number))
    links = [str(values["url"]) for values in map(work.read_sealed, items) if values.get("url")]
    history = [
        {"at": row.at.isoformat(), "text": row.text, "who": row.actor.value}
        for row in describe_events(work, [event for event in list_events(work) if event.is_visible])
    ]
    team = work.session.get(Team, work.case.team_id)
    return {
        "format": FORMAT,
        "file": str(uuid4()),
        "made_at": work.now.isoformat(),
        "organisation": work.ports.config.organisation.name,
        "team": team.name if team else "",
        "reference": work.reference,
        "language": work.case.language,
        "note": order.note.strip()[:LONGEST],
        "report": msgspec.to_builtins(report),
        "links": links,
        "history": history,
    }
