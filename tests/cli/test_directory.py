"""The `directory` command: what is old is listed, and nobody is asked unless it was switched on."""

from __future__ import annotations

import json

from portal.adapters.link_check import Probe, ProbeResult
from portal.reference.registry import load_registry
from portal.services.directory.address_checks import APART, check_links, list_contacts
from tests.cli.runner import run


def test_what_nobody_checked_is_listed_without_a_database() -> None:
    rows = json.loads(run("directory", "stale", "--json").output)
    assert {"subject", "address", "compiled_on", "checked_on", "trouble"} <= set(rows[0])
    assert {"instagram", "ie-dpc"} <= {row["subject"] for row in rows}
    assert run("directory", "stale").output.splitlines()[-1] == f"{len(rows)} addresses to look at."


def test_no_address_is_asked_unless_it_was_switched_on() -> None:
    result = run("directory", "check", "x")
    assert result.exit_code == 1
    assert "RECOURSE_LINK_CHECK=on" in result.output


def test_each_address_is_asked_once_and_each_host_with_time_between() -> None:
    contacts = [each for each in list_contacts(load_registry()) if each.subject in {"x", "instagram", "facebook"}]
    now, asked, waited = [100.0], [], []

    def look(address: str) -> Probe:
        asked.append(address)
        return Probe(ProbeResult.WORKS)

    def wait(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    answers = list(check_links([*contacts, *contacts], look=look, clock=lambda: now[0], wait=wait))
    assert len(asked) == len(set(asked))
    assert all(address.startswith("http") for address in asked)
    assert len(answers) > len(asked)
    assert max(waited) == APART
