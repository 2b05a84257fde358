"""The web server's log: what went wrong and where in the code, never whose request it was."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import gunicorn.config
import pytest

from portal import logs
from portal.run import httpd


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the server's log has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger("gunicorn.error").addHandler(handler)
    yield stream
    logging.getLogger("gunicorn.error").removeHandler(handler)


@pytest.fixture
def log() -> httpd.QuietLog:
    return httpd.QuietLog(gunicorn.config.Config())


def test_a_refused_request_is_logged_without_its_address(log: httpd.QuietLog, written: io.StringIO) -> None:
    log.warning("Invalid request from ip=198.51.100.7: Invalid HTTP request line: 'GET /case/secret'")
    assert written.getvalue() == "A request that is not valid HTTP was refused\n"


def test_an_error_is_logged_by_its_place_not_by_its_message(log: httpd.QuietLog, written: io.StringIO) -> None:
    try:
        raise ValueError("what a person wrote")
    except ValueError:
        log.exception("Error handling request %s", "/case/secret")
    assert "ValueError at " in written.getvalue()
    assert "test_httpd.py:" in written.getvalue()
    assert "person" not in written.getvalue()
    assert "secret" not in written.getvalue()


def test_an_error_at_the_start_is_told_whole(log: httpd.QuietLog, written: io.StringIO) -> None:
    try:
        raise RuntimeError("a table is missing")
    except RuntimeError:
        log.exception(httpd.AT_START)
    assert "a table is missing" in written.getvalue()


def test_no_access_is_logged(log: httpd.QuietLog, written: io.StringIO) -> None:
    log.access(None, None, {}, None)
    assert written.getvalue() == ""
    assert httpd.accesslog is None


def test_an_error_outside_the_portal_is_placed_where_it_happened() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("x")
    assert logs.describe_error(caught.value).startswith("ValueError at ")


def test_an_error_without_a_place_is_named_by_its_type() -> None:
    assert logs.describe_error(None) == "unknown"
    assert logs.describe_error(KeyError("never raised")) == "KeyError"
