"""The bucket of a network: same line, same bucket; another day, another bucket; and no way back to the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.web.network import BUCKET_BYTES, cut_address, name_bucket

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
