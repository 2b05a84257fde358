"""What was stated about a request, by whom and on which day. Each statement is an event, or part of the event of a
sending in other words: nothing else is kept of it.

A statement is made for the letters it names, by the person or their representative on their own page, or taken down by
the team as the person told it. What is said under penalty of perjury is never taken down for somebody else. Reports of
before hold what their writer stated of everything, on the day they were signed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import (
    ActorKind,
    Filer,
    History,
    MandateAct,
    Path,
    RequestKind,
    StepRefused,
    require_open,
    require_unsent,
)
from portal.domain.regimes import NoticeField, Regime
from portal.domain.report import Report
from portal.services.cases.instants import BadInstant, check_instant
from portal.services.cases.mandates import require_mandate
from portal.services.cases.team_mandates import find_team_mandate, require_team_mandate
from portal.services.history.events import NewEvent
from portal.services.requests.citations import WRITTEN, lets_represent
from portal.services.requests.content import RequestStatement
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.work import CaseWork

# What a law can want to be stated, in the order in which it is asked.
STATEABLE = (NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY, NoticeField.PERJURY)
SWORN = frozenset({NoticeField.PERJURY})
_TYPED_TO = timedelta(minutes=1)
BY_TEAM = frozenset({StatedBy.TOLD, StatedBy.MANDATED})


@dataclass(frozen=True, kw_only=True, repr=False)
class StatementCommand:
    """What is stated for these letters. `told_at` is when the person told it to the team that takes it down.

    `is_mandated`: a member of the team states it, as representative under the person's written mandate.
    """

    numbers: tuple[int, ...]
    statements: frozenset[NoticeField]
    signature: str = ""
    told_at: datetime | None = None
    is_mandated: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class StatedThere:
    """What was stated in other words than our letter: in their form, or in a text of one's own.

    `at` is when it was stated, None for when it left. `by` is who stated it, where the team writes it down; of the
    person's own page it is known who speaks. `signature` is the name that stood under it.
    """

    statements: frozenset[NoticeField]
    at: datetime | None = None
    signature: str = ""
    by: StatedBy | None = None


def list_wanted(dossier: Dossier) -> tuple[NoticeField, ...]:
    """The statements that the laws of a request ask for, and those of every letter.

    What a letter says of the content it says with the statement that nobody agreed. Of a child nothing is asked about
    consent: it cannot be given, and the letter says that a child is shown.
    """
    asked = {proof for each in dossier.citations for found in each.checked for proof in found.element.proofs}
    asked |= {NoticeField.ACCURACY}
    if asked & WRITTEN and dossier.request.kind is not RequestKind.COPYRIGHT:
        asked |= {NoticeField.NO_CONSENT}
    if dossier.report.path is Path.CHILD:
        asked -= {NoticeField.NO_CONSENT}
    return tuple(each for each in STATEABLE if each in asked)


def list_stated_on(report: Report, dossiers: Iterable[Dossier], at: datetime, zone: tzinfo) -> frozenset[NoticeField]:
    """What was stated on the local day of `at` already: all that a page may fill in beforehand. Never what is sworn."""

    def is_today(moment: datetime | None) -> bool:
        return moment is not None and moment.astimezone(zone).date() == at.astimezone(zone).date()

    found = set(list_reported(report)) if is_today(report.signed_at) else set()
    for dossier in dossiers:
        if dossier.statement and dossier.statement.by not in BY_TEAM and is_today(dossier.statement.at):
            found |= dossier.statement.statements
    return frozenset(found) - SWORN


def find_signed(dossiers: Iterable[Dossier]) -> str:
    """The first signature among these, which a page may fill in beforehand; never one of the team."""
    made = (each for each in dossiers if each.statement is None or each.statement.by not in BY_TEAM)
    return next((each.content.signature for each in made if each.content.signature), "")


def list_reported(report: Report) -> frozenset[NoticeField]:
    """What the report itself states."""
    said = (
        (NoticeField.NO_CONSENT, report.states_no_consent),
        (NoticeField.GOOD_FAITH, report.states_good_faith),
        (NoticeField.ACCURACY, report.states_accuracy),
    )
    return frozenset(field for field, is_said in said if is_said)


def list_unsaid(dossier: Dossier) -> tuple[NoticeField, ...]:
    """What the laws of a request want stated and nobody has stated, on whatever day. What is sworn is left out."""
    said = list_reported(dossier.report) | (dossier.statement.statements if dossier.statement else frozenset())
    return tuple(each for each in list_wanted(dossier) if each not in said | SWORN)


def list_uncovered(dossier: Dossier) -> Sequence[OpenedItem]:
    """Links that came after everything was stated that is stated about the request: nobody has said it of them."""
    return _list_after(dossier, dossier.statement.at if dossier.statement else None)


def _list_after(dossier: Dossier, at: datetime | None) -> Sequence[OpenedItem]:
    """Links that came after the report and after what was stated at that moment."""
    stated_at = [dossier.work.case.submitted_at, dossier.report.signed_at, at]
    last = max(filter(None, stated_at), default=None)
    return [item for item in dossier.items if last is None or item.row.added_at > last]


def state(work: CaseWork, command: StatementCommand) -> None:
    """Write down what is stated for some letters that have not left. Raises StepRefused, MandateOver, BadInstant."""
    require_open(work.case.status)
    chosen = {dossier.number: dossier for dossier in read_dossiers(work)}
    dossiers = [chosen[number] for number in command.numbers if number in chosen]
    for dossier in dossiers:
        require_unsent(dossier.request.state)
    if not dossiers or not command.statements:
        raise StepRefused("Nothing is stated yet. Choose what you state, and for which letter.")
    by = find_speaker(work, command)
    at = find_moment(work, command)
    signature, made = find_signature(work, command), describe_speaker(work, by, command.statements)
    events = []
    for dossier in dossiers:
        kept = command.statements & set(list_wanted(dossier))
        if not kept:
            continue
        _require_about_all(dossier, at)
        if by is StatedBy.MANDATED:
            require_represented(citation.regime for citation in dossier.citations)
        facts = {**made, "statements": sorted(kept)}
        events.append(
            NewEvent(
                kind=History.STATED,
                at=at,
                request_id=dossier.request.id,
                facts=facts,
                detail={
                    "signature": signature,
                    "items": [item.row.number for item in dossier.items],
                    **find_limit(work, by),
                },
            )
        )
    if events:
        work.record_all(events)


def _require_about_all(dossier: Dossier, at: datetime) -> None:
    """Raises BadInstant where a link came after that moment: nobody can have said anything about it by then."""
    if later := _list_after(dossier, at):
        numbers = ", ".join(str(item.row.number) for item in later)
        raise BadInstant(
            f"This was said before links were added, so it is not about them. Ask the person about all of them, and "
            f"write down when they answered. Links: {numbers}."
        )


def take_stated_there(
    work: CaseWork, dossier: Dossier, there: StatedThere, *, sent_at: datetime
) -> RequestStatement | None:
    """What was sent in other words as a statement for its request; None where it held nothing that its laws want.

    Raises StepRefused where nobody has signed, somebody would swear for another, or the team has no mandate for it, and
    BadInstant where it was not stated by then.
    """
    kept = there.statements & set(list_wanted(dossier))
    if not kept:
        return None
    by, signature, mandated_on = _find_speaker_there(work, there, kept), there.signature.strip(), None
    covers, limit = tuple[MandateAct, ...](), ""
    if by is StatedBy.MANDATED:
        require_represented(citation.regime for citation in dossier.citations)
        mandate = require_team_mandate(work, *list_acts(kept))
        signature, mandated_on = work.actor.name, mandate.signed_on
        covers, limit = mandate.covers, mandate.limit
    elif by is not StatedBy.TOLD and not signature:
        raise StepRefused("Write the name that stood under it.")
    at = check_instant(there.at or sent_at, work.case, now=work.now)
    if at > sent_at:
        raise BadInstant("This was said after it was sent, so it cannot have been part of it. Check the two moments.")
    return RequestStatement(
        statements=frozenset(kept),
        at=at,
        by=by,
        signature="" if by is StatedBy.TOLD else signature,
        mandated_on=mandated_on,
        covers=covers,
        limit=limit,
    )


def _find_speaker_there(work: CaseWork, there: StatedThere, kept: Collection[NoticeField]) -> StatedBy:
    """Who stated it. What is sworn, the team writes down for nobody."""
    own = StatedBy.REPRESENTATIVE if work.report.filer in {Filer.PARENT, Filer.REPRESENTATIVE} else StatedBy.PERSON
    require_mandate(work)
    if work.actor.kind is ActorKind.PERSON:
        return own
    _refuse_sworn(kept)
    if there.by is None:
        raise StepRefused("Choose who stated it.")
    return own if there.by in {StatedBy.PERSON, StatedBy.REPRESENTATIVE} else there.by


def find_speaker(work: CaseWork, command: StatementCommand) -> StatedBy:
    """Who states it. Raises StepRefused where somebody would swear for another, nobody has signed, or the team states
    something without the person's mandate.
    """
    if work.actor.kind is not ActorKind.PERSON:
        _refuse_sworn(command.statements)
        require_mandate(work)
        return StatedBy.MANDATED if command.is_mandated else StatedBy.TOLD
    if not command.signature.strip():
        raise StepRefused("Write the name you sign with.")
    if work.report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}:
        require_mandate(work)
        return StatedBy.REPRESENTATIVE
    return StatedBy.PERSON


def find_moment(work: CaseWork, command: StatementCommand) -> datetime:
    """When it is stated: now, or when the person told it. What was told in the last minute was told now, because times
    are typed to the minute. Raises BadInstant.
    """
    if command.told_at is None or command.is_mandated:
        return work.now
    told_at = check_instant(command.told_at, work.case, now=work.now)
    return work.now if work.now - told_at < _TYPED_TO else told_at


def find_signature(work: CaseWork, command: StatementCommand) -> str:
    """The name under it: the member's own where the team states it, which nobody else can type."""
    return work.actor.name if command.is_mandated else command.signature.strip()


def list_acts(said: Collection[NoticeField], paper: MandateAct = MandateAct.LETTERS) -> tuple[MandateAct, ...]:
    """What a mandate has to cover for this to be stated in such a paper."""
    return (paper, MandateAct.BELIEF) if NoticeField.GOOD_FAITH in said else (paper,)


def describe_speaker(
    work: CaseWork, by: StatedBy, said: Collection[NoticeField], paper: MandateAct = MandateAct.LETTERS
) -> dict[str, Any]:
    """Who stated it, for the event. Raises StepRefused where the team has no mandate that covers it."""
    if by is not StatedBy.MANDATED:
        return {"by": by.value}
    mandate = require_team_mandate(work, *list_acts(said, paper))
    covers = [each.value for each in mandate.covers]
    return {"by": by.value, "mandated_on": mandate.signed_on.isoformat(), "covers": covers}


def find_limit(work: CaseWork, by: StatedBy) -> dict[str, str]:
    """The limit of the mandate, to be sealed in the event; nothing where there is none."""
    mandate = find_team_mandate(work) if by is StatedBy.MANDATED else None
    return {"limit": mandate.limit} if mandate and mandate.limit else {}


def require_represented(regimes: Iterable[Regime]) -> None:
    """Raises StepRefused where none of the laws lets a representative state what it asks for."""
    if not any(lets_represent(regime) for regime in regimes):
        raise StepRefused(
            "No law of this paper says that a representative may state this. Ask the person to say it themselves."
        )


def _refuse_sworn(statements: Collection[NoticeField]) -> None:
    if SWORN & set(statements):
        raise StepRefused(
            "This is said under penalty of perjury. Only the person, or someone who acts for them, can say it, on "
            "their own page. Ask them to open the page of this letter."
        )
