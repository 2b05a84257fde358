"""Memory of a process that has letters made: what it grows by after the first of them, and the press beside it.

Measured in a process of its own, so that nothing else is counted. The press is renewed after some hundred letters
(`portal/adapters/papers/press.py`), so it is measured each time before it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row, keep_below

LETTERS = int(os.environ.get("LETTERS", "300"))  # `LETTERS=2000` for the whole of it
WARM = min(200, LETTERS // 2)
OF_A_CASE = 20  # as many as a request has in a day
LINKS = 5  # what a letter leaves behind hangs little on its length, and a short one is set sooner
MOST_OF_PRESS_MB, MOST_MORE_MB = 200, 2


def rows() -> list[Row]:
    """What the system counts as resident, in MB."""
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    more, press = map(float, done.stdout.split())
    return [
        keep_below(f"memory from {WARM} to {LETTERS} letters", more, at_most=MOST_MORE_MB, unit="MB more"),
        keep_below(f"the press beside it, {LETTERS} letters", press, at_most=MOST_OF_PRESS_MB, unit="MB at most"),
    ]


def main() -> None:
    """The whole application, then letters as its pages make them."""
    from portal.adapters.papers.press import press  # noqa: PLC0415 - only the measured process loads the application
    from portal.config import load_config  # noqa: PLC0415
    from portal.domain.lifecycle import LetterKind  # noqa: PLC0415
    from portal.factory import create_app  # noqa: PLC0415
    from portal.models.cases import Case  # noqa: PLC0415
    from portal.models.tables import metadata  # noqa: PLC0415
    from portal.services.letters import letters  # noqa: PLC0415
    from portal.wiring import Parts  # noqa: PLC0415
    from tests.services.factories import NOW, make_case  # noqa: PLC0415

    links = "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, LINKS + 1))
    warm, of_press = 0.0, 0.0
    with TemporaryDirectory() as folder:
        config = load_config({"RECOURSE_DATA": folder})
        create_app(config)
        parts = Parts(config)
        metadata.create_all(parts.engine)
        for made in range(LETTERS):
            with parts.sessions() as session:
                if made % OF_A_CASE == 0:
                    opened = make_case(session, parts.ports, links=links)
                case = session.get_one(Case, opened.case.id)
                letters.make_letter(replace(opened, session=session, case=case).at(NOW), LetterKind.NOTICE, 1)
                session.commit()
            of_press = max(of_press, read_resident_mb(press.child_id or "self"))
            if made == WARM:
                warm = read_resident_mb()
        print(read_resident_mb() - warm, of_press)


def read_resident_mb(process: int | str = "self") -> float:
    """Resident memory of a process, from the system's own count."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
