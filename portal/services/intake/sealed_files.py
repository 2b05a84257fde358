"""Taking in a case that came in a sealed file from another portal: a new case here, with its history there to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.adapters import sealed_files
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import ActorKind, Handler, History, StepRefused
from portal.domain.report import Report
from portal.models.accounts import Team
from portal.models.origins import CaseOrigin, TakenFile
from portal.services.history.events import NewEvent
from portal.services.intake import drafts, submission
from portal.services.intake.submission import Incomplete
from portal.services.work import CaseWork, Work

OLDEST = timedelta(days=60)
WRONG = (
    "This file does not open. It was made for another key, for a key that your team has changed since, or it was "
    "changed on its way. Ask for a new one."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class TakenIn:
    """The new case, and the words by which the person comes back to it: shown once, to be given to them."""

    reference: str
    words: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True, repr=False)
class OriginView:
    """Where a case came from and what happened there. `history` holds moment, sentence and who."""

    organisation: str
    team: str
    reference: str
    note: str
    file: str
    taken_at: datetime
    history: tuple[tuple[datetime, str, ActorKind], ...]


@dataclass(frozen=True, kw_only=True)
class TeamKey:
    """A team's public key as it is given to another organisation."""

    team: str
    key: str
    fingerprint: str


def list_keys(work: Work, team_keys: Mapping[UUID, bytes]) -> tuple[TeamKey, ...]:
    """Those of the member's teams."""
    teams = work.session.scalars(select(Team).where(Team.id.in_(team_keys)).order_by(Team.name))
    return tuple(
        TeamKey(
            team=team.name,
            key=sealed_files.write_key(team.public_key),
            fingerprint=sealed_files.fingerprint(team.public_key),
        )
        for team in teams
    )


def take_in(work: Work, content: bytes, team_keys: Mapping[UUID, bytes]) -> TakenIn:
    """Make the case for the team whose key opens the file. Raises StepRefused."""
    team_id, values = _open(content, team_keys)
    member = work.actor.staff_id
    try:
        report, file_id = msgspec.convert(values["report"], Report), UUID(values["file"])
        made_at = datetime.fromisoformat(values["made_at"])
        links, origin = "\n".join(values["links"]), _read_origin(values, sealed_files.fingerprint(content))
    except (KeyError, TypeError, ValueError) as error:  # what msgspec raises is a ValueError
        raise StepRefused(WRONG) from error
    if member is None or not work.now - OLDEST <= made_at <= work.now + timedelta(days=1):
        raise StepRefused("This file is too old. Ask for a new one.")
    _take_once(work, file_id)
    opened, words = drafts.start_draft(work, language=str(values["language"])[:16])
    report = replace(report, handler=Handler.TEAM, team_id=str(team_id))
    drafts.save_report(opened, drafts.add_links(report, links, ports=work.ports), version=None)
    try:
        submission.submit(opened)
    except Incomplete as error:
        raise StepRefused("Something that every report needs is not in this file. Ask for a new one.") from error
    # What was signed was signed there, on that day.
    opened.write_report(replace(opened.report, signed_at=report.signed_at))
    row = CaseOrigin(id=uuid4(), case_id=opened.case.id, taken_by=member, taken_at=work.now)
    row.sealed = opened.sealed_for(row, origin)
    work.session.add(row)
    told = f"{origin['organisation']}, case {origin['reference']}. Fingerprint of the file: {origin['file']}."
    opened.record(NewEvent(kind=History.TAKEN_IN, at=work.now, detail={"text": told}))
    return TakenIn(reference=opened.reference, words=words, fingerprint=origin["file"])


def read_origin(work: CaseWork) -> OriginView | None:
    """Where the case came from; None for one that began here."""
    row = work.session.scalars(select(CaseOrigin).where(CaseOrigin.case_id == work.case.id)).one_or_none()
    if row is None:
        return None
    values = work.read_sealed(row)
    return OriginView(
        organisation=values["organisation"],
        team=values["team"],
        reference=values["reference"],
        note=values["note"],
        file=values["file"],
        taken_at=row.taken_at,
        history=tuple(
            (datetime.fromisoformat(each["at"]), each["text"], ActorKind(each["who"])) for each in values["history"]
        ),
    )


def _open(content: bytes, team_keys: Mapping[UUID, bytes]) -> tuple[UUID, dict[str, Any]]:
    for team_id, private in team_keys.items():
        try:
            values = sealed_files.open_file(content, private)
        except CannotOpen:
            continue
        if values.get("format") == 1:
            return team_id, values
        raise StepRefused("This file was made by another version of the portal. Ask for a new one.")
    raise StepRefused(WRONG)


def _read_origin(values: Mapping[str, Any], fingerprint: str) -> dict[str, Any]:
    """Raises KeyError, TypeError, ValueError for what is not as it was made."""
    history = [
        {
            "at": datetime.fromisoformat(each["at"]).isoformat(),
            "text": str(each["text"]),
            "who": ActorKind(each["who"]).value,
        }
        for each in values["history"]
    ]
    words = {name: str(values[name])[:2_000] for name in ("organisation", "team", "reference", "note")}
    return {**words, "file": fingerprint, "history": history}


def _take_once(work: Work, file_id: UUID) -> None:
    """Raises StepRefused where the file was taken in before, also at this very moment."""
    try:
        with work.session.begin_nested():
            work.session.add(TakenFile(id=file_id, taken_at=work.now))
            work.session.flush()
    except IntegrityError as error:
        raise StepRefused("This file was taken in before. It makes one case, once.") from error
