"""One test of many cases: all of them are tried, whichever fails, and what failed is named."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from tests.cases import for_each


def test_every_case_is_tried_and_each_that_fails_is_named() -> None:
    tried = []

    @for_each("number", [1, 2, 3, 4], ids=["one", "two", "three", "four"])
    def is_odd(number: int) -> None:
        tried.append(number)
        assert number % 2

    with pytest.raises(BaseExceptionGroup, match="2 of 4 cases") as raised:
        is_odd()
    assert tried == [1, 2, 3, 4]
    assert [error.__notes__ for error in raised.value.exceptions] == [["case: two"], ["case: four"]]


def test_a_case_of_two_values_stands_beside_fixtures_and_other_cases(tmp_path: Path) -> None:
    tried = []

    @for_each("third", "xy")
    @for_each(("first", "second"), [(1, 2), (3, 4)])
    def see(first: int, second: int, third: str, tmp_path: Path) -> None:
        tried.append((first, second, third, tmp_path))

    assert list(inspect.signature(see).parameters) == ["tmp_path"]
    see(tmp_path=tmp_path)
    assert tried == [(1, 2, "x", tmp_path), (3, 4, "x", tmp_path), (1, 2, "y", tmp_path), (3, 4, "y", tmp_path)]


def test_no_case_is_no_test() -> None:
    with pytest.raises(AssertionError, match="a test of no case"):
        for_each("number", [])
