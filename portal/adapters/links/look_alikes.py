"""Names that a reader takes for one another: by Unicode's list of characters that look alike (UTS 39), and beyond it by
case, accents, blanks, and signs between letters.

Used for the names of teams, where too much counts as alike rather than too little.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, format, not assigned: nothing is drawn
MARKS = frozenset({"Mn", "Mc", "Me"})


class UnreadableName(ValueError):
    """A name with characters that cannot be seen."""


def clean_name(text: str) -> str:
    """The name as it is kept: composed, with single blanks between words. Raises UnreadableName."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if any(unicodedata.category(letter) in UNSEEN for letter in name):
        raise UnreadableName("A name has letters, digits and signs that can be seen.")
    return name


def look_alike(one: str, other: str) -> bool:
    """Whether somebody could take one name for the other."""
    first, second = _skeletons(one), _skeletons(other)
    return any(left == right for left, right in zip(first, second, strict=True))


def _skeletons(name: str) -> tuple[str, str]:
    """What is left of a name once all that looks alike is the same. Twice, because a capital I looks like a small l,
    and is nevertheless the same letter as a small i.
    """
    plain = _without_marks(name)
    return _draw(plain), _draw(plain.casefold())


def _draw(text: str) -> str:
    drawn = _without_marks("".join(_prototypes().get(letter, letter) for letter in text)).casefold()
    # A second time, because a capital's small letter can look like another's; only what is a letter or digit counts.
    again = "".join(_prototypes().get(letter, letter) for letter in drawn).casefold()
    return "".join(letter for letter in again if letter.isalnum())


def _without_marks(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if unicodedata.category(letter) not in UNSEEN | MARKS)


@cache
def _prototypes() -> Mapping[str, str]:
    """For a character that looks like others, the one that stands for all of them. Read once per process.

    The package lists pairs in both directions: what looks like many others is itself what they are drawn as.
    """
    text = resources.files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    pairs = {one: [each["c"] for each in many] for one, many in json.loads(text).items()}
    return {
        one: _without_marks(others[0])
        for one, others in pairs.items()
        if len(one) == 1 and len(others) == 1 and (len(pairs[others[0]]) > 1 or len(others[0]) > 1 or others[0] < one)
    }
