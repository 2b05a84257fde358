"""Programs of the system that checks need: those that are there, else Debian's, unpacked and not installed.

Nothing is started by that and nothing of the machine is changed; it lies beside the virtual environment until that is
made anew.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import VENV_FOLDER, find_way_to_install

SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UNPACKED = VENV_FOLDER / "unpacked"
SECONDS = 300


class NotThere(Exception):
    """The message says what to install."""


@dataclass(frozen=True)
class Program:
    """A program with what it needs in its environment."""

    path: str
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.path, *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def find_program(name: str, *packages: str) -> Program:
    """The program by this name, from these packages of Debian where the system has none. Raises NotThere."""
    if found := shutil.which(name, path=SYSTEM):
        return Program(found, {})
    folder = UNPACKED / name
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not folder.is_dir():
            _unpack(folder, packages)
    path = next((str(each) for each in sorted(folder.rglob(name)) if each.is_file() and os.access(each, os.X_OK)), None)
    if path is None:
        raise NotThere(f"{name} is not in {', '.join(packages)}")
    libraries = sorted({str(each.parent) for each in folder.rglob("*.so*")})
    return Program(path, {"LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {})


def _unpack(folder: Path, packages: Sequence[str]) -> None:
    remedy = f"Run: sudo apt-get install --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise NotThere(remedy)
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    download = ["apt-get", "-qq", "download", *packages]
    if _do(download, begun) != 0:
        way = find_way_to_install()  # a new machine knows no packages before an update
        if way is None or _do([*way, "apt-get", "-qq", "update"], begun) != 0 or _do(download, begun) != 0:
            raise NotThere(remedy)
    for archive in begun.glob("*.deb"):
        if _do(["dpkg", "-x", archive.name, "."], begun) != 0:
            raise NotThere(remedy)
    begun.rename(folder)


def _do(command: Sequence[str], folder: Path) -> int:
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False).returncode
