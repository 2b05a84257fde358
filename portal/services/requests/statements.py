"""What was stated about a request, by whom and on which day. Each statement is an event: nothing else is kept of it.

The report holds what its writer stated when it was handed in. A later statement is made for the letters it names, by
the person or their representative on their own page, or taken down by the team as the person told it. What is said
under penalty of perjury is never taken down for somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from portal.domain.letters.facts import StatedBy
from portal.domain.lifecycle import ActorKind, Filer, History, Path, StepRefused, require_open, require_unsent
from portal.domain.regimes import NoticeField
from portal.domain.report import Report
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_mandate
from portal.services.history.events import NewEvent
from portal.services.requests.dossier import Dossier, OpenedItem, read_dossiers
from portal.services.work import CaseWork

# What a law can want to be stated, in the order in which it is asked.
STATEABLE = (NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY, NoticeField.PERJURY)
SWORN = frozenset({NoticeField.PERJURY})


@dataclass(frozen=True, kw_only=True, repr=False)
class StatementCommand:
    """What is stated for these letters. `told_at` is when the person told it to the team that takes it down."""

    numbers: tuple[int, ...]
    statements: frozenset[NoticeField]
    signature: str = ""
    told_at: datetime | None = None


def list_wanted(dossier: Dossier) -> tuple[NoticeField, ...]:
    """The statements that the laws of a request ask for, and those of every letter.

    Of a child nothing is asked about consent: it cannot be given, and the letter says that a child is shown.
    """
    asked = {proof for each in dossier.citations for found in each.checked for proof in found.element.proofs}
    asked |= {NoticeField.ACCURACY}
    if dossier.report.path is Path.CHILD:
        asked -= {NoticeField.NO_CONSENT}
    return tuple(each for each in STATEABLE if each in asked)


def list_stated_on(report: Report, dossiers: Iterable[Dossier], at: datetime, zone: tzinfo) -> frozenset[NoticeField]:
    """What was stated on the local day of `at` already: all that a page may fill in beforehand. Never what is sworn."""

    def is_today(moment: datetime | None) -> bool:
        return moment is not None and moment.astimezone(zone).date() == at.astimezone(zone).date()

    found = set(list_reported(report)) if is_today(report.signed_at) else set()
    for dossier in dossiers:
        if dossier.statement and dossier.statement.by is not StatedBy.TOLD and is_today(dossier.statement.at):
            found |= dossier.statement.statements
    return frozenset(found) - SWORN


def list_reported(report: Report) -> frozenset[NoticeField]:
    """What the report itself states."""
    said = (
        (NoticeField.NO_CONSENT, report.states_no_consent),
        (NoticeField.GOOD_FAITH, report.states_good_faith),
        (NoticeField.ACCURACY, report.states_accuracy),
    )
    return frozenset(field for field, is_said in said if is_said)


def list_uncovered(dossier: Dossier) -> Sequence[OpenedItem]:
    """Links that came after everything was stated that is stated about the request: nobody has said it of them."""
    report, own = dossier.report, dossier.statement
    stated_at = [dossier.work.case.submitted_at, report.signed_at, own.at if own else None]
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
    by = _find_speaker(work, command)
    at = work.now if command.told_at is None else check_instant(command.told_at, work.case, now=work.now)
    signature = command.signature.strip()
    events = []
    for dossier in dossiers:
        kept = command.statements & set(list_wanted(dossier))
        if not kept:
            continue
        facts = {"by": by.value, "statements": sorted(kept)}
        events.append(
            NewEvent(
                kind=History.STATED,
                at=at,
                request_id=dossier.request.id,
                facts=facts,
                detail={"signature": signature, "items": [item.row.number for item in dossier.items]},
            )
        )
    if events:
        work.record_all(events)


def _find_speaker(work: CaseWork, command: StatementCommand) -> StatedBy:
    """Who states it. Raises StepRefused where somebody would swear for another, or nobody has signed."""
    if work.actor.kind is not ActorKind.PERSON:
        _refuse_sworn(command.statements)
        require_mandate(work)
        return StatedBy.TOLD
    if not command.signature.strip():
        raise StepRefused("Write the name you sign with.")
    if work.report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}:
        require_mandate(work)
        return StatedBy.REPRESENTATIVE
    return StatedBy.PERSON


def _refuse_sworn(statements: Collection[NoticeField]) -> None:
    if SWORN & set(statements):
        raise StepRefused(
            "This is said under penalty of perjury. Only the person can say it, on their own page, or whoever acts for "
            "them. Ask them to open the page of this letter."
        )
