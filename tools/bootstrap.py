"""Makes this checkout ready: the virtual environment, the pinned packages, the parts of the system.

Runs on the system's own Python before anything is installed, so it uses the standard library only:

    python3 -m tools.bootstrap run | check | test | conformance

What is there already is left alone; a second call only compares hashes and looks at the system.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.run.system import (
    BROWSER,
    CONFORMANCE,
    LETTERS,
    QUICK_BROWSER,
    VENV,
    SystemPart,
    describe_remedy,
    find_missing,
    join_packages,
)

ROOT = Path(__file__).resolve().parent.parent
VENV_FOLDER = ROOT / ".venv"
PYTHON_VERSION = "{}.{}".format(*sys.version_info[:2])


class CannotBootstrap(Exception):
    """This machine lacks something that cannot be installed from here. The message says what to do."""


@dataclass(frozen=True)
class Purpose:
    """What one purpose needs: parts of the system and requirement files. It is quicker with `wishes`."""

    parts: Sequence[SystemPart]
    requirements: Sequence[str]
    wishes: Sequence[SystemPart] = ()


ALL_REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-conformance.txt")

PURPOSES: Mapping[str, Purpose] = {
    "run": Purpose(parts=LETTERS, requirements=("requirements.txt",)),
    "check": Purpose(parts=LETTERS, requirements=("requirements.txt", "requirements-dev.txt")),
    # The suite tests the program of `make conformance` too, all but its Java.
    "test": Purpose(parts=(*LETTERS, *BROWSER), requirements=ALL_REQUIREMENTS, wishes=(QUICK_BROWSER,)),
    "conformance": Purpose(parts=(*LETTERS, *CONFORMANCE), requirements=ALL_REQUIREMENTS),
}


def main(arguments: Sequence[str]) -> int:
    """Prepare for one purpose. Returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in PURPOSES:
        say("usage: python3 -m tools.bootstrap " + "|".join(PURPOSES))
        return 2
    purpose = PURPOSES[arguments[0]]
    requirements = [ROOT / name for name in purpose.requirements]
    try:
        with hold_lock(ROOT / "requirements.txt"):
            check_writable(VENV_FOLDER, requirements)
            install_parts((*VENV, *purpose.parts))
            install_wishes(purpose.wishes)
            install_packages(VENV_FOLDER, requirements)
    except CannotBootstrap as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped. Run the same command again; it goes on where it was.")
        return 130
    return 0


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Let one bootstrap at a time work on this checkout; the second waits."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_parts(parts: Sequence[SystemPart]) -> None:
    """Install the missing parts of the system where that is allowed. Raises CannotBootstrap."""
    missing = find_missing(parts)
    if not missing:
        return
    packages = join_packages(part.debian for part in missing)
    prefix = find_way_to_install()
    if prefix is None:
        raise CannotBootstrap(f"Parts of the system are missing ({packages}). {describe_remedy(missing)}")
    say(f"Installing with apt-get: {packages}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt_get = [*prefix, "apt-get", "-qq"]
    run_quietly([*apt_get, "update"], environment, remedy=describe_remedy(missing))
    install = [*apt_get, "install", "-y", "--no-install-recommends", *packages.split()]
    run_quietly(install, environment, remedy=describe_remedy(missing))
    still_missing = find_missing(missing)
    if still_missing:
        raise CannotBootstrap(
            f"Installed, but still not found: {join_packages(part.debian for part in still_missing)}. "
            f"{describe_remedy(still_missing)}"
        )


def install_wishes(parts: Sequence[SystemPart]) -> None:
    """Install what only makes a purpose quicker, where that is allowed and can be done; else it goes on without."""
    if find_way_to_install() is None:
        return
    try:
        install_parts(parts)
    except CannotBootstrap as error:
        say(f"{error}\nIt goes on without, and takes longer.")


def find_way_to_install() -> tuple[str, ...] | None:
    """What to put before apt-get: nothing for root, sudo where it asks no password; None where neither is possible."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ()
    asks_nothing = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ("sudo", "-n", "--preserve-env=DEBIAN_FRONTEND") if asks_nothing else None


def check_writable(folder: Path, requirements: Sequence[Path]) -> None:
    """Whether packages that are still to be installed have a place. Raises CannotBootstrap before anything is done."""
    place = folder if folder.exists() else folder.parent
    if not are_stamped(folder, requirements) and not os.access(place, os.W_OK | os.X_OK):
        raise CannotBootstrap(f"Cannot write in {place}. Make the folder writable and run this again.")


def install_packages(folder: Path, requirements: Sequence[Path]) -> None:
    """Bring the virtual environment to the pinned packages. Raises CannotBootstrap.

    Each requirement file leaves its hash in the environment; a file whose hash is there is not looked at again.
    """
    if are_stamped(folder, requirements):
        return
    make_environment(folder)
    python = str(folder / "bin" / "python")
    for path in requirements:
        if is_stamped(folder, path):
            continue
        say(f"Installing the packages of {path.name}")
        run_quietly(
            [python, "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "-r", str(path)],
            {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
            remedy=f"Is the package index reachable and {folder.parent} writable? Then run this again.",
        )
        stamp_of(folder, path).write_text(hash_requirements(path))


def make_environment(folder: Path) -> None:
    """A virtual environment of this Python; one that is broken or of another version is made anew."""
    probe = [str(folder / "bin" / "python"), "-c", "import sys, pip; print('{}.{}'.format(*sys.version_info[:2]))"]
    try:
        if subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip() == PYTHON_VERSION:
            return
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        pass  # there is none yet
    say(f"Making a virtual environment in {folder.name}")
    run_quietly([sys.executable, "-m", "venv", "--clear", str(folder)], os.environ, remedy=describe_remedy(VENV))


def are_stamped(folder: Path, requirements: Sequence[Path]) -> bool:
    """Whether nothing is to be installed."""
    return all(is_stamped(folder, path) for path in requirements)


def is_stamped(folder: Path, path: Path) -> bool:
    """Whether this requirement file, as it is now, was installed by this version of Python."""
    try:
        return stamp_of(folder, path).read_text() == hash_requirements(path)
    except OSError:
        return False


def stamp_of(folder: Path, path: Path) -> Path:
    """Where the hash of an installed requirement file is kept; it vanishes with the environment."""
    return folder / f".installed-{path.stem}"


def hash_requirements(path: Path) -> str:
    """SHA-256 of the file and of Python's version, since packages are installed per version."""
    return hashlib.sha256(path.read_bytes() + PYTHON_VERSION.encode()).hexdigest()


def run_quietly(command: Sequence[str], environment: Mapping[str, str], *, remedy: str) -> None:
    """Run a command and show what it said only when it failed. Raises CannotBootstrap."""
    done = subprocess.run(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise CannotBootstrap(f"{tail}\nThat was: {' '.join(command)}\n{remedy}")


def say(text: str) -> None:
    """Tell the one who called."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
