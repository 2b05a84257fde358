"""Looks for known holes in the pinned packages with pip-audit, and never takes "not looked at" for "nothing found".

    python -m tools.check_packages [--if-possible]

pip-audit ends well also when it could look up none of the packages. Here a run counts as clean only when every pinned
package was looked up. Anything else fails. With `--if-possible`, as in `make check`, a run that reached no database at
all is no failure but is said loudly; one that looked up some packages and not others is a failure there too.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-grown.txt", "requirements-dev.txt", "requirements-conformance.txt")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==", re.MULTILINE)
SECONDS = 300
# Holes that do not touch the portal: their ids, each with the reason. Nothing is left out silently.
ACCEPTED: Mapping[str, str] = {}


class Outcome(Enum):
    CLEAN = "clean"
    FOUND = "holes are known"
    SKIPPED = "not every package was looked up"
    UNREACHED = "no database of known holes was reached"


@dataclass(frozen=True)
class Finding:
    """What one run says: its outcome, and a line for each hole or package that was not looked up."""

    outcome: Outcome
    lines: tuple[str, ...] = ()


def judge(output: str, pinned: frozenset[str]) -> Finding:
    """What pip-audit's JSON means for the packages that are pinned."""
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Finding(Outcome.UNREACHED, ("pip-audit gave no answer that can be read",))
    looked_up = {normalise(each["name"]): each["vulns"] for each in dependencies if "vulns" in each}
    holes = [
        f"{name}: {hole['id']}{_fixed_in(hole)}"
        for name, found in sorted(looked_up.items())
        for hole in found
        if hole["id"] not in ACCEPTED
    ]
    skipped = sorted(pinned - looked_up.keys())
    lines = tuple(holes + [f"{name}: not looked up" for name in skipped])
    if holes:
        return Finding(Outcome.FOUND, lines)
    if pinned and not looked_up:
        return Finding(Outcome.UNREACHED, (f"none of {len(pinned)} packages was looked up",))
    return Finding(Outcome.SKIPPED if skipped else Outcome.CLEAN, lines)


def _fixed_in(hole: Mapping[str, Sequence[str]]) -> str:
    return f", mended in {', '.join(hole['fix_versions'])}" if hole.get("fix_versions") else ""


def read_pinned(texts: Sequence[str]) -> frozenset[str]:
    """The names of the pinned packages in requirements files."""
    return frozenset(normalise(name) for text in texts for name in PINNED.findall(text))


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def run_audit() -> str:
    """pip-audit's JSON; nothing where it did not end."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    command += ["--format", "json", *(part for name in FILES for part in ("--requirement", name))]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def report(finding: Finding, *, if_possible: bool) -> int:
    """Say what was found. Returns the exit code."""
    for line in finding.lines:
        print(f"  {line}")
    if finding.outcome is Outcome.CLEAN:
        print("Packages: every one was looked up, and no hole is known.")
        return 0
    if finding.outcome is Outcome.UNREACHED and if_possible:
        print(f"PACKAGES NOT CHECKED: {finding.outcome.value}. Run `make packages` where there is one.")
        return 0
    print(f"Packages: {finding.outcome.value}.", file=sys.stderr)
    return 1


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 for a clean run, or one that could not be made and did not have to be."""
    if set(arguments) - {"--if-possible"}:
        print("Usage: python -m tools.check_packages [--if-possible]", file=sys.stderr)
        return 2
    pinned = read_pinned([(ROOT / name).read_text("utf-8") for name in FILES])
    return report(judge(run_audit(), pinned), if_possible=bool(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
