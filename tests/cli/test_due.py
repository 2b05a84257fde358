"""The `due` command: dates with their steps, and clear words for what cannot be counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from portal.reference.zones import PACKAGE
from tests.cli import runner


def run(*arguments: str) -> Result:
    return runner.run("due", *arguments)


def run_json(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


GDPR = ("--regime", "eu-gdpr-17", "--started", "2026-03-05T09:00:00+00:00", "--country", "IE")
TIDA = ("--regime", "us-take-it-down", "--country", "US")


def test_a_period_of_days_has_a_last_day_and_ends_with_it() -> None:
    answer = run_json(*GDPR)
    assert list(answer) == [
        *("regime", "clock", "started_at", "due_at", "last_day", "binding", "estimated", "steps", "version", "zone"),
        *("calendar_version", "zone_version"),
    ]
    assert answer["regime"] == "eu-gdpr-17"
    assert answer["clock"] == "respond"
    assert answer["started_at"] == "2026-03-05T09:00:00+00:00"
    assert answer["due_at"] == "2026-04-07T23:59:59+01:00"
    assert answer["last_day"] == "2026-04-07"
    assert (answer["binding"], answer["estimated"]) == ("duty", False)
    assert "Easter Monday" in " ".join(step["text"] for step in answer["steps"])
    assert all(set(step) == {"at", "text"} for step in answer["steps"])


def test_a_period_of_hours_has_no_last_day() -> None:
    answer = run_json(*TIDA, "--started", "2026-11-20T22:15:00Z")
    assert answer["due_at"] == "2026-11-22T17:15:00-05:00"
    assert answer["last_day"] is None


def test_the_zone_and_the_part_of_the_country_can_be_given() -> None:
    there = run_json(*TIDA, "--started", "2026-11-20T22:15:00Z", "--zone", "America/Los_Angeles")
    assert there["due_at"].endswith("-08:00")
    part = run_json(*TIDA, "--started", "2026-11-20T22:15:00Z", "--subdivision", "US-CA")
    assert part["due_at"] == there["due_at"]


def test_an_extended_period_counts_from_the_start() -> None:
    assert run_json(*GDPR, "--extended")["last_day"] == "2026-06-05"


def test_a_clock_can_be_named() -> None:
    answer = run_json(
        *(
            "--regime",
            "uk-dpa-164a",
            "--clock",
            "acknowledge",
            "--country",
            "gb",
            "--started",
            "2026-06-20T10:00:00+01:00",
        )
    )
    assert answer["last_day"] == "2026-07-20"


def test_plain_text_tells_date_and_steps() -> None:
    result = run(*GDPR)
    assert result.exit_code == 0
    assert "Due Tuesday 7 April 2026 at 23:59:59 (UTC+01:00)" in result.output
    assert "a duty" in result.output
    assert "Easter Monday" in result.output
    assert "holidays 0." in result.output
    assert f"Time zone: Europe/Dublin, {PACKAGE}." in result.output


def test_the_releases_that_a_date_was_counted_with_are_told() -> None:
    answer = run_json(*GDPR)
    assert (answer["zone"], answer["zone_version"]) == ("Europe/Dublin", PACKAGE)
    assert answer["calendar_version"].startswith("holidays 0.")
    hours = run_json(*TIDA, "--started", "2026-11-20T22:15:00Z")
    assert (hours["calendar_version"], hours["zone_version"]) == (None, PACKAGE)
    open_end = run_json(
        *("--regime", "eu-dsa-16", "--clock", "decide", "--country", "IE", "--started", "2026-03-05T09:00:00Z")
    )
    assert (open_end["due_at"], open_end["zone_version"]) == (None, None)


def test_a_safe_harbour_is_not_called_a_duty() -> None:
    result = run(
        "--regime", "nz-hdca-24", "--clock", "a-forward", "--country", "NZ", "--started", "2026-09-26T00:00:00Z"
    )
    assert "not a duty" in result.output


def test_a_law_without_a_number_says_its_own_measure() -> None:
    arguments = ("--regime", "eu-dsa-16", "--country", "IE", "--started", "2026-03-05T09:00:00Z")
    answer = run_json(*arguments)
    assert (answer["due_at"], answer["last_day"]) == (None, None)
    assert "gives no number" in answer["steps"][0]["text"]
    assert "gives no number" in run(*arguments).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            (*TIDA[2:], "--regime", "us-takeit-down", "--started", "2026-07-01T00:00:00Z"),
            "nearest is 'us-take-it-down'",
        ),
        ((*TIDA[2:], "--regime", "zzz", "--started", "2026-07-01T00:00:00Z"), "nearest is"),
        ((*GDPR, "--clock", "respnd"), "eu-gdpr-17 has no clock 'respnd'. The nearest is 'respond'"),
        ((*TIDA, "--started", "2026-07-01T00:00:00"), "needs its offset"),
        ((*TIDA, "--started", "yesterday"), "no instant"),
        ((*TIDA, "--started", "2026-02-30T00:00:00Z"), "no instant"),
        ((*TIDA, "--started", "9999-12-31T23:00:00-05:00"), "too far away"),
        ((*TIDA, "--started", "2026-07-01T00:00:00Z", "--extended"), "no extension"),
        ((*TIDA, "--started", "2026-05-18T12:00:00Z"), "in force from Tuesday 19 May 2026"),
        ((*TIDA, "--started", "2026-07-01T00:00:00Z", "--zone", "Mars/Base"), "no time zone"),
        ((*TIDA, "--started", "2026-07-01T00:00:00Z", "--subdivision", "QQ"), "has no part"),
        (("--regime", "eu-gdpr-17", "--started", "2026-07-01T00:00:00Z", "--country", "XX"), "no country"),
        (("--regime", "eu-gdpr-17", "--started", "2026-07-01T00:00:00Z"), "--country"),
    ],
)
def test_what_cannot_be_counted_ends_with_2_and_says_why(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output
