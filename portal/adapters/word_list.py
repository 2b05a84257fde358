"""Recovery words: six from the long list of 7,776, checked as they are typed.

The list is that of the Electronic Frontier Foundation (see LICENSE-DATA). It never changes: a word that is no longer in
it would be refused to whoever was given it.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

COUNT = 6
LIST_SIZE = 7776  # 6 words of 7,776: 77.5 bits
LIST = Path(__file__).with_name("words.txt")
LIST_DIGEST = "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"


class UnknownWord(ValueError):
    """A typed word is not in the list. `position` counts from one; `near` are words that look alike."""

    def __init__(self, position: int, text: str, near: tuple[str, ...]) -> None:
        super().__init__(f"word {position} is not in the list")
        self.position, self.text, self.near = position, text, near


class WrongCount(ValueError):
    """Not six words. `count` is how many there were."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} words instead of {COUNT}")
        self.count = count


@dataclass(frozen=True)
class WordList:
    """The list and what is done with it."""

    words: tuple[str, ...]

    def draw(self) -> str:
        """Six words at random, with single spaces between."""
        return " ".join(secrets.choice(self.words) for _ in range(COUNT))

    def read(self, text: str) -> str:
        """The six words as they were drawn, from whatever was typed. Raises WrongCount, UnknownWord."""
        typed = re.findall(r"[^\s,;.]+", text.lower().replace("\u2010", "-").replace("\u2011", "-"))
        if len(typed) != COUNT:
            raise WrongCount(len(typed))
        known = set(self.words)
        for position, word in enumerate(typed, start=1):
            if word not in known:
                raise UnknownWord(position, word[:40], self._near(word[:40]))
        return " ".join(typed)

    def _near(self, word: str) -> tuple[str, ...]:
        return tuple(difflib.get_close_matches(word, self.words, n=3, cutoff=0.7))


@lru_cache(maxsize=1)
def load_words() -> WordList:
    """The EFF's long list. Raises RuntimeError where a single letter of it was changed."""
    content = LIST.read_bytes()
    if hashlib.sha256(content).hexdigest() != LIST_DIGEST:
        raise RuntimeError(f"{LIST.name} is not the list of words that people were given. Put the right file back.")
    return WordList(tuple(content.decode("ascii").split()))
