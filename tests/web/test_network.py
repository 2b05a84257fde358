"""The bucket of a network: same line, same bucket; another day, another bucket; and no way back to the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, request

from portal.config import load_config
from portal.web.network import BUCKET_BYTES, cut_address, init_network, name_bucket

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:203:4:5:6:7", "2001:db8:1:200::/56"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.7, 198.51.100.1", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address: str, network: str) -> None:
    assert cut_address(address) == network


def test_the_bucket_hangs_on_network_day_and_key_alone() -> None:
    here = name_bucket(KEY, "192.0.2.7", now=NOW)
    assert len(here) == BUCKET_BYTES
    assert name_bucket(KEY, "192.0.2.200", now=NOW + timedelta(hours=14)) == here
    assert name_bucket(KEY, "192.0.3.7", now=NOW) != here
    assert name_bucket(KEY, "192.0.2.7", now=NOW + timedelta(days=1)) != here
    assert name_bucket(KEY[::-1], "192.0.2.7", now=NOW) != here
    assert name_bucket(KEY, None, now=NOW) == name_bucket(KEY, "", now=NOW)


def ask_who(proxies: int, *forwarded: str) -> str:
    """Whom a portal behind so many proxies takes the request to come from; the last proxy is 10.0.0.1."""
    app = Flask("asked")
    init_network(app, load_config({"RECOURSE_TRUSTED_PROXIES": str(proxies)}))
    app.add_url_rule("/", view_func=lambda: request.remote_addr or "")
    headers = [("X-Forwarded-For", each) for each in forwarded]
    return app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"}).text


def test_without_a_proxy_of_ours_nobodys_word_counts() -> None:
    assert ask_who(0, "192.0.2.7") == "10.0.0.1"


def test_behind_a_proxy_of_ours_its_word_counts_and_nothing_before_it() -> None:
    assert ask_who(1, "198.51.100.9, 192.0.2.7") == "192.0.2.7"
    assert ask_who(2, "198.51.100.9, 192.0.2.7, 10.0.0.2") == "192.0.2.7"


def test_a_request_that_passed_fewer_proxies_than_there_are_names_no_network_of_its_own() -> None:
    assert ask_who(2, "192.0.2.7") == "10.0.0.1"


def test_a_proxy_does_not_change_the_sites_own_address() -> None:
    app = Flask("asked")
    init_network(app, load_config({"RECOURSE_TRUSTED_PROXIES": "1"}))
    app.add_url_rule("/", view_func=lambda: request.url)
    asked = app.test_client().get("/", headers={"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"})
    assert asked.text == "http://localhost/"
