"""Pins the packages: turns each requirements*.in into its requirements*.txt, with the hashes of all files of a release.

Pins that still fit stay as they are; `--upgrade` moves all to the newest versions that fit.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements", "requirements-grown", "requirements-dev", "requirements-conformance")  # constraints first
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",  # pip refuses a hashed file in which a needed package is not pinned
    "--strip-extras",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
)


def main(arguments: Sequence[str]) -> int:
    """Compile all requirement files. Returns the exit code of the first that fails, else 0."""
    for name in FILES:
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *arguments]
        command += ["--output-file", f"{name}.txt", f"{name}.in"]
        # The header names the command of this project instead of one with local paths.
        environment = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make requirements"}
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
