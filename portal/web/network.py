"""From which network a request comes, as a keyed hash of the day: enough to count by, no address, nothing to follow.

An address is cut to its network first (IPv4 /24, IPv6 /56: about one line or one office), then hashed under a key of
the server that changes each day. Who holds the table cannot tell who came, nor whether one network came on two days.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.adapters.vault import derive_subkey
from portal.config import Config
from portal.web.unit_of_work import unit

IPV4_BITS = 24
IPV6_BITS = 56
BUCKET_BYTES = 16


def init_network(app: Flask, config: Config) -> None:
    """Believe what the proxies of ours say of who asks, and nothing that came before them.

    Nothing else is taken from them: the site's own address stands in the settings.
    """
    if config.trusted_proxies:
        fixed = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
        app.wsgi_app = fixed  # type: ignore[method-assign]


def find_bucket() -> bytes:
    """The bucket of the request being answered. 16 bytes."""
    return name_bucket(unit().ports.keys.forms, request.remote_addr, now=unit().now)


def name_bucket(key: bytes, address: str | None, *, now: datetime) -> bytes:
    """The bucket of an address on the (UTC) day of `now`, under a server key. No address, or none of IP: one bucket."""
    of_the_day = derive_subkey(key, f"network {now.date().isoformat()}")
    return hmac.digest(of_the_day, cut_address(address or "").encode(), "sha256")[:BUCKET_BYTES]


def cut_address(address: str) -> str:
    """The network of an address, such as `192.0.2.0/24`; an empty text for what is no IP address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    plain: IPv4Address | IPv6Address = getattr(found, "ipv4_mapped", None) or found
    bits = IPV4_BITS if plain.version == 4 else IPV6_BITS
    return str(ip_network((plain, bits), strict=False))
