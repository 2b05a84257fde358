"""After an answer: what it does, what to do next and the pages for it; the words are each reader's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.domain.answers import AnswerNode, Effect, NextPage, NoPaper, find_current
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import Answer, ItemState, LetterKind
from portal.services.tracking.views import RequestView


@dataclass(frozen=True, kw_only=True)
class AnswerStep:
    """One press. `topic` is what a letter back is about. `is_post`: it makes something at once."""

    page: NextPage
    topic: FollowUp | None
    label: str
    address: str
    is_post: bool = False


@dataclass(frozen=True, kw_only=True)
class AfterAnswer:
    """What a page says under the last answer. `no_paper` says why nothing is written back, where nothing is."""

    effect: str
    words: str
    no_paper: str
    steps: tuple[AnswerStep, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerWords:
    """How one reader is told. `describe` names what a letter back is about; `address` gives the page of a step."""

    effects: Mapping[Effect, Any]
    next: Mapping[Answer, Any]
    no_papers: Mapping[NoPaper, Any]
    labels: Mapping[NextPage, Any]
    describe: Callable[[StrEnum], str]
    address: Callable[[RequestView, NextPage, FollowUp | None], str]


def say_after(view: RequestView, words: AnswerWords) -> AfterAnswer | None:
    """What the last answer that still counts means; None where nothing came back, or what was done overtook it."""
    node = find_current([answer.node for answer in view.answers], view.state)
    if node is None or _came_back(node, view):
        return None
    return AfterAnswer(
        effect=str(words.effects[node.effect]),
        words=str(words.next[node.answer]),
        no_paper=str(words.no_papers[node.no_paper]) if node.no_paper else "",
        steps=tuple(_list_steps(view, node, words)),
    )


def _came_back(node: AnswerNode, view: RequestView) -> bool:
    """What they removed is there again, and has steps of its own."""
    return node.answer is Answer.REMOVED and any(item.state is ItemState.BACK for item in view.items)


def _list_steps(view: RequestView, node: AnswerNode, words: AnswerWords) -> Iterator[AnswerStep]:
    """The next step, then the paper where that is another one."""
    for page in dict.fromkeys((node.next, *_papers_of(node))):
        if page is NextPage.WRITE_BACK:
            for topic in node.topics:
                if topic in view.topics:
                    address = words.address(view, page, topic)
                    yield AnswerStep(page=page, topic=topic, label=words.describe(topic), address=address)
        else:
            address, is_post = words.address(view, page, None), page is NextPage.REMIND
            yield AnswerStep(page=page, topic=None, label=str(words.labels[page]), address=address, is_post=is_post)


def _papers_of(node: AnswerNode) -> tuple[NextPage, ...]:
    if node.paper is LetterKind.REMINDER:
        return (NextPage.REMIND,)
    return (NextPage.WRITE_BACK,) if node.paper else ()
