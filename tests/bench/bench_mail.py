"""Importing mails from a mailbox file, half of them answers to requests: the time, and what memory grows by.

As the command does it, each mail in a transaction of its own, and then as the worker does, which looks for requests.
Measured in a process of its own, so that nothing else is counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from tests.bench.bench_memory import read_resident_mb
from tests.bench.table import Row, keep_below

MAILS = int(os.environ.get("MAILS", "4000"))  # `MAILS=10000` for the whole of it
FIRST = MAILS // 10  # what a process takes once is taken after these
CASES = 5
MOST_S, MOST_MORE_MB = 300 * MAILS / 10_000, 10
PLACE = "answers.harbour.example"


def rows() -> list[Row]:
    """By the clock on the wall, of the processor, and what the system counts as resident."""
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    elapsed, spent, more = map(float, done.stdout.split())
    return [
        keep_below(f"import of {MAILS:,} mails", elapsed, at_most=MOST_S, unit="s"),
        keep_below(f"import of {MAILS:,} mails (CPU)", spent, at_most=MOST_S / 2, unit="s"),
        keep_below(f"memory from {FIRST:,} to {MAILS:,} mails", more, at_most=MOST_MORE_MB, unit="MB more"),
    ]


def main() -> None:
    """The whole application, the command, and the worker's round."""
    from portal.config import load_config  # noqa: PLC0415 - only the measured process loads the application
    from portal.domain.incoming import IncomingState  # noqa: PLC0415
    from portal.domain.reply_addresses import make_token  # noqa: PLC0415
    from portal.factory import create_app  # noqa: PLC0415
    from portal.models.incoming import IncomingMail  # noqa: PLC0415
    from portal.models.requests import Request  # noqa: PLC0415
    from portal.models.tables import metadata  # noqa: PLC0415
    from portal.run import worker  # noqa: PLC0415
    from portal.web.unit_of_work import EXTENSION  # noqa: PLC0415
    from tests.services.factories import make_case  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_REPLY_DOMAIN": PLACE}))
        parts = app.extensions[EXTENSION]
        metadata.create_all(parts.engine)
        with parts.sessions.begin() as session:
            for _ in range(CASES):
                make_case(session, parts.ports)
            tokens = [make_token(parts.ports.keys.replies, each.id) for each in session.query(Request)]
        files = [Path(folder) / name for name in ("first.mbox", "others.mbox")]
        write_mailbox(files[0], range(FIRST), tokens)
        write_mailbox(files[1], range(FIRST, MAILS), tokens)
        started, spent, warm = monotonic(), process_time(), 0.0
        for file in files:
            done = app.test_cli_runner().invoke(args=["mail", "import", str(file)])
            if done.exit_code:
                raise RuntimeError(done.output)
            while worker.take_in_mail(parts):
                pass
            warm = warm or read_resident_mb()
        elapsed, spent = monotonic() - started, process_time() - spent
        with parts.sessions() as session:
            found = session.query(IncomingMail).filter_by(state=IncomingState.WAITING).count()
            if (found, session.query(IncomingMail).count()) != (MAILS // 2, MAILS):
                raise RuntimeError(f"{found} mails have found their request")
        print(elapsed, spent, read_resident_mb() - warm)


def write_mailbox(path: Path, numbers: range, tokens: Sequence[str]) -> None:
    """Every second mail is an answer; each has some 2 kB."""
    words = "We have looked at what you reported. It takes us some days to decide about it.\n" * 25
    with path.open("w", encoding="ascii") as file:
        for number, token in zip(numbers, islice(cycle(tokens), len(numbers)), strict=True):
            to = f"{token}@{PLACE}" if number % 2 else "office@harbour.example"
            head = f"From: Safety <safety@platform{number % 40}.example>\nTo: {to}\nSubject: Your report {number}\n"
            more = f"Date: Tue, 24 Nov 2026 08:00:00 +0000\nMessage-ID: <{number}@platform.example>\n"
            file.write(f"From a Tue\n{head}{more}\n{number}\n{words}\n")


if __name__ == "__main__":
    main()
