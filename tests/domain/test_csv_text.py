"""Tables that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.csv_text import make_cell, write_csv

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\uff1d1+1", "|cmd", "%x")


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert make_cell(text) == f"'{text}"


def test_our_own_numbers_stay_numbers() -> None:
    assert (make_cell(-3), make_cell(0.5), make_cell(True), make_cell(None)) == ("-3", "0.5", "true", "")


def test_of_several_the_first_decides() -> None:
    assert make_cell(("=1", "2")) == "'=1; 2"
    assert make_cell(("1", "=2")) == "1; =2"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_what_was_written_is_read_back(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(write_csv(["a", "=b"], rows).decode(), newline="")))
    assert read[0] == ["a", "'=b"]
    assert read[1:] == [[make_cell(cell) for cell in row] for row in rows]
