"""Links pasted over several cases: in which case of the team each is, and one answer about those of a case.

They are found by their marks, without a case being opened. Each case is then a transaction of its own, as for
everything that is done in many cases, and a press counts once in each.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from portal.domain.lifecycle import UNSENT, CaseStatus, ItemState, RequestState
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, Result
from portal.services.casefile.bulk.steps import try_step
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.dossier_rows import OpenedItem, list_items
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork

_NOT_OPEN = "This case is not open."


@dataclass(frozen=True, kw_only=True)
class PastedOfRequest:
    """The pasted links that one request is about; its number is 0 where no request is about them yet.

    `why` says why no answer is logged for them; `gone` are those of them that are marked as gone.
    """

    number: int
    platform_name: str
    items: tuple[int, ...]
    urls: tuple[str, ...]
    why: str
    gone: tuple[int, ...]

    @property
    def is_gone(self) -> bool:
        return len(self.gone) == len(self.items)

    @property
    def will(self) -> bool:
        return not self.why


def look_in_case(work: CaseWork, item_ids: Collection[UUID]) -> tuple[PastedOfRequest, ...]:
    """The requests of a case that are about some of these links, by number. Reads only."""
    dossiers = read_dossiers(work)
    of_requests = {item.row.id for each in dossiers for item in each.items}
    free = [item for item in list_items(work) if item.row.id not in of_requests]
    parts = [(each.number, each.name, _why_not(each.request.state), each.items) for each in dossiers]
    found = []
    for number, name, why, all_items in [*parts, (0, "", "No request is about it yet.", free)]:
        items: list[OpenedItem] = [item for item in all_items if item.row.id in item_ids]
        if items:
            found.append(
                PastedOfRequest(
                    number=number,
                    platform_name=name or items[0].platform_name,
                    items=tuple(item.row.number for item in items),
                    urls=tuple(str(item.values.get("url") or "") for item in items),
                    why=why if work.case.status is CaseStatus.OPEN else _NOT_OPEN,
                    gone=tuple(item.row.number for item in items if item.row.state is ItemState.REMOVED),
                )
            )
    return tuple(found)


def _why_not(state: RequestState) -> str:
    if state in UNSENT:
        return "It was not sent yet."
    return "It is closed." if state is RequestState.CLOSED else ""


def log_in_case(work: CaseWork, item_ids: Collection[UUID], command: AnswerCommand, token: str) -> None:
    """Log the answer for each request, about its own of these links. The same token again does nothing."""
    if bulk.find_action(work, token) is None:
        looks = look_in_case(work, item_ids)
        done = [try_step(work, look, partial(_log, work, look, command)) for look in looks]
        bulk.keep_step(work, token, BulkAction.ANSWER.value, done)


def mark_in_case(work: CaseWork, item_ids: Collection[UUID], seen: BulkAction, token: str) -> None:
    """Somebody saw that these links are gone, or back again. The same token again does nothing."""
    if bulk.find_action(work, token) is None:
        looks = [_for_marking(each, seen) for each in look_in_case(work, item_ids)]
        chosen = [number for look in looks if look.will for number in look.items]
        if chosen and seen is BulkAction.BACK:
            answers.mark_back(work, *chosen)
        elif chosen:
            answers.mark_all_gone(work, chosen)
        done = [Result(number=look.number, platform_name=look.platform_name, why=look.why) for look in looks]
        bulk.keep_step(work, token, seen.value, done)


def _for_marking(look: PastedOfRequest, seen: BulkAction) -> PastedOfRequest:
    """What is seen can be written down of every request, sent or not. Only what was gone can be back."""
    if look.why == _NOT_OPEN:
        return look
    if seen is BulkAction.BACK:
        return replace(look, items=look.gone, why="" if look.gone else "None of its links is gone.")
    return replace(look, why="All its links are marked as gone." if look.is_gone else "")


def _log(work: CaseWork, look: PastedOfRequest, command: AnswerCommand) -> None:
    answers.log_answer(work, look.number, replace(command, items=look.items))
