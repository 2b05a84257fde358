"""Wrong tries slow the next one down: for the one who guesses, not for the one who is guessed at."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.models.signin import Throttle
from portal.services.ports import Ports
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import PACES, Bucket, Guess, TooSoon
from tests.services.factories import NOW

Sessions = sessionmaker[Session]
SECOND = timedelta(seconds=1)


@pytest.fixture
def bucket(ports: Ports) -> Bucket:
    return guess_throttle.name_bucket(ports.keys, Guess.PASSWORD, b"mira", b"a network")


def fail(sessions: Sessions, bucket: Bucket, times: int, *, start: datetime = NOW) -> datetime:
    """So many wrong tries, each as soon as it may be. When the next one may be."""
    now = start
    for _ in range(times):
        try:
            guess_throttle.claim(sessions, [bucket], now=now)
        except TooSoon as error:
            now = error.open_at
            guess_throttle.claim(sessions, [bucket], now=now)
    return now


def wait_after(sessions: Sessions, bucket: Bucket, now: datetime) -> timedelta:
    """How long the next try has to wait from here."""
    with pytest.raises(TooSoon) as refused:
        guess_throttle.claim(sessions, [bucket], now=now)
    return refused.value.open_at - now


def test_three_wrong_tries_are_free_and_then_the_wait_doubles(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 3)
    assert now == NOW
    waits = []
    for _ in range(5):
        waits.append(wait_after(sessions, bucket, now))
        now += waits[-1]
        guess_throttle.claim(sessions, [bucket], now=now)
    assert waits == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND]


def test_the_wait_has_an_end(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 20)
    assert wait_after(sessions, bucket, now) == timedelta(minutes=15)


@pytest.mark.parametrize("guess", list(Guess))
def test_every_pace_grows_up_to_its_longest(guess: Guess) -> None:
    waits = [PACES[guess].wait(failures) for failures in range(200)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(0)
    assert waits[-1] == PACES[guess].longest


def test_a_refused_try_is_not_counted(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 4)
    for _ in range(30):
        assert wait_after(sessions, bucket, now) == 2 * SECOND


def test_a_right_try_begins_anew(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 8)
    guess_throttle.forgive(sessions, [bucket])
    assert fail(sessions, bucket, 3, start=now) == now


def test_a_right_try_does_not_wipe_out_the_wrong_ones_of_a_whole_network(sessions: Sessions, ports: Ports) -> None:
    """Else whoever has one account of their own would guess at all others for free."""
    network = guess_throttle.name_bucket(ports.keys, Guess.PASSWORDS, b"a network")
    now = fail(sessions, network, PACES[Guess.PASSWORDS].free - 1)
    for _ in range(5):
        now = fail(sessions, network, 1, start=now)
        guess_throttle.forgive(sessions, [network])
    fail(sessions, network, 1, start=now)
    assert wait_after(sessions, network, now) > timedelta(0)


def count(sessions: Sessions, bucket: Bucket) -> int:
    with sessions() as session:
        row = session.get(Throttle, bucket.key)
        return row.failures if row else 0


def test_an_attempt_is_counted_while_it_is_looked_at_and_forgiven_when_it_was_right(
    sessions: Sessions, bucket: Bucket
) -> None:
    with guess_throttle.attempt(sessions, [bucket], now=NOW):
        assert count(sessions, bucket) == 1
    assert count(sessions, bucket) == 0


def test_an_attempt_that_is_left_with_an_answer_is_forgiven(sessions: Sessions, bucket: Bucket) -> None:
    def look() -> str:
        with guess_throttle.attempt(sessions, [bucket], now=NOW):
            return "the case"

    assert (look(), count(sessions, bucket)) == ("the case", 0)


def test_an_attempt_that_raises_stays_counted(sessions: Sessions, bucket: Bucket) -> None:
    for tries in (1, 2):
        with pytest.raises(LookupError), guess_throttle.attempt(sessions, [bucket], now=NOW):
            raise LookupError
        assert count(sessions, bucket) == tries


def test_an_attempt_can_keep_its_count(sessions: Sessions, bucket: Bucket) -> None:
    with guess_throttle.attempt(sessions, [bucket], now=NOW) as tried:
        tried.keep()
    assert count(sessions, bucket) == 1


def test_an_attempt_that_comes_too_soon_is_neither_looked_at_nor_counted(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 4)
    looked: list[bool] = []
    with pytest.raises(TooSoon), guess_throttle.attempt(sessions, [bucket], now=now):
        looked.append(True)
    assert (looked, count(sessions, bucket)) == ([], 4)


def test_a_right_attempt_takes_back_only_itself_from_a_whole_network(sessions: Sessions, ports: Ports) -> None:
    network = guess_throttle.name_bucket(ports.keys, Guess.PASSWORDS, b"a network")
    now = fail(sessions, network, 5)
    with guess_throttle.attempt(sessions, [network], now=now):
        pass
    assert count(sessions, network) == 5


def test_a_quiet_day_is_forgotten(sessions: Sessions, bucket: Bucket) -> None:
    now = fail(sessions, bucket, 12) + timedelta(days=1, seconds=1)
    assert fail(sessions, bucket, 3, start=now) == now


def test_a_stranger_in_another_network_slows_nobody_down(sessions: Sessions, ports: Ports, bucket: Bucket) -> None:
    strangers = guess_throttle.name_bucket(ports.keys, Guess.PASSWORD, b"mira", b"another network")
    now = fail(sessions, strangers, 50)
    guess_throttle.claim(sessions, [bucket], now=now)


def test_one_closed_bucket_refuses_the_try_and_counts_it_nowhere(
    sessions: Sessions, ports: Ports, bucket: Bucket
) -> None:
    network = guess_throttle.name_bucket(ports.keys, Guess.PASSWORDS, b"a network")
    now = fail(sessions, bucket, 4)
    for _ in range(30):
        with pytest.raises(TooSoon):
            guess_throttle.claim(sessions, [bucket, network], now=now)
    with sessions() as session:
        assert session.get(Throttle, network.key) is None


def test_forty_tries_at_once_are_not_forty_guesses(sessions: Sessions, bucket: Bucket) -> None:
    passed: list[int] = []
    start = threading.Barrier(40)

    def guess(number: int) -> None:
        start.wait(60)
        try:
            guess_throttle.claim(sessions, [bucket], now=NOW)
        except TooSoon:
            return
        passed.append(number)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(passed) == PACES[Guess.PASSWORD].free


def test_the_table_names_neither_account_nor_network(sessions: Sessions, ports: Ports, bucket: Bucket) -> None:
    fail(sessions, bucket, 1)
    with sessions() as session:
        row = session.scalars(select(Throttle)).one()
    assert len(row.bucket) == 16
    assert b"mira" not in row.bucket
    assert row.bucket != guess_throttle.name_bucket(ports.keys, Guess.FACTOR, b"mira", b"a network").key


def test_what_is_forgotten_is_deleted(sessions: Sessions, bucket: Bucket) -> None:
    fail(sessions, bucket, 1)
    with sessions.begin() as session:
        guess_throttle.purge(session, now=NOW + timedelta(hours=23))
        assert session.scalars(select(Throttle)).all()
        guess_throttle.purge(session, now=NOW + timedelta(hours=25))
        assert not session.scalars(select(Throttle)).all()
