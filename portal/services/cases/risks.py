"""What a team has to know first about a case: that somebody may take their own life, or is in danger now.

The reason is sealed. The desk's list sorts by such a case with no key at hand, so each flag is a keyed hash there:
whoever has the database alone sees that a case has a mark, and not of what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import ActorKind, History, RiskFlag, StepRefused, require_open
from portal.models.risk_marks import RiskMark
from portal.services.background.duties import do_each
from portal.services.cases.messages import staff_names
from portal.services.cases.room import require_room_for_words
from portal.services.history import guards
from portal.services.history.events import NewEvent
from portal.services.ports import ServerKeys
from portal.services.work import CaseWork, Work

PURPOSE = "risks"
LONGEST = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class RiskView:
    """One risk, why it was set and by whom."""

    flag: RiskFlag
    reason: str
    set_at: datetime
    by: str


def set_risks(work: CaseWork, flags: Collection[RiskFlag], reason: str) -> None:
    """From now on these risks are marked and no other. The same as before changes nothing.

    Raises StepRefused, NoRoom.
    """
    if work.actor.kind is not ActorKind.STAFF:
        raise StepRefused("Only the team sets what it has to know first.")
    require_open(work.case.status)
    rows = {RiskFlag(work.read_sealed(row)["flag"]): row for row in _list_rows(work)}
    if set(flags) == set(rows):
        return
    reason = reason.strip()[:LONGEST]
    if not reason:
        raise StepRefused("Write why: a colleague has to know what was said.")
    require_room_for_words(work, reason)
    for flag, row in rows.items():
        if flag not in flags:
            work.session.delete(row)
    for flag in RiskFlag:
        if flag in flags and flag not in rows:
            _add(work, flag, reason)
    detail = {"flags": [flag.value for flag in RiskFlag if flag in flags], "reason": reason}
    work.record(NewEvent(kind=History.RISK_SET, at=work.now, detail=detail))


def list_risks(work: CaseWork) -> tuple[RiskView, ...]:
    """The risks of the case, the one to act on first; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    rows = _list_rows(work)
    names = staff_names(work.session, (row.staff_id for row in rows)) if rows else {}
    opened = ((row, work.read_sealed(row)) for row in rows)
    views = (
        RiskView(
            flag=RiskFlag(values["flag"]),
            reason=values["reason"],
            set_at=row.set_at,
            by=names.get(row.staff_id, "") if row.staff_id else "",
        )
        for row, values in opened
    )
    return tuple(sorted(views, key=lambda view: list(RiskFlag).index(view.flag)))


def values_of(keys: ServerKeys, *flags: RiskFlag) -> frozenset[bytes]:
    """How these flags stand in the table, under every secret of the server."""
    return frozenset(_value(each, flag) for each in keys.every() for flag in flags)


def read_flags(
    session: Session, case_ids: Collection[UUID], keys: ServerKeys
) -> tuple[Mapping[UUID, tuple[RiskFlag, ...]], frozenset[UUID]]:
    """The flags of these cases with none of them open, and the cases of which one is not as it was written."""
    known = {value: flag for flag in RiskFlag for value in values_of(keys, flag)}
    found: dict[UUID, set[RiskFlag]] = {}
    bent = set[UUID]()
    for row, fits in guards.read_rows(session, RiskMark, RiskMark.case_id.in_(case_ids)):
        if fits and row["value"] in known:
            found.setdefault(row["case_id"], set()).add(known[row["value"]])
        else:
            bent.add(row["case_id"])
    in_order = {case_id: tuple(flag for flag in RiskFlag if flag in flags) for case_id, flags in found.items()}
    return in_order, frozenset(bent)


def move_to_new_secret(work: Work) -> int:
    """Mark under the server's newest secret what is under an older one. Returns how many."""
    rows = work.session.scalars(select(RiskMark).where(RiskMark.server_key != work.ports.keys.id)).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving a risk to the new secret").done


def _carry(row: RiskMark, keys: ServerKeys) -> int:
    flag = next((flag for flag in RiskFlag if row.value in values_of(keys, flag)), None)
    if flag is None:
        return 0  # changed from outside, which the list says of its case
    row.value, row.server_key = _value(keys, flag), keys.id
    return 1


def _add(work: CaseWork, flag: RiskFlag, reason: str) -> None:
    row = RiskMark(id=uuid4(), case_id=work.case.id, staff_id=work.actor.staff_id, set_at=work.now)
    row.value, row.server_key = _value(work.ports.keys, flag), work.ports.keys.id
    row.sealed = work.sealed_for(row, {"flag": flag.value, "reason": reason})
    work.session.add(row)


def _list_rows(work: CaseWork) -> list[RiskMark]:
    return list(work.session.scalars(select(RiskMark).where(RiskMark.case_id == work.case.id)))


def _value(keys: ServerKeys, flag: RiskFlag) -> bytes:
    return vault.blind_index(vault.derive_subkey(keys.words_index, PURPOSE), flag.value)
