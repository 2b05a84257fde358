"""A look for known holes in the packages is clean only when every package was looked up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.check_packages import ROOT, Outcome, judge, main, read_pinned, report

PINNED = frozenset({"flask", "argon2-cffi"})
# As pip-audit 2.10 prints them.
FLASK = {"name": "flask", "version": "3.1.3", "vulns": []}
ARGON = {"name": "Argon2_cffi", "version": "25.1.0", "vulns": []}
SKIPPED = {"name": "argon2-cffi", "skip_reason": "Dependency not found and could not be audited: argon2-cffi (25.1.0)"}
HOLED = {
    "name": "flask",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2023-62", "fix_versions": ["2.2.5", "2.3.2"], "aliases": ["CVE-2023-30861"]}],
}


def answer(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


def test_every_package_looked_up_and_none_with_a_hole_is_clean() -> None:
    assert judge(answer(FLASK, ARGON), PINNED).outcome is Outcome.CLEAN


def test_a_skipped_package_is_never_clean() -> None:
    finding = judge(answer(FLASK, SKIPPED), PINNED)
    assert finding.outcome is Outcome.SKIPPED
    assert finding.lines == ("argon2-cffi: not looked up",)


def test_a_pinned_package_that_is_not_in_the_answer_is_never_clean() -> None:
    assert judge(answer(FLASK), PINNED).outcome is Outcome.SKIPPED


def test_a_hole_is_named_with_the_version_that_mends_it() -> None:
    finding = judge(answer(HOLED, SKIPPED), PINNED)
    assert finding.outcome is Outcome.FOUND
    assert finding.lines[0] == "flask: PYSEC-2023-62, mended in 2.2.5, 2.3.2"


@pytest.mark.parametrize(
    "output", ["", "not json", "[]", "{}", answer(), answer(SKIPPED, {**SKIPPED, "name": "flask"})]
)
def test_a_run_that_looked_up_nothing_has_reached_no_database(output: str) -> None:
    assert judge(output, PINNED).outcome is Outcome.UNREACHED


@pytest.mark.parametrize(
    ("output", "strict", "if_possible"),
    [
        (answer(FLASK, ARGON), 0, 0),
        (answer(FLASK, SKIPPED), 1, 1),
        (answer(HOLED, ARGON), 1, 1),
        (answer(SKIPPED), 1, 0),
        ("", 1, 0),
    ],
)
def test_only_a_run_that_reached_nothing_may_pass_and_says_so(
    output: str, strict: int, if_possible: int, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = judge(output, PINNED)
    assert report(finding, if_possible=False) == strict
    capsys.readouterr()
    assert report(finding, if_possible=True) == if_possible
    said = "".join(capsys.readouterr())
    assert ("no hole is known" in said) == (finding.outcome is Outcome.CLEAN)
    assert ("PACKAGES NOT CHECKED" in said) == (finding.outcome is Outcome.UNREACHED)


def test_the_pinned_packages_are_read_from_the_files() -> None:
    pinned = read_pinned([(ROOT / "requirements.txt").read_text("utf-8")])
    assert {"flask", "argon2-cffi", "sqlalchemy"} <= pinned
    assert read_pinned(["Flask==3.1.3 \\\n    --hash=sha256:00\n# a==1\n"]) == {"flask"}


def test_an_unknown_argument_is_refused() -> None:
    assert main(["--fast"]) == 2
