"""The child process that sets letters into pages. Started by `press.py`; it says how many one of them sets.

It has no setting, no key and no database: a letter's facts come in, a PDF goes out, and nothing is kept in between. It
ends when its input does, which is when whoever started it ends, however that happens, or after a long while of no work.

Input, for each form of a letter: a line of JSON, `{"size": 1, "is_redacted": false}`, and the facts as `letter_json.py`
writes them. Output: lines of JSON that `press.py` knows as `Told`, and the file after the last of them.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

import msgspec

from portal.adapters.papers.letter_json import decode_facts
from portal.adapters.papers.pdf import make_letter
from portal.adapters.papers.press import Order, ToldDone, ToldFailed, ToldProblems, ToldStage
from portal.adapters.translations import translator
from portal.domain.letters.checks import LetterRefused
from portal.logs import describe_error

IDLE_SECONDS = 900.0  # then its memory is given back; the next letter starts another
NICENESS = 10  # pages that somebody waits for come first
GARBAGE = 50_000  # a long letter makes a million objects that all stay until it is done

Work = tuple[Order, bytes]


def main() -> int:
    """Set letters until the input ends. 0 after a while of no work."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for whoever started it, who may still wait for a letter
    with contextlib.suppress(OSError):  # where the system allows no process to step back
        os.nice(NICENESS)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library writes between the answers
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)
    waiting: SimpleQueue[Work] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, waiting), daemon=True).start()
    while True:
        try:
            order, data = waiting.get(timeout=IDLE_SECONDS)
        except Empty:
            return 0
        _answer(out, order, data)


def _listen(stream: IO[bytes], waiting: SimpleQueue[Work]) -> None:
    """Take orders in; at the end of the input nobody waits for anything, so a letter in hand is left."""
    while head := stream.readline():
        order = msgspec.json.decode(head, type=Order)
        waiting.put((order, stream.read(order.size)))
    os._exit(0)


def _answer(out: IO[bytes], order: Order, data: bytes) -> None:
    def tell(told: msgspec.Struct, content: bytes = b"") -> None:
        out.write(msgspec.json.encode(told) + b"\n" + content)
        out.flush()

    try:
        facts = decode_facts(data)
        made = make_letter(
            facts,
            translator(facts.frame.language),
            is_redacted=order.is_redacted,
            progress=lambda stage, part: tell(ToldStage(stage=stage, part=part)),
        )
    except BrokenPipeError:
        os._exit(0)
    except LetterRefused as stop:
        tell(ToldProblems(problems=stop.problems))
    except Exception as error:  # whatever it is: only where it happened may be told, its words could be a letter's
        tell(ToldFailed(error=describe_error(error)))
    else:
        tell(ToldDone(size=len(made.pdf), sha256=made.sha256, pages=made.pages), made.pdf)


if __name__ == "__main__":
    sys.exit(main())
