"""What a password has to be: long, and none that everybody tries first. No rule about signs or capitals."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST = 12
LONGEST = 200
TRIMMINGS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class WeakPassword(ValueError):
    """The password is refused. The message says why."""


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raises WeakPassword. `about` are words that anybody would try: sign-in name, name, the site's title."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters; several words are best.")
    if len(password) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.")
    plain = _plain(password)
    if len(set(plain)) < 5:
        raise WeakPassword("This password repeats a few signs. Take several words that do not belong together.")
    if is_common(plain):
        raise WeakPassword("This is one of the passwords that everybody tries first. Take several words of your own.")
    rest = plain
    for word in sorted({_plain(part) for text in about for part in [text, *text.split()]}, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    if len(TRIMMINGS.sub("", rest)) < SHORTEST // 2:
        raise WeakPassword("This password is little more than a name or a number. Take several words of your own.")


def is_common(plain: str) -> bool:
    """Whether the password, or what is left without digits and signs around it, stands in the list of common ones.

    A common one written several times is a common one.
    """
    core = TRIMMINGS.sub("", plain)
    for each in {plain, core}:
        if each in common_passwords():
            return True
        for length in range(3, len(each) // 2 + 1):
            part = each[:length]
            if len(each) % length == 0 and part * (len(each) // length) == each and part in common_passwords():
                return True
    return False


@cache
def common_passwords() -> frozenset[str]:
    """Some 30,000 passwords and words in small letters, the most used first in leaks; as zxcvbn brings them."""
    return frozenset(word for name in ("passwords", "english_wikipedia") for word in FREQUENCY_LISTS[name])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
