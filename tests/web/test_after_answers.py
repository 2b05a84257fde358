"""After each answer both readers are told what it does and are one press from the next step: no dead ends."""

from __future__ import annotations

import pytest

from portal.domain.lifecycle import Answer, LetterKind
from portal.reference.answers import load_graph
from portal.web.desk.requests import answer_words as desk_words
from portal.web.person.requests import answer_words as person_words
from tests.services.fakes import print_quickly
from tests.web.desk.colleague import Colleague, Desk
from tests.web.desk.conftest import desk
from tests.web.pages import Visitor
from tests.web.person.test_case import holder, send_request

__all__ = ["desk", "holder"]  # fixtures of both readers
GRAPH = load_graph()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def try_each_step(visitor: Visitor, answer: Answer, steps_of: int) -> None:
    """Every press under the answer leads to a page, and where a paper answers it, the paper can be made. What stands
    among the person's next steps above is not offered a second time.
    """
    page, node = visitor.page, GRAPH[answer]
    boxes = [each for each in page.root.iter() if each.get("id") == "after-answer"]
    assert len(boxes) == 1
    above = [each for each in page.root.iter("ol") if each.get("class") == "moves"]
    addresses = [each.get("href", "") for each in boxes[0].iter("a")]
    makers = [each.get("action", "") for each in boxes[0].iter("form")]
    named = [each.get("href", "") for steps in above for each in steps.iter("a")]
    assert not set(addresses) & set(named), "offered twice"
    addresses += named
    assert len(addresses) + len(makers) == steps_of or (named and len(addresses) + len(makers) > steps_of)
    assert bool(makers) is (node.paper is LetterKind.REMINDER)
    for address in addresses:
        visitor.go(address.partition("#")[0])
    if makers:
        visitor.go(page.path)
        visitor.press("Make a reminder")
    for topic in node.topics[:1]:
        fitting = [address for address in addresses if address.endswith(f"/{TOPICS[topic.value]}")]
        visitor.go(max(fitting, key=len))  # another page of the request may end in the same number, and is nearer
        visitor.press("Make the letter", given="Here it is." if topic.value == "more_asked" else "")
        assert visitor.page.status == 200


TOPICS = {
    "left": 2, "not_violation": 3, "id_wanted": 4, "not_found": 5, "login": 6, "public_interest": 7,
    "consent_claimed": 8, "parody": 9, "own_account": 10, "geo_only": 11, "no_reason": 12, "counter_notice": 13,
    "more_asked": 14, "excess_id": 15,
}  # fmt: skip


def count_steps(answer: Answer) -> int:
    """The next step, and the papers where they are something else."""
    node = GRAPH[answer]
    papers = len(node.topics) or (1 if node.paper else 0)
    return papers if node.next.value in {"write_back", "remind"} else papers + 1


@pytest.mark.parametrize("answer", list(GRAPH))
def test_the_person_is_led_on_from_every_answer(holder: Visitor, answer: Answer) -> None:
    send_request(holder)
    holder.go("/case/requests/1/answer")
    holder.press("Save", answer=answer.value, text="Their words.")
    text, node = holder.page.text, GRAPH[answer]
    assert str(person_words.EFFECTS[node.effect]) in text
    assert str(person_words.NEXT[answer]) in text
    assert (str(person_words.NO_PAPERS[node.no_paper]) in text) if node.no_paper else True
    try_each_step(holder, answer, count_steps(answer))


@pytest.mark.parametrize("answer", list(GRAPH))
def test_the_desk_is_led_on_from_every_answer(desk: Desk, answer: Answer) -> None:
    colleague = log_at_desk(desk, answer)
    text, node = colleague.page.text, GRAPH[answer]
    assert str(desk_words.EFFECTS[node.effect]) in text
    assert str(desk_words.NEXT[answer]) in text
    assert (str(desk_words.NO_PAPERS[node.no_paper]) in text) if node.no_paper else True
    try_each_step(colleague, answer, count_steps(answer))


def log_at_desk(desk: Desk, answer: Answer) -> Colleague:
    reference = desk.add_case(links="https://x.com/someone/status/1")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30")
    colleague.follow("Log an answer")
    colleague.press("Log the answer", answer=answer.value, text="Their words.")
    return colleague


def test_what_was_overtaken_is_not_told_any_more(desk: Desk) -> None:
    colleague = log_at_desk(desk, Answer.MORE_ASKED)
    colleague.follow("Record that it was given")
    colleague.press("It was sent")
    assert "after-answer" not in [each.get("id") for each in colleague.page.root.iter()]


def test_what_came_back_is_not_told_to_be_gone(desk: Desk) -> None:
    colleague = log_at_desk(desk, Answer.REMOVED)
    assert "after-answer" in [each.get("id") for each in colleague.page.root.iter()]
    address = colleague.page.path
    colleague.press("It is back")
    colleague.go(address)
    assert "after-answer" not in [each.get("id") for each in colleague.page.root.iter()]
