"""What the machine must have beside Python packages: how each part is recognised and what systems call it.

Standard library only: the bootstrap reads this before any package is installed. It looks for what a part gives (a
library that opens, a font that fontconfig finds, a program on the path), not for a package, so it holds on any system.
"""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path


@dataclass(frozen=True)
class SystemPart:
    """One part of the system: its test, and its package on Debian, Fedora and in Homebrew (empty: no package)."""

    is_present: Callable[[], bool]
    debian: str
    fedora: str
    brew: str


def is_library(*names: str) -> bool:
    """Whether one of these shared libraries opens."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def is_font(family: str) -> bool:
    """Whether fontconfig knows this family; False where fontconfig itself is missing."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    return subprocess.run([program, "-q", family], check=False).returncode == 0  # noqa: S603 - names from this file


def is_program(*names: str) -> bool:
    """Whether one of these programs is on the path."""
    return any(shutil.which(name) for name in names)


def find_browser() -> str | None:
    """Where the quicker of the two programs lies that this machine has."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def is_module(name: str) -> bool:
    """Whether this Python has the module."""
    return importlib.util.find_spec(name) is not None


def _has_atomics() -> bool:
    # Playwright's driver is a Node that needs this library on Linux; macOS has it built in.
    return platform.system() == "Darwin" or is_library("libatomic.so.1")


VENV = (SystemPart(partial(is_module, "ensurepip"), "python3-venv", "python3", "python@3.11"),)

LETTERS = (
    SystemPart(partial(is_library, "libpango-1.0.so.0", "libpango-1.0.dylib"), "libpango-1.0-0", "pango", "pango"),
    SystemPart(
        partial(is_library, "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"), "libpangoft2-1.0-0", "pango", "pango"
    ),
    SystemPart(
        partial(is_library, "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
        "libharfbuzz-subset0",
        "harfbuzz",
        "harfbuzz",
    ),
    SystemPart(
        partial(is_font, "Noto Sans Devanagari"),
        "fonts-noto-core",
        "google-noto-fonts-all",
        "font-noto-sans font-noto-sans-devanagari font-noto-naskh-arabic",
    ),
    SystemPart(
        partial(is_font, "Noto Sans CJK SC"),
        "fonts-noto-cjk",
        "google-noto-sans-cjk-fonts",
        "font-noto-sans-cjk",
    ),
)

# One engine in two programs. The shell has none of a browser's windows and menus, which is half the work for each page.
BROWSERS = ("chromium-headless-shell", "chromium")
QUICK_BROWSER = SystemPart(partial(is_program, BROWSERS[0]), BROWSERS[0], "chromium-headless", "")
BROWSER = (
    SystemPart(partial(is_program, *BROWSERS), BROWSERS[0], "chromium-headless", "chromium"),
    SystemPart(_has_atomics, "libatomic1", "libatomic", ""),
)

CONFORMANCE = (
    SystemPart(partial(is_program, "javac"), "openjdk-17-jdk-headless", "java-17-openjdk-devel", "openjdk@17"),
    SystemPart(Path("/usr/share/java/jaxb-runtime.jar").exists, "libjaxb-java", "jaxb-runtime", ""),
)


def find_missing(parts: Sequence[SystemPart]) -> tuple[SystemPart, ...]:
    """The parts this machine does not have."""
    return tuple(part for part in parts if not part.is_present())


def describe_remedy(missing: Sequence[SystemPart]) -> str:
    """One line that says what to install, in the words of this system."""
    if shutil.which("apt-get"):
        return "Run: sudo apt-get install --no-install-recommends " + join_packages(part.debian for part in missing)
    if shutil.which("dnf"):
        return "Run: sudo dnf install " + join_packages(part.fedora for part in missing)
    if platform.system() == "Darwin":
        return "Run: brew install " + join_packages(part.brew for part in missing)
    return "Install these (Debian's names): " + join_packages(part.debian for part in missing)


def join_packages(names: Iterable[str]) -> str:
    """Package names with spaces between, each once, in their first order."""
    return " ".join(dict.fromkeys(word for name in names for word in name.split()))
