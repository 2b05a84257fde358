"""Letters are set into pages in a process of their own, so that nobody's page waits for somebody else's letter.

Setting takes seconds, in which a thread hardly lets go of Python's lock, and its libraries keep some memory of each
file. So every process of the portal that prints has one child for it, started with the first letter. It works behind
everything that somebody waits for, is given nothing but a letter's facts, and is renewed after so many letters.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Lock, Timer
from typing import IO, cast

import msgspec

from portal.adapters.papers.letter_content import Progress, Rendered, report_nothing
from portal.adapters.papers.letter_json import encode_facts
from portal.domain.letters.checks import LetterProblem, LetterRefused
from portal.domain.letters.facts import LetterFacts

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-P", "-s", "-B", "-m", "portal.adapters.papers.press_child")
SECONDS = 900.0  # for one form of a letter; a bundle of 70 pages took 19 on a machine that was busy with other work
FORMS = 500  # then another child takes its place, because a child grows by some kilobytes with each

# How the system is found, and how it speaks: fonts lie there, and nothing of the portal's own is among them.
PASSED_ON = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TMPDIR"})
PASSED_ON_FROM = ("LC_", "XDG_", "FONTCONFIG_")

log = logging.getLogger(__name__)


class Order(msgspec.Struct, frozen=True):
    """What the child is asked for; `size` bytes of facts follow."""

    size: int
    is_redacted: bool


class ToldStage(msgspec.Struct, frozen=True, tag="stage"):
    """How far it is."""

    stage: str
    part: float


class ToldProblems(msgspec.Struct, frozen=True, tag="problems"):
    """The letter is not made, and why."""

    problems: tuple[LetterProblem, ...]


class ToldFailed(msgspec.Struct, frozen=True, tag="failed"):
    """Something is wrong with the program: the error's type and its place in the code."""

    error: str


class ToldDone(msgspec.Struct, frozen=True, tag="done"):
    """The file follows, so many bytes."""

    size: int
    sha256: str
    pages: int


Told = ToldStage | ToldProblems | ToldFailed | ToldDone
_TOLD: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


class NotPrinted(RuntimeError):
    """A letter could not be set. The message says why, with nothing of the letter."""


class _Ended(NotPrinted):
    """The child ended in the middle of its work."""


class Press:
    """One child that sets one letter after the other. Any thread may ask; they take turns."""

    def __init__(self, command: Sequence[str] = COMMAND, *, seconds: float = SECONDS, forms: int = FORMS) -> None:
        self._command, self._seconds, self._most = tuple(command), seconds, forms
        self._child: subprocess.Popen[bytes] | None = None
        self._forms = 0  # that this child has set
        self._turn = Lock()

    def set_letter(
        self, facts: LetterFacts, *, is_redacted: bool = False, progress: Progress | None = None
    ) -> Rendered:
        """One form of a letter as PDF, the same bytes as `pdf.make_letter` gives.

        `progress` hears the stage and the part done. Raises LetterRefused with every problem, NotPrinted.
        """
        data, tell = encode_facts(facts), progress or report_nothing
        with self._turn:
            try:
                return self._ask(data, is_redacted, tell)
            except _Ended as ended:
                log.warning("%s; another one begins the letter again", ended)
            return self._ask(data, is_redacted, tell)

    @property
    def child_id(self) -> int | None:
        """The number of the process that sets letters at the moment; None where there is none."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def close(self) -> None:
        """End the child, also in the middle of a letter."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            _hang_up(child)
            child.wait()

    def forget(self) -> None:
        """In a process that was forked off: the child belongs to the other one, and must not be kept alive by this."""
        child, self._child, self._turn = self._child, None, Lock()
        if child is not None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (child.stdin, child.stdout):
                os.dup2(nowhere, cast(IO[bytes], stream).fileno(), inheritable=False)  # half an order may wait in it
            os.close(nowhere)
            _hang_up(child)
            child.returncode = 0  # not ours to wait for

    def _ask(self, data: bytes, is_redacted: bool, tell: Progress) -> Rendered:
        child, is_late = self._find_child(), Event()

        def end() -> None:
            is_late.set()
            child.kill()

        timer = Timer(self._seconds, end)
        timer.daemon = True
        timer.start()
        try:
            made = _talk(child, Order(size=len(data), is_redacted=is_redacted), data, tell)
        except LetterRefused:
            raise
        except OSError as error:  # the pipe broke, or what came through it was cut
            self.close()
            if is_late.is_set():
                raise NotPrinted(f"the press did not set a letter within {self._seconds:.0f} seconds") from error
            raise _Ended(f"the press ended in the middle of a letter (exit code {child.returncode})") from error
        except BaseException:  # what comes next from this child would be the answer to this question
            self.close()
            raise
        finally:
            timer.cancel()
        self._forms += 1
        return made

    def _find_child(self) -> subprocess.Popen[bytes]:
        if self._forms >= self._most or (self._child and self._child.poll() is not None):
            self.close()
        if self._child is None:
            self._forms = 0
            self._child = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what libraries say there can quote a letter
                env={"PYTHONPATH": str(ROOT), **_choose_environment(os.environ)},
                cwd="/",
                process_group=0,  # signals of a terminal are for whoever started the portal
            )
        return self._child


def _talk(child: subprocess.Popen[bytes], order: Order, data: bytes, tell: Progress) -> Rendered:
    """Ask for one form and hear the answer to its end. Raises OSError where it breaks off."""
    to_child, from_child = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
    to_child.write(msgspec.json.encode(order) + b"\n" + data)
    to_child.flush()
    while True:
        told = _read(from_child)
        if isinstance(told, ToldStage):
            tell(told.stage, told.part)
        elif isinstance(told, ToldProblems):
            raise LetterRefused(told.problems)
        elif isinstance(told, ToldFailed):
            raise NotPrinted(f"the press could not set a letter: {told.error}")
        else:
            pdf = from_child.read(told.size)
            if len(pdf) != told.size:
                raise BrokenPipeError("the press ended in the middle of a file")
            return Rendered(pdf=pdf, sha256=told.sha256, pages=told.pages)


def _read(stream: IO[bytes]) -> Told:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise BrokenPipeError("the press says no more")
    return _TOLD.decode(line)


def _hang_up(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout):
        try:
            cast(IO[bytes], stream).close()
        except OSError:
            continue  # what it did not read is not missed


def _choose_environment(env: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in env.items() if name in PASSED_ON or name.startswith(PASSED_ON_FROM)}


press = Press()  # of this process
atexit.register(press.close)
os.register_at_fork(after_in_child=press.forget)
