"""The process that sets letters: the same bytes as here, and whatever becomes of either side, nobody waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from portal.adapters.papers.letter_content import Rendered
from portal.adapters.papers.pdf import make_letter
from portal.adapters.papers.press import COMMAND, NotPrinted, Press, press
from portal.adapters.papers.press_child import NICENESS
from portal.adapters.translations import translator
from portal.domain.letters.checks import LetterProblem, LetterRefused, ProblemCode
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind
from portal.services.letters.printing import print_letter
from tests.letters.samples import SAMPLES, content, notice

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0  # seconds for a process to end
PARENT = """
import os, sys, time
from portal.adapters.papers.press import press
from tests.letters.samples import notice

def tell(stage, part):
    if stage == sys.argv[1]:
        print(press.child_id, flush=True)
        time.sleep(60)

press.set_letter(notice(), progress=tell)
if sys.argv[1] == "fork" and os.fork() == 0:
    assert press.child_id is None
    time.sleep(60)
print(press.child_id, flush=True)
time.sleep(60)
"""


@lru_cache(maxsize=16)
def set_here(facts: LetterFacts, *, is_redacted: bool = False) -> Rendered:
    return make_letter(facts, translator(facts.frame.language), is_redacted=is_redacted)


def refused_notice() -> LetterFacts:
    return replace(notice(), content=content("[[say here what happened]]"))


def is_running(process: int) -> bool:
    """Whether there is such a process, and not only its number, which waits for a parent to ask."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text("ascii")
    except FileNotFoundError:
        return False


def wait_until_gone(process: int) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while is_running(process):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


@contextmanager
def own_press(press: Press) -> Iterator[Press]:
    try:
        yield press
    finally:
        press.close()


def kill_at(stage: str, press: Press, *, times: int) -> Callable[[str, float], None]:
    """Kill the child at a stage of its work, so often."""
    killed: list[int] = []

    def hear(told: str, part: float) -> None:
        if told == stage and len(killed) < times:
            child = press.child_id
            assert child is not None
            killed.append(child)
            os.kill(child, signal.SIGKILL)

    return hear


@pytest.mark.parametrize("is_redacted", [False, True], ids=["full", "redacted"])
@pytest.mark.parametrize("kind", LetterKind)
def test_the_bytes_are_those_that_this_process_would_make(kind: LetterKind, is_redacted: bool) -> None:
    facts = SAMPLES[kind](Paper.A4)
    assert press.set_letter(facts, is_redacted=is_redacted) == set_here(facts, is_redacted=is_redacted)


def test_both_forms_of_a_letter_come_from_the_press() -> None:
    told: list[tuple[str, float]] = []
    printed = print_letter(notice(), lambda stage, part: told.append((stage, part)))
    full, twin = set_here(notice()), set_here(notice(), is_redacted=True)
    assert (printed.full, printed.redacted) == (full.pdf, twin.pdf)
    assert (printed.digest, printed.redacted_digest, printed.pages) == (full.sha256, twin.sha256, full.pages)
    assert [part for _, part in told] == sorted(part for _, part in told)
    assert told[-1] == ("done", 1.0)


@pytest.mark.parametrize("process", ["app", "portal.run.worker", "portal.run.serve"])
def test_no_process_of_the_portal_loads_what_sets_pages_or_signs_papers(process: str) -> None:
    """In an interpreter of its own. What signs takes a third of a second to load, and each process would pay it."""
    program = (
        f"import sys, {process}\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "heavy = loaded & {'weasyprint', 'pyhanko', 'pyhanko_certvalidator'}\n"
        "sys.stdout.write(','.join(sorted(heavy)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == ""


def test_one_child_sets_many_letters_and_is_not_the_portal() -> None:
    press.set_letter(notice())
    child = press.child_id
    press.set_letter(notice(), is_redacted=True)
    assert press.child_id == child != os.getpid()


def test_what_stops_a_letter_is_told_and_the_press_goes_on() -> None:
    with pytest.raises(LetterRefused) as here:
        set_here(refused_notice())
    press.set_letter(notice())
    child = press.child_id
    with pytest.raises(LetterRefused) as there:
        press.set_letter(refused_notice())
    assert there.value.problems == here.value.problems
    assert LetterProblem(ProblemCode.PLACEHOLDER, there.value.problems[0].text) in there.value.problems
    assert press.set_letter(notice()) == set_here(notice())
    assert press.child_id == child


def test_two_at_once_each_get_their_own() -> None:
    letters = [SAMPLES[kind](paper) for kind in (LetterKind.NOTICE, LetterKind.ERASURE) for paper in Paper]
    with ThreadPoolExecutor(len(letters)) as threads:
        made = list(threads.map(press.set_letter, letters))
    assert made == [set_here(facts) for facts in letters]


def test_the_child_has_nothing_of_the_portals_and_works_behind_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_SECRET_FILE", "canary")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    with own_press(Press()) as own:
        own.set_letter(notice())
        child = Path(f"/proc/{own.child_id}")
        assert b"canary" not in (child / "environ").read_bytes()
        assert b"RECOURSE" not in (child / "environ").read_bytes()
        opened = {str(each.readlink()).partition(":")[0] for each in (child / "fd").iterdir()}
        assert opened <= {"pipe", "/dev/null"}, opened
        assert os.getpriority(os.PRIO_PROCESS, own.child_id or 0) >= min(
            19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
        )


def test_a_child_that_was_killed_between_two_letters_is_replaced() -> None:
    with own_press(Press()) as own:
        first = own.set_letter(notice())
        child = own.child_id
        assert child is not None
        os.kill(child, signal.SIGKILL)
        assert own.set_letter(notice()) == first
        assert own.child_id not in {None, child}


def test_a_letter_is_begun_again_where_the_child_was_killed_in_the_middle() -> None:
    with own_press(Press()) as own:
        assert own.set_letter(notice(), progress=kill_at("laying out", own, times=1)) == set_here(notice())


def test_a_letter_that_ends_the_child_each_time_is_given_up() -> None:
    with own_press(Press()) as own:
        with pytest.raises(NotPrinted, match="ended in the middle"):
            own.set_letter(notice(), progress=kill_at("laying out", own, times=2))
        assert own.set_letter(notice()) == set_here(notice())


def test_a_child_that_cannot_even_start_is_told() -> None:
    with own_press(Press([sys.executable, "-c", "raise SystemExit(3)"])) as own:
        with pytest.raises(NotPrinted, match="exit code"):
            own.set_letter(notice())
        assert own.child_id is None


def test_a_child_that_takes_for_ever_is_ended() -> None:
    with own_press(Press([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.5)) as own:
        started = time.monotonic()
        with pytest.raises(NotPrinted, match="within"):
            own.set_letter(notice())
        assert time.monotonic() - started < PATIENCE
        assert own.child_id is None


def test_a_fault_of_the_program_is_told_without_a_word_of_the_letter() -> None:
    broken = "import portal.adapters.papers.press_child as it\ndef fail(*a, **k): raise KeyError('canary')\n"
    program = broken + "it.make_letter = fail\nit.main()"
    with own_press(Press([*COMMAND[:-2], "-c", program])) as own:
        with pytest.raises(NotPrinted, match="KeyError at") as found:
            own.set_letter(notice())
        assert "canary" not in str(found.value)


def test_whoever_stops_listening_gets_no_answer_that_was_meant_for_another() -> None:
    def lose_the_job(stage: str, part: float) -> None:
        raise KeyboardInterrupt

    with own_press(Press()) as own:
        with pytest.raises(KeyboardInterrupt):
            own.set_letter(SAMPLES[LetterKind.ERASURE](Paper.A4), progress=lose_the_job)
        assert own.set_letter(notice()) == set_here(notice())


def test_a_worn_child_makes_way_for_another() -> None:
    with own_press(Press(forms=2)) as own:
        children = []
        for _ in range(4):
            assert own.set_letter(notice()) == set_here(notice())
            children.append(own.child_id)
        assert children[0] == children[1] != children[2] == children[3]
        wait_until_gone(children[0] or 0)


@pytest.mark.parametrize("moment", ["between", "laying out", "fork"])
def test_it_ends_with_whoever_started_it(moment: str) -> None:
    """Also where that one is killed, in the middle of a letter, or has forked off another that lives on."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, moment], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        parent.wait()
        wait_until_gone(child)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)
        parent.communicate()
