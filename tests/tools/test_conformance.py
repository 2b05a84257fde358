"""The verdicts of the conformance check: what passes, what a bundle may lack, and that the control has to fail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tools.conformance.__main__ import NO_MARK, UA, Job, Verdict, make_document, make_table


def verdict(*, passed: bool, failed: str = "", may_lack_mark: bool = False, has_to_fail: bool = False) -> Verdict:
    job = Job("notice, A4, full", UA, Path("a.pdf"), 2, may_lack_mark=may_lack_mark, has_to_fail=has_to_fail)
    return Verdict(job, 1234, passed, failed)


@pytest.mark.parametrize(
    ("each", "is_good"),
    [
        (verdict(passed=True), True),
        (verdict(passed=False, failed="7.1: no tags"), False),
        (verdict(passed=False, failed=f"{NO_MARK} by a schema"), False),
        (verdict(passed=False, failed=f"{NO_MARK} by a schema", may_lack_mark=True), True),
        (verdict(passed=False, failed=f"{NO_MARK} by a schema; 7.1: no tags", may_lack_mark=True), False),
        (verdict(passed=False, may_lack_mark=True), False),
        (verdict(passed=True, has_to_fail=True), False),
        (verdict(passed=False, failed="7.1: no tags", has_to_fail=True), True),
    ],
)
def test_a_verdict_is_good_only_for_what_was_asked(each: Verdict, is_good: bool) -> None:
    assert each.is_good == is_good
    assert each.word.isupper() != is_good


def test_the_document_holds_the_table_and_no_path_of_a_machine() -> None:
    table = make_table([verdict(passed=True)])
    text = make_document(table, date(2026, 11, 22))
    assert "| notice, A4, full | 2     | PDF/UA-1 | 1,234      | passes |" in text
    assert "2026-11-22" in text
    assert "a.pdf" not in text
