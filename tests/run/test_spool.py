"""What waits between a client and a thread comes out as it went in, and never lies open on a disk."""

from __future__ import annotations

import os
import random

import pytest

from portal.run.spool import IN_MEMORY, Spool, open_input


@pytest.mark.parametrize("in_memory", [0, 10, IN_MEMORY])
def test_what_goes_in_comes_out_in_its_order_however_it_is_taken(in_memory: int) -> None:
    dice = random.Random(7)  # noqa: S311 - to be repeated, not to be secret
    spool, put, taken = Spool(in_memory), b"", b""
    for _ in range(300):
        piece = dice.randbytes(dice.randint(0, 2000))
        spool.write(piece)
        put += piece
        taken += spool.read(dice.randint(1, 1500))
    while piece := spool.read(1 << 20):
        taken += piece
    assert taken == put
    spool.close()


def test_the_file_holds_nothing_that_can_be_read() -> None:
    spool = Spool()
    secret = b"what a person wrote " * 20_000
    spool.write(secret)
    assert spool.file_number is not None
    lies_there = os.pread(spool.file_number, len(secret), 0)
    assert len(lies_there) == len(secret)
    assert b"person" not in lies_there
    assert open_input(spool).read() == secret
    spool.close()


def test_a_little_needs_no_file_and_lines_can_be_read() -> None:
    spool = Spool()
    spool.write(b"one\ntwo\n")
    assert spool.file_number is None
    assert open_input(spool).readlines() == [b"one\n", b"two\n"]
