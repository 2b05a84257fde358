"""What ships to shut the portal in: the units say what they have to, and start what the launcher starts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from portal.run.serve import COMMANDS
from tools import check_confinement
from tools.check_confinement import DEPLOY, LARGEST, find_faults, main

UNITS = {name: (DEPLOY / "systemd" / name).read_text("utf-8") for name in LARGEST}
PROFILE = (DEPLOY / "apparmor" / "recourse").read_text("utf-8")
PYTHON = "/srv/recourse/.venv/bin/python -m "
SHUT = {
    "User": "recourse",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "ProtectProc": "invisible",
    "ProcSubset": "pid",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "LimitCORE": "0",
    "AppArmorProfile": "-recourse",
}


def read_unit(text: str) -> dict[str, list[str]]:
    """Each setting of the service with its values in their order."""
    service = text.partition("[Service]\n")[2].partition("\n[Install]")[0]
    found: dict[str, list[str]] = {}
    for line in service.splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_every_setting_that_shuts_it_in(name: str) -> None:
    unit = read_unit(UNITS[name])
    assert {key: unit.get(key) for key in SHUT} == {key: [value] for key, value in SHUT.items()}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_writes_where_the_portal_keeps_its_data_and_nowhere_else(name: str) -> None:
    unit = read_unit(UNITS[name])
    assert "RECOURSE_DATA=/var/lib/" + unit["StateDirectory"][0] in unit["Environment"]
    assert "ReadWritePaths" not in unit
    assert "owner /var/lib/recourse/{,**} rwk" in PROFILE


def test_the_units_start_what_the_launcher_starts() -> None:
    starts = [read_unit(text)["ExecStart"] for text in UNITS.values()]
    assert starts == [[PYTHON + " ".join(command)] for command in COMMANDS.values()]
    assert read_unit(UNITS["recourse-web.service"])["ExecStartPre"] == [PYTHON + "portal.run.serve --prepare"]


def test_a_unit_waits_as_long_as_what_it_ends_may_take() -> None:
    assert all(int(read_unit(text)["TimeoutStopSec"][0]) > 30 for text in UNITS.values())


def test_the_web_server_may_still_shut_in_what_opens_files() -> None:
    allowed, taken, _given_back = read_unit(UNITS["recourse-web.service"])["SystemCallFilter"]
    assert {"seccomp", "landlock_create_ruleset", "landlock_restrict_self"} <= set(allowed.split())
    assert taken.startswith("~@privileged ")


@pytest.mark.parametrize("name", UNITS)
def test_what_sets_letters_may_step_back_behind_the_pages(name: str) -> None:
    *_, taken, given_back = read_unit(UNITS[name])["SystemCallFilter"]
    assert "@resources" in taken
    assert given_back == "setpriority"


def test_the_profile_lets_no_program_in_that_the_portal_does_not_start() -> None:
    started = re.findall(r"^\s*(/\S+)\s+\w*x\b", PROFILE, re.MULTILINE)
    assert started == ["/{,usr/}bin/fc-list", "/{,usr/}bin/fc-match", "/{,usr/}bin/python3*"]
    assert "deny /srv/recourse/** w," in PROFILE


def answer_as(monkeypatch: pytest.MonkeyPatch, exposure: str, profile: str = "") -> None:
    """A machine whose tools measure this."""

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        said = f"→ Overall exposure level for {Path(command[-1]).name}: {exposure} OK" if "security" in command else ""
        return subprocess.CompletedProcess(command, 1 if profile else 0, said, profile)

    monkeypatch.setattr("shutil.which", lambda name, path: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)


def test_a_unit_that_became_more_open_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_as(monkeypatch, "1.0")
    assert find_faults() == []
    assert main() == 0
    answer_as(monkeypatch, "1.3")
    assert [line.split()[0] for line in find_faults()] == list(LARGEST)
    assert main() == 1


def test_a_profile_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_as(monkeypatch, "0.5", "syntax error in line 3")
    assert find_faults() == ["syntax error in line 3"]


def test_what_cannot_be_measured_is_a_failure_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name, path: None)
    assert all("apt-get install" in line for line in find_faults())
    assert len(find_faults()) == len(LARGEST) + 1
    answer_as(monkeypatch, "nothing")
    with pytest.raises(check_confinement.NotMeasured, match="systemd 250"):
        check_confinement.measure_unit(DEPLOY / "systemd" / "recourse-web.service")
