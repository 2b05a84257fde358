"""Guessing gets slower with each wrong try; nobody is locked out, and no stranger can slow somebody else down.

A try is counted before it is looked at, in a transaction of its own, so that forty at once are not forty guesses. What
slows is the pair of who is guessed and the network it comes from, and that network as a whole; a browser that somebody
has signed in with before has buckets of its own. There is no limit over all networks: that one a stranger could use up.
The second factor alone has one, because nobody comes to it without the password; six digits are soon guessed else.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import derive_subkey
from portal.models.signin import Throttle
from portal.services.ports import ServerKeys

FORGOTTEN_AFTER = timedelta(days=1)


class Guess(StrEnum):
    """What is guessed, and so how it is slowed."""

    PASSWORD = "password"  # noqa: S105 - what is guessed: one account from one network or known browser
    FACTOR = "factor"  # the second factor of one account, from one network or known browser
    FACTORS = "factors"  # the second factor of one account, from wherever it comes but a known browser
    PASSWORDS = "passwords"  # any account from one network
    WORDS = "words"  # six words from one network
    CHECK = "check"  # the check question of one case
    LINK = "link"  # a way back that is asked for by mail
    MAILED = "mailed"  # the code that was mailed to a member's own address
    ANSWER = "answer"  # the link in a letter by which its recipient answers, from one network


@dataclass(frozen=True)
class ThrottlePace:
    """So many wrong tries are free; then the wait doubles from one second up to the longest."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after this many wrong tries."""
        over = failures - self.free
        return min(timedelta(seconds=2 ** min(over, 30)), self.longest) if over >= 0 else timedelta(0)


PACES = {
    Guess.PASSWORD: ThrottlePace(3, timedelta(minutes=15)),
    Guess.FACTOR: ThrottlePace(5, timedelta(minutes=15)),
    Guess.FACTORS: ThrottlePace(20, timedelta(minutes=2)),
    Guess.PASSWORDS: ThrottlePace(20, timedelta(minutes=1)),
    Guess.WORDS: ThrottlePace(20, timedelta(seconds=30)),
    Guess.CHECK: ThrottlePace(5, timedelta(days=1)),
    Guess.LINK: ThrottlePace(5, timedelta(minutes=15)),
    Guess.MAILED: ThrottlePace(5, timedelta(minutes=15)),
    Guess.ANSWER: ThrottlePace(30, timedelta(seconds=30)),
}


OF_MANY = frozenset(
    {Guess.PASSWORDS, Guess.FACTORS, Guess.WORDS, Guess.LINK, Guess.ANSWER}
)  # one right try says nothing of the rest


class TooSoon(ValueError):
    """The next try has to wait until `open_at`."""

    def __init__(self, open_at: datetime, now: datetime) -> None:
        super().__init__("too many wrong tries")
        self.open_at = open_at
        self.seconds = max(1, round((open_at - now).total_seconds()))


@dataclass(frozen=True, repr=False)
class Bucket:
    """What one try counts for."""

    guess: Guess
    key: bytes


def name_bucket(keys: ServerKeys, guess: Guess, *parts: bytes) -> Bucket:
    """The bucket of these parts: an account or case, a network or known browser. Nothing can be read from it."""
    key = derive_subkey(keys.forms, f"throttle {guess}")
    return Bucket(guess, hmac.digest(key, b"\x1f".join(parts), "sha256")[:16])


class Try:
    """One try that was counted."""

    def __init__(self) -> None:
        self.counts = False

    def keep(self) -> None:
        """The count stays although nothing was refused: asking at all is what is counted."""
        self.counts = True


@contextmanager
def attempt(factory: sessionmaker[Session], buckets: Sequence[Bucket], *, now: datetime) -> Iterator[Try]:
    """One try, counted before the body looks at it and forgiven after it; a body that raises leaves the count.

    Count and forgiveness stand in transactions of their own, so the body must leave none open that writes. Raises
    TooSoon, and then counts nothing and runs nothing.
    """
    claim(factory, buckets, now=now)
    tried = Try()
    yield tried
    if not tried.counts:
        forgive(factory, buckets)


def claim(factory: sessionmaker[Session], buckets: Sequence[Bucket], *, now: datetime) -> None:
    """Count one try for each bucket, before it is looked at. Raises TooSoon, and then counts nothing."""
    try:
        _claim(factory, buckets, now)
    except IntegrityError:  # two first tries at once: the row is there now
        _claim(factory, buckets, now)


def forgive(factory: sessionmaker[Session], buckets: Sequence[Bucket]) -> None:
    """The try was right. What is about one account and place begins anew; a wider count loses this one try."""
    with factory.begin() as session:
        for bucket in buckets:
            row = session.get(Throttle, bucket.key, with_for_update=True)
            if row is None:
                continue
            if bucket.guess in OF_MANY:
                row.failures = max(0, row.failures - 1)
                row.open_at = row.last_at
            else:
                session.delete(row)


def purge(session: Session, *, now: datetime) -> None:
    """Delete what is forgotten."""
    session.execute(delete(Throttle).where(Throttle.last_at < now - FORGOTTEN_AFTER))


def _claim(factory: sessionmaker[Session], buckets: Sequence[Bucket], now: datetime) -> None:
    with factory.begin() as session:
        rows = [_lock(session, bucket, now) for bucket in sorted(buckets, key=lambda each: each.key)]
        closed = [row.open_at for _, row in rows if row.open_at > now]
        if closed:
            raise TooSoon(max(closed), now)
        for bucket, row in rows:
            row.failures, row.last_at = row.failures + 1, now
            row.open_at = now + PACES[bucket.guess].wait(row.failures)


def _lock(session: Session, bucket: Bucket, now: datetime) -> tuple[Bucket, Throttle]:
    row = session.get(Throttle, bucket.key, with_for_update=True)
    if row is None:
        row = Throttle(bucket=bucket.key, what=bucket.guess, failures=0, last_at=now, open_at=now)
        session.add(row)
        session.flush()
    elif row.last_at < now - FORGOTTEN_AFTER:
        row.failures, row.open_at = 0, now
    return bucket, row
