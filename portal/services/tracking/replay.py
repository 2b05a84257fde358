"""What requests and links come to when their history is gone through from its beginning. Plain rules, no database.

The use cases write rows as things happen. A correction changes something that lies behind, so the rows are worked out
again from what holds; the two have to agree, which tests hold them to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.domain.lifecycle import (
    DECISIONS,
    SETTLED,
    Answer,
    History,
    ItemState,
    RequestState,
    SendingChannel,
    item_state_after,
)
from portal.services.tracking.answers import state_after
from portal.services.tracking.sending import ASKED_ANEW


@dataclass(frozen=True, kw_only=True)
class Happened:
    """An entry of the history that holds, opened. `items` are the numbers it names; none means all of the request."""

    sequence: int
    kind: History
    at: datetime
    request_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[int, ...] = ()


@dataclass(kw_only=True)
class RequestStand:
    """What a request's row says, see `portal.models.requests.Request`."""

    state: RequestState = RequestState.PREPARED
    channel: SendingChannel | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    answered_at: datetime | None = None
    is_prepared: bool = False  # links go to a request only once it is there


@dataclass(kw_only=True)
class Replayed:
    """Where everything is in the end, and by the sequence of each entry which requests were wholly gone with it."""

    requests: dict[UUID, RequestStand]
    items: dict[int, ItemState]
    whole: dict[int, frozenset[UUID]]


def replay(entries: Iterable[Happened], links: Mapping[UUID, Sequence[int]], numbers: Iterable[int]) -> Replayed:
    """Go through the entries in their turn.

    `links` are the numbers of the links of each request, `numbers` those of all links of the case.
    """
    found = Replayed(
        requests={request_id: RequestStand() for request_id in links},
        items=dict.fromkeys(numbers, ItemState.REPORTED),
        whole={},
    )
    for entry in entries:
        _take(found, entry, links)
    return found


def _take(found: Replayed, entry: Happened, links: Mapping[UUID, Sequence[int]]) -> None:
    request = found.requests.get(entry.request_id) if entry.request_id else None
    own = links.get(entry.request_id, ()) if entry.request_id else ()
    if entry.kind is History.ITEM_GONE:
        _set_items(found, entry.items, ItemState.REMOVED)
        found.whole[entry.sequence] = _settle(found, links)
    elif entry.kind is History.ITEM_BACK:
        _set_items(found, entry.items, ItemState.BACK)
    elif request is not None and entry.kind is History.ANSWERED:
        _take_answer(found, request, entry, links)
    elif request is not None:
        _take_step(found, request, entry, own)


def _take_step(found: Replayed, request: RequestStand, entry: Happened, own: Sequence[int]) -> None:
    """What somebody did with a request. Kinds of entry that change nothing of it are passed over."""
    if entry.kind is History.REQUEST_PREPARED:
        request.is_prepared = True
    elif entry.kind is History.SENT:
        request.state, request.sent_at = RequestState.SENT, entry.at
        request.channel = SendingChannel(entry.facts["channel"]) if "channel" in entry.facts else request.channel
        _set_items(found, [number for number in own if found.items.get(number) in ASKED_ANEW], ItemState.ASKED)
    elif entry.kind is History.RECEIPT_CONFIRMED:
        request.received_at = entry.at
    elif entry.kind is History.INFORMATION_SENT:
        request.state = RequestState.ACKNOWLEDGED
    elif entry.kind is History.REQUEST_CLOSED:
        request.state = RequestState.CLOSED


def _take_answer(found: Replayed, request: RequestStand, entry: Happened, links: Mapping[UUID, Sequence[int]]) -> None:
    answer = Answer(entry.facts["answer"])
    for number in entry.items or links[entry.request_id]:  # type: ignore[index]
        if number in found.items:
            found.items[number] = item_state_after(answer, found.items[number])
    if answer in DECISIONS:
        request.answered_at = entry.at
    whole = found.whole[entry.sequence] = _settle(found, links)
    if entry.request_id not in whole:
        request.state = state_after(request.state, answer)


def _set_items(found: Replayed, numbers: Iterable[int], state: ItemState) -> None:
    for number in numbers:
        if number in found.items:
            found.items[number] = state


def _settle(found: Replayed, links: Mapping[UUID, Sequence[int]]) -> frozenset[UUID]:
    """Requests of which every link is gone now and was not before."""
    whole = set()
    for request_id, request in found.requests.items():
        states = {found.items[number] for number in links[request_id] if number in found.items}
        if request.is_prepared and request.state not in SETTLED and states == {ItemState.REMOVED}:
            request.state = RequestState.REMOVED
            whole.add(request_id)
    return frozenset(whole)
