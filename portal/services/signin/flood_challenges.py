"""What each further one from a busy network takes: work of the device, or waiting. Never a riddle, nothing from others.

Both are texts that the server signs and does not keep: they name the network's bucket, what is counted, the level, and
until when they can be used. Only their use is noted, so that each counts once. Waits of one network add up: whoever
goes on after one has used up the time of all that were begun before, since a thousand waits at once are no more waiting
than one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from altcha import create_challenge, verify_solution
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.adapters.vault import derive_subkey
from portal.domain.quotas import LASTS, TRIES, TRY_COST, WAITS, Counted, is_enough
from portal.services.signin.quotas import count_request, read_level, use_once, use_wait

ALGORITHM = "PBKDF2/SHA-256"
PREFIX_BYTES = 16  # of the derived key, so that one counter fits and no other
LONGEST = 4_000  # characters of a payload; an honest one has about 900


@dataclass(frozen=True)
class ChallengeAnswer:
    """What is asked of whom: the network's bucket, what is counted, and the level."""

    bucket: bytes
    counted: Counted
    level: int


@dataclass(frozen=True)
class Ticket:
    """A wait that has begun. `text` is signed; it can be used from `ripe_at` on."""

    text: str
    ripe_at: datetime

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until it can be used, never below zero."""
        return max(0, -int((now - self.ripe_at).total_seconds() // 1))


@dataclass(frozen=True)
class Challenge:
    """What is asked before the next one: a wait that has begun, or work as JSON in altcha's form."""

    wait: Ticket
    work: str


def let_pass(
    session: Session,
    key: bytes,
    bucket: bytes,
    counted: Counted,
    *,
    wait: str,
    work: str,
    now: datetime,
    amount: int = 1,
) -> Challenge | None:
    """Count `amount` more from there. None where it may go on: it is free, or paid for; else what is asked first."""
    level = read_level(session, bucket, counted)
    if level is not None:
        asked = ChallengeAnswer(bucket, counted, level)
        is_paid = accept_work(session, key, work, asked, now=now) or accept_wait(session, key, wait, asked, now=now)
        if not is_paid:
            begun = read_wait(key, wait, asked, now=now)
            return Challenge(begun or begin_wait(key, asked, now=now), make_work(key, asked, now=now))
    count_request(session, bucket, counted, now=now, amount=amount)
    return None


def find_challenge(session: Session, key: bytes, bucket: bytes, counted: Counted, *, now: datetime) -> Challenge | None:
    """What the next one from there will be asked, None while it is free. Counts nothing."""
    level = read_level(session, bucket, counted)
    if level is None:
        return None
    asked = ChallengeAnswer(bucket, counted, level)
    return Challenge(begin_wait(key, asked, now=now), make_work(key, asked, now=now))


def make_work(key: bytes, asked: ChallengeAnswer, *, now: datetime) -> str:
    """A challenge as JSON for the device, in altcha's form. The answer is a number found by trying."""
    tries = TRIES[asked.level]
    challenge = create_challenge(
        ALGORITHM,
        TRY_COST,
        counter=tries // 2 + secrets.randbelow(tries // 2),  # so that nobody is lucky
        key_prefix_length=PREFIX_BYTES,
        data=_pack(asked, now + LASTS),
        hmac_secret=derive_subkey(key, "proof work"),
        hmac_key_secret=derive_subkey(key, "proof work key"),
    )
    return json.dumps(challenge.to_dict())


def accept_work(session: Session, key: bytes, payload: str, asked: ChallengeAnswer, *, now: datetime) -> bool:
    """Whether the payload (base64 of challenge and solution) is work that was asked here, done, and not used before."""
    if not payload or len(payload) > LONGEST:
        return False
    done = verify_solution(
        payload, derive_subkey(key, "proof work"), hmac_key_secret=derive_subkey(key, "proof work key")
    )
    if not done.verified:
        return False
    parameters = json.loads(base64.b64decode(payload))["challenge"]["parameters"]
    return _redeem(session, parameters["data"], asked, parameters["nonce"], now=now)


def begin_wait(key: bytes, asked: ChallengeAnswer, *, now: datetime) -> Ticket:
    """A wait that begins now."""
    ripe_at = now + WAITS[asked.level]
    values = {
        **_pack(asked, ripe_at + LASTS),
        "begun_at": now.isoformat(),
        "ripe_at": ripe_at.timestamp(),
    }
    return Ticket(_signer(key).dumps(values), ripe_at)


def read_wait(key: bytes, text: str, asked: ChallengeAnswer, *, now: datetime) -> Ticket | None:
    """A wait that was begun for this and goes on; None where it is not ours, over, or too little by now."""
    values = _read(key, text)
    if values is None or values["ripe_at"] <= now.timestamp() or not _fits(values, asked, now=now):
        return None
    return Ticket(text, datetime.fromtimestamp(values["ripe_at"], UTC))


def accept_wait(session: Session, key: bytes, text: str, asked: ChallengeAnswer, *, now: datetime) -> bool:
    """Whether this wait is over, and nobody else of its network went on after a wait since it began."""
    values = _read(key, text)
    if values is None or values["ripe_at"] > now.timestamp() or not _fits(values, asked, now=now):
        return False
    begun_at = datetime.fromisoformat(values["begun_at"])
    return use_wait(session, asked.bucket, asked.counted, begun_at=begun_at, now=now)


def _pack(asked: ChallengeAnswer, ends_at: datetime) -> dict[str, Any]:
    return {
        "bucket": asked.bucket.hex(),
        "counted": asked.counted.value,
        "level": asked.level,
        "ends_at": int(ends_at.timestamp()),
    }


def _fits(values: dict[str, Any], asked: ChallengeAnswer, *, now: datetime) -> bool:
    """Whether signed values are for this network and purpose, still count, and are enough."""
    return (
        values["bucket"] == asked.bucket.hex()
        and values["counted"] == asked.counted.value
        and values["ends_at"] > now.timestamp()
        and is_enough(values["level"], asked.level)
    )


def _redeem(session: Session, values: dict[str, Any], asked: ChallengeAnswer, nonce: str, *, now: datetime) -> bool:
    if not _fits(values, asked, now=now):
        return False
    ends_at = datetime.fromtimestamp(values["ends_at"], UTC) + timedelta(seconds=1)
    return use_once(session, hashlib.sha256(nonce.encode()).digest(), ends_at=ends_at)


def _signer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(derive_subkey(key, "proof wait"), salt="wait")


def _read(key: bytes, text: str) -> dict[str, Any] | None:
    if not text or len(text) > LONGEST:
        return None
    try:
        values: dict[str, Any] = _signer(key).loads(text)
    except BadSignature:
        return None
    return values
