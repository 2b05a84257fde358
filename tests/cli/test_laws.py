"""The `laws` command: every law with its answer, machine-readable or for people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.reference.registry import load_registry
from tests.cli.runner import run

REGIMES = load_registry().regimes


def ask(*arguments: str) -> dict[str, dict[str, Any]]:
    result = run("laws", *arguments, "--json")
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.output)
    return {row["regime"]: row for row in rows}


def test_every_law_is_answered_in_one_sentence() -> None:
    answers = ask("--country", "DE", "--depiction", "real")
    assert set(answers) == set(REGIMES)
    for answer in answers.values():
        assert list(answer) == ["regime", "applies", "offered", "reason"]
        assert answer["applies"] in {"yes", "maybe", "no"}
        assert answer["reason"].endswith(".")
        assert answer["offered"] in ([True, False] if answer["applies"] != "no" else [False])


def test_place_and_platform_decide() -> None:
    answers = ask("--country", "NZ", "--depiction", "real", "--platform", "x", "--on", "2026-11-22")
    assert (answers["nz-hdca-24"]["applies"], answers["nz-hdca-24"]["offered"]) == ("yes", True)
    assert answers["us-take-it-down"]["offered"] is True
    assert answers["uk-osa-10-3a"]["applies"] == "no"
    assert answers["au-osa-iba"]["reason"] == "The person does not live where this law applies."


@pytest.mark.parametrize(("on", "offered"), [("2026-06-28", False), ("2026-06-29", True)])
def test_the_day_decides(on: str, offered: bool) -> None:
    answer = ask("--country", "GB", "--depiction", "real", "--on", on)["uk-osa-10-3a"]
    assert answer["offered"] is offered
    assert answer["applies"] == ("yes" if offered else "no")


def test_a_part_may_be_given_with_or_without_its_country() -> None:
    short = ask("--country", "ca", "--subdivision", "qc", "--depiction", "real")
    assert short == ask("--country", "CA", "--subdivision", "CA-QC", "--depiction", "real")
    assert short["ca-qc-law25-28-1"]["applies"] == "yes"
    elsewhere = ask("--country", "CA", "--subdivision", "ON", "--depiction", "real")
    assert elsewhere["ca-qc-law25-28-1"]["applies"] == "no"
    assert ask("--country", "CA", "--depiction", "real")["ca-qc-law25-28-1"]["applies"] == "maybe"


def test_for_people_what_can_be_used_stands_first() -> None:
    lines = run("laws", "--country", "NZ", "--depiction", "ai", "--on", "2026-11-22").output.splitlines()
    marks = ["usable" in line for line in lines[:-1]]
    assert marks == sorted(marks, reverse=True)
    assert lines[-1].startswith(f"{sum(marks)} of {len(REGIMES)} laws")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--country", "XX", "--depiction", "real"), "no country"),
        (("--country", "US", "--subdivision", "QQ", "--depiction", "real"), "has no part"),
        (("--country", "US", "--depiction", "painted"), "real"),
        (("--country", "US", "--depiction", "real", "--platform", "instagran"), "nearest is 'instagram'"),
        (("--country", "US", "--depiction", "real", "--on", "yesterday"), "yesterday"),
        (("--depiction", "real"), "--country"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_says_why(arguments: tuple[str, ...], told: str) -> None:
    result = run("laws", *arguments)
    assert result.exit_code == 2
    assert told in result.output
