"""While a letter is printed nobody waits for it, and it is kept only if it still says what is so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.adapters.papers.press import NotPrinted
from portal.domain.letters.facts import LetterFacts, NoticeFacts
from portal.models.items import Item
from portal.models.letters import Letter
from portal.services.letters import letters
from portal.services.letters.printing import Printed
from portal.web.letter_making import TRIES
from tests.services.factories import NOW
from tests.services.fakes import HOUR, print_as_json
from tests.web.desk.colleague import Colleague, Desk


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    """Mira on the first request of a case."""
    reference = desk.add_case()
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}/requests/1")
    return visitor


def print_and(monkeypatch: pytest.MonkeyPatch, act: Callable[[LetterFacts], object]) -> list[LetterFacts]:
    """Do something while a letter is printed. Returns what was printed so far."""
    printed: list[LetterFacts] = []

    def print_letter(facts: LetterFacts, _progress: object = None) -> Printed:
        printed.append(facts)
        act(facts)
        return print_as_json(facts)

    monkeypatch.setattr(letters, "print_letter", print_letter)
    return printed


def change_link(desk: Desk) -> None:
    """Somebody else writes something down that the letter tells: when a link was seen last."""
    with desk.parts.sessions.begin() as session:
        for item in session.scalars(select(Item)):
            item.changed_at += HOUR


def test_no_connection_is_in_use_while_a_letter_is_printed(
    desk: Desk, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use: list[int] = []
    print_and(monkeypatch, lambda _facts: in_use.append(desk.parts.engine.pool.checkedout()))  # type: ignore[attr-defined]
    colleague.press("Make the letter")
    assert in_use == [0]
    with desk.parts.sessions() as session:
        assert session.scalars(select(Letter.number)).all() == [1]


def test_a_letter_is_made_again_where_something_was_written_down_meanwhile(
    desk: Desk, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[LetterFacts] = print_and(monkeypatch, lambda _facts: change_link(desk) if len(printed) == 1 else None)
    colleague.press("Make the letter")
    seen_at = [facts.links[0].state_at for facts in printed if isinstance(facts, NoticeFacts)]
    assert seen_at == [NOW, NOW + HOUR]
    with desk.parts.sessions() as session:
        assert session.scalars(select(Letter.number)).all() == [2], "the number of what was thrown away stays unused"


def test_a_letter_that_cannot_be_set_is_told_and_leaves_nothing_behind(
    desk: Desk, colleague: Colleague, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_facts: LetterFacts) -> None:
        raise NotPrinted("the press did not set a letter within 900 seconds")

    print_and(monkeypatch, fail)
    page = colleague.press("Make the letter", status=409)
    assert "could not be made just now" in page.text
    assert "within 900 seconds" in caplog.text
    with desk.parts.sessions() as session:
        assert session.scalars(select(Letter.number)).all() == []


def test_what_changes_each_time_is_told_and_nothing_is_kept(
    desk: Desk, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = print_and(monkeypatch, lambda _facts: change_link(desk))
    page = colleague.press("Make the letter", status=409)
    assert "changed while the letter was made" in page.text
    assert len(printed) == TRIES
    with desk.parts.sessions() as session:
        assert session.scalars(select(Letter.number)).all() == []
