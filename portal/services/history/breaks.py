"""What a check of the history finds: each break by its row and by what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Break:
    """Something that is not as it was written: which row, and what is wrong with it."""

    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.row}: {self.problem}"
