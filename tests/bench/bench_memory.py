"""Memory of a process that prints, as large as it ever gets: after so many letters another takes its place.

Measured in a process of its own, so that nothing else is counted. `LETTERS=2000` shows what it would come to if none
took its place (`portal/wear.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from portal import wear
from tests.bench.table import Row, keep_below

LETTERS = int(os.environ.get("LETTERS", wear.FILES // 2))
MOST_MB = 220


def rows() -> list[Row]:
    """What the system counts as resident at the end, in MB."""
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    return [keep_below(f"memory after {LETTERS} letters", float(done.stdout), at_most=MOST_MB, unit="MB")]


def main() -> None:
    """The whole application, then letters as its pages make them."""
    from portal.config import load_config  # noqa: PLC0415 - only the measured process loads the application
    from portal.domain.lifecycle import LetterKind  # noqa: PLC0415
    from portal.factory import create_app  # noqa: PLC0415
    from portal.models.tables import metadata  # noqa: PLC0415
    from portal.services.letters import letters  # noqa: PLC0415
    from portal.wiring import Parts  # noqa: PLC0415
    from tests.services.factories import NOW, make_case  # noqa: PLC0415

    links = "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, 21))
    with TemporaryDirectory() as folder:
        config = load_config({"RECOURSE_DATA": folder})
        create_app(config)
        parts = Parts(config)
        metadata.create_all(parts.engine)
        with parts.sessions() as session:
            opened = make_case(session, parts.ports, links=links)
            for _ in range(LETTERS):
                letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
                session.commit()
        print(read_resident_mb())


def read_resident_mb() -> float:
    """Resident memory of this process, from the system's own count."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
