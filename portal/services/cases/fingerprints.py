"""The fingerprints of a case: keeping them, saying which letters name them, and removing them.

Only the person does any of it: the files are on their device, and so is the choice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import uuid4

import msgspec
from sqlalchemy import func, select

from portal.domain import fingerprints as rules
from portal.domain.fingerprints import BadFingerprint
from portal.domain.fingerprints import FileFingerprint as Digits
from portal.domain.lifecycle import ActorKind, History, RequestKind, StepRefused, require_open
from portal.models.fingerprints import Fingerprint
from portal.models.requests import Request
from portal.services.cases.room import NoRoom
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One file's fingerprints as the case keeps them; `requests` are the numbers of those whose letters name them."""

    number: int
    digits: Digits
    requests: tuple[int, ...]


def read_digits(text: str) -> tuple[Digits, ...]:
    """What the page sent: a JSON list of `Digits`. Raises BadFingerprint for anything else."""
    try:
        return rules.check(msgspec.json.decode(text.encode(), type=tuple[Digits, ...]))
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise BadFingerprint("not as our page writes it") from error


def keep(work: CaseWork, many: Sequence[Digits]) -> int:
    """Keep what the case does not have yet, sealed. Returns how many that were.

    Raises StepRefused for a child's case and for anybody but the person, BadFingerprint, NoRoom.
    """
    _require_person(work)
    require_open(work.case.status)
    rules.require_adult(work.report)
    kept = list_kept(work)
    known = {one.digits.sha256 for one in kept}
    new = [one for one in rules.check(many) if one.sha256 not in known]
    if len(kept) + len(new) > rules.MOST_KEPT:
        raise NoRoom(f"A case keeps the fingerprints of {rules.MOST_KEPT} files. Keep the most important ones.")
    if not new:
        return 0
    chosen = sorted({number for one in kept for number in one.requests})
    last = work.session.scalar(select(func.max(Fingerprint.number)).where(Fingerprint.case_id == work.case.id)) or 0
    for number, digits in enumerate(new, last + 1):
        row = Fingerprint(id=uuid4(), case_id=work.case.id, number=number, kept_at=work.now)
        row.sealed = work.sealed_for(row, {"fingerprint": msgspec.to_builtins(digits), "requests": chosen})
        work.session.add(row)
    work.record(NewEvent(kind=History.FINGERPRINTS_KEPT, at=work.now, detail={"count": len(new)}))
    return len(new)


def choose_letters(work: CaseWork, numbers: Collection[int]) -> None:
    """Name all kept fingerprints in the letters of these requests from now on, and in no others.

    A letter that was made stays as it is. Raises StepRefused for anybody but the person, and for a number that no
    request has.
    """
    _require_person(work)
    require_open(work.case.status)
    if not set(numbers) <= {number for number, _name in list_requests(work)}:
        raise StepRefused("One of these letters is not there any more. Look at the list again.")
    chosen = sorted(set(numbers))
    for row in _rows(work):
        row.sealed = work.sealed_for(row, {**work.read_sealed(row), "requests": chosen})
    work.record(NewEvent(kind=History.FINGERPRINTS_CHOSEN, at=work.now, detail={"requests": chosen}))


def remove_all(work: CaseWork) -> int:
    """Forget every fingerprint of the case; that there were some stays in the history. Returns how many went.

    Letters that were made keep what they say. Raises StepRefused for anybody but the person.
    """
    _require_person(work)
    rows = _rows(work)
    for row in rows:
        row.sealed = None
    if rows:
        work.record(NewEvent(kind=History.FINGERPRINTS_REMOVED, at=work.now, detail={"count": len(rows)}))
    return len(rows)


def list_kept(work: CaseWork) -> tuple[Kept, ...]:
    """Those that were not removed, in their order."""
    return tuple(_read(work, row) for row in _rows(work))


def list_requests(work: CaseWork) -> tuple[tuple[int, str], ...]:
    """Number and name of every request whose notice can name fingerprints."""
    own = select(Request).where(Request.case_id == work.case.id, Request.kind == RequestKind.NOTICE)
    rows = work.session.scalars(own.order_by(Request.number))
    return tuple((row.number, work.read_sealed(row)["name"]) for row in rows)


def list_for_letter(work: CaseWork, request_number: int) -> tuple[Digits, ...]:
    """What the letters of this request name. Nothing in a child's case, whatever was kept before it was one."""
    if not rules.may_fingerprint(work.report):
        return ()
    return tuple(one.digits for one in list_kept(work) if request_number in one.requests)


def _read(work: CaseWork, row: Fingerprint) -> Kept:
    values = work.read_sealed(row)
    digits = msgspec.convert(values["fingerprint"], Digits)
    return Kept(number=row.number, digits=digits, requests=tuple(values["requests"]))


def _rows(work: CaseWork) -> Sequence[Fingerprint]:
    own = select(Fingerprint).where(Fingerprint.case_id == work.case.id, Fingerprint.sealed.is_not(None))
    return work.session.scalars(own.order_by(Fingerprint.number)).all()


def _require_person(work: CaseWork) -> None:
    if work.actor.kind is not ActorKind.PERSON:
        raise StepRefused("Only the person keeps, chooses and removes fingerprints.")
