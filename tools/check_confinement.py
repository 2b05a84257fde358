"""Measures how far the units and the AppArmor profile in `deploy/` shut the portal in.

    python -m tools.check_confinement

`systemd-analyze security` gives each unit an exposure from 0 (shut) to 10 (open). LARGEST is what ours have, and a
tenth for other versions of systemd. `apparmor_parser` reads the profile without loading it. What cannot be measured is
a failure.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
LARGEST: Mapping[str, float] = {"recourse-web.service": 1.0, "recourse-worker.service": 1.2}
EXPOSURE = re.compile(r"Overall exposure level for \S+: ([\d.]+)")
SECONDS = 60


class NotMeasured(Exception):
    """The message says what is missing."""


def measure_unit(path: Path) -> float:
    """The unit's exposure. Raises NotMeasured."""
    said = _run("systemd-analyze", ["security", "--offline=true", "--no-pager", str(path)], package="systemd")
    found = EXPOSURE.search(said.stdout)
    if found is None:
        raise NotMeasured(
            f"systemd-analyze says nothing of {path.name} (needs systemd 250 or newer): {said.stderr.strip()}"
        )
    return float(found[1])


def read_profile(path: Path) -> str:
    """What is wrong with the profile; empty where nothing is. Raises NotMeasured."""
    said = _run("apparmor_parser", ["--skip-kernel-load", "--skip-cache", str(path)], package="apparmor")
    return said.stderr.strip() if said.returncode else ""


def _run(program: str, arguments: Sequence[str], *, package: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which(program, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")
    if found is None:
        raise NotMeasured(f"{program} is not there. Run: sudo apt-get install --no-install-recommends {package}")
    return subprocess.run([found, *arguments], capture_output=True, text=True, timeout=SECONDS, check=False)


def find_faults() -> list[str]:
    """One line for each thing that is wrong or could not be measured."""
    faults = []
    for name, largest in LARGEST.items():
        try:
            exposure = measure_unit(DEPLOY / "systemd" / name)
        except NotMeasured as error:
            faults.append(str(error))
            continue
        say(f"{name}: exposure {exposure}, at most {largest}")
        if exposure > largest:
            faults.append(f"{name} is more open than it was: {exposure}")
    try:
        wrong = read_profile(DEPLOY / "apparmor" / "recourse")
    except NotMeasured as error:
        faults.append(str(error))
    else:
        say("AppArmor profile: " + (wrong or "can be read"))
        faults += [wrong] if wrong else []
    return faults


def say(text: str) -> None:
    """Tell the one who called."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    faults = find_faults()
    for fault in faults:
        say(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
