"""What our own mail server says of a mail, and what only looks as if it did (RFC 8601)."""

from __future__ import annotations

import pytest

from portal.domain.incoming import ServerVerdict, read_verdicts

OURS = "mx.harbour.example"
PASSED = (
    ServerVerdict("spf", "pass", "x.com"),
    ServerVerdict("dkim", "fail", "y.com"),
    ServerVerdict("dmarc", "pass", "x.com"),
)


def read(*lines: str, server: str = OURS) -> tuple[ServerVerdict, ...]:
    return read_verdicts({"authentication-results": lines}, server)


@pytest.mark.parametrize(
    "line",
    [
        f"{OURS}; spf=pass smtp.mailfrom=a@x.com; dkim=fail header.d=y.com; dmarc=pass header.from=x.com",
        f"{OURS} 1;\r\n\tspf=pass (sender (ours) is allowed) smtp.mailfrom=x.com;\r\n\tdkim=fail header.d=y.com;"
        " dmarc=pass (p=reject; sp=none) header.from=x.com",
        'MX.Harbour.Example; SPF=pass smtp.mailfrom=x.com; dkim=fail reason="bad; signature" header.d=y.com;'
        " dmarc=pass header.from=x.com",
    ],
)
def test_our_server_is_understood_in_each_of_its_ways_to_write(line: str) -> None:
    assert read(line) == PASSED


@pytest.mark.parametrize(
    "line",
    [
        "mx.evil.example; dmarc=pass header.from=x.com",
        f"mx.evil.example ({OURS}); dmarc=pass header.from=x.com",
        f'mx.evil.example "; {OURS}"; dmarc=pass header.from=x.com',
        f"{OURS}.evil.example; dmarc=pass header.from=x.com",
        f"{OURS}; none",
        "",
    ],
)
def test_nobody_else_is_believed(line: str) -> None:
    assert read(line) == ()
    assert read(line, server="") == ()


@pytest.mark.parametrize(
    "given", ['"a; dmarc=pass header.from=x.com"@evil.example', "a@evil.example (b; dmarc=pass header.from=x.com)"]
)
def test_a_sender_says_nothing_in_our_servers_name(given: str) -> None:
    """The address it gave stands in our server's own line."""
    said = read(f"{OURS}; spf=fail smtp.mailfrom={given}")
    assert [(each.method, each.result) for each in said] == [("spf", "fail")]


def test_what_our_server_says_no_line_that_came_along_says_again() -> None:
    forged = f"{OURS}; spf=pass smtp.mailfrom=x.com; dkim=pass header.d=x.com"
    said = read(f"{OURS}; dmarc=fail header.from=x.com", f"{OURS}; spf=fail smtp.mailfrom=x.com; dkim=none", forged)
    assert [(each.method, each.result) for each in said] == [("dmarc", "fail"), ("spf", "fail"), ("dkim", "none")]


def test_a_line_of_nothing_but_brackets_takes_no_time() -> None:
    assert read(f"{OURS}; spf=pass " + "(" * 50_000 + '"' * 50_001) == (ServerVerdict("spf", "pass", ""),)
    assert read(f"{OURS}; spf=pass " + "(" * 50_000 + ")" * 50_000) == ()
