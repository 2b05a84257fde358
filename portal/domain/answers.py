"""What an answer means: a node for each, with its effect on the time limits, the paper that answers it, the next step.

The nodes are data, `portal/reference/answers/graph.yaml`; here are their words, and what may not contradict what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.clocks import EventKind
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import (
    DECISIONS,
    NO_ANSWERS,
    REFUSALS,
    REQUEST_AFTER_ANSWER,
    Answer,
    LetterKind,
    RequestState,
)


class Effect(StrEnum):
    """What an answer does to the time limits, apart from proving receipt."""

    RUNS_ON = "runs_on"
    PAUSES = "pauses"  # where the law lets them ask; it goes on once they have it
    MAY_LENGTHEN = "may_lengthen"  # where the law allows more time and they said so before the first date
    STARTS_OTHERS = "starts_others"  # what some laws count from this answer
    REFUSES = "refuses"  # their time to decide is over; the time to contest it begins
    PARTLY_DECIDES = "partly_decides"  # the time to contest it begins; for the rest they still have to decide
    DECIDES = "decides"
    NOTHING = "nothing"  # not even receipt is proven


class NextPage(StrEnum):
    """Where the next step is taken."""

    WAIT = "wait"  # at the dates of the request
    GIVE = "give"  # that what they asked for was sent
    WRITE_BACK = "write_back"  # the paper that answers it
    REMIND = "remind"
    LOOK = "look"  # at the links: are they gone?
    HELP = "help"  # people who help, before anything is answered
    RECEIPT = "receipt"  # what would show that the letter arrived


class NoPaper(StrEnum):
    """Why there is nothing to write back."""

    THEIR_TURN = "their_turn"
    DONE = "done"  # unless it comes back, for which there is a letter then
    LAWYER_FIRST = "lawyer_first"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, kw_only=True)
class AnswerNode:
    """One meaning. `paper` is the kind of letter that answers it, `topics` what that letter can be about, the likeliest
    first; without a paper `no_paper` says why.
    """

    answer: Answer
    effect: Effect
    proves_receipt: bool
    next: NextPage
    paper: LetterKind | None = None
    topics: tuple[FollowUp, ...] = ()
    no_paper: NoPaper | None = None


AnswerGraph = Mapping[Answer, AnswerNode]


def find_current(nodes: Sequence[AnswerNode], state: RequestState) -> AnswerNode | None:
    """The last answer that a request still is where it left it; what is no answer only where there is nothing else."""
    fitting = [node for node in nodes if leaves_in(node.answer, state)]
    real = [node for node in fitting if node.answer not in NO_ANSWERS]
    return next(reversed(real or fitting), None)


def leaves_in(answer: Answer, state: RequestState) -> bool:
    """Whether a request can be where this answer left it. "Removed" of a part leaves a part."""
    if state is RequestState.CLOSED:
        return False
    is_rest = answer is Answer.REMOVED and state is RequestState.PARTLY
    return is_rest or REQUEST_AFTER_ANSWER[answer] in {None, state}


def effect_of(answer: Answer, kinds: tuple[EventKind, ...]) -> Effect:
    """The effect of what the engine is told of an answer: `kinds` of event, none where it is told nothing."""
    if answer in NO_ANSWERS:
        return Effect.NOTHING
    if EventKind.REFUSED in kinds:
        return Effect.REFUSES
    return next((_EFFECTS[kind] for kind in kinds if kind in _EFFECTS), Effect.RUNS_ON)


_EFFECTS: Mapping[EventKind, Effect] = {
    EventKind.DECIDED: Effect.DECIDES,
    EventKind.DECISION_RECEIVED: Effect.PARTLY_DECIDES,
    EventKind.INFORMATION_ASKED: Effect.PAUSES,
    EventKind.IDENTITY_ASKED: Effect.PAUSES,
    EventKind.EXTENDED_ANSWER: Effect.MAY_LENGTHEN,
    EventKind.AUTHOR_NOTIFIED: Effect.STARTS_OTHERS,
    EventKind.COUNTER_NOTICE_RECEIVED: Effect.STARTS_OTHERS,
}


def find_graph_faults(graph: AnswerGraph) -> Iterator[str]:
    """Dead ends and contradictions, one line each."""
    for answer in Answer:
        if answer not in graph:
            yield f"{answer} has no node"
    for node in graph.values():
        yield from _find_paper_faults(node)
        if node.proves_receipt is (node.answer in NO_ANSWERS):
            yield f"{node.answer}: every answer proves receipt, and what is none proves nothing"
        if node.next in {NextPage.WRITE_BACK, NextPage.REMIND} and node.paper is None:
            yield f"{node.answer}: its next step is a paper that it does not have"
        if (node.effect is Effect.REFUSES) is not (node.answer in REFUSALS):
            yield f"{node.answer}: a refusal has the effect of one, and nothing else has"
        if node.effect in {Effect.DECIDES, Effect.PARTLY_DECIDES} and node.answer not in DECISIONS:
            yield f"{node.answer} decides nothing"


def _find_paper_faults(node: AnswerNode) -> Iterator[str]:
    if (node.paper is None) is (node.no_paper is None):
        yield f"{node.answer}: either a paper answers it, or it says why none does"
    if (node.paper is LetterKind.FOLLOW_UP) is not bool(node.topics):
        yield f"{node.answer}: a letter back has a topic, and only that one has"
    if node.paper not in {None, LetterKind.FOLLOW_UP, LetterKind.REMINDER}:
        yield f"{node.answer}: no answer is answered by a {node.paper}"
