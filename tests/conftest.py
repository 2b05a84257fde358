"""The guard of the network: no test reaches beyond this machine, not even with a question for a name.

pytest-socket refuses connections (its hosts stand in pyproject.toml); what is here refuses the look-up before them.
What else tests share lives beside them.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

_ask_for_addresses = socket.getaddrinfo


def pytest_configure() -> None:
    """Set the guard before anything is collected, so that it holds in imports and in fixtures too."""
    socket.getaddrinfo = _ask_for_addresses_here


def _ask_for_addresses_here(host: Any, *arguments: Any, **options: Any) -> Any:
    if host and host != "localhost" and not _is_address(host):
        pytest.fail(f"A test asked for the address of {host!r}; tests stay on this machine.")
    return _ask_for_addresses(host, *arguments, **options)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
