"""What a guess at the door counts for: that browser alone where it is known, else more than it."""

from __future__ import annotations

from portal.models.accounts import Staff
from portal.services.signin import guess_throttle, known_browsers
from portal.services.signin.guess_throttle import Bucket, Guess
from portal.web.known_browser import read_cookie
from portal.web.network import find_bucket
from portal.web.unit_of_work import unit


def password_buckets(login: str) -> list[Bucket]:
    """One account from here, and any account from here; from a browser that is known, that browser alone."""
    keys, who, known = unit().ports.keys, login.strip().lower().encode(), _find_known(login)
    if known is not None:
        return [guess_throttle.name_bucket(keys, Guess.PASSWORD, who, known)]
    network = find_bucket()
    return [
        guess_throttle.name_bucket(keys, Guess.PASSWORD, who, network),
        guess_throttle.name_bucket(keys, Guess.PASSWORDS, network),
    ]


def factor_buckets(row: Staff) -> list[Bucket]:
    """One account from here, and the same from wherever; from a browser that is known, that browser alone."""
    keys, who, known = unit().ports.keys, row.id.bytes, _find_known(row.login)
    if known is not None:
        return [guess_throttle.name_bucket(keys, Guess.FACTOR, who, known)]
    return [
        guess_throttle.name_bucket(keys, Guess.FACTOR, who, find_bucket()),
        guess_throttle.name_bucket(keys, Guess.FACTORS, who),
    ]


def _find_known(login: str) -> bytes | None:
    with unit().reading() as reading:
        return known_browsers.find(reading, read_cookie(), login, now=unit().now)
