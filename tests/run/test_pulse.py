"""The worker goes its rounds without the queue where that is silent, never twice at once, and ends when told to."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

import pytest

from portal.run.beside import Pulse

SHORT = timedelta(seconds=0.2)
PATIENCE = 10.0


def test_a_silent_queue_keeps_no_rounds_waiting_and_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "portal.run.worker")
    gone = threading.Event()
    pulse = Pulse(lambda: None, gone.set, patience=SHORT)
    pulse.start()
    assert gone.wait(PATIENCE)
    pulse.stop()
    pulse.wait()
    assert "the queue was silent" in caplog.text


def test_while_the_queue_speaks_nothing_is_gone_without_it() -> None:
    by_queue, alone = [], []
    pulse = Pulse(lambda: by_queue.append(1), lambda: alone.append(1), patience=timedelta(seconds=5))
    pulse.start()
    for _ in range(10):
        pulse.go()
        time.sleep(0.05)
    pulse.stop()
    pulse.wait()
    assert (len(by_queue), alone) == (10, [])


def test_rounds_in_hand_are_not_gone_twice_at_once() -> None:
    begun, over, alone = threading.Event(), threading.Event(), []

    def take_long() -> None:
        begun.set()
        over.wait(PATIENCE)

    pulse = Pulse(take_long, lambda: alone.append(1), patience=SHORT)
    pulse.start()
    by_queue = threading.Thread(target=pulse.go)
    by_queue.start()
    assert begun.wait(PATIENCE)
    time.sleep(3 * SHORT.total_seconds())
    assert alone == []
    over.set()
    by_queue.join(PATIENCE)
    pulse.stop()
    pulse.wait()


def test_rounds_that_break_down_are_gone_again() -> None:
    tries = threading.Semaphore(0)

    def fail() -> None:
        tries.release()
        raise OSError

    pulse = Pulse(lambda: None, fail, patience=SHORT)
    pulse.start()
    assert all(tries.acquire(timeout=PATIENCE) for _ in range(2))
    pulse.stop()
    pulse.wait()
