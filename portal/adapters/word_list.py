"""Recovery words: six from the long list of 7,776, checked as they are typed."""

from __future__ import annotations

import difflib
import hashlib
import importlib.resources
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

COUNT = 6
LIST_SIZE = 7776  # 6 words of 7,776: 77.5 bits
LIST_DIGEST = "c523ba7b5e0d3f77cc6cf0d83bed3f250143c0c90c255d6a646dd992f8453675"  # SHA-256, single spaces between


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
    """The EFF's long list, from the `diceware` package. Raises RuntimeError where a letter of it was changed."""
    text = importlib.resources.files("diceware").joinpath("wordlists", "wordlist_en_eff.txt").read_text("utf-8")
    words: Sequence[str] = [line.split()[-1] for line in text.splitlines() if line.strip()]
    if hashlib.sha256(" ".join(words).encode()).hexdigest() != LIST_DIGEST:
        raise RuntimeError(
            "The package diceware has not the words that people were given. Put its pinned version back."
        )
    return WordList(tuple(words))
