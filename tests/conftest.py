"""What holds for every test: the network is guarded, a run leaves nothing behind, what is made anew costs little.

No test reaches beyond this machine, not even with a question for a name: pytest-socket refuses connections (its hosts
stand in pyproject.toml); what is here refuses the look-up before them. What else tests share lives beside them.
"""

from __future__ import annotations

import gc
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cost import REAL_COST, set_cost
from tests.engines import share_what_is_compiled
from tests.suite import begin_run, end_run
from tools.programs import NotThere

LONG_FIRST = ("run", "migrations", "browser", "web", "services", "letters", "adapters", "scenarios")
_ask_for_addresses = socket.getaddrinfo


def pytest_configure(config: pytest.Config) -> None:
    """Set the guard before anything is collected, so that it holds in imports and in fixtures too."""
    gc.disable()  # until everything is collected
    socket.getaddrinfo = _ask_for_addresses_here
    config.addinivalue_line("markers", f"{REAL_COST.name}(when): Argon2id costs what it costs a portal")
    config.addinivalue_line("markers", "thorough: goes through every step or bit of something; not in the quick suite")
    share_what_is_compiled()
    if not hasattr(config, "workerinput"):  # a worker belongs to the run of the process that started it
        begin_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders whose files take long come first, so that no worker has a long one left when the others are done."""
    items.sort(key=lambda item: [not item.nodeid.startswith(f"tests/{folder}/") for folder in LONG_FIRST])


def pytest_collection_finish() -> None:
    """What is there now stays to the end; to look through it for garbage again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    end_run()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    set_cost(item)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[Any]:
    return (yield from _skip_without_program())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[Any]:
    return (yield from _skip_without_program())


def _skip_without_program() -> Iterator[Any]:
    """A machine that has a program of the system neither itself nor from Debian says so, and what to install."""
    try:
        return (yield)
    except NotThere as missing:
        pytest.skip(str(missing))


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
