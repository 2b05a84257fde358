"""The graph of answers: every node leads on, and says what the tables of the code do."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.domain.answers import AnswerNode, Effect, NextPage, NoPaper, effect_of, find_graph_faults
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import Answer, LetterKind
from portal.reference.answers import FOLDER, load_graph
from portal.reference.strict import BadReference
from portal.services.clocks.case_events import kinds_of_answer

GRAPH = load_graph()


def test_every_answer_has_a_node() -> None:
    assert set(GRAPH) == set(Answer)


@pytest.mark.parametrize("answer", list(Answer))
def test_the_effect_that_is_told_is_the_one_that_is_counted(answer: Answer) -> None:
    assert GRAPH[answer].effect is effect_of(answer, kinds_of_answer(answer))


def test_each_letter_back_answers_something() -> None:
    """`BACK` follows from a link that is seen again, which is no answer."""
    assert {topic for node in GRAPH.values() for topic in node.topics} == set(FollowUp) - {FollowUp.BACK}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("answer: acknowledged,", "answer: removed,", "an answer stands twice"),
        ("no_paper: lawyer_first", "paper: notice", "no answer is answered by a notice"),
        (", no_paper: lawyer_first", "", "either a paper answers it, or it says why none does"),
        ("next: wait, no_paper: their_turn", "next: remind, no_paper: their_turn", "a paper that it does not have"),
        ("effect: nothing, proves_receipt: false", "effect: nothing, proves_receipt: true", "proves nothing"),
        ("login_asked, effect: runs_on", "login_asked, effect: refuses", "a refusal has the effect of one"),
        ("passed_on, effect: starts_others", "passed_on, effect: decides", "decides nothing"),
        ("next: help, paper: reminder", "next: help, paper: follow_up", "a letter back has a topic"),
        ("next: help, paper: reminder", "next: help, papers: reminder", "unknown key"),
    ],
)
def test_a_dead_end_stops_the_start(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = (FOLDER / "graph.yaml").read_text("utf-8")
    assert old in text
    bent = tmp_path / "graph.yaml"
    bent.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadReference, match=fault):
        load_graph(bent)


def test_an_answer_without_a_node_is_named() -> None:
    some = dict(GRAPH)
    del some[Answer.REMOVED]
    assert list(find_graph_faults(some)) == ["removed has no node"]


def test_a_node_may_say_why_nothing_is_written() -> None:
    node = AnswerNode(
        answer=Answer.UPDATE, effect=Effect.RUNS_ON, proves_receipt=True, next=NextPage.WAIT, paper=LetterKind.REMINDER
    )
    assert not list(find_graph_faults({**GRAPH, Answer.UPDATE: node}))
    twice = AnswerNode(
        answer=Answer.UPDATE,
        effect=Effect.RUNS_ON,
        proves_receipt=True,
        next=NextPage.WAIT,
        paper=LetterKind.REMINDER,
        no_paper=NoPaper.DONE,
    )
    assert list(find_graph_faults({**GRAPH, Answer.UPDATE: twice}))
