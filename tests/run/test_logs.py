"""The log's lines: fields from a closed list, one line each, and nothing of what a person or a library said."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from portal import logs


def make_record(
    name: str, message: str, *args: object, error: Exception | None = None, **more: str
) -> logging.LogRecord:
    exc_info = None
    if error is not None:
        try:
            raise error
        except type(error):
            exc_info = sys.exc_info()
    record = logging.LogRecord(name, logging.ERROR, "/lib/thing.py", 7, message, args, exc_info)
    record.__dict__.update(more)
    return record


def read(record: logging.LogRecord) -> dict[str, str]:
    line = logs.make_formatter("json").format(record)
    assert "\n" not in line
    found: dict[str, str] = json.loads(line)
    assert set(found) <= set(logs.FIELDS)
    return found


def test_a_line_of_ours_is_written_with_its_reference() -> None:
    found = read(make_record("portal.run.worker", "swept: %d clocks", 3, reference="ab12"))
    assert (found["level"], found["source"], found["message"]) == ("error", "portal.run.worker", "swept: 3 clocks")
    assert found["reference"] == "ab12"


def test_a_field_that_is_not_on_the_list_is_left_out() -> None:
    assert "canary" not in json.dumps(read(make_record("portal", "x", login="canary", address="canary")))


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_line_of_a_library_is_written_as_its_place_alone(log_format: str) -> None:
    line = logs.make_formatter(log_format).format(make_record("weasyprint.text", "no glyph for canary %s", "canary"))
    assert "canary" not in line
    assert "weasyprint" in line
    assert "thing:7" in line


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_the_message_of_an_error_is_never_written(log_format: str) -> None:
    line = logs.make_formatter(log_format).format(make_record("portal.x", "broke", error=ValueError("canary")))
    assert "canary" not in line
    assert "ValueError" in line
    assert "test_logs.py:" in line


def test_an_error_at_the_start_is_told_whole() -> None:
    record = make_record("gunicorn.error", "did not start", error=RuntimeError("a table is missing"))
    record.is_start = True
    assert "a table is missing" in read(record)["trace"]
    assert "a table is missing" in logs.make_formatter("text").format(record)


def test_nothing_can_look_like_a_line_of_its_own() -> None:
    line = logs.make_formatter("text").format(make_record("portal", "one\n2026-11-23 ERROR\r\x1b[2Jtwo\u2028three"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
