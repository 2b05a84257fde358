"""What is to be done in a case now, over all its requests: the same step of several is one task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import ngettext

from portal.services.casefile.bulk.actions import BulkAction
from portal.services.casefile.views import RequestLine
from portal.services.requests.views import NextStep

NAMED = 6  # requests that a task names; more are counted


@dataclass(frozen=True, kw_only=True)
class Task:
    """One step for these requests. `at_once` is what does it for all of them; empty where each has its own page."""

    step: NextStep
    words: str
    lines: tuple[RequestLine, ...]
    at_once: tuple[BulkAction, ...]

    @property
    def named(self) -> tuple[RequestLine, ...]:
        return self.lines[:NAMED]

    @property
    def more(self) -> int:
        """How many of them are not named."""
        return len(self.lines) - len(self.named)


def list_tasks(lines: Iterable[RequestLine]) -> tuple[Task, ...]:
    """The steps that wait for the team, what the other side waits for first. Waiting and being done are no tasks."""
    rows = tuple(lines)
    found = ((step, tuple(row for row in rows if row.next_step.kind is step)) for step in _WORDS)
    return tuple(
        Task(step=step, words=_WORDS[step](len(those)), lines=those, at_once=_AT_ONCE.get(step, ()))
        for step, those in found
        if those
    )


def is_settled(lines: Iterable[RequestLine]) -> bool:
    """Whether there are requests, and nothing is left to do or to wait for in any of them."""
    steps = {row.next_step.kind for row in lines}
    return steps == {NextStep.NONE}


_WORDS: Mapping[NextStep, Callable[[int], str]] = MappingProxyType(
    {
        NextStep.ANSWER_BACK: lambda count: ngettext(
            "%(num)d platform asks for more", "%(num)d platforms ask for more", count
        ),
        NextStep.COMPLETE: lambda count: ngettext(
            "%(num)d letter lacks what a law asks for", "%(num)d letters lack what a law asks for", count
        ),
        NextStep.CONSENT: lambda count: ngettext(
            "%(num)d letter waits for the person’s consent", "%(num)d letters wait for the person’s consent", count
        ),
        NextStep.SEND: lambda count: ngettext("%(num)d letter to send", "%(num)d letters to send", count),
        NextStep.COMPLAIN: lambda count: ngettext(
            "%(num)d request can go to an authority", "%(num)d requests can go to an authority", count
        ),
        NextStep.REMIND: lambda count: ngettext("%(num)d platform to remind", "%(num)d platforms to remind", count),
    }
)
_AT_ONCE: Mapping[NextStep, tuple[BulkAction, ...]] = MappingProxyType(
    {
        NextStep.SEND: (BulkAction.LETTERS, BulkAction.SENT),
        NextStep.COMPLAIN: (BulkAction.COMPLAIN, BulkAction.LODGED),
        NextStep.REMIND: (BulkAction.REMIND, BulkAction.REMINDED),
    }
)
