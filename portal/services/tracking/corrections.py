"""Correcting what was written down wrongly: by a new entry that says what was wrong, with what is true in its place.

The person and the desk use the same. Nothing in the history changes: the wrong entry stays readable and holds no more,
see `portal.services.history.valid_events`. Rows, links and clocks are worked out again from what holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from portal.domain.lifecycle import NO_ANSWERS, Answer, History, Proof, StepRefused
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_extension, check_instant
from portal.services.cases.opening import UnknownNumber
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent, read_detail
from portal.services.history.valid_events import INSTEAD, WRONG
from portal.services.requests.lookup import requests_of
from portal.services.requests.preparing import LONGEST, DetailsRefused
from portal.services.tracking.correctable import FACTS, find_entry
from portal.services.tracking.corrected_rows import Change, OpenedHistory, count_again, next_date, write_rows
from portal.services.tracking.replay import Happened, Replayed
from portal.services.work import CaseWork

# What can only be there once a letter has left, in the words of the refusal.
_AFTER_SENDING: Mapping[History, str] = MappingProxyType(
    {
        History.RECEIPT_CONFIRMED: "when they got it",
        History.ANSWERED: "an answer",
        History.REMINDED: "a reminder",
        History.INFORMATION_SENT: "what you sent back",
    }
)

CAME_BACK = "came_back"  # fact of a correction: the letter left, and did not arrive
_NO_RECEIPT = "An automatic reply proved no receipt. Say that it never came, then save the answer anew."


@dataclass(frozen=True, kw_only=True, repr=False)
class CorrectionCommand:
    """What was wrong. `sequence` is the entry's; what is None was right.

    `never`: it did not happen at all. `came_back`: it happened, and did not arrive, so it counts as little.
    `reason` is in somebody's own words, and may be left out.
    """

    sequence: int
    at: datetime | None = None
    answer: Answer | None = None
    text: str | None = None
    extension_until: date | None = None
    items: tuple[int, ...] | None = None  # links that an answer is about; () for all of them
    proof: Proof | None = None
    ticket: str | None = None
    never: bool = False
    came_back: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DateMoved:
    """The next date of a request or complaint before and after a correction."""

    before: datetime | None
    after: datetime | None


def correct(work: CaseWork, command: CorrectionCommand) -> DateMoved:
    """Write down that an entry was wrong and what is true, and bring rows, links and clocks to it.

    Raises StepRefused, BadInstant, DetailsRefused, UnknownNumber, NoRoom. The same correction a second time is refused:
    the entry that it names holds no more.
    """
    open_to_record(work)
    _check_words(work, command)
    case = OpenedHistory(work)
    event = find_entry(case.held, command.sequence)
    if event.kind is History.REQUEST_CLOSED and not command.never:
        raise StepRefused("Nothing of a closing can be changed. Say that it is not closed, or leave it.")
    owner = case.owner(event)
    before = next_date(work, owner)
    earlier = case.replay(case.happened())
    changes = _list_changes(case, event, command)
    if event.kind is History.ITEM_BACK and command.never:
        _give_back(case, event)
    changes += _list_settled_otherwise(case, earlier, changes)
    _record(work, event, changes, command)
    case.read_again()
    write_rows(case, earlier, event, changes)
    count_again(case, changes)
    return DateMoved(before=before, after=next_date(work, owner))


def _check_words(work: CaseWork, command: CorrectionCommand) -> None:
    words = [text for text in (command.reason, command.text, command.ticket) if text]
    if any(len(text) > LONGEST for text in words):
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, *words)


def _list_changes(case: OpenedHistory, event: Event, command: CorrectionCommand) -> list[Change]:
    """The entry that was wrong, and receipts that are known by it or moved with it. Raises as `correct`."""
    if command.never:
        _require_alone(case, event)
        return [Change(event=event, instead=None), *(Change(event=each, instead=None) for each in case.tied(event))]
    at = _check_time(case, event, command.at) if command.at is not None else event.at
    if command.extension_until:
        check_extension(command.extension_until, case.work.ports.config.day_at(at))
    changes = [_make_anew(case, event, command, at)]
    for receipt in case.tied(event):
        if command.answer in NO_ANSWERS:  # what is no answer shows no receipt
            changes.append(Change(event=receipt, instead=None))
        elif receipt.at == event.at and at != event.at:
            changes.append(_move(case, receipt, at))
    return changes


def _make_anew(case: OpenedHistory, event: Event, command: CorrectionCommand, at: datetime) -> Change:
    """The entry as it should have been."""
    facts, detail = dict(event.facts), dict(read_detail(event, case.work.key))
    items = case.open(event).items
    if event.kind is History.ANSWERED:
        items = items if command.items is None else command.items
        _change_answer(case, event, command, facts, detail, items)
    if "stated" in facts:
        facts["stated"] = _move_stated(facts["stated"], event.at, at)
    if command.text is not None and "text" in detail:
        detail["text"] = command.text
    if command.proof is not None and event.kind is History.RECEIPT_CONFIRMED:
        facts["proof"] = command.proof.value
    if command.ticket is not None:
        detail["ticket"] = command.ticket.strip()
        if event.kind is History.TICKET_GIVEN:
            facts["is_none"] = not command.ticket.strip()
    return Change(event=event, instead=_replace(event, at, facts, detail), items=items)


def _move_stated(stated: Mapping[str, Any], was: datetime, now: datetime) -> dict[str, Any]:
    """What was stated in what was sent: at the same moment, or as before, but never after it."""
    said_at = datetime.fromisoformat(stated["at"])
    return {**stated, "at": (now if said_at == was else min(said_at, now)).isoformat()}


def _change_answer(
    case: OpenedHistory,
    event: Event,
    command: CorrectionCommand,
    facts: dict[str, Any],
    detail: dict[str, Any],
    items: tuple[int, ...],
) -> None:
    """What was answered, about which links, until when. What settled with it is worked out later."""
    known = case.links.get(event.request_id, ()) if event.request_id else ()
    if unknown := [number for number in items if number not in known]:
        raise UnknownNumber(f"Place {unknown[0]} is not part of this request.")
    detail["items"] = list(items)
    if command.answer is not None:
        if Answer(facts["answer"]) in NO_ANSWERS and command.answer not in NO_ANSWERS:
            raise StepRefused(_NO_RECEIPT)
        facts["answer"] = command.answer.value
    if Answer(facts["answer"]) is not Answer.EXTENDED:
        facts.pop("until", None)
        detail.pop("extension_until", None)
    elif command.extension_until is not None:
        facts["until"] = detail["extension_until"] = command.extension_until.isoformat()


def _move(case: OpenedHistory, event: Event, at: datetime) -> Change:
    """The same entry at another moment."""
    detail = read_detail(event, case.work.key)
    return Change(event=event, instead=_replace(event, at, event.facts, detail), items=case.open(event).items)


def _replace(event: Event, at: datetime, facts: Mapping[str, Any], detail: Mapping[str, Any]) -> NewEvent:
    return NewEvent(
        kind=event.kind,
        at=at,
        request_id=event.request_id,
        complaint_id=event.complaint_id,
        facts={**facts, INSTEAD: event.sequence},
        detail=detail,
    )


def _check_time(case: OpenedHistory, event: Event, at: datetime) -> datetime:
    """The moment, if it fits what else is written down. Raises BadInstant, StepRefused."""
    work, owner = case.work, case.owner(event)
    first = None
    if event.kind is History.COMPLAINT_LODGED and isinstance(owner, Complaint):
        sent = [request.sent_at for request in requests_of(work.session, owner) if request.sent_at]
        first = min(sent, default=None)
    elif isinstance(owner, Complaint):
        first = owner.lodged_at
    elif event.kind in _AFTER_SENDING and owner is not None:
        first = owner.sent_at
    checked = check_instant(at, work.case, now=work.now, after=first)
    if event.kind in {History.SENT, History.COMPLAINT_LODGED}:
        _require_before(case, event, checked)
    return checked


def _require_before(case: OpenedHistory, event: Event, at: datetime) -> None:
    """Raises StepRefused where something that came after the sending is written down for an earlier moment."""
    tied = {each.sequence for each in case.tied(event) if each.at == event.at}
    for each in case.of(event):
        if each.kind in _AFTER_SENDING and each.sequence not in tied and each.at < at:
            raise StepRefused(
                f"You saved {_AFTER_SENDING[each.kind]} for a moment before this one. Correct that first, or check "
                "the day and the hour."
            )


def _require_alone(case: OpenedHistory, event: Event) -> None:
    """Raises StepRefused where something rests on an entry that is said to be none at all."""
    if event.kind not in {History.SENT, History.COMPLAINT_LODGED}:
        return
    for each in case.of(event):
        if each.kind in _AFTER_SENDING and each.kind is not History.RECEIPT_CONFIRMED:
            raise StepRefused(f"You saved {_AFTER_SENDING[each.kind]} after it. Correct that first.")
    dossier = case.dossiers.get(event.request_id) if event.request_id else None
    if dossier and any(complaint.lodged_at is not None for complaint in dossier.complaints):
        raise StepRefused("You sent a complaint about this letter. Correct that first.")


def _give_back(case: OpenedHistory, event: Event) -> None:
    """A link that never came back belongs to its earlier request again. Raises StepRefused."""
    item = case.items[event.facts["item"]]
    newer = case.dossiers.get(item.request_id) if item.request_id else None
    if newer is not None and newer.request.sent_at is not None:
        raise StepRefused("You already sent a new letter about this link. If it is gone now, mark it as gone.")
    item.request_id = event.request_id
    if newer is not None:
        case.links[newer.request.id] = tuple(each for each in case.links[newer.request.id] if each != item.number)
    if event.request_id is not None:
        own = case.links.get(event.request_id, ())
        case.links[event.request_id] = tuple(sorted({*own, item.number}))
    case.work.session.flush()
    if newer is not None and not case.links[newer.request.id]:
        closed = NewEvent(kind=History.REQUEST_CLOSED, at=case.work.now, request_id=newer.request.id)
        case.work.record(closed)


def _list_settled_otherwise(case: OpenedHistory, earlier: Replayed, changes: list[Change]) -> list[Change]:
    """Entries by which other requests were wholly gone than they say, now that something before them is different.

    Those that are changed already are brought to it in place.
    """
    changed = {change.event.sequence: index for index, change in enumerate(changes)}
    proposed = [
        _propose(case, event, changes[changed[event.sequence]] if event.sequence in changed else None)
        for event in case.held
    ]
    later = case.replay(entry for entry in proposed if entry is not None)
    found = []
    for event in case.held:
        if event.sequence not in later.whole:
            continue
        index, whole = changed.get(event.sequence), later.whole[event.sequence]
        if index is not None:
            change = changes[index]
            if change.instead is not None:
                changes[index] = replace(change, instead=_settle_with(case, change.instead, whole, change.items))
        elif whole != earlier.whole.get(event.sequence, frozenset()):
            moved = _move(case, event, event.at)
            if moved.instead is not None:
                found.append(replace(moved, instead=_settle_with(case, moved.instead, whole, moved.items)))
    return found


def _propose(case: OpenedHistory, event: Event, change: Change | None) -> Happened | None:
    """An entry as it will hold, in its old turn; None where it will not."""
    if change is None:
        return case.open(event)
    if change.instead is None:
        return None
    return Happened(
        sequence=event.sequence,
        kind=event.kind,
        at=change.instead.at,
        request_id=event.request_id,
        facts=change.instead.facts or {},
        items=change.items,
    )


def _settle_with(case: OpenedHistory, new: NewEvent, whole: frozenset[UUID], items: Sequence[int]) -> NewEvent:
    """With the requests that were wholly gone with it, and whether an answer leaves links undecided."""
    facts: dict[str, Any] = {**(new.facts or {}), "whole": sorted(str(each) for each in whole)}
    if new.kind is History.ANSWERED and new.request_id is not None:
        rest = set(case.links[new.request_id]) - set(items)
        is_part = Answer(facts["answer"]) is Answer.REMOVED or bool(items and rest)
        facts.pop("part", None)
        if is_part and new.request_id not in whole:
            facts["part"] = True
    return replace(new, facts=facts)


def _record(work: CaseWork, event: Event, changes: Sequence[Change], command: CorrectionCommand) -> None:
    """Each correction, and behind it what takes the turn of the wrong entry."""
    for change in changes:
        facts: dict[str, Any] = {WRONG: [change.event.sequence]}
        if change.event is event:
            facts |= _tell(change) | ({CAME_BACK: True} if command.came_back else {})
        else:
            facts["follows"] = event.sequence
        detail = _write_detail(work, change.event, command) if change.event is event else {}
        corrected = NewEvent(
            kind=History.CORRECTED,
            at=work.now,
            request_id=change.event.request_id,
            complaint_id=change.event.complaint_id,
            facts=facts,
            detail=detail,
        )
        work.record_all([corrected, change.instead] if change.instead else [corrected])


def _write_detail(work: CaseWork, event: Event, command: CorrectionCommand) -> dict[str, str]:
    """The reason; of a letter that came back also by what its sending can be found on both sides."""
    detail = {"reason": command.reason.strip()} if command.reason.strip() else {}
    if command.came_back:
        sent = read_detail(event, work.key)
        detail |= {name: sent[name] for name in ("message_id", "server_said") if name in sent}
    return detail


def _tell(change: Change) -> dict[str, Any]:
    """What was wrong and what is right, as far as it can be read with nobody signed in."""
    facts: dict[str, Any] = {"fact": FACTS[change.event.kind].value, "was": change.event.at.isoformat()}
    facts["now"] = change.instead.at.isoformat() if change.instead else None
    if change.event.kind is History.ANSWERED:
        facts["was_answer"] = change.event.facts["answer"]
        facts["now_answer"] = change.instead.facts["answer"] if change.instead and change.instead.facts else None
    return facts
